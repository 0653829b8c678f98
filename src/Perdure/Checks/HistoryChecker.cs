using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Perdure.Core.Checks;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Histories;

namespace Perdure.Checks;

/// <summary>
/// Checks a stream of instances on a bounded number of threads, with a bounded number of them in memory. What the code
/// of one does cannot end the check of the others, short of ending the process.
/// </summary>
internal sealed class HistoryChecker(InstanceCheck check, CheckSettings settings)
{
    /// <summary>How many threads were left to each orchestrator.</summary>
    private readonly ConcurrentDictionary<(string Name, string? Version), int> _hangs = new();

    /// <summary>A verdict for each, in the order in which they are found.</summary>
    public async IAsyncEnumerable<CheckVerdict> RunAsync(
        IAsyncEnumerable<InstanceHistory> histories, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Channel<InstanceHistory> read =
            Channel.CreateBounded<InstanceHistory>(new BoundedChannelOptions(2 * settings.Threads));
        Channel<CheckVerdict> found = Channel.CreateBounded<CheckVerdict>(new BoundedChannelOptions(256));
        Task work = WorkAsync(histories, read, found, stop.Token);
        try
        {
            await foreach (CheckVerdict verdict in found.Reader.ReadAllAsync(cancellationToken))
                yield return verdict;
            await work;
        }
        finally
        {
            // Who reads may have had enough.
            await stop.CancelAsync();
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task WorkAsync(
        IAsyncEnumerable<InstanceHistory> histories, Channel<InstanceHistory> read, Channel<CheckVerdict> found,
        CancellationToken cancellationToken)
    {
        try
        {
            // Those who read first, because filling may not pause before there is nothing left to read.
            Task[] lanes =
            [
                .. Enumerable.Range(0, settings.Threads)
                    .Select(_ => LaneAsync(read.Reader, found.Writer, cancellationToken)),
            ];
            await Task.WhenAll([.. lanes, FillAsync(histories, read.Writer, cancellationToken)]);
            found.Writer.Complete();
        }
        catch (Exception e)
        {
            found.Writer.Complete(e);
            throw;
        }
    }

    /// <summary>What goes wrong in reading ends the lanes as well.</summary>
    private static async Task FillAsync(
        IAsyncEnumerable<InstanceHistory> histories, ChannelWriter<InstanceHistory> read,
        CancellationToken cancellationToken)
    {
        try
        {
            await foreach (InstanceHistory history in histories.WithCancellation(cancellationToken))
                await read.WriteAsync(history, cancellationToken);
            read.Complete();
        }
        catch (Exception e)
        {
            read.Complete(e);
            throw;
        }
    }

    private async Task LaneAsync(
        ChannelReader<InstanceHistory> read, ChannelWriter<CheckVerdict> found, CancellationToken cancellationToken)
    {
        CheckThread thread = new(check);
        try
        {
            await foreach (InstanceHistory history in read.ReadAllAsync(cancellationToken))
            {
                (string, string?) code = (history.Row.Name.ToUpperInvariant(), history.Row.Version);
                if (_hangs.GetValueOrDefault(code) >= settings.HangsMax)
                {
                    await found.WriteAsync(
                        Hangs(history.Row, "not tried, because others of this orchestrator did not come to an end"),
                        cancellationToken);
                    continue;
                }
                CheckVerdict verdict;
                try
                {
                    verdict = await thread.CheckAsync(history)
                        .WaitAsync(settings.TimeMax, settings.Time, cancellationToken);
                }
                catch (TimeoutException)
                {
                    _hangs.AddOrUpdate(code, 1, (_, count) => count + 1);
                    thread.Dispose();
                    thread = new CheckThread(check);
                    verdict = Hangs(
                        history.Row,
                        $"the code does not come to an end within {settings.TimeMax.TotalSeconds:0.###} s of replay: "
                        + "it blocks or loops");
                }
                await found.WriteAsync(verdict, cancellationToken);
            }
        }
        finally
        {
            thread.Dispose();
        }
    }

    private static CheckVerdict Hangs(InstanceRow row, string reason) =>
        InstanceCheck.Verdict(row, CheckOutcome.Hangs) with { Reason = reason };
}
