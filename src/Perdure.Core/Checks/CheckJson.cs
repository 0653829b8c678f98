using System.Text.Json.Serialization;

namespace Perdure.Core.Checks;

/// <summary>The shapes of what travels; <see cref="CheckText"/> is what to use.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(CheckRequest))]
[JsonSerializable(typeof(CheckLine))]
[JsonSerializable(typeof(CheckVerdict))]
internal sealed partial class CheckJson : JsonSerializerContext;
