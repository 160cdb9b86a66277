//! `platform search …`

mod index;
mod input;
mod query;

use clap::Subcommand;

use super::Run;
use crate::error::Result;
use crate::model::IndexStats;
use crate::services::search::{GetIndexStats, IndexReport, RebuildIndex, RemoveDocument, RemovedDocument};
use crate::ui::{self, Cell, Render, View};

#[derive(Debug, Subcommand)]
pub enum Search {
    /// Store documents, and make them findable
    Index(index::Index),
    /// Find documents
    Query(query::Query),
    /// Remove a document
    Rm(Rm),
    /// Build the search index anew from the database
    Rebuild(RebuildIndex),
    /// Show the state of the search index
    Stats(GetIndexStats),
}

#[derive(Debug, clap::Args)]
pub struct Rm {
    #[command(flatten)]
    operation: RemoveDocument,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

impl Search {
    pub async fn run(self, run: &Run<'_>) -> Result<u8> {
        match self {
            Self::Index(command) => command.run(run).await,
            Self::Query(command) => command.run(run).await,
            Self::Rebuild(operation) => run.show(operation).await,
            Self::Stats(operation) => run.show(operation).await,
            Self::Rm(rm) => {
                let backend = run.backend().await?;
                let RemoveDocument { source, id } = &rm.operation;
                ui::confirm(&format!("remove document {id} of source {source}"), rm.yes)?;
                let removed = backend.call(rm.operation).await?;
                backend.call(GetIndexStats { wait_for: Some(removed.seq) }).await?;
                run.ui.show(&removed)?;
                Ok(0)
            }
        }
    }
}

impl Render for IndexReport {
    fn view(&self) -> View {
        View::Record(vec![("written", Cell::number(self.written)), ("unchanged", Cell::number(self.unchanged))])
    }
}

impl Render for RemovedDocument {
    fn view(&self) -> View {
        View::Record(vec![("source", Cell::text(&self.source)), ("id", Cell::text(&self.id))])
    }
}

impl Render for IndexStats {
    fn view(&self) -> View {
        View::Record(vec![
            ("stored", Cell::number(self.stored)),
            ("indexed", Cell::number(self.indexed)),
            ("position", Cell::number(self.position)),
            ("lag", Cell::number(self.lag)),
            ("segments", Cell::number(self.segments as u64)),
            ("bytes", Cell::number(self.bytes)),
        ])
    }
}
