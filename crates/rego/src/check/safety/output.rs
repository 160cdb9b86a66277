//! Which variables an expression gives values to.

use super::unify::unify;
use crate::{
    ast::{Body, Expr, ExprKind, Node, Term, Var},
    check::{
        functions::Functions,
        vars::{self, Skip, VarSet},
    },
};

/// The variables that have a value after the body beside those of `safe`.
pub(crate) fn of_body(body: &[&Expr], functions: &Functions<'_>, safe: &dyn Fn(&Var) -> bool) -> VarSet {
    let mut outputs = VarSet::new();
    for expr in body {
        let more = of_expr(expr, functions, &|var| safe(var) || outputs.contains(var));
        outputs.extend(more);
    }
    outputs.retain(|var| !safe(var));
    outputs
}

/// The variables that have a value after the expression, where those that `safe` names have one before it.
pub(crate) fn of_expr(expr: &Expr, functions: &Functions<'_>, safe: &dyn Fn(&Var) -> bool) -> VarSet {
    let negated = expr.negated || matches!(&expr.kind, ExprKind::Term(term) if matches!(term.node, Node::Not(_)));
    if negated || !expr.with.iter().all(|with| vars::of_with(with, Skip::HIDDEN).iter().all(safe)) {
        return VarSet::new();
    }
    match &expr.kind {
        ExprKind::Term(_) => of_refs(expr, safe),
        ExprKind::Call(call) => match &call[..] {
            [_, a, b] if expr.is_call_of("eq") => of_equality(expr, a, b, safe),
            _ if expr.is_call_of("eq") => VarSet::new(),
            _ => of_call(expr, call, functions, safe),
        },
        ExprKind::Every(every) => {
            let mut outputs = VarSet::new();
            Refs { safe, outputs: &mut outputs }.term(&every.domain);
            outputs
        }
        ExprKind::Some(_) | ExprKind::And(_) | ExprKind::Or(_) => VarSet::new(),
    }
}

/// The variables that an equality gives values to.
pub(crate) fn of_equality(expr: &Expr, a: &Term, b: &Term, safe: &dyn Fn(&Var) -> bool) -> VarSet {
    let mut outputs = of_refs(expr, safe);
    let mut assigned = VarSet::new();
    if expr.from_assignment {
        // What `:=` assigns to must not make the right side safe backwards.
        assigned = vars::of_term(a, Skip::NOTHING);
        outputs.retain(|var| !assigned.contains(var));
    }
    let unified = unify(a, b, &|var| !assigned.contains(var) && (outputs.contains(var) || safe(var)));
    outputs.extend(unified);
    outputs.retain(|var| !safe(var));
    outputs
}

fn of_call(expr: &Expr, call: &[Term], functions: &Functions<'_>, safe: &dyn Fn(&Var) -> bool) -> VarSet {
    let Some(arity) = call.first().and_then(Term::as_ref_term).and_then(|operator| functions.arity(operator)) else {
        return VarSet::new();
    };
    let mut outputs = of_refs(expr, safe);
    if arity + 1 >= call.len() {
        return outputs;
    }
    let (inputs, rest) = call.split_at(arity + 1);
    if !vars::of_terms(inputs, Skip::OUTPUT).iter().all(|var| outputs.contains(var) || safe(var)) {
        return VarSet::new();
    }
    outputs.extend(vars::of_terms(rest, Skip::OUTPUT));
    outputs
}

/// The variables that the references of an expression range over.
pub(super) fn of_refs(expr: &Expr, safe: &dyn Fn(&Var) -> bool) -> VarSet {
    let mut outputs = VarSet::new();
    Refs { safe, outputs: &mut outputs }.expr(expr);
    outputs
}

/// Whether the head of a reference has a value.
pub(super) fn is_ref_safe(reference: &[Term], safe: &dyn Fn(&Var) -> bool) -> bool {
    match reference.first() {
        Some(Term { node: Node::Var(var), .. }) => safe(var),
        Some(head) => vars::of_term(head, Skip::HIDDEN).iter().all(safe),
        None => true,
    }
}

struct Refs<'a> {
    safe: &'a dyn Fn(&Var) -> bool,
    outputs: &'a mut VarSet,
}

impl Refs<'_> {
    fn expr(&mut self, expr: &Expr) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
            match &expr.kind {
                ExprKind::Term(term) => self.term(term),
                ExprKind::Call(call) => self.terms(call),
                ExprKind::Some(some) => self.terms(&some.symbols),
                ExprKind::Every(every) => {
                    every.key.iter().for_each(|key| self.term(key));
                    self.term(&every.value);
                    self.term(&every.domain);
                    self.body(&every.body);
                }
                ExprKind::And(both) | ExprKind::Or(both) => {
                    self.body(&both.lhs);
                    self.body(&both.rhs);
                }
            }
            for with in &expr.with {
                self.term(&with.target);
                self.term(&with.value);
            }
        });
    }

    fn body(&mut self, body: &Body) {
        body.iter().for_each(|expr| self.expr(expr));
    }

    fn terms(&mut self, terms: &[Term]) {
        terms.iter().for_each(|term| self.term(term));
    }

    fn term(&mut self, term: &Term) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || match &term.node {
            Node::Ref(reference) if is_ref_safe(reference, self.safe) => {
                self.outputs.extend(vars::of_term(term, Skip::REF_HEADS));
                self.terms(reference);
            }
            Node::Array(items) | Node::Set(items) | Node::Call(items) => self.terms(items),
            Node::Object(entries) => {
                for (key, value) in entries {
                    self.term(key);
                    self.term(value);
                }
            }
            Node::Not(not) => self.body(&not.body),
            _ => {}
        });
    }
}
