using System.Globalization;
using Perdure.Core.DeadLetters;
using Perdure.Core.Streams;
using Perdure.Functions.Triggers;

namespace Perdure.Functions.Streams;

/// <summary>What attributes and options say of a stream and of how its function is retried.</summary>
internal sealed class StreamSettings(
    FunctionDescription function, FunctionEnvironment environment, List<string> problems)
    : TriggerSettings(function, environment, problems)
{
    private const int GroupCharsMax = 50;
    private const int BatchMaxMax = 10_000;
    private const int KeysMaxMax = 1_000;
    private const int LongestRetryFactor = 16;

    private StreamOptions Options => Environment.Streams;

    /// <summary>What the core knows of the function; null after a problem.</summary>
    public StreamConsumer? Consumer(EventHubTriggerAttribute trigger)
    {
        string? stream = Stream(trigger.EventHubName);
        string? group = Group(trigger.ConsumerGroup);
        RetryPolicy? retries = Retries(out RetryPolicy? policy) ? policy : Default();
        EventFailurePolicy failures = Policy(trigger);
        if (!IsDefined(nameof(trigger.FailurePolicy), failures))
            return null;
        return stream is null || group is null || retries is null
            ? null
            : new StreamConsumer(stream, group, Function.Name, retries, failures);
    }

    /// <summary>The most events of a batch.</summary>
    public int BatchMax(EventHubTriggerAttribute trigger)
    {
        if (trigger.MaxEventBatchSize is < 0 or > BatchMaxMax)
        {
            Problem($"{Function.Place}: MaxEventBatchSize = {trigger.MaxEventBatchSize}; it is from 1 to "
                + string.Create(CultureInfo.InvariantCulture, $"{BatchMaxMax:N0}."));
        }
        return trigger.MaxEventBatchSize > 0
            ? trigger.MaxEventBatchSize
            : Own.MaxEventBatchSize ?? Options.MaxEventBatchSize;
    }

    /// <summary>How many keys run at a time; 0 when the partition has one order.</summary>
    public int KeysMax(EventHubTriggerAttribute trigger)
    {
        EventOrdering ordering =
            IsSaid(nameof(trigger.Ordering)) ? trigger.Ordering : Own.Ordering ?? Options.Ordering;
        if (trigger.MaxConcurrentKeys is < 0 or > KeysMaxMax)
        {
            Problem($"{Function.Place}: MaxConcurrentKeys = {trigger.MaxConcurrentKeys}; it is from 1 to "
                + string.Create(CultureInfo.InvariantCulture, $"{KeysMaxMax:N0}."));
        }
        if (!IsDefined(nameof(trigger.Ordering), ordering) || ordering == EventOrdering.Partition)
            return 0;
        if (Policy(trigger) == EventFailurePolicy.HoldPartition)
        {
            Problem($"{Function.Place}: Ordering = Key does not go with FailurePolicy = HoldPartition, for no key "
                + "waits for another; use HoldKey.");
        }
        return trigger.MaxConcurrentKeys > 0
            ? trigger.MaxConcurrentKeys
            : Own.MaxConcurrentKeys ?? Options.MaxConcurrentKeys;
    }

    /// <summary>Where the group begins; null after a problem.</summary>
    public StreamStart? Start(EventHubTriggerAttribute trigger)
    {
        string? said = IsSaid(nameof(trigger.InitialOffset))
            ? trigger.InitialOffset
            : Own.InitialOffset ?? Options.InitialOffset;
        string text = Resolved(said ?? "", "initial offset");
        if (text.Equals("fromStart", StringComparison.OrdinalIgnoreCase))
            return new StreamStart(IsEnd: false, Time: 0);
        if (text.Equals("fromEnd", StringComparison.OrdinalIgnoreCase))
            return new StreamStart(IsEnd: true, Time: 0);
        if (DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time))
            return new StreamStart(IsEnd: false, time.ToUnixTimeMilliseconds());
        Problem($"{Function.Place}: InitialOffset = \"{text}\" is neither fromStart nor fromEnd nor a time such as "
            + "2026-11-29T12:00:00Z.");
        return null;
    }

    private EventFailurePolicy Policy(EventHubTriggerAttribute trigger) => IsSaid(nameof(trigger.FailurePolicy))
        ? trigger.FailurePolicy
        : Own.FailurePolicy ?? Options.FailurePolicy;

    private bool IsDefined<T>(string setting, T value) where T : struct, Enum
    {
        if (Enum.IsDefined(value))
            return true;
        Problem($"{Function.Place}: {setting} = {value} is none of {string.Join(", ", Enum.GetNames<T>())}.");
        return false;
    }

    private string? Group(string name)
    {
        string group = Resolved(name ?? "", "consumer group");
        if (group.Length is > 0 and <= GroupCharsMax
            && group.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '$'))
            return group.ToLowerInvariant();
        Problem($"{Function.Place}: '{group}' cannot be the name of a consumer group, which has 1 to {GroupCharsMax} "
            + "letters, digits and '-', '_', '.', '$'.");
        return null;
    }

    private RetryPolicy Default()
    {
        TimeSpan first = Own.RetryDelay ?? Options.RetryDelay;
        return new RetryPolicy
        {
            RetriesMax = Own.MaxRetryCount ?? Options.MaxRetryCount,
            First = first,
            Longest = first * LongestRetryFactor,
        };
    }
}
