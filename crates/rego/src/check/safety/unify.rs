//! Which variables get a value when two terms are made equal.

use std::collections::{BTreeMap, HashMap};

use super::output::is_ref_safe;
use crate::{
    ast::{Node, Term, Var},
    check::vars::{self, Skip, VarSet},
    value::Value,
};

/// The variables that `a = b` gives values to, where those that `safe` names have one already.
pub(super) fn unify(a: &Term, b: &Term, safe: &dyn Fn(&Var) -> bool) -> VarSet {
    let mut unifier = Unifier { safe, unified: VarSet::new(), needs: HashMap::new(), needed_by: HashMap::new() };
    unifier.unify(a, b);
    unifier.unified
}

struct Unifier<'a> {
    safe: &'a dyn Fn(&Var) -> bool,
    unified: VarSet,
    /// What a variable without a value waits for.
    needs: HashMap<Var, VarSet>,
    /// Who waits for a variable.
    needed_by: HashMap<Var, Vec<Var>>,
}

impl Unifier<'_> {
    fn unify(&mut self, a: &Term, b: &Term) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || match (&a.node, &b.node) {
            (Node::Var(a), _) => self.unify_var(a, b),
            (Node::Ref(_) | Node::Call(_), Node::Var(_) | Node::Array(_) | Node::Object(_)) if self.has_value(a) => {
                self.mark_pattern(b);
            }
            (Node::ArrayComprehension(_), Node::Var(_) | Node::Array(_))
            | (Node::ObjectComprehension(_), Node::Var(_) | Node::Object(_)) => self.mark_pattern(b),
            (Node::Array(_) | Node::Object(_), Node::Var(b)) => self.unify_pattern(b, a),
            (
                Node::Array(_),
                Node::ArrayComprehension(_) | Node::ObjectComprehension(_) | Node::SetComprehension(_),
            ) => self.mark_pattern(a),
            (Node::Array(_) | Node::Object(_), Node::Ref(_) | Node::Call(_)) if self.has_value(b) => {
                self.mark_pattern(a);
            }
            (Node::Array(left), Node::Array(right)) if left.len() == right.len() => {
                for (a, b) in left.iter().zip(right) {
                    self.unify(a, b);
                }
            }
            (Node::Object(left), Node::Object(right)) if left.len() == right.len() => self.unify_objects(left, right),
            (Node::Ref(_) | Node::Call(_) | Node::Array(_) | Node::Object(_), _) => {}
            (_, Node::Var(b)) => self.mark(b),
            _ => {}
        });
    }

    fn unify_var(&mut self, a: &Var, other: &Term) {
        match &other.node {
            Node::Var(b) => {
                if self.is_safe(b) {
                    self.mark(a);
                } else if self.is_safe(a) {
                    self.mark(b);
                } else {
                    self.wait(a, b);
                    self.wait(b, a);
                }
            }
            Node::Array(_) | Node::Object(_) => self.unify_pattern(a, other),
            Node::Ref(_) | Node::Call(_) => {
                if self.has_value(other) {
                    self.mark(a);
                }
            }
            _ => self.mark(a),
        }
    }

    fn unify_objects(&mut self, left: &[(Term, Term)], right: &[(Term, Term)]) {
        let literals: BTreeMap<Value, &Term> =
            right.iter().filter_map(|(key, value)| Some((key.to_value()?, value))).collect();
        let others: Vec<_> = right.iter().filter(|(key, _)| key.to_value().is_none()).collect();
        for (key, value) in left {
            let other = match key.to_value() {
                Some(key) => literals.get(&key).copied(),
                None => others.iter().find(|(other, _)| other == key).map(|(_, value)| value),
            };
            if let Some(other) = other {
                self.unify(value, other);
            }
        }
    }

    fn unify_pattern(&mut self, var: &Var, pattern: &Term) {
        let vars = vars::of_term(pattern, Skip::PATTERN);
        if self.is_safe(var) {
            vars.iter().for_each(|var| self.mark(var));
            return;
        }
        let open: Vec<_> = vars.into_iter().filter(|var| !self.is_safe(var)).collect();
        if open.is_empty() {
            self.mark(var);
        }
        for other in &open {
            self.wait(var, other);
        }
    }

    fn is_safe(&self, var: &Var) -> bool {
        (self.safe)(var) || self.unified.contains(var)
    }

    /// Whether a reference or call can be evaluated with what had a value from the beginning.
    fn has_value(&self, term: &Term) -> bool {
        match &term.node {
            Node::Ref(terms) => is_ref_safe(terms, self.safe),
            _ => vars::of_term(term, Skip::HIDDEN).iter().all(self.safe),
        }
    }

    fn mark_pattern(&mut self, pattern: &Term) {
        for var in vars::of_term(pattern, Skip::PATTERN) {
            self.mark(&var);
        }
    }

    fn wait(&mut self, var: &Var, other: &Var) {
        self.needs.entry(var.clone()).or_default().insert(other.clone());
        self.needed_by.entry(other.clone()).or_default().push(var.clone());
    }

    /// The variable has a value; so have those it was waiting for, and those that waited for nothing else.
    fn mark(&mut self, var: &Var) {
        let mut pending = vec![var.clone()];
        while let Some(var) = pending.pop() {
            pending.extend(self.needs.remove(&var).into_iter().flatten());
            for waiting in self.needed_by.remove(&var).unwrap_or_default() {
                if let Some(needs) = self.needs.get_mut(&waiting)
                    && needs.remove(&var)
                    && needs.is_empty()
                {
                    pending.push(waiting);
                }
            }
            self.unified.insert(var);
        }
    }
}
