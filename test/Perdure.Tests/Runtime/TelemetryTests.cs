using System.Diagnostics;
using System.Diagnostics.Metrics;
using Perdure.Telemetry;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Runtime;

public abstract class TelemetryTests(Setup setup) : HubTests(setup)
{
    [Fact]
    public async Task An_orchestration_is_one_span_over_all_its_turns_and_restarts_and_its_activities_are_below()
    {
        List<Activity> spans = [];
        string id = NewId();
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == "Perdure",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if ((span.GetTagItem("durabletask.task.instance_id") as string)?.StartsWith(
                    id, StringComparison.Ordinal) != true)
                    return;
                lock (spans)
                    spans.Add(span);
            },
        };
        ActivitySource.AddActivityListener(listener);
        Code.Work = c =>
            c.GetInput<int>() == 2 ? throw new InvalidOperationException("no") : Task.FromResult<object?>(1);
        Code.Child = async c => await c.CallActivityAsync<int>("Work", 1);
        Code.Main = async c =>
        {
            await c.CallActivityAsync("Work", 1);
            await c.WaitForExternalEvent("go");
            await c.CallSubOrchestratorAsync("Child", $"{c.InstanceId}c", null);
            await c.CallActivityAsync("Work", 2);
            return null;
        };
        await Client.StartNewAsync("Main", id);
        await Hub.UntilHistoryAsync(id, "TaskCompleted");
        await Hub.CrashAsync();
        await Client.RaiseEventAsync(id, "go");
        await Hub.EndAsync(id);
        await Hub.UntilAsync(() =>
        {
            lock (spans)
                return spans.Count >= 6;
        });
        spans.Select(s => s.OperationName).Order().ShouldBe(
        [
            "activity:Work", "activity:Work", "activity:Work", "create_orchestration:Main", "orchestration:Child",
                "orchestration:Main",
        ]);
        spans.Select(s => s.TraceId).Distinct().Count().ShouldBe(1);
        Activity main = spans.Single(s => s.OperationName == "orchestration:Main");
        Activity child = spans.Single(s => s.OperationName == "orchestration:Child");
        main.ParentSpanId.ShouldBe(spans.Single(s => s.OperationName == "create_orchestration:Main").SpanId);
        main.Status.ShouldBe(ActivityStatusCode.Error);
        child.ParentSpanId.ShouldBe(main.SpanId);
        spans.Count(s => s.OperationName == "activity:Work" && s.ParentSpanId == main.SpanId).ShouldBe(2);
        spans.Count(s => s.OperationName == "activity:Work" && s.ParentSpanId == child.SpanId).ShouldBe(1);
        spans.Count(s => s.OperationName == "activity:Work" && s.Status == ActivityStatusCode.Error).ShouldBe(1);
        main.Duration.ShouldBeGreaterThanOrEqualTo(child.Duration);
    }

    [Fact]
    public async Task The_meter_has_these_instruments()
    {
        List<string> instruments = [];
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == "Perdure")
                    instruments.Add($"{instrument.Name} {instrument.Unit}");
            },
        };
        listener.Start();
        await Hub.RestartAsync();
        instruments.Distinct().Order().ShouldBe(
        [
            "perdure.activities.running {activity}",
            "perdure.activities.waiting {activity}",
            "perdure.activity.duration s",
            "perdure.batches {batch}",
            "perdure.entities.operations {operation}",
            "perdure.instances.expired {instance}",
            "perdure.instances.recovered {instance}",
            "perdure.instances.resident {instance}",
            "perdure.messages.dropped {message}",
            "perdure.orchestration.duration s",
            "perdure.orchestrations.ended {orchestration}",
            "perdure.orchestrations.rewound {orchestration}",
            "perdure.orchestrations.started {orchestration}",
            "perdure.replays {replay}",
            "perdure.results.late {result}",
            "perdure.runs.stale {run}",
            "perdure.sessions.evicted {session}",
        ]);
    }

    [Fact]
    public void Log_lines_have_stable_ids()
    {
        IEnumerable<string> events =
            from method in typeof(Log).GetMethods()
            let attribute = (Microsoft.Extensions.Logging.LoggerMessageAttribute?)Attribute.GetCustomAttribute(
                method, typeof(Microsoft.Extensions.Logging.LoggerMessageAttribute))
            where attribute is not null
            orderby attribute.EventId
            select $"{attribute.EventId} {method.Name} {attribute.Level}";
        string.Join("\n", events).ShouldBe("""
            1 NodeStarted Information
            2 NodeStopped Information
            3 StopDeadline Warning
            5 RoundFailed Warning
            6 LeaseExpired Error
            7 PartitionHandedOver Information
            8 NodeLost Critical
            9 RoundBroken Error
            10 CommitUncertain Warning
            11 BatchNotWritten Warning
            12 PartitionReopened Error
            13 ReopenFailed Error
            14 RecoveryFailed Error
            15 CarefulMode Warning
            16 TimersNotRead Error
            17 MessageFoundByAudit Error
            18 Bug Critical
            20 LoadFailed Error
            21 NoCode Warning
            22 ExecutorFailed Error
            23 MessageDropped Debug
            24 ResultDropped Debug
            25 SessionNotDisposed Warning
            26 LongHistory Warning
            27 StartDropped Warning
            30 OrchestrationEnded Information
            31 OrchestrationFailed Warning
            32 OrchestrationParked Error
            33 OrchestrationRewound Information
            40 ActivityFailed Warning
            41 ActivityHasNoCode Warning
            42 CancellationFailed Warning
            43 SignalFailed Warning
            45 EntityCallFailed Debug
            46 EntityNotDisposed Warning
            50 RetentionIsOn Information
            51 RetentionPurged Information
            52 RetentionFailed Error
            60 SecretInHistory Warning
            70 QueueHasNoFunction Warning
            71 MessagePutAside Warning
            72 EventPutAside Warning
            73 EventSkipped Error
            74 StreamHeld Error
            75 EventsLost Error
            76 DeadLettersChanged Information
            78 OccurrencePutAside Warning
            79 OccurrencesSkipped Information
            80 CircuitOpened Error
            81 CircuitClosed Warning
            82 EventsWait Warning
            83 KeyIsFull Error
            85 CheckpointMoved Information
            86 GroupDeleted Information
            87 HeldEventPutAside Warning
            88 DeadLettersDeleted Information
            89 DeadLetterEdited Information
            90 NoCodeOfVersion Warning
            120 UsageRefused Error
            121 FunctionIsDisabled Information
            """);
    }
}

public sealed class TelemetryOnMemory() : TelemetryTests(Setup.Memory);
public sealed class TelemetryOnSqliteCold() : TelemetryTests(Setup.SqliteCold);
