-- Logs of events, and how far those who read them have come.
create table @hub.streams (
    name       text collate "C" primary key,
    partitions int    not null, -- how many logs it is made of
    created    bigint not null
);

create table @hub.blocks (
    partition int    not null, -- of the hub
    log       text   collate "C" not null, -- a partition of a stream: '@@/orders/3'
    first     bigint not null, -- the number of the first event
    count     int    not null,
    at        bigint not null, -- when they were appended
    body      bytea  not null, -- a JSON array: the events
    primary key (partition, log, first)
);

create table @hub.readers (
    partition int    not null,
    log       text   collate "C" not null,
    name      text   collate "C" not null, -- the consumer group
    position  bigint not null, -- the first event that is not done
    at        bigint not null,
    state     text   not null, -- a JSON object: what is done beyond, and what has failed
    primary key (partition, log, name)
);
