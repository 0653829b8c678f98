using Microsoft.AspNetCore.Http;

namespace Perdure.AspNetCore.Links;

/// <summary>What an <see cref="HttpRequestMessage"/> carries that was made of a request of the server.</summary>
internal static class CheckStatusKeys
{
    /// <summary>Under the name that Azure Functions uses.</summary>
    public static readonly HttpRequestOptionsKey<HttpContext> Context = new(nameof(HttpContext));
}
