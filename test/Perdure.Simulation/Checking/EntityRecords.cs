using Perdure.Core.Entities;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Simulation.Scheduling;

namespace Perdure.Simulation.Checking;

/// <summary>What the checker knows of one entity: its own fold of the committed rows.</summary>
internal sealed class EntityRecord(string id)
{
    public string Id => id;

    /// <summary>As it was written last; null while there is none.</summary>
    public EntityRow? Row { get; set; }

    /// <summary>
    /// The tokens of the operations that have changed the state, in order; null when there is no state.
    /// </summary>
    public IReadOnlyList<string>? Log { get; set; }

    /// <summary>Since when, in commits, the state was what: the checker of reads looks here.</summary>
    public List<(long Since, IReadOnlyList<string>? Log)> Versions { get; } = [(0, null)];

    /// <summary>Requests for the lock and releases that are rows.</summary>
    public Dictionary<MessageKey, EntityCaller> Requests { get; } = [];
    public Dictionary<MessageKey, TaskKey> Releases { get; } = [];

    /// <summary>By sender: the number of the last operation of it that was run.</summary>
    public Dictionary<string, long> LastOf { get; } = new(StringComparer.Ordinal);

    /// <summary>Signals of clients that were acknowledged and are not done: what is sent later comes later.</summary>
    public List<Deed> Acknowledged { get; } = [];

    /// <summary>Whether the state was this at some moment since then.</summary>
    public bool WasSince(long since, IReadOnlyList<string>? log) =>
        VersionsSince(since).Any(v => EntityBatchRun.IsSame(v, log));

    public bool ExistedSince(long since) => VersionsSince(since).Any(v => v is not null);

    private IEnumerable<IReadOnlyList<string>?> VersionsSince(long since) =>
        Versions.Where((_, i) => i + 1 == Versions.Count || Versions[i + 1].Since >= since).Select(v => v.Log);

    public bool IsLetGo(TaskKey request) => Releases.ContainsValue(request);
}

internal enum DeedPlace
{
    /// <summary>Asked by a client, and not in the store.</summary>
    Nowhere,
    InRow,

    /// <summary>Not due yet.</summary>
    InTimer,

    /// <summary>What it did is committed.</summary>
    Done,

    /// <summary>It was consumed without being run, for a reason that its sender was told, if anybody was.</summary>
    Failed,
}

/// <summary>One operation that somebody sent to an entity, found again by the token in its input.</summary>
internal sealed class Deed(string token, string target)
{
    public string Token => token;
    public string Target => target;

    /// <summary>The instance that sent it; null for a client.</summary>
    public string? Sender { get; init; }

    public EntityCaller? Caller { get; init; }
    public long? DueAt { get; init; }

    /// <summary>From one sender the operations have growing numbers.</summary>
    public long Order { get; init; }

    public DeedPlace Place { get; set; }
    public bool WasRefused { get; set; }

    /// <summary>Of a client: the process that it asked.</summary>
    public SimulatedProcess? Process { get; init; }

    /// <summary>Of a client: when, in steps of the world, it sent this and heard of it.</summary>
    public long Sent { get; init; }
    public long Heard { get; set; } = long.MaxValue;

    public int Runs { get; set; }
    public EntityBatchRun? LastRun { get; set; }
}

/// <summary>The locks of one execution, as its history tells.</summary>
/// <param name="Task">The request.</param>
/// <param name="Entities">In the order in which they are asked.</param>
/// <param name="Granted">How many of them are locked.</param>
internal sealed record LockSet(TaskKey Task, IReadOnlyList<string> Entities, int Granted)
{
    public IEnumerable<string> Asked => Entities.Take(Granted + 1);
    public string? Awaited => Granted < Entities.Count ? Entities[Granted] : null;
}

/// <summary>A message that a turn has to send, and how it is known.</summary>
internal readonly record struct ExpectedMessage(string Target, string What, Func<Message, bool> Fits);
