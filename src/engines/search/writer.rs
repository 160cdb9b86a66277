//! Changing the index: documents in and out, and commits that say how far they got.

use serde_json::{Map, Value};
use tantivy::schema::Term;
use tantivy::{Index, TantivyDocument};

use super::schema::{self, Fields};
use super::{Position, failed};
use crate::error::Result;

/// A document for the index.
#[derive(Debug, Clone)]
pub struct IndexDocument {
    /// `source/id`, unique
    pub key: String,
    pub source: String,
    pub id: String,
    pub kind: String,
    pub jurisdiction: Option<String>,
    pub language: Option<String>,
    pub title: Option<String>,
    pub body: String,
    pub fields: Map<String, Value>,
}

/// The one writer of an index; its lock is free again when it is dropped.
pub struct IndexWriter {
    inner: tantivy::IndexWriter,
    fields: Fields,
    schema: String,
    _lock: std::fs::File,
}

impl IndexWriter {
    pub(super) fn new(index: &Index, fields: Fields, memory_bytes: usize, lock: std::fs::File) -> Result<Self> {
        // One thread: its segments are fewer and larger, and merging has the other core.
        let inner = index.writer_with_num_threads(1, memory_bytes).map_err(|e| failed("write", e))?;
        Ok(Self { inner, fields, schema: schema::version(&index.schema()), _lock: lock })
    }

    /// Puts a document in place of whatever has its key.
    pub fn put(&self, document: IndexDocument) -> Result<()> {
        self.delete(&document.key);
        self.add(document)
    }

    /// Adds a document whose key is known to be absent.
    pub fn add(&self, document: IndexDocument) -> Result<()> {
        let f = &self.fields;
        let mut other = String::new();
        document.fields.values().for_each(|value| collect_text(value, &mut other));
        let mut shown = document.fields;
        for (name, value) in
            [("title", &document.title), ("jurisdiction", &document.jurisdiction), ("language", &document.language)]
        {
            if let Some(value) = value {
                shown.insert(name.into(), Value::String(value.clone()));
            }
        }
        let mut stored = TantivyDocument::new();
        stored.add_text(f.key, &document.key);
        stored.add_text(f.source, &document.source);
        stored.add_text(f.id, &document.id);
        stored.add_text(f.kind, &document.kind);
        for (field, value) in
            [(f.jurisdiction, document.jurisdiction), (f.language, document.language), (f.title, document.title)]
        {
            if let Some(value) = value {
                stored.add_text(field, value);
            }
        }
        stored.add_text(f.body, document.body);
        stored.add_text(f.other, other);
        stored.add_text(f.shown, Value::Object(shown).to_string());
        self.inner.add_document(stored).map(drop).map_err(|e| failed("write", e))
    }

    pub fn delete(&self, key: &str) {
        self.inner.delete_term(Term::from_field_text(self.fields.key, key));
    }

    /// Empties the index; searches see the old one until the next commit.
    pub fn clear(&self) -> Result<()> {
        self.inner.delete_all_documents().map(drop).map_err(|e| failed("write", e))
    }

    /// Makes everything since the last commit durable, at once and together with the change it has reached.
    pub fn commit(&mut self, seq: i64) -> Result<()> {
        let position = Position { seq, schema: self.schema.clone() };
        let mut prepared = self.inner.prepare_commit().map_err(|e| failed("write", e))?;
        prepared.set_payload(&serde_json::to_string(&position).unwrap_or_default());
        prepared.commit().map(drop).map_err(|e| failed("write", e))
    }

    /// Waits for merges under way, so that a process that ends leaves no half-merged segments behind.
    pub fn finish(self) -> Result<()> {
        self.inner.wait_merging_threads().map_err(|e| failed("write", e))
    }
}

/// All strings in a value, one after the other.
fn collect_text(value: &Value, into: &mut String) {
    match value {
        Value::String(text) => {
            into.push_str(text);
            into.push('\n');
        }
        Value::Array(items) => items.iter().for_each(|item| collect_text(item, into)),
        Value::Object(fields) => fields.values().for_each(|item| collect_text(item, into)),
        _ => {}
    }
}
