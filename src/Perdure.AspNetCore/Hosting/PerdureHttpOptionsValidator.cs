using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Perdure.AspNetCore.Security;

namespace Perdure.AspNetCore.Hosting;

/// <summary>Says everything that is wrong with the options at once, with the values, but never with a secret.</summary>
internal static partial class PerdureHttpOptionsValidator
{
    /// <exception cref="OptionsValidationException">Something is wrong.</exception>
    public static PerdureHttpOptions Checked(PerdureHttpOptions options)
    {
        List<string> problems = [];
        CheckKeys(options, problems);
        CheckJwt(options.Jwt, problems);
        CheckAddresses(options, problems);
        if (options.UnsafeAllowAnonymous && (options.Keys.Count > 0 || options.Jwt.IsConfigured))
            problems.Add("Perdure:Http:UnsafeAllowAnonymous is true, and there are keys or tokens; choose one.");
        if (options.LinkSigningKey is { } key && (Base64.TryDecode(key) is not { } bytes || bytes.Length < 32))
            problems.Add("Perdure:Http:LinkSigningKey is not the base64 of at least 32 bytes.");
        Range(nameof(options.LinkLifetime), options.LinkLifetime, TimeSpan.FromMinutes(1), TimeSpan.FromDays(366));
        Range(nameof(options.MaxBodyBytes), options.MaxBodyBytes, 1024, 64 * 1024 * 1024);
        Range(nameof(options.RequestsPerSecond), options.RequestsPerSecond, 1, 1_000_000);
        Range(nameof(options.MaxWait), options.MaxWait, TimeSpan.Zero, TimeSpan.FromHours(1));
        return problems.Count == 0
            ? options
            : throw new OptionsValidationException(nameof(PerdureHttpOptions), typeof(PerdureHttpOptions), problems);

        void Range<T>(string setting, T value, T min, T max) where T : IComparable<T>
        {
            if (value.CompareTo(min) < 0 || value.CompareTo(max) > 0)
                problems.Add(FormattableString.Invariant(
                    $"Perdure:Http:{setting} is {value}; it is from {min} to {max}."));
        }
    }

    private static void CheckKeys(PerdureHttpOptions options, List<string> problems)
    {
        for (int i = 0; i < options.Keys.Count; i++)
        {
            PerdureHttpKey key = options.Keys[i];
            string place = $"Perdure:Http:Keys:{i}";
            if (string.IsNullOrWhiteSpace(key.Name))
                problems.Add($"{place}:Name is empty; it says who has the key.");
            else if (options.Keys.Take(i).Any(k => k.Name.Equals(key.Name, StringComparison.OrdinalIgnoreCase)))
                problems.Add($"{place}:Name is '{key.Name}', which another key has as well.");
            if (!HashRule.IsMatch(key.Hash))
                problems.Add($"{place}:Hash is not 'sha256:' and 64 hexadecimal digits. PerdureKey.Generate() makes a "
                    + "key and its hash; the key itself never stands in the configuration.");
            if (!Enum.IsDefined(key.Scope))
                problems.Add($"{place}:Scope is {(int)key.Scope}; it is Read, Operate or Admin.");
        }
    }

    private static void CheckJwt(PerdureJwtOptions jwt, List<string> problems)
    {
        if (jwt is { IsConfigured: true, Audience: null or "" })
            problems.Add("Perdure:Http:Jwt:Audience is empty: tokens that were made for others would be accepted.");
        if (jwt.SigningKeys.Count > 0 && string.IsNullOrEmpty(jwt.Issuer) && string.IsNullOrEmpty(jwt.Authority))
            problems.Add("Perdure:Http:Jwt:Issuer is empty; with signing keys it must be set.");
        if (!string.IsNullOrEmpty(jwt.Authority)
            && !(Uri.TryCreate(jwt.Authority, UriKind.Absolute, out Uri? uri)
                && (uri.Scheme == Uri.UriSchemeHttps || uri.IsLoopback)))
            problems.Add($"Perdure:Http:Jwt:Authority is '{jwt.Authority}'; it is an https address.");
        for (int i = 0; i < jwt.SigningKeys.Count; i++)
        {
            if (JwtKeys.Problem(jwt.SigningKeys[i]) is { } problem)
                problems.Add($"Perdure:Http:Jwt:SigningKeys:{i} {problem}");
        }
    }

    private static void CheckAddresses(PerdureHttpOptions options, List<string> problems)
    {
        if (options.PublicUrl is { } url
            && !(Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"
                && uri.Query.Length == 0 && uri.Fragment.Length == 0))
            problems.Add($"Perdure:Http:PublicUrl is '{url}'; it is an http or https address without a query.");
    }

    [GeneratedRegex(@"\Asha256:[0-9a-fA-F]{64}\z")]
    private static partial Regex HashRule { get; }
}
