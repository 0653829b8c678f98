using System.Globalization;
using Perdure;

/// <summary>Orders, one behind the other in several lines, until it is told to stop.</summary>
public sealed class Load(IDurableClient client)
{
    private const int Lines = 24;

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private int _last;
    private int _accepted;

    /// <summary>Orders whose start was acknowledged.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    public void Begin() => _running = Task.WhenAll(Enumerable.Range(0, Lines).Select(_ => RunLineAsync()));

    /// <summary>No more orders; those that were asked for get their answers.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    /// <summary>
    /// A start is acknowledged when it is durable. While nobody owns its partition that takes until somebody does.
    /// </summary>
    private async Task RunLineAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            int number = Interlocked.Increment(ref _last);
            string id = string.Create(CultureInfo.InvariantCulture, $"order-{number}");
            await client.StartNewAsync(nameof(Functions.Order), id, number);
            Interlocked.Increment(ref _accepted);
            await Task.Delay(Random.Shared.Next(50, 150));
        }
    }
}
