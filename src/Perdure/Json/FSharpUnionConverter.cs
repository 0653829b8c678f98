using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Perdure.Json;

/// <summary>
/// Writes a case without fields as its name, and one with fields as <c>{"Case":"Circle","Fields":[2.5]}</c>, which is
/// what Newtonsoft.Json writes for it. A case without fields is read in both forms.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the factory.")]
internal sealed class FSharpUnionConverter<T> : JsonConverter<T>
{
    private readonly FSharpUnionCase<T>[] _cases = FSharpUnion.Cases<T>();
    private readonly Func<T, int> _tagOf = FSharpUnion.TagOf<T>();

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        FSharpUnionCase<T> @case = _cases[_tagOf(value)];
        if (@case.Fields.Length == 0)
        {
            writer.WriteStringValue(@case.Name);
            return;
        }
        writer.WriteStartObject();
        writer.WriteString("Case", @case.Name);
        writer.WriteStartArray("Fields");
        for (int i = 0; i < @case.Fields.Length; i++)
            JsonSerializer.Serialize(writer, @case.Fields[i](value), @case.FieldTypes[i], options);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return Find(reader.GetString()!, fields: 0).Make([]);
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException();

        string name = NameOf(reader);
        FSharpUnionCase<T> @case = Find(name, fields: null);
        object?[]? values = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isFields = Is(ref reader, "Fields");
            reader.Read();
            if (isFields)
                values = ReadFields(ref reader, @case, options);
            else
                reader.Skip();
        }
        if ((values?.Length ?? 0) != @case.Fields.Length)
            throw Mismatch(name);
        return @case.Make(values ?? []);
    }

    private static object?[] ReadFields(
        ref Utf8JsonReader reader, FSharpUnionCase<T> @case, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Mismatch(@case.Name);
        object?[] values = new object?[@case.Fields.Length];
        int read = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (read == values.Length)
                throw Mismatch(@case.Name);
            values[read] = JsonSerializer.Deserialize(ref reader, @case.FieldTypes[read], options);
            read++;
        }
        return read == values.Length ? values : throw Mismatch(@case.Name);
    }

    /// <summary>Looks ahead for the case, because it need not come first.</summary>
    private static string NameOf(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isCase = Is(ref reader, "Case");
            reader.Read();
            if (isCase && reader.TokenType == JsonTokenType.String)
                return reader.GetString()!;
            reader.Skip();
        }
        throw new JsonException("The case of a union is missing.");
    }

    private static bool Is(ref Utf8JsonReader reader, string property) =>
        string.Equals(reader.GetString(), property, StringComparison.OrdinalIgnoreCase);

    private FSharpUnionCase<T> Find(string name, int? fields)
    {
        foreach (FSharpUnionCase<T> @case in _cases)
        {
            if (@case.Name == name)
                return fields is null || @case.Fields.Length == fields ? @case : throw Mismatch(name);
        }
        throw new JsonException("The union has no case of this name.");
    }

    private static JsonException Mismatch(string name) => new($"The fields of the case '{name}' do not fit.");
}

/// <summary>Finds the F# unions among all types.</summary>
internal sealed class FSharpUnionConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => FSharpUnion.Is(typeToConvert);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(FSharpUnionConverter<>).MakeGenericType(typeToConvert))!;
}
