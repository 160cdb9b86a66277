//! Calls that are written as operators, and where these need parentheses.

use super::{body::operands, layout::newlines, writer::Printer};
use crate::ast::{Body, Expr, ExprKind, Node, Term, infix_sign};

/// The sign that the operator of a call is written as, `in` included.
pub(super) fn sign(operator: &Term) -> Option<&'static str> {
    let name = operator.dotted_name()?;
    match name.as_str() {
        "internal.member_2" | "internal.member_3" => Some("in"),
        name => infix_sign(name),
    }
}

/// Whether a term is a union `a | b`, which reads as a comprehension behind an opening bracket.
pub(super) fn is_union(term: &Term) -> bool {
    matches!(&term.node, Node::Call(call) if call.first().is_some_and(|operator| operator.is_operator("or")))
}

/// The same for an expression.
pub(super) fn is_union_expr(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Call(call) if call.len() == 3) && expr.is_call_of("or")
}

/// Whether an expression is a set, whose braces must not become those of a body.
pub(super) fn is_set(expr: &Expr) -> bool {
    !expr.negated && matches!(&expr.kind, ExprKind::Term(Term { node: Node::Set(_), .. }))
}

/// Whether an expression is one of `and` or `or`.
pub(super) fn is_logical(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::And(_) | ExprKind::Or(_))
}

/// The operand that an operator's expression begins with: that in front, or the result in `z = x + y`.
fn leading_operand(call: &[Term]) -> Option<&Term> {
    let operator = call.first()?;
    let arity = if operator.is_operator("internal.member_3") { 3 } else { 2 };
    sign(operator)?;
    match call.len() {
        count if count == arity + 1 => call.get(1),
        count if count == arity + 2 => call.last(),
        _ => None,
    }
}

/// Whether the text of an expression begins with a brace.
pub(super) fn begins_with_brace(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Term(term) => term_begins_with_brace(term),
        ExprKind::Call(call) => leading_operand(call).is_some_and(term_begins_with_brace),
        _ => false,
    }
}

fn term_begins_with_brace(term: &Term) -> bool {
    match &term.node {
        Node::Ref(terms) => terms.first().is_some_and(term_begins_with_brace),
        Node::Call(call) => {
            leading_operand(call).is_some_and(|lead| std::ptr::eq(lead, &call[1]) && term_begins_with_brace(lead))
        }
        _ => term.begins_with_brace(),
    }
}

/// Whether the only expression of a `not` without braces needs parentheses.
pub(super) fn not_needs_parens(expr: &Expr) -> bool {
    !expr.with.is_empty()
        || is_logical(expr)
        || matches!(&expr.kind, ExprKind::Term(Term { node: Node::Not(_), .. }))
        || begins_with_brace(expr)
}

/// Whether an operand of `and` or `or` without braces needs parentheses.
pub(super) fn operand_needs_parens(expr: &Expr, is_and: bool, is_right: bool) -> bool {
    !expr.with.is_empty()
        || match &expr.kind {
            ExprKind::Or(_) => is_and || is_right,
            ExprKind::And(_) => is_and && is_right,
            _ => begins_with_brace(expr),
        }
}

/// The row in which a body ends, or 0.
pub(super) fn body_end_row(body: &Body) -> i64 {
    body.last().map_or(0, |last| {
        let text = last.location.text().trim_end_matches([' ', '\t', '\r', '\n']);
        i64::from(last.location.row) + newlines(text)
    })
}

impl Printer<'_> {
    /// Marks the union that a body begins with, so that it gets parentheses.
    pub(super) fn guard_union(&mut self, expr: &Expr) {
        if expr.negated {
            return;
        }
        match &expr.kind {
            ExprKind::And(_) | ExprKind::Or(_) => {
                let (first, _) = operands(expr);
                if !first.explicit && !first.parens {
                    self.guard_union(&first.body[0]);
                }
            }
            ExprKind::Call(_) if is_union_expr(expr) => self.parens_around_expr = Some(expr),
            ExprKind::Call(call) => {
                if let Some(lead) = leading_operand(call).filter(|lead| is_union(lead)) {
                    self.parens_around_term = Some(lead);
                }
            }
            _ => {}
        }
    }
}
