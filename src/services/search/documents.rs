//! Documents on their way into the database.

use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::types::Json;

use super::IndexReport;
use crate::context::Context;
use crate::error::{Error, Result};
use crate::model::{Change, Document, MAX_DEPTH, NewDocument, contains_nul, depth, hex};
use crate::store::{self, Tx};

/// The largest document, as JSON, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 8 << 20;

/// What identifies a document among all. A source has no slash, so the first one ends it.
pub fn key(source: &str, id: &str) -> String {
    format!("{source}/{id}")
}

/// Checks what types cannot say.
pub fn check(document: &NewDocument) -> Result<()> {
    if document.id.is_empty() || document.id.len() > 500 || matches!(document.id.as_str(), "." | "..") {
        return Err(Error::invalid("`id` must have 1 to 500 bytes, and be more than dots"));
    }
    check_source(&document.source)?;
    if document.kind.is_empty() || document.kind.len() > 100 {
        return Err(Error::invalid("`kind` must have 1 to 100 bytes"));
    }
    let text = serde_json::to_string(document).map_err(|e| Error::invalid(e.to_string()))?;
    if text.len() > MAX_DOCUMENT_BYTES {
        return Err(Error::invalid(format!("it has {} bytes, and may have {MAX_DOCUMENT_BYTES}", text.len())));
    }
    let value = json!(document);
    if contains_nul(&value) {
        return Err(Error::invalid("it contains a NUL character"));
    }
    if depth(&value) > MAX_DEPTH {
        return Err(Error::invalid(format!("it nests deeper than {MAX_DEPTH} levels")));
    }
    Ok(())
}

/// A source has no slash: the first one in a key ends it.
pub fn check_source(source: &str) -> Result<()> {
    let fine = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '.' | '_' | '-');
    if (1..=100).contains(&source.len()) && source.chars().all(fine) && !matches!(source, "." | "..") {
        return Ok(());
    }
    Err(Error::invalid("`source` must be letters, digits, `.`, `_` and `-`, at most 100"))
}

/// Stores documents and their changes. Those that are there already, just so, are left alone.
pub async fn write_all(cx: &Context, tx: &mut Tx, documents: &[NewDocument]) -> Result<IndexReport> {
    let mut changed = Vec::new();
    let mut hashes = std::collections::HashMap::new();
    for document in documents {
        let key = key(&document.source, &document.id);
        let hash = content_hash(document);
        let old = match hashes.get(&key) {
            Some(earlier) => Some(String::clone(earlier)),
            None => store::document::hash(tx, &key).await?,
        };
        if old.as_ref() != Some(&hash) {
            hashes.insert(key.clone(), hash.clone());
            changed.push((document, key, hash));
        }
    }
    let written = changed.len() as u64;
    let unchanged = documents.len() as u64 - written;
    let last = store::change::take_numbers(tx, changed.len() as i64).await?;
    let now = cx.now();
    for (i, (document, key, hash)) in changed.into_iter().enumerate() {
        let seq = last - written as i64 + 1 + i as i64;
        let actor = cx.actor.name.clone();
        let change = Change { seq, at: now, actor, noun: "document".into(), key: key.clone(), action: "put".into() };
        store::change::insert(tx, &change).await?;
        let NewDocument { id, source, kind, jurisdiction, language, title, body, fields } = document.clone();
        let document = Document {
            key,
            source,
            id,
            kind,
            jurisdiction,
            language,
            title,
            body,
            fields: Json(fields),
            hash,
            seq,
            created_at: now,
            updated_at: now,
        };
        store::document::put(tx, &document).await?;
    }
    Ok(IndexReport { written, unchanged, seq: last })
}

/// SHA-256 over everything that a document says.
fn content_hash(document: &NewDocument) -> String {
    // JSON objects are sorted by key here, so that the order of fields in the input does not matter.
    let text = json!(document).to_string();
    hex(&Sha256::digest(text))
}
