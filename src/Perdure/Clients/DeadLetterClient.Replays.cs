using Perdure.Replays;

namespace Perdure.Clients;

/// <summary>Replays of many, each of which is an orchestration of the engine.</summary>
internal sealed partial class DeadLetterClient
{
    private const int RateMax = 10_000, ParallelMax = 100;

    public async Task<string> StartReplayAsync(
        DeadLetterFilter filter, DeadLetterReplayOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        if (filter is { Source: null, FunctionName: null, Fingerprint: null, From: null, To: null })
            throw new ArgumentException(
                "No filter is given; name at least one of source, function, fingerprint and times.", nameof(filter));
        if (filter.State is not (null or DeadLetterState.Active))
            throw new ArgumentException(
                $"Only what is {DeadLetterState.Active} can run again; the filter wants what is {filter.State}.",
                nameof(filter));
        options ??= new DeadLetterReplayOptions();
        if (!Enum.IsDefined(options.Target))
            throw new ArgumentException($"{options.Target} is no place where a dead letter runs.", nameof(options));
        Range(nameof(options.RatePerSecond), options.RatePerSecond, RateMax);
        Range(nameof(options.MaxParallel), options.MaxParallel, ParallelMax);
        Range(nameof(options.StopAfterFailures), options.StopAfterFailures, int.MaxValue);
        ReplayRun run = new() { Filter = filter, Options = options, Author = author, StartedAt = node.Now };
        return await orchestrations.StartNewAsync(ReplayOrchestration.Name, new StartOptions(), run, cancellationToken);
    }

    public async Task<DeadLetterReplay?> GetReplayAsync(string replayId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(replayId);
        DurableOrchestrationStatus? status =
            await orchestrations.GetStatusAsync(replayId, cancellationToken: cancellationToken);
        if (status is not { Name: ReplayOrchestration.Name })
            return null;
        // The status of its last step; before the first one there is its input alone.
        ReplayRun? run = RunOf(status.CustomStatus) ?? RunOf(status.Input);
        if (run is null)
            return null;
        return new DeadLetterReplay
        {
            Id = replayId,
            State = status.RuntimeStatus switch
            {
                OrchestrationRuntimeStatus.Completed when run.IsDone => DeadLetterReplayState.Completed,
                OrchestrationRuntimeStatus.Completed => DeadLetterReplayState.Stopped,
                OrchestrationRuntimeStatus.Terminated => DeadLetterReplayState.Cancelled,
                OrchestrationRuntimeStatus.Failed => DeadLetterReplayState.Failed,
                _ => DeadLetterReplayState.Running,
            },
            Succeeded = run.Succeeded,
            Failed = run.Failed,
            Author = run.Author,
            StartedAt = TimeOf(run.StartedAt),
        };
    }

    public async Task<bool> CancelReplayAsync(string replayId, CancellationToken cancellationToken = default)
    {
        if (await GetReplayAsync(replayId, cancellationToken) is not { State: DeadLetterReplayState.Running })
            return false;
        IDurableOrchestrationClient client = author is null ? orchestrations : orchestrations.OnBehalfOf(author);
        await client.TerminateAsync(replayId, "the replay was cancelled", cancellationToken);
        return true;
    }

    private static ReplayRun? RunOf(System.Text.Json.JsonElement json) =>
        json.ValueKind == System.Text.Json.JsonValueKind.Object
            ? System.Text.Json.JsonSerializer.Deserialize<ReplayRun>(json)
            : null;

    private static void Range(string option, int value, int max)
    {
        if (value < 1 || value > max)
            throw new ArgumentException($"{option} is {value}; it is from 1 to {max}.");
    }
}
