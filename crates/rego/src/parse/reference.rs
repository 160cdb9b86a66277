//! References and calls.

use super::state::Parser;
use crate::{
    ast::{Location, Node, Term},
    lex::Kind,
};

impl Parser<'_> {
    /// The rest of a reference or call behind its head. `offset` is where its text begins.
    pub fn reference_from(&mut self, head: Term, offset: u32) -> Option<Term> {
        let start = head.location.clone();
        self.chain(|parser| {
            let mut head = head;
            loop {
                let (term, goes_on) = parser.reference_part(head, offset)?;
                let location = Location { start: offset, end: parser.state.last_end, ..start.clone() };
                head = Term { location, ..term };
                if !goes_on {
                    return Some(head);
                }
                parser.link()?;
            }
        })
    }

    /// A reference up to its end or to its first call, and whether something follows that call.
    fn reference_part(&mut self, head: Term, offset: u32) -> Option<(Term, bool)> {
        let start = head.location.clone();
        if !may_be_head(&head.node) {
            self.error_at(&start, format!("illegal ref (head cannot be {})", head.node.kind()));
        }
        let mut parts = vec![head];
        loop {
            match self.kind() {
                Kind::Dot => {
                    self.scan_space();
                    if !self.is(Kind::Ident) && !self.is_ref_keyword() {
                        return self.illegal("expected identifier");
                    }
                    parts.push(Term::string(self.word(), &self.here()));
                    self.scan_space();
                }
                Kind::LeftBracket => {
                    self.scan();
                    let part = self.infix()?;
                    if !self.is(Kind::RightBracket) {
                        return self.illegal("expected [");
                    }
                    parts.push(part);
                    self.scan_space();
                }
                Kind::LeftParen => {
                    let location = Location { start: offset, end: self.offset(), ..start };
                    let call = self.call(Term::new(Node::Ref(parts), location), offset)?;
                    let goes_on = matches!(self.kind(), Kind::Dot | Kind::LeftBracket);
                    if self.is(Kind::Whitespace) {
                        self.scan();
                    }
                    return Some((call, goes_on));
                }
                kind => {
                    if kind == Kind::Whitespace {
                        self.scan();
                    }
                    return Some((Term::new(Node::Ref(parts), start), false));
                }
            }
        }
    }

    /// Arguments in parentheses. `set()` is the empty set.
    fn call(&mut self, operator: Term, offset: u32) -> Option<Term> {
        let location = operator.location.clone();
        self.scan();
        let is_set = matches!(&operator.node, Node::Ref(parts) if parts.len() == 1
            && parts[0].as_var().is_some_and(|var| var.as_str() == "set"));
        let mut terms = vec![operator];
        if !self.is(Kind::RightParen) {
            self.terms_until(Kind::RightParen, &mut terms)?;
        }
        let location = Location { start: offset, end: self.state.token.end, ..location };
        self.scan_space();
        let node = if is_set && terms.len() == 1 { Node::Set(Vec::new()) } else { Node::Call(terms) };
        Some(Term::new(node, location))
    }

    /// Terms with commas between them, and perhaps one behind them, up to a closing bracket, which stays.
    pub fn terms_until(&mut self, end: Kind, terms: &mut Vec<Term>) -> Option<()> {
        while !self.is(end) {
            terms.push(self.infix_in_list()?);
            self.comma_or(end)?;
        }
        Some(())
    }

    /// Steps over a comma; a closing bracket stays.
    pub fn comma_or(&mut self, end: Kind) -> Option<()> {
        if self.is(Kind::Comma) {
            self.scan();
        } else if !self.is(end) {
            return self.illegal(&format!("expected \",\" or \"{}\"", end.name()));
        }
        Some(())
    }
}

fn may_be_head(node: &Node) -> bool {
    matches!(
        node,
        Node::Var(_)
            | Node::Array(_)
            | Node::Object(_)
            | Node::Set(_)
            | Node::ArrayComprehension(_)
            | Node::SetComprehension(_)
            | Node::ObjectComprehension(_)
            | Node::Call(_)
    )
}
