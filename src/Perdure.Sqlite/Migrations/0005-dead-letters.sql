-- Events that were not processed, and why.
create table dead_letters (
    partition   integer not null,
    number      integer not null, -- drawn by the owner of the partition
    source      text    not null, -- for example 'queue orders'
    function    text    not null,
    event       text    not null, -- the id of the event
    line        text,             -- its session or key
    class       integer not null, -- 0 exception, 1 unbindable, 2 timeout, 3 crash suspect, 4 rejected, 5 circuit held
    fingerprint text    not null,
    state       integer not null, -- 0 active, 1 held, 2 replaying, 3 resolved, 4 discarded
    at          integer not null,
    record      text    not null, -- a JSON object: the event and its attempts
    primary key (partition, number)
);
create index dead_letters_by_time on dead_letters (at, partition, number);
create index dead_letters_by_fingerprint on dead_letters (fingerprint, at);
