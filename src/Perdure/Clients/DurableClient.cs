using System.Collections.ObjectModel;
using System.Diagnostics;
using Perdure.Core.History;
using Perdure.Core.Identity;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Functions;
using Perdure.Json;
using Perdure.Runtime;

namespace Perdure.Clients;

/// <summary>
/// The client of the hub that this host serves. It checks what it is given, puts it to the partition of the instance
/// and answers when the outcome is durable.
/// </summary>
internal sealed partial class DurableClient(
    Node node, FunctionRegistry functions, PayloadSerializer serializer, IIdSource ids) :
    DurableOrchestrationClient, IDurableClient
{
    private static readonly TimeSpan s_firstLook = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_longestLook = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BackPressurePause = TimeSpan.FromMilliseconds(5);

    private string? _author;

    /// <summary>Where starts, events and signals go instead of leaving at once; null for none.</summary>
    private Outbox? _outbox;

    /// <summary>The client that this one was made of to speak for somebody, or itself.</summary>
    public DurableClient Origin { get => field ?? this; private init; }

    public string TaskHubName => node.Settings.TaskHub;

    public async Task<string> StartNewAsync(
        string orchestratorFunctionName, StartOptions options, object? input = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(orchestratorFunctionName);
        ArgumentNullException.ThrowIfNull(options);
        string name = functions.OrchestrationName(orchestratorFunctionName, node.Leases.OffersElsewhere);
        string id = options.InstanceId is null ? NewId() : CheckedId(options.InstanceId);
        CheckTags(options.Tags);
        using Activity? span = RuntimeTelemetry.StartCreation(name, id);
        HistoryEvent.ExecutionStarted started = new()
        {
            Name = name,
            ExecutionId = ids.NewExecutionId(),
            Version = functions.VersionOfNew(name, options.Version, node.Leases.NewestElsewhere),
            Input = serializer.Serialize(input, new PayloadPlace(PayloadRole.OrchestrationInput, name)),
            StartAt = options.StartAt is { } at ? CeilingMilliseconds(at) : null,
            Tags = options.Tags is { Count: > 0 } ? options.Tags.ToDictionary(StringComparer.Ordinal) : null,
            TraceParent = (span ?? Activity.Current)?.Id,
        };
        Message.Start start = new(started) { OnlyIfNeverStarted = options.OnlyIfNeverStarted };
        await StartAsync(id, start, isNew: options.InstanceId is null, cancellationToken);
        return id;
    }

    public async Task<string> RestartAsync(
        string instanceId, bool restartWithNewInstanceId = true, CancellationToken cancellationToken = default)
    {
        CheckedId(instanceId);
        InstanceSnapshot before = await node.OpenStore.ReadSnapshotAsync(instanceId, cancellationToken)
            ?? throw NotFound(instanceId);
        string name = functions.OrchestrationName(before.Row.Name, node.Leases.OffersElsewhere);
        string id = restartWithNewInstanceId ? NewId() : instanceId;
        using Activity? span = RuntimeTelemetry.StartCreation(name, id);
        HistoryEvent.ExecutionStarted started = StatusView.StartOf(before) with
        {
            Name = name,
            ExecutionId = ids.NewExecutionId(),
            StartAt = null,
            Parent = null,
            TraceParent = (span ?? Activity.Current)?.Id,
        };
        await StartAsync(id, new Message.Start(started), isNew: restartWithNewInstanceId, cancellationToken);
        return id;
    }

    private async Task StartAsync(
        string id, Message.Start start, bool isNew, CancellationToken cancellationToken)
    {
        if (node.IsOverloaded)
            await WaitForRoomAsync(cancellationToken);
        RequestOutcome outcome = await AskAsync(
            id, request => start with { Ticket = request }, cancellationToken, isNew);
        if (outcome != RequestOutcome.AlreadyExists)
            return;
        DurableOrchestrationStatus? status =
            await GetStatusAsync(id, showInput: false, cancellationToken: cancellationToken);
        throw new OrchestrationAlreadyExistsException(id, status?.RuntimeStatus ?? OrchestrationRuntimeStatus.Running);
    }

    public async Task RaiseEventAsync(
        string instanceId, string eventName, object? eventData = null, CancellationToken cancellationToken = default)
    {
        CheckedId(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        if (eventName.Length > InstanceIds.LengthMax || !WellFormed.Is(eventName))
            throw new ArgumentException(
                $"The event name has {eventName.Length} characters, or is not well-formed Unicode; names have at most "
                + $"{InstanceIds.LengthMax} characters.", nameof(eventName));
        Payload data = serializer.Serialize(eventData, new PayloadPlace(PayloadRole.EventData, eventName));
        RequestOutcome outcome = await AskAsync(
            instanceId, request => new Message.Raise(eventName, data) { Ticket = request }, cancellationToken);
        ThrowUnlessAccepted(outcome, instanceId, $"take the event '{eventName}'");
    }

    public IDurableOrchestrationClient OnBehalfOf(string author)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(author);
        if (author.Length > InstanceIds.AuthorLengthMax || !WellFormed.Is(author))
            throw new ArgumentException(
                $"The name has {author.Length} characters, or is not well-formed Unicode; names have at most "
                + $"{InstanceIds.AuthorLengthMax} characters.", nameof(author));
        return new DurableClient(node, functions, serializer, ids)
        {
            Origin = Origin,
            _author = author,
            _outbox = _outbox,
        };
    }

    /// <summary>A client whose starts, events and signals leave with what triggered a function.</summary>
    public IDurableClient With(Outbox outbox) =>
        new DurableClient(node, functions, serializer, ids) { Origin = Origin, _outbox = outbox };

    public Task TerminateAsync(string instanceId, string? reason, CancellationToken cancellationToken = default) =>
        TerminateAsync(instanceId, reason, recursive: false, cancellationToken);

    public async Task TerminateAsync(
        string instanceId, string? reason, bool recursive, CancellationToken cancellationToken = default)
    {
        CheckedId(instanceId);
        CheckReason(reason);
        RequestOutcome outcome = await AskAsync(
            instanceId, request => new Message.Terminate(reason)
            {
                Author = _author,
                Recursive = recursive,
                Ticket = request,
            }, cancellationToken);
        ThrowUnlessAccepted(outcome, instanceId, "be terminated");
    }

    public async Task SuspendAsync(string instanceId, string? reason, CancellationToken cancellationToken = default)
    {
        CheckedId(instanceId);
        CheckReason(reason);
        ThrowUnlessAccepted(
            await AskAsync(
                instanceId, request => new Message.Suspend(reason) { Author = _author, Ticket = request },
                cancellationToken),
            instanceId, "be suspended");
    }

    public async Task ResumeAsync(string instanceId, string? reason, CancellationToken cancellationToken = default)
    {
        CheckedId(instanceId);
        CheckReason(reason);
        ThrowUnlessAccepted(
            await AskAsync(
                instanceId, request => new Message.Resume(reason) { Author = _author, Ticket = request },
                cancellationToken),
            instanceId, "be resumed");
    }

    public Task RewindAsync(string instanceId, string? reason, CancellationToken cancellationToken = default) =>
        RewindAsync(instanceId, null, reason, cancellationToken);

    public Task RewindToTurnAsync(
        string instanceId, int turn, string? reason = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(turn);
        return RewindAsync(instanceId, turn, reason, cancellationToken);
    }

    private async Task RewindAsync(string instanceId, int? turn, string? reason, CancellationToken cancellationToken)
    {
        CheckedId(instanceId);
        CheckReason(reason);
        RequestOutcome outcome = await AskAsync(
            instanceId, request => new Message.Rewind(reason) { Author = _author, Turn = turn, Ticket = request },
            cancellationToken);
        switch (outcome)
        {
            case RequestOutcome.WrongState:
                throw new InvalidOperationException(turn is null
                    ? $"The orchestration '{instanceId}' has not failed; only a failed orchestration can be rewound."
                    : $"The orchestration '{instanceId}' has not ended. Terminate it; then it can go back to a turn.");
            case RequestOutcome.NoSuchTurn:
                throw new ArgumentException(
                    $"The code of '{instanceId}' did not run in turn {turn} or later. Its history shows its turns.",
                    nameof(turn));
            case RequestOutcome.BoundToEntities:
                throw new InvalidOperationException(
                    $"The orchestration '{instanceId}' cannot be rewound: {Failures.BoundToEntities}. Restart it "
                    + "instead.");
            default:
                ThrowUnlessAccepted(outcome, instanceId, "be rewound");
                break;
        }
    }

    public async Task<DurableOrchestrationStatus> WaitForCompletionAsync(
        string instanceId, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        CheckedId(instanceId);
        if (timeout is { } span && span < TimeSpan.Zero && span != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(nameof(timeout), span, "The time to wait cannot be negative.");
        long began = node.Time.GetTimestamp();
        while (true)
        {
            TimeSpan left = timeout is { } whole && whole != Timeout.InfiniteTimeSpan
                ? Max(whole - node.Time.GetElapsedTime(began), TimeSpan.Zero)
                : Timeout.InfiniteTimeSpan;
            try
            {
                if (await EndWithinAsync(instanceId, left, cancellationToken) is { } status)
                    return status;
            }
            catch (TimeoutException)
            {
                throw new TimeoutException(
                    $"The orchestration '{instanceId}' did not end within {timeout}. It goes on; wait again, or ask "
                    + "for its status.");
            }
        }

        static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
    }

    /// <summary>Null when it has to be asked again, because what memory knew was thrown away.</summary>
    private async Task<DurableOrchestrationStatus?> EndWithinAsync(
        string instanceId, TimeSpan timeout, CancellationToken cancellationToken)
    {
        Partition partition = node.PartitionOf(instanceId);
        long epoch = partition.Epoch;
        using CompletionWaiter waiter = partition.WaitForEnd(instanceId, out bool isLive);
        // What memory does not know to be alive may have ended before, or not exist; asked after the waiter stands, so
        // that an ending between the two is not missed.
        if (!isLive)
        {
            InstanceSnapshot snapshot = await node.OpenStore.ReadSnapshotAsync(instanceId, cancellationToken)
                ?? throw NotFound(instanceId);
            if (snapshot.Row.Status.IsTerminal)
                return StatusView.Of(snapshot, showInput: true);
        }
        return await EndOfAsync(partition, epoch, waiter).WaitHereAsync(timeout, node.Time, cancellationToken);
    }

    /// <summary>
    /// As memory tells it; and as the store does, while another node has the instance, or when one may have had it
    /// since the store was asked last.
    /// </summary>
    private async Task<DurableOrchestrationStatus?> EndOfAsync(Partition partition, long seen, CompletionWaiter waiter)
    {
        if (!node.IsShared)
            return await waiter.Ended is { } here ? StatusView.Of(here) : null;
        Task<EndedInstance?> ended = waiter.Ended.Here();
        TimeSpan pause = s_firstLook;
        while (!await ended.EndsWithinAsync(pause, node.Time, CancellationToken.None) && !waiter.IsGivenUp)
        {
            // Nobody here knows; it may have moved to another node meanwhile, or from there to this one. Who came while
            // the lease was in doubt is not told by memory what ends under the same one.
            long epoch = partition.Epoch;
            if ((epoch == 0 || epoch != seen || epoch < waiter.Since)
                && await node.OpenStore.ReadSnapshotAsync(waiter.Id, CancellationToken.None)
                    is { Row.Status.IsTerminal: true } snapshot)
                return StatusView.Of(snapshot, showInput: true);
            seen = epoch;
            pause = pause * 2 < s_longestLook ? pause * 2 : s_longestLook;
        }
        return await ended is { } told ? StatusView.Of(told) : null;
    }

    private async Task WaitForRoomAsync(CancellationToken cancellationToken)
    {
        long since = node.Time.GetTimestamp();
        while (node.IsOverloaded)
        {
            if (node.Time.GetElapsedTime(since) > node.Settings.BusyAfter)
            {
                throw new InvalidOperationException(
                    $"The host is busy: {node.Activities.Waiting:N0} activities wait for a slot, and starts have been "
                    + "held "
                    + $"back for {node.Settings.BusyAfter}. Start it later, or allow more activities at a time.");
            }
            await Task.Delay(BackPressurePause, node.Time, cancellationToken);
        }
    }

    /// <summary>
    /// One that belongs to a partition of this node, if it is found soon: then nothing has to travel.
    /// </summary>
    private string NewId()
    {
        string id = ids.NewId();
        for (int tries = 0; tries < 64 && node.PartitionOf(id).IsElsewhere; tries++)
            id = ids.NewId();
        return id;
    }

    private async Task<RequestOutcome> AskAsync(
        string instanceId, Func<Request, Message> message, CancellationToken cancellationToken, bool isNew = false)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (node.IsStopping)
            throw Node.Stopping();
        Request request = new();
        if (_outbox is not null && message(request) is var sent
            && sent is Message.Start or Message.Raise or Message.Operation)
        {
            _outbox.Add(instanceId, sent with { Ticket = null });
            return RequestOutcome.Accepted;
        }
        node.PartitionOf(instanceId).Submit(instanceId, message(request), isNew);
        return await request.Outcome.WaitHereAsync(cancellationToken);
    }

    private static void ThrowUnlessAccepted(RequestOutcome outcome, string instanceId, string what)
    {
        switch (outcome)
        {
            case RequestOutcome.Accepted:
                return;
            case RequestOutcome.NotFound:
                throw NotFound(instanceId);
            case RequestOutcome.Ended:
                throw new InvalidOperationException($"The orchestration '{instanceId}' has ended; it cannot {what}.");
            default:
                throw new InvalidOperationException(
                    $"The orchestration '{instanceId}' cannot {what} now: it is in a state in which that has no "
                    + "meaning.");
        }
    }

    private static ArgumentException NotFound(string instanceId) =>
        new($"There is no orchestration with the instance id '{instanceId}' in this task hub.", nameof(instanceId));

    private static string CheckedId(string instanceId) => InstanceIds.Problem(instanceId) is { } problem
        ? throw new ArgumentException($"'{instanceId}' cannot be an instance id: {problem}.", nameof(instanceId))
        : instanceId;

    private static void CheckReason(string? reason)
    {
        if (reason is not null && !WellFormed.Is(reason))
            throw new ArgumentException(
                "The reason is not well-formed Unicode: it contains half of a surrogate pair.", nameof(reason));
    }

    private static void CheckTags(IReadOnlyDictionary<string, string>? tags)
    {
        foreach ((string tag, string value) in tags ?? ReadOnlyDictionary<string, string>.Empty)
        {
            if (tag.Length is 0 or > InstanceIds.LengthMax || value is null || value.Length > 1000
                || !WellFormed.Is(tag) || !WellFormed.Is(value))
            {
                throw new ArgumentException(
                    $"The tag '{tag}' cannot be used: names have 1 to {InstanceIds.LengthMax} characters, values at "
                    + "most 1,000, "
                    + "and both are well-formed Unicode.", nameof(tags));
            }
        }
    }

    private static long CeilingMilliseconds(DateTimeOffset time) =>
        Math.Max(
            0, (time.UtcTicks - DateTime.UnixEpoch.Ticks
                + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond);
}
