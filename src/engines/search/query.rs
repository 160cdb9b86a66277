//! Finding: words to a tantivy query, matches to what is shown.

use serde_json::{Map, Value};
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{AllQuery, BooleanQuery, ConstScoreQuery, Occur, QueryParser, TermQuery};
use tantivy::schema::{IndexRecordOption, Term, Value as _};
use tantivy::snippet::SnippetGenerator;
use tantivy::{Searcher, TantivyDocument};

use super::{SearchIndex, failed};
use crate::error::Result;
use crate::model::Hit;

/// A word in the title tells more than one in the text.
const TITLE_BOOST: f32 = 2.0;
/// Fields that nobody named as text matter less.
const OTHER_BOOST: f32 = 0.5;
/// The length of a highlighted passage, in characters.
const PASSAGE: usize = 160;

/// The query parser recurses: what is longer or deeper is searched as plain words.
const MAX_QUERY_BYTES: usize = 4096;
const MAX_BRACKETS: usize = 50;

/// What to look for.
#[derive(Debug, Clone, Default)]
pub struct Query {
    pub words: String,
    pub kind: Option<String>,
    pub jurisdiction: Option<String>,
    pub language: Option<String>,
    pub limit: usize,
    pub offset: usize,
}

/// The matches of one page, how many there are in all, and what was not understood.
pub struct Found {
    pub hits: Vec<Hit>,
    pub total: usize,
    pub warnings: Vec<String>,
}

impl SearchIndex {
    /// Searches the newest commit that was made visible.
    pub fn search(&self, query: &Query) -> Result<Found> {
        let searcher = self.reader.searcher();
        let (words, warnings) = self.parse(&query.words);
        let combined = BooleanQuery::new(self.filters(query).chain([(Occur::Must, words.box_clone())]).collect());
        let broken = |e| failed("search", e);
        let top = TopDocs::with_limit(query.limit.max(1)).and_offset(query.offset).order_by_score();
        let (top, total) = searcher.search(&combined, &(top, Count)).map_err(broken)?;

        let mut passages = Vec::new();
        for (name, field) in [("title", self.fields.title), ("body", self.fields.body)] {
            let mut generator = SnippetGenerator::create(&searcher, &*words, field).map_err(broken)?;
            generator.set_max_num_chars(PASSAGE);
            passages.push((name, generator));
        }
        let mut hits = Vec::with_capacity(top.len());
        for (score, address) in top.into_iter().take(query.limit) {
            hits.push(self.hit(&searcher, score, address, &passages)?);
        }
        // Among the hits of one page, equal scores come in the order of keys.
        hits.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| (&a.source, &a.id).cmp(&(&b.source, &b.id))));
        Ok(Found { hits, total, warnings })
    }

    /// Nothing, or `*`, means every document. What cannot be understood is searched as plain words.
    fn parse(&self, words: &str) -> (Box<dyn tantivy::query::Query>, Vec<String>) {
        if matches!(words.trim(), "" | "*") {
            return (Box::new(AllQuery), Vec::new());
        }
        let f = &self.fields;
        let too_deep = words.len() > MAX_QUERY_BYTES || words.matches(['(', '[', '{']).count() > MAX_BRACKETS;
        let mut parser = QueryParser::for_index(&self.index, vec![f.title, f.body, f.other]);
        parser.set_field_boost(f.title, TITLE_BOOST);
        parser.set_field_boost(f.other, OTHER_BOOST);
        let parsed = if too_deep {
            Err(format!("longer than {MAX_QUERY_BYTES} bytes or with more than {MAX_BRACKETS} brackets"))
        } else {
            parser.parse_query(words).map_err(|e| e.to_string())
        };
        match parsed {
            Ok(query) => (query, Vec::new()),
            Err(error) => {
                let words = words.get(..words.floor_char_boundary(MAX_QUERY_BYTES)).unwrap_or_default();
                let plain: String =
                    words.chars().map(|sign| if sign.is_alphanumeric() || sign == '\'' { sign } else { ' ' }).collect();
                let (query, _) = parser.parse_query_lenient(&plain.to_lowercase());
                (query, vec![format!("searched as plain words: {error}")])
            }
        }
    }

    fn filters(&self, query: &Query) -> impl Iterator<Item = (Occur, Box<dyn tantivy::query::Query>)> {
        let f = self.fields;
        let wanted = [
            (f.kind, query.kind.clone()),
            (f.jurisdiction, query.jurisdiction.clone()),
            (f.language, query.language.clone()),
        ];
        wanted.into_iter().filter_map(|(field, value)| {
            let term = TermQuery::new(Term::from_field_text(field, &value?), IndexRecordOption::Basic);
            // A filter decides whether a document is there, not how good it is.
            let silent = ConstScoreQuery::new(Box::new(term), 0.0);
            Some((Occur::Must, Box::new(silent) as Box<dyn tantivy::query::Query>))
        })
    }

    fn hit(
        &self,
        searcher: &Searcher,
        score: f32,
        address: tantivy::DocAddress,
        passages: &[(&str, SnippetGenerator)],
    ) -> Result<Hit> {
        let stored: TantivyDocument = searcher.doc(address).map_err(|e| failed("read", e))?;
        let text = |field| stored.get_first(field).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        let mut highlights = Map::new();
        for (name, generator) in passages {
            let mut passage = generator.snippet_from_doc(&stored);
            if !passage.is_empty() {
                passage.set_snippet_prefix_postfix("<em>", "</em>");
                highlights.insert((*name).into(), Value::String(passage.to_html()));
            }
        }
        Ok(Hit {
            id: text(self.fields.id),
            source: text(self.fields.source),
            kind: text(self.fields.kind),
            score,
            fields: serde_json::from_str(&text(self.fields.shown)).unwrap_or_default(),
            highlights,
        })
    }
}
