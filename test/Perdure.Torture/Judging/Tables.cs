using System.Text.Json;

namespace Perdure.Torture.Judging;

internal sealed record InstanceLine(
    long Key, string Id, string Name, int Status, int Generation, int Held, bool Owed, string? CustomStatus,
    bool HasEnd,
    string? Parent)
{
    public const int Pending = 6;

    public bool Ended => Status is 1 or 3 or 5;
}

internal sealed record TurnLine(int Turn, int Part, long At, JsonElement[] Events);

internal sealed record MessageLine(string Target, int Kind, JsonElement[] Body)
{
    public const int Start = 1;
    public const int ChildDone = 2;
    public const int Raise = 3;
    public const int Terminate = 4;
    public const int OperationDone = 10;
    public const int LockGranted = 11;
    public const int TaskDone = 15;
    public const int Operation = 20;
    public const int LockRequest = 21;
    public const int Release = 22;

    /// <summary>
    /// Added to the kind of a request from another node, whose body is <c>["id of the request", body]</c>.
    /// </summary>
    private const int Asked = 1_000;

    public static MessageLine Of(string target, int kind, JsonElement[] body) => kind < Asked
        ? new(target, kind, body)
        : new(
            target, kind - Asked,
            body[1].ValueKind == JsonValueKind.Array ? [.. body[1].EnumerateArray()] : [body[1]]);
}

/// <param name="Holder">The instance that has locked it, or null.</param>
/// <param name="Request">The request that got the lock: <c>key.generation.task</c>.</param>
internal sealed record EntityLine(string Id, string Name, JsonElement? State, string? Holder, string? Request);

internal sealed record TimerLine(long Due, long Number, string Target, string Body);

/// <summary>
/// What the tables say at one moment, read by statements of its own. Histories are read on demand, because most of them
/// were judged before.
/// </summary>
internal sealed class Tables(SqlReader hub)
{
    public IReadOnlyList<InstanceLine> Instances { get; } =
    [
        .. hub.Rows(
            "select key, id, name, status, generation, held, owed, custom_status, ended, parent from instances")
            .Select(r => new InstanceLine(
                r.Long(0), r.Text(1), r.Text(2), r.Int(3), r.Int(4), r.Int(5), r.Flag(6), r.TextOrNull(7),
                !r.IsNull(8),
                r.TextOrNull(9))),
    ];

    public IReadOnlyList<MessageLine> Messages { get; } =
    [
        .. hub.Rows("select target, kind, body from messages order by origin, number")
            .Select(r => MessageLine.Of(r.Text(0), r.Int(1), Parse(r.Text(2)))),
    ];

    public IReadOnlyList<TimerLine> Timers { get; } =
    [
        .. hub.Rows("select due, number, target, body from timers")
            .Select(r => new TimerLine(r.Long(0), r.Long(1), r.Text(2), r.Text(3))),
    ];

    public IReadOnlyList<EntityLine> Entities { get; } =
    [
        .. hub.Rows("select id, name, state, holder, request from entities")
            .Select(r => new EntityLine(
                r.Text(0), r.Text(1), r.IsNull(2) ? null : Parse(r.Text(2))[0], r.TextOrNull(3), r.TextOrNull(4))),
    ];

    /// <summary>
    /// Rows in tasks whose execution is over or was never written. Those of entities, which have none, are negative.
    /// </summary>
    public long OrphanTasks => hub.Number(
        """
        select count(*) from tasks t where t.key > 0 and not exists
            (select 1 from instances i where i.key = t.key and i.generation = t.generation and i.ended is null)
        """);

    public long Tasks => hub.Number("select count(*) from tasks");

    public long OrphanHistories => hub.Number(
        """
        select count(*) from history h left join instances i on i.key = h.key
        where (i.key is null or i.generation <> h.generation)
            and not exists (select 1 from sweep s where s.key = h.key and s.generation >= h.generation)
        """);

    public IReadOnlyList<TurnLine> History(InstanceLine instance) =>
    [
        .. hub.Rows($"select turn, part, at, events from history where key = {instance.Key} "
                + $"and generation = {instance.Generation} order by turn, part")
            .Select(r => new TurnLine(r.Int(0), r.Int(1), r.Long(2), Parse(r.Text(3)))),
    ];

    private static JsonElement[] Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 256 });
        JsonElement root = document.RootElement.Clone();
        return root.ValueKind == JsonValueKind.Array ? [.. root.EnumerateArray()] : [root];
    }
}
