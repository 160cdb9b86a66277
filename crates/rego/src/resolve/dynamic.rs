//! References and comprehensions inside other terms are evaluated first: `f(data.bar)` is
//! `__local0__ = data.bar; f(__local0__)`. Also `==` becomes `=`, once no variable can get a value by it.

use super::{Names, push};
use crate::ast::{Body, Expr, ExprKind, Module, Node, Term, With, walk};

/// In all modules.
pub(crate) fn modules(modules: &mut [Module], names: &mut Names) {
    walk::rules(modules, |rule| Lifter(names).body(&mut rule.body));
}

/// In a query.
pub(crate) fn query(query: &mut Body, names: &mut Names) {
    Lifter(names).body(query);
}

/// Writes `=` for `==` in all modules.
pub(crate) fn equals(modules: &mut [Module]) {
    walk::rules(modules, |rule| {
        walk::rule_bodies(rule, &mut |body| {
            for expr in body {
                if expr.is_call_of("equal")
                    && let ExprKind::Call(terms) = &mut expr.kind
                    && let [operator, _, _] = &mut terms[..]
                {
                    *operator = Term::operator("eq", &operator.location);
                }
            }
        });
    });
}

struct Lifter<'n>(&'n mut Names);

impl Lifter<'_> {
    fn body(&mut self, body: &mut Body) {
        let mut result = Vec::with_capacity(body.len());
        for mut expr in std::mem::take(body) {
            stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.expr(&mut expr, &mut result));
            push(&mut result, expr);
        }
        *body = result;
    }

    fn expr(&mut self, expr: &mut Expr, result: &mut Body) {
        let is_equality = expr.is_call_of("eq");
        let with = &expr.with;
        match &mut expr.kind {
            ExprKind::Call(terms) if is_equality => {
                if let [_, left, right] = &mut terms[..] {
                    self.outer(left, with, result);
                    self.outer(right, with, result);
                }
            }
            ExprKind::Call(terms) => terms.iter_mut().skip(1).for_each(|term| self.term(term, with, result)),
            ExprKind::Term(term) => self.outer(term, with, result),
            ExprKind::Every(every) => {
                self.term(&mut every.domain, with, result);
                self.body(&mut every.body);
            }
            ExprKind::And(both) | ExprKind::Or(both) => {
                self.body(&mut both.lhs);
                self.body(&mut both.rhs);
            }
            ExprKind::Some(_) => {}
        }
    }

    /// A term that may stay where it is; only what is inside of it may have to go.
    fn outer(&mut self, term: &mut Term, with: &[With], result: &mut Body) {
        match &mut term.node {
            Node::Ref(parts) => parts.iter_mut().skip(1).for_each(|part| self.term(part, with, result)),
            Node::ArrayComprehension(inner) | Node::SetComprehension(inner) => self.body(&mut inner.body),
            Node::ObjectComprehension(inner) => self.body(&mut inner.body),
            Node::Not(not) => self.body(&mut not.body),
            _ => self.term(term, with, result),
        }
    }

    fn term(&mut self, term: &mut Term, with: &[With], result: &mut Body) {
        match &term.node {
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::String(_) | Node::Var(_) => {}
            _ => stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.compound(term, with, result)),
        }
    }

    fn compound(&mut self, term: &mut Term, with: &[With], result: &mut Body) {
        match &mut term.node {
            Node::Ref(_) | Node::ArrayComprehension(_) | Node::SetComprehension(_) | Node::ObjectComprehension(_) => {
                self.outer(term, with, result);
                let subject = term.node.clone();
                let mut equality = self.0.lift(term);
                equality.with = with.to_vec();
                self.0.record(term, subject);
                push(result, equality);
            }
            Node::Array(items) | Node::Set(items) => {
                items.iter_mut().for_each(|item| self.term(item, with, result));
            }
            Node::Object(entries) => {
                for (key, value) in entries {
                    self.term(key, with, result);
                    self.term(value, with, result);
                }
            }
            _ => {}
        }
    }
}
