//! `platform policy check`: what `opa check` says of policies, before anybody asks them.

use std::sync::Arc;

use rego::compile::{self, Options};
use rego::error::Errors;

use super::source;
use crate::commands::Run;
use crate::error::Result;

/// OPA's exit code for policies that are wrong.
const WRONG: u8 = 1;

#[derive(Debug, clap::Args)]
#[command(after_help = "Says nothing and exits 0 when all is well; else exits 1.

Examples:
  platform policy check policies/
  platform policy check --strict -f json authz.rego")]
pub struct Check {
    /// Policy files, or folders with policy files
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    /// How to print errors
    #[arg(long, short, value_enum, default_value_t)]
    format: Format,
    /// Refuse what is surely a mistake as well: unused imports and variables, deprecated builtins
    #[arg(long, short = 'S')]
    strict: bool,
    /// How many errors to print; 0 for all of them
    #[arg(long, short, default_value_t = 10)]
    max_errors: usize,
    /// Read modules as Rego before OPA 1.0
    #[arg(long)]
    v0_compatible: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Format {
    /// For a person
    #[default]
    Pretty,
    /// For programs
    Json,
}

impl Check {
    pub fn run(self, run: &Run<'_>) -> Result<u8> {
        let mut modules = Vec::new();
        let mut errors = Errors::new();
        for path in source::files(&self.paths)? {
            match source::module(&path.display().to_string(), &source::read(&path)?, self.v0_compatible) {
                Ok(module) => modules.push(module),
                Err(found) => errors.extend(found),
            }
        }
        if !errors.is_empty() {
            return Ok(self.wrong(run, " during loading", &errors));
        }
        let options = Options {
            strict: self.strict,
            print: true,
            max_errors: self.max_errors,
            capabilities: None::<Arc<_>>,
            ..Options::default()
        };
        match compile::compile(modules, &options) {
            Ok(_) => Ok(0),
            Err(errors) => Ok(self.wrong(run, "", &errors)),
        }
    }

    fn wrong(&self, run: &Run<'_>, during: &str, errors: &Errors) -> u8 {
        let text = match self.format {
            Format::Json => source::json(errors),
            Format::Pretty => {
                let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
                source::occurred(during, &texts)
            }
        };
        run.ui.complain(&text);
        WRONG
    }
}
