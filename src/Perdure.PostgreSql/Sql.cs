using System.Security.Cryptography;
using System.Text;

namespace Perdure.PostgreSql;

/// <summary>
/// The SQL of the store; only the tables stand elsewhere, in the numbered files of Migrations. Every name carries its
/// schema, so that no setting of a session matters: behind a pooler a session belongs to nobody.
/// </summary>
internal sealed partial class Sql
{
    public const string FencedState = "PE001";
    public const string MissedState = "PE002";
    public const string LostState = "PE003";

    /// <summary>Of the moment, not of the transaction: leases are measured by it.</summary>
    private const string Clock = "(extract(epoch from clock_timestamp()) * 1000)::bigint";

    public Sql(string schema)
    {
        string hub = $"\"{schema.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        Hub = hub;
        // Names of channels are cut at 63 bytes; a hash keeps those of long schemas apart.
        Channel = $"perdure_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(schema)))[..16]}";

        ReadHub = $"select schema, id, partitions from {hub}.hub";
        InsertHub = $"insert into {hub}.hub (schema, id, partitions) values ($1, $2, $3)";
        ReadSecret = $"select secret from {hub}.hub";
        InsertPartitions = $"insert into {hub}.partitions (id) select generate_series(0, $1 - 1)";
        SetSchema = $"update {hub}.hub set schema = $1";
        // A node that is not heard of for a day is not coming back.
        ForgetNodes = $"delete from {hub}.nodes where expires < {Clock} - 86400000";
        InsertNode = $"insert into {hub}.nodes (expires, session) values ({Clock}, $1) returning node";
        Renew = $"update {hub}.nodes set expires = {Clock} + $2, runs = $3, functions = $4 where node = $1 "
            + $"returning {Clock}, exists (select 1 from {hub}.offers where node = 0)";
        Touch = $"update {hub}.nodes set session = session where node = $1";
        ReadNodes = $"select node, expires, runs, functions from {hub}.nodes order by node";
        ReadPartitions =
            $"""
            select p.id, p.owner, p.epoch, exists (select 1 from {hub}.messages m where m.partition = p.id)
            from {hub}.partitions p order by p.id
            """;

        // The epoch is compared after the lock is got: within one query it would be compared as the snapshot has it.
        LockPartition =
            $"""
            with locked as materialized (select id, epoch from {hub}.partitions where id = $1 for update)
            select {hub}.fail('{FencedState}', id::text) from locked where epoch <> $2
            """;
        CountDeaths =
            $"""
            update {hub}.tasks t set deaths = t.deaths + 1 from {hub}.partitions p
            where t.partition = $1 and p.id = $1 and p.dirty and p.owner <> $2 and t.node = p.owner
            """;
        OpenPartition =
            $"""
            update {hub}.partitions
            set unclean = case when dirty then unclean + (owner <> $2)::int else 0 end,
                owner = $2, epoch = epoch + 1, dirty = true
            where id = $1 returning epoch, unclean
            """;
        EndOwner =
            $"""
            select pg_terminate_backend(a.pid) from {hub}.partitions p
            join {hub}.nodes n on n.node = p.owner and n.expires < {Clock}
            join pg_stat_activity a on a.application_name = n.session and a.pid <> pg_backend_pid()
            where p.id = $1
            """;
        ClosePartition = $"update {hub}.partitions set owner = 0, dirty = false where id = $1 and epoch = $2";
        ReadTasks =
            $"""
            select key, generation, task, node, deaths from {hub}.tasks
            where partition = $1 order by key, generation, task
            """;

        // The rows are locked until the commit ends: whoever takes a partition waits for it, and defeats later ones.
        // The owner is asked as well: a database that went back gives the same epoch a second time.
        Fence =
            $"""
            with given(id, epoch) as (select * from unnest($1::int[], $2::bigint[])),
            held as (
                select p.id from {hub}.partitions p join given g on g.id = p.id and g.epoch = p.epoch
                where p.owner in ($3, 0) for share of p)
            select {hub}.fail('{FencedState}', string_agg(id::text, ','))
            from given where id not in (select id from held) having count(*) > 0
            """;

        DeleteInstances =
            $"""
            with given(partition, key, swept, place) as (
                select * from unnest($1::int[], $2::bigint[], $3::boolean[]) with ordinality),
            gone as (delete from {hub}.instances i using given g where i.key = g.key returning i.key, i.id),
            untagged as (delete from {hub}.tags t using gone where t.id = gone.id),
            emptied as (
                delete from {hub}.history h using (
                    select h.key, h.generation, h.turn, h.part, g.partition
                    from given g join gone using (key) cross join lateral (
                        select * from {hub}.history h where h.key = g.key limit $4) h
                    where not g.swept) old
                where (h.key, h.generation, h.turn, h.part) = (old.key, old.generation, old.turn, old.part)
                returning old.partition, h.key),
            left_over as (
                insert into {hub}.sweep (partition, key, generation)
                select partition, key, {int.MaxValue} from emptied group by partition, key having count(*) = $4
                on conflict do nothing)
            {Missed("':instance ' || key || ' to delete'", "key")}
            """;
        InsertInstances =
            $"""
            insert into {hub}.instances
                (key, partition, id, name, version, status, generation, held, owed, custom_status, created, ended,
                parent)
            select * from unnest(
                $1::bigint[], $2::int[], $3::text[], $4::text[], $5::text[], $6::int[], $7::int[], $8::int[],
                $9::boolean[], $10::text[], $11::bigint[], $12::bigint[], $13::text[])
            """;
        InsertTags =
            $"insert into {hub}.tags (name, value, id) select * from unnest($1::text[], $2::text[], $3::text[])";
        UpdateInstances =
            $"""
            with given(partition, key, status, generation, held, owed, has_custom, custom, ended, reopened, version,
                    place) as (
                select * from unnest(
                    $1::int[], $2::bigint[], $3::int[], $4::int[], $5::int[], $6::boolean[], $7::boolean[], $8::text[],
                    $9::bigint[], $10::boolean[], $11::text[]) with ordinality),
            gone as (
                update {hub}.instances i set
                    status = coalesce(g.status, i.status), generation = coalesce(g.generation, i.generation),
                    held = coalesce(g.held, i.held), owed = coalesce(g.owed, i.owed),
                    version = coalesce(g.version, i.version),
                    custom_status = case when g.has_custom then g.custom else i.custom_status end,
                    ended = case when g.reopened then null else coalesce(g.ended, i.ended) end
                from given g where i.key = g.key and i.partition = g.partition returning i.key)
            {Missed("':instance ' || key || ' to update'", "key")}
            """;

        DeleteHistories =
            $"""
            delete from {hub}.history h using unnest($1::bigint[], $2::int[]) g(key, generation)
            where h.key = g.key and h.generation = g.generation
            """;
        InsertSweeps =
            $"""
            insert into {hub}.sweep (partition, key, generation)
            select * from unnest($1::int[], $2::bigint[], $3::int[]) on conflict do nothing
            """;
        InsertHistory =
            $"""
            insert into {hub}.history (partition, key, generation, turn, part, at, events)
            select * from unnest(
                $1::int[], $2::bigint[], $3::int[], $4::int[], $5::int[], $6::bigint[], $7::text[])
            """;

        DeleteEntities =
            $"""
            with given(partition, id, must, place) as (
                select * from unnest($1::int[], $2::text[], $3::boolean[]) with ordinality),
            gone as (delete from {hub}.entities e using given g where e.id = g.id returning e.id)
            {Missed("':entity ' || id || ' to delete'", "id", "must")}
            """;
        UpsertEntities =
            $"""
            insert into {hub}.entities (partition, id, name, key, state, holder, request, last)
            select * from unnest(
                $1::int[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[])
            on conflict (id) do update set
                state = excluded.state, holder = excluded.holder, request = excluded.request, last = excluded.last
            """;

        InsertMessages =
            $"""
            insert into {hub}.messages (partition, origin, number, target, kind, body)
            select * from unnest($1::int[], $2::bigint[], $3::bigint[], $4::text[], $5::int[], $6::bytea[])
            """;
        RewriteMessages =
            $"""
            with given(partition, origin, number, body, place) as (
                select * from unnest($1::int[], $2::bigint[], $3::bigint[], $4::bytea[]) with ordinality),
            gone as (
                update {hub}.messages m set body = g.body from given g
                where m.partition = g.partition and m.origin = g.origin and m.number = g.number
                returning m.partition, m.origin, m.number)
            {Missed("':message ' || origin || '/' || number", "partition, origin, number")}
            """;
        DeleteMessages =
            $"""
            with given(partition, origin, number, place) as (
                select * from unnest($1::int[], $2::bigint[], $3::bigint[]) with ordinality),
            gone as (
                delete from {hub}.messages m using given g
                where m.partition = g.partition and m.origin = g.origin and m.number = g.number
                returning m.partition, m.origin, m.number)
            {Missed("':message ' || origin || '/' || number", "partition, origin, number")}
            """;
        InsertTimers =
            $"""
            insert into {hub}.timers (partition, due, number, target, body)
            select * from unnest($1::int[], $2::bigint[], $3::bigint[], $4::text[], $5::bytea[])
            """;
        DeleteTimers =
            $"""
            with given(partition, due, number, place) as (
                select * from unnest($1::int[], $2::bigint[], $3::bigint[]) with ordinality),
            gone as (
                delete from {hub}.timers t using given g
                where t.partition = g.partition and t.due = g.due and t.number = g.number
                returning t.partition, t.due, t.number)
            {Missed("':timer ' || due || '/' || number", "partition, due, number")}
            """;
        DeleteTasks =
            $"""
            delete from {hub}.tasks t using unnest($1::int[], $2::bigint[], $3::int[], $4::int[])
                g(partition, key, generation, task)
            where t.partition = g.partition and t.key = g.key and t.generation = g.generation and t.task = g.task
            """;
        InsertTasks =
            $"""
            insert into {hub}.tasks (partition, key, generation, task, node, deaths)
            select * from unnest($1::int[], $2::bigint[], $3::int[], $4::int[], $5::bigint[], $6::int[])
            on conflict (partition, key, generation, task)
                do update set node = excluded.node, deaths = excluded.deaths
            """;

        Offers = new OfferSql(hub);
        DeadLetters = new DeadLetterSql(hub, Missed("':dead letter ' || number", "partition, number"));
        Streams = new StreamSql(hub);
        Usage = new UsageSql(hub);
        Commits = new CommitSql(hub);
        InsertOutcomes =
            $"insert into {hub}.requests (id, outcome, at) select id, outcome, $3 from unnest($1::text[], $2::text[]) "
            + "t(id, outcome) on conflict do nothing";
        ReadOutcomes = $"select id, outcome from {hub}.requests where id = any($1::text[])";
        ForgetOutcomes = $"delete from {hub}.requests where at < $1";

        FirstSweep =
            $"select partition, key, generation from {hub}.sweep order by partition, key, generation limit 1";
        SweepHistory =
            $"""
            delete from {hub}.history h using (
                select key, generation, turn, part from {hub}.history
                where key = $1 and generation <= $2 order by generation, turn, part limit $3) old
            where (h.key, h.generation, h.turn, h.part) = (old.key, old.generation, old.turn, old.part)
            """;
        DeleteSweep = $"delete from {hub}.sweep where partition = $1 and key = $2 and generation = $3";

        ReadInstance = $"select {InstanceColumns} from {hub}.instances i where i.id = $1";
        ReadSnapshot = $"{Snapshots(withPayloads: true)} where i.id = $1";
        ReadHistory =
            $"select turn, part, at, events from {hub}.history where key = $1 and generation = $2 order by turn, part";
        ReadOwed =
            $"""
            select {InstanceColumns} from {hub}.instances i
            where i.partition = $1 and i.owed and i.key > $2 order by i.key limit $3
            """;
        ReadMessages =
            $"""
            select origin, number, target, kind, body from {hub}.messages
            where partition = $1 and (origin, number) > ($2, $3) order by origin, number limit $4
            """;
        ReadMessagesByKey =
            $"""
            select m.partition, m.origin, m.number, m.target, m.kind, m.body
            from {hub}.messages m join unnest($1::int[], $2::bigint[], $3::bigint[]) g(partition, origin, number)
                on m.partition = g.partition and m.origin = g.origin and m.number = g.number
            """;
        ReadTimers =
            $"""
            select due, number, target, body from {hub}.timers
            where partition = $1 and due < $2 and (due, number) > ($3, $4) order by due, number limit $5
            """;
        ReadEntity =
            $"""
            select partition, id, name, key, state, holder, request, last from {hub}.entities where id = $1
            """;
    }

