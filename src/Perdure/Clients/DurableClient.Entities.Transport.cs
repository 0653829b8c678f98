using Perdure.Core.History;

namespace Perdure.Clients;

/// <summary>How what concerns entities reaches their partitions and the store.</summary>
internal sealed partial class DurableClient
{
    private Task SendSignalAsync(
        string entityInstanceId, string operation, Payload input, long? dueAt, CancellationToken cancellationToken) =>
        throw new NotSupportedException("This host does not carry signals yet.");

    private Task<(bool Exists, Payload State)> ReadEntityAsync(
        string entityInstanceId, CancellationToken cancellationToken) =>
        throw new NotSupportedException("This host does not read entities yet.");

    /// <summary>The name in the query is in lower case, and its token is as the caller gave it.</summary>
    private Task<EntityQueryResult> ListAsync(EntityQuery query, CancellationToken cancellationToken) =>
        throw new NotSupportedException("This host does not list entities yet.");

    private Task<CleanEntityStorageResult> CleanAsync(
        bool removeEmptyEntities, bool releaseOrphanedLocks, CancellationToken cancellationToken) =>
        throw new NotSupportedException("This host does not clean up entities yet.");
}
