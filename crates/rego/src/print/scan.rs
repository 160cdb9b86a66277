//! What has to be known of a whole module before its first line is printed.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::ast::{Body, Expr, ExprKind, Module, Node, Rule, TemplatePart, Term, Var};

/// What a module contains.
pub(super) struct Found {
    /// Keywords that v0 knows by import only, of which the syntax is used.
    pub keywords: BTreeSet<&'static str>,
    /// Wildcards that occur more than once, as in a head that several bodies share: they need a name.
    pub repeated_wildcards: HashSet<Var>,
}

/// Looks through the rules of a module.
pub(super) fn module(module: &Module) -> Found {
    let mut keywords = BTreeSet::new();
    let mut wildcards: HashMap<&Var, usize> = HashMap::new();
    let mut see = |seen: Seen<'_>| match seen {
        Seen::Expr(expr) => keywords.extend(expr_keyword(expr)),
        Seen::Var(_) => {}
    };
    for rule in &module.rules {
        walk_rule(rule, &mut see);
    }
    let mut count = |seen| {
        if let Seen::Var(var) = seen
            && var.is_wildcard()
        {
            *wildcards.entry(var).or_default() += 1;
        }
    };
    for rule in &module.rules {
        walk_rule(rule, &mut count);
    }
    let repeated = wildcards.into_iter().filter(|(_, times)| *times > 1).map(|(var, _)| var.clone());
    Found { keywords, repeated_wildcards: repeated.collect() }
}

fn expr_keyword(expr: &Expr) -> Option<&'static str> {
    match &expr.kind {
        ExprKind::Call(_) if expr.is_call_of("internal.member_2") || expr.is_call_of("internal.member_3") => Some("in"),
        ExprKind::Every(_) => Some("every"),
        ExprKind::Term(Term { node: Node::Not(_), .. }) => Some("not"),
        ExprKind::And(_) => Some("and"),
        ExprKind::Or(_) => Some("or"),
        _ => None,
    }
}

/// Whether a variable occurs that a stage of the compiler made: its place tells nothing then.
pub(super) fn has_generated(term: &Term) -> bool {
    let mut found = false;
    walk_term(term, &mut |seen| found |= matches!(seen, Seen::Var(var) if var.is_generated()));
    found
}

/// The same for an expression.
pub(super) fn expr_has_generated(expr: &Expr) -> bool {
    let mut found = false;
    walk_expr(expr, &mut |seen| found |= matches!(seen, Seen::Var(var) if var.is_generated()));
    found
}

enum Seen<'m> {
    Expr(&'m Expr),
    Var(&'m Var),
}

type See<'s, 'm> = &'s mut dyn FnMut(Seen<'m>);

fn walk_rule<'m>(rule: &'m Rule, see: See<'_, 'm>) {
    let mut next = Some(rule);
    while let Some(rule) = next {
        let head = &rule.head;
        for term in head.args.iter().flatten().chain(&head.key).chain(&head.value) {
            walk_term(term, see);
        }
        walk_body(&rule.body, see);
        next = rule.else_rule.as_deref();
    }
}

fn walk_body<'m>(body: &'m Body, see: See<'_, 'm>) {
    for expr in body {
        walk_expr(expr, see);
    }
}

fn walk_expr<'m>(expr: &'m Expr, see: See<'_, 'm>) {
    see(Seen::Expr(expr));
    match &expr.kind {
        ExprKind::Term(term) => walk_term(term, see),
        ExprKind::Call(call) => call.iter().for_each(|term| walk_term(term, see)),
        ExprKind::Some(some) => some.symbols.iter().for_each(|term| walk_term(term, see)),
        ExprKind::Every(every) => {
            for term in every.key.iter().chain([&every.value, &every.domain]) {
                walk_term(term, see);
            }
            walk_body(&every.body, see);
        }
        ExprKind::And(logical) | ExprKind::Or(logical) => stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
            walk_body(&logical.lhs, see);
            walk_body(&logical.rhs, see);
        }),
    }
    for with in &expr.with {
        walk_term(&with.target, see);
        walk_term(&with.value, see);
    }
}

fn walk_term<'m>(term: &'m Term, see: See<'_, 'm>) {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || match &term.node {
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::String(_) => {}
        Node::Var(var) => see(Seen::Var(var)),
        Node::Ref(terms) | Node::Array(terms) | Node::Set(terms) | Node::Call(terms) => {
            terms.iter().for_each(|term| walk_term(term, see));
        }
        Node::Object(entries) => {
            for (key, value) in entries {
                walk_term(key, see);
                walk_term(value, see);
            }
        }
        Node::ArrayComprehension(it) | Node::SetComprehension(it) => {
            walk_term(&it.term, see);
            walk_body(&it.body, see);
        }
        Node::ObjectComprehension(it) => {
            walk_term(&it.key, see);
            walk_term(&it.value, see);
            walk_body(&it.body, see);
        }
        Node::Template(template) => {
            for part in &template.parts {
                match part {
                    TemplatePart::Text(term) => walk_term(term, see),
                    TemplatePart::Expr(expr) => walk_expr(expr, see),
                }
            }
        }
        Node::Not(not) => walk_body(&not.body, see),
    });
}
