-- What functions have used, minute by minute. A row is written over often, so its page has room for that.
create table @hub.usage (
    minute        bigint not null, -- when it began
    function      text   collate "C" not null,
    trigger       text   collate "C" not null, -- 'queue', 'activity' ...
    version       text   collate "C" not null, -- of the assembly that has the function
    node          bigint not null,
    executions    bigint not null,
    succeeded     bigint not null,
    failed        bigint not null,
    retried       bigint not null,
    dead_lettered bigint not null,
    billed_ms     bigint not null, -- each run rounded up to 100
    wall_us       bigint not null, -- microseconds
    memory_mb_ms  bigint not null, -- 1,000,000 bytes held for a millisecond
    primary key (minute, function, trigger, version, node)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
