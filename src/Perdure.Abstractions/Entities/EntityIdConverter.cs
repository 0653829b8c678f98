using System.Text.Json;
using System.Text.Json.Serialization;

namespace Perdure;

/// <summary>
/// Writes an entity id as <c>{"name":…,"key":…}</c>, the default value as null, and a key of a dictionary as its
/// instance id. Reads all three, and the instance id as a text as well.
/// </summary>
internal sealed class EntityIdConverter : JsonConverter<EntityId>
{
    public override bool HandleNull => true;

    public override EntityId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.Null => default,
            JsonTokenType.String => Parse(reader.GetString()!),
            JsonTokenType.StartObject => ReadObject(ref reader),
            _ => throw new JsonException("An entity id is an object with 'name' and 'key', or a text @name@key."),
        };

    public override void Write(Utf8JsonWriter writer, EntityId value, JsonSerializerOptions options)
    {
        if (value.IsNone)
        {
            writer.WriteNullValue();
            return;
        }
        writer.WriteStartObject();
        writer.WriteString("name"u8, value.EntityName);
        writer.WriteString("key"u8, value.EntityKey);
        writer.WriteEndObject();
    }

    public override EntityId ReadAsPropertyName(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Parse(reader.GetString()!);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, EntityId value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.ToString());

    private static EntityId ReadObject(ref Utf8JsonReader reader)
    {
        string? name = null;
        string? key = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string property = reader.GetString()!;
            reader.Read();
            if (property.Equals("name", StringComparison.OrdinalIgnoreCase))
                name = Text(ref reader, property);
            else if (property.Equals("key", StringComparison.OrdinalIgnoreCase))
                key = Text(ref reader, property);
            else
                reader.Skip();
        }
        if (name is null || key is null)
            throw new JsonException("An entity id has a 'name' and a 'key'; one of them is missing.");
        try
        {
            return new EntityId(name, key);
        }
        catch (ArgumentException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    private static string Text(ref Utf8JsonReader reader, string property) =>
        reader.TokenType == JsonTokenType.String
            ? reader.GetString()!
            : throw new JsonException($"'{property}' of an entity id is a text.");

    private static EntityId Parse(string text)
    {
        try
        {
            return EntityId.Parse(text);
        }
        catch (FormatException e)
        {
            throw new JsonException(e.Message, e);
        }
    }
}
