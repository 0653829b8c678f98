using System.Diagnostics;
using Perdure.Core.History;
using Perdure.Core.Orchestrations;
using Perdure.Core.Replay;
using Perdure.Functions;
using Perdure.Json;

namespace Perdure.Execution;

/// <summary>
/// A live orchestrator function of this process. Events are fed one by one, and the code's queue is drained after each;
/// replay does exactly the same with recorded runs, so live and replayed code cannot see different things.
/// </summary>
internal sealed class OrchestrationSession : IOrchestrationSession
{
    private static readonly string s_foreignType = typeof(InvalidOperationException).FullName!;

    private readonly OrchestrationFunction _function;
    private readonly SessionServices _services;
    private readonly OrchestrationContext _context;
    private readonly TurnContext _turn;
    private readonly Action<IOrchestrationSession> _wake;
    private Task? _main;
    private IAsyncDisposable? _lifetime;
    private string? _foreign;
    private volatile bool _abandoned;

    public OrchestrationSession(
        FunctionRegistry functions, OrchestrationState state, SessionServices services,
        Action<IOrchestrationSession> wake)
    {
        if (!functions.TryGetOrchestration(state.Name, state.Version, out OrchestrationFunction? function))
            throw new ArgumentException($"This host does not run version '{state.Version}' of '{state.Name}'.");
        _function = function;
        _services = services;
        _context = new OrchestrationContext(state, functions, services, this);
        _turn = new TurnContext(OnForeignContinuation);
        _wake = wake;
    }

    public IReadOnlyCollection<string> EventsAwaited => _context.EventsAwaited;

    /// <summary>How the code ended in the last run that was replayed; null when it had not.</summary>
    public Completion? Ended { get; private set; }

    /// <inheritdoc cref="OrchestrationContext.Unreadable"/>
    public PayloadException? Unreadable => _context.Unreadable;

    public TimeSpan HttpPollInterval => _services.HttpPollInterval;

    public ValueTask<CodeResult> RunAsync(RunRequest request)
    {
        CodeResult result = Replay(request.History ?? []) switch
        {
            null => Run(request.At, request.Feed, replaying: false),
            { Difference: { } difference } => NonDeterministic(difference),
            { Failure: { } failure } => new CodeResult.Stopped(failure, false),
            _ => throw new UnreachableException(),
        };
        return ValueTask.FromResult(result);
    }

    /// <summary>
    /// Takes the code through the runs of a history; says where it did something else, or null when it never did.
    /// </summary>
    public ReplayBreak? Replay(IReadOnlyList<RecordedRun> history)
    {
        foreach (RecordedRun run in history)
        {
            if (run.NextTask is { } next)
            {
                _context.Rewind(run.At, next);
                continue;
            }
            if (Run(run.At, run.Fed, replaying: true) is not CodeResult.Ran ran)
                return new ReplayBreak(run.Turn, null, new FailureDetails(s_foreignType, ForeignText()));
            if (ReplayCheck.Compare(run, ran.Actions, ran.Completion) is { } difference)
                return new ReplayBreak(run.Turn, difference, (ran.Completion as Completion.Failed)?.Failure);
            Ended = ran.Completion;
        }
        return null;
    }

    /// <summary>Feeds what is recorded for the next run, and asks for nothing by it: somebody only looks.</summary>
    public CodeResult TryNext(long at, IReadOnlyList<HistoryEvent> recorded) => Run(at, recorded, replaying: true);

    public void Abandon()
    {
        _abandoned = true;
        if (Interlocked.Exchange(ref _lifetime, null) is { } lifetime)
            _ = DisposeAsync(lifetime);
    }

    /// <summary>The context belongs to the thread of the turn; anybody else is a mistake in the orchestrator.</summary>
    /// <exception cref="InvalidOperationException">Called from another thread, or outside a turn.</exception>
    public void CheckTurn()
    {
        if (_turn.IsInTurn)
            return;
        OnForeign("its context was used from another thread, or after the turn had ended");
        throw new InvalidOperationException(ForeignText());
    }

