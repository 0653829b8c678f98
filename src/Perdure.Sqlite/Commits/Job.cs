using Perdure.Core.Stores;
using Perdure.Sqlite.Connections;

namespace Perdure.Sqlite.Commits;

/// <summary>Work for the writer's thread.</summary>
internal abstract class Job
{
    private Job() { }

    public abstract void Run(Transactions transactions);

    /// <summary>The store was closed before the job came to its turn.</summary>
    public abstract void Reject();

    /// <summary>
    /// A batch. Its caller goes on right on the writer's thread, so that the next batch needs no wake-up.
    /// </summary>
    public sealed class Commit(Batch batch, bool resolve) : Job
    {
        private readonly TaskCompletionSource<CommitResult> _done = new();

        public Task<CommitResult> Task => _done.Task;

        public override void Run(Transactions transactions) =>
            _done.SetResult(resolve ? transactions.Resolve(batch) : transactions.Commit(batch));

        public override void Reject() =>
            _done.SetResult(new(resolve ? CommitOutcome.Unknown : CommitOutcome.Unavailable)
        {
            Detail = "The store is closed.",
        });
    }

    /// <summary>Anything rare; its caller goes on elsewhere.</summary>
    public sealed class Call<T>(Func<Connection, T> action) : Job
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Task => _done.Task;

        public override void Run(Transactions transactions)
        {
            try
            {
                _done.SetResult(transactions.Call(action));
            }
            catch (Exception failure)
            {
                _done.SetException(failure);
            }
        }

        public override void Reject() => _done.SetException(new ObjectDisposedException(nameof(SqliteStore)));
    }
}
