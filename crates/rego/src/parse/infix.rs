//! Operators between terms, by precedence: `in`, comparisons, `|`, `&`, sums, products.

use super::state::Parser;
use crate::{
    ast::{Location, Node, Term},
    lex::Kind,
};

/// Operators from loose to tight, with the built-ins they stand for.
const LEVELS: &[&[(&str, &str)]] = &[
    &[("==", "equal"), ("!=", "neq"), ("<", "lt"), ("<=", "lte"), (">", "gt"), (">=", "gte")],
    &[("|", "or")],
    &[("&", "and")],
    &[("+", "plus"), ("-", "minus")],
    &[("*", "mul"), ("/", "div"), ("%", "rem")],
];

impl Parser<'_> {
    /// A term with operators, `k, v in xs` included.
    pub fn infix(&mut self) -> Option<Term> {
        self.deeper(|parser| parser.membership(None, true))
    }

    /// A term with operators among others: a comma ends it.
    pub fn infix_in_list(&mut self) -> Option<Term> {
        self.deeper(|parser| parser.membership(None, false))
    }

    /// The same, its first operand read already.
    pub fn infix_from(&mut self, first: Term) -> Option<Term> {
        self.deeper(|parser| parser.membership(Some(first), false))
    }

    fn membership(&mut self, first: Option<Term>, pair: bool) -> Option<Term> {
        let start = first.as_ref().map_or_else(|| self.location(), |term| term.location.clone());
        let mut left = self.level(first, 0)?;
        if pair && self.is(",") {
            let mark = self.mark();
            self.advance();
            match self.level(None, 0) {
                Some(value) if self.is_keyword("in") => {
                    left = self.member("internal.member_3", vec![left, value], &start)?;
                }
                _ => self.back(&mark),
            }
        }
        while self.is_keyword("in") {
            left = self.member("internal.member_2", vec![left], &start)?;
        }
        Some(left)
    }

    fn member(&mut self, name: &str, mut operands: Vec<Term>, start: &Location) -> Option<Term> {
        let location = self.advance().location;
        operands.push(self.level(None, 0)?);
        operands.insert(0, Term::operator(name, &location));
        Some(Term::new(Node::Call(operands), self.since(start)))
    }

    fn level(&mut self, first: Option<Term>, level: usize) -> Option<Term> {
        let Some(operators) = LEVELS.get(level) else {
            return match first {
                Some(term) => Some(term),
                None => self.term(),
            };
        };
        let start = first.as_ref().map_or_else(|| self.location(), |term| term.location.clone());
        let mut left = self.level(first, level + 1)?;
        loop {
            let Kind::Mark(mark) = self.token().kind else { return Some(left) };
            let Some((_, name)) = operators.iter().find(|(operator, _)| *operator == mark) else { return Some(left) };
            let operator = self.advance().location;
            let right = self.level(None, level + 1)?;
            let call = vec![Term::operator(name, &operator), left, right];
            left = Term::new(Node::Call(call), self.since(&start));
        }
    }
}
