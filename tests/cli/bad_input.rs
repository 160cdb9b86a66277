//! Bad input gets a clear error and its exit code.

use std::os::unix::fs::PermissionsExt;

use crate::support::sandbox::{ADMIN, Done, PASSWORD, Sandbox};
use crate::support::{Database, Engine, Face, block_on};

#[track_caller]
fn refused(done: &Done, code: i32, message: &str) {
    assert_eq!(done.code, code, "{done:?}");
    assert!(done.stderr.lines().any(|line| line.starts_with("error: ") && line.contains(message)), "{done:?}");
    assert!(done.stderr.contains("hint: "), "no hint: {done:?}");
}

#[test]
fn a_missing_database() {
    let sandbox = Sandbox::empty(Engine::Sqlite);
    refused(&sandbox.command(["user", "list"]).run(), 66, "there is no database at");
    assert!(!sandbox.path().join("platform.db").exists(), "asking made one");
}

#[test]
fn an_empty_database() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let sandbox = Sandbox::empty(engine);
        std::fs::write(sandbox.path().join("platform.db"), "").unwrap();
        refused(&sandbox.command(["user", "list"]).run(), 69, "the database is empty");
        refused(&sandbox.command(["serve", "--listen", "127.0.0.1:0"]).run(), 69, "the database is empty");
    }
}

#[test]
fn a_database_that_does_not_exist_on_the_server() {
    let sandbox = Sandbox::empty(Engine::Postgres);
    let url = format!("{}_gone", sandbox.database.url);
    refused(&sandbox.command(["user", "list", "--url", &url]).run(), 66, "does not exist");
}

#[test]
fn a_server_that_is_not_there() {
    let sandbox = Sandbox::empty(Engine::Sqlite);
    let done = sandbox.command(["user", "list", "--url", "postgres://ada:s3cret@127.0.0.1:1/x"]).run();
    assert_eq!(done.code, 69, "{done:?}");
    assert!(!done.stderr.contains("s3cret"), "{done:?}");
}

#[test]
fn an_unknown_engine() {
    let sandbox = Sandbox::empty(Engine::Sqlite);
    let done = sandbox.command(["user", "list", "--url", "mysql://ada:s3cret@localhost/x"]).run();
    refused(&done, 78, "`mysql` is no database engine");
    assert!(!done.stderr.contains("s3cret"));
}

#[test]
fn a_file_that_is_no_database() {
    let sandbox = Sandbox::empty(Engine::Sqlite);
    sandbox.file("platform.db", &"this is no database\n".repeat(100));
    let done = sandbox.command(["user", "list"]).run();
    assert_eq!(done.code, 65, "{done:?}");
    assert!(done.stderr.contains("damaged or no SQLite database"), "{done:?}");
}

#[test]
fn a_daemon_that_is_down() {
    let sandbox = Sandbox::empty(Engine::Sqlite);
    let url = "http://127.0.0.1:1";
    refused(
        &sandbox.command(["user", "list", "--url", url]).run(),
        69,
        "cannot reach the daemon at http://127.0.0.1:1",
    );
    let done = sandbox.command(["health", "--url", url]).run();
    assert_eq!((done.code, done.stdout.contains("cannot reach the daemon")), (1, true), "{done:?}");
}

#[test]
fn a_url_that_is_no_daemon() {
    let sandbox = Sandbox::new(Engine::Sqlite, Face::Remote);
    let url = format!("{}/somewhere/else", sandbox.url());
    let done = sandbox.command(["user", "list", "--url", &url]).run();
    assert_eq!(done.code, 66, "{done:?}");
}

#[test]
fn a_token_that_has_expired_or_is_none() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let mut sandbox = Sandbox::new(engine, Face::Direct);
        sandbox.serve(&[]);
        let runner = sandbox.command(["login", ADMIN, "--password-stdin", "--print", "--url", &sandbox.database.url]);
        let done = runner.env("PLATFORM_AUTH_TOKEN_LIFETIME", "0s").stdin(PASSWORD).run().ok();
        let with = |token: &str| sandbox.command(["user", "list"]).env("PLATFORM_TOKEN", token).run();
        refused(&with(done.stdout.trim()), 77, "the token has expired");
        refused(&with("nonsense"), 77, "the token is not valid");
        let good = sandbox.token.clone().unwrap();
        let mut forged = good.into_bytes();
        let last = forged.len() - 5;
        forged[last] = if forged[last] == b'A' { b'B' } else { b'A' };
        refused(&with(std::str::from_utf8(&forged).unwrap()), 77, "the token is not valid");
    }
}

#[test]
fn a_role_that_may_not() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let mut sandbox = Sandbox::new(engine, Face::Remote);
        sandbox.command(["user", "add", "r@example.org", "--password-stdin"]).stdin(PASSWORD).run().ok();
        let admin = sandbox.token.replace(sandbox.token_for("r@example.org", PASSWORD));
        refused(&sandbox.command(["user", "list"]).run(), 77, "r@example.org may not do this: it needs `user:read`");
        sandbox.command(["search", "query", "x"]).run().ok();
        // A reader asks for decisions, but not whatever the evaluator can be made to do.
        sandbox.command(["policy", "eval", "data.authz.allow"]).run().ok();
        let free = sandbox.command(["policy", "eval", "count(numbers.range(1, 1000000000))"]).run();
        refused(&free, 2, "may ask for a document only");
        // A disabled user's token stops counting at once.
        sandbox.command(["user", "disable", "r@example.org"]).env("PLATFORM_TOKEN", &admin.unwrap()).run().ok();
        refused(&sandbox.command(["search", "query", "x"]).run(), 77, "the token is not valid");
    }
}

