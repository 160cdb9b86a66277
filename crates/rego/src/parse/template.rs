//! Template strings: `$"text {expression}"`.

use super::{state::Parser, term::unescape};
use crate::{
    ast::{Expr, ExprKind, Location, Node, TemplatePart, TemplateString, Term},
    lex::{Kind, Mode},
};

impl Parser<'_> {
    pub fn template(&mut self, raw: bool) -> Option<Term> {
        let start = self.here();
        if !self.has_feature("template_strings") {
            self.error("template strings are not supported by current capabilities");
            return None;
        }
        let mut parts = Vec::new();
        // In front of the first text is `$"`, in front of the others nothing: the brace was a token of its own.
        let mut before = 2;
        loop {
            let text = self.template_text(before, raw)?;
            if !text.is_empty() {
                parts.push(TemplatePart::Text(Term::string(text, &self.here())));
            }
            if matches!(self.kind(), Kind::TemplateEnd | Kind::RawTemplateEnd) {
                break;
            }
            parts.push(self.template_expr()?);
            if !self.is(Kind::RightBrace) {
                self.error("expected } to end template string expression");
                return None;
            }
            self.advance(false, if raw { Mode::RawTemplate } else { Mode::Template });
            before = 0;
        }
        let location = Location { end: self.state.token.end, ..start };
        Some(Term::new(Node::Template(Box::new(TemplateString { parts, multi_line: raw })), location))
    }

    fn template_text(&mut self, before: usize, raw: bool) -> Option<String> {
        if !matches!(self.kind(), Kind::TemplatePart | Kind::TemplateEnd | Kind::RawTemplatePart | Kind::RawTemplateEnd)
        {
            self.error("expected template-string part");
            return None;
        }
        let literal = self.literal();
        let inner = literal.get(before..literal.len().saturating_sub(1)).unwrap_or_default();
        if raw {
            return Some(inner.replace("\\{", "{"));
        }
        let inner = without_brace_escapes(inner);
        if !inner.contains('\\') {
            return Some(inner);
        }
        if let Some(text) = unescape(&inner) {
            return Some(text);
        }
        let quote = if before == 2 { "\"" } else { "}" };
        let last = literal.chars().next_back().unwrap_or('"');
        let message = format!("illegal template-string part: {quote}{inner}{last}");
        self.error(message);
        None
    }

    fn template_expr(&mut self) -> Option<TemplatePart> {
        let comments = self.comments.len();
        self.scan();
        let commented = self.comments.len() > comments;
        let Some(expr) = self.literal_expr() else {
            self.error("invalid template-string expression");
            return None;
        };
        if let Some(what) = refused(&expr) {
            self.error_at(&expr.location, format!("unexpected {what} in template-string expression"));
            return None;
        }
        match expr.kind {
            ExprKind::Term(term)
                if !commented
                    && matches!(term.node, Node::String(_) | Node::Number(_) | Node::Bool(_) | Node::Null) =>
            {
                Some(TemplatePart::Text(term))
            }
            kind => Some(TemplatePart::Expr(Expr { kind, ..expr })),
        }
    }
}

/// What cannot be shown as text.
fn refused(expr: &Expr) -> Option<&'static str> {
    if expr.negated {
        return Some("negation ('not')");
    }
    if expr.is_call_of("eq") {
        return Some("unification ('=')");
    }
    if expr.is_call_of("assign") {
        return Some("assignment (':=')");
    }
    match expr.kind {
        ExprKind::Every(_) => Some("'every'"),
        ExprKind::Some(_) => Some("'some'"),
        _ => None,
    }
}

/// `\{` is a brace. Other escapes stay.
fn without_brace_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match (char, chars.peek()) {
            ('\\', Some('{')) => {}
            ('\\', Some(_)) => {
                out.push(char);
                out.extend(chars.next());
            }
            _ => out.push(char),
        }
    }
    out
}
