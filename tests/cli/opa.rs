//! `policy eval`, `check`, `fmt` and `parse` beside those of the real `opa`, when that is installed: the same answers and exit
//! codes.

use std::process::Command;

use crate::support::Engine;
use crate::support::sandbox::Sandbox;

const AUTHZ: &str = "package authz

default allow := false

allow if input.role == \"admin\"

allow if {
	some grant in data.grants
	grant.role == input.role
	grant.action == input.action
}

deny contains msg if {
	not input.role
	msg := \"no role\"
}
";

/// Command lines after `eval`, each run by both.
const LINES: [&str; 22] = [
    "1+1",
    "-d authz.rego -d grants.json -i input.json data.authz.allow",
    "-d authz.rego -d grants.json -i input.json -f pretty data.authz.allow",
    "-d authz.rego -d grants.json -i input.json -f raw data.authz",
    "-d authz.rego -i input.json data.authz.deny",
    "-d authz.rego data.authz.deny",
    "-d authz.rego data.authz.missing",
    "-d authz.rego -f pretty data.authz.missing",
    "-d authz.rego -f raw data.authz.missing",
    "--fail -d authz.rego data.authz.missing",
    "--fail -d authz.rego data.authz.deny",
    "--fail-defined -d authz.rego data.authz.allow",
    "--fail-defined -d authz.rego data.authz.missing",
    "-d folder data.deep",
    "-d some.where:grants.json data.some",
    "-f raw {\"a\":[1,2]}",
    "-f values [1,2,3][_]",
    "-f bindings x:=[1,2][_]",
    "-f pretty x:=[1,2][_];y:=x*2",
    "-f raw \"text\"",
    "-f raw 1/0",
    "-f raw sum([1,2,3])>5",
];

/// Lines that fail in both with OPA's exit code; the words differ.
const FAILURES: [&str; 5] =
    ["x:=", "-d missing.rego data", "-i broken.json input", "-d bad.rego data.bad", "--strict-builtin-errors 1/0"];

/// Lines of other commands: output, errors and exit codes are the same, byte for byte.
const OTHERS: [&str; 14] = [
    "check authz.rego",
    "check bad.rego",
    "check unsafe.rego",
    "check -f json bad.rego",
    "check -f json unsafe.rego",
    "check --strict unused.rego",
    "fmt authz.rego",
    "fmt unused.rego",
    "fmt --list unused.rego authz.rego",
    "fmt --list --fail unused.rego",
    "fmt bad.rego",
    "parse authz.rego",
    "parse -f json authz.rego",
    "parse bad.rego",
];

fn found() -> bool {
    let found = Command::new("opa").arg("version").output().is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("opa is not installed (scripts/peers does it): not compared");
    }
    found
}

#[test]
fn checks_formats_and_trees_are_opas() {
    if !found() {
        return;
    }
    let sandbox = Sandbox::empty(Engine::Sqlite);
    sandbox.file("authz.rego", AUTHZ);
    sandbox.file("bad.rego", "package bad\n\nallow if {\n");
    sandbox.file("unsafe.rego", "package a\n\np if {\n\tx == 1\n}\n\nq contains y if z\n");
    sandbox.file("unused.rego", "package a\nimport data.b   # why\np  if { x:=1 }\n");
    for line in OTHERS {
        let words = line.split(' ');
        let ours = sandbox.command(["policy"].into_iter().chain(words.clone())).run();
        let theirs = Command::new("opa").args(words).current_dir(sandbox.path()).output().unwrap();
        let theirs = (
            theirs.status.code().unwrap(),
            String::from_utf8(theirs.stdout).unwrap(),
            String::from_utf8(theirs.stderr).unwrap(),
        );
        assert_eq!((ours.code, ours.stdout, ours.stderr), theirs, "policy {line}");
    }
}

