using System.Text.Json;

namespace Perdure.AspNetCore.Management;

/// <summary>What a request is answered with.</summary>
/// <param name="Status">The status code.</param>
internal sealed record Answer(int Status)
{
    /// <summary>Writes the JSON of the body; null for none.</summary>
    public Action<Utf8JsonWriter>? Body { get; init; }

    /// <summary>
    /// Writes lines of JSON, each an item, as they come; in the place of <see cref="Body"/>. What goes wrong on the way
    /// cuts the connection, because the status is sent by then.
    /// </summary>
    public IAsyncEnumerable<Action<Utf8JsonWriter>>? Lines { get; init; }

    /// <summary>A body that is not JSON; null for none.</summary>
    public (string ContentType, string Text)? Text { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public static Answer Of(int status, JsonElement body) => new(status) { Body = body.WriteTo };

    /// <summary>A refusal: what is wrong, with the value, and what to do.</summary>
    public static Answer Refusal(int status, string message) => new(status)
    {
        Body = w =>
        {
            w.WriteStartObject();
            w.WriteString("Message", message);
            w.WriteEndObject();
        },
    };

    /// <summary>What somebody threw, in the shape that clients of Durable Functions know.</summary>
    public static Answer Error(int status, Exception exception, bool showStackTrace = false) => new(status)
    {
        Body = w =>
        {
            w.WriteStartObject();
            w.WriteString("Message", exception.Message);
            w.WriteString("ExceptionMessage", exception.Message);
            w.WriteString("ExceptionType", exception.GetType().FullName);
            if (showStackTrace)
                w.WriteString("StackTrace", exception.ToString());
            w.WriteEndObject();
        },
    };

    public Answer With(params ReadOnlySpan<(string Name, string Value)> headers)
    {
        Dictionary<string, string> all = new(Headers);
        foreach ((string name, string value) in headers)
            all[name] = value;
        return this with { Headers = all };
    }
}
