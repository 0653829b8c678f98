namespace Perdure.Sqlite;

/// <summary>The SQL of the store; only the tables stand elsewhere, in the numbered files of Migrations.</summary>
internal static class Sql
{
    /// <summary>
    /// A commit is on the disk when it returns; other programs may read beside it; checkpoints are our own.
    /// </summary>
    /// <remarks>
    /// A larger cache makes commits slower: each one walks its hash table (by 1 to 2 µs per hello at 64 MB), and what
    /// a commit touches is the end of each table.
    /// </remarks>
    public const string WriterSettings =
        """
        pragma synchronous = full;
        pragma locking_mode = normal;
        pragma wal_autocheckpoint = 0;
        pragma journal_size_limit = 67108864;
        pragma cache_size = -16384;
        pragma temp_store = memory;
        """;

    public const string Forgetful = "pragma synchronous = normal";

    public const string ReaderSettings =
        """
        pragma query_only = on;
        pragma cache_size = -8192;
        pragma temp_store = memory;
        """;

    public const string UseLog = "pragma journal_mode = wal";

    // Opening.

    public const string CountTables = "select count(*) from sqlite_schema";
    public const string IsHub = "select count(*) from sqlite_schema where type = 'table' and name = 'hub'";
    public const string ReadHub = "select schema, id, partitions from hub";
    public const string InsertHub = "insert into hub (schema, id, partitions) values (?1, ?2, ?3)";
    public const string FillSecret = "update hub set secret = ?1 where secret is null";
    public const string SetSecret = "update hub set secret = ?1";
    public const string ReadSecret = "select secret from hub";
    public const string InsertPartition =
        "insert into partitions (id, owner, epoch, dirty, unclean) values (?1, 0, 0, 0, 0)";
    public const string SetSchema = "update hub set schema = ?1";
    public const string ForgetNodes = "delete from nodes";
    public const string InsertNode = "insert into nodes (expires) values (null) returning node";
    public const string ForgetCommits = "delete from commits where at < ?1";

    public const string ReadPartitions = "select id, owner, epoch from partitions order by id";

    public const string OpenPartition =
        """
        update partitions set owner = ?2, epoch = epoch + 1, unclean = iif(dirty, unclean + (owner <> ?2), 0), dirty = 1
        where id = ?1 returning epoch, unclean
        """;

    public const string ClosePartition = "update partitions set owner = 0, dirty = 0 where id = ?1 and epoch = ?2";
    /// <summary>Before the partition is taken: what the dead owner had begun, not what it only inherited.</summary>
    public const string CountDeaths =
        """
        update tasks set deaths = deaths + 1
        where partition = ?1 and node = (select owner from partitions where id = ?1 and dirty = 1 and owner <> ?2)
        """;

    public const string ReadTasks =
        "select key, generation, task, node, deaths from tasks where partition = ?1 order by key, generation, task";

    // Committing.

    public const string Begin = "begin immediate";
    public const string Commit = "commit";
    public const string Rollback = "rollback";
    public const string ReadEpoch = "select epoch from partitions where id = ?1";
    public const string InsertCommit = "insert into commits (node, lane, no, at) values (?1, ?2, ?3, ?4)";
    public const string FindCommit = "select 1 from commits where node = ?1 and lane = ?2 and no = ?3";

    public const string PruneCommits =
        """
        delete from commits where node = ?1 and lane = ?2 and at < ?3 and no in
            (select no from commits where node = ?1 and lane = ?2 order by no limit 4096)
        """;

    public const string DeleteInstance = "delete from instances where key = ?1 returning id";
    public const string DeleteInstanceTags = "delete from tags where id = ?1";

    public const string DeleteInstanceHistory =
        "delete from history where rowid in (select rowid from history where key = ?1 limit ?2)";

    public const string InsertInstance =
        """
        insert into instances
            (key, partition, id, name, version, status, generation, held, owed, custom_status, created, ended, parent)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
        """;

    public const string DeleteHistory = "delete from history where key = ?1 and generation = ?2";
    public const string InsertSweep = "insert or ignore into sweep (partition, key, generation) values (?1, ?2, ?3)";

    public const string InsertHistory =
        "insert into history (partition, key, generation, turn, part, at, events) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

    public const string UpsertEntity =
        """
        insert into entities (partition, id, name, key, state, holder, request, last)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        on conflict do update set
            state = excluded.state, holder = excluded.holder, request = excluded.request, last = excluded.last
        """;

    public const string DeleteEntity = "delete from entities where id = ?1";

    public const string InsertMessage =
        "insert into messages (partition, origin, number, target, kind, body) values (?1, ?2, ?3, ?4, ?5, ?6)";

    public const string RewriteMessage =
        "update messages set body = ?4 where partition = ?1 and origin = ?2 and number = ?3";

    public const string DeleteMessage = "delete from messages where partition = ?1 and origin = ?2 and number = ?3";

    public const string InsertTimer =
        "insert into timers (partition, due, number, target, body) values (?1, ?2, ?3, ?4, ?5)";

    public const string DeleteTimer = "delete from timers where partition = ?1 and due = ?2 and number = ?3";

    public const string InsertTask =
        """
        insert into tasks (partition, key, generation, task, node, deaths) values (?1, ?2, ?3, ?4, ?5, ?6)
        on conflict do update set node = excluded.node, deaths = excluded.deaths
        """;

    public const string DeleteTask =
        "delete from tasks where partition = ?1 and key = ?2 and generation = ?3 and task = ?4";

