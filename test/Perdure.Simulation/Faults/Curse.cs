using Perdure.Core.Stores;

namespace Perdure.Simulation.Faults;

/// <summary>Data that the store refuses, always and only, as a database refuses text that it cannot hold.</summary>
internal static class Curse
{
    public const string Word = "cursed";

    public static bool IsOn(Batch batch, FaultRates faults) => faults.IsOn && batch.Turns.Any(IsOn);

    private static bool IsOn(TurnRows rows) =>
        Holds(rows.History.Events)
        || (rows.HistoryParts?.Any(p => Holds(p.Events)) ?? false)
        || (rows.InsertMessages?.Any(m => Holds(m.Body)) ?? false)
        || (rows.InsertTimers?.Any(t => Holds(t.Body)) ?? false);

    private static bool Holds(ReadOnlyMemory<byte> text) => text.Span.IndexOf("cursed"u8) >= 0;
}
