//! `platform completions`, and the names that completion offers.

use std::sync::Arc;

use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::env::Shells;

use crate::backend::{Backend, Readiness};
use crate::error::{Error, Result};
use crate::operation::Operation;
use crate::services::policy::ListPolicies;
use crate::services::user::ListUsers;
use crate::settings::{self, Flags};
use crate::ui::Ui;

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Shell {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  platform completions bash > ~/.local/share/bash-completion/completions/platform
  platform completions zsh > ~/.zfunc/_platform")]
pub struct Completions {
    shell: Shell,
}

impl Completions {
    pub fn run(&self, ui: &Ui) -> Result<u8> {
        let name = match self.shell {
            Shell::Bash => "bash",
            Shell::Elvish => "elvish",
            Shell::Fish => "fish",
            Shell::Powershell => "powershell",
            Shell::Zsh => "zsh",
        };
        ui.print(&script(name)?)?;
        Ok(0)
    }
}

/// The shells there are scripts for.
pub fn shells() -> Vec<&'static str> {
    Shells::builtins().names().collect()
}

/// The script that makes a shell ask this program what could come next.
pub fn script(shell: &str) -> Result<String> {
    let shells = Shells::builtins();
    let completer = shells.completer(shell).ok_or_else(|| Error::internal(format!("no completion for {shell}")))?;
    let mut script = Vec::new();
    completer
        .write_registration("COMPLETE", "platform", "platform", "platform", &mut script)
        .map_err(|e| Error::io("write the script", e))?;
    String::from_utf8(script).map_err(|e| Error::internal(e.to_string()))
}

/// Makes arguments that name something complete to the names there are.
pub fn with_names(command: clap::Command) -> clap::Command {
    command
        .mut_subcommand("user", |user| {
            ["get", "disable", "enable", "passwd", "rm"].into_iter().fold(user, |user, verb| {
                user.mut_subcommand(verb, |verb| verb.mut_arg("email", |arg| arg.add(ArgValueCandidates::new(users))))
            })
        })
        .mut_subcommand("policy", |policy| {
            ["get", "rm"].into_iter().fold(policy, |policy, verb| {
                policy.mut_subcommand(verb, |verb| verb.mut_arg("id", |arg| arg.add(ArgValueCandidates::new(policies))))
            })
        })
}

fn users() -> Vec<CompletionCandidate> {
    let all = ask(ListUsers { role: None, after: String::new(), limit: 1000 });
    all.into_iter().flatten().map(|user| CompletionCandidate::new(user.email)).collect()
}

fn policies() -> Vec<CompletionCandidate> {
    ask(ListPolicies {}).into_iter().flatten().map(|policy| CompletionCandidate::new(policy.id)).collect()
}

/// The answer to an operation; nothing when anything is wrong: a shell that completes is no place for errors.
fn ask<O: Operation>(operation: O) -> Option<O::Output> {
    let loaded = settings::load(&Flags::default(), std::env::vars_os()).ok()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    runtime.block_on(async {
        let backend = Backend::open(Arc::new(loaded), Readiness::Current).await.ok()?;
        backend.call(operation).await.ok()
    })
}
