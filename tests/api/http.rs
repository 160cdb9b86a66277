//! How the API speaks HTTP.

use serde_json::{Value, json};

use crate::support::sandbox::Sandbox;
use crate::support::{Engine, Face, block_on};

struct Api {
    http: reqwest::Client,
    sandbox: Sandbox,
}

struct Answer {
    status: u16,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }
}

impl Api {
    fn new(engine: Engine) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { http, sandbox: Sandbox::new(engine, Face::Remote) }
    }

    fn send(&self, method: &str, path: &str, token: Option<&str>, body: Option<&str>) -> Answer {
        block_on(async {
            let url = format!("{}{path}", self.sandbox.url());
            let mut request = self.http.request(method.parse().unwrap(), url);
            if let Some(token) = token {
                request = request.header("authorization", token);
            }
            if let Some(body) = body {
                request = request.body(body.to_owned());
            }
            let answer = request.send().await.unwrap();
            let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
            Answer { status, headers, text: answer.text().await.unwrap() }
        })
    }

    fn admin(&self, method: &str, path: &str, body: Option<&str>) -> Answer {
        let token = format!("Bearer {}", self.sandbox.token.as_ref().unwrap());
        self.send(method, path, Some(&token), body)
    }
}

#[test]
fn problems_are_problem_details() {
    let api = Api::new(Engine::Sqlite);
    let cases: [(&str, &str, Option<&str>, u16, &str); 12] = [
        ("POST", "/v1/login?email=a@b&password=c", None, 400, "usage"),
        ("GET", "/v1/users?after=%00", None, 422, "invalid"),
        ("GET", "/v1/users/nobody@example.org", None, 404, "not_found"),
        ("GET", "/v1/users?limit=abc", None, 400, "usage"),
        ("GET", "/v1/users?limit=0", None, 422, "invalid"),
        ("GET", "/v1/users?limt=1", None, 400, "usage"),
        ("GET", "/v1/users?limit=1&limit=2", None, 400, "usage"),
        ("POST", "/v1/users", Some("{\"email\": "), 422, "invalid"),
        ("POST", "/v1/users", Some("{\"email\": 7}"), 400, "usage"),
        ("POST", "/v1/users", Some("{\"email\": \"admin@localhost\", \"password\": \"long enough\"}"), 409, "conflict"),
        ("GET", "/nowhere", None, 404, "not_found"),
        ("PATCH", "/v1/users", None, 405, "usage"),
    ];
    for (method, path, body, status, kind) in cases {
        let answer = api.admin(method, path, body);
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text);
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{method} {path}");
        assert_eq!(answer.json()["kind"], kind, "{method} {path}: {}", answer.text);
    }
    let answer = api.admin("GET", "/v1/users?limit=abc", None);
    assert_eq!(answer.json()["detail"], "ListUsers: `limit` must be an integer, not `abc`");
}

#[test]
fn strangers_learn_nothing() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let api = Api::new(engine);
        for token in [None, Some("Bearer nonsense"), Some("Basic YTpi"), Some("Bearer "), Some("Bearer a.b.c")] {
            let answer = api.send("POST", "/v1/users", token, Some("not even json"));
            assert_eq!(answer.status, 401, "{token:?}: {}", answer.text);
            assert_eq!(answer.headers["www-authenticate"], "Bearer");
        }
        // The same words whether the address exists or not.
        let login = |email: &str| {
            let body = json!({"email": email, "password": "not the password"}).to_string();
            api.send("POST", "/v1/login", None, Some(&body))
        };
        assert_eq!(login("admin@localhost").text, login("nobody@example.org").text);
    }
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    let api = Api::new(Engine::Sqlite);
    let body = format!("{{\"documents\": [{{\"id\": \"x\", \"body\": \"{}\"}}]}}", "a".repeat(17 << 20));
    let answer = api.admin("POST", "/v1/documents", Some(&body));
    assert_eq!(answer.status, 422, "{}", answer.text);
    assert!(answer.text.contains("server.max_body_bytes"), "{}", answer.text);
    let body = format!("{{\"documents\": [{{\"id\": \"x\", \"body\": \"{}\"}}]}}", "a".repeat(9 << 20));
    let answer = api.admin("POST", "/v1/documents", Some(&body));
    assert_eq!(answer.status, 422, "{}", answer.text);
    assert!(answer.text.contains("document 1 of the batch"), "{}", answer.text);
}

