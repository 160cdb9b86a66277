//! `platform migrate …`

use clap::Subcommand;

use super::Run;
use crate::backend::Readiness;
use crate::error::Result;
use crate::model::{MigrationState, MigrationStatus};
use crate::services::migration::{
    ListMigrations, MigrateDown, MigrateUp, MigrationReport, PlanMigrations, PlannedMigration,
};
use crate::ui::{self, Cell, Render, Table, View};

#[derive(Debug, Subcommand)]
pub enum Migrate {
    /// Apply all pending migrations
    Up(MigrateUp),
    /// Take back applied migrations, and the data in what they made
    Down(Down),
    /// List all migrations and whether the database has them
    Status(ListMigrations),
    /// Show the SQL that `migrate up` would run
    Plan(PlanMigrations),
}

#[derive(Debug, clap::Args)]
pub struct Down {
    #[command(flatten)]
    operation: MigrateDown,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

impl Migrate {
    pub async fn run(self, run: &Run<'_>) -> Result<u8> {
        match self {
            Self::Up(operation) => {
                let backend = run.backend_as(Readiness::Create).await?;
                run.ui.show(&backend.call(operation).await?)?;
            }
            Self::Down(down) => {
                let backend = run.backend_as(Readiness::Any).await?;
                ui::confirm("take back migrations and the data in what they made", down.yes)?;
                run.ui.show(&backend.call(down.operation).await?)?;
            }
            Self::Status(operation) => {
                let backend = run.backend_as(Readiness::Any).await?;
                run.ui.show(&backend.call(operation).await?)?;
            }
            Self::Plan(operation) => {
                let backend = run.backend_as(Readiness::Any).await?;
                run.ui.show(&backend.call(operation).await?)?;
            }
        }
        Ok(0)
    }
}

fn row(migration: &MigrationStatus) -> Vec<Cell> {
    let state = match migration.state {
        MigrationState::Applied => "applied",
        MigrationState::Pending => "pending",
    };
    vec![
        Cell::number(migration.version),
        Cell::text(&migration.name),
        Cell::text(state),
        migration.applied_at.map_or(Cell::Empty, Cell::Time),
    ]
}

fn table(migrations: &[MigrationStatus]) -> Table {
    Table { columns: vec!["version", "name", "state", "applied"], rows: migrations.iter().map(row).collect() }
}

impl Render for Vec<MigrationStatus> {
    fn view(&self) -> View {
        View::Table(table(self))
    }
}

impl Render for MigrationReport {
    fn view(&self) -> View {
        if self.done.is_empty() {
            return View::Text(format!("nothing to do: the database is at version {}\n", self.version));
        }
        View::Table(table(&self.done))
    }

    fn list(&self) -> Option<&'static str> {
        Some("done")
    }
}

impl Render for Vec<PlannedMigration> {
    fn view(&self) -> View {
        if self.is_empty() {
            return View::Text("-- nothing to do\n".into());
        }
        let parts = self.iter().map(|m| format!("-- {:04}_{}\n{}\n", m.version, m.name, m.sql));
        View::Text(parts.collect::<Vec<_>>().join("\n"))
    }
}
