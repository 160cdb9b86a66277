//! The database's schema: bringing it up, taking it back, and seeing where it stands.

use std::time::Duration;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::model::{AppliedMigration, Migration, MigrationState, MigrationStatus, Permission};
use crate::operation::{Operation, Route};
use crate::store::{self, Db, transaction};

const LEASE: &str = "migrate";
/// How long a lease lasts unless it is renewed; every migration renews it in its own transaction.
const LEASE_SECONDS: i64 = 60;
const POLL: Duration = Duration::from_millis(100);
/// The migration that makes the change feed, whose one counter row only the program can fill.
const CHANGES: &str = "changes";
/// The migration that makes the documents.
const CONTENT: &str = "content";

/// Applies all pending migrations
#[derive(Debug, Default, Serialize, Deserialize, ToSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct MigrateUp {
    /// Stop after this version
    #[arg(long, value_name = "VERSION")]
    #[serde(default)]
    pub to: Option<i64>,
    /// How long to wait while somebody else migrates, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    #[serde(default)]
    pub lock_timeout: u32,
}

/// Takes back applied migrations, and the data in what they made
#[derive(Debug, Default, Serialize, Deserialize, ToSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct MigrateDown {
    /// Take back everything above this version [default: only the last migration]
    #[arg(long, value_name = "VERSION")]
    #[serde(default)]
    pub to: Option<i64>,
    /// How long to wait while somebody else migrates, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    #[serde(default)]
    pub lock_timeout: u32,
}

/// What migrating did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MigrationReport {
    /// The migrations that were applied or taken back, in that order
    pub done: Vec<MigrationStatus>,
    /// The version that the database has now; 0 for none
    pub version: i64,
}

impl Operation for MigrateUp {
    type Output = MigrationReport;
    const ROUTE: Route = Route::post("/v1/migrations/up");
    const NEEDS: Permission = Permission::SystemWrite;

    async fn run(self, cx: &Context) -> Result<MigrationReport> {
        check_version(cx, self.to)?;
        run_under_lease(cx, self.lock_timeout, async |token| {
            let applied = verified(&cx.db).await?;
            let last = applied.last().map_or(0, |migration| migration.version);
            let limit = self.to.unwrap_or(i64::MAX);
            let mut done = Vec::new();
            for migration in store::migration::embedded(cx.db.dialect())? {
                if migration.version > last && migration.version <= limit {
                    apply(cx, &migration, token).await?;
                    tracing::info!(version = migration.version, name = migration.name, "migration applied");
                    done.push(status(&migration, Some(cx.now())));
                }
            }
            Ok(MigrationReport { version: done.last().map_or(last, |migration| migration.version), done })
        })
        .await
    }
}

impl Operation for MigrateDown {
    type Output = MigrationReport;
    const ROUTE: Route = Route::post("/v1/migrations/down");
    const NEEDS: Permission = Permission::SystemWrite;

    async fn run(self, cx: &Context) -> Result<MigrationReport> {
        check_version(cx, self.to)?;
        run_under_lease(cx, self.lock_timeout, async |token| {
            let applied = verified(&cx.db).await?;
            let target = self.to.unwrap_or_else(|| applied.iter().rev().nth(1).map_or(0, |previous| previous.version));
            let mut done = Vec::new();
            for migration in store::migration::embedded(cx.db.dialect())?.into_iter().rev() {
                if migration.version > target && applied.iter().any(|a| a.version == migration.version) {
                    take_back(cx, &migration, token).await?;
                    done.push(status(&migration, None));
                }
            }
            let version = applied.iter().map(|a| a.version).filter(|version| *version <= target).max().unwrap_or(0);
            Ok(MigrationReport { done, version })
        })
        .await
    }
}

/// Lists all migrations and whether the database has them
#[derive(Debug, Serialize, Deserialize, ToSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct ListMigrations {}

impl Operation for ListMigrations {
    type Output = Vec<MigrationStatus>;
    const ROUTE: Route = Route::get("/v1/migrations");
    const NEEDS: Permission = Permission::SystemRead;

