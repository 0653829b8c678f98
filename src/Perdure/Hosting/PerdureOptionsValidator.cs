using System.Globalization;
using Microsoft.Extensions.Options;
using Perdure.Core.Streams;
using Perdure.Core.Versioning;

namespace Perdure.Hosting;

/// <summary>Says everything that is wrong with the options at once, with the values.</summary>
internal sealed class PerdureOptionsValidator : IValidateOptions<PerdureOptions>
{
    private static readonly TimeSpan s_longestDuplicateWindow = TimeSpan.FromDays(7);

    public ValidateOptionsResult Validate(string? name, PerdureOptions options)
    {
        List<string> problems = [];
        if (options.TaskHub is not { Length: > 0 and <= 50 }
            || options.TaskHub.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not '-' and not '_'))
            problems.Add($"Perdure:TaskHub is '{options.TaskHub}'; it has 1 to 50 letters, digits, '-' or '_'.");
        if (string.IsNullOrWhiteSpace(options.SqlitePath))
            problems.Add("Perdure:SqlitePath is empty; it names the file of the hub.");
        Range(nameof(options.MaxConcurrentActivities), options.MaxConcurrentActivities, 1, 100_000);
        Range(nameof(options.SessionCacheSize), options.SessionCacheSize, 0, 10_000_000);
        Range(nameof(options.MaxPayloadBytes), options.MaxPayloadBytes, 1024, 16 * 1024 * 1024);
        Range(nameof(options.MaxDeaths), options.MaxDeaths, 1, 1000);
        if (options.ActivityTimeout <= TimeSpan.Zero)
            problems.Add($"Perdure:ActivityTimeout is {options.ActivityTimeout}; it is longer than zero, or not set.");
        if (options.FunctionTimeout <= TimeSpan.Zero)
            problems.Add($"Perdure:FunctionTimeout is {options.FunctionTimeout}; it is longer than zero, or not set.");
        foreach ((string limit, int runs) in options.ConcurrencyLimits)
            Range($"ConcurrencyLimits:{limit}", runs, 1, 100_000);
        if (options.DrainTimeout < TimeSpan.Zero || options.DrainTimeout > TimeSpan.FromHours(1))
            problems.Add($"Perdure:DrainTimeout is {options.DrainTimeout}; it is from zero to one hour.");
        if (options.Lease < TimeSpan.FromSeconds(3) || options.Lease > TimeSpan.FromMinutes(10))
            problems.Add($"Perdure:Lease is {options.Lease}; it is from 3 seconds to 10 minutes.");
        NotNegative("Retention:Completed", options.Retention.Completed);
        NotNegative("Retention:Failed", options.Retention.Failed);
        NotNegative("Retention:Terminated", options.Retention.Terminated);
        Range("Queues:MaxDequeueCount", options.Queues.MaxDequeueCount, 1, 10_000);
        Range("Queues:BatchSize", options.Queues.BatchSize, 1, 10_000);
        Range("Queues:NewBatchThreshold", options.Queues.NewBatchThreshold ?? 0, 0, 10_000);
        if (options.Queues.VisibilityTimeout < TimeSpan.Zero
            || options.Queues.VisibilityTimeout > TimeSpan.FromDays(365))
        {
            problems.Add($"Perdure:Queues:VisibilityTimeout is {options.Queues.VisibilityTimeout}; it is from zero to "
                + "365 days.");
        }
        Range("Streams:Partitions", options.Streams.Partitions, 1, StreamIds.PartitionsMax);
        Range("Streams:MaxEventBatchSize", options.Streams.MaxEventBatchSize, 1, 10_000);
        Range("Streams:MaxConcurrentKeys", options.Streams.MaxConcurrentKeys, 1, 1_000);
        Range("Streams:MaxRetryCount", options.Streams.MaxRetryCount, 0, 10_000);
        if (options.Streams.RetryDelay <= TimeSpan.Zero || options.Streams.RetryDelay > TimeSpan.FromDays(1))
            problems.Add($"Perdure:Streams:RetryDelay is {options.Streams.RetryDelay}; it is more than zero, and at "
                + "most one day.");
        NotNegative("Streams:Retention", options.Streams.Retention);
        Between("Streams:DuplicateWindow", options.Streams.DuplicateWindow, TimeSpan.Zero, s_longestDuplicateWindow);
        NotNegative("DeadLetters:Retention", options.DeadLetters.Retention);
        OneOf("Streams:FailurePolicy", options.Streams.FailurePolicy);
        OneOf("Streams:Ordering", options.Streams.Ordering);
        foreach ((string stream, StreamShape shape) in options.Streams.Named)
        {
            if (StreamIds.Problem(stream.ToLowerInvariant()) is { } problem)
                problems.Add($"Perdure:Streams:Named:{stream} cannot be the name of a stream: {problem}.");
            Range($"Streams:Named:{stream}:Partitions", shape.Partitions ?? 1, 1, StreamIds.PartitionsMax);
            NotNegative($"Streams:Named:{stream}:Retention", shape.Retention);
            Between(
                $"Streams:Named:{stream}:DuplicateWindow", shape.DuplicateWindow ?? TimeSpan.Zero, TimeSpan.Zero,
                s_longestDuplicateWindow);
        }
        Version(nameof(options.Versioning.Version), options.Versioning.Version);
        Version(nameof(options.Versioning.DefaultVersion), options.Versioning.DefaultVersion);
        OneOf("Versioning:MatchStrategy", options.Versioning.MatchStrategy);
        OneOf("Versioning:FailureStrategy", options.Versioning.FailureStrategy);
        CircuitOptionsCheck.AddProblems(options.Circuits, problems);
        NotNegative("Usage:Retention", options.Usage.Retention);
        Price(nameof(options.Usage.PricePerMillionExecutions), options.Usage.PricePerMillionExecutions);
        Price(nameof(options.Usage.PricePerGigabyteSecond), options.Usage.PricePerGigabyteSecond);
        Range("Scale:MaxInstances", options.Scale.MaxInstances, 1, 10_000);
        Between("Scale:DrainTarget", options.Scale.DrainTarget, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        Between("Scale:ScaleInAfter", options.Scale.ScaleInAfter, TimeSpan.Zero, TimeSpan.FromDays(1));
        HttpCallOptionsCheck.AddProblems(options.Http, problems);
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);

