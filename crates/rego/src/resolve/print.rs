//! `print`: undefined operands must not keep the others from being printed, so each becomes a set.

use super::{Generator, templates::set_of};
use crate::ast::{Body, Expr, ExprKind, Node, Rule, Term, walk};

/// Rewrites the `print` calls of a rule, or takes them out.
pub(crate) fn rewrite_rule(rule: &mut Rule, generator: &mut Generator, keep: bool) {
    let mut rewriter = Rewriter { generator, keep };
    let head = &mut rule.head;
    head.key.iter_mut().chain(&mut head.value).for_each(|term| rewriter.term(term));
    rewriter.body(&mut rule.body);
    if let Some(next) = &mut rule.else_rule {
        rewrite_rule(next, generator, keep);
    }
}

/// Rewrites the `print` calls of a query, or takes them out.
pub(crate) fn rewrite_body(body: &mut Body, generator: &mut Generator, keep: bool) {
    Rewriter { generator, keep }.body(body);
}

struct Rewriter<'g> {
    generator: &'g mut Generator,
    keep: bool,
}

impl Rewriter<'_> {
    fn body(&mut self, body: &mut Body) {
        for expr in body.iter_mut() {
            walk::expr_terms_mut(expr).into_iter().for_each(|term| self.term(term));
            walk::expr_bodies_mut(expr).into_iter().for_each(|body| self.body(body));
            if expr.is_call_of("print") {
                self.print(expr);
            }
        }
        let location = body.first().map(|expr| expr.location.clone());
        body.retain(|expr| self.keep || !expr.is_call_of("print"));
        if let (true, Some(location)) = (body.is_empty(), location) {
            let term = Term::new(Node::Bool(true), location.clone());
            body.push(Expr::new(ExprKind::Term(term), location));
        }
    }

    fn print(&mut self, expr: &mut Expr) {
        let ExprKind::Call(terms) = &mut expr.kind else { return };
        if !self.keep {
            return;
        }
        let location = expr.location.clone();
        let sets = terms.drain(1..).map(|operand| {
            let place = operand.location.clone();
            set_of(operand, Vec::new(), self.generator, &place)
        });
        let array = Term::new(Node::Array(sets.collect()), location.clone());
        *terms = vec![Term::operator("internal.print", &location), array];
    }

    fn term(&mut self, term: &mut Term) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || match &mut term.node {
            Node::ArrayComprehension(inner) | Node::SetComprehension(inner) => {
                self.term(&mut inner.term);
                self.body(&mut inner.body);
            }
            Node::ObjectComprehension(inner) => {
                self.term(&mut inner.key);
                self.term(&mut inner.value);
                self.body(&mut inner.body);
            }
            Node::Not(not) => self.body(&mut not.body),
            _ => walk::children_mut(term).into_iter().for_each(|child| self.term(child)),
        });
    }
}
