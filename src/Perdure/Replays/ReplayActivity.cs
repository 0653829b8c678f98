using Perdure.Clients;
using Perdure.Core.DeadLetters;
using Perdure.Core.History;
using Perdure.Core.Stores;
using Perdure.Functions;
using Perdure.Json;
using Perdure.Runtime;

namespace Perdure.Replays;

/// <summary>
/// One step of a replay. It may run twice, when a process dies: what it has let run already says so in its trail, and
/// is counted and not let run again.
/// </summary>
internal sealed class ReplayActivity(Func<Node> node, PayloadSerializer serializer)
{
    public const string Name = "BuiltIn::ReplayDeadLetters";

    private const int Page = 50;

    /// <summary>A step gives its slot back when it has waited for so long.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    public ActivityFunction Function(IServiceProvider services) => new(
        Name, timeout: null, concurrency: null, new FunctionTarget(services, null, takesServices: false), RunAsync)
    {
        IsBuiltIn = true,
    };

    private async ValueTask<Payload> RunAsync(ActivityCall call)
    {
        ReplayRun run =
            serializer.Deserialize<ReplayRun>(call.Input, new PayloadPlace(PayloadRole.ActivityInput, Name));
        ReplayStep step = await new Step(node(), run).RunAsync(call.Context.CancellationToken);
        return serializer.Serialize(step, new PayloadPlace(PayloadRole.ActivityResult, Name));
    }

    /// <summary>A step on its way.</summary>
    private sealed class Step(Node node, ReplayRun run)
    {
        private readonly List<DeadLetterKey> _running = [];
        private readonly TimeSpan _between = TimeSpan.FromSeconds(1) / run.Options.RatePerSecond;
        private readonly long _begun = node.Time.GetTimestamp();
        private DeadLetterEnd? _after = AfterOf(run);
        private TimeSpan _next;
        private int _begunCount;
        private int _succeeded;
        private int _failed;

        private TimeSpan Elapsed => node.Time.GetElapsedTime(_begun);

        public async Task<ReplayStep> RunAsync(CancellationToken cancellationToken)
        {
            bool isLast = await BeginAsync(cancellationToken);
            while (_running.Count > 0)
            {
                if (!await LookAsync(cancellationToken))
                    return new ReplayStep { IsPending = true };
            }
            return new ReplayStep
            {
                AfterAt = _after?.At,
                AfterId = _after?.Key.ToString(),
                Succeeded = _succeeded,
                Failed = _failed,
                IsLast = isLast,
            };
        }

        /// <summary>Lets as many run as the step may have; whether there are no more.</summary>
        private async Task<bool> BeginAsync(CancellationToken cancellationToken)
        {
            while (true)
            {
                DeadLetterPage page = await node.Store.QueryDeadLettersAsync(
                    DeadLetterClient.Query(run.Filter, Page) with { State = null, To = To, After = _after },
                    cancellationToken);
                foreach (DeadLetterRow row in page.Rows)
                {
                    bool hasBegun = HasBegun(row);
                    if (hasBegun || row.State == DeadLetterState.Active)
                    {
                        if (_begunCount == run.StepSize() || !await RoomAsync(cancellationToken)
                            || _failed >= run.FailuresLeft())
                            return false;
                        if (hasBegun || await BeginAsync(row.Key, cancellationToken))
                        {
                            _running.Add(row.Key);
                            _begunCount++;
                        }
                    }
                    _after = new DeadLetterEnd(row.At, row.Key);
                }
                if (page.After is null)
                    return true;
            }
        }

        private long To => Math.Min(
            run.Filter.To?.ToUnixTimeMilliseconds() ?? long.MaxValue, run.StartedAt);

        private bool HasBegun(DeadLetterRow row) => TrailEntry.Decode(row.Trail)
            .Any(t => t.Action == DeadLetterAction.Replayed && t.At >= run.StartedAt);

        /// <summary>Until one more may run; false when that has taken too long.</summary>
        private async Task<bool> RoomAsync(CancellationToken cancellationToken)
        {
            while (_running.Count >= run.Options.MaxParallel)
            {
                if (!await LookAsync(cancellationToken))
                    return false;
            }
            return true;
        }

        private async Task<bool> BeginAsync(DeadLetterKey key, CancellationToken cancellationToken)
        {
            if (_next > Elapsed)
                await Task.Delay(_next - Elapsed, node.Time, cancellationToken);
            _next = (_next > Elapsed ? _next : Elapsed) + _between;
            // It must not begin when nobody will know that it did.
            cancellationToken.ThrowIfCancellationRequested();
            DeadLetterChange change = new(
                DeadLetterState.Replaying, node.Now,
                TrailEntry.Of(
                    node.Now, DeadLetterAction.Replayed, run.Author, ReplayTargets.NoteOf(run.Options.Target)));
            IReadOnlyList<DeadLetterKey> changed = await node.Store.ChangeDeadLettersAsync(
                [key], DeadLetterState.Active, change, cancellationToken);
            if (changed.Count == 0)
                return false;
            node.Wakes.Replays(key.Partition);
            return true;
        }

        /// <summary>Looks what has become of those that run; false when that has taken too long.</summary>
        private async Task<bool> LookAsync(CancellationToken cancellationToken)
        {
            foreach (DeadLetterKey key in _running.ToArray())
            {
                DeadLetterPage page = await node.Store.QueryDeadLettersAsync(
                    new DeadLetterQuery { Key = key, PageSize = 1, WithRecords = false }, cancellationToken);
                DeadLetterState? state = page.Rows is [var row] ? row.State : null;
                if (state is DeadLetterState.Replaying or DeadLetterState.Requeued)
                    continue;
                _running.Remove(key);
                _succeeded += state == DeadLetterState.Resolved ? 1 : 0;
                _failed += state is DeadLetterState.Active or DeadLetterState.Replaced ? 1 : 0;
            }
            if (_running.Count == 0)
                return true;
            if (Elapsed > s_patience)
                return false;
            await Task.Delay(s_look, node.Time, cancellationToken);
            return true;
        }

        private static DeadLetterEnd? AfterOf(ReplayRun run) =>
            run.AfterId is { } id && DeadLetterView.KeyOf(id) is { } key
                ? new DeadLetterEnd(run.AfterAt!.Value, key)
                : null;
    }
}
