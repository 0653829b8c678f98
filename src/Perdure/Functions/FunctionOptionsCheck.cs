using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Perdure.Functions;

/// <summary>
/// Says what is wrong with the settings of single functions, with the key: names that no function has, settings that
/// there are not or that its trigger does not have, values out of range.
/// </summary>
internal static class FunctionOptionsCheck
{
    public const string Section = "Perdure:Functions";

    private static readonly string[] s_settings =
        [.. typeof(FunctionOptions).GetProperties().Select(p => p.Name).Order(StringComparer.Ordinal)];

    private static readonly string[] s_ofCode =
    [
        nameof(FunctionOptions.Timeout), nameof(FunctionOptions.Concurrency), nameof(FunctionOptions.ConcurrencyLimit),
    ];

    private static readonly string[] s_ofQueues =
    [
        .. s_ofCode, nameof(FunctionOptions.Disabled), nameof(FunctionOptions.MaxDequeueCount),
        nameof(FunctionOptions.VisibilityTimeout), nameof(FunctionOptions.BatchSize),
        nameof(FunctionOptions.NewBatchThreshold),
    ];

    private static readonly string[] s_ofStreams =
    [
        .. s_ofCode, nameof(FunctionOptions.Disabled), nameof(FunctionOptions.MaxEventBatchSize),
        nameof(FunctionOptions.Ordering), nameof(FunctionOptions.MaxConcurrentKeys),
        nameof(FunctionOptions.MaxRetryCount), nameof(FunctionOptions.RetryDelay),
        nameof(FunctionOptions.FailurePolicy), nameof(FunctionOptions.InitialOffset),
    ];

    public static void AddProblems(
        IReadOnlyList<FunctionDescription> functions, FunctionEnvironment environment, List<string> problems)
    {
        AddUnreadable(environment, problems);
        foreach ((string name, FunctionOptions options) in environment.Functions)
        {
            FunctionDescription? function = functions.FirstOrDefault(
                f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (function is null)
            {
                string known = string.Join(", ", functions.Select(f => f.Name).Order(StringComparer.OrdinalIgnoreCase));
                problems.Add($"{Section}:{name} names no function of this host. "
                    + $"{(known.Length > 0 ? $"Known: {known}." : "There is none at all.")}");
                continue;
            }
            AddUnknown(name, environment, problems);
            AddForeign(name, function, options, problems);
            AddValues(name, options, problems);
        }
    }

    /// <summary>Of what cannot be read the binder leaves out the whole function or limit, and says nothing.</summary>
    private static void AddUnreadable(FunctionEnvironment environment, List<string> problems)
    {
        if (environment.Services.GetService<IConfiguration>() is not { } configuration)
            return;
        foreach (IConfigurationSection function in configuration.GetSection(Section).GetChildren())
            Try(() => function.Get<FunctionOptions>());
        foreach (IConfigurationSection limit in configuration.GetSection("Perdure:ConcurrencyLimits").GetChildren())
            Try(() => limit.Get<int>());

        void Try(Action read)
        {
            try
            {
                read();
            }
            catch (InvalidOperationException e)
            {
                problems.Add(e.Message);
            }
        }
    }

    /// <summary>What the binder does not know it leaves out, and nobody would hear of a letter too few.</summary>
    private static void AddUnknown(string name, FunctionEnvironment environment, List<string> problems)
    {
        IConfigurationSection? section = environment.Services.GetService<IConfiguration>()
            ?.GetSection($"{Section}:{name}");
        foreach (IConfigurationSection child in section?.GetChildren() ?? [])
        {
            if (!s_settings.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                problems.Add($"{child.Path} is no setting of a function; those are {string.Join(", ", s_settings)}.");
        }
    }

    private static void AddForeign(
        string name, FunctionDescription function, FunctionOptions options, List<string> problems)
    {
        string[] has = function.Trigger switch
        {
            QueueTriggerAttribute => s_ofQueues,
            EventHubTriggerAttribute => s_ofStreams,
            ActivityTriggerAttribute => s_ofCode,
            TimerTriggerAttribute => [nameof(FunctionOptions.Timeout), nameof(FunctionOptions.Disabled)],
            HttpTriggerAttribute => [nameof(FunctionOptions.Disabled)],
            _ => [],
        };
        foreach (string setting in s_settings.Except(has))
        {
            if (typeof(FunctionOptions).GetProperty(setting)!.GetValue(options) is not (null or false))
            {
                problems.Add($"{Section}:{name}:{setting} is set, but a function with "
                    + $"[{FunctionDescription.TextOf(function.Trigger)}] has "
                    + $"{(has.Length == 0 ? "no settings" : $"only {string.Join(", ", has)}")}.");
            }
        }
    }

    private static void AddValues(string name, FunctionOptions options, List<string> problems)
    {
        Range(nameof(options.Concurrency), options.Concurrency, 1, 100_000);
        Range(nameof(options.MaxDequeueCount), options.MaxDequeueCount, 1, 10_000);
        Range(nameof(options.BatchSize), options.BatchSize, 1, 10_000);
        Range(nameof(options.NewBatchThreshold), options.NewBatchThreshold, 0, 10_000);
        Range(nameof(options.MaxEventBatchSize), options.MaxEventBatchSize, 1, 10_000);
        Range(nameof(options.MaxConcurrentKeys), options.MaxConcurrentKeys, 1, 1_000);
        Range(nameof(options.MaxRetryCount), options.MaxRetryCount, 0, 10_000);
        Between(nameof(options.Timeout), options.Timeout, TimeSpan.FromMilliseconds(1), FunctionLimits.TimeoutMax);
        Between(nameof(options.VisibilityTimeout), options.VisibilityTimeout, TimeSpan.Zero, TimeSpan.FromDays(365));
        Between(nameof(options.RetryDelay), options.RetryDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1));
        OneOf(nameof(options.FailurePolicy), options.FailurePolicy);
        OneOf(nameof(options.Ordering), options.Ordering);

        void OneOf<T>(string setting, T? value) where T : struct, Enum
        {
            if (value is { } said && !Enum.IsDefined(said))
            {
                problems.Add(
                    $"{Section}:{name}:{setting} is {said}; it is one of {string.Join(", ", Enum.GetNames<T>())}.");
            }
        }

        void Range(string setting, int? value, int min, int max)
        {
            if (value < min || value > max)
            {
                problems.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Section}:{name}:{setting} is {value}; it is from {min} to {max}."));
            }
        }

        void Between(string setting, TimeSpan? value, TimeSpan min, TimeSpan max)
        {
            if (value < min || value > max)
                problems.Add($"{Section}:{name}:{setting} is {value}; it is from {min} to {max}.");
        }
    }
}