    async fn run(self, cx: &Context) -> Result<Vec<MigrationStatus>> {
        let applied = verified(&cx.db).await?;
        let find = |version| applied.iter().find(|a| a.version == version).map(|a| a.applied_at);
        let all = store::migration::embedded(cx.db.dialect())?;
        Ok(all.iter().map(|migration| status(migration, find(migration.version))).collect())
    }
}

/// Shows the SQL that `migrate up` would run
#[derive(Debug, Serialize, Deserialize, ToSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct PlanMigrations {
    /// Stop after this version
    #[arg(long, value_name = "VERSION")]
    #[serde(default)]
    pub to: Option<i64>,
}

/// A migration that would run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlannedMigration {
    pub version: i64,
    pub name: String,
    pub sql: String,
}

impl Operation for PlanMigrations {
    type Output = Vec<PlannedMigration>;
    const ROUTE: Route = Route::get("/v1/migrations/plan");
    const NEEDS: Permission = Permission::SystemRead;

    async fn run(self, cx: &Context) -> Result<Vec<PlannedMigration>> {
        check_version(cx, self.to)?;
        let pending = pending(&cx.db).await?;
        let wanted = pending.into_iter().filter(|migration| self.to.is_none_or(|to| migration.version <= to));
        Ok(wanted
            .map(|m| PlannedMigration { version: m.version, name: m.name.into(), sql: m.up.trim_end().into() })
            .collect())
    }
}

/// Says clearly when a database is not fit for use: not made yet, older or newer than this program, or not
/// what this program made.
pub async fn check_current(db: &Db) -> Result<()> {
    let pending = pending(db).await?;
    let all = store::migration::embedded(db.dialect())?.len();
    match pending.len() {
        0 => Ok(()),
        n if n == all => {
            Err(Error::unavailable("the database is empty: it was never set up").hint("run `platform init`"))
        }
        n => Err(Error::unavailable(format!("{n} of {all} migrations are pending")).hint("run `platform migrate up`")),
    }
}

/// Whether a database has none of the migrations.
pub async fn is_empty(db: &Db) -> Result<bool> {
    Ok(store::migration::applied(db).await?.is_empty())
}

/// The migrations that a database lacks.
pub async fn pending(db: &Db) -> Result<Vec<Migration>> {
    let last = verified(db).await?.last().map_or(0, |migration| migration.version);
    Ok(store::migration::embedded(db.dialect())?.into_iter().filter(|m| m.version > last).collect())
}

/// The migrations that a database has, once they agree with those in this program.
async fn verified(db: &Db) -> Result<Vec<AppliedMigration>> {
    let applied = store::migration::applied(db).await?;
    let embedded = store::migration::embedded(db.dialect())?;
    let newest = embedded.last().map_or(0, |migration| migration.version);
    for theirs in &applied {
        match embedded.iter().find(|ours| ours.version == theirs.version) {
            Some(ours) if ours.checksum == theirs.checksum => {}
            Some(ours) => {
                return Err(Error::conflict(format!(
                    "migration {:04}_{} was applied with another content: its checksum is {}, here it is {}",
                    theirs.version,
                    ours.name,
                    &theirs.checksum.get(..12).unwrap_or(&theirs.checksum),
                    &ours.checksum[..12],
                ))
                .hint("use the release of platform that made this database, or restore a backup"));
            }
            None if theirs.version > newest => {
                return Err(Error::conflict(format!(
                    "the database is newer than this program: it has migration {:04}_{}, this program ends at {newest:04}",
                    theirs.version, theirs.name
                ))
                .hint("use a newer release of platform"));
            }
            None => {
                let (version, name) = (theirs.version, &theirs.name);
                return Err(Error::conflict(format!("the database has a migration {version:04}_{name} unknown here")));
            }
        }
    }
    Ok(applied)
}

