namespace Perdure;

/// <summary>Tells what the functions of the task hub have used, on all its nodes.</summary>
public interface IUsageClient
{
    /// <summary>
    /// Usage by function, day or trigger, in the order of their names. What ran in the last second may still be
    /// missing.
    /// </summary>
    /// <param name="query">Which usage, and how it is added up.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">It ends before it begins.</exception>
    Task<IReadOnlyList<UsageGroup>> QueryAsync(UsageQuery query, CancellationToken cancellationToken = default);
}
