//! Operators between terms, each level binding tighter than the one before: `in`, comparison, `|`, `&`, sums, products.

use super::state::Parser;
use crate::{
    ast::{Location, Node, Term},
    lex::Kind,
};

/// Operators by level, the loosest first.
const LEVELS: [&[Kind]; 5] = [
    &[Kind::Equal, Kind::NotEqual, Kind::Less, Kind::Greater, Kind::LessEqual, Kind::GreaterEqual],
    &[Kind::Union],
    &[Kind::Intersection],
    &[Kind::Plus, Kind::Minus],
    &[Kind::Times, Kind::Divide, Kind::Remainder],
];

/// What has been read of an infix term: its first operand, and where it began.
pub(super) struct Begun {
    pub first: Option<Term>,
    pub offset: u32,
}

impl Parser<'_> {
    /// A term with operators, `k, v in xs` among them.
    pub fn infix(&mut self) -> Option<Term> {
        let begun = Begun { first: None, offset: self.offset() };
        self.deeper(|parser| parser.chain(|parser| parser.membership(begun, true)))
    }

    /// A term with operators where a comma separates terms.
    pub fn infix_in_list(&mut self) -> Option<Term> {
        self.infix_from(Begun { first: None, offset: self.offset() })
    }

    /// The same, the first operand of which may have been read.
    pub fn infix_from(&mut self, begun: Begun) -> Option<Term> {
        self.deeper(|parser| parser.chain(|parser| parser.membership(begun, false)))
    }

    fn membership(&mut self, begun: Begun, with_key: bool) -> Option<Term> {
        let offset = begun.offset;
        let mut left = self.operators(0, begun)?;
        loop {
            if with_key && self.is(Kind::Comma) {
                let begin = self.save();
                match self.key_membership(&left, offset) {
                    Some(call) if self.is(Kind::In) => {
                        left = call;
                        continue;
                    }
                    Some(call) => return Some(call),
                    None => self.restore(begin),
                }
            }
            self.keyword_as_ref_head();
            if !self.is(Kind::In) {
                return Some(left);
            }
            let operator = self.operator("internal.member_2");
            let Some(right) = self.operators(0, Begun { first: None, offset: self.offset() }) else {
                return Some(left);
            };
            self.link()?;
            left = self.call_of(operator, vec![left, right], offset);
            if !self.is(Kind::In) {
                return Some(left);
            }
        }
    }

    /// `, v in xs` behind a key.
    fn key_membership(&mut self, key: &Term, offset: u32) -> Option<Term> {
        self.scan();
        let value = self.operators(0, Begun { first: None, offset })?;
        if !self.is(Kind::In) {
            return None;
        }
        let operator = self.operator("internal.member_3");
        let domain = self.operators(0, Begun { first: None, offset: self.offset() })?;
        self.link()?;
        Some(self.call_of(operator, vec![key.clone(), value, domain], offset))
    }

    /// A chain of operators of one level. Where an operand is missing, what was read so far, with an error.
    fn operators(&mut self, level: usize, begun: Begun) -> Option<Term> {
        let offset = begun.offset;
        let Some(kinds) = LEVELS.get(level) else {
            return match begun.first {
                Some(term) => Some(term),
                None => self.term(),
            };
        };
        let mut left = self.operators(level + 1, begun)?;
        while kinds.contains(&self.kind()) {
            let operator = self.operator(self.kind().name());
            let Some(right) = self.operators(level + 1, Begun { first: None, offset: self.offset() }) else {
                return Some(left);
            };
            self.link()?;
            left = self.call_of(operator, vec![left, right], offset);
        }
        Some(left)
    }

    /// The operator at the token, which is stepped over, as a reference to its built-in.
    pub fn operator(&mut self, name: &str) -> Term {
        let operator = Term::operator(name, &self.here());
        self.scan();
        operator
    }

    fn call_of(&self, operator: Term, operands: Vec<Term>, offset: u32) -> Term {
        let first = operands.first().map_or(&operator.location, |first| &first.location);
        let location = Location { start: offset, end: self.state.last_end, ..first.clone() };
        Term::new(Node::Call(std::iter::once(operator).chain(operands).collect()), location)
    }
}
