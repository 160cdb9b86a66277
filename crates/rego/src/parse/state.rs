//! Where the parser is, and what it has to say.

use std::{collections::BTreeSet, sync::Arc};

use super::{Options, source};
use crate::{
    ast::{Comment, Location, RegoVersion, Term, Var},
    error::{Code, Details, Error, Errors, Result},
    lex::{self, Kind, Token},
};

/// Brackets, operators and bodies within each other.
const MAX_DEPTH: usize = 100_000;

/// Names that are keywords, and those that imports make keywords.
#[derive(Clone)]
pub(super) struct Keywords(BTreeSet<&'static str>);

/// Keywords of every version.
const ALWAYS: &[&str] = &["package", "import", "as", "default", "else", "not", "some", "with", "null", "true", "false"];

/// Keywords that v0 modules import.
pub(super) const FUTURE: &[&str] = &["contains", "every", "if", "in"];

/// Keywords that v2 adds.
pub(super) const FUTURE_V2: &[&str] = &["and", "or"];

impl Keywords {
    fn new(version: RegoVersion) -> Self {
        let mut keywords = Self(ALWAYS.iter().copied().collect());
        if version != RegoVersion::V0 {
            keywords.all_future();
        }
        if version == RegoVersion::V2 {
            FUTURE_V2.iter().for_each(|word| keywords.add(word));
        }
        keywords
    }

    pub fn all_future(&mut self) {
        FUTURE.iter().for_each(|word| self.add(word));
    }

    pub fn add(&mut self, word: &'static str) {
        self.0.insert(word);
    }

    pub fn has(&self, word: &str) -> bool {
        self.0.contains(word)
    }
}

pub(super) struct Parser<'o> {
    pub options: &'o Options,
    pub keywords: Keywords,
    /// Whether `not { … }` is read as negation of a body.
    pub not_bodies: bool,
    pub errors: Errors,
    pub comments: Vec<Comment>,
    version: RegoVersion,
    tokens: Arc<Vec<Token>>,
    at: usize,
    wildcards: usize,
    depth: usize,
    work: usize,
}

/// A place to go back to.
pub(super) struct Mark {
    at: usize,
    errors: usize,
}

impl<'o> Parser<'o> {
    pub fn new(name: &str, text: &str, options: &'o Options) -> Result<Self> {
        let source = source(name, text)?;
        let lexed = lex::tokens(&source);
        Ok(Self {
            options,
            keywords: Keywords::new(options.version),
            not_bodies: options.version == RegoVersion::V2,
            errors: Vec::new(),
            comments: lexed.comments,
            version: options.version,
            work: 64 * lexed.tokens.len() + 10_000,
            tokens: Arc::new(lexed.tokens),
            at: 0,
            wildcards: 0,
            depth: 0,
        })
    }

    pub fn version(&self) -> RegoVersion {
        self.version
    }

    pub fn set_version(&mut self, version: RegoVersion) {
        self.version = version;
    }

    /// Parses other tokens with the same settings.
    pub fn within<T>(&mut self, tokens: &[Token], parse: impl FnOnce(&mut Self) -> T) -> T {
        let tokens = std::mem::replace(&mut self.tokens, Arc::new(tokens.to_vec()));
        let at = std::mem::replace(&mut self.at, 0);
        let result = parse(self);
        (self.tokens, self.at) = (tokens, at);
        result
    }