#[test]
fn what_is_wrong_is_refused_and_formatting_replaces_files_whole() {
    let sandbox = Sandbox::empty(Engine::Sqlite);
    sandbox.file("recursive.rego", "package a\n\nf(x) := f(x)\n");
    let done = sandbox.command(["policy", "check", "recursive.rego"]).run();
    assert_eq!(done.code, 1);
    assert_eq!(
        done.stderr,
        "1 error occurred: recursive.rego:3: rego_recursion_error: rule data.a.f is recursive: data.a.f -> data.a.f\n"
    );
    let path = sandbox.file("loose.rego", "package a\np   := 1\n");
    assert_eq!(sandbox.command(["policy", "fmt", "--list", "--fail", "loose.rego"]).run().code, 2);
    assert_eq!(sandbox.command(["policy", "fmt", "-w", "loose.rego"]).run().code, 0);
    assert_eq!(std::fs::read_to_string(path).unwrap(), "package a\n\np := 1\n");
    assert_eq!(sandbox.command(["policy", "fmt", "--list", "--fail", "loose.rego"]).run().code, 0);
    let piped = sandbox.command(["policy", "fmt"]).stdin("package a\nq:=[1,\n2]\n").run();
    assert_eq!(piped.stdout, "package a\n\nq := [\n\t1,\n\t2,\n]\n");
}

#[test]
fn tests_end_as_they_should() {
    let sandbox = Sandbox::empty(Engine::Sqlite);
    sandbox.file(
        "p_test.rego",
        "package p\n\ntest_holds if 1 == 1\n\ntest_fails if {\n\tprint(\"why\")\n\t1 == 2\n}\n\ntodo_test_later if false\n",
    );
    let done = sandbox.command(["policy", "test", "p_test.rego", "-f", "json"]).run();
    let ends: Vec<_> = done
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["name"].clone(), one["fail"].clone(), one["skip"].clone()))
        .collect();
    assert_eq!(done.code, 2);
    assert_eq!(
        serde_json::json!(ends),
        serde_json::json!([["test_holds", null, null], ["test_fails", true, null], ["todo_test_later", null, true]])
    );
    let done = sandbox.command(["policy", "test", "p_test.rego"]).run();
    assert!(done.stdout.contains("p_test.rego:5:\ndata.p.test_fails: FAIL ("), "{}", done.stdout);
    assert!(done.stdout.contains("\n  why\n"), "{}", done.stdout);
    assert!(done.stdout.ends_with("\nPASS: 1/3\nFAIL: 1/3\nSKIPPED: 1/3\n"), "{}", done.stdout);
    let done = sandbox.command(["policy", "test", "p_test.rego", "--run", "holds"]).run();
    assert_eq!((done.code, done.stdout.as_str()), (0, "PASS: 1/1\n"));
}

#[test]
fn answers_are_opas() {
    if !found() {
        return;
    }
    let sandbox = Sandbox::empty(Engine::Sqlite);
    sandbox.file("authz.rego", AUTHZ);
    sandbox.file("bad.rego", "package bad\n\nallow if {\n");
    sandbox.file("grants.json", "{\"grants\": [{\"role\": \"clerk\", \"action\": \"file\"}]}");
    sandbox.file("input.json", "{\"role\": \"clerk\", \"action\": \"file\"}");
    sandbox.file("broken.json", "{\"role\": ");
    sandbox.file("folder/deep/data.json", "{\"value\": [1, {\"x\": null}]}");
    for line in LINES {
        let (ours, theirs) = run(&sandbox, line);
        assert_eq!(ours, theirs, "policy eval {line}");
    }
    for line in FAILURES {
        let (ours, theirs) = run(&sandbox, line);
        assert_eq!((ours.0, theirs.0), (2, 2), "policy eval {line}: {ours:?} {theirs:?}");
    }
}

fn run(sandbox: &Sandbox, line: &str) -> ((i32, String), (i32, String)) {
    let words = line.split(' ');
    let ours = sandbox.command(["policy", "eval"].into_iter().chain(words.clone())).run();
    let theirs = Command::new("opa").arg("eval").args(words).current_dir(sandbox.path()).output().unwrap();
    let theirs = (theirs.status.code().unwrap(), String::from_utf8(theirs.stdout).unwrap());
    ((ours.code, ours.stdout), theirs)
}
