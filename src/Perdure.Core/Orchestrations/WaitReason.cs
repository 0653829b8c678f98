using System.Globalization;
using Perdure.Core.History;

namespace Perdure.Core.Orchestrations;

/// <summary>What is known of the code of an instance beside its history.</summary>
/// <param name="Missing">Why no program of the hub runs its code; null if one does.</param>
/// <param name="HasActivity">Whether one of them runs an activity function for it.</param>
/// <param name="Events">The names of the events that the code waits for, as its replay shows.</param>
/// <param name="LockedBy">Who has locked the entities that it waits for: entity to instance id.</param>
/// <param name="Problem">What kept the replay from showing anything; null if nothing did.</param>
internal sealed record CodeInsight(
    string? Missing, Func<string, bool> HasActivity, IReadOnlyCollection<string> Events,
    IReadOnlyDictionary<string, string> LockedBy, string? Problem);

/// <summary>
/// Why an instance does not go on, in a sentence for people. It is made of the fold of the history and of nothing that
/// only memory knows, so it is the same whoever asks, also after a restart.
/// </summary>
internal static class WaitReason
{
    public const int NamedMax = 5;

    /// <summary>Null when the instance has ended.</summary>
    public static string? Of(OrchestrationState state, IReadOnlyList<StoredTurn> turns, CodeInsight code) =>
        state switch
    {
        { Ended: true } => null,
        { Parked: true } => $"It is parked: {state.HeldReason?.TrimEnd('.')}. Resume it when the cause is mended.",
        { Suspended: true } =>
            $"It is suspended{By(state.HeldBy)} since {SinceHeld(turns)}{Because(state.HeldReason)}. "
                + "Resume it to let it go on.",
        { StartPendingUntil: { } start } => $"It starts at {Time(start)}.",
        _ when code.Missing is { } missing => missing,
        { Recorded: not null } => $"It goes on now: its code has yet to see what arrived at {Time(state.LastAt)}.",
        _ when code.Problem is { } problem => $"Its code does not replay: {problem}",
        _ => WaitsFor(state, turns, code),
    };

    private static string WaitsFor(OrchestrationState state, IReadOnlyList<StoredTurn> turns, CodeInsight code)
    {
        List<string> awaited =
        [
            .. state.Open.All.Select(opened => Describe(opened, SinceOf(opened, turns), state, code)),
            .. code.Events.Order(StringComparer.Ordinal).Select(name => $"the event '{name}'"),
        ];
        if (awaited.Count == 0)
            return "It waits for nothing that is known: its code runs, or awaits what no durable function made.";
        string more = awaited.Count > NamedMax ? $" and {awaited.Count - NamedMax} more" : "";
        return $"It waits for {string.Join(", ", awaited.Take(NamedMax))}{more}.";
    }

    /// <summary>The entities whose lock or answer it waits for.</summary>
    public static IEnumerable<string> Entities(OrchestrationState state) =>
        state.Open.All.Select(opened => EntityOf(opened, state)).OfType<string>().Distinct();

    private static string? EntityOf(HistoryEvent opened, OrchestrationState state) => opened switch
    {
        HistoryEvent.EntityOperationCalled x => x.Entity,
        HistoryEvent.EntityLockRequested => state.Section?.Awaited,
        _ => null,
    };

    private static string LockedBy(string entity, OrchestrationState state, CodeInsight code) =>
        code.LockedBy.TryGetValue(entity, out string? holder) && holder != state.Id
            ? $", which '{holder}' has locked"
            : "";

    private static string Describe(
        HistoryEvent opened, string since, OrchestrationState state, CodeInsight code) => opened switch
    {
        HistoryEvent.TaskScheduled x when !code.HasActivity(x.Name) =>
            $"the activity '{x.Name}' since {since}, which no program of the hub runs"
            + (state.Version is null ? "" : $" for version '{state.Version}'"),
        HistoryEvent.TaskScheduled { Attempt: > 1 } x => $"attempt {x.Attempt} of the activity '{x.Name}' since "
            + $"{since}",
        HistoryEvent.TaskScheduled x => $"the activity '{x.Name}' since {since}",
        HistoryEvent.TimerCreated x => $"a timer due at {Time(x.FireAt)}",
        HistoryEvent.SubOrchestrationInstanceCreated x =>
            $"the sub-orchestration '{x.Name}' with the id '{x.InstanceId}' since {since}",
        HistoryEvent.EntityOperationCalled x =>
            $"the operation '{x.Operation}' of the entity '{x.Entity}' since {since}{LockedBy(x.Entity, state, code)}",
        HistoryEvent.EntityLockRequested when EntityOf(opened, state) is { } entity =>
            $"the lock of the entity '{entity}' since {since}{LockedBy(entity, state, code)}",
        _ => opened.GetType().Name,
    };

    /// <summary>What was asked for before a rewind is done again since then.</summary>
    private static string SinceOf(HistoryEvent opened, IReadOnlyList<StoredTurn> turns) =>
        turns.LastOrDefault(t => t.Events.Contains(opened, ReferenceEqualityComparer.Instance)) is { } turn
            ? Time(turns.LastOrDefault(t => t.Number > turn.Number && Rewinds.In(t) is not null)?.At ?? turn.At)
            : "its start";

    private static string SinceHeld(IReadOnlyList<StoredTurn> turns) =>
        Time(turns.LastOrDefault(t => t.Events.Exists(e => e is HistoryEvent.ExecutionSuspended))?.At ?? 0);

    private static string By(string? author) => author is null ? "" : $" by '{author}'";

    private static string Because(string? reason) => string.IsNullOrWhiteSpace(reason) ? "" : $" ({reason})";

    private static string Time(long milliseconds) =>
        DateTime.UnixEpoch.AddMilliseconds(milliseconds)
            .ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
