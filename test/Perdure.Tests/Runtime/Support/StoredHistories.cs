using System.Buffers;
using System.Text;
using System.Text.Json;
using Perdure.Core.History;
using Perdure.Core.Orchestrations;
using Perdure.Core.Replay;
using Perdure.Core.Stores;
using Perdure.Execution;
using Perdure.Hosting;

namespace Perdure.Tests.Runtime.Support;

/// <summary>
/// The replay property: every prefix of every stored history asks for exactly the recorded actions, and what is stored
/// is written again with the same bytes.
/// </summary>
internal static class StoredHistories
{
    public static async Task<int> CheckAsync(IStore store, PerdureHost host)
    {
        int runs = 0;
        InstanceQuery query = new() { PageSize = 1000 };
        do
        {
            InstancePage page = await store.QueryAsync(query, CancellationToken.None);
            foreach (InstanceSnapshot snapshot in page.Instances.Take(50))
            {
                InstanceRow row = snapshot.Row;
                IReadOnlyList<HistoryRow> rows = await store.ReadHistoryAsync(
                    new(row.Key, row.Generation), CancellationToken.None);
                foreach (HistoryRow stored in rows)
                    CheckBytes(stored);
                runs += await CheckPrefixesAsync(host, row, HistoryReader.ReadTurns(rows));
            }
            query = query with { Continuation = page.Continuation };
        }
        while (query.Continuation is not null);
        return runs;
    }

    private static void CheckBytes(HistoryRow stored)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter writer = new(buffer, HistoryNames.WriterOptions);
        writer.WriteStartArray();
        foreach (HistoryEvent e in HistoryReader.ReadRow(stored.Events))
            HistoryWriter.Write(writer, e);
        writer.WriteEndArray();
        writer.Flush();
        Encoding.UTF8.GetString(buffer.WrittenSpan).ShouldBe(Encoding.UTF8.GetString(stored.Events.Span));
    }

    private static async Task<int> CheckPrefixesAsync(PerdureHost host, InstanceRow row, List<StoredTurn> turns)
    {
        IOrchestrationExecutor executor = host.Node.Executor;
        if (!executor.Offers(row.Name, row.Version) || turns.Count == 0)
            return 0;
        List<RecordedRun> runs = RecordedRun.Of(turns);
        int longest = Math.Min(runs.Count, 40);
        for (int length = 0; length < longest; length++)
        {
            if (runs[length].NextTask is not null)
                continue;
            // As the instance was before the run: what the code sees of it is in its first event.
            OrchestrationState state =
                OrchestrationState.Load(row, turns.Where(t => t.Number < runs[length].Turn).ToList());
            if (length == 0)
                state = OrchestrationState.Load(row, [turns[0]]);
            IOrchestrationSession session = executor.Open(state, _ => { });
            CodeResult result = await session.RunAsync(
                new RunRequest(runs[length].At, runs[length].Fed, length == 0 ? null : runs[..length]));
            session.Abandon();
            Show(result, row, state).ShouldBe(Show(runs[length]), $"'{row.Id}' ({row.Name}), turn {runs[length].Turn}");
        }
        return longest;
    }

    private static string Show(RecordedRun run) => string.Join("\n", run.Asked.Select(e => e switch
    {
        HistoryEvent.TaskScheduled x => $"activity {x.Task} {x.Name} {x.Input} {x.Attempt} {x.FirstTask}",
        HistoryEvent.TimerCreated x => $"timer {x.Task} {x.FireAt}",
        HistoryEvent.TimerCanceled x => $"cancel {x.Task}",
        HistoryEvent.SubOrchestrationInstanceCreated x => $"child {x.Task} {x.Name} {x.InstanceId} {x.Input} "
            + $"{x.Detached}",
        HistoryEvent.EntityOperationCalled x => $"call {x.Task} {x.Entity} {x.Operation} {x.Input}",
        HistoryEvent.EntityOperationSignaled x => $"signal {x.Task} {x.Entity} {x.Operation} {x.Input} {x.DueAt}",
        HistoryEvent.EntityLockRequested x => $"lock {x.Task} {string.Join(' ', x.Entities)}",
        HistoryEvent.EntityUnlockSent x => $"unlock {x.Task}",
        HistoryEvent.ExecutionCompleted x => $"{x.Status} {x.Result} {x.Failure?.ErrorType} {x.Failure?.ErrorMessage}",
        _ => e.ToString(),
    }));

    private static string Show(CodeResult result, InstanceRow row, OrchestrationState state)
    {
        if (result is not CodeResult.Ran ran)
            return $"{result} in '{row.Id}'";
        IEnumerable<string> asked = ran.Actions.Where(a => a is not OrchestratorAction.SetCustomStatus)
            .Select(a => a switch
        {
            OrchestratorAction.ScheduleTask x =>
                $"activity {x.Task} {x.Name} {x.Input} {x.Attempt} {FirstTask(x, state)}",
            OrchestratorAction.CreateTimer x => $"timer {x.Task} {x.FireAt}",
            OrchestratorAction.CancelTimer x => $"cancel {x.Task}",
            OrchestratorAction.StartChild x =>
                $"child {x.Task} {x.Name} {InstanceId(x, state)} {x.Input} {x.Detached}",
            OrchestratorAction.CallEntity x => $"call {x.Task} {x.EntityId} {x.Operation} {x.Input}",
            OrchestratorAction.SignalEntity x => $"signal {x.Task} {x.EntityId} {x.Operation} {x.Input} {x.DueAt}",
            OrchestratorAction.LockEntities x => $"lock {x.Task} {string.Join(' ', x.EntityIds)}",
            OrchestratorAction.ReleaseLocks x => $"unlock {x.Task}",
            _ => a.ToString(),
        });
        string? end = ran.Completion switch
        {
            null => null,
            Completion.Succeeded x => $"Completed {x.Result}  ",
            Completion.Failed x => $"Failed  {x.Failure.ErrorType} {x.Failure.ErrorMessage}",
            _ => ran.Completion.ToString(),
        };
        return string.Join("\n", end is null ? asked : asked.Append(end));
    }

    // What the code asked for before a rewind has the name that it had then.

    private static int FirstTask(OrchestratorAction.ScheduleTask x, OrchestrationState state)
    {
        HistoryEvent.TaskScheduled asked = new(x.Task, x.Name, x.Input) { FirstTask = x.FirstTask };
        asked = state.Former?.Same(asked) ?? asked;
        state.Former?.Ask(asked.Task, asked.FirstTask);
        return asked.FirstTask;
    }

    private static string InstanceId(OrchestratorAction.StartChild x, OrchestrationState state)
    {
        HistoryEvent.SubOrchestrationInstanceCreated asked =
            new(x.Task, x.Name, x.InstanceId, x.Input) { Detached = x.Detached, FirstTask = x.FirstTask };
        asked = state.Former?.Same(asked, state.ExecutionId) ?? asked;
        state.Former?.Ask(asked.Task, asked.FirstTask);
        return asked.InstanceId;
    }
}
