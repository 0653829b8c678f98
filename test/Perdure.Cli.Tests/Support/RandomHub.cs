using System.Text;
using Perdure.Core.Identity;
using Perdure.Core.Queues;
using Perdure.Core.Stores;
using Perdure.Core.Stores.Moves;
using Perdure.Core.Streams;
using Perdure.Sqlite.Moves;

namespace Perdure.Cli.Tests.Support;

/// <summary>
/// A hub in a file with random rows in every table and state: they need not make sense together, only obey the rules of
/// the tables. Texts hold what is hard on the way: surrogate pairs, quotes, escapes of U+0000, and nothing at all.
/// </summary>
internal sealed class RandomHub
{
    private const long Day = 1_700_000_000_000;

    private static readonly string[] s_texts =
        ["", "plain", "\"\\u0000\"", "ünï 🐧 文字", "it's \\ \"quoted\"\n\t", "[1,2,{\"a\":null}]", "\uFFFD\u200B"];

    private readonly Random _dice;
    private readonly int _partitions;
    private readonly List<(string Id, long Key)> _instances = [];
    private readonly List<string> _entities = [];

    public RandomHub(int seed, int instances, int partitions)
    {
        (_dice, _partitions) = (new Random(seed), partitions);
        for (int i = 0; i < instances; i++)
            _instances.Add(($"{Pick("order", "ünï-🐧", "ORDER", "a b")}-{i}", ((long)_dice.Next(1, 9) << 32) + i));
        for (int i = 0; i < instances / 5; i++)
            _entities.Add($"@thing@{Pick("k", "schlüssel 🐧", "a@b")}{i}");
    }

    public HubShape Shape => new(
        "hub-of-the-test", new HubSecret([.. "what nobody is to know about it."u8]), 9,
        [
            .. Enumerable.Range(0, _partitions)
                .Select(i => new PartitionState(i == 1 ? 8 : 0, 3 + (5 * i), i == 1, i == 1 ? 2 : 0)),
        ]);

    /// <summary>A death that is counted against an entity; the row names it by a number.</summary>
    public string Suspect => _entities[0];

    public async Task WriteAsync(string file)
    {
        await using SqliteTarget target = new(file);
        await target.CreateAsync(Shape, default);
        foreach (HubTable table in HubTables.All)
            await target.WriteAsync(table, Rows(table.Name).ToAsyncEnumerable(), default);
        await target.CompleteAsync();
    }

