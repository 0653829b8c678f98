using Perdure.Core.Circuits;
using Perdure.Core.DeadLetters;
using Perdure.Core.Messages;
using Perdure.Core.Stores;

namespace Perdure.Runtime.Circuits;

/// <summary>What circuits are told, as messages that leave with a commit.</summary>
internal static class CircuitSignals
{
    private const int ErrorMax = 500;

    /// <summary>What is bad itself counts, and does not run again when the circuit closes.</summary>
    public static CircuitFailure Of(DeadLetterRow dead, FailureDetails failure) => new(
        dead.Function, dead.Fingerprint, Text(failure),
        TripLetters.RunAgain(dead) ? dead.Key.ToString() : null)
    {
        InPlace = TripLetters.IsEvent(dead),
    };

    /// <summary>Of something that was given up and is not put aside.</summary>
    public static CircuitFailure Of(string function, FailureDetails failure) =>
        new(function, DeadLetterRecord.FingerprintOf(failure), Text(failure), null);

    /// <summary>To each circuit of a function.</summary>
    public static IEnumerable<(string Target, Message Message)> Failed(
        CircuitGates gates, IReadOnlyList<CircuitFailure> failures) =>
        failures.Count == 0
            ? []
            : gates.All.Select(g => To(g, CircuitOperations.Failed, new CircuitFailures(g.Rules, failures)
            {
                Version = VersionOf(g),
            }));

    public static (string Target, Message Message) Opens(CircuitGate gate, string reason, TimeSpan? retryAfter) =>
        To(gate, CircuitOperations.Failed, new CircuitFailures(gate.Rules, [])
        {
            Version = VersionOf(gate),
            Opens = reason,
            RetryAfter = (long?)retryAfter?.TotalMilliseconds,
        });

    /// <summary>What became of an event that was a probe.</summary>
    /// <param name="pass">With which it ran.</param>
    /// <param name="failure">Null when it ended well.</param>
    /// <param name="isOfEvent">The event itself is bad, which says nothing of what it depends on.</param>
    public static IEnumerable<(string Target, Message Message)> Probed(
        CircuitPass pass, FailureDetails? failure, bool isOfEvent) =>
        pass.Probes.Select(p => To(p.Gate, CircuitOperations.Probed, new CircuitProbed(
            p.Token, failure is null ? true : isOfEvent ? null : false, failure is null ? null : Text(failure))));

    public static (string Target, Message Message) Wants(CircuitGate gate, int partition) =>
        To(gate, CircuitOperations.Wants, new CircuitWants(partition, VersionOf(gate)));

    /// <summary>
    /// What is known of it here; nothing while the commit that would have changed it has failed and it is read again.
    /// </summary>
    private static long VersionOf(CircuitGate gate) => gate.Known?.Version ?? 0;

    private static (string, Message) To<T>(CircuitGate gate, string operation, T input) =>
        (CircuitIds.Of(gate.Name), new Message.Operation(operation, CircuitJson.Write(input)));

    private static string Text(FailureDetails failure)
    {
        string text = $"{failure.ErrorType}: {failure.ErrorMessage}";
        return text.Length <= ErrorMax ? text : text[..ErrorMax];
    }
}

/// <summary>Something that circuits are told by itself, in line for a batch.</summary>
internal sealed class CircuitEntry(Partition partition, IReadOnlyList<(string Target, Message Message)> told)
    : RowsEntry(partition, new TurnRows
    {
        Partition = partition.Number,
        InsertMessages = Outgoing.Rows(told, partition.Node.Partitions),
    })
{
    /// <summary>Puts it in line. If the partition is lost before, its next owner says it again.</summary>
    public static void Tell_NeedsLock(Partition partition, IReadOnlyList<(string Target, Message Message)> told)
    {
        if (told.Count == 0)
            return;
        partition.EnterWork();
        partition.Node.LaneOf(partition).Append(new CircuitEntry(partition, told));
        partition.Node.Scheduler.Queue(static l => l.Go(), partition.Node.LaneOf(partition));
    }

    public override void OnCommitted()
    {
        for (int i = 0; i < told.Count; i++)
        {
            (string target, Message message) = told[i];
            Partition.Node.Deliver(target, message with { Row = Rows.InsertMessages![i].Key }, this);
        }
        Partition.ExitWork();
    }

    public override void OnStale() => Partition.ExitWork();
}
