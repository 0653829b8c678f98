using System.Diagnostics;
using Perdure.Core.Stores;
using Perdure.Sqlite;
using Perdure.Sqlite.Connections;

namespace Perdure.Stores.Tests;

/// <summary>
/// What only a file can do: be in use, damaged, read-only, newer, on a full disk, or large in its log.
/// </summary>
public sealed class SqliteFileTests : IAsyncLifetime
{
    private readonly SqliteDisk _disk = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _disk.DisposeAsync();

    [Fact]
    public async Task A_second_opener_is_told_who_owns_the_file_and_gets_it_when_the_first_is_gone()
    {
        await using (var node = await Node.OpenAsync(_disk))
        {
            var failure = await OpeningFails();
            failure.Message.ShouldContain(_disk.File);
            failure.Message.ShouldContain($"process {Environment.ProcessId}");
            await node.MustCommitAsync(Node.Insert(node.Instance("a")));
        }
        await using var next = await Node.OpenAsync(_disk);
        (await next.InstanceAsync("a")).ShouldNotBeNull();
    }

    [Fact]
    public async Task Another_program_may_read_beside_the_owner()
    {
        await using var node = await Node.OpenAsync(_disk);
        await node.MustCommitAsync(Node.Insert(node.Instance("a")));

        SqliteText.Run(_disk.File, "select id, name from instances").ShouldBe("a|Hello");
    }

    [Fact]
    public async Task Closing_leaves_one_file_with_everything_in_it()
    {
        var node = await Node.OpenAsync(_disk);
        var commits = Enumerable.Range(0, 20).Select(i => node.CommitAsync(Node.Insert(node.Instance($"i{i}"))))
            .ToArray();
        await node.DisposeAsync();

        commits.ShouldAllBe(c => c.IsCompletedSuccessfully && c.Result.Outcome == CommitOutcome.Committed);
        Directory.GetFiles(_disk.Directory).Select(Path.GetFileName)
            .ShouldBe(["hub.db", "hub.db.owner"], ignoreOrder: true);
        SqliteText.Run(_disk.File, "select count(*) from instances").ShouldBe("20");
    }

    [Fact]
    public async Task A_store_can_be_closed_where_its_last_commit_is_answered()
    {
        var node = await Node.OpenAsync(_disk);
        // Away from the context of the test, so that the answer comes on the writer's thread.
        await Task.Run(async () =>
        {
            await node.MustCommitAsync(Node.Insert(node.Instance("a")));
            await node.DisposeAsync();
        });

        await Should.ThrowAsync<ObjectDisposedException>(async () => await node.InstanceAsync("a"));
        await Should.ThrowAsync<ObjectDisposedException>(async () => await node.CommitAsync());
    }

    [Fact]
    public async Task What_a_process_that_died_had_committed_is_there()
    {
        using var after = new TemporaryCopy();
        await using (var node = await Node.OpenAsync(_disk))
        {
            for (int i = 0; i < 50; i++)
                await node.MustCommitAsync(Node.Insert(node.Instance($"i{i}")));
            after.Take(_disk.File);
        }
        await using var store = new SqliteStore(new() { Path = after.File });
        await store.OpenAsync(0, default);

        (await store.QueryAsync(new() { PageSize = 100 }, default)).Instances.Count.ShouldBe(50);
        (await store.OpenPartitionAsync(0, 1, default))!.Unclean.ShouldBe(1);
    }

    [Fact]
    public async Task A_missing_directory_is_made()
    {
        string path = Path.Combine(_disk.Directory, "a", "b", "hub.db");
        await using var store = new SqliteStore(new() { Path = path });
        await store.OpenAsync(0, default);

        File.Exists(path).ShouldBeTrue();
    }

