//! What the README and the guides tell people to type works as pasted.

use std::process::{Command, Stdio};

use crate::support::Engine;
use crate::support::daemon::Daemon;
use crate::support::sandbox::Sandbox;

/// The code blocks of this kind in a Markdown file.
fn blocks(file: &str, kind: &str) -> Vec<String> {
    let text = std::fs::read_to_string(format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let mut blocks = Vec::new();
    let mut inside = None::<String>;
    for line in text.lines() {
        match &mut inside {
            None if line == format!("```{kind}") => inside = Some(String::new()),
            None => {}
            Some(_) if line.starts_with("```") => blocks.extend(inside.take()),
            Some(block) => {
                block.push_str(line);
                block.push('\n');
            }
        }
    }
    blocks
}

/// Runs a script as somebody who has just built the program and started the demo.
fn paste(script: &str) {
    let mut sandbox = Sandbox::empty(Engine::Sqlite);
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_platform"));
    let mut path = vec![program.parent().unwrap().to_path_buf()];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
    let path = std::env::join_paths(path).unwrap();
    let mut serve = sandbox.command(["serve", "--demo", "--listen", "127.0.0.1:0"]).command;
    serve.env_remove("PLATFORM_URL").env_remove("PLATFORM_DATA_DIR");
    sandbox.daemon = Some(Daemon::start(serve));
    // The guides say where a daemon listens by default; this one took a free port.
    let script = script.replace("http://127.0.0.1:8700", sandbox.url());
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &script])
        .env_clear()
        .env("HOME", sandbox.path())
        .env("PATH", path)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{script}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_tour_works_as_pasted() {
    let blocks: Vec<_> = blocks("README.md", "sh").into_iter().filter(|block| block.contains("platform ")).collect();
    assert!(!blocks.is_empty());
    paste(&blocks.concat().replace("export PATH=\"$PWD/target/release:$PATH\"\n", ""));
}

#[test]
fn the_examples_of_the_api_guide_work_as_pasted() {
    let blocks = blocks("docs/api.md", "sh");
    assert!(blocks.concat().matches("curl ").count() >= 5);
    paste(&blocks.concat());
}

#[test]
fn every_example_in_the_help_parses() {
    fn examples(command: &clap::Command, into: &mut Vec<String>) {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        into.extend(help.lines().map(str::trim).filter(|line| line.contains("platform ")).map(str::to_owned));
        command.get_subcommands().for_each(|inner| examples(inner, into));
    }
    let mut lines = Vec::new();
    examples(&platform::cli::command(), &mut lines);
    let lines: Vec<_> =
        lines.iter().filter(|line| line.starts_with("platform ") || line.contains("| platform ")).collect();
    assert!(lines.len() >= 15, "{lines:?}");
    for line in lines {
        let line = line.split("  ").next().unwrap();
        let call = &line[line.rfind("platform ").unwrap()..];
        let call = call.split(" < ").next().unwrap().split(" > ").next().unwrap();
        let words = Command::new("bash").args(["-c", &format!("printf '%s\\n' {call}")]).output().unwrap();
        let words = String::from_utf8(words.stdout).unwrap();
        let parsed = platform::cli::command().try_get_matches_from(words.lines());
        assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
    }
}

#[test]
fn the_worked_example_of_contributing_is_true() {
    let blocks = blocks("CONTRIBUTING.md", "rust");
    assert!(blocks.len() >= 5);
    for block in blocks {
        let (path, code) = block.split_once('\n').unwrap();
        let path = path.strip_prefix("// ").unwrap();
        let source = std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        for line in code.lines().filter(|line| !line.trim().is_empty()) {
            assert!(source.lines().any(|other| other == line), "{path} has no line `{line}`");
        }
    }
}
