-- What the platform keeps for its users: policies, documents, and which seeds it was given.
-- migrate:up
create table policies (
    id         text collate "C" not null primary key,
    package    text not null,
    module     text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create table documents (
    key          text collate "C" not null primary key,
    source       text not null,
    id           text collate "C" not null,
    kind         text not null,
    jurisdiction text,
    language     text,
    title        text,
    body         text not null,
    fields       jsonb not null,
    hash         text not null,
    seq          bigint not null,
    created_at   timestamptz not null,
    updated_at   timestamptz not null
);
create index documents_seq on documents (seq);
create table seeds (
    profile    text collate "C" not null primary key,
    checksum   text not null,
    applied_at timestamptz not null
);
-- migrate:down
drop table seeds;
drop table documents;
drop table policies;
