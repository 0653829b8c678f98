using System.Net;
using Perdure.Tests.Runtime.Support;

namespace Perdure.Tests.Http.Support;

/// <summary>A hub that may call the web server of its test, and a resolver that says what the test wants.</summary>
public abstract class HttpTests(Setup setup) : HubTests(setup), IAsyncDisposable
{
    internal WebServer Server { get; } = new();

    internal NamedHosts Hosts { get; } = new();

    public override async ValueTask InitializeAsync() => await Hub.StartAsync(Configure);

    public new async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected virtual void Configure(PerdureOptions options)
    {
        options.Http.AllowedHosts.Add("127.0.0.1");
        options.Http.Resolver = Hosts;
    }

    /// <summary>Runs <c>Main</c> with one call, and gives what the call gave or threw.</summary>
    internal async Task<string> CallAsync(DurableHttpRequest request)
    {
        Code.Main = async c => await TellAsync(() => c.CallHttpAsync(c.GetInput<DurableHttpRequest>()));
        return (await Hub.OutputAsync<string>(await Client.StartNewAsync("Main", new StartOptions(), request)))!;
    }

    internal static async Task<string> TellAsync(Func<Task<DurableHttpResponse>> call)
    {
        try
        {
            DurableHttpResponse answer = await call();
            return $"{(int)answer.StatusCode} {answer.Content}";
        }
        catch (HttpRequestException e)
        {
            return $"{e.GetType().Name} {(int?)e.StatusCode}: {e.Message}";
        }
        catch (Exception e) when (e is TimeoutException or ArgumentException or FunctionFailedException)
        {
            return $"{e.GetType().Name}: {e.Message}";
        }
    }
}

/// <summary>A resolver with a table; what is not in it has no address.</summary>
internal sealed class NamedHosts : Perdure.Http.IHttpResolver
{
    public Dictionary<string, Func<string[]>> Names { get; } = new(StringComparer.OrdinalIgnoreCase);

    public List<string> Asked { get; } = [];

    public string[] this[string name] { set => Names[name] = () => value; }

    public ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        Asked.Add(host);
        string[] addresses = Names.TryGetValue(host, out Func<string[]>? answer) ? answer() : [];
        return ValueTask.FromResult<IPAddress[]>([.. addresses.Select(IPAddress.Parse)]);
    }
}
