using System.Security.Cryptography;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Memory;
using Perdure.Sqlite;
using Perdure.Sqlite.Connections;
using SQLitePCL;

namespace Perdure.Stores.Tests;

/// <summary>
/// What survives a process: stores are opened on it one after the other, and commits can be made uncertain.
/// </summary>
internal abstract class Disk : IAsyncDisposable
{
    /// <summary>The next commit has an unknown outcome; it was written or not, as the point says.</summary>
    public CommitPoint? FailNext { get; set; }

    public abstract IStore NewStore();

    public abstract ValueTask DisposeAsync();
}

/// <summary>
/// The store in memory is the disk itself; each opening gets a face of its own that can lose outcomes.
/// </summary>
internal sealed class MemoryDisk : Disk
{
    private readonly MemoryStore _store =
        new("hub", new HubSecret(RandomNumberGenerator.GetBytes(HubSecret.Length)), partitions: 4);

    public override IStore NewStore() => new UncertainStore(_store, this);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A directory that lasts as long as the test.</summary>
internal sealed class SqliteDisk : Disk
{
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("perdure-").FullName;

    public string File => Path.Combine(Directory, "hub.db");

    public override IStore NewStore() => new SqliteStore(new SqliteStoreOptions { Path = File, Fault = Fail });

    public override ValueTask DisposeAsync()
    {
        System.IO.Directory.Delete(Directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    private void Fail(CommitPoint point)
    {
        if (FailNext != point)
            return;
        FailNext = null;
        throw new SqliteFailure(raw.SQLITE_IOERR, "injected");
    }
}
