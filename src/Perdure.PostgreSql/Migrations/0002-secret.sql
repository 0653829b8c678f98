-- What all nodes of the hub know and nobody else. Two random ids, 244 random bits: a function for random bytes is in an
-- extension that not every server has. Who wants a new one sets it to its default, and restarts the nodes.
alter table @hub.hub add column secret bytea not null
    default decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex');
