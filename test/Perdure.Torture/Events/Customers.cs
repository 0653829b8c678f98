using Perdure.Torture.Journals;

namespace Perdure.Torture.Events;

/// <summary>
/// Those who place orders, each under a key of their own. Sometimes one does not wait for the answer, and places the
/// same orders once more.
/// </summary>
/// <param name="streams">Where they order.</param>
/// <param name="journal">What they ask and hear.</param>
/// <param name="run">Of the process, so that no order is placed by two.</param>
/// <param name="seed">Of the campaign.</param>
/// <param name="pauseMilliseconds">How long each rests at most: what is ordered is to be processed as well.</param>
internal sealed class Customers(
    IStreamClient streams, ClientJournal journal, int run, int seed, int pauseMilliseconds)
{
    private const int Count = 12, OrdersAtOnce = 8, AcknowledgedBeforeLoaded = 60;

    /// <summary>One of so many appends is given up, and how soon.</summary>
    private const int Impatient = 6, PatienceMilliseconds = 15;

    private int _acknowledged;

    /// <summary>Completes when there is something at stake.</summary>
    public TaskCompletionSource Loaded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Until it is told to stop; what has been begun is brought to its end.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, Count)
        .Select(c => PlaceAsync($"c{c}", new Random((seed * 31) + (run * 97) + c), stop)));

    private async Task PlaceAsync(string customer, Random random, CancellationToken stop)
    {
        for (int last = 0; !stop.IsCancellationRequested;)
        {
            Order[] orders = [.. Enumerable.Range(0, random.Next(1, OrdersAtOnce)).Select(_ => new Order(
                $"{customer}-{run}-{++last}", customer, random.Next(80) == 0,
                random.Next(4) == 0 ? random.Next(20) : 0))];
            foreach (Order order in orders)
                journal.Asks(EventsWorker.Append, order.Id);
            while (!await AppendAsync(customer, orders, random))
            {
            }
            foreach (Order order in orders)
                journal.Acknowledged(EventsWorker.Append, order.Id);
            if (Interlocked.Add(ref _acknowledged, orders.Length) >= AcknowledgedBeforeLoaded)
                Loaded.TrySetResult();
            await Task.Delay(random.Next(pauseMilliseconds), CancellationToken.None);
        }
    }

    /// <summary>False when nobody knows whether the orders are there.</summary>
    private async Task<bool> AppendAsync(string customer, Order[] orders, Random random)
    {
        using CancellationTokenSource patience = new();
        if (random.Next(Impatient) == 0)
            patience.CancelAfter(random.Next(PatienceMilliseconds));
        try
        {
            await streams.AppendAsync(
                OrderFunctions.Stream,
                orders.Select(o => new StreamEntry(o) { EventId = o.Id, PartitionKey = customer }),
                patience.Token);
            return true;
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return false;
        }
    }
}
