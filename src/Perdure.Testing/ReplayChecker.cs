using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Perdure.Checks;
using Perdure.Core.Checks;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Histories;
using Perdure.Hosting;

namespace Perdure.Testing;

/// <summary>
/// Replays stored histories with the functions of a test run, so that a change that would break instances which are
/// under way fails a test. Histories come from <see cref="TestHub.ExportAsync"/> or from
/// <c>perdure history export</c>. Nothing is started or stored; activities do not run.
/// </summary>
/// <example>
/// <code>
/// ReplayReport report = await ReplayChecker.Of(typeof(MyFunctions)).CheckAsync("histories");
/// report.ShouldFit();
/// </code>
/// </example>
public sealed class ReplayChecker
{
    private readonly Type[] _types;
    private readonly List<Action<PerdureOptions>> _options = [];
    private readonly List<Action<IServiceCollection>> _services = [];
    private TimeSpan _limit = TimeSpan.FromSeconds(10);

    private ReplayChecker(Type[] types) => _types = types;

    /// <summary>Checks with the functions of these classes.</summary>
    /// <param name="types">The classes; at least one.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static ReplayChecker Of(params Type[] types)
    {
        ArgumentNullException.ThrowIfNull(types);
        return types.Length > 0
            ? new ReplayChecker([.. types])
            : throw new ArgumentException("Name at least one class with functions.", nameof(types));
    }

    /// <summary>Changes the options of the functions.</summary>
    /// <param name="configure">Called at each check.</param>
    /// <returns>The same checker.</returns>
    public ReplayChecker Configure(Action<PerdureOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _options.Add(configure);
        return this;
    }

    /// <summary>Adds services, for functions that take some.</summary>
    /// <param name="configure">Called at each check.</param>
    /// <returns>The same checker.</returns>
    public ReplayChecker ConfigureServices(Action<IServiceCollection> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _services.Add(configure);
        return this;
    }

    /// <summary>Limits how long the code of one instance may take, in real time; 10 seconds by default.</summary>
    /// <param name="limit">More than zero.</param>
    /// <returns>The same checker.</returns>
    public ReplayChecker WithTimeLimit(TimeSpan limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero);
        _limit = limit;
        return this;
    }

    /// <summary>
    /// Replays every history in a folder and those below it, also of instances that have ended. Code that never comes
    /// to an end keeps a thread of the test process.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FormatException">
    /// A file is damaged or of a newer release; the message names the file and the line.
    /// </exception>
    /// <exception cref="FunctionDiscoveryException">Something is wrong with the functions.</exception>
    public async Task<ReplayReport> CheckAsync(string folder, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"There is no folder '{Path.GetFullPath(folder)}'.");
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        foreach (Action<IServiceCollection> configure in _services)
            configure(builder.Services);
        builder.Services.AddPerdure(options =>
        {
            options.UseMemory();
            foreach (Type type in _types)
                options.FunctionTypes.Add(type);
            foreach (Action<PerdureOptions> configure in _options)
                configure(options);
        });
        using IHost host = builder.Build();
        HistoryChecker checker = host.Services.GetRequiredService<PerdureHost>()
            .Checker(new CheckSettings { TimeMax = _limit });
        await using HistoryFolder source = new(folder);
        List<ReplayVerdict> verdicts = [];
        try
        {
            await source.OpenAsync(HistorySelection.Living, cancellationToken);
            IAsyncEnumerable<InstanceHistory> all = source.ReadAsync(HistorySelection.Living, cancellationToken);
            await foreach (CheckVerdict verdict in checker.RunAsync(all, cancellationToken))
                verdicts.Add(Public(verdict));
        }
        catch (StoreException e) when (e.InnerException is FormatException)
        {
            throw new FormatException(e.Message, e);
        }
        catch (StoreException e)
        {
            throw new IOException(e.Message, e);
        }
        verdicts.Sort((a, b) => string.CompareOrdinal(a.InstanceId, b.InstanceId));
        return new ReplayReport(source.Place, verdicts);
    }

    private static ReplayVerdict Public(CheckVerdict verdict) => new()
    {
        InstanceId = verdict.InstanceId,
        Orchestrator = verdict.Orchestrator,
        Outcome = verdict.Outcome switch
        {
            CheckOutcome.Fits => ReplayOutcome.Fits,
            CheckOutcome.WouldGoOn => ReplayOutcome.WouldGoOn,
            CheckOutcome.Breaks => ReplayOutcome.Breaks,
            CheckOutcome.NoCode => ReplayOutcome.NoCode,
            CheckOutcome.WaitsInVain => ReplayOutcome.WaitsInVain,
            CheckOutcome.Hangs => ReplayOutcome.Hangs,
            _ => ReplayOutcome.Damaged,
        },
        Reason = verdict.Reason,
        Turn = verdict.Turn,
        Expected = verdict.Expected,
        Actual = verdict.Actual,
        Text = verdict.Describe(),
    };
}
