using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Perdure.Core.DeadLetters;
using Perdure.Core.Queues;
using Perdure.Core.Streams;

namespace Perdure.Functions.Triggers;

/// <summary>What attributes say of names and retries of a triggered function.</summary>
internal partial class TriggerSettings(
    FunctionDescription function, FunctionEnvironment environment, List<string> problems)
{
    protected FunctionDescription Function => function;
    protected FunctionEnvironment Environment => environment;

    /// <summary>What the settings of this function say, where its attributes say nothing.</summary>
    protected FunctionOptions Own => environment.OptionsOf(function);

    /// <summary>Whether the attribute with the trigger says it, be it what it is by default.</summary>
    protected bool IsSaid(string property) => function.Parameter.CustomAttributes
        .Any(a => a.AttributeType == function.Trigger.GetType()
            && a.NamedArguments.Any(n => n.MemberName == property));

    /// <summary>The name of a queue in lower case; null after a problem.</summary>
    public string? Queue(string name) => Name(name, "queue", QueueIds.Problem);

    /// <summary>The name of a stream in lower case; null after a problem.</summary>
    public string? Stream(string name) => Name(name, "stream", StreamIds.Problem);

    /// <summary>What the retry attributes say; false when there are none.</summary>
    /// <param name="policy">Null after a problem.</param>
    protected bool Retries(out RetryPolicy? policy)
    {
        policy = null;
        // The method has the last word over its class.
        bool isOfMethod = function.Method.IsDefined(typeof(FixedDelayRetryAttribute))
            || function.Method.IsDefined(typeof(ExponentialBackoffRetryAttribute));
        MemberInfo place = isOfMethod ? function.Method : function.Type;
        FixedDelayRetryAttribute? fix = place.GetCustomAttribute<FixedDelayRetryAttribute>();
        ExponentialBackoffRetryAttribute? grows = place.GetCustomAttribute<ExponentialBackoffRetryAttribute>();
        if (fix is null && grows is null)
            return false;
        if (fix is not null && grows is not null)
            Problem($"{function.Place} has [FixedDelayRetry] and [ExponentialBackoffRetry]; a function has one.");
        else if (grows is not null)
            policy = Growing(grows);
        else if (Count(fix!.MaxRetryCount) & Span(fix.DelayInterval, "DelayInterval", out TimeSpan delay))
            policy = new RetryPolicy { RetriesMax = fix.MaxRetryCount, First = delay };
        return true;
    }

    protected void Problem(string problem) => problems.Add(problem);

    /// <summary>With a colon only, because "5" would be five days.</summary>
    protected bool Span(string text, string what, out TimeSpan span)
    {
        span = default;
        if (text?.Contains(':', StringComparison.Ordinal) == true
            && TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out span) && span >= TimeSpan.Zero)
            return true;
        Problem($"{function.Place}: {what} = \"{text}\" is not a time of zero or more, such as 00:00:30.");
        return false;
    }

    /// <summary>With the settings that it names in place of their names.</summary>
    protected string Resolved(string name, string what) => Setting.Replace(name, found =>
    {
        string key = found.Groups[1].Value;
        if (environment.Services.GetService<IConfiguration>()?[key] is { } value)
            return value;
        Problem($"{function.Place}: the {what} '{name}' names the setting '{key}', which there is not.");
        return found.Value;
    });

    private string? Name(string name, string what, Func<string, string?> problemOf)
    {
        string resolved = Resolved(name, what).ToLowerInvariant();
        if (problemOf(resolved) is not { } problem)
            return resolved;
        Problem($"{function.Place}: '{resolved}' cannot be the name of a {what}: {problem}.");
        return null;
    }

    private RetryPolicy? Growing(ExponentialBackoffRetryAttribute grows)
    {
        if (!(Count(grows.MaxRetryCount) & Span(grows.MinimumInterval, "MinimumInterval", out TimeSpan first)
            & Span(grows.MaximumInterval, "MaximumInterval", out TimeSpan longest)))
            return null;
        if (first > TimeSpan.Zero && longest >= first)
            return new RetryPolicy { RetriesMax = grows.MaxRetryCount, First = first, Longest = longest };
        Problem($"{function.Place}: [ExponentialBackoffRetry] waits from {first} to {longest}; the first is more "
            + "than zero, and the longest not less than it.");
        return null;
    }

    private bool Count(int retries)
    {
        if (retries >= RetryPolicy.Unlimited)
            return true;
        Problem($"{function.Place}: {retries} retries; it is 0 or more, or -1 for no end.");
        return false;
    }

    [GeneratedRegex("%([^%]+)%", RegexOptions.CultureInvariant)]
    private static partial Regex Setting { get; }
}
