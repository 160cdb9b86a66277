//! Where the parser is, what it has read and what it has to say.

use std::{
    collections::{HashMap, HashSet},
    mem,
    sync::Arc,
};

use super::Options;
use crate::{
    ast::{Comment, Location, Node, RegoVersion, Source, Term, Var},
    compile::Capabilities,
    error::{Code, Error, Errors, Result},
    lex::{self, Cursor, Keywords, Kind, Mode, Token},
};

/// Brackets and bodies within each other go this deep.
const MAX_DEPTH: usize = 1_000;

/// Levels of the tree, those of long chains of operators included. Later stages and the destructors recurse over it.
const MAX_HEIGHT: usize = 2_000;

/// Tokens read for each byte of the text, going back included. Only texts made to provoke it need so many.
const WORK_PER_BYTE: usize = 16;

/// How many places without a term are kept in mind.
const MAX_LAST_FAILURES: usize = 16;

/// What the parser can go back to.
#[derive(Clone)]
pub(super) struct State {
    cursor: Cursor,
    pub token: Token,
    /// Where the last token that is no white space ended.
    pub last_end: u32,
    /// Whether a line ended between the last token and this one.
    pub skipped_line: bool,
    wildcards: usize,
    errors: usize,
    comments: usize,
    /// Hints for the next error.
    pub hints: Vec<String>,
}

/// What is known about places that were read before, so that going back costs no more than reading once again.
#[derive(Default)]
pub(super) struct Memo {
    /// Brackets whose `|` does not begin the body of a comprehension.
    pub no_comprehension: HashSet<u32>,
    /// Braces that are no operand of `and` or `or`.
    pub no_operand: HashSet<u32>,
    /// Parentheses that do not group `and` and `or`, and whether they were read as an operand.
    pub no_group: HashSet<(u32, bool)>,
    /// Brackets that no term begins with: where the parser was then, and the errors since.
    failures: HashMap<u32, (State, Errors)>,
    /// The last places where no term begins, until a term around them has been read: where the parser was then, and all
    /// errors. OPA does not report such a place twice.
    last_failures: Vec<(u32, State, Errors)>,
}

pub(super) struct Parser<'o> {
    pub source: Arc<Source>,
    pub options: &'o Options,
    /// Which keywords can be imported, in alphabetical order.
    pub importable: Vec<&'static str>,
    pub keywords: Keywords,
    /// Whether `not { … }` negates a body.
    pub not_bodies: bool,
    pub state: State,
    pub errors: Errors,
    pub comments: Vec<Comment>,
    pub memo: Memo,
    /// The memo for probes, which read with other keywords.
    probe_memo: Memo,
    probing: bool,
    faults: Vec<&'static str>,
    depth: usize,
    height: usize,
    work: usize,
}

impl<'o> Parser<'o> {
    /// A parser at the first token.
    pub fn new(name: &str, text: &str, options: &'o Options) -> Result<Self> {
        if u32::try_from(text.len()).is_err() {
            return Err(vec![Error::nowhere(Code::Parse, "texts of 4 GiB and more cannot be read")]);
        }
        let (importable, keywords, not_bodies) = super::version::keywords(options)?;
        let source = Arc::new(Source { name: name.to_owned(), text: text.to_owned() });
        let mut faults = Vec::new();
        let cursor = Cursor::start(&source.text, &mut faults);
        let token = Token { kind: Kind::Illegal, start: 0, end: 0, row: 1, col: 0 };
        let hints = Vec::new();
        let mut parser = Self {
            work: text.len().saturating_mul(WORK_PER_BYTE).saturating_add(100_000),
            source,
            options,
            importable,
            keywords,
            not_bodies,
            state: State {
                cursor,
                token,
                last_end: 0,
                skipped_line: false,
                wildcards: 0,
                errors: 0,
                comments: 0,
                hints,
            },
            errors: Vec::new(),
            comments: Vec::new(),
            memo: Memo::default(),
            probe_memo: Memo::default(),
            probing: false,
            faults,
            depth: 0,
            height: 0,
        };
        parser.scan();
        Ok(parser)
    }

