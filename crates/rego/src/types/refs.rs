//! Checks of references: whether what they ask for can be there.

use std::rc::Rc;

use super::{
    env::{Env, Found, at_constant, is_root},
    failure::{self, Failure, Invalid},
    infer::unify,
    lattice::Type,
    tree::{Tree, key_of},
    unify::unifies,
};
use crate::{
    ast::{Body, Expr, ExprKind, Node, TemplatePart, Term},
    value::Value,
};

/// Checks the references of an expression, those in comprehensions left out.
pub(super) fn check<'a>(env: &Rc<Env<'a>>, expr: &Expr) -> Vec<Failure> {
    let mut check = Check { env, failures: Vec::new() };
    check.expr(expr);
    check.failures
}

struct Check<'e, 'a> {
    env: &'e Rc<Env<'a>>,
    failures: Vec<Failure>,
}

type Checked = Result<(), Box<Failure>>;

impl<'a> Check<'_, 'a> {
    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Call(terms) => return terms.iter().skip(1).for_each(|term| self.term(term)),
            ExprKind::Term(term) => return self.term(term),
            ExprKind::Some(some) => some.symbols.iter().for_each(|term| self.term(term)),
            ExprKind::Every(every) => {
                every.key.iter().for_each(|term| self.term(term));
                self.term(&every.value);
                self.term(&every.domain);
                self.body(&every.body);
            }
            ExprKind::And(sides) | ExprKind::Or(sides) => {
                self.body(&sides.lhs);
                self.body(&sides.rhs);
            }
        }
        for with in &expr.with {
            self.term(&with.target);
            self.term(&with.value);
        }
    }

    fn body(&mut self, body: &Body) {
        body.iter().for_each(|expr| self.expr(expr));
    }

    fn term(&mut self, term: &Term) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || match &term.node {
            Node::Ref(terms) => self.reference(terms),
            Node::Array(items) | Node::Set(items) | Node::Call(items) => items.iter().for_each(|item| self.term(item)),
            Node::Object(entries) => entries.iter().for_each(|(key, value)| {
                self.term(key);
                self.term(value);
            }),
            Node::Template(template) => template.parts.iter().for_each(|part| match part {
                TemplatePart::Text(_) => {}
                TemplatePart::Expr(expr) => self.expr(expr),
            }),
            Node::Not(not) => self.body(&not.body),
            _ => {}
        });
    }

    fn reference(&mut self, terms: &[Term]) {
        if let Some(of @ Type::Function(_)) = self.env.reference(terms) {
            self.failures.push(self.unsupported(terms, terms.len() - 1, &of));
            return;
        }
        if let Err(failure) = self.in_layer(self.env, terms) {
            self.failures.push(*failure);
        }
        terms.iter().for_each(|term| self.term(term));
    }

    fn unsupported(&self, terms: &[Term], position: usize, have: &Type) -> Failure {
        let names = &self.env.shared.names;
        failure::unsupported(&terms[0].location, &names.restore(terms), position, have)
    }

    fn invalid(
        &self,
        terms: &[Term],
        position: usize,
        have: Option<Type>,
        want: Option<Type>,
        one_of: Option<Vec<Value>>,
    ) -> Checked {
        let reference = self.env.shared.names.restore(terms);
        let invalid = Invalid { reference, position, have, want, one_of };
        Err(Box::new(invalid.failure(&terms[0].location)))
    }

    /// Looks the reference up in a layer and those behind it.
    fn in_layer(&self, layer: &Env<'a>, terms: &[Term]) -> Checked {
        match layer.find(&terms[0]) {
            Some(Found::Var(of)) => self.in_value(&of, terms, 1),
            Some(Found::Tree(tree)) => self.in_tree(layer, tree, terms, 1),
            None => match &layer.next {
                Some(next) => self.in_layer(next, terms),
                None if is_root(&terms[0]) => self.in_value(&Type::Any, terms, 1),
                None => self.in_value(&Type::Any, terms, 0),
            },
        }
    }

    /// Looks the rest of the reference up in a tree of documents, or in the type of one of them.
    fn in_tree(&self, layer: &Env<'a>, tree: &Tree, terms: &[Term], at: usize) -> Checked {
        if let Some(of) = tree.value() {
            return self.in_value(of, terms, at);
        }
        let Some(head) = terms.get(at) else { return Ok(()) };
        let keys = || tree.children().map(|(key, _)| key.clone()).collect::<Vec<_>>();
        if at <= 2 && !matches!(head.node, Node::Var(_) | Node::String(_)) {
            return self.invalid(terms, at, self.env.term(head), Some(Type::String), Some(keys()));
        }
        if let Node::Var(var) = &head.node {
            let known = tree.extent().keys();
            match self.env.var(var) {
                Some(have) if !unifies(known.as_ref(), Some(&have)) => {
                    return self.invalid(terms, at, Some(have), known, Some(keys()));
                }
                Some(_) => {}
                None => self.env.put_var(var, known),
            }
        }
        if let Some(child) = key_of(head).and_then(|key| tree.child(&key)) {
            return self.in_tree(layer, child, terms, at + 1);
        }
        match &layer.next {
            Some(next) => self.in_layer(next, terms),
            None if is_root(&terms[0]) => {
                self.infer_below(layer, tree, terms, at + 1);
                Ok(())
            }
            None => self.in_value(&Type::Any, terms, 0),
        }
    }

    /// The reference may mean any document below: variables behind get the keys of all of them.
    fn infer_below(&self, layer: &Env<'a>, tree: &Tree, terms: &[Term], at: usize) {
        let rest = terms.get(at..).unwrap_or_default();
        let open: Vec<_> = rest.iter().filter_map(Term::as_var).filter(|var| self.env.var(var).is_none()).collect();
        if open.is_empty() {
            return;
        }
        let mut found: Vec<Option<Type>> = vec![None; open.len()];
        for (_, child) in tree.children() {
            // What does not fit one of them may fit another.
            let _ = self.in_tree(layer, child, terms, at);
            for (var, found) in open.iter().zip(&mut found) {
                *found = Type::or(found.take(), self.env.take_var(var));
            }
        }
        open.iter().zip(found).for_each(|(var, found)| self.env.put_var(var, found));
    }

    /// Looks the rest of the reference up in a type.
    fn in_value(&self, of: &Type, terms: &[Term], at: usize) -> Checked {
        let mut of = of.clone();
        for (at, head) in terms.iter().enumerate().skip(at) {
            if of.is_empty_collection() {
                return self.in_empty(&of, terms, at);
            }
            let Some(keys) = of.keys() else {
                return Err(Box::new(self.unsupported(terms, at.saturating_sub(1), &of)));
            };
            let next = match &head.node {
                Node::Var(_) | Node::Ref(_) | Node::Array(_) | Node::Object(_) | Node::Set(_) => {
                    self.key(&of, keys, terms, at)?;
                    of.values()
                }
                _ => match at_constant(&of, head) {
                    Some(next) => Some(next),
                    None => return self.invalid(terms, at, None, Some(keys), one_of(&of)),
                },
            };
            let Some(next) = next else { return Ok(()) };
            of = next;
        }
        Ok(())
    }

    fn key(&self, of: &Type, keys: Type, terms: &[Term], at: usize) -> Checked {
        let head = &terms[at];
        let have = match &head.node {
            Node::Var(var) => match self.env.var(var) {
                None => {
                    self.env.put_var(var, Some(keys));
                    return Ok(());
                }
                have => have,
            },
            Node::Ref(reference) => match self.env.reference(reference) {
                None => return Ok(()),
                have => have,
            },
            _ => {
                return match unify(self.env, head, Some(&keys), false) {
                    true => Ok(()),
                    false => self.invalid(terms, at, self.env.term(head), Some(keys), None),
                };
            }
        };
        match unifies(have.as_ref(), Some(&keys)) {
            true => Ok(()),
            false => self.invalid(terms, at, have, Some(keys), one_of(of)),
        }
    }

    /// A literal can be no key of what is empty. Iteration over it finds nothing, which is no mistake.
    fn in_empty(&self, of: &Type, terms: &[Term], at: usize) -> Checked {
        match &terms[at].node {
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::String(_) => self.invalid(terms, at, None, None, None),
            Node::Var(var) => match (self.env.var(var), of.keys()) {
                (None, _) => {
                    self.env.put_var(var, Some(Type::Any));
                    Ok(())
                }
                (Some(have), Some(keys)) if !unifies(Some(&have), Some(&keys)) => {
                    self.invalid(terms, at, Some(have), Some(keys), None)
                }
                _ => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

/// The known keys of objects. None where there are none.
fn one_of(of: &Type) -> Option<Vec<Value>> {
    let mut keys = Vec::new();
    collect_keys(of, &mut keys);
    keys.sort();
    keys.dedup();
    (!keys.is_empty()).then_some(keys)
}

fn collect_keys(of: &Type, keys: &mut Vec<Value>) {
    match of.unrolled() {
        Type::Object(object) => keys.extend(object.properties.iter().map(|(key, _)| key.clone())),
        Type::Union(union) => union.of.iter().for_each(|of| collect_keys(of, keys)),
        _ => {}
    }
}
