using Perdure.Core.Circuits;
using Perdure.Core.DeadLetters;
using Perdure.Core.Messages;
using Perdure.Core.Queues;
using Perdure.Core.Stores;
using Perdure.Runtime.Circuits;
using Perdure.Simulation.Runs;
using Perdure.Simulation.Scheduling;
using Perdure.Simulation.Workload;

namespace Perdure.Simulation.Checking;

/// <summary>
/// The circuit of the bank: each opening has one notification, in the commit that opens it; nothing begins behind it;
/// and what was put aside runs again, or stays where operators find it.
/// </summary>
internal sealed partial class Ledger
{
    /// <summary>How long what was handed out before may be on its way, if its process does not stand still.</summary>
    private static readonly TimeSpan s_onItsWay = TimeSpan.FromSeconds(3);

    private readonly Dictionary<DeadLetterKey, EventRecord> _letters = [];
    private long _circuitSince;

    public CircuitState Circuit { get; private set; } = new();

    /// <summary>Whether it waits for nothing that comes by itself.</summary>
    public bool IsCircuitQuiet => Circuit.Admits
        || Circuit is { Status: CircuitStatus.HalfOpen, IsRecovering: false, Trying: null, Probe: null };

    /// <summary>A function that needs the bank begins.</summary>
    public void CheckCircuit(EventRecord record, SimulatedProcess process)
    {
        long before = simulation.World.Ticks - s_onItsWay.Ticks;
        if (_circuitSince > before || process.WentOnAt > before)
            return;
        if (Circuit.Status is CircuitStatus.Open or CircuitStatus.Isolated)
            Violate($"'{record.Id}' begins, and the circuit is {Circuit.Status} for a while, in version "
                + $"{Circuit.Version}. Its process knows {process.Node!.Circuits.Find(BankFunctions.Circuit)?.Known}.");
        if (Circuit.Status == CircuitStatus.HalfOpen && record is { Runs: 1, Log: { } log }
            && Circuit.Letters.Any(l => l.InPlace && _letters.GetValueOrDefault(DeadLetterKey.Parse(l.Key)) is { } other
                && other.Log == log && other.Number < record.Number))
            Violate($"'{record.Id}' begins, and what was put aside before it waits for the circuit.");
    }

    private void CheckCircuit(TurnRows rows)
    {
        if (rows.UpsertEntity is not { } row || !CircuitIds.Is(row.Id))
            return;
        CircuitState next = CircuitJson.State(row.State);
        List<CircuitNotice> notices =
        [
            .. (rows.InsertMessages ?? []).Where(m => IsNotice(m.Target))
                .Select(m => CircuitJson.Read<CircuitNotice>(((Message.QueueItem)MessageCodec.Decode(m)).Body)),
        ];
        long[] told = [.. notices
            .Where(n => n.Kind is CircuitNoticeKind.Opened or CircuitNoticeKind.GaveUp).Select(n => n.Epoch)];
        long[] opened = [.. Enumerable.Range(1, (int)(next.Epoch - Circuit.Epoch)).Select(i => Circuit.Epoch + i)];
        if (!told.SequenceEqual(opened))
            Violate($"The circuit opens from {Circuit.Epoch} to {next.Epoch}, and tells of {string.Join(' ', told)}.");
        if (next.Changes.Any(c => c is { From: CircuitStatus.Open, To: CircuitStatus.Open }))
            Violate("The circuit opens while it is open.");
        if (next.Version < Circuit.Version)
            Violate($"The circuit goes back from version {Circuit.Version} to {next.Version}.");
        foreach (long _ in opened)
            simulation.Counters.Add(Rare.CircuitOpened);
        if (notices.Exists(n => n.IsProbe))
            simulation.Counters.Add(Rare.CircuitProbed);
        if (next.Status != Circuit.Status || opened.Length > 0)
        {
            simulation.Trace($"  the circuit is {next.Status}, opening {next.Epoch}: {next.Reason}");
            _circuitSince = simulation.World.Ticks;
            if (next.Status == CircuitStatus.Closed)
                simulation.Counters.Add(Rare.CircuitClosed);
        }
        Circuit = next;
    }

    /// <summary>What was put aside because the bank was away, or because it is bad.</summary>
    private void PutAsideForBank(DeadLetterRow dead, EventRecord record)
    {
        if (dead.Class != DeadLetterReason.CrashSuspect && dead.Class != DeadLetterReason.Rejected
            && !record.WasRefusedByBank)
            Violate($"'{dead.EventId}' was put aside ({dead.Class}), and the bank has never refused it.");
    }

    private void Change(DeadLetterUpdate update)
    {
        if (!_letters.TryGetValue(update.Key, out EventRecord? record))
        {
            Violate($"Dead letter {update.Key} was changed and is not there.");
            return;
        }
        switch (update.State)
        {
            case DeadLetterState.Resolved when record.Succeeded == 0:
                Violate($"'{record.Id}' was put aside and counts as done, and its function has never ended well.");
                break;
            case DeadLetterState.Resolved:
                record.IsPutAside = false;
                simulation.Counters.Add(Rare.LetterRanAgain);
                break;
            case DeadLetterState.Requeued when record.Place != EventPlace.Done || !record.IsPutAside:
                Violate($"'{record.Id}' goes back to its queue, and was not put aside.");
                break;
            case DeadLetterState.Requeued:
                (record.IsPutAside, record.Place) = (false, EventPlace.Nowhere);
                simulation.Counters.Add(Rare.LetterRequeued);
                break;
        }
    }

    private static bool IsNotice(string target) => QueueIds.Is(target) && IsQueue(target, CircuitNotices.Queue);

    private static bool IsQueue(string shard, string queue) =>
        shard.StartsWith($"@@{queue}/", StringComparison.Ordinal);
}
