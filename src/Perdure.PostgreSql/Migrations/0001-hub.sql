-- The tables of a task hub, as SQLite has them. Times are milliseconds since 1970, in UTC. Ids and names sort by their
-- bytes, so that prefixes are ranges and pages have the same order on every store. @hub stands for the schema.

create table @hub.hub (
    schema     int  not null,
    id         text not null,
    partitions int  not null
);

-- Every opening of the hub is a node; an identity never gives a number twice.
create table @hub.nodes (
    node      bigint generated always as identity primary key,
    expires   bigint  not null,
    session   text    not null, -- the application_name of its connections
    url       text,
    runs      boolean not null default false,
    functions text    not null default '' -- one a line
);

create table @hub.partitions (
    id      int     primary key,
    owner   bigint  not null default 0,
    epoch   bigint  not null default 0,
    dirty   boolean not null default false,
    unclean int     not null default 0
);

-- A row per batch, so that an outcome that nobody heard can be made certain.
create table @hub.commits (
    node bigint not null,
    lane int    not null,
    no   bigint not null,
    at   bigint not null,
    primary key (node, lane, no)
);

-- No payload stands here but the custom status: input and output are the first and the last event of the history.
-- JSON is text, never jsonb, which cannot hold every character.
create table @hub.instances (
    key           bigint  primary key, -- unique in the hub and never reused
    partition     int     not null,
    id            text    collate "C" not null,
    name          text    collate "C" not null,
    version       text,
    status        int     not null,    -- 0 running, 1 completed, 3 failed, 5 terminated, 6 pending
    generation    int     not null,
    held          int     not null,    -- 0 no, 1 scheduled, 2 suspended, 3 parked
    owed          boolean not null,
    custom_status text,
    created       bigint  not null,
    ended         bigint,
    parent        text
) with (fillfactor = 80);
create unique index instances_by_id on @hub.instances (id);
create index instances_by_created on @hub.instances (created, id);
create index instances_by_name on @hub.instances (name, created);
create index instances_by_status on @hub.instances (status, created) where status <> 1;
create index instances_owed on @hub.instances (partition, key) where owed;

create table @hub.history (
    partition  int    not null,
    key        bigint not null,
    generation int    not null,
    turn       int    not null,
    part       int    not null,
    at         bigint not null,
    events     text   not null, -- a JSON array
    primary key (key, generation, turn, part)
);

-- Faster and a little larger than the usual compression; not every server was built with it.
do $$
begin
    alter table @hub.history alter column events set compression lz4;
exception when feature_not_supported then
    null;
end
$$;

-- A rewind makes void what stands before it. Few histories hold one, always at the beginning of a row.
create index history_rewinds on @hub.history (key, generation, turn)
    where substr(events, 1, 26) = '[{"type":"ExecutionRewound';

create table @hub.entities (
    partition int    not null,
    id        text   collate "C" primary key,
    name      text   collate "C" not null,
    key       text   collate "C" not null,
    state     text,
    holder    text,
    request   text,
    last      bigint not null
);
create index entities_by_name on @hub.entities (name, key);
create index entities_locked on @hub.entities (partition) where holder is not null;

