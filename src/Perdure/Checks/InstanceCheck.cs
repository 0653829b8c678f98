using Perdure.Core.Checks;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Orchestrations;
using Perdure.Core.Replay;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Histories;
using Perdure.Execution;
using Perdure.Functions;
using Perdure.Json;

namespace Perdure.Checks;

/// <summary>
/// Replays one instance with the functions of this program and says whether it could go on with them. Nothing comes of
/// what the code asks for. It runs code of users, which may do anything: whoever calls it keeps a clock.
/// </summary>
internal sealed class InstanceCheck(
    FunctionRegistry functions, InProcessExecutor executor, PayloadSerializer serializer)
{
    private static readonly string s_unreadable = typeof(PayloadException).FullName!;

    public CheckVerdict Of(InstanceHistory history)
    {
        try
        {
            List<StoredTurn> turns = HistoryReader.ReadTurns(history.Rows);
            if (turns.Count == 0)
                return Damaged(history.Row, "it has no history. Restore a backup");
            return Of(OrchestrationState.Load(history.Row, turns), turns);
        }
        catch (FormatException e)
        {
            return Damaged(history.Row, e.Message);
        }
#pragma warning disable CA1031 // A history that contradicts itself shows that in many ways, and must not end the check.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Damaged(history.Row, $"it cannot be followed: {e.GetType().Name}: {e.Message}");
        }
    }

    private CheckVerdict Of(OrchestrationState state, List<StoredTurn> turns)
    {
        if (!executor.Offers(state.Name, state.Version))
        {
            return Verdict(state, CheckOutcome.NoCode) with
            {
                Reason = state.Version is null
                    ? "this build has no orchestrator of that name"
                    : "this build has no orchestrator of that name and version",
            };
        }
        List<RecordedRun> runs = RecordedRun.Of(turns);
        // What has not begun only needs code that it can begin with.
        if (runs.Count > 0 && Replay(state, turns, runs) is { } broken)
            return broken;
        if (InVain(state) is { } reason)
            return Verdict(state, CheckOutcome.WaitsInVain) with { Reason = reason };
        return Verdict(state, state.Parked ? CheckOutcome.WouldGoOn : CheckOutcome.Fits);
    }

    private CheckVerdict? Replay(OrchestrationState state, List<StoredTurn> turns, List<RecordedRun> runs)
    {
        OrchestrationSession session = executor.OpenToLook(state);
        try
        {
            if (session.Replay(runs) is { } parted)
                return Parted(state, parted);
            if (session.Unreadable is { } unread)
                return Broken(state, unread.Message, unread.Message);
            if (EndedAs(turns) is { } status && session.Ended is Completion.Failed failed
                && status == InstanceStatus.Completed)
            {
                return Broken(
                    state, $"the code now fails where it had completed: {failed.Failure.ErrorMessage}", failed);
            }
            return state.Recorded is { } recorded ? Next(session, state, recorded) : null;
        }
        finally
        {
            session.Abandon();
        }
    }

    /// <summary>
    /// What has arrived and not been seen by the code is in the history as well; the code may go where it likes with
    /// it, if it can read it.
    /// </summary>
    private CheckVerdict? Next(OrchestrationSession session, OrchestrationState state, List<HistoryEvent> recorded) =>
        session.TryNext(state.LastAt, recorded) switch
        {
            CodeResult.Stopped stopped => Broken(state, stopped.Failure.ErrorMessage, stopped.Failure.ErrorMessage),
            CodeResult.Ran { Completion: Completion.Failed { Failure.ErrorType: var type } failed }
                when type == s_unreadable =>
                Broken(state, failed.Failure.ErrorMessage, failed),
            _ => session.Unreadable is { } unread
                ? Broken(state, unread.Message, unread.Message)
                : null,
        };

    private static CheckVerdict Parted(OrchestrationState state, ReplayBreak parted)
    {
        string? thrown = parted.Failure is { } failure ? $"{failure.ErrorType}: {failure.ErrorMessage}" : null;
        CheckVerdict verdict = Verdict(state, CheckOutcome.Breaks) with { Turn = parted.Turn, Exception = thrown };
        if (parted.Difference is not { } difference)
        {
            // The text begins with the orchestrator and the id, which stand elsewhere already.
            string left = parted.Failure?.ErrorMessage ?? "";
            int at = left.IndexOf("left its turn", StringComparison.Ordinal);
            return verdict with { Reason = at < 0 ? left : $"the code {left[at..].TrimEnd('.')}" };
        }
        string asks = difference.Actual is null ? "asks for nothing" : $"asks for {difference.Actual}";
        string holds = difference.Expected is null ? "holds nothing more" : $"holds {difference.Expected}";
        if (parted.Failure is not null && difference.Actual == "end")
            asks = "throws";
        string because = parted.Failure is null ? "" : $": {parted.Failure.ErrorMessage}";
        return verdict with
        {
            Reason = $"the code {asks} where the history {holds}{because}",
            Position = difference.Position,
            Expected = difference.Expected,
            Actual = difference.Actual,
        };
    }

    /// <summary>Why what it waits for will not come, as far as that is known; null when nothing is wrong.</summary>
    private string? InVain(OrchestrationState state)
    {
        List<string> reasons = [.. state.Open.All.Select(InVain).OfType<string>().Distinct()];
        return reasons.Count == 0 ? null : string.Join("; ", reasons);
    }

    private string? InVain(HistoryEvent opened) => opened switch
    {
        HistoryEvent.TaskScheduled x when !functions.TryGetActivity(x.Name, out _) =>
            $"it waits for the activity '{x.Name}', which is not in this build",
        HistoryEvent.TaskScheduled x => UnreadableInput(x),
        HistoryEvent.SubOrchestrationInstanceCreated x when !executor.Offers(x.Name, x.Version) =>
            $"it waits for the sub-orchestration '{x.Name}'{Of(x.Version)}, which is not in this build",
        HistoryEvent.EntityOperationCalled x => NoEntity(x.Entity),
        HistoryEvent.EntityLockRequested x => x.Entities.Select(NoEntity).FirstOrDefault(r => r is not null),
        _ => null,
    };

    private string? NoEntity(string id)
    {
        string name = EntityInstanceIds.Split(id).Name;
        return functions.TryGetEntity(name, out _)
            ? null
            : $"it waits for the entity '{name}', which is not in this build";
    }

    private string? UnreadableInput(HistoryEvent.TaskScheduled call)
    {
        if (!functions.TryGetActivity(call.Name, out ActivityFunction? activity) || activity.InputType is not { } type)
            return null;
        try
        {
            serializer.Deserialize(type, call.Input, new PayloadPlace(PayloadRole.ActivityInput, activity.Name));
            return null;
        }
        catch (PayloadException e)
        {
            return $"it waits for an activity that cannot begin: {e.Message.TrimEnd('.')}";
        }
    }

    private static string Of(string? version) => version is null ? "" : $" of version '{version}'";

    private static InstanceStatus? EndedAs(List<StoredTurn> turns) => Rewinds.Lived(turns).SelectMany(t => t.Events)
        .OfType<HistoryEvent.ExecutionCompleted>().LastOrDefault()?.Status;

    private static CheckVerdict Broken(OrchestrationState state, string reason, Completion.Failed failed) =>
        Broken(state, reason, $"{failed.Failure.ErrorType}: {failed.Failure.ErrorMessage}");

    private static CheckVerdict Broken(OrchestrationState state, string reason, string exception) =>
        Verdict(state, CheckOutcome.Breaks) with
        {
            Reason = reason.TrimEnd('.'), Exception = exception, Turn = state.NextTurn - 1,
        };

    private static CheckVerdict Damaged(InstanceRow row, string problem) => Verdict(row, CheckOutcome.Damaged) with
    {
        Reason = $"its history cannot be read: {problem.TrimEnd('.')}",
    };

    private static CheckVerdict Verdict(OrchestrationState state, CheckOutcome outcome) =>
        Verdict(state.Row!, outcome);

    /// <summary>For who has nothing but the row.</summary>
    public static CheckVerdict Verdict(InstanceRow row, CheckOutcome outcome) => new()
    {
        InstanceId = row.Id,
        Orchestrator = row.Name,
        Version = row.Version,
        Status = row.Held == Held.No || row.Status.IsTerminal
            ? row.Status.ToString()
            : row.Held.ToString(),
        Outcome = outcome,
    };
}
