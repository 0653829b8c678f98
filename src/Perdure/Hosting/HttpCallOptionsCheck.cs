using Perdure.Http;

namespace Perdure.Hosting;

/// <summary>Says what is wrong with the options of durable HTTP, with the values, but never with a secret.</summary>
internal static class HttpCallOptionsCheck
{
    public static void AddProblems(HttpCallOptions options, List<string> problems)
    {
        Between(nameof(options.Timeout), options.Timeout, TimeSpan.FromMilliseconds(1));
        Between(nameof(options.PollInterval), options.PollInterval, TimeSpan.FromSeconds(1));
        foreach (string entry in options.AllowedHosts)
            CheckHost("AllowedHosts", entry);
        foreach ((string name, HttpSecretOptions secret) in options.Secrets)
            CheckSecret($"Secrets:{name}", secret);

        void Between(string setting, TimeSpan value, TimeSpan min)
        {
            if (value < min || value > TimeSpan.FromHours(24))
                problems.Add($"Perdure:Http:{setting} is {value}; it is from {min} to 24 hours.");
        }

        void CheckSecret(string setting, HttpSecretOptions secret)
        {
            if (string.IsNullOrEmpty(secret.Value) || !HttpHeaders.IsValue(secret.Value))
                problems.Add(
                    $"Perdure:Http:{setting}:Value is empty, or has line breaks; it is the value of a header.");
            if (secret.Hosts.Count == 0)
                problems.Add($"Perdure:Http:{setting}:Hosts is empty; it names the hosts that the secret may go to.");
            foreach (string entry in secret.Hosts)
                CheckHost($"{setting}:Hosts", entry);
        }

        void CheckHost(string setting, string entry)
        {
            if (!AllowedHost.TryParse(entry, out _, out string? problem))
                problems.Add($"Perdure:Http:{setting}: '{entry}' {problem}.");
        }
    }
}
