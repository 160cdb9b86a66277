//! Arrays, sets, objects and comprehensions.
//!
//! `|` behind the first term can begin the body of a comprehension or be an operator. The comprehension is tried first;
//! where it fails, the place is remembered, so that no bracket is tried twice however deeply brackets are nested.

use super::{infix::Begun, state::Parser};
use crate::{
    ast::{Body, Comprehension, Location, Node, ObjectComprehension, Term, compare},
    lex::Kind,
};

/// How trying a comprehension ended.
enum Tried {
    Done(Body),
    /// It is none: the parser is at the `|` again.
    Other,
    Failed,
}

impl Parser<'_> {
    pub fn array(&mut self) -> Option<Term> {
        let start = self.here();
        self.scan();
        let node = self.array_items(start.start)?;
        Some(self.closed(node, start))
    }

    fn array_items(&mut self, bracket: u32) -> Option<Node> {
        if self.is(Kind::RightBracket) {
            return Some(Node::Array(Vec::new()));
        }
        let leading_comma = self.leading_comma();
        let offset = self.offset();
        let mut first = self.term()?;
        if self.is(Kind::Union) && !leading_comma {
            match self.comprehension_body(bracket, Kind::RightBracket, |kind| kind == Kind::Comma) {
                Tried::Done(body) => {
                    return Some(Node::ArrayComprehension(Box::new(Comprehension { term: first, body })));
                }
                Tried::Other => {}
                Tried::Failed => return None,
            }
        }
        if !matches!(self.kind(), Kind::Comma | Kind::RightBracket) {
            first = self.infix_from(Begun { first: Some(first), offset })?;
        }
        Some(Node::Array(self.items_behind(first, Kind::RightBracket)?))
    }

    fn items_behind(&mut self, first: Term, end: Kind) -> Option<Vec<Term>> {
        let mut items = vec![first];
        self.comma_or(end)?;
        self.terms_until(end, &mut items)?;
        Some(items)
    }

    pub fn set_or_object(&mut self) -> Option<Term> {
        let start = self.here();
        self.scan();
        let node = self.set_or_object_items(start.start)?;
        Some(self.closed(node, start))
    }

    fn set_or_object_items(&mut self, brace: u32) -> Option<Node> {
        if self.is(Kind::RightBrace) {
            return Some(Node::Object(Vec::new()));
        }
        let leading_comma = self.leading_comma();
        let offset = self.offset();
        let first = self.term()?;
        match self.kind() {
            Kind::Union if !leading_comma => {
                match self.comprehension_body(brace, Kind::RightBrace, |kind| kind == Kind::Comma) {
                    Tried::Done(body) => {
                        return Some(Node::SetComprehension(Box::new(Comprehension { term: first, body })));
                    }
                    Tried::Other => {}
                    Tried::Failed => return None,
                }
                let first = self.infix_from(Begun { first: Some(first), offset })?;
                self.set_behind(first)
            }
            Kind::RightBrace | Kind::Comma => self.set_behind(first),
            Kind::Colon => self.object_behind(first, brace, leading_comma),
            _ => {
                let first = self.infix_from(Begun { first: Some(first), offset })?;
                match self.kind() {
                    Kind::RightBrace | Kind::Comma => self.set_behind(first),
                    Kind::Colon => self.object_behind(first, brace, leading_comma),
                    _ => self.illegal("non-terminated set"),
                }
            }
        }
    }

    fn set_behind(&mut self, first: Term) -> Option<Node> {
        let mut items = self.items_behind(first, Kind::RightBrace)?;
        keep_first(&mut items);
        Some(Node::Set(items))
    }

    fn object_behind(&mut self, key: Term, brace: u32, leading_comma: bool) -> Option<Node> {
        self.scan();
        let offset = self.offset();
        let mut value = self.term()?;
        if self.is(Kind::Union) && !leading_comma {
            match self.comprehension_body(brace, Kind::RightBrace, |_| true) {
                Tried::Done(body) => {
                    return Some(Node::ObjectComprehension(Box::new(ObjectComprehension { key, value, body })));
                }
                Tried::Other => {}
                Tried::Failed => return None,
            }
        }
        if leading_comma || !matches!(self.kind(), Kind::Comma | Kind::RightBrace) {
            value = self.infix_from(Begun { first: Some(value), offset })?;
            if !matches!(self.kind(), Kind::Comma | Kind::RightBrace) {
                return self.illegal("non-terminated object");
            }
        }
        let mut entries = vec![(key, value)];
        self.comma_or(Kind::RightBrace)?;
        while !self.is(Kind::RightBrace) {
            let key = self.infix_in_list()?;
            if !self.is(Kind::Colon) {
                return self.illegal("expected \":\"");
            }
            self.scan();
            let value = self.infix_in_list()?;
            entries.push((key, value));
            self.comma_or(Kind::RightBrace)?;
        }
        Some(Node::Object(entries))
    }

    /// Tries what stands behind a `|` as the body of a comprehension. `goes_on` tells by the token at which that fails
    /// whether it may be something else.
    fn comprehension_body(&mut self, bracket: u32, end: Kind, goes_on: impl Fn(Kind) -> bool) -> Tried {
        if self.memo.no_comprehension.contains(&bracket) {
            return Tried::Other;
        }
        let bar = self.save();
        self.scan();
        if let Some(body) = self.body(end) {
            return Tried::Done(body);
        }
        if !goes_on(self.kind()) {
            return Tried::Failed;
        }
        self.restore(bar);
        self.memo.no_comprehension.insert(bracket);
        Tried::Other
    }

    /// A comma in front of the first item is passed over.
    fn leading_comma(&mut self) -> bool {
        let is = self.is(Kind::Comma);
        if is {
            self.scan();
        }
        is
    }

    fn closed(&self, node: Node, start: Location) -> Term {
        Term::new(node, Location { end: self.state.token.end, ..start })
    }
}

/// Of equal members of a set only the first one stays.
fn keep_first(items: &mut Vec<Term>) {
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by(|a, b| compare::term(&items[*a], &items[*b]).then(a.cmp(b)));
    let mut keep = vec![true; items.len()];
    for pair in order.windows(2) {
        keep[pair[1]] = compare::term(&items[pair[0]], &items[pair[1]]).is_ne();
    }
    let mut keep = keep.into_iter();
    items.retain(|_| keep.next().unwrap_or(true));
}
