//! Moving copies of nodes to the place they are reported at.

use crate::ast::{Body, Expr, ExprKind, Head, Location, Node, TemplatePart, Term};

/// Moves arguments, key and value of a head; its reference keeps its place.
pub(super) fn relocate_head(head: &mut Head, location: &Location) {
    head.location = location.clone();
    let args = head.args.iter_mut().flatten();
    args.chain(&mut head.key).chain(&mut head.value).for_each(|term| relocate(term, location));
}

/// Moves all of a body.
pub(super) fn relocate_body(body: &mut Body, location: &Location) {
    body.iter_mut().for_each(|expr| relocate_expr(expr, location));
}

fn relocate_expr(expr: &mut Expr, location: &Location) {
    expr.location = location.clone();
    match &mut expr.kind {
        ExprKind::Term(term) => relocate(term, location),
        ExprKind::Call(terms) => terms.iter_mut().for_each(|term| relocate(term, location)),
        ExprKind::Some(some) => {
            some.location = location.clone();
            some.symbols.iter_mut().for_each(|term| relocate(term, location));
        }
        ExprKind::Every(every) => {
            every.location = location.clone();
            every.key.iter_mut().for_each(|key| relocate(key, location));
            relocate(&mut every.value, location);
            relocate(&mut every.domain, location);
            relocate_body(&mut every.body, location);
        }
        ExprKind::And(logical) | ExprKind::Or(logical) => {
            logical.location = location.clone();
            relocate_body(&mut logical.lhs, location);
            relocate_body(&mut logical.rhs, location);
        }
    }
    for with in &mut expr.with {
        with.location = location.clone();
        relocate(&mut with.target, location);
        relocate(&mut with.value, location);
    }
}

fn relocate(term: &mut Term, location: &Location) {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
        term.location = location.clone();
        match &mut term.node {
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::String(_) | Node::Var(_) => {}
            Node::Ref(terms) | Node::Array(terms) | Node::Set(terms) | Node::Call(terms) => {
                terms.iter_mut().for_each(|term| relocate(term, location));
            }
            Node::Object(entries) => entries.iter_mut().for_each(|(key, value)| {
                relocate(key, location);
                relocate(value, location);
            }),
            Node::ArrayComprehension(comprehension) | Node::SetComprehension(comprehension) => {
                relocate(&mut comprehension.term, location);
                relocate_body(&mut comprehension.body, location);
            }
            Node::ObjectComprehension(comprehension) => {
                relocate(&mut comprehension.key, location);
                relocate(&mut comprehension.value, location);
                relocate_body(&mut comprehension.body, location);
            }
            Node::Template(template) => template.parts.iter_mut().for_each(|part| match part {
                TemplatePart::Text(term) => relocate(term, location),
                TemplatePart::Expr(expr) => relocate_expr(expr, location),
            }),
            Node::Not(not) => relocate_body(&mut not.body, location),
        }
    });
}
