namespace Perdure.Tests.Runtime.Support;

/// <summary>Each test has a hub of its own. Whoever derives says on what it lives.</summary>
public abstract class HubTests(Setup setup) : IAsyncLifetime
{
    internal Hub Hub { get; } = new(setup);

    internal Code Code => Hub.Code;

    internal IDurableClient Client => Hub.Client;

    public virtual async ValueTask InitializeAsync() => await Hub.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Hub.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>An id that no other instance of the hub has; readable in failures.</summary>
    protected static string NewId(string what = "it") => $"{what}-{Guid.NewGuid():N}"[..20];
}
