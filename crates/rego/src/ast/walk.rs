//! Ways through the tree for those who change it: one step down at a time, or to every body.

use super::{Body, Expr, ExprKind, Head, Module, Node, Rule, TemplatePart, Term};

/// What is directly inside a term or an expression.
pub enum Part<'t> {
    /// A term.
    Term(&'t mut Term),
    /// An expression of a template string.
    Expr(&'t mut Expr),
    /// A body of a comprehension, of `every`, `not`, `and` or `or`.
    Body(&'t mut Body),
}

/// Every rule of the modules, those behind `else` included.
pub fn rules<'m>(modules: &'m mut [Module], mut visit: impl FnMut(&mut Rule) + 'm) {
    for rule in modules.iter_mut().flat_map(|module| &mut module.rules) {
        with_else(rule, &mut visit);
    }
}

/// A rule and those behind its `else`.
pub fn with_else(rule: &mut Rule, visit: &mut impl FnMut(&mut Rule)) {
    let mut next = Some(rule);
    while let Some(rule) = next {
        visit(rule);
        next = rule.else_rule.as_deref_mut();
    }
}

/// The arguments, the key and the value of a head.
pub fn head_terms(head: &mut Head) -> impl Iterator<Item = &mut Term> {
    head.args.iter_mut().flatten().chain(&mut head.key).chain(&mut head.value)
}

/// What is directly inside a term, in the order written.
pub fn inside_term(term: &mut Term, visit: &mut dyn FnMut(Part<'_>)) {
    match &mut term.node {
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::String(_) | Node::Var(_) => {}
        Node::Ref(items) | Node::Array(items) | Node::Set(items) | Node::Call(items) => {
            items.iter_mut().for_each(|item| visit(Part::Term(item)));
        }
        Node::Object(entries) => {
            for (key, value) in entries {
                visit(Part::Term(key));
                visit(Part::Term(value));
            }
        }
        Node::ArrayComprehension(inner) | Node::SetComprehension(inner) => {
            visit(Part::Term(&mut inner.term));
            visit(Part::Body(&mut inner.body));
        }
        Node::ObjectComprehension(inner) => {
            visit(Part::Term(&mut inner.key));
            visit(Part::Term(&mut inner.value));
            visit(Part::Body(&mut inner.body));
        }
        Node::Template(template) => {
            for part in &mut template.parts {
                match part {
                    TemplatePart::Text(text) => visit(Part::Term(text)),
                    TemplatePart::Expr(expr) => visit(Part::Expr(expr)),
                }
            }
        }
        Node::Not(not) => visit(Part::Body(&mut not.body)),
    }
}

/// What is directly inside an expression, its modifiers last.
pub fn inside_expr(expr: &mut Expr, visit: &mut dyn FnMut(Part<'_>)) {
    match &mut expr.kind {
        ExprKind::Term(term) => visit(Part::Term(term)),
        ExprKind::Call(terms) => terms.iter_mut().for_each(|term| visit(Part::Term(term))),
        ExprKind::Some(some) => some.symbols.iter_mut().for_each(|term| visit(Part::Term(term))),
        ExprKind::Every(every) => {
            every.key.iter_mut().for_each(|key| visit(Part::Term(key)));
            visit(Part::Term(&mut every.value));
            visit(Part::Term(&mut every.domain));
            visit(Part::Body(&mut every.body));
        }
        ExprKind::And(both) | ExprKind::Or(both) => {
            visit(Part::Body(&mut both.lhs));
            visit(Part::Body(&mut both.rhs));
        }
    }
    for with in &mut expr.with {
        visit(Part::Term(&mut with.target));
        visit(Part::Term(&mut with.value));
    }
}

/// Every body of a rule, the outer ones before those in them.
pub fn rule_bodies(rule: &mut Rule, visit: &mut dyn FnMut(&mut Body)) {
    head_terms(&mut rule.head).for_each(|term| part_bodies(Part::Term(term), visit));
    bodies(&mut rule.body, visit);
}

/// The body and every body inside it, the outer ones before those in them.
pub fn bodies(body: &mut Body, visit: &mut dyn FnMut(&mut Body)) {
    visit(body);
    body.iter_mut().for_each(|expr| part_bodies(Part::Expr(expr), visit));
}

/// Every body inside a term or an expression, the outer ones before those in them.
pub fn part_bodies(part: Part<'_>, visit: &mut dyn FnMut(&mut Body)) {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || match part {
        Part::Body(body) => bodies(body, visit),
        Part::Term(term) => inside_term(term, &mut |part| part_bodies(part, visit)),
        Part::Expr(expr) => inside_expr(expr, &mut |part| part_bodies(part, visit)),
    });
}

/// Every term inside, the outer ones before those in them. Where `visit` gives false, what is inside is passed over.
pub fn terms(part: Part<'_>, visit: &mut dyn FnMut(&mut Term) -> bool) {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || match part {
        Part::Term(term) => {
            if visit(term) {
                inside_term(term, &mut |part| terms(part, visit));
            }
        }
        Part::Expr(expr) => inside_expr(expr, &mut |part| terms(part, visit)),
        Part::Body(body) => body.iter_mut().for_each(|expr| terms(Part::Expr(expr), visit)),
    });
}
