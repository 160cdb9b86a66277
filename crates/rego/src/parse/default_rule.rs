//! What default rules may look like.

use std::collections::HashSet;

use super::{rule::true_body, state::Parser};
use crate::ast::{Expr, ExprKind, Head, Location, Node, Rule, TemplatePart, Term};

impl Parser<'_> {
    pub fn default_rule(&mut self, head: Head, location: Location) -> Option<Rule> {
        let Some(value) = &head.value else {
            self.error_at(&location, "illegal default rule (must have a value)");
            return None;
        };
        let mut refused = Vec::new();
        refuse_variable(value, &mut refused);
        for what in &refused {
            self.error_at(&location, format!("illegal default rule (value cannot contain {what})"));
        }
        if !refused.is_empty() || !self.check_default_args(&head, &location) {
            return None;
        }
        let body = true_body(&location);
        Some(Rule {
            default: true,
            head,
            body,
            else_rule: None,
            location,
            annotations: Vec::new(),
            generated_body: false,
        })
    }

    /// Arguments are variables, each another one.
    fn check_default_args(&mut self, head: &Head, location: &Location) -> bool {
        let mut seen = HashSet::new();
        let mut valid = true;
        for arg in head.args.iter().flatten() {
            let message = match &arg.node {
                Node::Var(var) if seen.insert(var.clone()) => continue,
                Node::Var(var) => format!("illegal default rule (arguments cannot be repeated {var})"),
                node => format!("illegal default rule (arguments cannot contain {})", node.kind()),
            };
            self.error_at(location, message);
            valid = false;
        }
        valid
    }
}

/// Collects what a default value must not contain: anything that has to be looked up, outside of comprehensions.
fn refuse_variable(term: &Term, refused: &mut Vec<&'static str>) {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || match &term.node {
        Node::Var(_) => refused.push("var"),
        Node::Ref(_) => refused.push("ref"),
        Node::Call(_) => refused.push("call"),
        Node::Array(items) | Node::Set(items) => items.iter().for_each(|item| refuse_variable(item, refused)),
        Node::Object(entries) => entries.iter().for_each(|(key, value)| {
            refuse_variable(key, refused);
            refuse_variable(value, refused);
        }),
        Node::Template(template) => template.parts.iter().for_each(|part| {
            if let TemplatePart::Expr(expr) = part {
                refuse_in_expr(expr, refused);
            }
        }),
        _ => {}
    });
}

fn refuse_in_expr(expr: &Expr, refused: &mut Vec<&'static str>) {
    match &expr.kind {
        ExprKind::Term(term) => refuse_variable(term, refused),
        ExprKind::Call(terms) => terms.iter().for_each(|term| refuse_variable(term, refused)),
        _ => {}
    }
    for with in &expr.with {
        refuse_variable(&with.target, refused);
        refuse_variable(&with.value, refused);
    }
}
