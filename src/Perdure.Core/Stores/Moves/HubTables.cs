using static Perdure.Core.Stores.Moves.ColumnKind;

namespace Perdure.Core.Stores.Moves;

/// <summary>
/// The tables that move with a hub. Four do not: <c>hub</c> and <c>partitions</c> are made anew from the
/// <see cref="HubShape"/>; <c>nodes</c> and <c>commits</c> belong to processes that have ended, and of them only the
/// last number matters, which is never given again.
/// </summary>
internal static class HubTables
{
    /// <summary>The instances come first: others find their ids there.</summary>
    public static IReadOnlyList<HubTable> All { get; } =
    [
        new()
        {
            Name = "instances",
            Columns =
            [
                new("partition", Partition), new("key", Long), new("id", Text), new("name", Text), new("version", Text),
                new("status", Int), new("generation", Int), new("held", Int), new("owed", ColumnKind.Boolean),
                new("custom_status", Text), new("created", Long), new("ended", Long), new("parent", Text),
            ],
            Order = ["key"],
            IdColumn = "id",
        },
        new()
        {
            Name = "history",
            Columns =
            [
                new("partition", Partition), new("key", Long), new("generation", Int), new("turn", Int),
                new("part", Int), new("at", Long), new("events", Text),
            ],
            Order = ["key", "generation", "turn", "part"],
            IsFoundByKey = true,
        },
        new()
        {
            Name = "entities",
            Columns =
            [
                new("partition", Partition), new("id", Text), new("name", Text), new("key", Text), new("state", Text),
                new("holder", Text), new("request", Text), new("last", Long),
            ],
            Order = ["id"],
            IdColumn = "id",
        },
        new()
        {
            // A node numbers its requests for each partition by itself, so only the target makes the order unique.
            Name = "messages",
            Columns =
            [
                new("partition", Partition), new("origin", Long), new("number", Long), new("target", Text),
                new("kind", Int), new("body", Bytes),
            ],
            Order = ["origin", "number", "target"],
            IdColumn = "target",
        },
        new()
        {
            Name = "timers",
            Columns =
            [
                new("partition", Partition), new("due", Long), new("number", Long), new("target", Text),
                new("body", Bytes),
            ],
            Order = ["due", "number", "target"],
            IdColumn = "target",
        },
        new()
        {
            Name = "tasks",
            Columns =
            [
                new("partition", Partition), new("key", Long), new("generation", Int), new("task", Int),
                new("tasks", Text), new("node", Long), new("token", Text), new("until", Long), new("deaths", Int),
            ],
            Order = ["key", "generation", "task"],
            IsFoundByKey = true,
        },
        new()
        {
            Name = "offers",
            Columns =
            [
                new("partition", Partition), new("number", Long), new("key", Long), new("generation", Int),
                new("target", Text), new("code", Text), new("tasks", Text), new("body", Text), new("node", Long),
            ],
            Order = ["number", "target"],
            IdColumn = "target",
        },
        new()
        {
            Name = "dead_letters",
            Columns =
            [
                new("partition", Int), new("number", Long), new("source", Text), new("function", Text),
                new("event", Text), new("line", Text), new("class", Int), new("fingerprint", Text), new("state", Int),
                new("at", Long), new("record", Text), new("changed", Long), new("trail", Text), new("successor", Long),
            ],
            Order = ["partition", "number"],
        },
        new()
        {
            Name = "streams",
            Columns = [new("name", Text), new("partitions", Int), new("created", Long)],
            Order = ["name"],
        },
        new()
        {
            Name = "blocks",
            Columns =
            [
                new("partition", Partition), new("log", Text), new("first", Long), new("count", Int), new("at", Long),
                new("body", Bytes),
            ],
            Order = ["log", "first"],
            IdColumn = "log",
        },
        new()
        {
            Name = "readers",
            Columns =
            [
                new("partition", Partition), new("log", Text), new("name", Text), new("position", Long),
                new("at", Long), new("state", Text),
            ],
            Order = ["log", "name"],
            IdColumn = "log",
        },
        new()
        {
            Name = "usage",
            Columns =
            [
                new("minute", Long), new("function", Text), new("trigger", Text), new("version", Text),
                new("node", Long), new("executions", Long), new("succeeded", Long), new("failed", Long),
                new("retried", Long), new("dead_lettered", Long), new("billed_ms", Long), new("wall_us", Long),
                new("memory_mb_ms", Long),
            ],
            Order = ["minute", "function", "trigger", "version", "node"],
        },
        new()
        {
            Name = "requests",
            Columns = [new("id", Text), new("outcome", Text), new("at", Long)],
            Order = ["id"],
        },
        new()
        {
            Name = "sweep",
            Columns = [new("partition", Partition), new("key", Long), new("generation", Int)],
            Order = ["key", "generation"],
            IsFoundByKey = true,
        },
        new()
        {
            Name = "tags",
            Columns = [new("name", Text), new("value", Text), new("id", Text)],
            Order = ["name", "value", "id"],
        },
    ];

    public static HubTable Of(string name) => All.Single(t => t.Name == name);

    /// <summary>
    /// The query that reads a table in its order, with what <see cref="HubTable.IsFoundByKey"/> adds at the end.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="schema">What stands before the name of a table: nothing, or a schema and a dot.</param>
    /// <param name="collation">What follows text in an order, so that it sorts by its bytes.</param>
    public static string Select(HubTable table, string schema, string collation)
    {
        IEnumerable<string> columns = table.Columns.Select(c => $"t.{c.Name}");
        if (table.IsFoundByKey)
            columns = columns.Append("i.id");
        string from = $"{schema}{table.Name} t";
        if (table.IsFoundByKey)
            from += $" left join {schema}instances i on i.key = t.key";
        IEnumerable<string> order = table.Order.Select(c => $"t.{c}{(table.KindOf(c) == Text ? collation : "")}");
        return $"select {string.Join(", ", columns)} from {from} order by {string.Join(", ", order)}";
    }
}
