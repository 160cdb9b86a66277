//! What acts on one machine: setting up, migrating down and up, settings, the daemon's life.

use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use crate::support::sandbox::{ADMIN, Sandbox};
use crate::support::{Engine, Face};

#[test]
fn init_sets_everything_up_once() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let sandbox = Sandbox::empty(engine);
        let report = sandbox.command(["init", "-o", "json"]).run().ok().json();
        assert_eq!(report["admin"], ADMIN);
        let password = report["password"].as_str().expect("a password was made");
        assert_eq!(password.len(), 20);
        let data = sandbox.path().join("data");
        assert_eq!(std::fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
        assert!(data.join("settings.toml").exists());
        // The password works, and the second time nothing is made.
        sandbox.command(["login", ADMIN, "--password-stdin"]).stdin(password).run().ok();
        let credentials = sandbox.path().join(".config/platform/credentials.json");
        assert_eq!(std::fs::metadata(credentials).unwrap().permissions().mode() & 0o777, 0o600);
        let again = sandbox.command(["init", "-o", "json"]).run().ok().json();
        assert!(again["admin"].is_null() && again["password"].is_null(), "{again}");
    }
}

#[test]
fn init_refuses_before_it_makes_anything() {
    let sandbox = Sandbox::empty(Engine::Sqlite);
    let done = sandbox.command(["init", "--password-stdin"]).stdin("short").run();
    assert_eq!(done.code, 65, "{done:?}");
    assert!(!sandbox.path().join("data").exists());
}

#[test]
fn migrations_go_down_and_up_again() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let sandbox = Sandbox::new(engine, Face::Direct);
        let done = sandbox.command(["migrate", "down"]).run();
        assert_eq!(done.code, 2, "no confirmation was asked for: {done:?}");
        sandbox.command(["migrate", "down", "--yes"]).run().ok();
        let status = sandbox.command(["migrate", "status", "-o", "json"]).run().ok().json();
        assert_eq!(status[2]["state"], "pending");
        let done = sandbox.command(["user", "list"]).run();
        assert_eq!(done.code, 69, "{done:?}");
        assert!(done.stderr.contains("1 of 3 migrations are pending"), "{done:?}");
        let plan = sandbox.command(["migrate", "plan"]).run().ok().stdout;
        assert!(plan.contains("create table documents"), "{plan}");
        // What was indexed before is not found in the documents that come after.
        sandbox.command(["migrate", "up"]).run().ok();
        sandbox.command(["search", "index", "-"]).stdin("{\"id\": \"a\", \"body\": \"harbour\"}").run().ok();
        sandbox.command(["migrate", "down", "--yes"]).run().ok();
        sandbox.command(["migrate", "up"]).run().ok();
        let found = sandbox.command(["search", "query", "harbour", "-o", "json"]).run().ok().json();
        assert_eq!(found["total"], 0, "{found}");
        sandbox.command(["migrate", "down", "--to", "0", "--yes"]).run().ok();
        sandbox.command(["migrate", "up"]).run().ok();
        let done = sandbox.command(["user", "list", "-o", "json"]).run().ok();
        assert_eq!(done.json(), serde_json::json!([]));
    }
}

#[test]
fn two_that_migrate_at_once_do_not_collide() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let sandbox = Sandbox::empty(engine);
        std::thread::scope(|scope| {
            let all: Vec<_> = (0..6)
                .map(|_| scope.spawn(|| sandbox.command(["migrate", "up", "--lock-timeout", "30", "-o", "json"]).run()))
                .collect();
            let reports: Vec<_> = all.into_iter().map(|thread| thread.join().unwrap().ok().json()).collect();
            let applied: usize = reports.iter().map(|report| report["done"].as_array().unwrap().len()).sum();
            assert_eq!(applied, 3, "each migration is applied once: {reports:?}");
        });
    }
}

#[test]
fn settings_tell_where_they_come_from_and_keep_secrets() {
    let sandbox = Sandbox::empty(Engine::Sqlite);
    sandbox.file("data/settings.toml", "[policy]\ntimeout = \"3s\"\n");
    let done = sandbox
        .command(["settings", "show", "--origin", "-o", "csv"])
        .env("PLATFORM_URL", "postgres://ada:s3cret@db/platform")
        .env("PLATFORM_SERVER_LISTEN", "127.0.0.1:9")
        .run()
        .ok();
    assert!(done.stdout.contains("server.listen,127.0.0.1:9,PLATFORM_SERVER_LISTEN"), "{done:?}");
    assert!(done.stdout.contains("url,postgres://ada:***@db/platform,PLATFORM_URL"), "{done:?}");
    assert!(done.stdout.contains("data/settings.toml"), "{done:?}");
    assert!(done.stdout.contains("policy.timeout,3s,"), "{done:?}");
    assert!(done.stdout.contains("log.level,info,default"), "{done:?}");
}

