//! What the parser has to say about texts that are not Rego.

use std::mem;

use super::state::Parser;
use crate::{
    ast::{Comment, Expr, ExprKind, Location},
    error::{Code, Details, Error, Result},
    lex::Kind,
};

/// How many errors are reported, and how many bytes of lines with them.
const MAX_ERRORS: usize = 1_000;
const MAX_LINES: usize = 1 << 24;

impl Parser<'_> {
    /// The comments, or all errors with the lines they are in.
    pub fn finish(self) -> Result<Vec<Comment>> {
        if self.errors.is_empty() {
            return Ok(self.comments);
        }
        let mut errors = self.errors;
        let mut bytes = 0;
        for error in &mut errors {
            let Some(location) = error.location.as_ref().filter(|_| bytes < MAX_LINES) else { break };
            error.details = line_details(&self.source.text, location.start as usize);
            if let Details::Line { line, .. } = &error.details {
                bytes += line.len();
            }
        }
        Err(errors)
    }

    pub fn hint(&mut self, hint: impl Into<String>) {
        self.state.hints.push(hint.into());
    }

    pub fn has_hints(&self) -> bool {
        !self.state.hints.is_empty()
    }

    pub fn error(&mut self, message: impl Into<String>) {
        self.error_at(&self.here(), message);
    }

    pub fn error_at(&mut self, location: &Location, message: impl Into<String>) {
        let mut message = message.into();
        let hints = mem::take(&mut self.state.hints);
        match hints.as_slice() {
            [] => {}
            [hint] => message.push_str(&format!(" (hint: {hint})")),
            hints => message.push_str(&format!(" (hints: {})", hints.join(", "))),
        }
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(Error::new(Code::Parse, location, message));
        }
    }

    /// Reports the token as out of place.
    pub fn illegal<T>(&mut self, note: &str) -> Option<T> {
        let kind = self.kind();
        let what = if kind.is_keyword() { "keyword" } else { "token" };
        match (kind, note) {
            (Kind::Illegal, _) => self.error("illegal token"),
            (_, "") => self.error(format!("unexpected {} {what}", kind.name())),
            _ => self.error(format!("unexpected {} {what}: {note}", kind.name())),
        }
        None
    }

    /// Adds a hint of our own to the last error if an expression is a keyword with a letter wrong.
    pub fn hint_misspelt(&mut self, expr: &Expr) {
        if let Some(error) = self.errors.last_mut() {
            error.hint = misspelt(expr);
        }
    }
}

/// A word alone may be a keyword with a letter wrong.
pub(super) fn misspelt(expr: &Expr) -> Option<String> {
    let ExprKind::Term(term) = &expr.kind else { return None };
    let word = term.as_var()?.as_str();
    let keywords = ["package", "import", "default", "else", "not", "some", "every"];
    let keyword = keywords.into_iter().find(|keyword| one_edit_apart(word, keyword))?;
    Some(format!("did you mean `{keyword}`?"))
}

/// The line around an offset, or the one before where only white space is there.
fn line_details(text: &str, offset: usize) -> Details {
    let bytes = text.as_bytes();
    let is_line_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
    let Some(last) = bytes.len().checked_sub(1) else {
        return Details::Line { line: String::new(), idx: 0 };
    };
    let mut at = offset.min(last);
    // As Latin-1, in which OPA looks at single bytes: 0x85 and 0xA0 are space there.
    while at > 0 && matches!(bytes[at], b' ' | 0x09..=0x0d | 0x85 | 0xa0) {
        at -= 1;
    }
    let begin = bytes[..=at].iter().rposition(is_line_end).map_or(0, |end| end + 1);
    let end = bytes[at..].iter().position(is_line_end).map_or(bytes.len(), |end| at + end);
    let begin = begin.min(end);
    Details::Line { line: String::from_utf8_lossy(&bytes[begin..end]).into_owned(), idx: at.saturating_sub(begin) }
}

/// Whether one letter more, one less, another one, or two that changed places make one word the other.
fn one_edit_apart(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let prefix = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[prefix..], &b[prefix..]);
    match (a, b) {
        ([], [_]) | ([_], []) => true,
        ([x, rest @ ..], [y, other @ ..]) => {
            rest == other
                || rest == b
                || a == other
                || matches!((rest, other), ([v, rest @ ..], [w, other @ ..]) if x == w && y == v && rest == other)
        }
        _ => false,
    }
}
