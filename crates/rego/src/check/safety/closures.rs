//! Bodies inside expressions: comprehensions, `every`, `not`, `and`, `or`.

use super::reorder::{Reorder, Unsafe};
use crate::{
    ast::{Body, Expr, ExprKind, Node, TemplatePart, Term, Var},
    check::vars::{self, Skip, VarSet},
};

/// All variables inside the closures of an expression.
pub(super) fn vars(expr: &Expr) -> VarSet {
    let mut found = Found(VarSet::new());
    found.expr(expr);
    found.0
}

struct Found(VarSet);

impl Found {
    fn body(&mut self, body: &Body) {
        self.0.extend(vars::of_body(body, Skip::NOTHING));
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Term(term) => self.term(term),
            ExprKind::Call(call) => self.terms(call),
            ExprKind::Some(some) => self.terms(&some.symbols),
            ExprKind::Every(every) => self.body(&every.body),
            ExprKind::And(both) | ExprKind::Or(both) => {
                self.body(&both.lhs);
                self.body(&both.rhs);
            }
        }
        for with in &expr.with {
            self.term(&with.target);
            self.term(&with.value);
        }
    }

    fn terms(&mut self, terms: &[Term]) {
        terms.iter().for_each(|term| self.term(term));
    }

    fn term(&mut self, term: &Term) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || match &term.node {
            Node::Ref(items) | Node::Array(items) | Node::Set(items) | Node::Call(items) => self.terms(items),
            Node::Object(entries) => {
                for (key, value) in entries {
                    self.term(key);
                    self.term(value);
                }
            }
            Node::Template(template) => {
                for part in &template.parts {
                    match part {
                        TemplatePart::Text(text) => self.term(text),
                        TemplatePart::Expr(expr) => self.expr(expr),
                    }
                }
            }
            Node::Not(not) => self.body(&not.body),
            Node::ArrayComprehension(_) | Node::SetComprehension(_) | Node::ObjectComprehension(_) => {
                self.0.extend(vars::of_term(term, Skip::NOTHING));
            }
            _ => {}
        });
    }
}

/// Puts the bodies inside an expression in order. First of what is given back are the variables of the heads of
/// comprehensions that have no value.
pub(super) fn reorder(expr: &mut Expr, reorder: &mut Reorder<'_>) -> (Vec<Var>, Vec<Unsafe>) {
    let mut closures = Closures { reorder, open: Vec::new(), inner: Vec::new() };
    closures.expr(expr);
    (closures.open, closures.inner)
}

struct Closures<'c, 'a> {
    reorder: &'c mut Reorder<'a>,
    open: Vec<Var>,
    inner: Vec<Unsafe>,
}

impl Closures<'_, '_> {
    fn closure(&mut self, head: &VarSet, body: &mut Body) {
        let (open, inner) = self.reorder.closure(head, body);
        self.open.extend(open);
        self.inner.extend(inner);
    }

    fn expr(&mut self, expr: &mut Expr) {
        match &mut expr.kind {
            ExprKind::Every(every) => {
                let keys = every.key.iter().chain([&every.value]);
                self.reorder.learn(keys.flat_map(|term| vars::of_term(term, Skip::NOTHING)).collect::<Vec<_>>());
                self.closure(&VarSet::new(), &mut every.body);
                return;
            }
            ExprKind::And(both) | ExprKind::Or(both) => {
                self.closure(&VarSet::new(), &mut both.lhs);
                self.closure(&VarSet::new(), &mut both.rhs);
                return;
            }
            ExprKind::Term(term) => {
                if let Node::Not(not) = &mut term.node {
                    self.closure(&VarSet::new(), &mut not.body);
                    return;
                }
                self.term(term);
            }
            ExprKind::Call(call) => self.terms(call),
            ExprKind::Some(some) => self.terms(&mut some.symbols),
        }
        for with in &mut expr.with {
            self.term(&mut with.target);
            self.term(&mut with.value);
        }
    }

    fn terms(&mut self, terms: &mut [Term]) {
        terms.iter_mut().for_each(|term| self.term(term));
    }

    fn term(&mut self, term: &mut Term) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || match &mut term.node {
            Node::Ref(items) | Node::Array(items) | Node::Set(items) | Node::Call(items) => self.terms(items),
            Node::Object(entries) => {
                for (key, value) in entries {
                    self.term(key);
                    self.term(value);
                }
            }
            Node::Not(not) => self.closure(&VarSet::new(), &mut not.body),
            Node::ArrayComprehension(inner) | Node::SetComprehension(inner) => {
                let head = vars::of_term(&inner.term, Skip::NOTHING);
                self.closure(&head, &mut inner.body);
            }
            Node::ObjectComprehension(inner) => {
                let mut head = vars::of_term(&inner.key, Skip::NOTHING);
                head.extend(vars::of_term(&inner.value, Skip::NOTHING));
                self.closure(&head, &mut inner.body);
            }
            Node::Template(template) => {
                for part in &mut template.parts {
                    if let TemplatePart::Expr(expr) = part {
                        self.expr(expr);
                    }
                }
            }
            _ => {}
        });
    }
}
