-- The change feed. Writers take numbers from the one counter row inside their transaction, so
-- that number order is commit order. The instance tells one database's derived state from another's.
-- migrate:up
create table change_counter (
    id       integer not null primary key check (id = 1),
    seq      bigint not null,
    instance uuid not null
);
create table changes (
    seq    bigint not null primary key,
    at     timestamptz not null,
    actor  text not null,
    noun   text not null,
    key    text collate "C" not null,
    action text not null
);
-- migrate:down
drop table changes;
drop table change_counter;
