using System.Globalization;
using Perdure.Core.Circuits;

namespace Perdure.Hosting;

/// <summary>Says what is wrong with the options of circuits.</summary>
internal static class CircuitOptionsCheck
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1), s_week = TimeSpan.FromDays(7);

    public static void AddProblems(CircuitOptions options, List<string> problems)
    {
        Check("Default", options.Default, problems);
        foreach ((string name, CircuitSettings settings) in options.Named)
        {
            string place = $"Named:{name}";
            if (!name.StartsWith(CircuitIds.OfFunction(""), StringComparison.OrdinalIgnoreCase)
                && CircuitIds.Problem(name) is { } problem)
                problems.Add($"Perdure:Circuits:{place} cannot be the name of a circuit: {problem}.");
            Check(place, settings, problems);
        }
        Check(options.Notify, problems);
    }

    private static void Check(string place, CircuitSettings settings, List<string> problems)
    {
        Count("Failures", settings.Failures, 0, 1_000_000);
        Count("MaxAutoReopens", settings.MaxAutoReopens, 0, 1_000);
        Count("SuccessesToClose", settings.SuccessesToClose, 1, 1_000);
        Time("Window", settings.Window, TimeSpan.FromSeconds(1), s_hour);
        Time("BreakDuration", settings.BreakDuration, TimeSpan.FromMilliseconds(1), s_week);
        Time("MaxBreakDuration", settings.MaxBreakDuration, settings.BreakDuration, s_week);
        Time("RampUp", settings.RampUp, TimeSpan.Zero, s_hour);
        if (!Enum.IsDefined(settings.Recovery))
            problems.Add($"Perdure:Circuits:{place}:Recovery is {settings.Recovery}; it is Manual or Auto.");

        void Count(string what, int value, int least, int most)
        {
            if (value < least || value > most)
                problems.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Perdure:Circuits:{place}:{what} is {value}; it is from {least} to {most:N0}."));
        }

        void Time(string what, TimeSpan value, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most)
                problems.Add($"Perdure:Circuits:{place}:{what} is {value}; it is from {least} to {most}.");
        }
    }

    private static void Check(CircuitNotifications notify, List<string> problems)
    {
        if (notify.BaseUrl is { } url && !IsWeb(url))
            problems.Add($"Perdure:Circuits:Notify:BaseUrl is '{url}'; it is an absolute http or https address.");
        if (notify.LinkLifetime <= TimeSpan.Zero || notify.LinkLifetime > s_week)
            problems.Add($"Perdure:Circuits:Notify:LinkLifetime is {notify.LinkLifetime}; it is more than zero, and at "
                + "most 7 days.");
        foreach (CircuitWebhook hook in notify.Webhooks)
        {
            if (hook.Url is null || !IsWeb(hook.Url))
                problems.Add(
                    $"Perdure:Circuits:Notify:Webhooks: '{hook.Url}' is not an absolute http or https address.");
        }
        if (notify.Mail is { } mail && (mail.To.Count == 0 || mail.From.Length == 0))
            problems.Add("Perdure:Circuits:Notify:Mail needs From and at least one To.");
    }

    private static bool IsWeb(Uri url) => url.IsAbsoluteUri && url.Scheme is "http" or "https";
}
