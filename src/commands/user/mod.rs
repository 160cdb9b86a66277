//! `platform user …`

mod add;
mod passwd;
mod rm;

use clap::Subcommand;

use super::Run;
use crate::error::Result;
use crate::model;
use crate::services::user::{DisableUser, EnableUser, GetUser, ListUsers};
use crate::ui::{Cell, Render, Table, View};

#[derive(Debug, Subcommand)]
pub enum User {
    /// Add a user
    Add(add::Add),
    /// List users by e-mail address
    List(ListUsers),
    /// Show one user
    Get(GetUser),
    /// Disable a user: no sign-in, and tokens issued before stop counting
    Disable(DisableUser),
    /// Enable a disabled user again
    Enable(EnableUser),
    /// Set a user's password; whoever was signed in as this user must sign in again
    Passwd(passwd::Passwd),
    /// Remove a user for good
    Rm(rm::Rm),
}

impl User {
    pub async fn run(self, run: &Run<'_>) -> Result<u8> {
        match self {
            Self::Add(command) => command.run(run).await,
            Self::List(operation) => run.show(operation).await,
            Self::Get(operation) => run.show(operation).await,
            Self::Disable(operation) => run.show(operation).await,
            Self::Enable(operation) => run.show(operation).await,
            Self::Passwd(command) => command.run(run).await,
            Self::Rm(command) => command.run(run).await,
        }
    }
}

fn row(user: &model::User) -> Vec<Cell> {
    vec![
        Cell::text(&user.email),
        Cell::option(user.name.as_ref()),
        Cell::text(&user.role),
        Cell::yes_no(user.disabled),
        Cell::Time(user.created_at),
    ]
}

impl Render for Vec<model::User> {
    fn view(&self) -> View {
        let columns = vec!["email", "name", "role", "disabled", "created"];
        View::Table(Table { columns, rows: self.iter().map(row).collect() })
    }
}

impl Render for model::User {
    fn view(&self) -> View {
        let names = ["email", "name", "role", "disabled", "created"];
        let mut fields: Vec<_> = names.into_iter().zip(row(self)).collect();
        fields.push(("updated", Cell::Time(self.updated_at)));
        fields.push(("id", Cell::text(self.id.to_string())));
        View::Record(fields)
    }
}
