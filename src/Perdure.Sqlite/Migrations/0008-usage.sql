-- What functions have used, minute by minute.
create table usage (
    minute        integer not null, -- when it began
    function      text    not null,
    trigger       text    not null, -- 'queue', 'activity' ...
    version       text    not null, -- of the assembly that has the function
    node          integer not null,
    executions    integer not null,
    succeeded     integer not null,
    failed        integer not null,
    retried       integer not null,
    dead_lettered integer not null,
    billed_ms     integer not null, -- each run rounded up to 100
    wall_us       integer not null, -- microseconds
    memory_mb_ms  integer not null, -- 1,000,000 bytes held for a millisecond
    primary key (minute, function, trigger, version, node)
) without rowid;
