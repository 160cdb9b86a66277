//! The database: one SQL text for two engines. Each noun's file holds its SQL and decides nothing.

pub mod change;
pub mod document;
pub mod lease;
pub mod migration;
pub mod policy;
pub mod role;
pub mod seed;
pub mod session;
pub mod signing_key;
pub mod user;

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{ConnectOptions, Connection};

use crate::error::{Error, ErrorKind, Result};
use crate::model::redact;

/// How long a PostgreSQL server may take to answer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// An open database of either engine. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Db {
    Sqlite(sqlx::SqlitePool),
    Postgres(sqlx::PgPool),
}

/// A transaction of either engine; rolled back when dropped before `commit`.
#[derive(Debug)]
pub enum Tx {
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

/// Which SQL a database speaks, for the few texts that must differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

impl std::fmt::Display for Dialect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// Runs one body against the pool of whichever engine is open; it is compiled once for each.
macro_rules! on {
    ($db:expr, |$pool:ident| $body:expr) => {
        match $db {
            $crate::store::Db::Sqlite($pool) => $body,
            $crate::store::Db::Postgres($pool) => $body,
        }
    };
}
pub(crate) use on;

/// Runs one body against the connection of whichever engine a transaction is on.
macro_rules! within {
    ($tx:expr, |$connection:ident| $body:expr) => {
        match $tx {
            $crate::store::Tx::Sqlite(tx) => {
                let $connection = &mut **tx;
                $body
            }
            $crate::store::Tx::Postgres(tx) => {
                let $connection = &mut **tx;
                $body
            }
        }
    };
}
pub(crate) use within;

/// Runs a body in one write transaction and commits it if it succeeds. The whole body runs again, up to
/// five times, when the engine reports a serialization failure or a deadlock (SQLSTATE 40001, 40P01). `return`
/// inside the body ends the body: `Err` rolls back, `Ok` commits.
macro_rules! transaction {
    ($db:expr, |$tx:ident| $body:expr) => {{
        let mut attempt = 0u32;
        loop {
            let mut $tx = $db.begin().await?;
            let result: $crate::error::Result<_> = async { Ok($body) }.await;
            let result = match result {
                Ok(value) => $tx.commit().await.map(|()| value),
                Err(error) => Err(error),
            };
            match result {
                Err(error) if attempt < 5 && $crate::store::is_retryable(&error) => {
                    attempt += 1;
                    tokio::time::sleep(std::time::Duration::from_millis(10 << attempt)).await;
                }
                result => break result,
            }
        }
    }};
}
pub(crate) use transaction;

/// Whether a transaction that ended so may succeed when it is simply run again.
pub fn is_retryable(error: &Error) -> bool {
    let source = error.source.as_deref().and_then(|source| source.downcast_ref::<sqlx::Error>());
    let Some(sqlx::Error::Database(db)) = source else { return false };
    matches!(db.code().as_deref(), Some("40001" | "40P01"))
}

impl Db {
    /// Opens a database by its URL. A missing SQLite file is an error unless `create` is given.
    pub async fn open(url: &str, create: bool, max_connections: u32) -> Result<Self> {
        if url.starts_with("sqlite:") {
            Self::open_sqlite(url, create, max_connections).await
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Self::open_postgres(url, max_connections).await
        } else {
            let scheme = url.split_once(':').map_or(url, |(scheme, _)| scheme);
            Err(Error::settings(format!("`{scheme}` is no database engine this program knows"))
                .hint("use sqlite:PATH or postgres://USER@HOST/DATABASE, or http(s)://HOST:PORT for a daemon"))
        }
    }

    async fn open_sqlite(url: &str, create: bool, max_connections: u32) -> Result<Self> {
        let options = SqliteConnectOptions::from_str(url)
            .map_err(|e| Error::settings(format!("not a valid SQLite URL: {}", redact(url))).source(e))?;
        let path = options.get_filename().to_owned();
        if url.contains(":memory:") || url.contains("mode=memory") {
            return Err(Error::settings("a database in memory would be gone with this command")
                .hint("name a file: sqlite:PATH"));
        }
        let found = path.try_exists().map_err(|e| Error::io(format_args!("look at {}", path.display()), e))?;
        if !create && !found {
            return Err(Error::not_found(format!("there is no database at {}", path.display()))
                .hint("run `platform init` to make one, or name another with --url or --data-dir"));
        }
        if create {
            create_private_file(&path)?;
        }
        let options = options
            .create_if_missing(create)
            .journal_mode(SqliteJournalMode::Wal)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(30));
        let pool = SqlitePoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(options)
            .await
            .map_err(|e| cannot_open(&path.display().to_string(), e))?;
        Ok(Self::Sqlite(pool))
    }

    async fn open_postgres(url: &str, max_connections: u32) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|e| Error::settings(format!("not a valid PostgreSQL URL: {}", redact(url))).source(e))?
            .application_name("platform");
        // The pool tries again until its time is over, and then says only that none became free.
        let probe = tokio::time::timeout(CONNECT_TIMEOUT, options.connect()).await;
        let probe = probe.unwrap_or(Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())));
        probe.map_err(|e| cannot_open(&redact(url), e))?.close().await?;
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options)
            .await
            .map_err(|e| cannot_open(&redact(url), e))?;
        Ok(Self::Postgres(pool))
    }

    pub fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Begins a transaction that will write. SQLite takes its write lock at once, so that two writers wait
    /// for each other instead of failing half-way.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite(pool) => Tx::Sqlite(pool.begin_with("begin immediate").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Asks the database for nothing, to see whether it answers.
    pub async fn ping(&self) -> Result<()> {
        on!(self, |pool| sqlx::query("select 1").execute(pool).await.map(drop))?;
        Ok(())
    }

    pub async fn close(&self) {
        on!(self, |pool| pool.close().await);
    }

    /// How many connections are open and how many of those are idle.
    pub fn connections(&self) -> (u32, usize) {
        on!(self, |pool| (pool.size(), pool.num_idle()))
    }
}

impl Tx {
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Runs SQL that the program carries inside itself (a migration), which may hold several statements.
    pub async fn execute_script(&mut self, sql: &'static str) -> Result<()> {
        within!(self, |connection| sqlx::raw_sql(sql).execute(connection).await.map(drop))?;
        Ok(())
    }
}

/// Makes an empty file that only its owner may read, unless there is one. SQLite itself would let everybody read it.
fn create_private_file(path: &Path) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(e) => {
            Err(Error { kind: ErrorKind::Io, ..Error::io(format_args!("make the database {}", path.display()), e) })
        }
    }
}

fn cannot_open(what: &str, error: sqlx::Error) -> Error {
    let made = Error::from(error);
    let kind = if made.kind == ErrorKind::Internal { ErrorKind::Unavailable } else { made.kind };
    Error { kind, message: format!("cannot open the database {what}: {}", made.message), ..made }
}
