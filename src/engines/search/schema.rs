//! What the index keeps of a document, and how its text becomes terms.

use crate::model::hex;
use sha2::{Digest, Sha256};
use tantivy::Index;
use tantivy::schema::{Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer, TextAnalyzer,
};

/// Raise it when the analyzer changes: the index then builds itself anew.
const ANALYZER_VERSION: u32 = 1;
const ANALYZER: &str = "platform";

#[derive(Debug, Clone, Copy)]
pub struct Fields {
    pub key: Field,
    pub source: Field,
    pub id: Field,
    pub kind: Field,
    pub jurisdiction: Field,
    pub language: Field,
    pub title: Field,
    pub body: Field,
    /// The text of all fields that have no place of their own
    pub other: Field,
    /// All fields but the body, as JSON, to be shown
    pub shown: Field,
}

pub fn build() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let indexing =
        TextFieldIndexing::default().set_tokenizer(ANALYZER).set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let text = TextOptions::default().set_indexing_options(indexing);
    let fields = Fields {
        key: builder.add_text_field("key", STRING | STORED),
        source: builder.add_text_field("source", STRING | STORED),
        id: builder.add_text_field("id", STRING | STORED),
        kind: builder.add_text_field("kind", STRING | STORED),
        jurisdiction: builder.add_text_field("jurisdiction", STRING),
        language: builder.add_text_field("language", STRING),
        title: builder.add_text_field("title", text.clone() | STORED),
        body: builder.add_text_field("body", text.clone() | STORED),
        other: builder.add_text_field("other", text),
        shown: builder.add_text_field("shown", STORED),
    };
    (builder.build(), fields)
}

/// Names a schema with its analyzer, so that an index made by another one is never mistaken for ours.
pub fn version(schema: &Schema) -> String {
    let json = serde_json::to_string(schema).unwrap_or_default();
    let digest = Sha256::digest(format!("{ANALYZER_VERSION} {json}"));
    hex(&digest[..4])
}

/// Lower case, folded to ASCII, English Snowball stems.
pub fn register_analyzer(index: &Index) {
    let analyzer = TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(100))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .filter(Stemmer::new(Language::English))
        .build();
    index.tokenizers().register(ANALYZER, analyzer);
}
