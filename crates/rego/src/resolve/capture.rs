//! The expressions of a query give their values to variables, so that they can be shown.

use crate::{
    ast::{Body, Expr, ExprKind, Node, Term, Var},
    builtins::signatures,
    check::{
        functions::Functions,
        walk::{self, Visit},
    },
};

/// Gives the value of each expression a variable, where it has one. Where several expressions have to hold, so have
/// their values.
pub(crate) fn query(query: &mut Body, functions: &Functions<'_>) -> Vec<Option<Var>> {
    let mut ranges = Ranges::default();
    walk::body(query, &mut ranges);
    let checked = query.len() > 1 || ranges.0;
    let (mut captures, mut checks) = (Vec::with_capacity(query.len()), Vec::new());
    for (at, expr) in query.iter_mut().enumerate() {
        let variable = Term::var(format!("$term{at}"), &expr.location);
        let captured = capture(expr, &variable, functions);
        captures.push(variable.as_var().filter(|_| captured).cloned());
        if captured && checked {
            let mut check = Expr::new(ExprKind::Term(variable), expr.location.clone());
            check.generated = true;
            checks.push(check);
        }
    }
    checks.into_iter().for_each(|check| super::push(query, check));
    captures
}

fn capture(expr: &mut Expr, variable: &Term, functions: &Functions<'_>) -> bool {
    if expr.negated || expr.is_call_of("eq") || expr.is_call_of("assign") {
        return false;
    }
    match &mut expr.kind {
        ExprKind::Term(Term { node: Node::Not(_), .. }) => false,
        ExprKind::Term(term) => {
            expr.kind = Expr::call("eq", [term.clone(), variable.clone()], &expr.location).kind;
            true
        }
        ExprKind::Call(terms) => {
            let operator = terms[0].as_ref_term().unwrap_or_default();
            let has_value = functions.builtin(operator).is_none_or(|builtin| !builtin.result.is_null());
            let captured = has_value && functions.arity(operator) == Some(terms.len() - 1);
            if captured {
                terms.push(variable.clone());
            }
            captured
        }
        _ => false,
    }
}

/// Whether a query has several solutions by its form: a variable in the path of a reference, or a relation.
#[derive(Default)]
struct Ranges(bool);

impl Visit<'_> for Ranges {
    fn term(&mut self, term: &Term) -> bool {
        match &term.node {
            Node::Ref(parts) => {
                let relation = || signatures::find(&term.dotted_name()?).map(|signature| signature.relation);
                self.0 |= parts[1..].iter().any(|part| part.as_var().is_some()) || relation() == Some(true);
            }
            Node::ArrayComprehension(_) | Node::SetComprehension(_) | Node::ObjectComprehension(_) => return false,
            _ => {}
        }
        !self.0
    }
}
