//! Nested calls are taken apart: `f(g(x))` is `g(x, __local0__); f(__local0__)`.

use super::{Names, append, push};
use crate::ast::{Body, Every, Expr, ExprKind, Module, Node, Term, With, walk};

/// In all modules.
pub(crate) fn modules(modules: &mut [Module], names: &mut Names) {
    walk::rules(modules, |rule| {
        let mut expander = Expander(names);
        for term in walk::head_terms(&mut rule.head) {
            let mut support = Vec::new();
            expander.term(term, &mut support);
            append(&mut rule.body, support);
        }
        expander.body(&mut rule.body);
    });
}

/// In a query.
pub(crate) fn query(query: &mut Body, names: &mut Names) {
    Expander(names).body(query);
}

struct Expander<'n>(&'n mut Names);

impl Expander<'_> {
    fn body(&mut self, body: &mut Body) {
        let mut result = Vec::with_capacity(body.len());
        for expr in std::mem::take(body) {
            stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.expr(expr, &mut result));
        }
        *body = result;
    }

    fn expr(&mut self, mut expr: Expr, result: &mut Body) {
        let mut support = Vec::new();
        for with in &mut expr.with {
            self.term(&mut with.value, &mut support);
        }
        let without = support.len();
        match &mut expr.kind {
            ExprKind::Term(Term { node: Node::Not(not), .. }) => self.body(&mut not.body),
            ExprKind::Term(term) => self.term(term, &mut support),
            ExprKind::Call(terms) => {
                for term in terms.iter_mut().skip(1) {
                    self.term(term, &mut support);
                }
            }
            ExprKind::Every(every) => self.every(every, &expr.with, &mut support),
            ExprKind::And(both) | ExprKind::Or(both) => {
                self.body(&mut both.lhs);
                self.body(&mut both.rhs);
            }
            ExprKind::Some(_) => {}
        }
        for (at, mut lifted) in support.into_iter().enumerate() {
            if at >= without {
                lifted.with.clone_from(&expr.with);
            }
            push(result, lifted);
        }
        push(result, expr);
    }

    fn every(&mut self, every: &mut Every, with: &[With], support: &mut Vec<Expr>) {
        let mut equality = self.0.lift(&mut every.domain);
        equality.with = with.to_vec();
        let mut domain = Vec::new();
        self.expr(equality, &mut domain);
        support.append(&mut domain);
        self.body(&mut every.body);
    }

    fn term(&mut self, term: &mut Term, support: &mut Vec<Expr>) {
        match &mut term.node {
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::String(_) | Node::Var(_) => {}
            _ => stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.compound(term, support)),
        }
    }

    fn terms(&mut self, terms: &mut [Term], support: &mut Vec<Expr>) {
        terms.iter_mut().for_each(|term| self.term(term, support));
    }

    fn compound(&mut self, term: &mut Term, support: &mut Vec<Expr>) {
        match &mut term.node {
            Node::Call(terms) => {
                if let Some(operands) = terms.get_mut(1..) {
                    self.terms(operands, support);
                }
                support.push(self.lift_call(term));
            }
            Node::Ref(parts) => self.reference(parts, support),
            Node::Array(items) | Node::Set(items) => self.terms(items, support),
            Node::Object(entries) => {
                for (key, value) in entries {
                    self.term(key, support);
                    self.term(value, support);
                }
            }
            Node::ArrayComprehension(inner) | Node::SetComprehension(inner) => {
                let mut support = Vec::new();
                self.term(&mut inner.term, &mut support);
                append(&mut inner.body, support);
                self.body(&mut inner.body);
            }
            Node::ObjectComprehension(inner) => {
                let mut support = Vec::new();
                self.term(&mut inner.key, &mut support);
                self.term(&mut inner.value, &mut support);
                append(&mut inner.body, support);
                self.body(&mut inner.body);
            }
            Node::Not(not) => self.body(&mut not.body),
            _ => {}
        }
    }

    /// Puts a variable in the place of a call and gives back the call with the variable as its last operand.
    fn lift_call(&mut self, term: &mut Term) -> Expr {
        let var = Term::new(Node::Var(self.0.fresh()), term.location.clone());
        let call = std::mem::replace(term, var.clone());
        let Node::Call(mut terms) = call.node else { unreachable!("only calls are lifted") };
        terms.push(var);
        Expr { generated: true, ..Expr::new(ExprKind::Call(terms), call.location) }
    }

    fn reference(&mut self, parts: &mut [Term], support: &mut Vec<Expr>) {
        for part in parts.iter_mut() {
            let call = matches!(part.node, Node::Call(_)).then(|| part.node.clone());
            self.term(part, support);
            if let Some(call) = call {
                self.0.record(part, call);
            }
        }
        // What a reference goes into has to be a variable: `[1, 2][i]` is `x = [1, 2]; x[i]`.
        let Some(head) = parts.first_mut() else { return };
        if matches!(
            head.node,
            Node::Array(_)
                | Node::Object(_)
                | Node::Set(_)
                | Node::ArrayComprehension(_)
                | Node::SetComprehension(_)
                | Node::ObjectComprehension(_)
                | Node::Call(_)
        ) {
            let subject = head.node.clone();
            support.push(self.0.lift(head));
            self.0.record(head, subject);
        }
    }
}
