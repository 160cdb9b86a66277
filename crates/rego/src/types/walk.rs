//! All terms below an expression, bodies of comprehensions and the like included.

use crate::ast::{Body, Expr, ExprKind, Node, Rule, TemplatePart, Term};

/// Calls `f` on each term from outside to inside; where it gives true, what is inside is left out.
pub(super) fn expr<'t>(expr: &'t Expr, f: &mut dyn FnMut(&'t Term) -> bool) {
    match &expr.kind {
        ExprKind::Term(inner) => term(inner, f),
        ExprKind::Call(terms) => terms.iter().for_each(|inner| term(inner, f)),
        ExprKind::Some(some) => some.symbols.iter().for_each(|inner| term(inner, f)),
        ExprKind::Every(every) => {
            every.key.iter().for_each(|inner| term(inner, f));
            term(&every.value, f);
            term(&every.domain, f);
            body(&every.body, f);
        }
        ExprKind::And(sides) | ExprKind::Or(sides) => {
            body(&sides.lhs, f);
            body(&sides.rhs, f);
        }
    }
    for with in &expr.with {
        term(&with.target, f);
        term(&with.value, f);
    }
}

/// The same for all expressions of a body.
pub(super) fn body<'t>(body: &'t Body, f: &mut dyn FnMut(&'t Term) -> bool) {
    body.iter().for_each(|inner| expr(inner, f));
}

/// The same for a rule without its other definitions.
pub(super) fn rule<'t>(rule: &'t Rule, f: &mut dyn FnMut(&'t Term) -> bool) {
    let head = &rule.head;
    let parts = head.reference.iter().skip(1).chain(head.args.iter().flatten()).chain(&head.key).chain(&head.value);
    parts.for_each(|inner| term(inner, f));
    body(&rule.body, f);
}

/// The same for a term.
pub(super) fn term<'t>(outer: &'t Term, f: &mut dyn FnMut(&'t Term) -> bool) {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
        if f(outer) {
            return;
        }
        match &outer.node {
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::String(_) | Node::Var(_) => {}
            Node::Ref(terms) | Node::Array(terms) | Node::Set(terms) | Node::Call(terms) => {
                terms.iter().for_each(|inner| term(inner, f));
            }
            Node::Object(entries) => entries.iter().for_each(|(key, value)| {
                term(key, f);
                term(value, f);
            }),
            Node::ArrayComprehension(comprehension) | Node::SetComprehension(comprehension) => {
                term(&comprehension.term, f);
                body(&comprehension.body, f);
            }
            Node::ObjectComprehension(comprehension) => {
                term(&comprehension.key, f);
                term(&comprehension.value, f);
                body(&comprehension.body, f);
            }
            Node::Template(template) => template.parts.iter().for_each(|part| match part {
                TemplatePart::Text(inner) => term(inner, f),
                TemplatePart::Expr(inner) => expr(inner, f),
            }),
            Node::Not(not) => body(&not.body, f),
        }
    });
}
