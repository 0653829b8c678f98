-- Work that any node with the code may do. A file has one node, so that rows come here only with a hub that was moved.
create table offers (
    partition  integer not null,
    number     integer not null, -- drawn by the owner of the partition
    key        integer not null,
    generation integer not null,
    target     text    not null,
    code       text    not null,
    tasks      text    not null,
    body       text,
    node       integer not null, -- who does it; 0 for nobody yet
    primary key (partition, number)
) without rowid;
