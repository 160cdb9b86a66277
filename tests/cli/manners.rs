//! The command line's manners, checked for every command at once.

use std::io::Read;
use std::process::Stdio;

use crate::support::sandbox::{PASSWORD, Sandbox};
use crate::support::{Engine, Face};

/// Every command there is, as the words that call it.
fn commands() -> Vec<Vec<String>> {
    fn walk(command: &clap::Command, path: &[String], into: &mut Vec<Vec<String>>) {
        for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
            let path = [path, &[inner.get_name().to_owned()]].concat();
            into.push(path.clone());
            walk(inner, &path, into);
        }
    }
    let mut all = Vec::new();
    walk(&platform::cli::command(), &[], &mut all);
    assert!(all.len() > 30);
    all
}

#[test]
fn every_command_explains_itself_on_one_screen() {
    let sandbox = Sandbox::empty(Engine::Sqlite);
    for mut words in commands() {
        words.push("-h".into());
        let done = sandbox.command(&words).run().ok();
        let lines = done.stdout.lines().count();
        assert!(lines <= 45, "{words:?}: {lines} lines");
        assert!(done.stdout.lines().all(|line| line.chars().count() <= 125), "{words:?} is too wide:\n{}", done.stdout);
    }
}

#[test]
fn exit_codes_can_be_looked_up() {
    let sandbox = Sandbox::empty(Engine::Sqlite);
    let done = sandbox.command(["help", "exit-codes"]).run().ok();
    for code in ["65", "66", "69", "70", "73", "74", "75", "77", "78", "130"] {
        assert!(done.stdout.contains(&format!("{code}  ")), "{code}: {}", done.stdout);
    }
}

#[test]
fn a_mistyped_command_suggests_the_nearest() {
    let sandbox = Sandbox::empty(Engine::Sqlite);
    let done = sandbox.command(["serach", "query"]).run();
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("search"), "{done:?}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let sandbox = Sandbox::new(Engine::Sqlite, Face::Direct);
    sandbox.command(["seed", "apply", "--profile", "demo"]).run().ok();
    let mut command = sandbox.command(["search", "query", "--limit", "1000", "-o", "json"]).command;
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 10]).unwrap();
    drop(stdout);
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert!(done.stderr.is_empty(), "{done:?}");
}

#[test]
fn quiet_prints_nothing_but_the_answer() {
    let sandbox = Sandbox::new(Engine::Sqlite, Face::Direct);
    sandbox.command(["seed", "apply", "--profile", "demo"]).run().ok();
    let loud = sandbox.command(["search", "query", "committee"]).run().ok();
    let quiet = sandbox.command(["search", "query", "committee", "-q"]).run().ok();
    assert_eq!(loud.stdout, quiet.stdout);
    assert!(!loud.stderr.is_empty() && quiet.stderr.is_empty(), "{loud:?} {quiet:?}");
}

#[test]
fn secrets_appear_nowhere() {
    let sandbox = Sandbox::new(Engine::Sqlite, Face::Remote);
    let token = sandbox.token.clone().unwrap();
    let lines: [&[&str]; 4] =
        [&["user", "list", "-vv"], &["whoami", "-vv"], &["settings", "show", "-vv"], &["doctor", "-vv"]];
    for words in lines {
        let done = sandbox.command(words).run();
        let all = format!("{}{}", done.stdout, done.stderr);
        assert!(!all.contains(&token) && !all.contains(PASSWORD), "{words:?}: {all}");
    }
    // The credentials file holds a token, a damaged one is not quoted.
    sandbox.file(".config/platform/credentials.json", &format!("{{\"tokens\": {{\"x\": \"{token}\" oops"));
    let done = sandbox.command(["user", "list", "-vv"]).env("PLATFORM_TOKEN", "").run();
    assert_eq!(done.code, 78, "{done:?}");
    assert!(!done.stderr.contains(&token), "{done:?}");
}

#[test]
fn completion_knows_the_names_that_exist() {
    let sandbox = Sandbox::new(Engine::Sqlite, Face::Direct);
    let done = sandbox
        .command(["--", "platform", "user", "get", ""])
        .env("COMPLETE", "bash")
        .env("_CLAP_COMPLETE_INDEX", "3")
        .env("_CLAP_COMPLETE_COMP_TYPE", "9")
        .env("_CLAP_COMPLETE_SPACE", "true")
        .env("_CLAP_IFS", "\n")
        .run()
        .ok();
    assert!(done.stdout.contains("admin@localhost"), "{done:?}");
}

#[test]
fn colours_come_only_when_wanted() {
    let sandbox = Sandbox::new(Engine::Sqlite, Face::Direct);
    let plain = sandbox.command(["user", "list"]).run().ok().stdout;
    assert!(!plain.contains('\u{1b}'));
    let colored = sandbox.command(["user", "list", "--color", "always"]).run().ok().stdout;
    assert!(colored.starts_with('\u{1b}'), "{colored}");
}

#[test]
fn control_characters_in_data_do_not_reach_the_terminal() {
    let sandbox = Sandbox::new(Engine::Sqlite, Face::Direct);
    let document = "{\"id\": \"e\", \"title\": \"red \\u001b[31m alert\", \"body\": \"harbour\"}";
    sandbox.command(["search", "index", "-"]).stdin(document).run().ok();
    let done = sandbox.command(["search", "query", "harbour"]).run().ok();
    assert!(!done.stdout.contains('\u{1b}'), "{done:?}");
}
