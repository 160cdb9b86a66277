//! Where in a source text a node stands.

use std::{cmp::Ordering, fmt, sync::Arc};

/// One source text and the name it is reported under.
#[derive(PartialEq, Eq)]
pub struct Source {
    /// File name, or empty for a query.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// A place in a source: the first character of a node, and how far the node reaches.
#[derive(Clone, PartialEq, Eq)]
pub struct Location {
    /// The text this is a place in.
    pub source: Arc<Source>,
    /// Line, from 1.
    pub row: u32,
    /// Column in characters, from 1.
    pub col: u32,
    /// Byte offset of the first byte.
    pub start: u32,
    /// Byte offset behind the last byte.
    pub end: u32,
}

impl Location {
    /// The text of the node.
    pub fn text(&self) -> &str {
        self.source.text.get(self.start as usize..self.end as usize).unwrap_or("")
    }

    /// The name of the source.
    pub fn file(&self) -> &str {
        &self.source.name
    }

    /// The whole line on which the node begins.
    pub fn line(&self) -> &str {
        let text = &self.source.text;
        let start = (self.start as usize).min(text.len());
        let begin = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        text[begin..end].trim_end_matches('\r')
    }

    /// The same beginning, reaching to the end of `other`.
    #[must_use]
    pub fn to(&self, other: &Self) -> Self {
        Self { end: other.end.max(self.end), ..self.clone() }
    }
}

/// By file, line and column.
impl Ord for Location {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.file(), self.row, self.col, self.start, self.end).cmp(&(
            other.file(),
            other.row,
            other.col,
            other.start,
            other.end,
        ))
    }
}

impl PartialOrd for Location {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// `file:row`, or `row:col` where there is no file, as messages have it.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.file() {
            "" => write!(f, "{}:{}", self.row, self.col),
            file => write!(f, "{file}:{}", self.row),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file(), self.row, self.col)
    }
}