    [Fact]
    public async Task A_directory_that_cannot_be_made_is_named()
    {
        File.WriteAllText(Path.Combine(_disk.Directory, "file"), "");

        (await OpeningFails(Path.Combine(_disk.Directory, "file", "hub.db")))
            .Message.ShouldContain("cannot be created");
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_and_left_alone()
    {
        File.WriteAllText(_disk.File, string.Concat(Enumerable.Repeat("my diary. ", 1_000)));

        (await OpeningFails()).Message.ShouldSatisfyAllConditions(
            m => m.ShouldContain(_disk.File), m => m.ShouldContain("not an SQLite database"));
        File.ReadAllText(_disk.File).ShouldStartWith("my diary.");
    }

    [Fact]
    public async Task A_database_of_somebody_else_is_refused_and_left_alone()
    {
        SqliteText.Run(_disk.File, "create table recipes (name)");
        var before = File.ReadAllBytes(_disk.File);

        (await OpeningFails()).Message.ShouldContain("not a task hub");
        File.ReadAllBytes(_disk.File).ShouldBe(before);
    }

    [Fact]
    public async Task A_damaged_file_is_refused_with_what_to_do()
    {
        await (await Node.OpenAsync(_disk)).DisposeAsync();
        using (var file = File.OpenWrite(_disk.File))
        {
            file.Position = 100;
            file.Write(new byte[3_000]);
        }

        (await OpeningFails()).Message.ShouldContain("damaged");
    }

    [Fact]
    public async Task A_newer_schema_is_refused_with_both_versions()
    {
        await (await Node.OpenAsync(_disk)).DisposeAsync();
        SqliteText.Run(_disk.File, "update hub set schema = 999");

        (await OpeningFails()).Message.ShouldSatisfyAllConditions(
            m => m.ShouldContain("schema version 999"), m => m.ShouldContain($"up to {Schema.Newest}"));
    }

    [Fact]
    public async Task A_file_without_a_secret_is_upgraded_and_keeps_the_one_that_it_gets()
    {
        using (Connection file = Connection.Open(_disk.File, readOnly: false, busyMilliseconds: 0))
        {
            foreach (string name in new[] { "0001-hub.sql", "0002-rewind.sql", "0003-offers.sql" })
            {
                using StreamReader text = new(typeof(SqliteStore).Assembly
                    .GetManifestResourceStream($"Perdure.Sqlite.Migrations.{name}")!);
                file.Execute(await text.ReadToEndAsync());
            }
            file.Execute(
                """
                insert into hub (schema, id, partitions) values (3, 'old', 4);
                insert into partitions (id, owner, epoch, dirty, unclean) values
                    (0, 0, 0, 0, 0), (1, 0, 0, 0, 0), (2, 0, 0, 0, 0), (3, 0, 0, 0, 0)
                """);
        }

        HubInfo first = await OpenedAsync(), second = await OpenedAsync();

        first.HubId.ShouldBe("old");
        first.Secret.Bytes.Length.ShouldBe(HubSecret.Length);
        second.Secret.ShouldBe(first.Secret);

        async Task<HubInfo> OpenedAsync()
        {
            await using Node node = await Node.OpenAsync(_disk);
            return node.Hub;
        }
    }

    [Fact]
    public async Task Another_partition_count_is_refused_with_both_counts()
    {
        await (await Node.OpenAsync(_disk)).DisposeAsync();
        var store = new SqliteStore(new() { Path = _disk.File, Partitions = 8 });

        var failure = await Should.ThrowAsync<StoreException>(async () => await store.OpenAsync(0, default));
        failure.Message.ShouldContain("has 4 partitions, but 8 were asked for");
    }

    [Fact]
    public async Task A_read_only_file_is_refused()
    {
        await (await Node.OpenAsync(_disk)).DisposeAsync();
        new FileInfo(_disk.File).IsReadOnly = true;

        (await OpeningFails()).Message.ShouldContain("read-only");
        new FileInfo(_disk.File).IsReadOnly = false;
    }

    [Fact]
    public async Task A_read_only_directory_is_refused()
    {
        using var mount = SmallDisk.TryMount(_disk.Directory, "size=1m,ro");
        Assert.SkipWhen(mount is null, "Mounting needs an administrator.");

        (await OpeningFails(Path.Combine(mount.Path, "hub.db"))).Message.ShouldSatisfyAllConditions(
            m => m.ShouldContain(mount.Path), m => m.ShouldContain("ead-only"));
    }

    [Fact]
    public async Task A_full_disk_is_told_at_opening()
    {
        using var mount = SmallDisk.TryMount(_disk.Directory, "size=16k");
        Assert.SkipWhen(mount is null, "Mounting needs an administrator.");

        (await OpeningFails(Path.Combine(mount.Path, "hub.db"))).Message.ShouldContain("full");
    }

    [Fact]
    public async Task A_disk_that_fills_up_refuses_commits_certainly_and_takes_them_when_there_is_room()
    {
        using var mount = SmallDisk.TryMount(_disk.Directory, "size=2m");
        Assert.SkipWhen(mount is null, "Mounting needs an administrator.");
        await using var store = new SqliteStore(new() { Path = Path.Combine(mount.Path, "hub.db") });
        var hub = await store.OpenAsync(0, default);
        long epoch = (await store.OpenPartitionAsync(0, 0, default))!.Epoch;
        File.WriteAllBytes(Path.Combine(mount.Path, "ballast"), new byte[1_000_000]);

        CommitResult result;
        int written = 0;
        while ((result = await store.CommitAsync(Batch(written))).Outcome == CommitOutcome.Committed)
            written++;
        var failed = Batch(written);
        if (result.Outcome == CommitOutcome.Unknown)
            result = await store.ResolveAsync(failed);
        result.Outcome.ShouldBe(CommitOutcome.Unavailable);
        result.Detail!.ShouldContain("full");
        (await store.ReadHistoryAsync(new(1, 0), default)).Count.ShouldBe(written);

        File.Delete(Path.Combine(mount.Path, "ballast"));
        result = await store.CommitAsync(failed);
        result.Outcome.ShouldBe(CommitOutcome.Committed, result.Detail);
        (await store.ReadHistoryAsync(new(1, 0), default)).Count.ShouldBe(written + 1);

        Batch Batch(int turn) => new()
        {
            Node = hub.Node,
            Lane = 0,
            Number = turn + 1,
            At = 0,
            Fences = [new(0, epoch)],
            Turns =
            [
                new()
                {
                    Partition = 0,
                    History = new(1, 0, turn, 0, 0, Node.Bytes($"[\"{new string('x', 50_000)}\"]")),
                },
            ],
        };
    }

    [Fact]
    public async Task Text_that_is_not_well_formed_is_refused()
    {
        await using var node = await Node.OpenAsync(_disk);

        (await node.CommitAsync(Node.Insert(node.Instance("half a pair: \ud83d"))))
            .Outcome.ShouldBe(CommitOutcome.Refused);
        await node.MustCommitAsync(Node.Insert(node.Instance("a")));
    }

    [Fact]
    public async Task A_locked_file_is_unavailable_and_then_works_again()
    {
        await using var node = await Node.OpenAsync(_disk);
        var batch = node.Batch(Node.Insert(node.Instance("a")));
        using (var other = Perdure.Sqlite.Connections.Connection.Open(_disk.File, readOnly: false, busyMilliseconds: 0))
        {
            other.Execute("begin immediate");
            (await node.Store.CommitAsync(batch)).Outcome.ShouldBe(CommitOutcome.Unavailable);
        }
        (await node.Store.CommitAsync(batch)).Outcome.ShouldBe(CommitOutcome.Committed);
    }

    [Fact]
    public async Task The_log_starts_over_under_constant_load()
    {
        await using var node = await Node.OpenAsync(_disk);
        var row = node.Instance("a");
        string events = $"[\"{new string('x', 900_000)}\"]";
        for (int turn = 0; turn < 250; turn++)
            await node.MustCommitAsync(new TurnRows { Partition = 0, History = Node.History(row, turn, events) });

        new FileInfo(_disk.File + "-wal").Length.ShouldBeLessThan(150_000_000);
    }

    [Fact]
    public async Task Old_commits_are_forgotten_after_a_day()
    {
        await using (var node = await Node.OpenAsync(_disk))
            await node.MustCommitAsync(Node.Insert(node.Instance("a")));
        await using var store = _disk.NewStore();
        await store.OpenAsync(Node.Day + TimeSpan.FromHours(25).Ticks / TimeSpan.TicksPerMillisecond, default);

        SqliteText.Run(_disk.File, "select count(*) from commits").ShouldBe("0");
    }

    private async Task<StoreException> OpeningFails(string? path = null)
    {
        await using var store = new SqliteStore(new() { Path = path ?? _disk.File });
        return await Should.ThrowAsync<StoreException>(async () => await store.OpenAsync(0, default));
    }
}

/// <summary>The files of a hub as a process that dies now leaves them.</summary>
internal sealed class TemporaryCopy : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("perdure-");

    public string File => Path.Combine(_directory.FullName, "hub.db");

    public void Take(string file)
    {
        System.IO.File.Copy(file, File);
        System.IO.File.Copy(file + "-wal", File + "-wal");
    }

    public void Dispose() => _directory.Delete(recursive: true);
}

/// <summary>A file system in memory that is as small as a test wants it.</summary>
internal sealed class SmallDisk : IDisposable
{
    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    public static SmallDisk? TryMount(string directory, string options)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            return null;
        string path = Directory.CreateDirectory(System.IO.Path.Combine(directory, "small")).FullName;
        return Run("mount", "-t", "tmpfs", "-o", options, "tmpfs", path) ? new SmallDisk(path) : null;
    }

    public void Dispose() => Run("umount", Path);

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