    public const string InsertOffer =
        """
        insert into offers (partition, number, key, generation, target, code, tasks, body, node)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        """;

    public const string DeleteOffer = "delete from offers where partition = ?1 and number = ?2";

    public const string ReadOffers =
        """
        select number, key, generation, target, code, tasks, body, node from offers
        where partition = ?1 order by number
        """;

    public const string InsertOutcome = "insert or ignore into requests (id, outcome, at) values (?1, ?2, ?3)";
    public const string ReadOutcome = "select outcome from requests where id = ?1";
    public const string ForgetOutcomes = "delete from requests where at < ?1";

    public const string InsertTag = "insert into tags (name, value, id) values (?1, ?2, ?3)";

    public const string FindInstance = "select 1 from instances where key = ?1 and partition = ?2";

    /// <summary>
    /// An update of just the columns that change: a column that is named is rewritten in its indexes even if its value
    /// stays.
    /// </summary>
    public static string UpdateInstance(InstanceColumns columns)
    {
        var sets = new List<string>();
        Add(InstanceColumns.Status, "status = ?3");
        Add(InstanceColumns.Generation, "generation = ?4");
        Add(InstanceColumns.Held, "held = ?5");
        Add(InstanceColumns.Owed, "owed = ?6");
        Add(InstanceColumns.CustomStatus, "custom_status = ?7");
        Add(InstanceColumns.Ended, "ended = ?8");
        Add(InstanceColumns.Version, "version = ?9");
        return $"update instances set {string.Join(", ", sets)} where key = ?1 and partition = ?2";

        void Add(InstanceColumns column, string set)
        {
            if (columns.HasFlag(column))
                sets.Add(set);
        }
    }

    // Sweeping.

    public const string FirstSweep =
        "select partition, key, generation from sweep order by partition, key, generation limit 1";
    public const string DeleteSweep = "delete from sweep where partition = ?1 and key = ?2 and generation = ?3";

    public const string SweepHistory =
        """
        delete from history where rowid in
            (select rowid from history where key = ?1 and generation <= ?2 order by generation, turn, part limit ?3)
        """;

    // Reading.

    /// <summary>In the order in which <see cref="Reads.RowReader"/> takes them.</summary>
    public const string InstanceColumnList =
        """
        i.partition, i.key, i.id, i.name, i.version, i.status, i.generation, i.held, i.owed, i.custom_status, i.created,
        i.ended, i.parent
        """;

    private const string LastHistory =
        """
        left join history l on l.rowid =
            (select rowid from history where key = i.key and generation = i.generation order by turn desc, part desc
             limit 1)
        """;

    private const string FirstHistory =
        """
        left join history f on f.rowid =
            (select rowid from history where key = i.key and generation = i.generation order by turn, part limit 1)
        """;

    public const string ReadInstance = $"select {InstanceColumnList} from instances i where i.id = ?1";

    public const string ReadSnapshot =
        $"select {InstanceColumnList}, l.at, f.events, l.events from instances i {LastHistory} {FirstHistory} where "
        + "i.id = ?1";

    public const string ReadHistory =
        "select turn, part, at, events from history where key = ?1 and generation = ?2 order by turn, part";

    public const string ReadOwed =
        $"""
        select {InstanceColumnList} from instances i indexed by instances_owed
        where i.partition = ?1 and i.owed = 1 and i.key > ?2 order by i.key limit ?3
        """;

    public const string ReadMessages =
        """
        select origin, number, target, kind, body from messages
        where partition = ?1 and (origin, number) > (?2, ?3) order by origin, number limit ?4
        """;

    public const string ReadMessage =
        "select target, kind, body from messages where partition = ?1 and origin = ?2 and number = ?3";

    public const string ReadTimers =
        """
        select due, number, target, body from timers
        where partition = ?1 and due < ?2 and (due, number) > (?3, ?4) order by due, number limit ?5
        """;

    private const string EntityColumnList = "partition, id, name, key, state, holder, request, last";

    public const string ReadEntity = $"select {EntityColumnList} from entities where id = ?1";

    /// <summary>A page of entities; <paramref name="conditions"/> are joined by "and".</summary>
    public static string QueryEntities(IEnumerable<string> conditions, bool withState) =>
        $"""
        select partition, id, name, key, {(withState ? "state" : "null")}, holder, request, last from entities
        where {All(conditions)} order by name, key limit ?1
        """;

    /// <summary>A page of instances; <paramref name="conditions"/> are joined by "and".</summary>
    public static string Count(IEnumerable<string> conditions) =>
        $"select count(*) from instances i where {All(conditions)}";

    private static string All(IEnumerable<string> conditions) =>
        string.Join(" and ", conditions.DefaultIfEmpty("true"));

    public static string Query(IEnumerable<string> conditions, bool withPayloads)
    {
        string where = All(conditions);
        return withPayloads
            ? $"""
              select {InstanceColumnList}, l.at, f.events, l.events from instances i {LastHistory} {FirstHistory}
              where {where} order by i.created, i.id limit ?1
              """
            : $"""
              select {InstanceColumnList}, l.at, null, null from instances i {LastHistory}
              where {where} order by i.created, i.id limit ?1
              """;
    }
}

/// <summary>The columns of an instance that an update names.</summary>
[Flags]
internal enum InstanceColumns
{
    None = 0,
    Status = 1,
    Generation = 2,
    Held = 4,
    Owed = 8,
    CustomStatus = 16,
    Ended = 32,
    Version = 64,
    All = 127,
}
