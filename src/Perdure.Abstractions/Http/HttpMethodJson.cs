using System.Text.Json;
using System.Text.Json.Serialization;

namespace Perdure;

/// <summary>An HTTP method as its name.</summary>
internal sealed class HttpMethodJson : JsonConverter<HttpMethod>
{
    public override HttpMethod Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? name = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        try
        {
            // A known name gives the known method, whatever its case.
            return HttpMethod.Parse(name);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new JsonException("The method of an HTTP request is a name such as GET.", e);
        }
    }

    public override void Write(Utf8JsonWriter writer, HttpMethod value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Method);
}
