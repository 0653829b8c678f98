using Perdure.Core.Entities;

namespace Perdure.Execution.Entities;

/// <summary>
/// Runs the operations of entities. What they mean is decided elsewhere: a run may come to nothing, and then its
/// operations are run again.
/// </summary>
internal interface IEntityExecutor : IEntityCatalog
{
    /// <summary>
    /// Runs the operations in order, each on the state that the one before left. What an operation throws is its
    /// outcome. The token says that the host stops: operations that have not begun by then are left out of the result,
    /// but never all of them; and one that is cut short by it does not count as run.
    /// </summary>
    /// <exception cref="OperationCanceledException">The first operation was cut short: nothing was run.</exception>
    ValueTask<EntityRun> RunAsync(EntityBatch batch, CancellationToken stopping);
}