    /// <summary>Where the nodes of the hub hear each other.</summary>
    public string Channel { get; }

    /// <summary>The schema, quoted.</summary>
    public string Hub { get; }

    public string ReadHub { get; }
    public string InsertHub { get; }
    public string ReadSecret { get; }
    public string InsertPartitions { get; }
    public string SetSchema { get; }
    public string ForgetNodes { get; }
    public string InsertNode { get; }
    public string Renew { get; }

    /// <summary>A commit that changes nothing.</summary>
    public string Touch { get; }

    public string ReadNodes { get; }
    public string ReadPartitions { get; }

    /// <summary>Waits for the commits that hold it, and fails if it is not of the epoch that was seen.</summary>
    public string LockPartition { get; }

    /// <summary>Before the partition is taken: what the dead owner had begun, not what it only inherited.</summary>
    public string CountDeaths { get; }

    public string OpenPartition { get; }

    /// <summary>Ends the sessions of a node whose lease has run out and that still holds a partition's row.</summary>
    public string EndOwner { get; }

    public string ClosePartition { get; }
    public string ReadTasks { get; }
    public string Fence { get; }
    public string DeleteInstances { get; }
    public string InsertInstances { get; }
    public string InsertTags { get; }
    public string UpdateInstances { get; }
    public string DeleteHistories { get; }
    public string InsertSweeps { get; }
    public string InsertHistory { get; }
    public string DeleteEntities { get; }
    public string UpsertEntities { get; }
    public string InsertMessages { get; }
    public string RewriteMessages { get; }
    public string DeleteMessages { get; }
    public string InsertTimers { get; }
    public string DeleteTimers { get; }
    public string DeleteTasks { get; }
    public string InsertTasks { get; }
    public OfferSql Offers { get; }
    public DeadLetterSql DeadLetters { get; }
    public StreamSql Streams { get; }
    public UsageSql Usage { get; }
    public CommitSql Commits { get; }
    public string InsertOutcomes { get; }
    public string ReadOutcomes { get; }
    public string ForgetOutcomes { get; }
    public string FirstSweep { get; }
    public string SweepHistory { get; }
    public string DeleteSweep { get; }
    public string ReadInstance { get; }
    public string ReadSnapshot { get; }
    public string ReadHistory { get; }
    public string ReadOwed { get; }
    public string ReadMessages { get; }
    public string ReadMessagesByKey { get; }
    public string ReadTimers { get; }
    public string ReadEntity { get; }

    /// <summary>
    /// Asked once for all rows: as a rule none is missing, and nothing has to be looked for. Every statement has a
    /// column of its keys second.
    /// </summary>
    private const string IsMissing = "(select count(*) from gone) < cardinality($2)";

    /// <summary>
    /// Ends the commit at the first given row that is not among those that are gone, or is given twice. The expressions
    /// are of this class, never of data.
    /// </summary>
    private string Missed(string what, string key, string condition = "true") =>
        $"""
        select {Hub}.fail('{MissedState}', partition || {what}) from (
            select * from (
                select *, row_number() over (partition by {key} order by place) as copy from given where {condition}) g
            where {(condition == "true" ? IsMissing : condition)}
                and (copy > 1 or ({key}) not in (select {key} from gone))
            order by place limit 1) missed
        """;
}
