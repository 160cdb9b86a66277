//! Documents: stored in the database, found through the index.

mod documents;
pub mod follower;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::context::Context;
use crate::engines::search::Query;
use crate::error::{Error, Result};
use crate::model::{IndexStats, NewDocument, Permission, SearchResults};
use crate::operation::{Operation, Route};
use crate::store::{self, transaction};

pub use documents::{MAX_DOCUMENT_BYTES, check, write_all};

/// Beyond this many hits, narrower words or filters serve better than another page.
const MAX_OFFSET: usize = 10_000;

/// Stores documents; each replaces whatever has its source and id
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IndexDocuments {
    /// All are stored, or none
    pub documents: Vec<NewDocument>,
}

/// What storing documents did.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IndexReport {
    /// Documents that were new or different
    pub written: u64,
    /// Documents that were there already, just so
    pub unchanged: u64,
    /// The number of the last change; searches that wait for it find all of them
    pub seq: i64,
}

impl Operation for IndexDocuments {
    type Output = IndexReport;
    const ROUTE: Route = Route::post("/v1/documents");
    const NEEDS: Permission = Permission::DocumentWrite;

    async fn run(self, cx: &Context) -> Result<IndexReport> {
        for (i, document) in self.documents.iter().enumerate() {
            check(document).map_err(|e| Error::invalid(format!("document {} of the batch: {}", i + 1, e.message)))?;
        }
        let report = transaction!(cx.db, |tx| write_all(cx, &mut tx, &self.documents).await?)?;
        follower::wake(cx);
        Ok(report)
    }
}

/// Removes a document
#[derive(Debug, Serialize, Deserialize, ToSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct RemoveDocument {
    /// Where the document comes from
    pub source: String,
    /// Its id within the source
    pub id: String,
}

/// The document that is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RemovedDocument {
    pub source: String,
    pub id: String,
    /// The number of the change
    pub seq: i64,
}

impl Operation for RemoveDocument {
    type Output = RemovedDocument;
    const ROUTE: Route = Route::delete("/v1/documents/{source}/{id}");
    const NEEDS: Permission = Permission::DocumentWrite;

    async fn run(self, cx: &Context) -> Result<RemovedDocument> {
        let Self { source, id } = self;
        documents::check_source(&source)?;
        let key = documents::key(&source, &id);
        let seq = transaction!(cx.db, |tx| {
            let seq = store::change::append(&mut tx, cx.now(), &cx.actor.name, "document", &key, "delete").await?;
            if !store::document::delete(&mut tx, &key).await? {
                return Err(Error::not_found(format!("there is no document `{id}` of source `{source}`")));
            }
            seq
        })?;
        follower::wake(cx);
        Ok(RemovedDocument { source, id, seq })
    }
}

/// Finds documents
#[derive(Debug, Default, Serialize, Deserialize, ToSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct SearchDocuments {
    /// Words, "a phrase", +must, -not, AND, OR, field:word; nothing or `*` finds everything
    #[arg(default_value = "")]
    #[serde(default)]
    pub query: String,
    /// Only documents of this kind
    #[arg(long)]
    #[serde(default)]
    pub kind: Option<String>,
    /// Only documents of this jurisdiction, such as us-vt
    #[arg(long)]
    #[serde(default)]
    pub jurisdiction: Option<String>,
    /// Only documents in this language
    #[arg(long)]
    #[serde(default)]
    pub language: Option<String>,
    /// At most this many hits
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=1000))]
    #[serde(default = "ten")]
    #[schema(minimum = 0, maximum = 1000)]
    pub limit: u32,
    /// The page that begins here: the `cursor` of the page before
    #[arg(long)]
    #[serde(default)]
    pub cursor: Option<String>,
    /// Wait until the index has reached this change
    #[arg(long, value_name = "SEQ")]
    #[serde(default)]
    pub wait_for: Option<i64>,
}

fn ten() -> u32 {
    10
}

impl Operation for SearchDocuments {
    type Output = SearchResults;
    const ROUTE: Route = Route::get("/v1/search");
    const NEEDS: Permission = Permission::DocumentRead;

    async fn run(self, cx: &Context) -> Result<SearchResults> {
        if self.limit > 1000 {
            return Err(Error::invalid(format!("limit is {}, and must be from 0 to 1000", self.limit)));
        }
        let offset = self.cursor.as_deref().map_or(Ok(0), read_cursor)?;
        follower::freshen(cx, self.wait_for).await?;
        let index = cx.index().await?;
        let limit = self.limit as usize;
        let query = Query {
            words: self.query,
            kind: self.kind,
            jurisdiction: self.jurisdiction,
            language: self.language,
            limit,
            offset,
        };
        let started = std::time::Instant::now();
        let found = tokio::task::spawn_blocking(move || index.search(&query))
            .await
            .map_err(|e| Error::internal("the search was cut short").source(e))??;
        let end = offset + found.hits.len();
        let more = limit > 0 && end < found.total && end < MAX_OFFSET;
        Ok(SearchResults {
            hits: found.hits,
            total: found.total as u64,
            took_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            cursor: more.then(|| format!("after-{end}")),
            warnings: found.warnings,
        })
    }
}

fn read_cursor(cursor: &str) -> Result<usize> {
    let offset = cursor.strip_prefix("after-").and_then(|end| end.parse().ok()).filter(|end| *end <= MAX_OFFSET);
    offset.ok_or_else(|| {
        Error::invalid(format!("`{}` is no cursor", cursor.escape_debug()))
            .hint("give back the `cursor` of the answer before, as it is")
    })
}

/// Shows the state of the search index
#[derive(Debug, Default, Serialize, Deserialize, ToSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct GetIndexStats {
    /// Wait until the index has reached this change
    #[arg(long, value_name = "SEQ")]
    #[serde(default)]
    pub wait_for: Option<i64>,
}

impl Operation for GetIndexStats {
    type Output = IndexStats;
    const ROUTE: Route = Route::get("/v1/search/stats");
    const NEEDS: Permission = Permission::DocumentRead;

    async fn run(self, cx: &Context) -> Result<IndexStats> {
        follower::freshen(cx, self.wait_for).await?;
        stats(cx).await
    }
}

/// The state of the index, as it is.
pub async fn stats(cx: &Context) -> Result<IndexStats> {
    let index = cx.index().await?;
    let position = index.position()?;
    let (indexed, segments, bytes) = index.size()?;
    Ok(IndexStats {
        stored: store::document::count(&cx.db).await?,
        indexed,
        position,
        lag: store::document::count_changes_after(&cx.db, position).await?,
        segments,
        bytes,
    })
}

/// Builds the search index anew from the database; searches see the old one until the new one is whole
#[derive(Debug, Serialize, Deserialize, ToSchema, clap::Args)]
#[serde(deny_unknown_fields)]
pub struct RebuildIndex {}

impl Operation for RebuildIndex {
    type Output = IndexStats;
    const ROUTE: Route = Route::post("/v1/search/rebuild");
    const NEEDS: Permission = Permission::DocumentWrite;

    async fn run(self, cx: &Context) -> Result<IndexStats> {
        follower::rebuild(cx).await?;
        stats(cx).await
    }
}
