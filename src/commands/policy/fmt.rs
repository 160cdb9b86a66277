//! `platform policy fmt`: policies in the form that `opa fmt` gives them.

use std::path::Path;

use rego::ast::RegoVersion;
use rego::print;

use super::source;
use crate::commands::Run;
use crate::error::{Error, Result};
use crate::ui;

/// OPA's exit code for what cannot be formatted, and for `--fail`.
const FAILED: u8 = 2;

#[derive(Debug, clap::Args)]
#[command(after_help = "Without a path, formats stdin to stdout.

Examples:
  platform policy fmt < authz.rego
  platform policy fmt -w policies/
  platform policy fmt --list --fail policies/")]
pub struct Fmt {
    /// Policy files, or folders with policy files
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
    /// Write each file in place
    #[arg(long, short)]
    write: bool,
    /// Print the names of files that are not formatted
    #[arg(long, short, conflicts_with = "write")]
    list: bool,
    /// Exit 2 when a file is not formatted
    #[arg(long)]
    fail: bool,
    /// Read and write Rego before OPA 1.0
    #[arg(long)]
    v0_compatible: bool,
    /// Read Rego before OPA 1.0, write what is valid before and after
    #[arg(long, visible_alias = "rego-v1", conflicts_with = "v0_compatible")]
    v0_v1: bool,
    /// Leave out imports that Rego of OPA 1.0 does not need
    #[arg(long)]
    drop_v0_imports: bool,
}

impl Fmt {
    pub fn run(self, run: &Run<'_>) -> Result<u8> {
        if self.paths.is_empty() {
            let text = ui::read_stdin()?;
            return match self.formatted("stdin", &text) {
                Ok(formatted) => run.ui.print(&formatted).map(|()| 0),
                Err(why) => Ok(self.refused(run, &why)),
            };
        }
        let mut differs = false;
        for path in source::files(&self.paths)? {
            let text = source::read(&path)?;
            let name = path.display().to_string();
            let formatted = match self.formatted(&name, &text) {
                Ok(formatted) => formatted,
                Err(why) => return Ok(self.refused(run, &why)),
            };
            differs |= formatted != text;
            if self.list || self.write {
                if formatted != text && self.list {
                    run.ui.print(&(name + "\n"))?;
                } else if formatted != text {
                    replace(&path, &formatted)?;
                }
            } else if !self.fail {
                run.ui.print(&formatted)?;
            }
        }
        if self.fail && differs {
            run.ui.complain("unexpected diff");
            return Ok(FAILED);
        }
        Ok(0)
    }

    fn formatted(&self, name: &str, text: &str) -> Result<String, String> {
        let version = match (self.v0_compatible, self.v0_v1) {
            (true, _) => RegoVersion::V0,
            (_, true) => RegoVersion::V0CompatV1,
            _ => RegoVersion::V1,
        };
        let options = print::Options { version, drop_imports: self.drop_v0_imports };
        let module = source::module(name, text, self.v0_compatible || self.v0_v1);
        module.and_then(|module| print::module(&module, &options)).map_err(|errors| {
            let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
            source::occurred("", &texts)
        })
    }

    fn refused(&self, run: &Run<'_>, why: &str) -> u8 {
        run.ui.complain(&format!("failed to format Rego source file: {why}"));
        FAILED
    }
}

/// Puts a text in the place of a file, whole or not at all, with the permissions it had.
fn replace(path: &Path, text: &str) -> Result<()> {
    let failed = |e| Error::io(format_args!("write {}", path.display()), e);
    // What a link points to is replaced, not the link.
    let path = std::fs::canonicalize(path).map_err(failed)?;
    let dir = path.parent().unwrap_or(Path::new("."));
    let file = tempfile::NamedTempFile::new_in(dir).map_err(failed)?;
    std::fs::write(file.path(), text).map_err(failed)?;
    let permissions = std::fs::metadata(&path).map_err(failed)?.permissions();
    std::fs::set_permissions(file.path(), permissions).map_err(failed)?;
    file.persist(&path).map(drop).map_err(|e| failed(e.error))
}
