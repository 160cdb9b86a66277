//! `platform settings …`

use clap::Subcommand;

use super::Run;
use crate::backend::Backend;
use crate::error::Result;
use crate::services::settings::ShowSettings;
use crate::settings::Entry;
use crate::ui::{Cell, Render, Table, View};

#[derive(Debug, Subcommand)]
pub enum Settings {
    /// Show all settings; with --url http://… those of the daemon
    Show(Show),
}

#[derive(Debug, clap::Args)]
pub struct Show {
    /// Say where each value comes from
    #[arg(long)]
    origin: bool,
}

impl Settings {
    pub async fn run(self, run: &Run<'_>) -> Result<u8> {
        let Self::Show(show) = self;
        // One's own settings need no database: they may be what is wrong with it.
        let entries = if run.loaded.is_remote() {
            let backend: Backend = run.backend().await?;
            backend.call(ShowSettings {}).await?
        } else {
            run.loaded.entries.clone()
        };
        run.ui.show(&Shown { entries, origin: show.origin })?;
        Ok(0)
    }
}

struct Shown {
    entries: Vec<Entry>,
    origin: bool,
}

impl serde::Serialize for Shown {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.entries.serialize(serializer)
    }
}

impl Render for Shown {
    fn view(&self) -> View {
        let value = |entry: &Entry| entry.value.as_str().map_or_else(|| entry.value.to_string(), str::to_owned);
        let rows = self.entries.iter().map(|entry| {
            let mut row = vec![Cell::text(&entry.key), Cell::text(value(entry))];
            if self.origin {
                row.push(Cell::text(&entry.origin));
            }
            row
        });
        let mut columns = vec!["key", "value"];
        if self.origin {
            columns.push("origin");
        }
        View::Table(Table { columns, rows: rows.collect() })
    }
}
