-- The tables of a task hub. Times are milliseconds since 1970, in UTC.

create table hub (
    schema     integer not null,
    id         text    not null,
    partitions integer not null
);

-- Every opening of the hub is a node; autoincrement never gives a number twice.
create table nodes (
    node      integer primary key autoincrement,
    expires   integer,
    url       text,
    functions text
);

create table partitions (
    id      integer primary key,
    owner   integer not null,
    epoch   integer not null,
    dirty   integer not null,
    unclean integer not null
);

-- A row per batch, so that an outcome that nobody heard can be looked up.
create table commits (
    node integer not null,
    lane integer not null,
    no   integer not null,
    at   integer not null,
    primary key (node, lane, no)
) without rowid;

-- No payload stands here but the custom status: input and output are the first and the last event of the history.
create table instances (
    key           integer primary key, -- unique in the hub and never reused
    partition     integer not null,
    id            text    not null,
    name          text    not null,
    version       text,
    status        integer not null,    -- 0 running, 1 completed, 3 failed, 5 terminated, 6 pending
    generation    integer not null,
    held          integer not null,    -- 0 no, 1 scheduled, 2 suspended, 3 parked
    owed          integer not null,
    custom_status text,
    created       integer not null,
    ended         integer,
    parent        text
);
create unique index instances_by_id on instances (id);
create index instances_by_created on instances (created, id);
create index instances_by_name on instances (name, created);
create index instances_by_status on instances (status, created) where status <> 1;
create index instances_owed on instances (partition) where owed = 1;

-- Appended in the order of the commits; the index is what clustering would be, at a seventh of the cost.
create table history (
    partition  integer not null,
    key        integer not null,
    generation integer not null,
    turn       integer not null,
    part       integer not null,
    at         integer not null,
    events     text    not null -- a JSON array
);
create unique index history_by_turn on history (key, generation, turn, part);

create table entities (
    partition integer not null,
    id        text    primary key not null,
    name      text    not null,
    key       text    not null,
    state     text,
    holder    text,
    request   text,
    last      integer not null
);
create index entities_by_name on entities (name, key);
create index entities_locked on entities (partition) where holder is not null;

create table messages (
    partition integer not null,
    origin    integer not null,
    number    integer not null,
    target    text    not null,
    kind      integer not null,
    body      blob    not null,
    primary key (partition, origin, number)
) without rowid;

create table timers (
    partition integer not null,
    due       integer not null,
    number    integer not null,
    target    text    not null,
    body      blob    not null,
    primary key (partition, due, number)
) without rowid;

create table tasks (
    partition  integer not null,
    key        integer not null,
    generation integer not null,
    task       integer not null, -- -1 for a turn
    tasks      text,
    node       integer not null,
    token      text,
    until      integer,
    deaths     integer not null,
    primary key (partition, key, generation, task)
) without rowid;
create index tasks_by_until on tasks (until);

create table requests (
    id      text    primary key not null,
    outcome text    not null,
    at      integer not null
);

-- Histories that are too long to be deleted in one commit.
create table sweep (
    partition  integer not null,
    key        integer not null,
    generation integer not null,
    primary key (partition, key, generation)
) without rowid;

create table tags (
    name  text not null,
    value text not null,
    id    text not null,
    primary key (name, value, id)
) without rowid;
create index tags_by_id on tags (id);

-- The history as Durable Functions prints it: in each turn what arrived, the start of the code, what it asked for, and
-- the end of the code, which is derived. It reads payloads with -> only, so that no character in them can fail it.
create view history_events (instance_id, event_type, timestamp, input, name, result, status) as
select
    i.id,
    iif(line.derived, 'OrchestratorCompleted', e.value ->> '$.type'),
    strftime('%Y-%m-%dT%H:%M:%fZ', iif(line.derived, h.at, coalesce(e.value ->> '$.at', h.at)) / 1000.0, 'unixepoch'),
    iif(line.derived, null, coalesce(
        e.value -> '$.input', e.value -> '$.value', e.value -> '$.reason',
        iif(e.value ->> '$.type' = 'ExecutionStarted', 'null', null))),
    iif(line.derived, null, e.value ->> '$.name'),
    iif(line.derived, null, coalesce(e.value -> '$.result', e.value -> '$.failure')),
    iif(line.derived, null, case e.value ->> '$.status'
        when 0 then 'Running' when 1 then 'Completed' when 3 then 'Failed' when 5 then 'Terminated' when 6 then 'Pending'
        else e.value ->> '$.status' end)
from instances i
join history h on h.key = i.key and h.generation = i.generation
join json_each(h.events) e
join (select 0 as derived union all select 1) line on line.derived = 0 or e.value ->> '$.type' = 'OrchestratorStarted'
order by i.created, i.key, h.turn,
    case
        when line.derived then 4
        when e.value ->> '$.type' = 'OrchestratorStarted' then 2
        when e.value ->> '$.type' = 'ExecutionCompleted' then 5
        when e.value ->> '$.type' in (
            'TaskScheduled', 'TimerCreated', 'TimerCanceled', 'SubOrchestrationInstanceCreated', 'CustomStatusSet',
            'ExecutionParked') then 3
        else 1
    end,
    h.part, e.key;
