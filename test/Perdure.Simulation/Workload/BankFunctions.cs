using Perdure.Simulation.Checking;

namespace Perdure.Simulation.Workload;

/// <summary>What needs a bank that is away from time to time, and so has a circuit.</summary>
[Circuit(Circuit)]
[FixedDelayRetry(0, "00:00:00.3000000")]
public static class BankFunctions
{
    public const string Circuit = "bank";
    public const string Stream = "payments";
    public const string Queue = "settlements";

    [FunctionName("Pay")]
    public static Task Pay([EventHubTrigger(Stream)] Payment payment, string eventId, RetryContext retry) =>
        CallAsync(payment, eventId, retry);

    [FunctionName("Settle")]
    public static Task Settle([QueueTrigger(Queue)] Payment payment, string id, RetryContext retry) =>
        CallAsync(payment, id, retry);

    private static async Task CallAsync(Payment payment, string id, RetryContext retry)
    {
        Simulation here = Simulation.Here;
        EventRecord record = here.EventJournal.Begin(id, retry.RetryCount);
        here.EventJournal.CheckCircuit(record);
        if (payment.IsBad)
            throw new DeadLetterException("the payment is bad");
        if (payment.Milliseconds > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(payment.Milliseconds), here.World.Current!.Time);
        if (here.Bank.IsAway)
        {
            record.WasRefusedByBank = true;
            throw new InvalidOperationException("the bank is away");
        }
        here.EventJournal.Succeed(record);
    }
}

/// <summary>What is sent to the bank.</summary>
public sealed record Payment
{
    public int Milliseconds { get; init; }

    /// <summary>Nothing helps it.</summary>
    public bool IsBad { get; init; }
}
