//! What is generated from the program itself: man pages, completions, and the OpenAPI document.

use std::path::PathBuf;

use super::completion;
use crate::api;
use crate::error::{Error, Result};
use crate::ui::Ui;

#[derive(Debug, clap::Args)]
pub struct Generate {
    /// The repository
    #[arg(default_value = ".")]
    dir: PathBuf,
}

impl Generate {
    /// `command` is the whole tree of commands.
    pub fn run(&self, command: clap::Command, ui: &Ui) -> Result<u8> {
        for (path, text) in files(command)? {
            let path = self.dir.join(path);
            let failed = |e| Error::io(format_args!("write {}", path.display()), e);
            if let Some(dir) = path.parent() {
                std::fs::create_dir_all(dir).map_err(failed)?;
            }
            std::fs::write(&path, text).map_err(failed)?;
            ui.detail(&path.display().to_string());
        }
        Ok(0)
    }
}

/// Every generated file: its path in the repository and its content.
pub fn files(command: clap::Command) -> Result<Vec<(PathBuf, String)>> {
    let mut files = Vec::new();
    let mut command = command.disable_help_subcommand(true);
    command.build();
    man_pages(&command, "platform", &mut files)?;
    for shell in completion::shells() {
        files.push((PathBuf::from("completions").join(format!("platform.{shell}")), completion::script(shell)?));
    }
    let openapi = serde_json::to_string_pretty(&api::document()).map_err(|e| Error::internal(e.to_string()))?;
    files.push((PathBuf::from("docs/openapi.json"), openapi + "\n"));
    Ok(files)
}

fn man_pages(command: &clap::Command, name: &str, files: &mut Vec<(PathBuf, String)>) -> Result<()> {
    if command.is_hide_set() {
        return Ok(());
    }
    let page = clap_mangen::Man::new(command.clone().display_name(name.to_owned()))
        .title(name.to_uppercase())
        .manual("platform manual");
    let mut text = Vec::new();
    page.render(&mut text).map_err(|e| Error::io("write a man page", e))?;
    let text = String::from_utf8(text).map_err(|e| Error::internal(e.to_string()))?;
    files.push((PathBuf::from("man").join(format!("{name}.1")), text));
    for inner in command.get_subcommands() {
        man_pages(inner, &format!("{name}-{}", inner.get_name()), files)?;
    }
    Ok(())
}