        void Version(string setting, string? version)
        {
            if (!string.IsNullOrEmpty(version) && VersionText.Problem(version) is { } problem)
                problems.Add($"Perdure:Versioning:{setting} is '{version}', which cannot be a version: {problem}.");
        }

        void Between(string setting, TimeSpan value, TimeSpan min, TimeSpan max)
        {
            if (value < min || value > max)
                problems.Add($"Perdure:{setting} is {value}; it is from {min} to {max}.");
        }

        void Price(string setting, decimal value)
        {
            if (value < 0)
                problems.Add(string.Create(
                    CultureInfo.InvariantCulture, $"Perdure:Usage:{setting} is {value}; it is 0 or more."));
        }

        void OneOf<T>(string setting, T value) where T : struct, Enum
        {
            if (!Enum.IsDefined(value))
                problems.Add($"Perdure:{setting} is {value}; it is one of {string.Join(", ", Enum.GetNames<T>())}.");
        }

        void NotNegative(string setting, TimeSpan? value)
        {
            if (value < TimeSpan.Zero)
                problems.Add($"Perdure:{setting} is {value}; it is from zero, or not set to keep all.");
        }

        void Range(string setting, int value, int min, int max)
        {
            if (value < min || value > max)
                problems.Add(
                    string.Create(
                        CultureInfo.InvariantCulture, $"Perdure:{setting} is {value}; it is from {min} to {max}."));
        }
    }
}
