using Perdure.Torture.Worker;

namespace Perdure.Torture.Judging;

/// <summary>Where a judge finds the hub.</summary>
internal abstract class Evidence
{
    /// <summary>Whether several nodes work on it at the same time.</summary>
    public virtual bool IsShared => false;

    /// <summary>The hub as it is now.</summary>
    public abstract SqlReader Open(bool whole, Findings findings);
}

/// <summary>The file of a process that is dead: a copy of it and of its log.</summary>
internal sealed class FileEvidence(WorkerFiles files, string copies) : Evidence
{
    public override SqlReader Open(bool whole, Findings findings)
    {
        SqlFile file = new(Copy());
        if (file.Damage(whole) is { } damage)
            findings.Add("damaged file", damage);
        return file;
    }

    private string Copy()
    {
        Directory.CreateDirectory(copies);
        string copy = Path.Combine(copies, "hub.db");
        foreach (string suffix in new[] { "", "-wal", "-shm" })
        {
            File.Delete(copy + suffix);
            // The index of the log is memory, which did not survive.
            if (suffix != "-shm" && File.Exists(files.Database + suffix))
                File.Copy(files.Database + suffix, copy + suffix);
        }
        return copy;
    }
}
