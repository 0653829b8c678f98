using Perdure.Core.History;
using Perdure.Core.Orchestrations;
using Perdure.Core.Stores;

namespace Perdure.Stores.Tests;

/// <summary>
/// Draws operations over few keys, so that they meet: most batches are good, many are refused, inconsistent or fenced,
/// and some outcomes are lost.
/// </summary>
internal sealed partial class RandomOperations(int seed)
{
    public const int Keys = 12;

    private readonly Random _random = new(seed);

    public Func<ModelRun, Task<string>> Next() => _random.Next(28) switch
    {
        < 11 => Commit(),
        11 => Uncertain(),
        12 => Take(),
        13 => Close(),
        14 => Sweep(),
        15 => Reopen(),
        16 or 17 => Query(),
        18 or 19 => QueryEntities(),
        20 => Maybe(2) ? QueryDeadLetters() : ChangeDeadLetters(),
        21 or 22 => ReadStreams(),
        23 => ReadUsage(),
        _ => Read(),
    };

    private Func<ModelRun, Task<string>> Commit()
    {
        var turns = Turns();
        return async run => ModelRun.Describe(await run.Node.CommitAsync(turns));
    }

    private Func<ModelRun, Task<string>> Uncertain()
    {
        var turns = Turns();
        var point = _random.Next(2) == 0 ? CommitPoint.BeforeCommit : CommitPoint.AfterCommit;
        return async run =>
        {
            var batch = run.Node.Batch(turns);
            run.Disk.FailNext = point;
            var first = await run.Node.Store.CommitAsync(batch);
            run.Disk.FailNext = null;
            // A batch that fails by itself never reaches the point where its outcome is lost; memory may lose it
            // anyway.
            return ModelRun.Describe(
                first.Outcome == CommitOutcome.Unknown ? await run.Node.Store.ResolveAsync(batch) : first);
        };
    }

    private Func<ModelRun, Task<string>> Take()
    {
        int partition = _random.Next(4);
        bool forget = _random.Next(3) == 0;
        return async run =>
        {
            var opening = await run.Node.TakeAsync(partition);
            if (forget)
                run.Node.Forget(partition, opening.Epoch - 1);
            return $"{opening.Epoch} {opening.Unclean} {string.Join(' ', opening.Tasks)}";
        };
    }

    private Func<ModelRun, Task<string>> Close()
    {
        int partition = _random.Next(4);
        long epoch = _random.Next(6);
        return async run =>
        {
            await run.Node.Store.ClosePartitionAsync(partition, epoch, default);
            return "";
        };
    }

    private Func<ModelRun, Task<string>> Sweep()
    {
        int rows = _random.Next(1, 5);
        return async run => $"{await run.Node.Store.SweepAsync(rows, default)} {await run.DescribeAsync()}";
    }

    private static Func<ModelRun, Task<string>> Reopen() => async run =>
    {
        await run.ReopenAsync();
        return $"{run.Node.Hub.Node} {string.Join(' ', run.Node.Openings.Select(o => (o.Epoch, o.Unclean)))}";
    };

    private Func<ModelRun, Task<string>> Query()
    {
        var query = new InstanceQuery
        {
            PageSize = _random.Next(1, 4),
            Statuses = Maybe(3) ? [Pick<InstanceStatus>(), Pick<InstanceStatus>()] : null,
            Suspended = Maybe(3) ? Maybe(2) : null,
            Name = Maybe(4) ? Name() : null,
            Version = Maybe(4) ? Maybe(2) ? "1.0" : "" : null,
            IdPrefix = Maybe(4) ? Id().EnumerateRunes().First().ToString() : null,
            CreatedFrom = Maybe(4) ? _random.Next(4) : null,
            CreatedTo = Maybe(4) ? _random.Next(4) : null,
            Tag = Maybe(4) ? new("tag", Name()) : null,
            WithPayloads = Maybe(2),
        };
        return async run =>
        {
            var lines = new List<string>();
            var next = query;
            while (true)
            {
                var page = await run.Node.Store.QueryAsync(next, default);
                lines.AddRange(page.Instances.Select(ModelRun.Describe));
                lines.Add($"-- {page.Continuation} of {next}");
                if (page.Continuation is null)
                    return string.Join('\n', lines);
                next = query with { Continuation = page.Continuation };
            }
        };
    }

