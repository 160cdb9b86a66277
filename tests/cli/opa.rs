//! `policy eval` beside the real `opa eval`, when that is installed: the same answers and exit codes.

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

#[test]
fn answers_are_opas() {
    let found = Command::new("opa").arg("version").output().is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("opa is not installed (scripts/peers does it): not compared");
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
