using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;

namespace Perdure.Core.Stores;

/// <summary>
/// A row of <c>instances</c>. It holds no payload but the custom status: input and output are history events.
/// </summary>
internal sealed record InstanceRow
{
    public required int Partition { get; init; }
    public required long Key { get; init; }
    public required string Id { get; init; }
    public required string Name { get; init; }
    public string? Version { get; init; }
    public required InstanceStatus Status { get; init; }
    public int Generation { get; init; }
    public Held Held { get; init; }

    /// <summary>
    /// Recovery must load it: an activity without a <c>tasks</c> row is open, or recorded events or a new generation
    /// wait for the code. True too long is safe, false too early is not.
    /// </summary>
    public bool Owed { get; init; }

    public Payload CustomStatus { get; init; }
    public required long Created { get; init; }
    public long? Ended { get; init; }

    /// <summary>The instance id of the parent.</summary>
    public string? Parent { get; init; }
}

/// <summary>The columns of an instance that change; null leaves a column as it is.</summary>
internal sealed record InstanceUpdate(int Partition, long Key)
{
    public InstanceStatus? Status { get; init; }
    public int? Generation { get; init; }

    /// <summary>Only a new generation has another one.</summary>
    public string? Version { get; init; }

    public Held? Held { get; init; }
    public bool? Owed { get; init; }

    /// <summary>Null leaves it; <see cref="Payload.None"/> clears it.</summary>
    public Payload? CustomStatus { get; init; }

    public long? Ended { get; init; }

    /// <summary>
    /// An instance that had ended goes on: <see cref="InstanceRow.Ended"/> is cleared, whatever <see cref="Ended"/>
    /// says.
    /// </summary>
    public bool Reopened { get; init; }

    /// <summary>Both, this one first.</summary>
    public InstanceUpdate Then(InstanceUpdate next) => new(Partition, Key)
    {
        Status = next.Status ?? Status,
        Generation = next.Generation ?? Generation,
        Version = next.Version ?? Version,
        Held = next.Held ?? Held,
        Owed = next.Owed ?? Owed,
        CustomStatus = next.CustomStatus ?? CustomStatus,
        Ended = next.Reopened ? null : next.Ended ?? Ended,
        Reopened = next.Reopened || (Reopened && next.Ended is null),
    };

    /// <summary>
    /// What to write so that <paramref name="before"/> becomes <paramref name="after"/>; null when nothing changed.
    /// </summary>
    public static InstanceUpdate? Between(InstanceRow before, InstanceRow after)
    {
        InstanceUpdate update = new(after.Partition, after.Key)
        {
            Status = before.Status == after.Status ? null : after.Status,
            Generation = before.Generation == after.Generation ? null : after.Generation,
            Version = before.Version == after.Version ? null : after.Version,
            Held = before.Held == after.Held ? null : after.Held,
            Owed = before.Owed == after.Owed ? null : after.Owed,
            CustomStatus = before.CustomStatus.Equals(after.CustomStatus) ? null : after.CustomStatus,
            Ended = before.Ended == after.Ended ? null : after.Ended,
            Reopened = before.Ended is not null && after.Ended is null,
        };
        return update is
        {
            Status: null, Generation: null, Version: null, Held: null, Owed: null, CustomStatus: null, Ended: null,
            Reopened: false,
        }
            ? null
            : update;
    }
}

/// <summary>One turn of one execution, or one part of a wide one: a JSON array of events.</summary>
internal readonly record struct HistoryRow(
    long Key, int Generation, int Turn, int Part, long At, ReadOnlyMemory<byte> Events);

/// <summary>A row of <c>entities</c>: all that is kept of an entity.</summary>
internal sealed record EntityRow
{
    public required int Partition { get; init; }

    /// <summary><c>@name@key</c>.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }
    public required string Key { get; init; }

    /// <summary>None for an entity that is only locked.</summary>
    public Payload State { get; init; }

    /// <summary>Who has locked it, and the request that got the lock.</summary>
    public EntityCaller? Holder { get; init; }

    /// <summary>The time of the last operation.</summary>
    public required long Last { get; init; }
}

/// <summary>Where a message row stands: the receiver's partition, who numbered it, and its number there.</summary>
internal readonly record struct MessageKey(int Partition, long Origin, long Number);

/// <summary>A message to an instance that memory alone may not carry. <c>Target</c> is the instance id.</summary>
internal readonly record struct MessageRow(MessageKey Key, string Target, int Kind, ReadOnlyMemory<byte> Body);

internal readonly record struct TimerKey(int Partition, long Due, long Number);

/// <summary>A durable timer or delayed message. <c>Target</c> is the instance id; the body names the task.</summary>
internal readonly record struct TimerRow(TimerKey Key, string Target, ReadOnlyMemory<byte> Body);

/// <summary>
/// Work that must be counted (careful mode) or that another node does. <c>Task</c> is −1 for a turn. <c>Deaths</c>
/// counts the openings of the partition that found the row: each is a process that died meanwhile.
/// </summary>
internal readonly record struct TaskRow(int Partition, long Key, int Generation, int Task, long Node, int Deaths);

/// <summary>The answer to a request that came from another node; kept for a day.</summary>
internal readonly record struct OutcomeRow(string Id, RequestOutcome Outcome);

/// <summary>
/// One orchestration execution or purge: the history rows of <c>Key</c> up to and including <c>Generation</c>.
/// </summary>
internal readonly record struct SweepRow(int Partition, long Key, int Generation);

/// <summary>How much waits for a target from one origin.</summary>
/// <param name="Partition">Of the hub.</param>
/// <param name="Target">What the messages are addressed to.</param>
/// <param name="Origin">Who numbers them.</param>
/// <param name="Count">How many there are.</param>
/// <param name="First">The lowest number: the message that was sent first.</param>
internal readonly record struct BacklogRow(int Partition, string Target, long Origin, long Count, long First);
