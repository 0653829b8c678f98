using System.Diagnostics.Metrics;

namespace Perdure.Simulation.Runs;

/// <summary>The instruments of the runtime, counted for the run whose thread measures.</summary>
internal static class Measurements
{
    private static readonly Dictionary<string, Rare> Counted = new(StringComparer.Ordinal)
    {
        ["perdure.messages.dropped"] = Rare.DroppedMessage,
        ["perdure.results.late"] = Rare.LateResult,
        ["perdure.runs.stale"] = Rare.StaleRun,
        ["perdure.replays"] = Rare.Replayed,
        ["perdure.sessions.evicted"] = Rare.Evicted,
        ["perdure.instances.recovered"] = Rare.Recovered,
        ["perdure.instances.expired"] = Rare.Expired,
    };

    public static MeterListener Listen()
    {
        MeterListener listener = new()
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Perdure" && Counted.TryGetValue(instrument.Name, out Rare rare))
                    listener.EnableMeasurementEvents(instrument, (object)rare);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, rare) => Simulation.Here.Counters.Add((Rare)rare!));
        listener.Start();
        return listener;
    }
}
