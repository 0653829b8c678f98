using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Primitives;

namespace Perdure;

/// <summary>
/// Headers as an object: a value as a text, several values of one header as an array of texts in their order.
/// </summary>
internal sealed class HttpHeadersJson : JsonConverter<IDictionary<string, StringValues>>
{
    /// <summary>A copy in which names are found in any case, as HTTP has it.</summary>
    public static Dictionary<string, StringValues> Copy(IEnumerable<KeyValuePair<string, StringValues>>? headers)
    {
        Dictionary<string, StringValues> copy = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, StringValues values) in headers ?? [])
            Add(copy, name, values);
        return copy;
    }

    /// <summary>The same name again, whatever its case, adds values.</summary>
    public static void Add(Dictionary<string, StringValues> headers, string name, StringValues values) =>
        headers[name] = headers.TryGetValue(name, out StringValues there) ? StringValues.Concat(there, values) : values;

    public override IDictionary<string, StringValues> Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("Headers are a JSON object.");
        Dictionary<string, StringValues> headers = Copy(null);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            Add(headers, name, ReadValues(ref reader));
        }
        return headers;
    }

    public override void Write(
        Utf8JsonWriter writer, IDictionary<string, StringValues> value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach ((string name, StringValues values) in value)
        {
            writer.WritePropertyName(name);
            if (values.Count == 1)
            {
                writer.WriteStringValue(values[0]);
                continue;
            }
            writer.WriteStartArray();
            foreach (string? text in values)
                writer.WriteStringValue(text);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    private static StringValues ReadValues(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return new StringValues(ReadText(ref reader));
        List<string> values = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            values.Add(ReadText(ref reader));
        return new StringValues([.. values]);
    }

    private static string ReadText(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString()!,
        JsonTokenType.Null => "",
        _ => throw new JsonException("The value of a header is a text or an array of texts."),
    };
}
