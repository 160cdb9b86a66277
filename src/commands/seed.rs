//! `platform seed …`

use clap::Subcommand;

use super::Run;
use crate::error::Result;
use crate::model::{SeedReport, SeedStatus};
use crate::services::seed::{ApplySeed, ListSeeds};
use crate::ui::{Cell, Render, Table, View};

#[derive(Debug, Subcommand)]
pub enum Seed {
    /// Load a seed profile; roles and policies that are there already stay as they are
    Apply(ApplySeed),
    /// List the seed profiles and whether they were applied
    List(ListSeeds),
}

impl Seed {
    pub async fn run(self, run: &Run<'_>) -> Result<u8> {
        match self {
            Self::Apply(operation) => {
                let dry_run = operation.dry_run;
                let code = run.show(operation).await?;
                if dry_run {
                    run.ui.note("dry run: nothing was written");
                }
                Ok(code)
            }
            Self::List(operation) => run.show(operation).await,
        }
    }
}

impl Render for SeedReport {
    fn view(&self) -> View {
        View::Record(vec![
            ("profile", Cell::text(&self.profile)),
            ("written", Cell::number(self.written)),
            ("unchanged", Cell::number(self.unchanged)),
        ])
    }
}

impl Render for Vec<SeedStatus> {
    fn view(&self) -> View {
        let rows = self.iter().map(|seed| {
            vec![
                Cell::text(&seed.profile),
                Cell::text(&seed.description),
                Cell::yes_no(seed.current),
                seed.applied_at.map_or(Cell::Empty, Cell::Time),
            ]
        });
        View::Table(Table { columns: vec!["profile", "description", "current", "applied"], rows: rows.collect() })
    }
}