    private Func<ModelRun, Task<string>> QueryEntities()
    {
        var query = new EntityRowQuery
        {
            PageSize = _random.Next(1, 4),
            Name = Maybe(4) ? Entity().Name : null,
            LastFrom = Maybe(4) ? _random.Next(4) : null,
            LastTo = Maybe(4) ? _random.Next(4) : null,
            WithoutState = Maybe(2),
            Locked = Maybe(4),
            WithState = Maybe(2),
            After = Maybe(4) ? Entity().Id : null,
        };
        return async run =>
        {
            var lines = new List<string>();
            var next = query;
            while (true)
            {
                var page = await run.Node.Store.QueryEntitiesAsync(next, default);
                lines.AddRange(page.Entities.Select(e => $"{e}"));
                lines.Add($"-- {page.Continuation} of {next}");
                if (page.Continuation is null)
                    return string.Join('\n', lines);
                next = query with { After = page.Continuation };
            }
        };
    }

    private Func<ModelRun, Task<string>> ReadStreams()
    {
        int partition = _random.Next(4);
        string log = Log(partition);
        (long from, int events, long at) = (_random.Next(40), _random.Next(1, 9), _random.Next(6));
        StreamRow wanted = new(Name(), _random.Next(1, 4), at);
        return async run =>
        {
            IStore store = run.Node.Store;
            StreamRow opened = await store.OpenStreamAsync(wanted, default);
            IReadOnlyList<StreamRow> all = await store.ReadStreamsAsync(default);
            LogSummary summary = await store.ReadLogAsync(partition, log, default);
            IReadOnlyList<BlockRow> blocks = await store.ReadBlocksAsync(partition, log, from, events, default);
            long found = await store.FindEventAsync(partition, log, at, default);
            return $"{opened} of {string.Join(',', all)}; {found}\n{ModelRun.Describe(summary)}\n"
                + string.Join('\n', blocks.Select(ModelRun.Describe));
        };
    }

