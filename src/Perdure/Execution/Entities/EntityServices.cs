using Microsoft.Extensions.Logging;
using Perdure.Clients;
using Perdure.Json;

namespace Perdure.Execution.Entities;

/// <summary>What every batch of operations of a host shares.</summary>
internal sealed record EntityServices(PayloadSerializer Serializer, IIdSource Ids, TimeProvider Time, ILogger Logger)
{
    /// <summary>Whether another node has the code.</summary>
    public Func<string, bool> IsElsewhere { get; init; } = static _ => false;

    /// <summary>The newest version in which other nodes have some code; null for none.</summary>
    public Func<string, string?> NewestElsewhere { get; init; } = static _ => null;

    /// <summary>Compiled once; hosts of one program in one process may share them.</summary>
    public EntityClasses Classes { get; init; } = new(Serializer);
}
