//! `kill -9` at any moment: what was acknowledged is found, and nothing is found twice.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::sandbox::Sandbox;
use crate::support::{Engine, Face, block_on};

const ROUNDS: usize = 20;
const DOCUMENTS: usize = 20_000;
const BATCH: usize = 500;

#[test]
fn acknowledged_documents_survive_sqlite() {
    survive(Engine::Sqlite);
}

#[test]
fn acknowledged_documents_survive_postgres() {
    survive(Engine::Postgres);
}

/// In every round a fresh daemon is given 20,000 documents, is killed somewhere on the way, and the next one must find
/// each acknowledged batch whole and once, and any other batch whole or not at all.
fn survive(engine: Engine) {
    let mut sandbox = Sandbox::new(engine, Face::Remote);
    let (mut acknowledged, mut sent) = (BTreeSet::new(), BTreeSet::new());
    for round in 0..ROUNDS {
        let (base, token) = (sandbox.url().to_owned(), sandbox.token.clone().unwrap());
        let daemon = sandbox.daemon.as_mut().unwrap();
        // Spread over the time that a round takes, and different in each.
        let delay = Duration::from_millis(50 + (round as u64 * 617) % 2500);
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                block_on(async {
                    let http = client();
                    for batch in 0..DOCUMENTS / BATCH {
                        let kind = format!("r{round}b{batch}");
                        sent.insert(kind.clone());
                        let request =
                            http.post(format!("{base}/v1/documents")).bearer_auth(&token).json(&documents(&kind));
                        match request.send().await {
                            Ok(answer) if answer.status().is_success() => acknowledged.insert(kind),
                            _ => break,
                        };
                    }
                });
            });
            std::thread::sleep(delay);
            daemon.kill();
            writer.join().unwrap();
        });
        sandbox.daemon = None;
        sandbox.serve(&[]);
        check(&sandbox, &acknowledged, &sent);
    }
    assert!(!acknowledged.is_empty(), "every daemon was killed before it could do anything");
    let struck = sent.difference(&acknowledged).count();
    assert!(struck >= ROUNDS / 2, "only {struck} of {ROUNDS} daemons were killed at work");
    // The index built anew from the database says the same.
    sandbox.command(["search", "rebuild"]).run().ok();
    check(&sandbox, &acknowledged, &sent);
}

fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

fn documents(kind: &str) -> Value {
    let documents: Vec<Value> = (0..BATCH)
        .map(|i| json!({"id": format!("{kind}-{i}"), "kind": kind, "title": format!("Document {i}"), "body": format!("harbour {kind} number {i}")}))
        .collect();
    json!({"documents": documents})
}

fn check(sandbox: &Sandbox, acknowledged: &BTreeSet<String>, sent: &BTreeSet<String>) {
    block_on(async {
        let http = client();
        let get = |path: String| {
            let request = http.get(format!("{}{path}", sandbox.url())).bearer_auth(sandbox.token.as_ref().unwrap());
            async move { request.send().await.unwrap().error_for_status().unwrap().json::<Value>().await.unwrap() }
        };
        // Wait for the new daemon's index to have caught up with everything that is committed.
        let stats = get(format!("/v1/search/stats?wait_for={}", i64::MAX)).await;
        assert_eq!(stats["stored"], stats["indexed"], "{stats}");
        let mut found = BTreeMap::new();
        for kind in sent {
            let results = get(format!("/v1/search?query=harbour&kind={kind}&limit=1000")).await;
            let ids: Vec<&str> =
                results["hits"].as_array().unwrap().iter().map(|hit| hit["id"].as_str().unwrap()).collect();
            let distinct: BTreeSet<_> = ids.iter().collect();
            assert_eq!(ids.len(), distinct.len(), "{kind} is found twice");
            assert_eq!(results["total"], ids.len(), "{kind}");
            found.insert(kind.clone(), ids.len());
        }
        for (kind, count) in found {
            let whole = count == BATCH || (count == 0 && !acknowledged.contains(&kind));
            assert!(whole, "{kind}: {count} of {BATCH} found, acknowledged: {}", acknowledged.contains(&kind));
        }
    });
}
