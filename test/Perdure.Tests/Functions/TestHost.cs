using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Perdure.Core.History;
using Perdure.Functions;
using Perdure.Json;

namespace Perdure.Tests.Functions;

/// <summary>Services, a log that can be read, and functions of some classes.</summary>
internal sealed class TestHost : IDisposable
{
    private readonly ServiceProvider _services;
    private readonly FunctionEnvironment _environment;

    public TestHost(Action<IServiceCollection>? configure = null)
    {
        ServiceCollection services = new();
        services.AddLogging(logging => logging.AddProvider(Log).SetMinimumLevel(LogLevel.Trace));
        configure?.Invoke(services);
        _services = services.BuildServiceProvider(validateScopes: true);
        _environment = new(
            _services, _services.GetRequiredService<ILoggerFactory>(), new PayloadSerializer(), "testhub");
    }

    public Lines Log { get; } = new();

    public FunctionEnvironment Environment => _environment;

    public FunctionRegistry Discover(params Type[] types) => FunctionDiscovery.Discover(types, _environment);

    public IReadOnlyList<string> Problems(params Type[] types)
    {
        try
        {
            Discover(types);
            return [];
        }
        catch (FunctionDiscoveryException e)
        {
            return e.Problems;
        }
    }

    public void Dispose() => _services.Dispose();

    /// <summary>Each line as <c>category: message</c>.</summary>
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
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{category}: {formatter(state, exception)}");
    }
}

internal static class ActivityFunctionExtensions
{
    /// <summary>Runs an activity with a JSON text, and gives its result as one.</summary>
    public static async Task<string> RunAsync(
        this FunctionRegistry registry, string name, string input = "", CancellationToken cancellationToken = default)
    {
        Payload payload = Payload.Of(input);
        ActivityContext context = new(name, payload) { CancellationToken = cancellationToken };
        return (await registry.Activity(name).InvokeAsync(context, payload)).ToString();
    }
}
