namespace Perdure.Core.Stores.Histories;

/// <summary>
/// The histories of a hub, for somebody who only looks: nothing is created, upgraded, locked or registered, and hosts
/// of the hub go on meanwhile. Each instance is read as it is at one moment; the whole takes longer than that.
/// </summary>
internal interface IHistorySource : IAsyncDisposable
{
    /// <summary>Where it is, for people: never with a password.</summary>
    string Place { get; }

    /// <summary>Looks whether there is a hub of the schema of this build, and counts what is selected.</summary>
    /// <exception cref="StoreException">There is none, it is of another schema, or cannot be read.</exception>
    Task<long> OpenAsync(HistorySelection selection, CancellationToken cancellationToken);

    /// <summary>
    /// All that is selected, in pages that are bounded in count and bytes, so that whoever takes his time holds nothing
    /// up. Instances that end meanwhile may be missing; one whose status changes may come twice.
    /// </summary>
    IAsyncEnumerable<InstanceHistory> ReadAsync(HistorySelection selection, CancellationToken cancellationToken);
}
