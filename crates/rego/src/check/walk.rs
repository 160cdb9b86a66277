//! A way through every expression and term of a rule or body.

use crate::ast::{Body, Expr, ExprKind, Head, Logical, Node, Rule, TemplatePart, Term};

/// What is met on the way. Where a method gives false, what is inside is passed over.
pub(crate) trait Visit<'t> {
    /// An expression.
    fn expr(&mut self, _expr: &'t Expr) -> bool {
        true
    }

    /// A term.
    fn term(&mut self, _term: &'t Term) -> bool {
        true
    }
}

/// A rule: its head, without its reference, its body, and what is behind `else`.
pub(crate) fn rule<'t>(rule: &'t Rule, visit: &mut impl Visit<'t>) {
    for rule in super::with_else(rule) {
        head(&rule.head, visit);
        body(&rule.body, visit);
    }
}

/// Parameters, key and value.
pub(crate) fn head<'t>(head: &'t Head, visit: &mut impl Visit<'t>) {
    head.args.iter().flatten().chain(&head.key).chain(&head.value).for_each(|part| term(part, visit));
}

/// A body.
pub(crate) fn body<'t>(body: &'t Body, visit: &mut impl Visit<'t>) {
    body.iter().for_each(|part| expr(part, visit));
}

/// An expression and its modifiers.
pub(crate) fn expr<'t>(expr: &'t Expr, visit: &mut impl Visit<'t>) {
    if !visit.expr(expr) {
        return;
    }
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
        match &expr.kind {
            ExprKind::Term(inner) => term(inner, visit),
            ExprKind::Call(call) => terms(call, visit),
            ExprKind::Some(some) => terms(&some.symbols, visit),
            ExprKind::Every(every) => {
                every.key.iter().chain([&every.value, &every.domain]).for_each(|part| term(part, visit));
                body(&every.body, visit);
            }
            ExprKind::And(both) | ExprKind::Or(both) => logical(both, visit),
        }
        for with in &expr.with {
            term(&with.target, visit);
            term(&with.value, visit);
        }
    });
}

fn logical<'t>(both: &'t Logical, visit: &mut impl Visit<'t>) {
    body(&both.lhs, visit);
    body(&both.rhs, visit);
}

fn terms<'t>(terms: &'t [Term], visit: &mut impl Visit<'t>) {
    terms.iter().for_each(|part| term(part, visit));
}

/// A term and what is inside it.
pub(crate) fn term<'t>(at: &'t Term, visit: &mut impl Visit<'t>) {
    if !visit.term(at) {
        return;
    }
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || match &at.node {
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::String(_) | Node::Var(_) => {}
        Node::Ref(items) | Node::Array(items) | Node::Set(items) | Node::Call(items) => terms(items, visit),
        Node::Object(entries) => {
            for (key, value) in entries {
                term(key, visit);
                term(value, visit);
            }
        }
        Node::ArrayComprehension(inner) | Node::SetComprehension(inner) => {
            term(&inner.term, visit);
            body(&inner.body, visit);
        }
        Node::ObjectComprehension(inner) => {
            term(&inner.key, visit);
            term(&inner.value, visit);
            body(&inner.body, visit);
        }
        Node::Template(template) => {
            for part in &template.parts {
                match part {
                    TemplatePart::Text(text) => term(text, visit),
                    TemplatePart::Expr(inner) => expr(inner, visit),
                }
            }
        }
        Node::Not(not) => body(&not.body, visit),
    });
}
