//! Bodies that `not`, `and` and `or` have without braces share their variables with the body around them.

use std::collections::{HashMap, HashSet};

use super::output::of_equality;
use crate::{
    ast::{Body, Expr, Node, Term, Var},
    check::{
        functions::Functions,
        vars::{self, Skip, VarSet},
    },
};

/// The variables that the body does not give a value to for itself: they must come from around it. In a body of one
/// expression these are all; in a longer one those that nothing binds, or that only one expression has.
pub(super) fn outer_vars(body: &Body, functions: &Functions<'_>) -> VarSet {
    let mut occurrences: HashMap<Var, usize> = HashMap::new();
    for expr in body {
        for var in vars::of_expr(expr, Skip::HIDDEN) {
            *occurrences.entry(var).or_default() += 1;
        }
    }
    if body.len() == 1 {
        return occurrences.into_keys().collect();
    }
    let bound = bound_vars(body, functions, &occurrences);
    occurrences.into_iter().filter(|(var, count)| *count == 1 || !bound.contains(var)).map(|(var, _)| var).collect()
}

fn bound_vars(body: &Body, functions: &Functions<'_>, occurrences: &HashMap<Var, usize>) -> VarSet {
    let equalities: Vec<(&Expr, &Term, &Term)> = body.iter().filter_map(equality).collect();
    let sides: HashSet<&Var> = equalities.iter().flat_map(|(_, a, b)| [a.as_var(), b.as_var()]).flatten().collect();
    let mut bound = VarSet::new();
    loop {
        let before = bound.len();
        for (expr, a, b) in &equalities {
            let safe = |var: &Var| {
                bound.contains(var)
                    || !sides.contains(var)
                        && (occurrences.contains_key(var) || matches!(var.as_str(), "data" | "input"))
            };
            let outputs = of_equality(expr, a, b, &safe);
            bound.extend(outputs);
        }
        if bound.len() == before {
            break;
        }
    }
    for expr in body {
        if let Some((Term { node: Node::Ref(operator), .. }, operands)) = expr.as_call()
            && !expr.is_call_of("eq")
            && let Some(arity) = functions.arity(operator)
        {
            bound.extend(vars::of_terms(operands.get(arity..).unwrap_or_default(), Skip::OUTPUT));
        }
    }
    bound
}

fn equality(expr: &Expr) -> Option<(&Expr, &Term, &Term)> {
    match expr.as_call() {
        Some((_, [a, b])) if expr.is_call_of("eq") => Some((expr, a, b)),
        _ => None,
    }
}
