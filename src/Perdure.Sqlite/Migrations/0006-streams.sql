-- Logs of events, and how far those who read them have come.
create table streams (
    name       text    primary key,
    partitions integer not null, -- how many logs it is made of
    created    integer not null
) without rowid;

create table blocks (
    partition integer not null, -- of the hub
    log       text    not null, -- a partition of a stream: '@@/orders/3'
    first     integer not null, -- the number of the first event
    count     integer not null,
    at        integer not null, -- when they were appended
    body      blob    not null, -- a JSON array: the events
    primary key (partition, log, first)
);

create table readers (
    partition integer not null,
    log       text    not null,
    name      text    not null, -- the consumer group
    position  integer not null, -- the first event that is not done
    at        integer not null,
    state     text    not null, -- a JSON object: what is done beyond, and what has failed
    primary key (partition, log, name)
) without rowid;
