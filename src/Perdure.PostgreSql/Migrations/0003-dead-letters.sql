-- Events that were not processed, and why.
create table @hub.dead_letters (
    partition   int    not null,
    number      bigint not null, -- drawn by the owner of the partition
    source      text   collate "C" not null, -- for example 'queue orders'
    function    text   collate "C" not null,
    event       text   collate "C" not null, -- the id of the event
    line        text   collate "C",          -- its session or key
    class       int    not null, -- 0 exception, 1 unbindable, 2 timeout, 3 crash suspect, 4 rejected, 5 circuit held
    fingerprint text   collate "C" not null,
    state       int    not null, -- 0 active, 1 held, 2 replaying, 3 resolved, 4 discarded
    at          bigint not null,
    record      text   not null, -- a JSON object: the event and its attempts
    primary key (partition, number)
);
create index dead_letters_by_time on @hub.dead_letters (at, partition, number);
create index dead_letters_by_fingerprint on @hub.dead_letters (fingerprint, at);
