using Microsoft.AspNetCore.Http;

namespace Perdure.AspNetCore.Security;

/// <summary>The answer to an <see cref="AccessRequest"/>.</summary>
/// <param name="StatusCode">
/// 200: allowed; 401: nobody knows who asks; 403: who asks may not; 429: too often; 503: it cannot be found out now.
/// </param>
/// <param name="Reason">What is wrong and what to do; null when it is allowed.</param>
/// <param name="Caller">Who asks, for limits and logs; null when nobody knows.</param>
internal sealed record AccessResult(int StatusCode, string? Reason, string? Caller)
{
    /// <summary>
    /// The name that goes with what is asked for into histories: that of the key, or the subject of the token. Null for
    /// callers without a name of their own, such as those of this machine.
    /// </summary>
    public string? Author { get; init; }

    public bool IsAllowed => StatusCode == StatusCodes.Status200OK;

    public static AccessResult Allowed(string caller, string? author = null) =>
        new(StatusCodes.Status200OK, null, caller) { Author = author };

    public static AccessResult Unauthenticated(string reason) => new(StatusCodes.Status401Unauthorized, reason, null);

    public static AccessResult Unknown(string reason) => new(StatusCodes.Status503ServiceUnavailable, reason, null);

    public static AccessResult Forbidden(string reason, string? caller = null) =>
        new(StatusCodes.Status403Forbidden, reason, caller);
}
