//! The change feed, leases and the schema, on both engines.

#![allow(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used)]

#[path = "../support/mod.rs"]
mod support;

mod changes;
mod leases;
mod schema;

use platform::store::Db;
use support::{Database, Engine};

/// Runs a test on a fresh database of each engine.
macro_rules! on_both {
    ($name:ident, |$store:ident| $body:block) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn body($store: &crate::Store) $body

            #[test]
            fn sqlite() {
                crate::support::block_on(async { body(&crate::Store::new(crate::support::Engine::Sqlite).await).await });
            }
            #[test]
            fn postgres() {
                crate::support::block_on(async { body(&crate::Store::new(crate::support::Engine::Postgres).await).await });
            }
        }
    };
}
pub(crate) use on_both;

/// An open database that goes away with the test.
pub struct Store {
    pub db: Db,
    pub cx: platform::context::Context,
    _database: Database,
    _dir: tempfile::TempDir,
}

impl Store {
    /// A fresh database, not migrated.
    pub async fn new(engine: Engine) -> Self {
        use platform::context::{Actor, Clock, Context};
        let dir = tempfile::tempdir().unwrap();
        let database = Database::new(engine, dir.path());
        let db = Db::open(&database.url, true, 12).await.unwrap();
        let flags = platform::settings::Flags { data_dir: Some(dir.path().into()), ..Default::default() };
        let loaded = platform::settings::load(&flags, std::iter::empty()).unwrap();
        let clock = Clock::fixed("2026-01-02T03:04:05.678901Z".parse().unwrap());
        let cx = Context::new(db.clone(), loaded.into(), clock, Actor::local());
        Self { db, cx, _database: database, _dir: dir }
    }

    pub async fn migrate(&self) {
        let up = platform::services::migration::MigrateUp::default();
        platform::operation::perform(up, &self.cx).await.unwrap();
    }
}
