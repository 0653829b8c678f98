using Perdure.Core.Messages;
using Perdure.Core.Stores;
using Perdure.Core.Timers;
using Perdure.Runtime;

namespace Perdure.Clients;

/// <summary>Timers for people: what is known of them is read from the store, what they are told goes to their owners.
/// </summary>
internal sealed class TimerClient(Node node) : ITimerClient
{
    private const int Previewed = 5;

    public async Task<IReadOnlyList<TimerStatus>> ListAsync(CancellationToken cancellationToken = default)
    {
        (string from, string before) = TimerIds.All;
        IReadOnlyList<ReaderRow> rows = await node.OpenStore.ReadReadersAsync(from, before, cancellationToken);
        IEnumerable<TimerState> never =
            from function in node.Functions.Timers
            where !rows.Any(r => r.Log == TimerIds.Of(function.Consumer.Name))
            select new TimerState { Name = function.Consumer.Name };
        IEnumerable<TimerStatus> timers = rows.Select(StateOf).Concat(never).Select(View);
        return [.. timers.OrderBy(t => t.Name, StringComparer.OrdinalIgnoreCase)];
    }

    public async Task<TimerStatus?> GetAsync(string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return (await ListAsync(cancellationToken))
            .FirstOrDefault(t => t.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    public Task PauseAsync(string name, CancellationToken cancellationToken = default) =>
        TellAsync(name, new Message.TimerOrder(TimerOrderKind.Pause), cancellationToken);

    public Task ResumeAsync(string name, CancellationToken cancellationToken = default) =>
        TellAsync(name, new Message.TimerOrder(TimerOrderKind.Resume), cancellationToken);

    public async Task<string> TriggerAsync(string name, CancellationToken cancellationToken = default)
    {
        string function = Known(name);
        Message.TimerOrder order = new(TimerOrderKind.Run)
        {
            OccurrenceId = $"{function}-{node.Ids.NewId()}",
            Time = node.Now,
        };
        return await TellAsync(name, order, cancellationToken) switch
        {
            RequestOutcome.Accepted => order.OccurrenceId,
            RequestOutcome.Busy => throw new InvalidOperationException(
                $"{TimerOrders.AskedMax} occurrences of the timer '{function}' wait to begin. Try again when some of "
                + "them have run."),
            _ => throw new InvalidOperationException(
                $"An occurrence of the timer '{function}' runs, or waits for its retry, and its trigger says Overlap = "
                + "Skip. Wait until it has ended, or let the trigger say Overlap = Queue."),
        };
    }

    private async Task<RequestOutcome> TellAsync(
        string name, Message.TimerOrder order, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        string id = TimerIds.Of(Known(name));
        if (node.IsStopping)
            throw Node.Stopping();
        Request request = new();
        node.PartitionOf(id).Submit(id, order with { Ticket = request });
        return await request.Outcome.WaitHereAsync(cancellationToken);
    }

    /// <summary>As its author spells it; if only other nodes have it, as the caller does.</summary>
    /// <exception cref="ArgumentException">No program of the hub has it.</exception>
    private string Known(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (node.Functions.TimerFunction(name) is { } function)
            return function.Consumer.Name;
        if (node.Leases.OffersElsewhere(CodeNames.Timer(name)))
            return name;
        string[] known =
            [.. node.Functions.Timers.Select(f => f.Consumer.Name).Order(StringComparer.OrdinalIgnoreCase)];
        string list = known.Length == 0 ? "There is none at all." : $"Known: {string.Join(", ", known)}.";
        throw new ArgumentException($"No program of this hub has the timer '{name}'. {list}");
    }

    private static TimerState StateOf(ReaderRow row) => TimerStateCodec.Decode(row.Position, row.At, row.State);

    private TimerStatus View(TimerState state)
    {
        bool isHere = node.Functions.TimerFunction(state.Name) is not null;
        long[] upcoming = state.IsPaused || state.Next is 0 or TimerSchedule.Never
            ? []
            : [.. (ScheduleOf(state)?.From(state.Next) ?? [state.Next]).Take(Previewed)];
        return new TimerStatus
        {
            Name = state.Name,
            Schedule = state.Schedule,
            TimeZone = state.TimeZone,
            HasFunction = isHere || node.Leases.OffersElsewhere(CodeNames.Timer(state.Name)),
            IsPaused = state.IsPaused,
            Last = TimeOf(state.Last),
            Next = upcoming is [var next, ..] ? TimeOf(next) : null,
            LastUpdated = TimeOf(state.UpdatedAt),
            Upcoming = [.. upcoming.Select(DateTimeOffset.FromUnixTimeMilliseconds)],
            Current = state.Current is { } current ? View(current) : null,
            Waiting = state.Asked.Count,
        };
    }

    private static TimerOccurrence View(Occurrence occurrence) => new(
        occurrence.Id, DateTimeOffset.FromUnixTimeMilliseconds(occurrence.Time), occurrence.IsPastDue,
        occurrence.Failures, TimeOf(occurrence.DueAt),
        occurrence.Attempts is [.., var last] ? last.Failure : null);

    /// <summary>Also where another program has the function: what is stored says it all.</summary>
    private static TimerSchedule? ScheduleOf(TimerState state) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(state.TimeZone, out TimeZoneInfo? zone)
            ? TimerSchedule.Read(state.Schedule, zone, out _)
            : null;

    private static DateTimeOffset? TimeOf(long time) =>
        time == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(time);
}