    pub fn token(&self) -> &Token {
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    pub fn ahead(&self, count: usize) -> &Token {
        &self.tokens[(self.at + count).min(self.tokens.len() - 1)]
    }

    pub fn location(&self) -> Location {
        self.token().location.clone()
    }

    pub fn at_end(&self) -> bool {
        self.token().kind == Kind::End
    }

    pub fn is(&self, mark: &str) -> bool {
        matches!(self.token().kind, Kind::Mark(other) if other == mark)
    }

    /// Whether the token is this keyword, as far as it is one here.
    pub fn is_keyword(&self, word: &str) -> bool {
        matches!(&self.token().kind, Kind::Name(name) if **name == *word) && self.keywords.has(word)
    }

    /// Whether the token follows the last one without space.
    pub fn is_adjacent(&self) -> bool {
        self.at > 0 && self.tokens[self.at - 1].location.end == self.token().location.start
    }

    /// Whether a line ends before the token.
    pub fn is_new_line(&self) -> bool {
        self.at == 0 || {
            let (before, here) = (&self.tokens[self.at - 1].location, &self.token().location);
            here.source.text[before.end as usize..here.start as usize].contains('\n')
        }
    }

    pub fn advance(&mut self) -> Token {
        let token = self.token().clone();
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
        self.work = self.work.saturating_sub(1);
        token
    }

    pub fn accept(&mut self, mark: &str) -> bool {
        let is = self.is(mark);
        if is {
            self.advance();
        }
        is
    }

    pub fn accept_keyword(&mut self, word: &str) -> bool {
        let is = self.is_keyword(word);
        if is {
            self.advance();
        }
        is
    }

    pub fn mark(&self) -> Mark {
        Mark { at: self.at, errors: self.errors.len() }
    }

    pub fn back(&mut self, mark: &Mark) {
        self.at = mark.at;
        self.errors.truncate(mark.errors);
    }

    /// From `start` to the end of the last token.
    pub fn since(&self, start: &Location) -> Location {
        let end = self.tokens[self.at.saturating_sub(1)].location.end;
        Location { end: end.max(start.start), ..start.clone() }
    }

    pub fn wildcard(&mut self, location: &Location) -> Term {
        self.wildcards += 1;
        Term::new(crate::ast::Node::Var(Var::new(format!("${}", self.wildcards - 1))), location.clone())
    }

    /// Parses something one level deeper; None with an error where that is too deep.
    pub fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth == MAX_DEPTH || self.work == 0 {
            self.error("max recursion depth exceeded");
            return None;
        }
        self.depth += 1;
        let result = stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || parse(self));
        self.depth -= 1;
        result
    }

    pub fn error(&mut self, message: impl Into<String>) {
        let location = self.location();
        self.error_at(&location, message);
    }

    pub fn error_at(&mut self, location: &Location, message: impl Into<String>) {
        let line = location.line().to_owned();
        let begin = location.source.text[..location.start as usize].rfind('\n').map_or(0, |at| at + 1);
        let idx = location.start as usize - begin;
        let mut error = Error::new(Code::Parse, location, message);
        error.details = Details::Line { line, idx };
        self.errors.push(error);
    }

    /// Reports the token as out of place.
    pub fn illegal(&mut self, note: &str) {
        let message = match &self.token().kind {
            Kind::Illegal(why) => why.clone(),
            kind => {
                let (name, what) = self.describe(kind);
                match note {
                    "" => format!("unexpected {name} {what}"),
                    note => format!("unexpected {name} {what}: {note}"),
                }
            }
        };
        self.error(message);
    }

    fn describe<'k>(&self, kind: &'k Kind) -> (&'k str, &'static str) {
        match kind {
            Kind::Name(name) if self.keywords.has(name) => (name, "keyword"),
            Kind::Name(_) => ("identifier", "token"),
            Kind::Mark(mark) => (name_of(mark), "token"),
            kind => (kind.name(), "token"),
        }
    }

    /// All errors in order, each once; a generic one if nothing was said.
    pub fn take_errors(&mut self) -> Errors {
        if self.errors.is_empty() {
            self.illegal("");
        }
        let mut errors = std::mem::take(&mut self.errors);
        errors.dedup();
        errors
    }
}

/// What messages call a mark.
fn name_of(mark: &'static str) -> &'static str {
    match mark {
        ":=" => "assign",
        "=" => "eq",
        "==" => "equal",
        "!=" => "neq",
        "<" => "lt",
        "<=" => "lte",
        ">" => "gt",
        ">=" => "gte",
        "+" => "plus",
        "-" => "minus",
        "*" => "mul",
        "/" => "div",
        "%" => "rem",
        "&" => "and",
        "|" => "or",
        mark => mark,
    }
}