-- Rows come and go quickly in these three: they are cleaned by how many went, not by how many there are.
create table @hub.messages (
    partition int    not null,
    origin    bigint not null,
    number    bigint not null,
    target    text   not null,
    kind      int    not null,
    body      bytea  not null,
    primary key (partition, origin, number)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

create table @hub.timers (
    partition int    not null,
    due       bigint not null,
    number    bigint not null,
    target    text   not null,
    body      bytea  not null,
    primary key (partition, due, number)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

create table @hub.tasks (
    partition  int    not null,
    key        bigint not null,
    generation int    not null,
    task       int    not null, -- -1 for a turn
    tasks      text,
    node       bigint not null,
    token      text,
    until      bigint,
    deaths     int    not null,
    primary key (partition, key, generation, task)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create index tasks_by_until on @hub.tasks (until);

-- Work that any node with the code may do.
create table @hub.offers (
    partition  int    not null,
    number     bigint not null, -- drawn by the owner of the partition
    key        bigint not null,
    generation int    not null,
    target     text   collate "C" not null,
    code       text   collate "C" not null,
    tasks      text   not null,
    body       text,
    node       bigint not null, -- who does it; 0 for nobody yet
    primary key (partition, number)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create index offers_to_claim on @hub.offers (code, number) where node = 0;
create index offers_claimed on @hub.offers (node) where node <> 0;

create table @hub.requests (
    id      text   collate "C" primary key,
    outcome text   not null,
    at      bigint not null
);

-- Histories that are too long to be deleted in one commit.
create table @hub.sweep (
    partition  int    not null,
    key        bigint not null,
    generation int    not null,
    primary key (partition, key, generation)
);

create table @hub.tags (
    name  text collate "C" not null,
    value text collate "C" not null,
    id    text collate "C" not null,
    primary key (name, value, id)
);
create index tags_by_id on @hub.tags (id);

-- Ends a commit from within, so that what it found wrong is not written and needs no second round trip.
create function @hub.fail(state text, detail text) returns int language plpgsql as
$$
begin
    raise exception using errcode = state, message = detail;
end
$$;

-- The history as Durable Functions prints it: in each turn what arrived, the start of the code, what it asked for, and
-- the end of the code, which is derived. What a later rewind has made void is left out; the table history holds it.
-- One \u0000 would fail the whole query, whatever part of the JSON is looked at; so for the time of looking it is
-- \ufdd0, which stands for no character.
create view @hub.history_events (instance_id, event_type, "timestamp", input, name, result, status) as
select
    i.id,
    case when line.derived then 'OrchestratorCompleted' else e.value ->> 'type' end,
    to_char(
        to_timestamp((case when line.derived then h.at else coalesce((e.value ->> 'at')::bigint, h.at) end) / 1000.0)
            at time zone 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    case when not line.derived then replace(coalesce(
        e.value -> 'input', e.value -> 'value', e.value -> 'reason',
        case when e.value ->> 'type' = 'ExecutionStarted' then 'null'::json end)::text, '\ufdd0', '\u0000') end,
    case when not line.derived then e.value ->> 'name' end,
    case when not line.derived then
        replace(coalesce(e.value -> 'result', e.value -> 'failure')::text, '\ufdd0', '\u0000') end,
    case when not line.derived then case e.value ->> 'status'
        when '0' then 'Running' when '1' then 'Completed' when '3' then 'Failed' when '5' then 'Terminated'
        when '6' then 'Pending' else e.value ->> 'status' end end
from @hub.instances i
join @hub.history h on h.key = i.key and h.generation = i.generation
cross join lateral json_array_elements(replace(h.events, '\u0000', '\ufdd0')::json) with ordinality e(value, place)
join (values (false), (true)) line(derived) on not line.derived or e.value ->> 'type' = 'OrchestratorStarted'
where not exists (
    select 1
    from @hub.history r
    cross join lateral (select replace(r.events, '\u0000', '\ufdd0')::json -> 0) first(event)
    where r.key = h.key and r.generation = h.generation and r.turn > h.turn
        and substr(r.events, 1, 26) = '[{"type":"ExecutionRewound'
        and case
            when e.value ->> 'type' in (
                'OrchestratorStarted', 'TaskScheduled', 'TimerCreated', 'TimerCanceled',
                'SubOrchestrationInstanceCreated', 'EntityOperationCalled', 'EntityOperationSignaled',
                'EntityLockRequested', 'EntityUnlockSent', 'ExecutionCompleted', 'ExecutionRewound')
                then h.turn >= (first.event ->> 'turn')::int
            when (e.value ->> 'task')::int >= (first.event ->> 'from')::int then true
            when e.value ->> 'type' in ('TaskFailed', 'SubOrchestrationInstanceFailed')
                then e.value ->> 'task' in (select f from json_array_elements_text(first.event -> 'tasks') f)
            else false
        end)
order by i.created, i.key, h.turn,
    case
        when line.derived then 4
        when e.value ->> 'type' = 'OrchestratorStarted' then 2
        when e.value ->> 'type' = 'ExecutionCompleted' then 5
        when e.value ->> 'type' in (
            'TaskScheduled', 'TimerCreated', 'TimerCanceled', 'SubOrchestrationInstanceCreated', 'CustomStatusSet',
            'ExecutionParked') then 3
        else 1
    end,
    h.part, e.place;
