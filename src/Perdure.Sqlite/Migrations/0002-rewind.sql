-- A rewind makes void what stands before it. Few histories hold one, always at the beginning of a row, and this index
-- finds them; for all others it is empty and costs nothing.
create index history_rewinds on history (key, generation, turn)
    where substr(events, 1, 26) = '[{"type":"ExecutionRewound';

drop view history_events;

-- The history as Durable Functions prints it: in each turn what arrived, the start of the code, what it asked for, and
-- the end of the code, which is derived. What a later rewind has made void is left out; the table history holds it.
-- It reads payloads with -> only, so that no character in them can fail it.
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
where not exists (
    select 1
    from history r indexed by history_rewinds
    where r.key = h.key and r.generation = h.generation and r.turn > h.turn
        and substr(r.events, 1, 26) = '[{"type":"ExecutionRewound'
        and case
            when e.value ->> '$.type' in (
                'OrchestratorStarted', 'TaskScheduled', 'TimerCreated', 'TimerCanceled',
                'SubOrchestrationInstanceCreated', 'EntityOperationCalled', 'EntityOperationSignaled',
                'EntityLockRequested', 'EntityUnlockSent', 'ExecutionCompleted', 'ExecutionRewound')
                then h.turn >= r.events ->> '$[0].turn'
            when e.value ->> '$.task' >= r.events ->> '$[0].from' then true
            when e.value ->> '$.type' in ('TaskFailed', 'SubOrchestrationInstanceFailed')
                then e.value ->> '$.task' in (select f.value from json_each(r.events, '$[0].tasks') f)
            else false
        end)
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
