//! What all three test binaries share: databases of either engine, daemons, and a clean place to run commands in.

#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used, reason = "tests say what they see")]

pub mod daemon;
pub mod sandbox;

use std::sync::OnceLock;

/// The engines that everything must work on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// The faces that everything must show alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    Direct,
    Remote,
}

/// A runtime for the test's own database work.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(future)
}

/// A database of its own for one test; gone when dropped.
pub struct Database {
    pub url: String,
    name: Option<String>,
}

fn server() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| {
        std::env::var("PLATFORM_TEST_POSTGRES").expect(
            "PLATFORM_TEST_POSTGRES is not set: run scripts/test, which starts a PostgreSQL server for the tests",
        )
    })
}

impl Database {
    pub fn new(engine: Engine, dir: &std::path::Path) -> Self {
        if engine == Engine::Sqlite {
            return Self { url: format!("sqlite:{}", dir.join("platform.db").display()), name: None };
        }
        let name = format!("platform_test_{}", uuid::Uuid::now_v7().simple());
        admin(&format!("create database {name}"));
        let url = server().rsplit_once('/').expect("a database in the URL").0.to_owned();
        Self { url: format!("{url}/{name}"), name: Some(name) }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            admin(&format!("drop database if exists {name} with (force)"));
        }
    }
}

fn admin(sql: &str) {
    use sqlx::{ConnectOptions, Connection};
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    // On a thread of its own: the test may be inside a runtime.
    std::thread::spawn(move || {
        block_on(async {
            let options: sqlx::postgres::PgConnectOptions = server().parse().unwrap();
            let mut connection = options.connect().await.expect("the PostgreSQL server for the tests");
            sqlx::query(sql).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        });
    })
    .join()
    .unwrap();
}
