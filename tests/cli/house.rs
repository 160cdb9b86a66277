//! The house's own rules: who may import whom, and that generated files are fresh.

use std::path::{Path, PathBuf};

/// The rooms from the outside in. Each may use itself and those after it.
const ROOMS: [&[&str]; 10] = [
    &["bin"],
    &["cli"],
    &["commands"],
    &["ui", "api", "backend"],
    &["services"],
    &["operation"],
    &["context"],
    &["store", "engines", "settings"],
    &["model"],
    &["error"],
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(dir: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

fn rank(room: &str) -> Option<usize> {
    ROOMS.iter().position(|rooms| rooms.contains(&room))
}

#[test]
fn nobody_imports_from_further_out() {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    assert!(files.len() > 40, "the sources were not found");
    let mut wrong = Vec::new();
    for file in files {
        let inside = file.strip_prefix(root().join("src")).unwrap();
        let room = inside.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
        let Some(own) = rank(&room) else { continue };
        let text = std::fs::read_to_string(&file).unwrap();
        for (number, line) in text.lines().enumerate() {
            for target in line.split("crate::").skip(1).flat_map(targets) {
                let Some(other) = rank(target) else { continue };
                // Side by side only within one room; `commands` never reaches past `services`.
                let beside = other == own && target != room;
                let past = room == "commands" && ["store", "engines"].contains(&target);
                if other < own || beside || past {
                    wrong.push(format!("{}:{}: {room} uses {target}", inside.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "imports against ARCHITECTURE.md's rule:\n{}", wrong.join("\n"));
}

/// The rooms that a path after `crate::` leads to: one, or those in braces.
fn targets(rest: &str) -> Vec<&str> {
    fn name(text: &str) -> &str {
        text.trim().split(|sign: char| !(sign.is_alphanumeric() || sign == '_')).next().unwrap_or_default()
    }
    match rest.strip_prefix('{') {
        Some(list) => list.split('}').next().unwrap_or_default().split(',').map(name).collect(),
        None => vec![name(rest)],
    }
}

#[test]
fn files_stay_readable() {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    let long: Vec<_> =
        files.iter().filter(|file| std::fs::read_to_string(file).unwrap().lines().count() > 450).collect();
    assert!(long.is_empty(), "longer than a file should be: {long:?}");
}

#[test]
fn generated_files_are_fresh() {
    let generated = platform::commands::generate::files(platform::cli::command()).unwrap();
    for (path, text) in &generated {
        let committed = std::fs::read_to_string(root().join(path)).unwrap_or_default();
        assert!(committed == *text, "{} is stale: run scripts/generate", path.display());
    }
    for dir in ["man", "completions"] {
        for entry in std::fs::read_dir(root().join(dir)).unwrap() {
            let path = Path::new(dir).join(entry.unwrap().file_name());
            assert!(generated.iter().any(|(known, _)| *known == path), "{} is not generated any more", path.display());
        }
    }
}