    private IEnumerable<Cell[]> Rows(string table) => table switch
    {
        "instances" => _instances.Select(i => Row(
            i.Id, i.Key, i.Id, Pick("Hello", "Ünï"), Maybe("v2"), Pick(0, 1, 3, 5, 6), _dice.Next(3), _dice.Next(4),
            _dice.Next(2), Maybe(Text()), Day + _dice.Next(1000), _dice.Next(2) == 0 ? null : Day + 5000L,
            Maybe("parent"))),
        "history" => _instances.SelectMany(i => Enumerable.Range(0, _dice.Next(1, 5)).Select(turn => Row(
            i.Id, i.Key, 0, turn, 0, Day + turn, Text()))).Append(Row(null, 77L, 0, 0, 0, Day, "[]")),
        "entities" => _entities.Select(id => Row(
            id, id, "thing", id[7..], Maybe(Text()), Maybe("holder"), Maybe("request"), Day)),
        "messages" => Enumerable.Range(0, _instances.Count).Select(i => (Id: Target(), i)).SelectMany(m =>
            new[]
            {
                Row(m.Id, (long)_dice.Next(_partitions), (3L << 32) + m.i, m.Id, _dice.Next(20), Bytes()),
                Row(m.Id, (1L << 32) + 5, (long)m.i, m.Id, 1003, Bytes()),
            }).Concat(Enumerable.Range(0, 40).Select(i => (Id: QueueIds.Shard("orders", i), i)).Select(q =>
                Row(q.Id, (1L << 32) + 6, (long)q.i, q.Id, QueueItemCodec.Kind, Bytes()))),
        "timers" => Enumerable.Range(0, _instances.Count / 2).Select(i => (Id: Target(), i)).Select(t =>
            Row(t.Id, Day + _dice.Next(50), (2L << 32) + t.i, t.Id, Bytes())),
        "tasks" => _instances.Take(50).Select(i => Row(
            i.Id, i.Key, 0, _dice.Next(9), Maybe("[1]"), 8L, Maybe("token"), null, _dice.Next(3)))
            .Append(Row(Suspect, EntityInstanceIds.TaskKey(Suspect), 0, -1, null, 8L, null, null, 4)),
        "offers" => Enumerable.Range(0, 80).Select(i => (Id: Target(), i)).Select(o => Row(
            o.Id, (3L << 32) + o.i, (long)o.i, 0, o.Id, Pick("activity SAY", "entity ÜNÏ"), Pick("", "1-9,12"),
            Maybe(Text()), Pick(0L, 8L))),
        "dead_letters" => Enumerable.Range(0, 60).Select(i => Cells(
            i % _partitions, (3L << 32) + i, Pick("queue orders", "queue größe"), "Ship", $"e{i}", Maybe("session"),
            _dice.Next(6), Pick("00ff", "a1"), _dice.Next(6), Day + _dice.Next(50), Text(),
            Day + _dice.Next(90), Text(), _dice.Next(3) == 0 ? (1L << 62) + i : null)),
        "streams" => [Cells("orders", 8, Day), Cells("größe", 1, Day + 1)],
        "blocks" => Enumerable.Range(0, 60).Select(i => (Id: StreamIds.Log("orders", i % 8), i)).Select(b => Row(
            b.Id, b.Id, 10L * b.i, 1 + _dice.Next(10), Day + b.i, Bytes())),
        "readers" => Enumerable.Range(0, 8).Select(i => StreamIds.Log("orders", i)).SelectMany(id => new[]
        {
            Row(id, id, "$Default", (long)_dice.Next(700), Day, Text()), Row(id, id, "größe", 0L, Day, "{}"),
        }),
        "usage" => Enumerable.Range(0, 60).Select(i => Cells(
            Day + (60_000L * (i / 4)), Pick("Ship", "größe"), "queue", $"1.{i % 4}", 8L, (long)i, 1L, 2L, 3L, 4L, 5L,
            6L, (long)_dice.Next(900))),
        "requests" => Enumerable.Range(0, 300).Select(i => Cells($"{i}.3.1", Pick("Accepted", "NotFound"), Day)),
        "sweep" => [Row(null, 77L, int.MaxValue), Row(_instances[3].Id, _instances[3].Key, 0)],
        "tags" => _instances.Take(500).Select(i => Cells("kind", Pick(s_texts), i.Id)),
        _ => throw new ArgumentOutOfRangeException(nameof(table), table, "A table that the test does not know."),
    };

    private Cell[] Row(string? id, params object?[] values)
    {
        int partition = id is null ? 2 % _partitions : InstanceIds.Partition(id, _partitions);
        return [Cell.Of(partition), .. Cells(values)];
    }

    private static Cell[] Cells(params object?[] values) => [.. values.Select(v => v switch
    {
        null => Cell.Null,
        string text => Cell.Of(Encoding.UTF8.GetBytes(text)),
        byte[] bytes => Cell.Of(bytes),
        int number => Cell.Of(number),
        long number => Cell.Of(number),
        _ => throw new ArgumentException($"{v} is no value of a row."),
    })];

    private string Target() =>
        _dice.Next(2) == 0 ? _entities[_dice.Next(_entities.Count)] : _instances[_dice.Next(_instances.Count)].Id;

    private T Pick<T>(params T[] of) => of[_dice.Next(of.Length)];

    private string Text() =>
        string.Concat(Enumerable.Range(0, _dice.Next(1, _dice.Next(30) == 0 ? 4000 : 6)).Select(_ => Pick(s_texts)));

    private object? Maybe(string value) => _dice.Next(2) == 0 ? null : value;

    private byte[] Bytes()
    {
        byte[] bytes = new byte[_dice.Next(200)];
        _dice.NextBytes(bytes);
        return bytes;
    }
}
