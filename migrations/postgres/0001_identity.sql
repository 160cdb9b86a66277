-- Who may do what: roles, users, their sessions, and the keys that sign tokens.
-- migrate:up
create table roles (
    name        text collate "C" not null primary key,
    description text not null,
    permissions jsonb not null
);
create table users (
    id            uuid not null primary key,
    email         text collate "C" not null unique,
    name          text,
    role          text not null references roles (name),
    password_hash text not null,
    disabled      boolean not null,
    created_at    timestamptz not null,
    updated_at    timestamptz not null
);
create table sessions (
    id         uuid not null primary key,
    user_id    uuid not null references users (id) on delete cascade,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    revoked_at timestamptz
);
create index sessions_user_id on sessions (user_id);
create table signing_keys (
    id         uuid not null primary key,
    secret     bytea not null,
    created_at timestamptz not null
);
-- migrate:down
drop table signing_keys;
drop table sessions;
drop table users;
drop table roles;
