using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Perdure.AspNetCore.Hosting;

namespace Perdure.AspNetCore.Tests.Support;

/// <summary>A real web host on a free port of this machine, with its hub in memory unless told otherwise.</summary>
internal sealed class App : IAsyncDisposable
{
    public const string Api = "/runtime/webhooks/durabletask";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly WebApplication _app;

    private App(WebApplication app)
    {
        _app = app;
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!
            .Addresses.First();
        Root = new Uri($"http://127.0.0.1:{BindingAddress.Parse(address).Port}");
        Http = new HttpClient { BaseAddress = Root, Timeout = Deadline };
    }

    public Uri Root { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public IDurableClient Client => Services.GetRequiredService<IDurableClient>();

    public PerdureHttp Parts => PerdureHttp.Of(Services);

    public static async Task<App> StartAsync(
        Action<PerdureHttpOptions>? configure = null, Action<IServiceCollection>? services = null,
        Action<WebApplication>? map = null, string listen = "http://127.0.0.1:0", string? prefix = null,
        Action<PerdureOptions>? hub = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(listen);
        builder.Services.AddRoutingCore();
        builder.Services.AddPerdure(o =>
        {
            o.UseMemory().FunctionTypes.Add(typeof(Functions));
            o.FunctionTypes.Add(typeof(TimerFunctions));
            hub?.Invoke(o);
        });
        builder.Services.AddPerdureHttp(configure);
        services?.Invoke(builder.Services);
        WebApplication app = builder.Build();
        map?.Invoke(app);
        app.MapPerdure(prefix);
        await app.StartAsync();
        return new App(app);
    }

    /// <summary>Sends a request; a path that begins without a slash is below the API.</summary>
    public async Task<Reply> SendAsync(
        string method, string path, string? body = null, string contentType = "application/json",
        params (string Name, string Value)[] headers)
    {
        Uri address = path.StartsWith("http", StringComparison.Ordinal)
            ? new Uri(path)
            : new Uri(Root, path.StartsWith('/') ? path : $"{Api}/{path}");
        using HttpRequestMessage request = new(new HttpMethod(method), address);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }
        foreach ((string name, string value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using HttpResponseMessage response = await Http.SendAsync(request);
        return await Reply.OfAsync(response);
    }

    public Task<Reply> GetAsync(string path) => SendAsync("GET", path);

    public Task<Reply> PostAsync(string path, string? body = null) => SendAsync("POST", path, body);

    public Task<Reply> DeleteAsync(string path) => SendAsync("DELETE", path);

    /// <summary>Starts an instance and waits until it waits, or has ended.</summary>
    public async Task<string> StartedAsync(string function, string id, object? input = null)
    {
        await Client.StartNewAsync(function, id, input);
        await UntilAsync(async () => (await Client.GetStatusAsync(id))!.RuntimeStatus
            != OrchestrationRuntimeStatus.Pending);
        return id;
    }

    public async Task<string> EndedAsync(string function, string id, object? input = null)
    {
        await Client.StartNewAsync(function, id, input);
        await Client.WaitForCompletionAsync(id, Deadline);
        return id;
    }

    public static async Task UntilAsync(
        Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        DateTime end = DateTime.UtcNow + Deadline;
        while (!await condition())
        {
            if (DateTime.UtcNow > end)
                throw new TimeoutException($"Not within {Deadline}: {what}");
            await Task.Delay(1); // Allowed: between two looks at a condition.
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

/// <summary>What came back.</summary>
internal sealed record Reply(int Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonElement.Parse(Text);

    public string Message => Json.GetProperty(nameof(Message)).GetString()!;

    public static async Task<Reply> OfAsync(HttpResponseMessage response)
    {
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, IEnumerable<string> values) in response.Headers.Concat(response.Content.Headers))
            headers[name] = string.Join(", ", values);
        return new Reply((int)response.StatusCode, await response.Content.ReadAsStringAsync(), headers);
    }

    public string this[string field] => Json.GetProperty(field) is { ValueKind: JsonValueKind.String } text
        ? text.GetString()!
        : Json.GetProperty(field).GetRawText();
}
