using System.Runtime.CompilerServices;
using Perdure.Core.Stores.Moves;

namespace Perdure.Cli.Tests.Support;

/// <summary>Loses the first row of one table, or something else happens there.</summary>
internal sealed class BadTarget(IHubTarget inner, string at, Action? happens) : IHubTarget
{
    public string Place => inner.Place;

    public int? UsualPartitions => inner.UsualPartitions;

    public Task CheckAsync(CancellationToken cancellationToken) => inner.CheckAsync(cancellationToken);

    public Task CreateAsync(HubShape shape, CancellationToken cancellationToken) =>
        inner.CreateAsync(shape, cancellationToken);

    public Task WriteAsync(HubTable table, IAsyncEnumerable<Cell[]> rows, CancellationToken cancellationToken) =>
        inner.WriteAsync(table, table.Name == at ? BadAsync(rows, cancellationToken) : rows, cancellationToken);

    public IAsyncEnumerable<Cell[]> ReadAsync(HubTable table, CancellationToken cancellationToken) =>
        inner.ReadAsync(table, cancellationToken);

    /// <summary>The answer to the last step is lost.</summary>
    public bool LosesTheEnd { get; init; }

    public async Task CompleteAsync()
    {
        await inner.CompleteAsync();
        if (LosesTheEnd)
            throw new MoveOutcomeUnknownException("The connection broke.", new IOException("It broke."));
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async IAsyncEnumerable<Cell[]> BadAsync(
        IAsyncEnumerable<Cell[]> rows, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int count = 0;
        await foreach (Cell[] row in rows.WithCancellation(cancellationToken))
        {
            if (count++ == 0)
                happens?.Invoke();
            if (count > 1 || happens is not null)
                yield return row;
        }
    }
}
