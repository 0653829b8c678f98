-- When something became of a dead letter last, what has become of it by whom, and which one has taken its place.
alter table dead_letters add column changed integer not null default 0;
alter table dead_letters add column trail text not null default ''; -- lines of JSON objects
alter table dead_letters add column successor integer;              -- of the one that has taken its place
update dead_letters set changed = at;
-- What is over, by how long: for retention.
create index dead_letters_ended on dead_letters (changed) where state in (3, 4, 5);
