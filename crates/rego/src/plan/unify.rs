//! Unification: which side gives variables their values is decided here.

use std::collections::VecDeque;

use super::{Part, Pattern, Step, Term, scope::Frame};
use crate::ast::{self, Node};

impl Frame<'_> {
    /// Plans `left = right`.
    pub fn unify(&mut self, left: &ast::Term, right: &ast::Term, steps: &mut Vec<Step>) {
        let mut pairs = VecDeque::from([(left, right)]);
        let mut waited = 0;
        while let Some((left, right)) = pairs.pop_front() {
            if let Some(parts) = elementwise(left, right) {
                match parts {
                    Some(parts) => parts.into_iter().rev().for_each(|pair| pairs.push_front(pair)),
                    None => return steps.push(Step::Fail),
                }
                waited = 0;
            } else if self.unify_pair(left, right, steps) {
                waited = 0;
            } else if waited > pairs.len() {
                return self.unordered(left);
            } else {
                waited += 1;
                pairs.push_back((left, right));
            }
        }
    }

    /// Plans one pair if one of its sides has a value.
    fn unify_pair(&mut self, left: &ast::Term, right: &ast::Term, steps: &mut Vec<Step>) -> bool {
        let (value, other) = match (self.is_evaluable(left), self.is_evaluable(right)) {
            // A side that gives variables their values scans into the other.
            (true, true) if self.is_scan(right) && !self.is_scan(left) => (right, left),
            (true, true) if self.unbound(right).is_some() => (left, right),
            (true, true) => (left, right),
            (true, false) => (left, right),
            (false, true) => (right, left),
            (false, false) => return false,
        };
        if self.is_evaluable(other) {
            let other = self.term(other, steps);
            self.match_value(value, Pattern::Equal(other), steps);
        } else if let Some(var) = self.unbound(other) {
            let var = var.clone();
            // The value is planned first: it must not see the variable, but may give it its value on the way.
            if let Node::Ref(parts) = &value.node {
                let reference = self.reference(parts, value, steps);
                let pattern = self.variable(&var);
                scan_or_match(reference, pattern, steps);
            } else {
                let term = self.term(value, steps);
                let pattern = self.variable(&var);
                steps.push(Step::Match(term, pattern));
            }
        } else {
            // A pattern may hold references of its own, which are planned before it.
            let leaves = self.leaves(other, steps);
            let term = self.term(value, steps);
            let pattern = self.shape(other, &mut leaves.into_iter(), steps);
            steps.push(Step::Match(term, pattern));
        }
        true
    }

    fn variable(&mut self, var: &ast::Var) -> Pattern {
        match self.bound_slot(var) {
            Some(slot) => Pattern::Equal(Term::Slot(slot)),
            None => Pattern::Bind(self.bind(var)),
        }
    }

    fn match_value(&mut self, value: &ast::Term, pattern: Pattern, steps: &mut Vec<Step>) {
        if let Node::Ref(parts) = &value.node {
            let reference = self.reference(parts, value, steps);
            scan_or_match(reference, pattern, steps);
        } else {
            let term = self.term(value, steps);
            steps.push(Step::Match(term, pattern));
        }
    }

    fn is_scan(&self, term: &ast::Term) -> bool {
        matches!(&term.node, Node::Ref(parts) if parts[1..].iter().any(|part| !self.is_evaluable(part)))
    }

    /// Plans a pattern: variables without a value get theirs by it.
    pub fn pattern(&mut self, term: &ast::Term, steps: &mut Vec<Step>) -> Pattern {
        let leaves = self.leaves(term, steps);
        self.shape(term, &mut leaves.into_iter(), steps)
    }

    /// Plans everything in a pattern that is neither variable, array nor object, in order.
    fn leaves(&mut self, term: &ast::Term, steps: &mut Vec<Step>) -> Vec<Term> {
        match &term.node {
            Node::Var(_) => Vec::new(),
            Node::Array(items) => items.iter().flat_map(|item| self.leaves(item, steps)).collect(),
            Node::Object(entries) => entries.iter().flat_map(|(_, value)| self.leaves(value, steps)).collect(),
            _ => vec![self.term(term, steps)],
        }
    }

    fn shape(&mut self, term: &ast::Term, leaves: &mut std::vec::IntoIter<Term>, steps: &mut Vec<Step>) -> Pattern {
        match &term.node {
            Node::Var(var) if self.is_bound(var) => Pattern::Equal(self.term(term, steps)),
            Node::Var(var) => Pattern::Bind(self.bind(var)),
            Node::Array(items) => Pattern::Array(items.iter().map(|item| self.shape(item, leaves, steps)).collect()),
            Node::Object(entries) => Pattern::Object(
                entries.iter().map(|(key, value)| (self.term(key, steps), self.shape(value, leaves, steps))).collect(),
            ),
            _ => Pattern::Equal(leaves.next().unwrap_or(Term::Const(crate::Value::Null))),
        }
    }
}

fn scan_or_match(reference: super::Reference, pattern: Pattern, steps: &mut Vec<Step>) {
    steps.push(match reference.parts.iter().all(|part| matches!(part, Part::Known(_))) {
        true => Step::Match(Term::Ref(Box::new(reference)), pattern),
        false => Step::Scan(reference, pattern),
    });
}

type Pairs<'t> = Vec<(&'t ast::Term, &'t ast::Term)>;

/// Two arrays, or two objects with constant keys, are unified part by part. `Some(None)`: they cannot be equal.
fn elementwise<'t>(left: &'t ast::Term, right: &'t ast::Term) -> Option<Option<Pairs<'t>>> {
    match (&left.node, &right.node) {
        (Node::Array(left), Node::Array(right)) => {
            Some((left.len() == right.len()).then(|| left.iter().zip(right).collect()))
        }
        (Node::Object(left), Node::Object(right)) => {
            let keys = |entries: &'t [(ast::Term, ast::Term)]| {
                entries
                    .iter()
                    .map(|(key, value)| Some((key.to_value()?, value)))
                    .collect::<Option<std::collections::BTreeMap<_, _>>>()
            };
            let (left, right) = (keys(left)?, keys(right)?);
            let same = left.len() == right.len() && left.keys().zip(right.keys()).all(|(a, b)| a == b);
            Some(same.then(|| left.into_values().zip(right.into_values()).collect()))
        }
        _ => None,
    }
}
