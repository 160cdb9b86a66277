//! Arrays, sets, objects and comprehensions.

use super::state::Parser;
use crate::ast::{Comprehension, Location, Node, ObjectComprehension, Term};

impl Parser<'_> {
    /// What `[` begins.
    pub fn array(&mut self) -> Option<Term> {
        let start = self.advance().location;
        if self.accept("]") {
            return Some(Term::new(Node::Array(Vec::new()), self.since(&start)));
        }
        // Commas at the beginning are accepted, as they always were.
        let plain = self.accept(",");
        let head = self.term()?;
        if self.is("|") && !plain {
            let mark = self.mark();
            self.advance();
            if let Some(body) = self.body("]") {
                let inner = Comprehension { term: head, body };
                return Some(Term::new(Node::ArrayComprehension(Box::new(inner)), self.since(&start)));
            }
            if !self.is(",") {
                return None;
            }
            self.back(&mark);
        }
        let items = self.rest_of_list("]", head)?;
        Some(Term::new(Node::Array(items), self.since(&start)))
    }

    fn rest_of_list(&mut self, close: &'static str, head: Term) -> Option<Vec<Term>> {
        let first = self.infix_from(head)?;
        if !self.is(close) && !self.accept(",") {
            self.illegal(&format!("expected \",\" or \"{close}\""));
            return None;
        }
        self.list(close, vec![first])
    }

    /// What `{` begins.
    pub fn set_or_object(&mut self) -> Option<Term> {
        let start = self.advance().location;
        if self.accept("}") {
            return Some(Term::new(Node::Object(Vec::new()), self.since(&start)));
        }
        let plain = self.accept(",");
        let head = self.term()?;
        if self.is("|") && !plain {
            let mark = self.mark();
            self.advance();
            if let Some(body) = self.body("}") {
                let inner = Comprehension { term: head, body };
                return Some(Term::new(Node::SetComprehension(Box::new(inner)), self.since(&start)));
            }
            if !self.is(",") {
                return None;
            }
            self.back(&mark);
        }
        if self.accept(":") {
            return self.object(head, &start, !plain);
        }
        let head = self.infix_from(head)?;
        if self.accept(":") {
            return self.object(head, &start, !plain);
        }
        if !self.is("}") && !self.accept(",") {
            self.illegal("expected \",\" or \"}\"");
            return None;
        }
        let items = self.list("}", vec![head])?;
        Some(Term::new(Node::Set(items), self.since(&start)))
    }

    fn object(&mut self, key: Term, start: &Location, may_comprehend: bool) -> Option<Term> {
        let value = self.term()?;
        if self.is("|") && may_comprehend {
            let mark = self.mark();
            self.advance();
            if let Some(body) = self.body("}") {
                let inner = ObjectComprehension { key, value, body };
                return Some(Term::new(Node::ObjectComprehension(Box::new(inner)), self.since(start)));
            }
            if !self.is(",") {
                return None;
            }
            self.back(&mark);
        }
        let mut entries = vec![(key, self.infix_from(value)?)];
        loop {
            if self.accept("}") {
                return Some(Term::new(Node::Object(entries), self.since(start)));
            }
            if !self.accept(",") {
                self.illegal("expected \",\" or \"}\"");
                return None;
            }
            if self.is("}") {
                continue;
            }
            let key = self.infix_in_list()?;
            if !self.accept(":") {
                self.illegal("expected \":\"");
                return None;
            }
            entries.push((key, self.infix_in_list()?));
        }
    }
}
