//! Single terms.

use super::{
    import::{is_root, single_ref},
    state::Parser,
};
use crate::{
    ast::{Location, Node, Term},
    lex::{Kind, Mode},
    value::Number,
};

impl Parser<'_> {
    /// A term without operators around it.
    pub fn term(&mut self) -> Option<Term> {
        self.unless_failed(|parser| parser.deeper(Self::term_here))
    }

    fn term_here(&mut self) -> Option<Term> {
        // Where a term is expected, `and(` and `or(` call built-ins.
        if matches!(self.kind(), Kind::And | Kind::Or) && self.next_kind(false) == Kind::LeftParen {
            self.state.token.kind = Kind::Ident;
        }
        let location = self.here();
        let literal = |node| Some(Term::new(node, location.clone()));
        let term = match self.kind() {
            Kind::Null => literal(Node::Null),
            Kind::True => literal(Node::Bool(true)),
            Kind::False => literal(Node::Bool(false)),
            Kind::Minus => {
                if matches!(self.next_kind(true), Kind::Ident | Kind::Contains) {
                    return self.negative();
                }
                self.number()
            }
            Kind::Dot | Kind::Number => self.number(),
            Kind::String => self.string(),
            Kind::TemplatePart | Kind::TemplateEnd => self.template(false),
            Kind::RawTemplatePart | Kind::RawTemplateEnd => self.template(true),
            Kind::Ident | Kind::Contains => Some(self.var()),
            Kind::LeftBracket => self.array(),
            Kind::LeftBrace => self.set_or_object(),
            Kind::LeftParen => self.parenthesized(),
            _ => self.illegal(""),
        }?;
        self.finish_term(term)
    }

    /// `-x`, which is `0 - x`.
    fn negative(&mut self) -> Option<Term> {
        let sign = self.here();
        self.scan();
        let var = self.var();
        let term = self.finish_term(var)?;
        let zero = Term::new(Node::Number(Number::Int(0)), sign.clone());
        let operator = Term::operator("minus", &sign);
        let location = Location { end: self.state.last_end, ..sign };
        Some(Term::new(Node::Call(vec![operator, zero, term]), location))
    }

    /// What may follow a term directly: parts of a reference, or arguments.
    fn finish_term(&mut self, term: Term) -> Option<Term> {
        let offset = self.offset();
        self.advance(false, Mode::Normal);
        if matches!(self.kind(), Kind::LeftParen | Kind::Dot | Kind::LeftBracket) {
            return self.reference_from(term, offset);
        }
        if self.is(Kind::Whitespace) {
            self.scan();
        }
        Some(if is_root(&term) { single_ref(term) } else { term })
    }

    fn parenthesized(&mut self) -> Option<Term> {
        let start = self.offset();
        self.scan();
        let mut term = self.infix()?;
        if !self.is(Kind::RightParen) {
            self.error("non-terminated expression");
            return None;
        }
        term.location.start = start;
        term.location.end = self.state.token.end;
        Some(term)
    }

    fn string(&mut self) -> Option<Term> {
        let location = self.here();
        let literal = self.literal();
        let inner = literal.get(1..literal.len().saturating_sub(1)).unwrap_or_default();
        if literal.starts_with('`') || !inner.contains('\\') {
            return Some(Term::string(inner, &location));
        }
        match unescape(inner) {
            Some(text) => Some(Term::string(text, &location)),
            None => {
                let message = format!("illegal string literal: {literal}");
                self.error_at(&location, message);
                None
            }
        }
    }
}

/// Takes the escapes of a JSON string (RFC 8259, section 7). Halves of surrogate pairs become U+FFFD.
pub(super) fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|char: char| char == '\\' || char < ' ' || char == '"') {
        out.push_str(&rest[..at]);
        let mut chars = rest[at..].chars();
        if chars.next() != Some('\\') {
            return None;
        }
        out.push(match chars.next()? {
            char @ ('"' | '\\' | '/') => char,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => code_point(&mut chars)?,
            _ => return None,
        });
        rest = chars.as_str();
    }
    out.push_str(rest);
    Some(out)
}

fn code_point(chars: &mut std::str::Chars<'_>) -> Option<char> {
    let high = unit(chars)?;
    if (0xd800..0xdc00).contains(&high)
        && let Some(rest) = chars.as_str().strip_prefix("\\u")
    {
        let mut ahead = rest.chars();
        if let Some(low) = unit(&mut ahead).filter(|low| (0xdc00..0xe000).contains(low)) {
            *chars = ahead;
            return char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
        }
    }
    Some(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER))
}

fn unit(chars: &mut std::str::Chars<'_>) -> Option<u32> {
    (0..4).try_fold(0, |unit, _| Some(unit * 16 + chars.next()?.to_digit(16)?))
}
