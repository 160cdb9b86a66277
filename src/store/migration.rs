//! The migrations inside this program, and the record of those that a database has.

use chrono::{DateTime, Utc};
use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};

use super::{Db, Dialect, Tx, on, within};
use crate::error::{Error, Result};
use crate::model::{AppliedMigration, Migration, hex};

static SQLITE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/migrations/sqlite");
static POSTGRES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/migrations/postgres");

/// The migrations for a dialect, by version.
pub fn embedded(dialect: Dialect) -> Result<Vec<Migration>> {
    let dir = match dialect {
        Dialect::Sqlite => &SQLITE,
        Dialect::Postgres => &POSTGRES,
    };
    let mut migrations = dir
        .files()
        .map(|file| {
            let name = file.path().file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            parse(name, file.contents_utf8().unwrap_or_default())
                .ok_or_else(|| Error::internal(format!("the built-in migration `{name}` is malformed")))
        })
        .collect::<Result<Vec<_>>>()?;
    migrations.sort_by_key(|migration| migration.version);
    Ok(migrations)
}

/// A file `NNNN_name.sql` with its two halves marked `-- migrate:up` and `-- migrate:down`.
fn parse(stem: &'static str, text: &'static str) -> Option<Migration> {
    let (version, name) = stem.split_once('_')?;
    let (head, down) = text.split_once("-- migrate:down\n")?;
    let (_, up) = head.split_once("-- migrate:up\n")?;
    Some(Migration { version: version.parse().ok()?, name, up, down, checksum: hex(&Sha256::digest(text)) })
}

/// Makes the two tables that migrating itself needs.
pub async fn create_tables(db: &Db) -> Result<()> {
    let time = match db.dialect() {
        Dialect::Sqlite => "text",
        Dialect::Postgres => "timestamptz",
    };
    let tables = [
        format!(
            "create table if not exists schema_migrations (version bigint not null primary key, \
             name text not null, checksum text not null, applied_at {time} not null)"
        ),
        format!(
            "create table if not exists leases (name text not null primary key, holder text not null, \
             token bigint not null, acquired_at {time} not null, expires_at {time} not null)"
        ),
    ];
    for sql in tables {
        let made = on!(db, |pool| sqlx::query(sqlx::AssertSqlSafe(sql)).execute(pool).await.map(drop));
        match made {
            // Two that begin at the same moment may both see no table; PostgreSQL lets one of them fail.
            Err(sqlx::Error::Database(e)) if matches!(e.code().as_deref(), Some("23505" | "42P07" | "42710")) => {}
            other => other?,
        }
    }
    Ok(())
}

/// The migrations that a database has. None of them, if it has never been migrated.
pub async fn applied(db: &Db) -> Result<Vec<AppliedMigration>> {
    const SQL: &str = "select * from schema_migrations order by version";
    match on!(db, |pool| sqlx::query_as(SQL).fetch_all(pool).await) {
        Err(sqlx::Error::Database(e)) if no_table(&*e) => Ok(Vec::new()),
        other => Ok(other?),
    }
}

fn no_table(error: &dyn sqlx::error::DatabaseError) -> bool {
    error.code().as_deref() == Some("42P01") || error.message().starts_with("no such table")
}

pub async fn record(tx: &mut Tx, migration: &Migration, at: DateTime<Utc>) -> Result<()> {
    const SQL: &str = "insert into schema_migrations (version, name, checksum, applied_at) values ($1, $2, $3, $4)";
    within!(tx, |connection| {
        sqlx::query(SQL)
            .bind(migration.version)
            .bind(migration.name)
            .bind(&migration.checksum)
            .bind(at)
            .execute(connection)
            .await
            .map(drop)
    })?;
    Ok(())
}

pub async fn forget(tx: &mut Tx, version: i64) -> Result<()> {
    const SQL: &str = "delete from schema_migrations where version = $1";
    within!(tx, |connection| sqlx::query(SQL).bind(version).execute(connection).await.map(drop))?;
    Ok(())
}
