-- What the platform keeps for its users: policies, documents, and which seeds it was given.
-- migrate:up
create table policies (
    id         text not null primary key,
    package    text not null,
    module     text not null,
    created_at text not null,
    updated_at text not null
);
create table documents (
    key          text not null primary key,
    source       text not null,
    id           text not null,
    kind         text not null,
    jurisdiction text,
    language     text,
    title        text,
    body         text not null,
    fields       text not null,
    hash         text not null,
    seq          bigint not null,
    created_at   text not null,
    updated_at   text not null
);
create index documents_seq on documents (seq);
create table seeds (
    profile    text not null primary key,
    checksum   text not null,
    applied_at text not null
);
-- migrate:down
drop table seeds;
drop table documents;
drop table policies;