#[test]
fn a_port_that_is_taken() {
    let sandbox = Sandbox::new(Engine::Sqlite, Face::Remote);
    let port = sandbox.url().trim_start_matches("http://").to_owned();
    let url = sandbox.database.url.clone();
    refused(&sandbox.command(["serve", "--url", &url, "--listen", &port]).run(), 74, "another program has this port");
    let done = sandbox.command(["serve", "--url", &url, "--listen", "nowhere"]).run();
    assert!(done.code == 78 || done.code == 74, "{done:?}");
}

#[test]
fn a_directory_that_cannot_be_written() {
    let sandbox = Sandbox::empty(Engine::Sqlite);
    // A file in its place stops root as well, whom permissions do not.
    let blocked = sandbox.file("blocked", "");
    let done = sandbox.command(["init", "--data-dir", blocked.join("data").to_str().unwrap()]).run();
    assert_eq!(done.code, 74, "{done:?}");
    assert!(done.stderr.contains("blocked/data"), "{done:?}");

    let sandbox = Sandbox::new(Engine::Sqlite, Face::Direct);
    std::fs::set_permissions(sandbox.path(), std::fs::Permissions::from_mode(0o500)).unwrap();
    std::fs::set_permissions(sandbox.path().join("platform.db"), std::fs::Permissions::from_mode(0o400)).unwrap();
    let writable = std::fs::OpenOptions::new().write(true).open(sandbox.path().join("platform.db")).is_ok();
    let done = sandbox.command(["user", "add", "x@example.org", "--password-stdin"]).stdin(PASSWORD).run();
    std::fs::set_permissions(sandbox.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    // Root writes all the same; everybody else is told.
    assert_eq!(done.code, if writable { 0 } else { 74 }, "{done:?}");
}

#[test]
fn migrations_that_contradict_the_database() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let sandbox = Sandbox::new(engine, Face::Direct);
        execute(&sandbox.database, "update schema_migrations set checksum = 'abc' where version = 2");
        refused(
            &sandbox.command(["user", "list"]).run(),
            73,
            "migration 0002_changes was applied with another content",
        );
        refused(&sandbox.command(["migrate", "up"]).run(), 73, "checksum");

        let sandbox = Sandbox::new(engine, Face::Direct);
        execute(
            &sandbox.database,
            "insert into schema_migrations (version, name, checksum, applied_at) \
             select 9999, 'future', 'x', applied_at from schema_migrations where version = 1",
        );
        refused(&sandbox.command(["user", "list"]).run(), 73, "the database is newer than this program");
    }
}

fn execute(database: &Database, sql: &str) {
    use platform::store::Db;
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    block_on(async {
        match Db::open(&database.url, false, 1).await.unwrap() {
            Db::Sqlite(pool) => drop(sqlx::query(sql).execute(&pool).await.unwrap()),
            Db::Postgres(pool) => drop(sqlx::query(sql).execute(&pool).await.unwrap()),
        }
    });
}

#[test]
fn settings_that_are_wrong() {
    let sandbox = Sandbox::new(Engine::Sqlite, Face::Direct);
    let list = || sandbox.command(["user", "list"]);
    refused(&list().env("PLATFORM_SERVER_LISTN", "x").run(), 78, "PLATFORM_SERVER_LISTN stands for no setting");
    refused(&list().env("PLATFORM_AUTH_TOKEN_LIFETIME", "soon").run(), 78, "auth.token_lifetime");
    let file = sandbox.file("settings.toml", "[server]\nlisten = \"127.0.0.1:8700\"\nlissten = \"x\"\n");
    let done = sandbox.command(["user", "list", "--settings", file.to_str().unwrap()]).run();
    refused(&done, 78, "settings.toml:3: there is no setting `server.lissten`");
    let file = sandbox.file("settings.toml", "[server\n");
    let done = sandbox.command(["user", "list", "--settings", file.to_str().unwrap()]).run();
    assert_eq!(done.code, 78, "{done:?}");
    assert!(done.stderr.contains("line 1"), "{done:?}");
}

#[test]
fn a_rego_error_names_its_place() {
    let sandbox = Sandbox::empty(Engine::Sqlite);
    sandbox.file("bad.rego", "package a\n\nallow if {\n\tinput.x ==\n}\n");
    let done = sandbox.command(["policy", "eval", "-d", "bad.rego", "data.a"]).run();
    assert_eq!(done.code, 2, "{done:?}");
    let error = &done.json()["errors"][0];
    assert_eq!(error["code"], "rego_parse_error");
    assert_eq!(error["location"]["file"], "bad.rego");
    assert_eq!(error["location"]["row"], 5, "{done:?}");
    let done = sandbox.command(["policy", "eval", "-d", "bad.rego", "-f", "pretty", "data.a"]).run();
    assert!(done.stderr.contains("bad.rego:5:1: rego_parse_error"), "{done:?}");
}
