//! Text to tokens.

mod scan;
mod string;

use std::sync::Arc;

use crate::ast::{Comment, Location};

pub use scan::tokens;

/// A token and where it stands.
#[derive(Clone, Debug)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub location: Location,
}

/// The kinds of tokens. Keywords are names: which of them count depends on the version and on imports.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A name.
    Name(Arc<str>),
    /// A number literal.
    Number(Arc<str>),
    /// A string, its escapes taken out.
    String(Arc<str>),
    /// A string between back quotes.
    Raw(Arc<str>),
    /// A template string.
    Template(Arc<Template>),
    /// A bracket, operator or separator.
    Mark(&'static str),
    /// Something that cannot be a token, and why.
    Illegal(String),
    /// The end of the text.
    End,
}

/// A template string's parts.
#[derive(Debug, PartialEq)]
pub struct Template {
    /// Texts and the tokens of expressions, in order.
    pub parts: Vec<Piece>,
    /// Whether it stands between back quotes.
    pub multi_line: bool,
}

/// A part of a template string.
#[derive(Debug, PartialEq)]
pub enum Piece {
    /// Text.
    Text(String, Location),
    /// The tokens of an expression, with an end.
    Expr(Vec<Token>),
}

impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// All tokens of a text, and its comments.
pub struct Lexed {
    /// Tokens in order; the last is the end.
    pub tokens: Vec<Token>,
    /// Comments in order.
    pub comments: Vec<Comment>,
}

impl Kind {
    /// What messages call it.
    pub fn name(&self) -> &str {
        match self {
            Self::Name(_) => "var",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Raw(_) => "raw-string",
            Self::Template(_) => "template-string",
            Self::Mark(mark) => mark,
            Self::Illegal(_) => "illegal",
            Self::End => "eof",
        }
    }
}
