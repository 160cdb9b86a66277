use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sqlx::types::Json;
use utoipa::ToSchema;

/// A document as it comes in. Fields that are not named here are kept, and their text is searched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NewDocument {
    /// Identifies the document within its source
    #[serde(deserialize_with = "text_or_number")]
    pub id: String,
    /// Where it comes from; letters, digits, `.`, `_` and `-`
    #[serde(default = "default_source")]
    pub source: String,
    /// What it is: `bill`, `legislator`, `guide`, …
    #[serde(default = "default_kind")]
    pub kind: String,
    /// Whose it is, such as `us-vt`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jurisdiction: Option<String>,
    /// The language of its text (BCP 47)
    #[serde(default, alias = "lang", skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The text
    #[serde(default, alias = "text")]
    pub body: String,
    /// Everything else
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

fn default_source() -> String {
    "default".into()
}

fn default_kind() -> String {
    "document".into()
}

/// Many data sets number their documents: `7` and `"7"` are the same id.
fn text_or_number<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) => Ok(text),
        // A larger or broken number has been rounded already: two ids would become one.
        Value::Number(number) if number.is_i64() || number.is_u64() => Ok(number.to_string()),
        _ => Err(serde::de::Error::custom("`id` must be a string or a whole number of at most 64 bits")),
    }
}

/// A stored document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct Document {
    /// `source/id`
    pub key: String,
    pub source: String,
    pub id: String,
    pub kind: String,
    pub jurisdiction: Option<String>,
    pub language: Option<String>,
    pub title: Option<String>,
    pub body: String,
    #[schema(value_type = Object)]
    pub fields: Json<Map<String, Value>>,
    /// SHA-256 of the content, in hexadecimal
    pub hash: String,
    /// The number of the document's last change
    pub seq: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SearchResults {
    /// The best matches, best first
    pub hits: Vec<Hit>,
    /// How many documents match in all
    pub total: u64,
    /// How long the search took, in milliseconds
    pub took_ms: u64,
    /// Give it back to get the next page; absent on the last
    pub cursor: Option<String>,
    /// What could not be understood in the query and was searched as plain words
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// One match.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Hit {
    pub id: String,
    pub source: String,
    pub kind: String,
    /// BM25 (Robertson and Zaragoza 2009); comparable within one answer only
    pub score: f32,
    /// The document's other fields
    #[schema(value_type = Object)]
    pub fields: Map<String, Value>,
    /// By field, the passage that matches, as HTML with `<em>` around the words found
    #[schema(value_type = Object)]
    pub highlights: Map<String, Value>,
}

/// The state of the search index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct IndexStats {
    /// Documents in the database
    pub stored: i64,
    /// Documents in the index
    pub indexed: u64,
    /// The change that the index has reached
    pub position: i64,
    /// Changes of documents that the index has still to apply
    pub lag: i64,
    pub segments: usize,
    /// Size on disk, in bytes
    pub bytes: u64,
}