    private CodeResult Run(long at, IReadOnlyList<HistoryEvent> feed, bool replaying)
    {
        if (_foreign is null && _main is { IsCompleted: true })
            _foreign = "it returned outside a turn";
        _context.BeginRun(at, replaying);
        int fed = 0;
        while (fed < feed.Count && _foreign is null && _main is not { IsCompleted: true })
            _turn.Run((Session: this, Event: feed[fed++]), static x => x.Session.Feed(x.Event));
        if (_foreign is null && _main is { IsCompleted: false } && !_context.WaitsForSomething)
            _foreign = "it awaits something, but nothing durable is open";
        if (_foreign is not null)
            return new CodeResult.Stopped(
                new FailureDetails(s_foreignType, ForeignText()), false);
        return new CodeResult.Ran(
            _context.Actions, _main is { IsCompleted: true } main ? End(main, feed.Skip(fed)) : null);
    }

    private void Feed(HistoryEvent e)
    {
        switch (e)
        {
            case HistoryEvent.ExecutionStarted x:
                _context.Start(x);
                _main = _function.Start(_context, out IAsyncDisposable? lifetime);
                Interlocked.Exchange(ref _lifetime, lifetime);
                // Whoever abandons it does not wait for the code, and may have come before there was anything to let
                // go.
                if (_abandoned)
                    Abandon();
                break;
            case HistoryEvent.TaskCompleted x: _context.Complete(x.Task, x.Result); break;
            case HistoryEvent.TaskFailed x: _context.Fail(x.Task, "activity", x.Failure); break;
            case HistoryEvent.SubOrchestrationInstanceCompleted x: _context.Complete(x.Task, x.Result); break;
            case HistoryEvent.SubOrchestrationInstanceFailed x:
                _context.Fail(x.Task, "sub-orchestrator", x.Failure); break;
            case HistoryEvent.TimerFired x: _context.Fire(x.Task); break;
            case HistoryEvent.EventRaised x: _context.Raise(x); break;
            case HistoryEvent.EntityOperationCompleted x: _context.CompleteOperation(x.Task, x.Result); break;
            case HistoryEvent.EntityOperationFailed x: _context.FailOperation(x.Task, x.Failure); break;
            case HistoryEvent.EntityLockGranted { IsLast: true } x: _context.Grant(x.Task); break;
        }
    }

    private Completion End(Task main, IEnumerable<HistoryEvent> unfed)
    {
        if (!main.IsCompletedSuccessfully)
            return new Completion.Failed(FailureOf(main));
        if (_context.Continuation(unfed.OfType<HistoryEvent.EventRaised>()) is { } next)
            return next;
        try
        {
            return new Completion.Succeeded(_context.Output ?? _function.Result(main));
        }
        catch (PayloadException e)
        {
            return new Completion.Failed(ThrownFailure.Of(e));
        }
    }

    private static FailureDetails FailureOf(Task main) =>
        ThrownFailure.Of(main.Exception?.InnerException ?? new TaskCanceledException(main));

    /// <summary>
    /// What the function's class and scope hold is let go with the session; what goes wrong there ends nothing else.
    /// </summary>
    private async Task DisposeAsync(IAsyncDisposable lifetime)
    {
        try
        {
            await lifetime.DisposeAsync();
        }
#pragma warning disable CA1031 // Dispose of user code may throw anything.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _services.Logger.SessionNotDisposed(_context.InstanceId, e);
        }
    }

    private CodeResult.Stopped NonDeterministic(ReplayDifference difference) => new(
        new FailureDetails(
            typeof(NonDeterministicOrchestrationException).FullName!,
            difference.Describe(_context.Name, _context.InstanceId)),
        _services.ParkNonDeterministic);

    private void OnForeignContinuation() =>
        OnForeign(
            "it awaited a task that no durable function made (Task.Run, Task.Delay, ContinueWith, I/O, "
            + "ConfigureAwait(false) on one of these)");

    private void OnForeign(string what)
    {
        if (_abandoned || _foreign is not null)
            return;
        _foreign = what;
        _wake(this);
    }

    private string ForeignText() =>
        $"Orchestrator '{_context.Name}', instance '{_context.InstanceId}', left its turn: {_foreign}. An "
        + "orchestrator may await only what its context returns; "
        + "do other work in an activity, wait with context.CreateTimer, and combine tasks with Task.WhenAll or "
        + "Task.WhenAny.";
}
