using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect.Configuration;
using Microsoft.IdentityModel.Tokens;
using Perdure.AspNetCore.Telemetry;

namespace Perdure.AspNetCore.Security;

/// <summary>
/// The keys of an OpenID Connect provider: fetched when the first token comes, kept, and fetched again every hour and
/// when a token names one that is not there, but then not more often than once a minute.
/// </summary>
internal sealed class AuthorityKeys
{
    private const int DocumentMaxBytes = 1024 * 1024;
    private static readonly TimeSpan s_fetchTimeout = TimeSpan.FromSeconds(10);

    /// <summary>After a fetch that failed: an outage of the provider is no reason to storm it.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly string _authority;
    private readonly ILogger _logger;
    private readonly ConfigurationManager<OpenIdConnectConfiguration> _provider;
    private Task<bool>? _fetch;
    private volatile bool _areThere;
    private long _failedAt;

    public AuthorityKeys(string authority, ILogger logger)
    {
        _authority = authority;
        _logger = logger;
        HttpClient http = new() { Timeout = s_fetchTimeout, MaxResponseContentBufferSize = DocumentMaxBytes };
        _provider = new(
            $"{authority.TrimEnd('/')}/.well-known/openid-configuration",
            new OpenIdConnectConfigurationRetriever(),
            new HttpDocumentRetriever(http)
            {
                RequireHttps = authority.StartsWith("https", StringComparison.OrdinalIgnoreCase),
            },
            new OpenIdConnectConfigurationValidator())
        {
            AutomaticRefreshInterval = TimeSpan.FromHours(1),
            RefreshInterval = TimeSpan.FromMinutes(1),
            // A key that the provider has withdrawn is not good for another hour.
            UseLastKnownGoodConfiguration = false,
        };
    }

    /// <summary>Gives the keys to whoever validates; what it has it keeps while the provider is away.</summary>
    public BaseConfigurationManager Provider => _provider;

    /// <summary>Whether there are any. All who ask at once wait for one fetch.</summary>
    public async ValueTask<bool> AreThereAsync() => _areThere || await FetchOnceAsync();

    private Task<bool> FetchOnceAsync()
    {
        lock (_lock)
        {
            if (_fetch is null || (_fetch.IsCompleted && Stopwatch.GetElapsedTime(_failedAt) >= s_pause))
                _fetch = FetchAsync();
            return _fetch;
        }
    }

    private async Task<bool> FetchAsync()
    {
        try
        {
            await _provider.GetConfigurationAsync(CancellationToken.None);
            _areThere = true;
        }
        catch (Exception e)
        {
            // Whatever it is, nobody gets in by it.
            _logger.AuthorityUnreachable(_authority, (e.InnerException ?? e).Message);
            _failedAt = Stopwatch.GetTimestamp();
        }
        return _areThere;
    }
}
