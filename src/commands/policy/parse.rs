//! `platform policy parse`: the syntax tree of a policy, as `opa parse` prints it.

use std::path::Path;

use rego::ast::{JsonOptions, module_json, module_tree};

use super::source;
use crate::commands::Run;
use crate::error::Result;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  platform policy parse authz.rego
  platform policy parse -f json --json-include locations,comments authz.rego")]
pub struct Parse {
    /// The policy file
    path: String,
    /// How to print the tree
    #[arg(long, short, value_enum, default_value_t)]
    format: Format,
    /// What the JSON has beside the tree
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    json_include: Vec<Include>,
    /// Read the module as Rego before OPA 1.0
    #[arg(long)]
    v0_compatible: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum Format {
    /// One node a line
    #[default]
    Pretty,
    /// JSON, as `opa parse -f json` has it
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Include {
    /// Where each node stands
    Locations,
    /// The comments
    Comments,
}

impl Parse {
    pub fn run(self, run: &Run<'_>) -> Result<u8> {
        let text = source::read(Path::new(&self.path))?;
        let module = match source::module(&self.path, &text, self.v0_compatible) {
            Ok(module) => module,
            Err(errors) => {
                run.ui.complain(&source::json(&errors));
                return Ok(1);
            }
        };
        let text = match self.format {
            Format::Pretty => module_tree(&module),
            Format::Json => {
                let with = |what| self.json_include.contains(&what);
                let options = JsonOptions { locations: with(Include::Locations), comments: with(Include::Comments) };
                module_json(&module, &options).to_pretty_text() + "\n"
            }
        };
        run.ui.print(&text).map(|()| 0)
    }
}
