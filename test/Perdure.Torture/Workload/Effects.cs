using Perdure.Torture.Journals;

namespace Perdure.Torture.Workload;

/// <summary>
/// The one activity of the workload. It writes down when it starts and when it ends, and its result is the number of
/// that run: so a judge can tell which run a history believes in.
/// </summary>
public sealed class Effects(EffectJournal journal)
{
    [FunctionName("Effect")]
    public async Task<string> RunAsync([ActivityTrigger] IDurableActivityContext context)
    {
        EffectOrder order = context.GetInput<EffectOrder>();
        Build.Check($"activity of '{context.InstanceId}'", order.Version);
        string receipt = journal.Started(context.IdempotencyKey, context.Attempt);
        if (order.Milliseconds > 0)
            await Task.Delay(order.Milliseconds, context.CancellationToken);
        bool fails = context.Attempt <= order.Failures;
        journal.Ended(context.IdempotencyKey, context.Attempt, receipt, fails);
        return fails ? throw new PlannedException($"Attempt {context.Attempt} was meant to fail.") : receipt;
    }
}

/// <summary>A failure that belongs to the workload.</summary>
public sealed class PlannedException(string message) : Exception(message);
