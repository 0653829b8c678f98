using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Perdure.Core.Checks;
using Perdure.Core.Stores.Histories;
using Perdure.Hosting;

namespace Perdure.Checks;

/// <summary>
/// A program that <c>perdure check</c> has started: as soon as its services are built it is checked with them, and ends
/// before any of its hosted services starts and before any of its code behind <c>Build()</c> runs.
/// </summary>
internal static class CheckMode
{
    private static readonly Lock s_gate = new();
    private static string? s_pipe;

    /// <summary>Called wherever Perdure is added to services; does nothing unless a check was asked for.</summary>
    public static void Watch()
    {
        lock (s_gate)
        {
            if (s_pipe is not null
                || Environment.GetEnvironmentVariable(CheckText.PipeVariable) is not { Length: > 0 } pipe)
            {
                return;
            }
            s_pipe = pipe;
            // Programs that this one starts are not meant.
            Environment.SetEnvironmentVariable(CheckText.PipeVariable, null);
        }
        DiagnosticListener.AllListeners.Subscribe(new Observer<DiagnosticListener>(listener =>
        {
            if (listener.Name == "Microsoft.Extensions.Hosting")
                listener.Subscribe(new Observer<KeyValuePair<string, object?>>(OnHosting));
        }));
    }

    /// <summary>Services that no host has built show themselves only when they start.</summary>
    public static void EndInsteadOfStart(IServiceProvider services)
    {
        if (s_pipe is { } pipe)
            CheckAndExit(services, pipe);
    }

    private static void OnHosting(KeyValuePair<string, object?> said)
    {
        if (said is { Key: "HostBuilt", Value: IHost host } && s_pipe is { } pipe && HasPerdure(host.Services))
            CheckAndExit(host.Services, pipe);
    }

    private static bool HasPerdure(IServiceProvider services) =>
        services.GetService<IServiceProviderIsService>()?.IsService(typeof(PerdureHost)) ?? true;

    /// <summary>The thread that builds the host waits for this and never gets any further.</summary>
    private static void CheckAndExit(IServiceProvider services, string pipe)
    {
        try
        {
            // A context of this thread would wait for this thread.
            SynchronizationContext.SetSynchronizationContext(null);
            CheckAsync(services, pipe).GetAwaiter().GetResult();
        }
        catch (IOException e)
        {
            // Nobody listens any more.
            Console.Error.WriteLine($"The check was broken off: {e.Message}");
        }
        Environment.Exit(0);
    }

    private static async Task CheckAsync(IServiceProvider services, string name)
    {
        using CheckPipe pipe = await CheckPipe.ConnectAsync(name);
        CheckRequest request = await pipe.RequestAsync();
        try
        {
            await CheckAsync(services, request, pipe);
        }
#pragma warning disable CA1031 // Whatever keeps the program from being checked is said to who asked.
        catch (Exception e) when (e is not IOException)
#pragma warning restore CA1031
        {
            await pipe.SendAsync(new CheckLine { Error = e.Message });
        }
    }

    private static async Task CheckAsync(IServiceProvider services, CheckRequest request, CheckPipe pipe)
    {
        PerdureHost host = services.GetRequiredService<PerdureHost>();
        HistorySelection selection = new() { Names = request.Orchestrators, Ids = request.Instances };
        await using IHistorySource source = host.Histories(request);
        long total = await source.OpenAsync(selection, CancellationToken.None);
        await pipe.SendAsync(new CheckLine { Begin = new CheckBegin(Version, source.Place, total) });
        HistoryChecker checker =
            host.Checker(new CheckSettings { TimeMax = TimeSpan.FromSeconds(request.SecondsMax) });
        long count = 0;
        await foreach (CheckVerdict verdict in checker.RunAsync(
            source.ReadAsync(selection, CancellationToken.None), CancellationToken.None))
        {
            await pipe.SendAsync(new CheckLine { Verdict = verdict });
            count++;
        }
        await pipe.SendAsync(new CheckLine { Checked = count });
    }

    private static string Version => typeof(CheckMode).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    private sealed class Observer<T>(Action<T> next) : IObserver<T>
    {
        public void OnNext(T value) => next(value);

        public void OnCompleted()
        {
            // There is nothing to end.
        }

        public void OnError(Exception error)
        {
            // It is not ours.
        }
    }
}