#[test]
fn the_daemon_finishes_what_is_under_way() {
    let mut sandbox = Sandbox::new(Engine::Sqlite, Face::Remote);
    for (signal, fresh) in [("TERM", false), ("INT", true)] {
        if fresh {
            sandbox.serve(&[]);
        }
        let documents: String =
            (0..3000).map(|i| format!("{{\"id\": \"{signal}{i}\", \"body\": \"harbour {i}\"}}\n")).collect();
        let path = sandbox.file("many.ndjson", &documents);
        std::thread::scope(|scope| {
            let client = scope.spawn(|| sandbox.command(["search", "index", path.to_str().unwrap()]).run());
            std::thread::sleep(Duration::from_millis(150));
            sandbox.daemon.as_ref().unwrap().signal(signal);
            // It is either done or told that the daemon went away; the daemon never answers half.
            let done = client.join().unwrap();
            assert!(done.code == 0 || done.code == 69, "{done:?}");
        });
        assert_eq!(sandbox.daemon.as_mut().unwrap().wait(), Some(0));
        sandbox.daemon = None;
    }
}

#[test]
fn direct_commands_and_a_daemon_share_a_file() {
    let mut sandbox = Sandbox::new(Engine::Sqlite, Face::Direct);
    sandbox.command(["search", "index", "-"]).stdin("{\"id\": \"before\", \"body\": \"harbour\"}").run().ok();
    sandbox.serve(&[]);
    let direct = sandbox.database.url.clone();
    for i in 0..5 {
        let document = format!("{{\"id\": \"d{i}\", \"body\": \"harbour\"}}");
        sandbox.command(["search", "index", "-", "--url", &direct]).stdin(&document).run().ok();
        for url in [&direct, sandbox.url()] {
            let found = sandbox.command(["search", "query", "harbour", "-o", "json", "--url", url]).run().ok().json();
            assert_eq!(found["total"], i + 2, "through {url}");
        }
    }
    let done = sandbox.command(["search", "rebuild", "--url", &direct]).run();
    assert_eq!(done.code, 75, "{done:?}");
    assert!(!done.stderr.to_lowercase().contains("tantivy"), "{done:?}");
}

#[test]
fn a_damaged_index_heals_itself() {
    let mut sandbox = Sandbox::new(Engine::Sqlite, Face::Direct);
    sandbox.command(["seed", "apply", "--profile", "demo"]).run().ok();
    let before = sandbox.command(["search", "query", "committee", "-o", "json"]).run().ok().json();
    let index = std::fs::read_dir(sandbox.path().join("data/index")).unwrap().next().unwrap().unwrap().path();
    let version = std::fs::read_dir(index).unwrap().map(|e| e.unwrap().path()).find(|path| path.is_dir()).unwrap();
    std::fs::write(version.join("meta.json"), "{ damaged").unwrap();
    let after = sandbox.command(["search", "query", "committee", "-o", "json"]).run().ok().json();
    assert_eq!(before["hits"], after["hits"]);
    for entry in std::fs::read_dir(&version).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "store") {
            std::fs::remove_file(path).unwrap();
        }
    }
    let after = sandbox.command(["search", "query", "committee", "-o", "json"]).run().ok().json();
    assert_eq!(before["hits"], after["hits"]);
    std::fs::remove_dir_all(version).unwrap();
    sandbox.serve(&[]);
    let stats = sandbox.command(["search", "stats", "--wait-for", "1000000", "-o", "json"]).run().ok().json();
    assert_eq!(stats["stored"], stats["indexed"]);
}

#[test]
fn health_waits_for_a_daemon_that_is_starting() {
    let mut sandbox = Sandbox::new(Engine::Sqlite, Face::Remote);
    let url = sandbox.url().to_owned();
    sandbox.daemon.as_mut().unwrap().kill();
    let started = Instant::now();
    let done = sandbox.command(["health", "--wait", "--timeout", "500ms", "--url", &url]).run();
    assert_eq!(done.code, 1, "{done:?}");
    assert!(started.elapsed() >= Duration::from_millis(500));
    let listen = url.trim_start_matches("http://").to_owned();
    let database = sandbox.database.url.clone();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| sandbox.command(["health", "--wait", "--url", &url]).run());
        let mut command = sandbox.command(["serve", "--listen", &listen]).command;
        command.env("PLATFORM_URL", &database);
        let daemon = crate::support::daemon::Daemon::start(command);
        assert_eq!(waiting.join().unwrap().code, 0);
        drop(daemon);
    });
}
