use serde_json::{Map, Value};
use sqlx::types::Json;

use super::{Db, Tx, on, within};
use crate::error::Result;
use crate::model::Document;

/// Writes a document over whatever has its key.
pub async fn put(tx: &mut Tx, document: &Document) -> Result<()> {
    const SQL: &str = "insert into documents (key, source, id, kind, jurisdiction, language, title, body, fields, \
                       hash, seq, created_at, updated_at) \
                       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
                       on conflict (key) do update set kind = excluded.kind, jurisdiction = excluded.jurisdiction, \
                       language = excluded.language, title = excluded.title, body = excluded.body, \
                       fields = excluded.fields, hash = excluded.hash, seq = excluded.seq, \
                       updated_at = excluded.updated_at";
    within!(tx, |connection| {
        sqlx::query(SQL)
            .bind(&document.key)
            .bind(&document.source)
            .bind(&document.id)
            .bind(&document.kind)
            .bind(&document.jurisdiction)
            .bind(&document.language)
            .bind(&document.title)
            .bind(&document.body)
            .bind(&document.fields)
            .bind(&document.hash)
            .bind(document.seq)
            .bind(document.created_at)
            .bind(document.updated_at)
            .execute(connection)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// The content hash of the document with this key.
pub async fn hash(tx: &mut Tx, key: &str) -> Result<Option<String>> {
    const SQL: &str = "select hash from documents where key = $1";
    Ok(within!(tx, |connection| sqlx::query_scalar(SQL).bind(key).fetch_optional(connection).await)?)
}

/// Removes a document; false if there was none.
pub async fn delete(tx: &mut Tx, key: &str) -> Result<bool> {
    const SQL: &str = "delete from documents where key = $1";
    let rows = within!(tx, |connection| {
        sqlx::query(SQL).bind(key).execute(connection).await.map(|done| done.rows_affected())
    })?;
    Ok(rows > 0)
}

pub async fn count(db: &Db) -> Result<i64> {
    Ok(on!(db, |pool| sqlx::query_scalar("select count(*) from documents").fetch_one(pool).await)?)
}

/// A change of a document, with the document as it is now if it still exists.
#[derive(Debug, sqlx::FromRow)]
pub struct DocumentChange {
    pub seq: i64,
    pub key: String,
    /// The number of the document's last change; none when it is gone. If it is higher than `seq`, a
    /// later change in the feed carries the document.
    pub current: Option<i64>,
    pub source: Option<String>,
    pub id: Option<String>,
    pub kind: Option<String>,
    pub jurisdiction: Option<String>,
    pub language: Option<String>,
    pub title: Option<String>,
    pub body: Option<String>,
    pub fields: Option<Json<Map<String, Value>>>,
}

/// The changes of documents after `position`, in order, at most `limit`.
pub async fn changes_after(db: &Db, position: i64, limit: i64) -> Result<Vec<DocumentChange>> {
    // One statement sees one state of both tables on either engine.
    const SQL: &str = "select c.seq, c.key, d.seq as current, d.source, d.id, d.kind, d.jurisdiction, d.language, \
                       d.title, d.body, d.fields \
                       from changes c left join documents d on d.key = c.key \
                       where c.seq > $1 and c.noun = 'document' order by c.seq limit $2";
    Ok(on!(db, |pool| sqlx::query_as(SQL).bind(position).bind(limit).fetch_all(pool).await)?)
}

/// How many changes of documents come after `position`.
pub async fn count_changes_after(db: &Db, position: i64) -> Result<i64> {
    const SQL: &str = "select count(*) from changes where seq > $1 and noun = 'document'";
    Ok(on!(db, |pool| sqlx::query_scalar(SQL).bind(position).fetch_one(pool).await)?)
}

/// Documents in the order of their last change, for a rebuild of the index.
pub async fn by_seq(db: &Db, position: i64, limit: i64) -> Result<Vec<DocumentChange>> {
    const SQL: &str = "select seq, key, seq as current, source, id, kind, jurisdiction, language, title, body, fields \
                       from documents where seq > $1 order by seq limit $2";
    Ok(on!(db, |pool| sqlx::query_as(SQL).bind(position).bind(limit).fetch_all(pool).await)?)
}
