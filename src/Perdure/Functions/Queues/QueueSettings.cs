using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Core.Queues;

namespace Perdure.Functions.Queues;

/// <summary>What attributes and options say of a queue and of how its function is retried.</summary>
internal sealed partial class QueueSettings(
    FunctionDescription function, FunctionEnvironment environment, List<string> problems)
{
    private QueueOptions Options => environment.Queues;

    /// <summary>The name of a queue in lower case; null after a problem.</summary>
    public string? Queue(string name)
    {
        string resolved = Resolved(name).ToLowerInvariant();
        if (QueueIds.Problem(resolved) is not { } problem)
            return resolved;
        problems.Add($"{function.Place}: '{resolved}' cannot be the name of a queue: {problem}.");
        return null;
    }

    /// <summary>How many messages a node runs at a time.</summary>
    public int InHandMax(QueueTriggerAttribute trigger)
    {
        if (trigger.BatchSize < 0)
            problems.Add($"{function.Place}: BatchSize = {trigger.BatchSize}; it is 1 or more.");
        if (trigger.NewBatchThreshold < -1)
            problems.Add($"{function.Place}: NewBatchThreshold = {trigger.NewBatchThreshold}; it is 0 or more.");
        int batch = trigger.BatchSize > 0 ? trigger.BatchSize : Options.BatchSize;
        int more = trigger.NewBatchThreshold >= 0
            ? trigger.NewBatchThreshold
            : Options.NewBatchThreshold ?? batch * Environment.ProcessorCount / 2;
        return Math.Max(1, batch + more);
    }

    /// <summary>What the core knows of the function; null after a problem.</summary>
    public QueueConsumer? Consumer(string? queue, QueueTriggerAttribute trigger)
    {
        RetryPolicy? retries = Retries(trigger);
        return queue is null || retries is null ? null : new QueueConsumer(queue, function.Name, retries);
    }

    private RetryPolicy? Retries(QueueTriggerAttribute trigger)
    {
        // The method has the last word over its class.
        bool isOfMethod = function.Method.IsDefined(typeof(FixedDelayRetryAttribute))
            || function.Method.IsDefined(typeof(ExponentialBackoffRetryAttribute));
        MemberInfo place = isOfMethod ? function.Method : function.Type;
        FixedDelayRetryAttribute? fix = place.GetCustomAttribute<FixedDelayRetryAttribute>();
        ExponentialBackoffRetryAttribute? grows = place.GetCustomAttribute<ExponentialBackoffRetryAttribute>();
        if (fix is not null && grows is not null)
        {
            problems.Add($"{function.Place} has [FixedDelayRetry] and [ExponentialBackoffRetry]; a function has one.");
            return null;
        }
        if (fix is not null)
        {
            return Count(fix.MaxRetryCount) & Span(fix.DelayInterval, "DelayInterval", out TimeSpan delay)
                ? new RetryPolicy { RetriesMax = fix.MaxRetryCount, First = delay }
                : null;
        }
        if (grows is not null)
            return Growing(grows);
        if (trigger.MaxDequeueCount < 0)
            problems.Add($"{function.Place}: MaxDequeueCount = {trigger.MaxDequeueCount}; it is 1 or more.");
        TimeSpan first = Options.VisibilityTimeout;
        if (trigger.VisibilityTimeout is { } text && !Span(text, "VisibilityTimeout", out first))
            return null;
        int deliveries = trigger.MaxDequeueCount > 0 ? trigger.MaxDequeueCount : Options.MaxDequeueCount;
        return new RetryPolicy { RetriesMax = deliveries - 1, First = first };
    }

    private RetryPolicy? Growing(ExponentialBackoffRetryAttribute grows)
    {
        if (!(Count(grows.MaxRetryCount) & Span(grows.MinimumInterval, "MinimumInterval", out TimeSpan first)
            & Span(grows.MaximumInterval, "MaximumInterval", out TimeSpan longest)))
            return null;
        if (first > TimeSpan.Zero && longest >= first)
            return new RetryPolicy { RetriesMax = grows.MaxRetryCount, First = first, Longest = longest };
        problems.Add($"{function.Place}: [ExponentialBackoffRetry] waits from {first} to {longest}; the first is more "
            + "than zero, and the longest not less than it.");
        return null;
    }

    private bool Count(int retries)
    {
        if (retries >= RetryPolicy.Unlimited)
            return true;
        problems.Add($"{function.Place}: {retries} retries; it is 0 or more, or -1 for no end.");
        return false;
    }

    /// <summary>With a colon only, because "5" would be five days.</summary>
    private bool Span(string text, string what, out TimeSpan span)
    {
        span = default;
        if (text?.Contains(':', StringComparison.Ordinal) == true
            && TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out span) && span >= TimeSpan.Zero)
            return true;
        problems.Add($"{function.Place}: {what} = \"{text}\" is not a time of zero or more, such as 00:00:30.");
        return false;
    }

    private string Resolved(string name) => Setting.Replace(name, found =>
    {
        string key = found.Groups[1].Value;
        if (environment.Services.GetService<IConfiguration>()?[key] is { } value)
            return value;
        problems.Add($"{function.Place}: the queue '{name}' names the setting '{key}', which there is not.");
        return found.Value;
    });

    [GeneratedRegex("%([^%]+)%", RegexOptions.CultureInvariant)]
    private static partial Regex Setting { get; }
}
