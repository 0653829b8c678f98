using System.Diagnostics.Metrics;
using Perdure.Runtime;

namespace Perdure.Telemetry;

/// <summary>The instruments of the meter <c>Perdure</c>; <c>docs/telemetry.md</c> lists them.</summary>
internal sealed class Meters : IDisposable
{
    private readonly Meter _meter = new("Perdure");
    private readonly Counter<long> _started;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _operations;
    private readonly Histogram<double> _orchestrationTime;
    private readonly Histogram<double> _activityTime;

    public Meters(Node node)
    {
        _started = _meter.CreateCounter<long>(
            "perdure.orchestrations.started", "{orchestration}", "Orchestrations that began, by name.");
        _ended = _meter.CreateCounter<long>(
            "perdure.orchestrations.ended", "{orchestration}", "Orchestrations that ended, by name and status.");
        Rewound = _meter.CreateCounter<long>(
            "perdure.orchestrations.rewound", "{orchestration}", "Failed orchestrations that go on, by name.");
        _orchestrationTime = _meter.CreateHistogram<double>(
            "perdure.orchestration.duration", "s", "From creation to end, by name and status.");
        _activityTime = _meter.CreateHistogram<double>(
            "perdure.activity.duration", "s", "Run time of activities, by name and outcome.");
        _operations = _meter.CreateCounter<long>(
            "perdure.entities.operations", "{operation}", "Operations of entities that were run, by entity name.");
        DroppedMessages =
            _meter.CreateCounter<long>("perdure.messages.dropped", "{message}", "Messages that fitted nothing.");
        LateResults =
            _meter.CreateCounter<long>("perdure.results.late", "{result}", "Activity results whose instance was gone.");
        StaleRuns = _meter.CreateCounter<long>("perdure.runs.stale", "{run}", "Runs whose answer was overtaken.");
        Replays = _meter.CreateCounter<long>("perdure.replays", "{replay}", "Sessions rebuilt from history.");
        Evictions =
            _meter.CreateCounter<long>("perdure.sessions.evicted", "{session}", "Idle sessions that made room.");
        Recovered = _meter.CreateCounter<long>(
            "perdure.instances.recovered", "{instance}", "Instances that recovery brought back.");
        Expired = _meter.CreateCounter<long>(
            "perdure.instances.expired", "{instance}", "Instances deleted because they had been kept long enough.");
        _meter.CreateObservableGauge(
            "perdure.instances.resident", () => node.ResidentCount, "{instance}", "Instances in memory.");
        _meter.CreateObservableGauge(
            "perdure.activities.running", () => node.Activities.Running, "{activity}", "Activities that run.");
        _meter.CreateObservableGauge(
            "perdure.activities.waiting", () => node.Activities.Waiting, "{activity}",
            "Activities that wait for a slot.");
        _meter.CreateObservableCounter("perdure.batches", () => node.Batches, "{batch}", "Batches sent to the store.");
    }

    public Counter<long> Rewound { get; }
    public Counter<long> DroppedMessages { get; }
    public Counter<long> LateResults { get; }
    public Counter<long> StaleRuns { get; }
    public Counter<long> Replays { get; }
    public Counter<long> Evictions { get; }
    public Counter<long> Recovered { get; }
    public Counter<long> Expired { get; }

    public void OrchestrationStarted(string name) => _started.Add(1, new KeyValuePair<string, object?>("name", name));

    public void OrchestrationEnded(string name, string status, TimeSpan duration)
    {
        if (!_ended.Enabled && !_orchestrationTime.Enabled)
            return;
        KeyValuePair<string, object?> byName = new("name", name), byStatus = new("status", status);
        _ended.Add(1, byName, byStatus);
        _orchestrationTime.Record(duration.TotalSeconds, byName, byStatus);
    }

    public void EntityOperations(string name, int count)
    {
        if (count > 0)
            _operations.Add(count, new KeyValuePair<string, object?>("name", name));
    }

    public void ActivityEnded(string name, TimeSpan duration, bool failed)
    {
        if (_activityTime.Enabled)
            _activityTime.Record(
                duration.TotalSeconds, new("name", name), new("outcome", failed ? "failed" : "completed"));
    }

    public void Dispose() => _meter.Dispose();
}
