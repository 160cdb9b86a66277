use crate::commands::Run;
use crate::error::Result;
use crate::model::SearchResults;
use crate::services::search::SearchDocuments;
use crate::ui::{Cell, Render, Table, View};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  platform search query 'education committee' --jurisdiction us-vt
  platform search query '\"open records\"' --kind guide -o json
  platform search query --kind legislator --limit 100 -o name")]
pub struct Query {
    #[command(flatten)]
    operation: SearchDocuments,
}

impl Query {
    pub async fn run(self, run: &Run<'_>) -> Result<u8> {
        let results = run.backend().await?.call(self.operation).await?;
        run.ui.show(&results)?;
        for warning in &results.warnings {
            run.ui.note(warning);
        }
        let shown = results.hits.len();
        if shown as u64 != results.total {
            let next = results.cursor.as_ref().map(|cursor| format!("; the next: --cursor {cursor}"));
            run.ui.note(&format!("{shown} of {}{}", results.total, next.unwrap_or_default()));
        }
        Ok(0)
    }
}

impl Render for SearchResults {
    fn view(&self) -> View {
        let columns = vec!["id", "kind", "title", "passage", "score", "source"];
        let rows = self.hits.iter().map(|hit| {
            let text = |value: Option<&serde_json::Value>| {
                value.and_then(|value| value.as_str()).map_or(Cell::Empty, |text| Cell::text(plain(text)))
            };
            vec![
                Cell::text(&hit.id),
                Cell::text(&hit.kind),
                hit.fields.get("title").and_then(|title| title.as_str()).map_or(Cell::Empty, Cell::text),
                text(hit.highlights.get("body")),
                Cell::text(format!("{:.2}", hit.score)),
                Cell::text(&hit.source),
            ]
        });
        View::Wide(Table { columns, rows: rows.collect() }, 4)
    }

    fn list(&self) -> Option<&'static str> {
        Some("hits")
    }
}

/// A highlighted passage without its markup.
fn plain(html: &str) -> String {
    let text = html.replace("<em>", "").replace("</em>", "");
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#x27;", "'");
    text.replace("&amp;", "&").split_whitespace().collect::<Vec<_>>().join(" ")
}
