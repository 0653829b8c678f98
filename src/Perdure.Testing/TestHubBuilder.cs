using Microsoft.Extensions.DependencyInjection;

namespace Perdure.Testing;

/// <summary>What a <see cref="TestHub"/> is made of.</summary>
public sealed class TestHubBuilder
{
    private readonly List<Type> _types = [];
    private readonly List<Action<PerdureOptions>> _options = [];
    private readonly List<Action<IServiceCollection>> _services = [];
    private readonly List<ActivityMock> _mocks = [];

    /// <summary>
    /// When the time of the hub begins. Default: 2030-01-01T00:00:00Z, so that no test depends on the day it runs.
    /// </summary>
    public DateTimeOffset StartTime { get; set; } = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal IReadOnlyList<Type> Types => _types;
    internal IReadOnlyList<ActivityMock> Mocks => _mocks;

    /// <summary>Adds classes whose methods are functions.</summary>
    /// <param name="types">The classes; at least one call with at least one is needed.</param>
    /// <returns>The same builder.</returns>
    public TestHubBuilder AddFunctions(params Type[] types)
    {
        ArgumentNullException.ThrowIfNull(types);
        _types.AddRange(types);
        return this;
    }

    /// <summary>Changes the options of the hub.</summary>
    /// <param name="configure">Called each time that the host starts, also after a kill.</param>
    /// <returns>The same builder.</returns>
    public TestHubBuilder Configure(Action<PerdureOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _options.Add(configure);
        return this;
    }

    /// <summary>
    /// Adds services, for functions that take some. What is to outlive a kill is made outside and added as an object.
    /// </summary>
    /// <param name="configure">Called each time that the host starts, also after a kill.</param>
    /// <returns>The same builder.</returns>
    public TestHubBuilder ConfigureServices(Action<IServiceCollection> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _services.Add(configure);
        return this;
    }

    /// <summary>Puts something in the place of an activity, whether there is one of that name or not.</summary>
    /// <typeparam name="TInput">What its input is read as.</typeparam>
    /// <typeparam name="TResult">What it returns.</typeparam>
    /// <param name="name">The name of the activity, in any case.</param>
    /// <param name="run">What runs instead; what it throws is how the activity fails.</param>
    /// <returns>The same builder.</returns>
    public TestHubBuilder MockActivity<TInput, TResult>(string name, Func<TInput, TResult> run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return MockActivity<TInput, TResult>(name, input => Task.FromResult(run(input)));
    }

    /// <summary>The same with an asynchronous function.</summary>
    /// <typeparam name="TInput">What its input is read as.</typeparam>
    /// <typeparam name="TResult">What it returns.</typeparam>
    /// <param name="name">The name of the activity, in any case.</param>
    /// <param name="run">What runs instead; what it throws is how the activity fails.</param>
    /// <returns>The same builder.</returns>
    public TestHubBuilder MockActivity<TInput, TResult>(string name, Func<TInput, Task<TResult>> run)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(run);
        _mocks.RemoveAll(m => m.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        _mocks.Add(ActivityMock.Of(name, run));
        return this;
    }

    internal void Apply(PerdureOptions options)
    {
        foreach (Type type in _types)
            options.FunctionTypes.Add(type);
        foreach (Action<PerdureOptions> configure in _options)
            configure(options);
    }

    internal void Apply(IServiceCollection services)
    {
        foreach (Action<IServiceCollection> configure in _services)
            configure(services);
    }
}
