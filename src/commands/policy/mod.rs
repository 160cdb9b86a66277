//! `platform policy …`

mod check;
mod eval;
mod fmt;
mod parse;
mod put;
mod source;
mod test;

use clap::Subcommand;

use super::Run;
use crate::error::Result;
use crate::model;
use crate::services::policy::{GetPolicy, ListPolicies, RemovePolicy};
use crate::ui::{self, Cell, Render, Table, View};

#[derive(Debug, Subcommand)]
pub enum Policy {
    /// Store a policy module
    Put(put::Put),
    /// List the stored policies
    List(ListPolicies),
    /// Show one stored policy
    Get(GetPolicy),
    /// Remove a stored policy
    Rm(Rm),
    /// Evaluate a Rego query, as `opa eval` does
    Eval(eval::Eval),
    /// Find errors in policy files, as `opa check` does
    Check(check::Check),
    /// Format policy files, as `opa fmt` does
    Fmt(fmt::Fmt),
    /// Run the tests of policies, as `opa test` does
    Test(test::Test),
    /// Print the syntax tree of a policy file, as `opa parse` does
    Parse(parse::Parse),
}

#[derive(Debug, clap::Args)]
pub struct Rm {
    #[command(flatten)]
    operation: RemovePolicy,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

impl Policy {
    pub async fn run(self, run: &Run<'_>) -> Result<u8> {
        match self {
            Self::Put(command) => command.run(run).await,
            Self::List(operation) => run.show(operation).await,
            Self::Get(operation) => {
                let policy = run.backend().await?.call(operation).await?;
                run.ui.show(&Text(policy))?;
                Ok(0)
            }
            Self::Rm(rm) => {
                let backend = run.backend().await?;
                ui::confirm(&format!("remove policy {}", rm.operation.id), rm.yes)?;
                run.ui.show(&backend.call(rm.operation).await?)?;
                Ok(0)
            }
            Self::Eval(command) => command.run(run).await,
            Self::Check(command) => command.run(run),
            Self::Fmt(command) => command.run(run),
            Self::Test(command) => command.run(run),
            Self::Parse(command) => command.run(run),
        }
    }
}

fn row(policy: &model::Policy) -> Vec<Cell> {
    vec![Cell::text(&policy.id), Cell::text(&policy.package), Cell::Time(policy.updated_at)]
}

impl Render for Vec<model::Policy> {
    fn view(&self) -> View {
        View::Table(Table { columns: vec!["id", "package", "updated"], rows: self.iter().map(row).collect() })
    }
}

impl Render for model::Policy {
    fn view(&self) -> View {
        View::Record(["id", "package", "updated"].into_iter().zip(row(self)).collect())
    }
}

/// A policy to read: its text.
#[derive(serde::Serialize)]
#[serde(transparent)]
struct Text(model::Policy);

impl Render for Text {
    fn view(&self) -> View {
        View::Text(self.0.module.clone())
    }
}