    private Func<ModelRun, Task<string>> ChangeDeadLetters()
    {
        DeadLetterKey key = new(_random.Next(4), _random.Next(1, 30));
        DeadLetterKey other = key with { Number = _random.Next(1, 30) };
        DeadLetterState? from = Maybe(2) ? Pick<DeadLetterState>() : null;
        DeadLetterChange change = new(Maybe(2) ? Pick<DeadLetterState>() : null, _random.Next(9), "c");
        DeadLetterRow revision = DeadLetter(key.Partition);
        revision = revision with { Key = revision.Key with { Number = 30 + _random.Next(1_000_000) } };
        (int kind, int by, int max) = (_random.Next(3), _random.Next(9), _random.Next(1, 4));
        return async run => kind switch
        {
            0 => string.Join(
                ',', await run.Node.Store.ChangeDeadLettersAsync([key, other, key], from, change, default)),
            1 => $"{await run.Node.Store.ReviseDeadLetterAsync(
                key, revision, change with { To = DeadLetterState.Replaced }, default)}",
            _ => $"{await run.Node.Store.DeleteDeadLettersAsync(by, max, default)}",
        };
    }

    private Func<ModelRun, Task<string>> QueryDeadLetters()
    {
        DeadLetterQuery query = new()
        {
            PageSize = _random.Next(1, 4),
            Source = Maybe(4) ? Id() : null,
            Function = Maybe(4) ? Name() : null,
            Fingerprint = Maybe(4) ? Id() : null,
            State = Maybe(4) ? Pick<DeadLetterState>() : null,
            IsOpen = Maybe(4),
            From = Maybe(4) ? _random.Next(4) : null,
            To = Maybe(4) ? _random.Next(4) : null,
            WithRecords = Maybe(2),
        };
        return async run =>
        {
            List<string> lines = [];
            DeadLetterEnd? after = null;
            do
            {
                var page = await run.Node.Store.QueryDeadLettersAsync(query with { After = after }, default);
                lines.AddRange(page.Rows.Select(ModelRun.Describe));
                lines.Add($"-- {after = page.After}");
            }
            while (after is not null);
            return string.Join('\n', lines);
        };
    }

    private Func<ModelRun, Task<string>> Read()
    {
        var (id, partition, first, second, max, before) =
            (Id(), _random.Next(4), _random.Next(4), _random.Next(4), _random.Next(1, 4), _random.Next(6));
        string entity = Entity().Id;
        MessageKey[] keys = [.. Enumerable.Range(0, 40)
            .Select(i => new MessageKey(_random.Next(4), i % 4, _random.Next(1, 30))).Distinct()];
        return async run =>
        {
            var store = run.Node.Store;
            var snapshot = await store.ReadSnapshotAsync(id, default);
            var messages = await store.ReadMessagesAsync(partition, first, second, max, default);
            var timers = await store.ReadTimersAsync(partition, before, first, second, max, default);
            var owed = await store.ReadOwedAsync(partition, first, max, default);
            var some = await store.ReadMessagesAsync(keys, default);
            return string.Join('\n', [
                $"{await store.ReadInstanceAsync(id, default)}",
                snapshot is null ? "" : ModelRun.Describe(snapshot),
                .. messages.Select(m => $"{m.Key} {m.Target} {m.Kind} {Node.Text(m.Body)}"),
                .. some.Select(m => $"{m.Key} {m.Target} {m.Kind} {Node.Text(m.Body)}").Order(StringComparer.Ordinal),
                $"{await store.ReadEntityAsync(entity, default)}",
                .. timers.Select(t => $"{t.Key} {t.Target} {Node.Text(t.Body)}"),
                .. owed.Select(r => $"{r}")]);
        };
    }

    private TurnRows[] Turns() => [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Turn())];

    private TurnRows Turn()
    {
        int partition = _random.Next(4);
        long key = Key();
        var turn = new TurnRows { Partition = partition };
        if (Maybe(8))
            turn.DeleteInstance = Key();
        if (Maybe(3))
        {
            turn.InsertInstance = Instance(partition, key);
            turn.Tags = Maybe(2) ? new Dictionary<string, string> { ["tag"] = Name(), ["Ä"] = "" } : null;
        }
        if (Maybe(5))
            turn.UpdateInstance = Update((int)(key % 4), key);
        if (Maybe(8))
            turn.DeleteHistory = new(Key(), _random.Next(3));
        if (Maybe(8))
            turn.Sweep = new(partition, Maybe(2) ? turn.DeleteInstance ?? Key() : Key(), _random.Next(3));
        if (Maybe(2))
            turn.History =
                new(key, _random.Next(3), _random.Next(50), 0, _random.Next(100), Node.Bytes($"[{_random.Next(100)}]"));
        if (Maybe(9))
            turn.HistoryParts =
                [new(key, _random.Next(3), _random.Next(50), 1, _random.Next(100), Node.Bytes("[\"part\"]"))];
        AddDurableRows(turn, partition);
        return turn;
    }

    private void AddDurableRows(TurnRows turn, int partition)
    {
        if (Maybe(3))
            turn.UpsertEntity = Entity();
        if (Maybe(12))
            turn.DeleteEntity = Entity().Id;
        if (Maybe(4))
            turn.InsertMessages =
                [new(new(partition, _random.Next(4), _random.Next(1, 30)), Id(), 1, Node.Bytes(Name()))];
        if (Maybe(12))
            turn.RewriteMessages =
                [new(new(partition, _random.Next(4), _random.Next(1, 30)), Id(), 1, Node.Bytes(Name()))];
        if (Maybe(12))
            turn.DeleteMessages = [new(partition, _random.Next(4), _random.Next(1, 30))];
        if (Maybe(4))
            turn.InsertTimers = [new(new(partition, _random.Next(6), _random.Next(1, 30)), Id(), Node.Bytes(Name()))];
        if (Maybe(12))
            turn.DeleteTimers = [new(partition, _random.Next(6), _random.Next(1, 30))];
        if (Maybe(6))
            turn.InsertTasks = [new(partition, Key(), _random.Next(2), _random.Next(-1, 9), 1, 0)];
        if (Maybe(6))
            turn.DeleteTasks = [new(Key(), _random.Next(2), _random.Next(-1, 9))];
        if (Maybe(6))
            turn.InsertDeadLetters = [DeadLetter(partition)];
        if (Maybe(12))
        {
            turn.UpdateDeadLetters =
            [
                new(
                    new(partition, _random.Next(1, 30)), Pick<DeadLetterState>(), Maybe(2) ? default : Node.Bytes("7"),
                    _random.Next(9), "u", Maybe(2) ? _random.Next(9) : null),
            ];
        }
        if (Maybe(4))
            turn.InsertBlocks = [Block(partition)];
        if (Maybe(12))
            turn.TrimLogs = [new(partition, Log(partition), _random.Next(40))];
        if (Maybe(6))
            turn.UpsertReaders = [Reader(partition), Reader(partition)];
        if (Maybe(12))
            turn.DeleteReaders = [new(partition, Log(partition), Id())];
        if (Maybe(4))
            turn.AddUsage = [Usage(), Usage()];
    }

    /// <summary>Two for each partition; their blocks do not overlap.</summary>
    private string Log(int partition) => $"{(Maybe(2) ? "log" : "größe")}{partition}";

    private BlockRow Block(int partition) => new(
        partition, Log(partition), 3 * _random.Next(12), _random.Next(1, 4), _random.Next(4),
        Node.Bytes($"[{_random.Next(9)}]"));

    private ReaderRow Reader(int partition) => new(
        partition, Log(partition), Id(), _random.Next(9), _random.Next(4), Node.Bytes($"[{_random.Next(9)}]"));

    private DeadLetterRow DeadLetter(int partition) => new()
    {
        Key = new(partition, _random.Next(1, 30)),
        Source = Id(),
        Function = Name(),
        EventId = Id(),
        Order = Maybe(2) ? Id() : null,
        Class = Pick<DeadLetterReason>(),
        Fingerprint = Id(),
        State = Pick<DeadLetterState>(),
        At = _random.Next(4),
        Record = Node.Bytes($"[{_random.Next(9)}]"),
    };

    private InstanceRow Instance(int partition, long key) => new()
    {
        Partition = partition,
        Key = key,
        Id = Id(),
        Name = Name(),
        Version = Maybe(2) ? Name() : null,
        Status = Pick<InstanceStatus>(),
        Generation = _random.Next(3),
        Held = Pick<Held>(),
        Owed = Maybe(2),
        CustomStatus = Maybe(2) ? Payload.Of("""{"a":1}""") : Payload.None,
        Created = _random.Next(4),
        Ended = Maybe(2) ? _random.Next(9) : null,
        Parent = Maybe(2) ? Id() : null,
    };

    /// <summary>Under few ids; the partition of an id is always the same.</summary>
    private EntityRow Entity()
    {
        string name = Maybe(2) ? "a" : Id();
        string key = _random.Next(4) switch { 0 => "", 1 => "@" + Id(), _ => Id() };
        return new()
        {
            Partition = (name.Length + key.Length) % 4,
            Id = $"@{name}@{key}",
            Name = name,
            Key = key,
            State = Maybe(3) ? Payload.None : Payload.Of($"{_random.Next(9)}"),
            Holder = Maybe(3) ? new(Id(), new(_random.NextInt64(), _random.Next(3), _random.Next())) : null,
            Last = _random.Next(4),
        };
    }

    private InstanceUpdate Update(int partition, long key) => new(partition, key)
    {
        Status = Maybe(2) ? Pick<InstanceStatus>() : null,
        Generation = Maybe(2) ? _random.Next(3) : null,
        Version = Maybe(4) ? $"{_random.Next(3)}.0" : null,
        Held = Maybe(2) ? Pick<Held>() : null,
        Owed = Maybe(2) ? Maybe(2) : null,
        CustomStatus = Maybe(2) ? (Maybe(2) ? Payload.Of("\"ü\"") : Payload.None) : null,
        Ended = Maybe(2) ? _random.Next(9) : null,
        Reopened = Maybe(4),
    };

    private bool Maybe(int oneIn) => _random.Next(oneIn) == 0;

    private long Key() => _random.Next(1, Keys + 1);

    private string Id() =>
        "aBé\uffee😀".EnumerateRunes().ElementAt(_random.Next(5)).ToString() + (Maybe(2) ? "" : _random.Next(3));

    private string Name() => Maybe(3) ? "" : Maybe(2) ? "Hello" : "hello";

    private T Pick<T>() where T : struct, Enum => Enum.GetValues<T>()[_random.Next(Enum.GetValues<T>().Length)];
}
