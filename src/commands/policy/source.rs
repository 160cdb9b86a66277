//! What the commands on policy files share: reading them, and OPA's words for what is wrong with them.

use std::path::{Path, PathBuf};

use rego::ast::{Module, RegoVersion};
use rego::error::Errors;
use rego::parse;

use crate::error::{Error, Result};

/// Parses one module.
pub(super) fn module(name: &str, text: &str, v0: bool) -> Result<Module, Errors> {
    let version = if v0 { RegoVersion::V0 } else { RegoVersion::V1 };
    parse::module(name, text, &parse::Options { version, annotations: true, ..parse::Options::default() })
}

/// `1 error occurred: …` or, each on a line of its own, `2 errors occurred:`.
pub(super) fn occurred(during: &str, errors: &[String]) -> String {
    match errors {
        [one] => format!("1 error occurred{during}: {one}"),
        many => format!("{} errors occurred{during}:\n{}", many.len(), many.join("\n")),
    }
}

/// Errors as OPA's JSON has them.
pub(super) fn json(errors: &Errors) -> String {
    #[derive(serde::Serialize)]
    struct All<'e> {
        errors: &'e Errors,
    }
    serde_json::to_string_pretty(&All { errors }).unwrap_or_default()
}

/// All policy files of the paths, in order: files as they are given, folders with everything below.
pub(super) fn files(paths: &[String]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in paths {
        let path = Path::new(path);
        let info = std::fs::metadata(path).map_err(|e| Error::io(format_args!("read {}", path.display()), e))?;
        match info.is_dir() {
            true => walk(path, &mut found)?,
            false => found.push(path.to_owned()),
        }
    }
    Ok(found)
}

fn walk(dir: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let failed = |e| Error::io(format_args!("read the folder {}", dir.display()), e);
    let mut entries = std::fs::read_dir(dir).map_err(failed)?.collect::<std::io::Result<Vec<_>>>().map_err(failed)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // Links to folders are not followed: one to a folder above would make this endless.
        if entry.file_type().map_err(failed)?.is_dir() {
            walk(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rego") {
            found.push(path);
        }
    }
    Ok(())
}

/// Reads a file's text.
pub(super) fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|e| Error::io(format_args!("read {}", path.display()), e))
}
