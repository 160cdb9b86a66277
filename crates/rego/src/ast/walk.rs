//! Ways through the tree.

use super::{Body, Expr, ExprKind, Node, Rule, TemplatePart, Term};

/// Visits every term of an expression, outer ones first, bodies within it included. `visit` says whether to go into
/// a term.
pub fn terms_of_expr(expr: &Expr, visit: &mut dyn FnMut(&Term) -> bool) {
    match &expr.kind {
        ExprKind::Term(term) => terms(term, visit),
        ExprKind::Call(call) => call.iter().for_each(|term| terms(term, visit)),
        ExprKind::Some(some) => some.symbols.iter().for_each(|term| terms(term, visit)),
        ExprKind::Every(every) => {
            every.key.iter().chain([&every.value, &every.domain]).for_each(|term| terms(term, visit));
            terms_of_body(&every.body, visit);
        }
        ExprKind::And(logical) | ExprKind::Or(logical) => {
            terms_of_body(&logical.lhs, visit);
            terms_of_body(&logical.rhs, visit);
        }
    }
    for with in &expr.with {
        terms(&with.target, visit);
        terms(&with.value, visit);
    }
}

/// Visits every term of a body.
pub fn terms_of_body(body: &[Expr], visit: &mut dyn FnMut(&Term) -> bool) {
    body.iter().for_each(|expr| terms_of_expr(expr, visit));
}

/// Visits a term and every term in it.
pub fn terms(term: &Term, visit: &mut dyn FnMut(&Term) -> bool) {
    if !visit(term) {
        return;
    }
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || match &term.node {
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::String(_) | Node::Var(_) => {}
        Node::Ref(items) | Node::Array(items) | Node::Set(items) | Node::Call(items) => {
            items.iter().for_each(|item| terms(item, visit));
        }
        Node::Object(entries) => entries.iter().for_each(|(key, value)| {
            terms(key, visit);
            terms(value, visit);
        }),
        Node::ArrayComprehension(inner) | Node::SetComprehension(inner) => {
            terms(&inner.term, visit);
            terms_of_body(&inner.body, visit);
        }
        Node::ObjectComprehension(inner) => {
            terms(&inner.key, visit);
            terms(&inner.value, visit);
            terms_of_body(&inner.body, visit);
        }
        Node::Template(template) => template.parts.iter().for_each(|part| match part {
            TemplatePart::Text(text) => terms(text, visit),
            TemplatePart::Expr(expr) => terms_of_expr(expr, visit),
        }),
        Node::Not(not) => terms_of_body(&not.body, visit),
    });
}

/// Visits every term of a rule: its reference, parameters, key, value, body, and those of its `else` rules.
pub fn terms_of_rule(rule: &Rule, visit: &mut dyn FnMut(&Term) -> bool) {
    let head = &rule.head;
    let parts = head.reference.iter().chain(head.args.iter().flatten()).chain(&head.key).chain(&head.value);
    parts.for_each(|term| terms(term, visit));
    terms_of_body(&rule.body, visit);
    if let Some(next) = &rule.else_rule {
        terms_of_rule(next, visit);
    }
}

/// The terms directly in a term, bodies excluded, to be changed.
pub fn children_mut<'t>(term: &'t mut Term) -> Vec<&'t mut Term> {
    match &mut term.node {
        Node::Ref(items) | Node::Array(items) | Node::Set(items) | Node::Call(items) => items.iter_mut().collect(),
        Node::Object(entries) => entries.iter_mut().flat_map(|(key, value)| [key, value]).collect(),
        _ => Vec::new(),
    }
}

/// The terms directly in an expression, bodies excluded, to be changed; modifiers are not among them.
pub fn expr_terms_mut<'e>(expr: &'e mut Expr) -> Vec<&'e mut Term> {
    match &mut expr.kind {
        ExprKind::Term(term) => vec![term],
        ExprKind::Call(call) => call.iter_mut().collect(),
        ExprKind::Some(some) => some.symbols.iter_mut().collect(),
        ExprKind::Every(every) => vec![&mut every.domain],
        ExprKind::And(_) | ExprKind::Or(_) => Vec::new(),
    }
}

/// Bodies of an expression itself (not those in its terms), to be changed.
pub fn expr_bodies_mut<'e>(expr: &'e mut Expr) -> Vec<&'e mut Body> {
    match &mut expr.kind {
        ExprKind::Every(every) => vec![&mut every.body],
        ExprKind::And(logical) | ExprKind::Or(logical) => vec![&mut logical.lhs, &mut logical.rhs],
        _ => Vec::new(),
    }
}