    pub fn kind(&self) -> Kind {
        self.state.token.kind
    }

    pub fn is(&self, kind: Kind) -> bool {
        self.state.token.kind == kind
    }

    /// Offset of the token.
    pub fn offset(&self) -> u32 {
        self.state.token.start
    }

    /// The text of the token.
    pub fn literal(&self) -> &str {
        self.text(self.state.token.start, self.state.token.end)
    }

    /// The token as a name. `&` and `|` pass for the keywords that share their names with them, but have no text.
    pub fn word(&self) -> &str {
        let text = self.literal();
        if text.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_') { text } else { "" }
    }

    /// Where the token stands.
    pub fn here(&self) -> Location {
        let Token { start, end, row, col, .. } = self.state.token;
        Location { source: Arc::clone(&self.source), row, col, start, end }
    }

    pub fn text(&self, start: u32, end: u32) -> &str {
        self.source.text.get(start as usize..end as usize).unwrap_or("")
    }

    /// From the beginning of `start` to the end of the last token.
    pub fn since(&self, start: &Location) -> Location {
        Location { end: self.state.last_end.max(start.start), ..start.clone() }
    }

    /// The next token that is no white space.
    pub fn scan(&mut self) {
        self.advance(true, Mode::Normal);
    }

    /// The next token, white space included.
    pub fn scan_space(&mut self) {
        self.advance(false, Mode::Normal);
    }

    pub fn advance(&mut self, skip_space: bool, mode: Mode) {
        if !self.is(Kind::Whitespace) {
            self.state.last_end = self.state.token.end;
            self.state.skipped_line = false;
        }
        loop {
            self.work = self.work.saturating_sub(1);
            let cursor = &mut self.state.cursor;
            self.state.token = lex::scan(&self.source.text, cursor, self.keywords, mode, &mut self.faults);
            if !self.faults.is_empty() {
                for fault in mem::take(&mut self.faults) {
                    self.error(fault);
                }
                self.state.token.kind = Kind::Illegal;
            }
            match self.kind() {
                Kind::Whitespace => {
                    self.state.skipped_line |= self.literal() == "\n";
                    if !skip_space {
                        return;
                    }
                }
                Kind::Comment => {
                    let text = self.literal()[1..].trim_end_matches('\r').to_owned();
                    self.comments.push(Comment { text, location: self.here() });
                }
                _ => return,
            }
        }
    }

    /// The kind of the token behind this one, white space included.
    pub fn next_kind(&mut self, skip_space: bool) -> Kind {
        let state = self.save();
        self.advance(skip_space, Mode::Normal);
        let kind = self.kind();
        self.restore(state);
        kind
    }

    pub fn save(&self) -> State {
        State { errors: self.errors.len(), comments: self.comments.len(), ..self.state.clone() }
    }

    /// Goes back. Errors and comments since then are forgotten.
    pub fn restore(&mut self, state: State) {
        self.errors.truncate(state.errors);
        self.comments.truncate(state.comments);
        self.state = state;
    }

    /// Tries something from an earlier place on, as if all future keywords were there. Whatever comes of it, the parser
    /// is as before.
    pub fn probe<T>(&mut self, from: &State, parse: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.probing {
            return None;
        }
        let future = self.keywords.with_future();
        let keywords = mem::replace(&mut self.keywords, future);
        let state = mem::replace(&mut self.state, from.clone());
        let (errors, comments) = (mem::take(&mut self.errors), mem::take(&mut self.comments));
        mem::swap(&mut self.memo, &mut self.probe_memo);
        self.probing = true;
        let result = parse(self);
        self.probing = false;
        mem::swap(&mut self.memo, &mut self.probe_memo);
        (self.errors, self.comments) = (errors, comments);
        self.state = state;
        self.keywords = keywords;
        result
    }

