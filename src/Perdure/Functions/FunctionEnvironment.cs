using Microsoft.Extensions.Logging;
using Perdure.Json;

namespace Perdure.Functions;

/// <summary>What the functions of one host share.</summary>
/// <param name="Services">The root of the services; scopes are made from it.</param>
/// <param name="Loggers">Where the functions log.</param>
/// <param name="Serializer">How their inputs and results become JSON.</param>
/// <param name="TaskHub">The name of the only hub whose client they can ask for.</param>
internal sealed record FunctionEnvironment(
    IServiceProvider Services, ILoggerFactory Loggers, PayloadSerializer Serializer, string TaskHub)
{
    /// <summary>How functions of queues run unless their triggers say otherwise.</summary>
    public QueueOptions Queues { get; init; } = new();

    /// <summary>The same of functions of streams.</summary>
    public StreamOptions Streams { get; init; } = new();

    /// <summary>The circuits of both.</summary>
    public CircuitOptions Circuits { get; init; } = new();

    /// <summary>The version of the program, and which instances it runs.</summary>
    public VersioningOptions Versioning { get; init; } = new();

    /// <summary>What is different for single functions, by name in any case.</summary>
    public IDictionary<string, FunctionOptions> Functions { get; init; } = new Dictionary<string, FunctionOptions>();

    /// <summary>How many runs the limits let through that functions share, by name in any case.</summary>
    public IDictionary<string, int> ConcurrencyLimits { get; init; } = new Dictionary<string, int>();

    /// <summary>The limits that functions share; null before they are read.</summary>
    public NamedLimits? Limits { get; init; }

    /// <summary>What is different for a function; nothing when it is not named.</summary>
    public FunctionOptions OptionsOf(FunctionDescription function) =>
        Functions.TryGetValue(function.Name, out FunctionOptions? own) ? own : s_none;

    private static readonly FunctionOptions s_none = new();
}