#[test]
fn probes_and_metrics() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let api = Api::new(engine);
        assert_eq!(api.send("GET", "/livez", None, None).text, "ok\n");
        let ready = api.send("GET", "/readyz", None, None);
        assert_eq!((ready.status, ready.json()["healthy"].as_bool()), (200, Some(true)), "{}", ready.text);
        api.admin("GET", "/v1/users", None);
        let metrics = api.send("GET", "/metrics", None, None).text;
        for line in [
            "platform_requests_total{operation=\"ListUsers\",status=\"200\"} 1",
            "platform_build_info{version=",
            "platform_index_lag_changes 0",
            "process_resident_memory_bytes",
        ] {
            assert!(metrics.contains(line), "{line} is not in\n{metrics}");
        }
        check_with_promtool(&metrics);
    }
}

fn check_with_promtool(metrics: &str) {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let child = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        eprintln!("promtool is not installed (scripts/peers does it): metrics not linted");
        return;
    };
    child.stdin.take().unwrap().write_all(metrics.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_daemon_with_pending_migrations_is_not_ready_and_can_be_told_to_migrate() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let mut sandbox = Sandbox::new(engine, Face::Direct);
        sandbox.command(["migrate", "down", "--to", "2", "--yes"]).run().ok();
        sandbox.serve(&[]);
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let api = Api { http, sandbox };
        let ready = api.send("GET", "/readyz", None, None);
        assert_eq!(ready.status, 503, "{}", ready.text);
        let report = api.admin("POST", "/v1/migrations/up", None);
        assert_eq!(report.json()["version"], 3, "{}", report.text);
        assert_eq!(api.send("GET", "/readyz", None, None).status, 200);
        let stored =
            api.admin("POST", "/v1/documents", Some("{\"documents\": [{\"id\": \"x\", \"body\": \"harbour\"}]}"));
        assert_eq!(stored.status, 200, "{}", stored.text);
        let seq = stored.json()["seq"].clone();
        let found = api.admin("GET", &format!("/v1/search?query=harbour&wait_for={seq}"), None);
        assert_eq!(found.json()["total"], 1, "{}", found.text);
    }
}

#[test]
fn policy_names_may_have_slashes() {
    let api = Api::new(Engine::Sqlite);
    let body = json!({"module": "package a\n\nallow := true\n"}).to_string();
    let stored = api.admin("PUT", "/v1/policies/team%2Fa", Some(&body));
    assert_eq!(stored.json()["id"], "team/a", "{}", stored.text);
    let answer = api.admin("POST", "/v1/policy/eval", Some("{\"query\": \"data.a.allow\"}"));
    assert_eq!(answer.json()["result"][0]["expressions"][0]["value"], true);
    assert_eq!(api.admin("DELETE", "/v1/policies/team%2Fa", None).status, 200);
    // A query that would overflow the parser's stack is searched as words.
    let deep = api.admin("GET", &format!("/v1/search?query={}", "(".repeat(10_000)), None);
    assert_eq!(deep.status, 200, "{}", deep.text);
    let invalid = api.admin("GET", "/v1/users/%FF", None);
    assert_eq!(invalid.headers["content-type"], "application/problem+json", "{}", invalid.text);
    // An evaluation that goes on for ever is ended.
    let slow = json!({"query": "count([1 | numbers.range(1, 100000)[_]; numbers.range(1, 100000)[_]])"}).to_string();
    let answer = api.admin("POST", "/v1/policy/eval", Some(&slow));
    assert_eq!(answer.json()["errors"][0]["code"], "eval_cancel_error", "{}", answer.text);
}
