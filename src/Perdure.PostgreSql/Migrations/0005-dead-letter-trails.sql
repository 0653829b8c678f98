-- When something became of a dead letter last, what has become of it by whom, and which one has taken its place.
alter table @hub.dead_letters
    add column changed bigint not null default 0,
    add column trail text not null default '', -- lines of JSON objects
    add column successor bigint;               -- of the one that has taken its place
update @hub.dead_letters set changed = at;
-- What is over, by how long: for retention.
create index dead_letters_ended on @hub.dead_letters (changed) where state in (3, 4, 5);
