using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Perdure.AspNetCore.Tests.Support;

namespace Perdure.AspNetCore.Tests.Triggers;

/// <summary>An application with the functions of some classes, and what it logs.</summary>
internal sealed class Site : IAsyncDisposable
{
    private readonly App _app;

    private Site(App app, Lines log) => (_app, Log) = (app, log);

    public Lines Log { get; }

    public HttpClient Http => _app.Http;

    public IDurableClient Client => _app.Client;

    public static async Task<Site> StartAsync(
        Type functions, Action<PerdureHttpOptions>? configure = null, Action<IServiceCollection>? services = null,
        Action<WebApplication>? map = null)
    {
        Lines log = new();
        App app = await App.StartAsync(
            configure,
            s =>
            {
                s.AddLogging(l => l.AddProvider(log).SetMinimumLevel(LogLevel.Trace));
                s.Configure<PerdureOptions>(o => o.FunctionTypes.Add(functions));
                services?.Invoke(s);
            },
            map);
        return new Site(app, log);
    }

    /// <summary>What is wrong with the functions of a class.</summary>
    public static async Task<IReadOnlyList<string>> ProblemsAsync(
        Type functions, Action<PerdureHttpOptions>? configure = null)
    {
        try
        {
            await using Site site = await StartAsync(functions, configure);
            return [];
        }
        catch (FunctionDiscoveryException e)
        {
            return e.Problems;
        }
    }

    /// <summary>Sends a request; the answer as <c>200 text</c>.</summary>
    public async Task<string> AskAsync(
        string method, string path, string? body = null, string type = "application/json",
        params (string Name, string Value)[] headers)
    {
        using HttpResponseMessage response = await SendAsync(method, path, body, type, headers);
        string text = await response.Content.ReadAsStringAsync();
        return $"{(int)response.StatusCode} {text}".TrimEnd();
    }

    public async Task<HttpResponseMessage> SendAsync(
        string method, string path, string? body = null, string type = "application/json",
        params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), new Uri(path, UriKind.Relative));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }
        foreach ((string name, string value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await Http.SendAsync(request);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>Each line as <c>Level category: message</c>.</summary>
    internal sealed class Lines : ILoggerProvider
    {
        public ConcurrentQueue<string> All { get; } = new();

        public ILogger CreateLogger(string categoryName) => new Logger(All, categoryName);

        public void Dispose()
        {
        }
    }

    private sealed class Logger(ConcurrentQueue<string> lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{logLevel} {category}: {formatter(state, exception)} {exception?.Message}".TrimEnd());
    }
}
