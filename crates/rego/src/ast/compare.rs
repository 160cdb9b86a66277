//! The order of terms: that of their values where they are literals, and a fixed one beyond.

use std::{cmp::Ordering, iter};

use super::{Every, Expr, ExprKind, Logical, Node, SomeDecl, TemplatePart, TemplateString, Term, With};

/// Entries of an object by key. Of equal keys the first one stays, with the value of the last.
pub fn sorted_entries(entries: &[(Term, Term)]) -> Vec<(&Term, &Term)> {
    let mut sorted: Vec<(&Term, &Term)> = entries.iter().map(|(key, value)| (key, value)).collect();
    sorted.sort_by(|a, b| term(a.0, b.0));
    sorted.dedup_by(|later, kept| {
        let same = term(kept.0, later.0).is_eq();
        if same {
            kept.1 = later.1;
        }
        same
    });
    sorted
}

/// Members of a set in order, each once.
pub fn sorted_members(items: &[Term]) -> Vec<&Term> {
    let mut sorted: Vec<&Term> = items.iter().collect();
    sorted.sort_by(|a, b| term(a, b));
    sorted.dedup_by(|b, a| term(a, b).is_eq());
    sorted
}

/// How two terms are ordered, wherever they stand.
pub fn term(a: &Term, b: &Term) -> Ordering {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || node(&a.node, &b.node))
}

fn rank(node: &Node) -> u8 {
    match node {
        Node::Null => 0,
        Node::Bool(_) => 1,
        Node::Number(_) => 2,
        Node::String(_) => 3,
        Node::Template(_) => 4,
        Node::Var(_) => 5,
        Node::Ref(_) => 6,
        Node::Array(_) => 7,
        Node::Object(_) => 8,
        Node::Set(_) => 9,
        Node::ArrayComprehension(_) => 10,
        Node::ObjectComprehension(_) => 11,
        Node::SetComprehension(_) => 12,
        Node::Call(_) => 13,
        Node::Not(_) => 14,
    }
}

fn node(a: &Node, b: &Node) -> Ordering {
    match (a, b) {
        (Node::Bool(a), Node::Bool(b)) => a.cmp(b),
        (Node::Number(a), Node::Number(b)) => a.cmp(b),
        (Node::String(a), Node::String(b)) => a.cmp(b),
        (Node::Template(a), Node::Template(b)) => template(a, b),
        (Node::Var(a), Node::Var(b)) => a.cmp(b),
        (Node::Ref(a), Node::Ref(b)) | (Node::Array(a), Node::Array(b)) | (Node::Call(a), Node::Call(b)) => terms(a, b),
        (Node::Object(a), Node::Object(b)) => {
            let (a, b) = (sorted_entries(a), sorted_entries(b));
            lists(&a, &b, |a, b| term(a.0, b.0).then_with(|| term(a.1, b.1)))
        }
        (Node::Set(a), Node::Set(b)) => lists(&sorted_members(a), &sorted_members(b), |a, b| term(a, b)),
        (Node::ArrayComprehension(a), Node::ArrayComprehension(b))
        | (Node::SetComprehension(a), Node::SetComprehension(b)) => {
            term(&a.term, &b.term).then_with(|| body(&a.body, &b.body))
        }
        (Node::ObjectComprehension(a), Node::ObjectComprehension(b)) => {
            term(&a.key, &b.key).then_with(|| term(&a.value, &b.value)).then_with(|| body(&a.body, &b.body))
        }
        (Node::Not(a), Node::Not(b)) => body(&a.body, &b.body),
        _ => rank(a).cmp(&rank(b)),
    }
}

fn lists<T>(a: &[T], b: &[T], compare: impl Fn(&T, &T) -> Ordering) -> Ordering {
    let first = iter::zip(a, b).map(|(a, b)| compare(a, b)).find(|order| order.is_ne());
    first.unwrap_or_else(|| a.len().cmp(&b.len()))
}

fn terms(a: &[Term], b: &[Term]) -> Ordering {
    lists(a, b, term)
}

/// How two bodies are ordered.
pub fn body(a: &[Expr], b: &[Expr]) -> Ordering {
    lists(a, b, expr)
}

fn template(a: &TemplateString, b: &TemplateString) -> Ordering {
    let parts = |a: &TemplatePart, b: &TemplatePart| match (a, b) {
        (TemplatePart::Text(a), TemplatePart::Text(b)) => term(a, b),
        (TemplatePart::Expr(a), TemplatePart::Expr(b)) => expr(a, b),
        (TemplatePart::Text(_), TemplatePart::Expr(_)) => Ordering::Less,
        (TemplatePart::Expr(_), TemplatePart::Text(_)) => Ordering::Greater,
    };
    (a.multi_line.cmp(&b.multi_line))
        .then(a.parts.len().cmp(&b.parts.len()))
        .then_with(|| lists(&a.parts, &b.parts, parts))
}

fn expr_rank(expr: &Expr) -> u8 {
    match &expr.kind {
        ExprKind::Some(_) => 0,
        ExprKind::Term(Term { node: Node::Not(_), .. }) => 4,
        ExprKind::Term(_) => 1,
        ExprKind::Call(_) => 2,
        ExprKind::Every(_) => 3,
        ExprKind::And(_) => 5,
        ExprKind::Or(_) => 6,
    }
}

/// How two expressions are ordered; the position in their bodies counts.
pub fn expr(a: &Expr, b: &Expr) -> Ordering {
    let order = expr_rank(a).cmp(&expr_rank(b)).then(a.index.cmp(&b.index)).then(a.negated.cmp(&b.negated));
    order.then_with(|| kind(&a.kind, &b.kind)).then_with(|| lists(&a.with, &b.with, with))
}

fn kind(a: &ExprKind, b: &ExprKind) -> Ordering {
    match (a, b) {
        (ExprKind::Term(a), ExprKind::Term(b)) => term(a, b),
        (ExprKind::Call(a), ExprKind::Call(b)) => terms(a, b),
        (ExprKind::Some(SomeDecl { symbols: a, .. }), ExprKind::Some(SomeDecl { symbols: b, .. })) => terms(a, b),
        (ExprKind::Every(a), ExprKind::Every(b)) => every(a, b),
        (ExprKind::And(a), ExprKind::And(b)) | (ExprKind::Or(a), ExprKind::Or(b)) => logical(a, b),
        _ => Ordering::Equal,
    }
}

fn every(a: &Every, b: &Every) -> Ordering {
    let key = match (&a.key, &b.key) {
        (Some(a), Some(b)) => term(a, b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    };
    key.then_with(|| term(&a.value, &b.value))
        .then_with(|| term(&a.domain, &b.domain))
        .then_with(|| body(&a.body, &b.body))
}

fn logical(a: &Logical, b: &Logical) -> Ordering {
    body(&a.lhs, &b.lhs).then_with(|| body(&a.rhs, &b.rhs))
}

fn with(a: &With, b: &With) -> Ordering {
    term(&a.target, &b.target).then_with(|| term(&a.value, &b.value))
}
