using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Perdure.Core.History;

namespace Perdure.Core.Circuits;

/// <summary>
/// States and reports of circuits as JSON. What an earlier version has not written keeps its default: that is why the
/// properties have <c>set</c>; what is made for <c>init</c> would overwrite it with nothing.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(CircuitState))]
[JsonSerializable(typeof(CircuitFailures))]
[JsonSerializable(typeof(CircuitWants))]
[JsonSerializable(typeof(CircuitProbed))]
[JsonSerializable(typeof(CircuitRecovered))]
[JsonSerializable(typeof(CircuitTick))]
[JsonSerializable(typeof(CircuitCommand))]
[JsonSerializable(typeof(CircuitNotice))]
internal sealed partial class CircuitJson : JsonSerializerContext
{
    public static Payload Write<T>(T value) => new(JsonSerializer.SerializeToUtf8Bytes(value, TypeOf<T>()));

    /// <exception cref="FormatException">It is something else.</exception>
    public static T Read<T>(Payload payload)
    {
        try
        {
            return JsonSerializer.Deserialize(payload.Span, TypeOf<T>())
                ?? throw new FormatException($"There is no {typeof(T).Name} in 'null'.");
        }
        catch (JsonException e)
        {
            throw new FormatException($"This is not a {typeof(T).Name}: {e.Message}", e);
        }
    }

    /// <summary>The state of an entity; a new one when there is none.</summary>
    /// <exception cref="FormatException">It is not that of a circuit.</exception>
    public static CircuitState State(Payload state) => state.IsNone ? new() : Read<CircuitState>(state);

    private static JsonTypeInfo<T> TypeOf<T>() => (JsonTypeInfo<T>)Default.GetTypeInfo(typeof(T))!;
}
