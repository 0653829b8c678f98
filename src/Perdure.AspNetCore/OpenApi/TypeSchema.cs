using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;

namespace Perdure.AspNetCore.OpenApi;

/// <summary>What values of a type look like, in the words that OpenAPI 3.0 has of JSON Schema.</summary>
internal static class TypeSchema
{
    private static readonly JsonSchemaExporterOptions s_exact = new() { TreatNullObliviousAsNonNullable = true };

    /// <summary>Of a value that travels as JSON; empty, which is anything, when the type does not tell.</summary>
    public static JsonObject OfJson(Type type, JsonSerializerOptions options)
    {
        try
        {
            return Translate(options.GetJsonSchemaAsNode(type, s_exact));
        }
        catch (Exception e) when (e is NotSupportedException or InvalidOperationException)
        {
            return [];
        }
    }

    /// <summary>Of a value that stands as a text in an address.</summary>
    public static JsonObject OfText(Type type)
    {
        Type simple = Nullable.GetUnderlyingType(type) ?? type;
        if (simple.IsEnum)
            return new() { ["type"] = "string", ["enum"] = new JsonArray([.. Enum.GetNames(simple).Select(Text)]) };
        return Type.GetTypeCode(simple) switch
        {
            TypeCode.Boolean => new() { ["type"] = "boolean" },
            TypeCode.Int32 => new() { ["type"] = "integer", ["format"] = "int32" },
            TypeCode.Int64 => new() { ["type"] = "integer", ["format"] = "int64" },
            >= TypeCode.SByte and <= TypeCode.UInt64 => new() { ["type"] = "integer" },
            TypeCode.Single => new() { ["type"] = "number", ["format"] = "float" },
            TypeCode.Double => new() { ["type"] = "number", ["format"] = "double" },
            TypeCode.Decimal => new() { ["type"] = "number" },
            TypeCode.DateTime => new() { ["type"] = "string", ["format"] = "date-time" },
            _ when simple == typeof(DateTimeOffset) => new() { ["type"] = "string", ["format"] = "date-time" },
            _ when simple == typeof(DateOnly) => new() { ["type"] = "string", ["format"] = "date" },
            _ when simple == typeof(Guid) => new() { ["type"] = "string", ["format"] = "uuid" },
            _ => new() { ["type"] = "string" },
        };
    }

    private static JsonNode? Text(string name) => name;

    /// <summary>
    /// OpenAPI 3.0 has one type for a value, says <c>nullable</c> of one that may be null, and finds references at
    /// other places: where a type holds itself, anything is left.
    /// </summary>
    private static JsonObject Translate(JsonNode? node)
    {
        JsonObject made = [];
        if (node is not JsonObject schema || schema.ContainsKey("$ref"))
            return made;
        foreach ((string keyword, JsonNode? value) in schema)
        {
            switch (keyword)
            {
                case "type":
                    SetType(made, value!);
                    break;
                case "properties":
                    made[keyword] = new JsonObject(value!.AsObject().Select(
                        p => KeyValuePair.Create(p.Key, (JsonNode?)Translate(p.Value))));
                    break;
                case "items":
                    made[keyword] = Translate(value);
                    break;
                case "additionalProperties":
                    made[keyword] = value is JsonObject ? Translate(value) : value?.DeepClone();
                    break;
                case "anyOf":
                    made[keyword] = new JsonArray([.. value!.AsArray().Select(Translate)]);
                    break;
                case "const":
                    made["enum"] = new JsonArray(value?.DeepClone());
                    break;
                case "enum" or "required" or "format" or "default":
                    made[keyword] = value?.DeepClone();
                    break;
            }
        }
        // Whoever sends an object may leave out what may be null.
        if (made["required"] is JsonArray required)
            required.RemoveAll(name => made["properties"]?[(string)name!]?["nullable"] is not null);
        if ((string?)made["type"] == "array")
            made.TryAdd("items", new JsonObject());
        return made;
    }

    private static void SetType(JsonObject made, JsonNode type)
    {
        string[] all = type is JsonArray several ? [.. several.Select(t => (string)t!)] : [(string)type!];
        string[] types = [.. all.Where(t => t != "null")];
        if (types.Length == 1)
            made["type"] = types[0];
        if (types.Length < all.Length)
            made["nullable"] = true;
    }
}
