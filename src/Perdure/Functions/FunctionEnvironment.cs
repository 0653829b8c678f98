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
}
