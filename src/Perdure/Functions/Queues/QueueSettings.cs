using Perdure.Core.DeadLetters;
using Perdure.Core.Queues;
using Perdure.Functions.Triggers;

namespace Perdure.Functions.Queues;

/// <summary>What attributes and options say of a queue and of how its function is retried.</summary>
internal sealed class QueueSettings(
    FunctionDescription function, FunctionEnvironment environment, List<string> problems)
    : TriggerSettings(function, environment, problems)
{
    private QueueOptions Options => Environment.Queues;

    /// <summary>How many messages a node runs at a time.</summary>
    public int InHandMax(QueueTriggerAttribute trigger)
    {
        if (trigger.BatchSize < 0)
            Problem($"{Function.Place}: BatchSize = {trigger.BatchSize}; it is 1 or more.");
        if (trigger.NewBatchThreshold < -1)
            Problem($"{Function.Place}: NewBatchThreshold = {trigger.NewBatchThreshold}; it is 0 or more.");
        int batch = trigger.BatchSize > 0 ? trigger.BatchSize : Own.BatchSize ?? Options.BatchSize;
        int more = trigger.NewBatchThreshold >= 0
            ? trigger.NewBatchThreshold
            : Own.NewBatchThreshold ?? Options.NewBatchThreshold ?? batch * System.Environment.ProcessorCount / 2;
        return Math.Max(1, batch + more);
    }

    /// <summary>What the core knows of the function; null after a problem.</summary>
    public QueueConsumer? Consumer(string? queue, QueueTriggerAttribute trigger)
    {
        RetryPolicy? retries = Retries(trigger);
        return queue is null || retries is null ? null : new QueueConsumer(queue, Function.Name, retries);
    }

    private RetryPolicy? Retries(QueueTriggerAttribute trigger)
    {
        if (Retries(out RetryPolicy? policy))
            return policy;
        if (trigger.MaxDequeueCount < 0)
            Problem($"{Function.Place}: MaxDequeueCount = {trigger.MaxDequeueCount}; it is 1 or more.");
        TimeSpan first = Own.VisibilityTimeout ?? Options.VisibilityTimeout;
        if (trigger.VisibilityTimeout is { } text && !Span(text, "VisibilityTimeout", out first))
            return null;
        int deliveries = trigger.MaxDequeueCount > 0
            ? trigger.MaxDequeueCount
            : Own.MaxDequeueCount ?? Options.MaxDequeueCount;
        return new RetryPolicy { RetriesMax = deliveries - 1, First = first };
    }
}
