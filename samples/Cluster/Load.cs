using System.Globalization;
using Perdure;

/// <summary>Orders, one behind the other in several lines, until it is told to stop.</summary>
/// <param name="client">Of this node; the orders go to whoever owns their partitions.</param>
/// <param name="name">Unlike that of any other load.</param>
/// <param name="accepted">Is told the id of an order when its start is acknowledged.</param>
public sealed class Load(IDurableClient client, string name, Action<string> accepted)
{
    private const int Lines = 8;

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private int _last;

    public void Begin() => _running = Task.WhenAll(Enumerable.Range(0, Lines).Select(RunLineAsync));

    /// <summary>No more orders; those that were asked for get their answers.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    /// <summary>
    /// A start is acknowledged when it is durable. An id that the client draws belongs to its own node, so such orders
    /// go on whatever happens to others; one that has a name may belong to a node that was killed, and waits until
    /// another has taken over.
    /// </summary>
    private async Task RunLineAsync(int line)
    {
        while (!_stop.IsCancellationRequested)
        {
            int number = Interlocked.Increment(ref _last);
            StartOptions options = new()
            {
                InstanceId = line % 2 == 0
                    ? null
                    : string.Create(CultureInfo.InvariantCulture, $"order-{name}-{number}"),
            };
            accepted(await client.StartNewAsync(nameof(Functions.Order), options, number));
            await Task.Delay(Random.Shared.Next(20, 80));
        }
    }
}
