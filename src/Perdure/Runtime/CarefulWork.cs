using Perdure.Core.Identity;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;

namespace Perdure.Runtime;

/// <summary>Work that careful mode lets through.</summary>
/// <param name="key">The activity, or the turn.</param>
/// <param name="what">The same for people.</param>
internal abstract class CarefulWork(TaskKey key, string what)
{
    public TaskKey Key { get; } = key;
    public string What { get; } = what;

    /// <summary>Others wait for it.</summary>
    public bool Blocks { get; set; }

    /// <summary>When it began to run; null before.</summary>
    public long? Began { get; set; }

    /// <summary>
    /// Whether its execution still wants it. If not, whoever brings the execution back brings the work back.
    /// </summary>
    public abstract bool IsWanted_NeedsLock();

    public abstract void Run();

    /// <summary>Too many processes died of it.</summary>
    public abstract void Fail(FailureDetails failure);

    /// <summary>It will not run: lets go of what it holds.</summary>
    public abstract void Skip();
}

/// <summary>The row that says: this is about to run.</summary>
internal sealed class TaskBegins(Care care, CarefulWork work, Partition partition, TaskRow row)
    : RowsEntry(partition, new TurnRows { Partition = partition.Number, InsertTasks = [row] })
{
    public override void OnCommitted() => care.Begin(work);

    public override void OnStale() => work.Skip();
}

/// <summary>The row goes: what it stood for has ended, or will not run.</summary>
internal sealed class TaskEnds(Partition partition, TaskKey key)
    : RowsEntry(partition, new TurnRows { Partition = partition.Number, DeleteTasks = [key] })
{
    public override void OnCommitted()
    {
        // Nobody waits for it.
    }

    public override void OnStale()
    {
        // The next opening reads the row again.
    }
}
