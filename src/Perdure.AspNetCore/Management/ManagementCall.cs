using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Perdure.AspNetCore.Hosting;
using Perdure.AspNetCore.Routing;

namespace Perdure.AspNetCore.Management;

/// <summary>One request, as its handler sees it.</summary>
internal sealed class ManagementCall(
    HttpContext context, PerdureHttp http, ManagementRoute route, IReadOnlyDictionary<string, string> values)
{
    public HttpContext Context => context;
    public HttpRequest Request => context.Request;
    public PerdureHttp Http => http;
    public ManagementRoute Route => route;
    public IDurableClient Client => http.Client;
    public CancellationToken Aborted => context.RequestAborted;

    /// <summary>Who asks.</summary>
    public string? Caller { get; set; }

    /// <summary>The name that whoever asks has in histories; null if they have none.</summary>
    public string? Author { get; set; }

    /// <summary>The client for what is kept with the name of whoever asks.</summary>
    public IDurableOrchestrationClient ClientOfAuthor =>
        Author is { } author ? http.Client.OnBehalfOf(author) : http.Client;

    /// <summary>How much of a body was read.</summary>
    public int BodyLength { get; private set; }

    /// <summary>The instance that the path names, decoded and otherwise as it came; null if it names none.</summary>
    public string? InstanceId => Value("instanceId");

    public string? Value(string name) => values.GetValueOrDefault(name);

    /// <summary>The first value of a parameter; null if it is missing or empty.</summary>
    public string? Query(string name) => Request.Query[name] is [{ Length: > 0 } value, ..] ? value : null;

    public StringValues Queries(string name) => Request.Query[name];

    public bool Flag(string name, bool otherwise = false) => Query(name) is not { } text
        ? otherwise
        : bool.TryParse(text, out bool value) ? value : throw Bad(name, text, "true or false");

    public int Number(string name, int otherwise, int min, int max) => Query(name) is not { } text
        ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            && value >= min && value <= max
            ? value
            : throw Bad(name, text, $"a number from {min} to {max}");

    /// <summary>A moment, in UTC unless it says otherwise.</summary>
    public DateTime? Time(string name) => Query(name) is not { } text
        ? null
        : DateTime.TryParse(
            text, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTime time)
            ? time
            : throw Bad(name, text, "a time such as 2026-12-01T09:00:00Z");

    /// <summary>One of the names of an enum, in any case.</summary>
    public T Choice<T>(string name, T otherwise) where T : struct, Enum => Query(name) is not { } text
        ? otherwise
        : Enum.TryParse(text, ignoreCase: true, out T value) && Enum.IsDefined(value) && char.IsAsciiLetter(text[0])
            ? value
            : throw Bad(name, text, $"one of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}");

    public TimeSpan? Seconds(string name) => Query(name) is not { } text
        ? null
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds)
            && seconds <= http.Options.MaxWait.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw Bad(name, text, $"a number of seconds up to {http.Options.MaxWait.TotalSeconds}");

    public async Task<JsonElement?> ReadJsonAsync()
    {
        byte[] body = await ReadBodyAsync();
        return RequestBody.Parse(Request, body);
    }

    public async Task<byte[]> ReadBodyAsync()
    {
        byte[] body = await RequestBody.ReadAsync(Request, http.Options.MaxBodyBytes, Aborted);
        BodyLength = body.Length;
        return body;
    }

    private static RequestRefusedException Bad(string name, string text, string expected) => new(
        StatusCodes.Status400BadRequest,
        $"The parameter {name} is '{(text.Length > 100 ? text[..100] : text)}'; it is {expected}.");
}
