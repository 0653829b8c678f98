using System.Collections.Concurrent;
using Perdure.Core.Identity;
using Perdure.Core.Queues;

namespace Perdure.Runtime.Queues;

/// <summary>
/// Which shard of a queue a message goes to: that of its session, or one after the other. Each partition has one.
/// </summary>
internal sealed class QueueRoutes(int partitions)
{
    private readonly ConcurrentDictionary<string, string[]> _shards = new(StringComparer.Ordinal);
    private int _next;

    /// <param name="queue">The name of the queue, in lower case.</param>
    /// <param name="session">The session, or null.</param>
    public string ShardFor(string queue, string? session)
    {
        string[] shards = _shards.GetOrAdd(queue, Shards);
        return session is null
            ? shards[(uint)Interlocked.Increment(ref _next) % (uint)shards.Length]
            : shards[QueueIds.ShardOf(session, partitions)];
    }

    /// <summary>The shard of a queue that a partition has.</summary>
    public string ShardIn(string queue, int partition) => _shards.GetOrAdd(queue, Shards)[partition];

    /// <summary>Of each partition the first id that it has.</summary>
    private string[] Shards(string queue)
    {
        string[] shards = new string[partitions];
        int left = partitions;
        for (int number = 0; left > 0; number++)
        {
            string id = QueueIds.Shard(queue, number);
            ref string shard = ref shards[InstanceIds.Partition(id, partitions)];
            if (shard is not null)
                continue;
            shard = id;
            left--;
        }
        return shards;
    }
}
