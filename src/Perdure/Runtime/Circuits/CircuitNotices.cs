using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Perdure.Core.Circuits;
using Perdure.Core.DeadLetters;
using Perdure.Core.Entities;
using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Queues;
using Perdure.Core.Stores;
using Perdure.Execution;
using Perdure.Functions;
using Perdure.Functions.Queues;
using Perdure.Runtime.DeadLetters;
using Perdure.Telemetry;

namespace Perdure.Runtime.Circuits;

/// <summary>
/// The engine's own queue for what circuits lead to: people are told, and what tripped a circuit runs again. A message
/// leaves in the commit that changes its circuit, so there is one for each opening; it has the retries and dead letters
/// of every queue.
/// </summary>
internal sealed class CircuitNotices(CircuitOptions options, CircuitChannels channels, Func<Node> node)
{
    /// <summary>No queue of a user can have this name.</summary>
    public const string Queue = "$circuits";

    private const int InHandMax = 16;
    private const int Page = 500;
    private const int LooksPerReminder = 25;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);

    private static readonly RetryPolicy s_retries = new()
    {
        RetriesMax = 20,
        First = TimeSpan.FromSeconds(2),
        Longest = TimeSpan.FromMinutes(10),
    };

    public QueueFunction Function(IServiceProvider services) => new(
        new QueueConsumer(Queue, "BuiltIn::CircuitNotices", s_retries),
        new ActivityFunction(
            "BuiltIn::CircuitNotices", timeout: Timeout.InfiniteTimeSpan, concurrency: null,
            new FunctionTarget(services, null, takesServices: false), RunAsync)
        {
            IsBuiltIn = true,
        },
        InHandMax, Returns: null);

    private async ValueTask<Payload> RunAsync(ActivityCall call)
    {
        Delivery delivery = ((ActivityCallContext)call.Context).Delivery;
        CircuitNotice notice = CircuitJson.Read<CircuitNotice>(call.Input);
        CancellationToken stop = call.Context.CancellationToken;
        if (notice.Kind == CircuitNoticeKind.Recover)
            await RecoverAsync(notice, delivery, stop);
        else if (notice.Channel is { } channel)
            await channels.SendAsync(channel, notice, LinkOf(notice), stop);
        else
            Tell(notice, delivery);
        return Payload.None;
    }

    /// <summary>Each channel has a message of its own, so that one that is away does not repeat the others.</summary>
    private void Tell(CircuitNotice notice, Delivery delivery)
    {
        ILogger logger = node().Logger;
        if (notice.Kind == CircuitNoticeKind.Closed)
            logger.CircuitClosed(notice.Circuit, notice.Epoch, notice.By ?? "its rules", notice.Reason ?? "");
        else
            logger.CircuitOpened(notice.Circuit, notice.Epoch, notice.Reason ?? "", LinkOf(notice) ?? "the HTTP API");
        foreach (string channel in channels.Names)
        {
            CircuitNotice copy = notice with { Channel = channel };
            delivery.Outbox.Add(
                node().Queues.ShardFor(Queue, channel),
                new Message.QueueItem($"{notice.Id}/{channel}", CircuitJson.Write(copy))
                {
                    Enqueued = node().Now,
                    Session = channel,
                });
        }
    }

    private string? LinkOf(CircuitNotice notice)
    {
        if (notice.Kind == CircuitNoticeKind.Closed || options.Notify.BaseUrl is not { } api)
            return null;
        string token = CircuitLink.Create(
            node().Secret, notice.Circuit, notice.Epoch,
            notice.At + (long)options.Notify.LinkLifetime.TotalMilliseconds);
        return $"{api.ToString().TrimEnd('/')}/circuits/restart?token={token}";
    }

    /// <summary>
    /// Lets what was put aside run again, waits until it has, and says how it went. It may do all that twice: what has
    /// run is not active any more.
    /// </summary>
    private async Task RecoverAsync(CircuitNotice notice, Delivery delivery, CancellationToken stop)
    {
        Node here = node();
        HashSet<DeadLetterKey> mine = [.. notice.Letters.Select(DeadLetterKey.Parse)];
        if (!notice.IsProbe && !notice.IsLate)
            mine.UnionWith(await UnheardAsync(mine, notice.Since - notice.Rules.Window, stop));
        DeadLetterKey[] letters = [.. mine];
        foreach (DeadLetterKey[] some in letters.Chunk(Page))
        {
            long now = here.Now;
            IReadOnlyList<DeadLetterKey> taken = await here.Store.ChangeDeadLettersAsync(
                some, DeadLetterState.Active,
                new DeadLetterChange(
                    DeadLetterState.Replaying, now,
                    TrailEntry.Of(now, DeadLetterAction.Replayed, $"the circuit {notice.Circuit}")), stop);
            Remind(taken);
        }
        for (int looks = 1; await AnyAsync(mine, DeadLetterState.Replaying, stop); looks++)
        {
            // Who owns them may not have heard of it.
            if (looks % LooksPerReminder == 0)
                Remind(letters);
            EntityRow? circuit = await here.Store.ReadEntityAsync(CircuitIds.Of(notice.Circuit), stop);
            CircuitState state = circuit is null ? new() : CircuitJson.State(circuit.State);
            // It has opened again, or somebody has decided otherwise.
            bool isWanted = notice.IsProbe ? state.Trying?.Key == notice.Letters[0]
                : state.IsRecovering || (notice.IsLate && state.Admits);
            if (state.Epoch != notice.Epoch || !isWanted)
                return;
            await Task.Delay(s_look, here.Time, stop);
        }
        if (notice.IsLate)
            return;
        int failed = await CountAsync(mine, DeadLetterState.Active, stop);
        delivery.Outbox.Add(
            CircuitIds.Of(notice.Circuit),
            new Message.Operation(
                CircuitOperations.Recovered, CircuitJson.Write(new CircuitRecovered(notice.Epoch, failed)
                {
                    IsProbe = notice.IsProbe,
                    Ran = notice.IsProbe && await RunsAsync(letters[0], stop) ? 1 : 0,
                })));
    }

    private void Remind(IEnumerable<DeadLetterKey> letters)
    {
        foreach (int partition in letters.Select(k => k.Partition).Distinct())
            node().Wakes.Replays(partition);
    }

    /// <summary>Whether it has run where it is; a message goes back to its queue and runs from there.</summary>
    private async Task<bool> RunsAsync(DeadLetterKey key, CancellationToken stop)
    {
        DeadLetterPage page = await node().Store.QueryDeadLettersAsync(
            new DeadLetterQuery { Key = key, PageSize = 1, WithRecords = false }, stop);
        return page.Rows is [{ State: DeadLetterState.Resolved } row] && TripLetters.IsEvent(row);
    }

    private async Task<bool> AnyAsync(HashSet<DeadLetterKey> keys, DeadLetterState state, CancellationToken stop) =>
        await CountAsync(keys, state, stop) > 0;

    private async Task<int> CountAsync(HashSet<DeadLetterKey> keys, DeadLetterState state, CancellationToken stop)
    {
        int count = 0;
        await foreach (DeadLetterRow row in RowsAsync(keys, new() { State = state, PageSize = Page }, stop))
            count += keys.Contains(row.Key) ? 1 : 0;
        return count;
    }

    /// <summary>What the circuit has not heard of yet, and must run with these to keep the order.</summary>
    private async Task<IReadOnlyList<DeadLetterKey>> UnheardAsync(
        HashSet<DeadLetterKey> known, long since, CancellationToken stop)
    {
        List<DeadLetterRow> rows = [];
        DeadLetterQuery query = new() { State = DeadLetterState.Active, From = since, PageSize = Page };
        await foreach (DeadLetterRow row in RowsAsync(known, query, stop))
            rows.Add(row);
        return TripLetters.Unheard(rows, known);
    }

    /// <summary>What a query finds in the partitions of these.</summary>
    private async IAsyncEnumerable<DeadLetterRow> RowsAsync(
        HashSet<DeadLetterKey> keys, DeadLetterQuery query, [EnumeratorCancellation] CancellationToken stop)
    {
        foreach (int partition in keys.Select(k => k.Partition).Distinct())
        {
            DeadLetterQuery here = query with { Partition = partition, WithRecords = false };
            while (true)
            {
                DeadLetterPage page = await node().Store.QueryDeadLettersAsync(here, stop);
                foreach (DeadLetterRow row in page.Rows)
                    yield return row;
                if (page.After is null)
                    break;
                here = here with { After = page.After };
            }
        }
    }
}
