//! References as they were written, before the compiler gave variables other names.

use std::collections::HashMap;

use crate::ast::{Node, Ref, Term, Var};

/// What generated variables stand for.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    /// Whole terms that were taken out of an expression.
    pub subjects: &'a HashMap<Var, Node>,
    /// Other names of variables, of the query and of the policy.
    pub rewritten: [Option<&'a HashMap<Var, Var>>; 2],
}

impl Names<'_> {
    /// The reference as it was written.
    pub fn restore(&self, reference: &[Term]) -> Ref {
        reference.iter().map(|term| self.restore_term(term)).collect()
    }

    fn restore_term(&self, term: &Term) -> Term {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
            let all = |terms: &[Term]| terms.iter().map(|term| self.restore_term(term)).collect();
            let node = match &term.node {
                Node::Var(var) => self.restore_var(var),
                Node::Ref(terms) => Node::Ref(all(terms)),
                Node::Array(items) => Node::Array(all(items)),
                Node::Set(items) => Node::Set(all(items)),
                Node::Object(entries) => {
                    let entry = |(key, value): &(Term, Term)| (self.restore_term(key), self.restore_term(value));
                    Node::Object(entries.iter().map(entry).collect())
                }
                other => other.clone(),
            };
            Term::new(node, term.location.clone())
        })
    }

    fn restore_var(&self, var: &Var) -> Node {
        if let Some(subject) = self.subjects.get(var) {
            return subject.clone();
        }
        let renamed = self.rewritten.iter().flatten().find_map(|map| map.get(var));
        Node::Var(renamed.unwrap_or(var).clone())
    }
}
