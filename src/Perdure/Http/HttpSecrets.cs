using Microsoft.Extensions.DependencyInjection;

namespace Perdure.Http;

/// <summary>
/// Puts into a request what its history must not hold: tokens, and headers whose values are secrets of the host.
/// </summary>
internal sealed class HttpSecrets
{
    private readonly IServiceProvider _services;
    private readonly Dictionary<string, Secret> _secrets = new(StringComparer.OrdinalIgnoreCase);

    public HttpSecrets(HttpCallOptions options, IServiceProvider services)
    {
        _services = services;
        foreach ((string name, HttpSecretOptions secret) in options.Secrets)
            _secrets.Add(name, new Secret(secret.Value, [.. secret.Hosts.Select(ParsedHost)]));
    }

    /// <summary>The headers that are added to a request which goes where its author sent it.</summary>
    /// <exception cref="HttpRefusedException">A secret is not known, or may not go to this host.</exception>
    public async ValueTask<IReadOnlyList<KeyValuePair<string, string>>> ForAsync(
        DurableHttpRequest request, Uri uri, CancellationToken cancellationToken)
    {
        if (request.TokenSource is null && request.SecretHeaders.Count == 0)
            return [];
        List<KeyValuePair<string, string>> headers =
            [.. request.SecretHeaders.Select(h => KeyValuePair.Create(h.Key, Value(h.Value, uri)))];
        if (request.TokenSource is { } source)
            headers.Add(new(HttpHeaders.Authorization, $"Bearer {await TokenAsync(source, uri, cancellationToken)}"));
        return headers;
    }

    private string Value(string name, Uri uri)
    {
        if (!_secrets.TryGetValue(name, out Secret? secret))
            throw new HttpRefusedException(
                $"There is no secret '{name}' for durable HTTP calls. Set Perdure:Http:Secrets:{name}:Value, and "
                + ":Hosts with the hosts that it may go to.");
        string host = HostNames.Normal(uri.IdnHost);
        if (!secret.Hosts.Any(h => h.Allows(host, uri.Port)))
            throw new HttpRefusedException(
                $"The secret '{name}' may not be sent to '{uri.Host}'. If it should, add that host to "
                + $"Perdure:Http:Secrets:{name}:Hosts.");
        return secret.Value;
    }

    private async Task<string> TokenAsync(ITokenSource source, Uri uri, CancellationToken cancellationToken)
    {
        var (kind, resource, options) = TokenSourceJson.Describe(source)!.Value;
        await using AsyncServiceScope scope = _services.CreateAsyncScope();
        IHttpTokenProvider provider =
            scope.ServiceProvider.GetServices<IHttpTokenProvider>().LastOrDefault(p => p.Kind == kind)
            ?? throw new InvalidOperationException(
                $"A durable HTTP call wants a token of the kind '{kind}', and no provider of that kind is registered. "
                + $"Add one: services.AddSingleton<IHttpTokenProvider, YourTokens>(), with the Kind '{kind}'.");
        HttpTokenRequest wanted = new(kind, resource, options, uri);
        string token = await provider.GetTokenAsync(wanted, cancellationToken);
        return !string.IsNullOrEmpty(token) && HttpHeaders.IsValue(token)
            ? token
            : throw new InvalidOperationException(
                $"The token provider {TypeText.Of(provider.GetType())} gave a token that is empty or has line breaks.");
    }

    private static AllowedHost ParsedHost(string entry) =>
        AllowedHost.TryParse(entry, out AllowedHost? host, out string? problem)
            ? host
            : throw new ArgumentException($"The host '{entry}' of a secret {problem}.", nameof(entry));

    private sealed record Secret(string Value, AllowedHost[] Hosts);
}