fn check_version(cx: &Context, version: Option<i64>) -> Result<()> {
    let known = store::migration::embedded(cx.db.dialect())?;
    match version {
        Some(version) if version != 0 && !known.iter().any(|migration| migration.version == version) => {
            let newest = known.last().map_or(0, |migration| migration.version);
            Err(Error::invalid(format!("there is no migration {version}")).hint(format!("they go from 1 to {newest}")))
        }
        _ => Ok(()),
    }
}

/// Applies one migration: its SQL, its record and the proof that the lease is still ours, all or nothing.
async fn apply(cx: &Context, migration: &Migration, token: i64) -> Result<()> {
    transaction!(cx.db, |tx| {
        keep_lease(cx, &mut tx, token).await?;
        tx.execute_script(migration.up).await.map_err(|e| wrong(migration, e))?;
        if migration.name == CHANGES {
            store::change::create_counter(&mut tx, cx.new_id()).await?;
        }
        store::migration::record(&mut tx, migration, cx.now()).await?;
    })
}

async fn take_back(cx: &Context, migration: &Migration, token: i64) -> Result<()> {
    transaction!(cx.db, |tx| {
        keep_lease(cx, &mut tx, token).await?;
        tx.execute_script(migration.down).await.map_err(|e| wrong(migration, e))?;
        if migration.name == CONTENT {
            // The documents are gone without a trace in the feed: no index of them may go on from where it was.
            store::change::renew_instance(&mut tx, cx.new_id()).await?;
        }
        store::migration::forget(&mut tx, migration.version).await?;
    })
}

fn wrong(migration: &Migration, error: Error) -> Error {
    let message = format!("migration {:04}_{}: {}", migration.version, migration.name, error.message);
    Error { message, ..error }
}

async fn keep_lease(cx: &Context, tx: &mut store::Tx, token: i64) -> Result<()> {
    let until = cx.now() + TimeDelta::seconds(LEASE_SECONDS);
    match store::lease::renew(tx, LEASE, token, until).await? {
        true => Ok(()),
        false => Err(Error::conflict("somebody else took over the migration").hint("see `platform migrate status`")),
    }
}

/// Does work that only one process may do at a time.
async fn run_under_lease<T>(cx: &Context, lock_timeout: u32, work: impl AsyncFnOnce(i64) -> Result<T>) -> Result<T> {
    store::migration::create_tables(&cx.db).await?;
    let host = whoami::hostname().unwrap_or_else(|_| "unknown host".into());
    let holder = format!("{} on {host}, process {}", cx.actor.name, std::process::id());
    let deadline = tokio::time::Instant::now() + Duration::from_secs(lock_timeout.into());
    let token = loop {
        let now = cx.now();
        let until = now + TimeDelta::seconds(LEASE_SECONDS);
        let taken = transaction!(cx.db, |tx| store::lease::acquire(&mut tx, LEASE, &holder, now, until).await?)?;
        if let Some(token) = taken {
            break token;
        }
        if tokio::time::Instant::now() >= deadline {
            let lease = store::lease::get(&cx.db, LEASE).await?;
            let who = lease.map_or_else(
                || "somebody".to_owned(),
                |lease| format!("{} (since {})", lease.holder, lease.acquired_at.format("%Y-%m-%d %H:%M:%S UTC")),
            );
            return Err(Error::busy(format!("the database is being migrated by {who}"))
                .hint("wait for it with --lock-timeout SECONDS; a holder that died is replaced after a minute"));
        }
        tokio::time::sleep(POLL).await;
    };
    let result = work(token).await;
    let released = transaction!(cx.db, |tx| store::lease::release(&mut tx, LEASE, token, cx.now()).await?);
    result.and_then(|value| released.map(|()| value))
}

fn status(migration: &Migration, applied_at: Option<chrono::DateTime<chrono::Utc>>) -> MigrationStatus {
    let state = if applied_at.is_some() { MigrationState::Applied } else { MigrationState::Pending };
    MigrationStatus { version: migration.version, name: migration.name.into(), state, applied_at }
}
