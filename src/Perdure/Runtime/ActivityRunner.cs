using System.Diagnostics;
using Perdure.Core.History;
using Perdure.Core.Messages;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;
using Perdure.Execution;
using Perdure.Functions;
using Perdure.Runtime.Usage;
using Perdure.Telemetry;

namespace Perdure.Runtime;

/// <summary>
/// Runs one activity and brings its result to the instance. Whatever the function throws becomes a failure of the task;
/// a time-out is one as well. The result travels in memory: it becomes durable in the turn that takes it.
/// </summary>
internal sealed class ActivityRunner(Node node)
{
    public ValueTask RunAsync(ActivityWork work)
    {
        if (work.Function is null)
        {
            WithoutCode(work);
            return ValueTask.CompletedTask;
        }
        long started = node.Time.GetTimestamp();
        UsageRun usage = node.Usage.Begin(work, started);
        Activity? span = node.Telemetry.StartActivity(work);
        if ((work.Function.Timeout ?? node.Settings.TimeoutOf(work)) is { } timeout)
            return RunWithin(timeout, work, span, new Run(started, usage));
        ValueTask<Payload> run = InvokeAsync(work);
        if (run.IsCompletedSuccessfully && span is null)
        {
            node.Meters.ActivityEnded(work.Call.Name, node.Time.GetElapsedTime(started), failed: false);
            UsageMeter.End(work, usage, failed: false);
            Return(work, run.Result, null);
            return ValueTask.CompletedTask;
        }
        return FinishAsync(work, run, span, new Run(started, usage));
    }

    /// <summary>
    /// A call that was never possible fails; one that was waits for a program that has the code again, and one of an
    /// instance whose version does not run here for a program that runs it.
    /// </summary>
    private void WithoutCode(ActivityWork work)
    {
        string code = CodeNames.Activity(work.Call.Name);
        bool isKnown = node.Functions.TryGetActivity(work.Call.Name, out _) || node.Leases.OffersElsewhere(code);
        if (!work.MayHaveRunBefore && !isKnown)
        {
            Return(work, Payload.None, Failures.NoSuchActivity(work.Call.Name));
            return;
        }
        // A node that runs it may have come since it was decided where it goes.
        if (isKnown && node.Functions.Program.FailsOthers && node.Leases.CodeElsewhere(code, work.Version) is null)
        {
            Return(
                work, Payload.None,
                Failures.VersionMismatch(work.Call.Name, work.Version, node.Functions.Program.Version));
            return;
        }
        node.Logger.ActivityHasNoCode(work.Source.Id, work.Call.Name);
        work.Source.DidNotRun(work);
    }

    private ValueTask<Payload> InvokeAsync(ActivityWork work) =>
        work.Function!.InvokeAsync(new ActivityCallContext(work, node.Serializer), work.Call.Input);

    /// <summary>
    /// The clock runs before the function does, and who waits for the outcome waits already: so that a function that
    /// blocks its thread is late like any other.
    /// </summary>
    private ValueTask RunWithin(TimeSpan timeout, ActivityWork work, Activity? span, Run of)
    {
        TaskCompletionSource<Payload> outcome = new();
        ITimer clock = node.Time.CreateTimer(_ =>
        {
            if (outcome.TrySetException(
                new TimeoutException($"The activity function '{work.Call.Name}' did not end within {timeout}.")))
                work.Cancel();
        }, null, timeout, Timeout.InfiniteTimeSpan);
        ValueTask finished = FinishAsync(work, new ValueTask<Payload>(outcome.Task), span, of);
        _ = InvokeForAsync(outcome, work, clock);
        return finished;
    }

    private async Task InvokeForAsync(TaskCompletionSource<Payload> outcome, ActivityWork work, ITimer clock)
    {
        try
        {
            outcome.TrySetResult(await InvokeAsync(work));
        }
#pragma warning disable CA1031 // Whatever a user's function throws is the outcome of the task.
        catch (Exception e)
#pragma warning restore CA1031
        {
            outcome.TrySetException(e);
        }
        finally
        {
            await clock.DisposeAsync();
        }
    }

    private async ValueTask FinishAsync(ActivityWork work, ValueTask<Payload> run, Activity? span, Run of)
    {
        Payload result = default;
        FailureDetails? failure = null;
        try
        {
            result = await run;
        }
        catch (OperationCanceledException) when (work.IsLeft)
        {
            of.Usage.Leave();
            node.Telemetry.End(span, null);
            return;
        }
#pragma warning disable CA1031 // Whatever a user's function throws is the outcome of the task.
        catch (Exception e)
#pragma warning restore CA1031
        {
            failure = ThrownFailure.Of(e);
            work.Opens = e as OpenCircuitException;
            node.Logger.ActivityFailed(work.Source.Id, work.Call.Name, work.Call.Attempt, e);
        }
        node.Telemetry.End(span, failure);
        node.Meters.ActivityEnded(work.Call.Name, node.Time.GetElapsedTime(of.Started), failure is not null);
        UsageMeter.End(work, of.Usage, failure is not null);
        Return(work, result, failure);
    }

    private void Return(ActivityWork work, Payload result, FailureDetails? failure)
    {
        if (!node.ActivityCircuits.TakesBack(work, failure))
            work.Source.Return(work, new Message.TaskDone(work.Task, result, failure));
    }

    /// <summary>When a run began, and what counts it.</summary>
    private readonly record struct Run(long Started, UsageRun Usage);
}