    /// Makes words keywords from the next token on.
    pub fn add_keywords<'w>(&mut self, words: impl IntoIterator<Item = &'w str>) {
        words.into_iter().for_each(|word| self.keywords.add(word));
        self.memo = Memo::default();
        self.probe_memo = Memo::default();
    }

    /// Parses something one level deeper. None, with an error, where that is too deep.
    pub fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.depth >= MAX_DEPTH || self.work == 0 {
            return self.too_deep();
        }
        self.depth += 1;
        let outer = mem::replace(&mut self.height, 0);
        let result = stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || parse(self));
        self.height = outer.max(self.height + 1);
        self.depth -= 1;
        if self.height > MAX_HEIGHT {
            return self.too_deep();
        }
        result
    }

    /// Parses a chain of operators: `parse` calls `link` for each level that it adds.
    pub fn chain<T>(&mut self, parse: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let outer = mem::replace(&mut self.height, 0);
        let result = parse(self);
        self.height = outer.max(self.height);
        result
    }

    /// Counts one more level above what a chain has read. None, with an error, where there are too many.
    pub fn link(&mut self) -> Option<()> {
        self.height += 1;
        if self.height > MAX_HEIGHT { self.too_deep() } else { Some(()) }
    }

    fn too_deep<T>(&mut self) -> Option<T> {
        self.error("max parsing recursion depth exceeded");
        None
    }

    /// Parses a term that begins here, unless that is known to fail.
    pub fn unless_failed(&mut self, parse: impl FnOnce(&mut Self) -> Option<Term>) -> Option<Term> {
        let begin = self.offset();
        if let Some((_, state, errors)) = self.memo.last_failures.iter().find(|(offset, ..)| *offset == begin) {
            self.state = state.clone();
            self.errors.clone_from(errors);
            return None;
        }
        if let Some((state, errors)) = self.memo.failures.get(&begin) {
            self.state = state.clone();
            self.errors.extend_from_slice(errors);
            return None;
        }
        let is_bracket = matches!(self.kind(), Kind::LeftBracket | Kind::LeftBrace | Kind::LeftParen);
        let errors = self.errors.len();
        let term = parse(self);
        self.memo.last_failures.retain(|(offset, ..)| *offset < begin);
        if term.is_none() && is_bracket {
            let errors = self.errors.get(errors..).unwrap_or_default().to_vec();
            self.memo.failures.insert(begin, (self.save(), errors));
        } else if term.is_none() && self.memo.last_failures.len() < MAX_LAST_FAILURES {
            self.memo.last_failures.push((begin, self.save(), self.errors.clone()));
        }
        term
    }

    /// A variable that occurs nowhere else.
    pub fn wildcard(&mut self) -> Var {
        let number = self.state.wildcards;
        self.state.wildcards += 1;
        Var::new(format!("${number}"))
    }

    /// The token as a variable.
    pub fn var(&mut self) -> Term {
        let location = self.here();
        let var = match self.word() {
            "_" => self.wildcard(),
            name => Var::new(name),
        };
        Term::new(Node::Var(var), location)
    }

    /// Whether a feature is there.
    pub fn has_feature(&self, feature: &str) -> bool {
        has_feature(self.options, feature)
    }

    /// Whether the token may be a name in a reference though it is a keyword.
    pub fn is_ref_keyword(&self) -> bool {
        let word = self.kind().name();
        (super::version::is_keyword(word, self.options.version) || self.keywords.has(word))
            && self.has_feature("keywords_in_refs")
    }

    /// Takes a keyword that begins a reference for a name.
    pub fn keyword_as_ref_head(&mut self) -> bool {
        let is = self.is_ref_keyword() && matches!(self.next_kind(false), Kind::Dot | Kind::LeftBracket);
        if is {
            self.state.token.kind = Kind::Ident;
        }
        is
    }
}

/// Whether the capabilities name a feature, or OPA's default for the version does.
pub(super) fn has_feature(options: &Options, feature: &str) -> bool {
    let Some(capabilities) = &options.capabilities else {
        return match options.version {
            RegoVersion::V0 | RegoVersion::V0CompatV1 => feature != "template_strings",
            _ => true,
        };
    };
    let has = |feature: &str| has(capabilities, feature);
    let implied = matches!(feature, "keywords_in_refs" | "template_strings");
    has(feature) || implied && options.version == RegoVersion::V2 && has("rego_v2")
}

fn has(capabilities: &Capabilities, feature: &str) -> bool {
    capabilities.features.contains(feature)
}
