//! Terms without operators: literals, variables, references, calls.

use std::sync::Arc;

use super::state::Parser;
use crate::{
    ast::{Location, Node, Term, Var},
    lex::Kind,
    value::Number,
};

impl Parser<'_> {
    /// One operand.
    pub fn term(&mut self) -> Option<Term> {
        self.deeper(Self::operand)
    }

    fn operand(&mut self) -> Option<Term> {
        let start = self.location();
        let term = match self.token().kind.clone() {
            Kind::Name(name) => return self.name(&name, start),
            Kind::Number(text) => {
                self.advance();
                Term::new(Node::Number(Number::from_literal(&text)), start)
            }
            Kind::Mark("-") => return self.negative(start),
            Kind::String(text) | Kind::Raw(text) => {
                self.advance();
                return self.finish(Term::new(Node::String(text), start.clone()), &start);
            }
            Kind::Template(template) => {
                self.advance();
                self.template(&template, start)?
            }
            Kind::Mark("[") => {
                let term = self.array()?;
                return self.finish(term, &start);
            }
            Kind::Mark("{") => {
                let term = self.set_or_object()?;
                return self.finish(term, &start);
            }
            Kind::Mark("(") => return self.group(&start),
            _ => {
                self.illegal("");
                return None;
            }
        };
        Some(term)
    }

    fn negative(&mut self, start: Location) -> Option<Term> {
        self.advance();
        match self.token().kind.clone() {
            Kind::Number(text) if self.is_adjacent() => {
                self.advance();
                Some(Term::new(Node::Number(Number::from_literal(&format!("-{text}"))), self.since(&start)))
            }
            _ => {
                self.illegal("expected number");
                None
            }
        }
    }

    fn group(&mut self, start: &Location) -> Option<Term> {
        self.advance();
        let inner = self.infix()?;
        if !self.accept(")") {
            self.illegal("expected `)`");
            return None;
        }
        Some(Term::new(inner.node, self.since(start)))
    }

    fn name(&mut self, name: &Arc<str>, start: Location) -> Option<Term> {
        let node = match &**name {
            "null" => Node::Null,
            "true" => Node::Bool(true),
            "false" => Node::Bool(false),
            _ if self.keywords.has(name) && !(self.starts_reference() || self.is_contains_call(name)) => {
                self.illegal("");
                return None;
            }
            _ => {
                self.advance();
                let var = match &**name {
                    "_" => self.wildcard(&start),
                    _ => Term::new(Node::Var(Var::new(name)), start.clone()),
                };
                let term = self.finish(var, &start)?;
                return Some(match &term.node {
                    // The documents that every policy knows are references even where nothing follows.
                    Node::Var(var) if matches!(var.as_str(), "input" | "data") => {
                        let location = term.location.clone();
                        Term::new(Node::Ref(vec![term]), location)
                    }
                    _ => term,
                });
            }
        };
        self.advance();
        Some(Term::new(node, start))
    }

    /// Whether a keyword is the head of a reference: `default.x`, `if["x"]`.
    pub fn starts_reference(&self) -> bool {
        let (here, next) = (&self.token().location, self.ahead(1));
        here.end == next.location.start && matches!(next.kind, Kind::Mark("." | "["))
    }

    /// `contains` is a built-in as well.
    fn is_contains_call(&self, name: &str) -> bool {
        let (here, next) = (&self.token().location, self.ahead(1));
        name == "contains" && here.end == next.location.start && next.kind == Kind::Mark("(")
    }

    /// Reads what may follow a term without space: `.a`, `[b]` and `(c)`.
    pub fn finish(&mut self, head: Term, start: &Location) -> Option<Term> {
        self.finish_until_call(head, start, true)
    }

    /// The same; `many` says whether more may follow a call.
    pub fn finish_until_call(&mut self, head: Term, start: &Location, many: bool) -> Option<Term> {
        let mut term = head;
        while self.is_adjacent() {
            match self.token().kind {
                Kind::Mark("(") if matches!(term.node, Node::Var(_) | Node::Ref(_)) => {
                    term = self.arguments(term, start)?;
                    if !many {
                        return Some(term);
                    }
                }
                Kind::Mark("." | "[") => term = self.path(term, start)?,
                _ => break,
            }
        }
        Some(term)
    }

    fn arguments(&mut self, operator: Term, start: &Location) -> Option<Term> {
        self.advance();
        let operator = match operator.node {
            Node::Var(_) => {
                let location = operator.location.clone();
                Term::new(Node::Ref(vec![operator]), location)
            }
            _ => operator,
        };
        let is_set = operator.is_operator("set");
        let mut terms = vec![operator];
        terms.extend(self.list(")", Vec::new())?);
        if is_set && terms.len() == 1 {
            return Some(Term::new(Node::Set(Vec::new()), self.since(start)));
        }
        Some(Term::new(Node::Call(terms), self.since(start)))
    }

    fn path(&mut self, head: Term, start: &Location) -> Option<Term> {
        let mut parts = match head.node {
            Node::Ref(parts) => parts,
            _ => vec![head],
        };
        while self.is_adjacent() {
            if self.accept(".") {
                let location = self.location();
                let Kind::Name(name) = self.token().kind.clone() else {
                    self.illegal("expected var");
                    return None;
                };
                self.advance();
                parts.push(Term::string(&*name, &location));
            } else if self.accept("[") {
                let Some(part) = self.infix() else { return None };
                if !self.accept("]") {
                    self.illegal("expected `]`");
                    return None;
                }
                parts.push(part);
            } else {
                break;
            }
        }
        Some(Term::new(Node::Ref(parts), self.since(start)))
    }

    /// Terms separated by commas, up to and with a closing mark. A comma may stand before it.
    pub fn list(&mut self, close: &'static str, mut terms: Vec<Term>) -> Option<Vec<Term>> {
        loop {
            if self.accept(close) {
                return Some(terms);
            }
            terms.push(self.infix_in_list()?);
            if !self.is(close) && !self.accept(",") {
                self.illegal(&format!("expected \",\" or \"{close}\""));
                return None;
            }
        }
    }
}
