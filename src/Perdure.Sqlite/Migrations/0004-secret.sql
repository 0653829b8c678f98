-- What all processes that open the hub know and nobody else; drawn when it is opened and there is none.
alter table hub add column secret blob;
