using Microsoft.Extensions.Logging;
using Perdure.Json;

namespace Perdure.Execution;

/// <summary>What every session of a host shares.</summary>
internal sealed record SessionServices(
    IServiceProvider Services, PayloadSerializer Serializer, ILoggerFactory Loggers, bool ParkNonDeterministic);
