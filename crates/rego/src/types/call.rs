//! Checks of calls: their operands, and the two sides of equalities.

use std::rc::Rc;

use super::{
    env::Env,
    failure::{self, Failure},
    infer::{unify, unify_terms},
    lattice::{Arg, Type},
    unify::unifies,
};
use crate::ast::{Expr, Term};

/// Checks what an expression calls, and what its `with` puts in the place of functions.
pub(super) fn check<'a>(env: &Rc<Env<'a>>, expr: &Expr) -> Option<Failure> {
    if let Some(failure) = check_with(env, expr) {
        return Some(failure);
    }
    let (operator, operands) = expr.as_call()?;
    if operator.is_operator("eq") {
        return check_equality(env, expr, operator, operands);
    }
    let with_key = operator.is_operator("internal.member_3");
    if with_key || operator.is_operator("internal.member_2") {
        let failure = check_member(env, expr, operands, with_key);
        if failure.is_some() {
            return failure;
        }
    }
    check_operands(env, expr, operator, operands)
}

fn types<'a>(env: &Rc<Env<'a>>, terms: &[Term]) -> Vec<Option<Type>> {
    terms.iter().map(|term| env.term(term)).collect()
}

fn check_operands<'a>(env: &Rc<Env<'a>>, expr: &Expr, operator: &Term, operands: &[Term]) -> Option<Failure> {
    let name = operator.as_ref_term().unwrap_or(std::slice::from_ref(operator));
    let function = match env.reference(name) {
        Some(Type::Any) => return None,
        Some(Type::Function(function)) => function,
        _ => {
            let text = crate::ast::ref_text(name);
            return Some(Failure::new(&expr.location, format!("undefined function {text}")));
        }
    };
    let fail = |what: &str| Some(failure::arguments(&expr.location, name, what, &types(env, operands), &function));
    let result = function.result_type();
    let expected = function.args.len() + usize::from(result.is_some());
    if operands.len() > expected && function.variadic.is_none() {
        return fail("too many arguments");
    }
    if operands.len() < function.args.len() {
        return fail("too few arguments");
    }
    let before = types(env, operands);
    for (at, operand) in operands.iter().enumerate() {
        let want = match result {
            Some(result) if at == function.args.len() => Some(result),
            _ => function.arg(at),
        };
        let have = before[at].as_ref();
        if !Type::is_unknown(have) && !unifies(have, want) {
            return Some(failure::arguments(&expr.location, name, "invalid argument(s)", &before, &function));
        }
        if !unify(env, operand, want, false) {
            return fail("invalid argument(s)");
        }
    }
    None
}

fn check_equality<'a>(env: &Rc<Env<'a>>, expr: &Expr, operator: &Term, operands: &[Term]) -> Option<Failure> {
    let [a, b] = operands else {
        let what = if operands.len() < 2 { "too few arguments" } else { "too many arguments" };
        let name = operator.as_ref_term().unwrap_or_default();
        let sides = [Arg::unnamed(Some(Type::Any)), Arg::unnamed(Some(Type::Any))];
        return Some(failure::wanted(&expr.location, name, what, &types(env, operands), &sides, None));
    };
    let (type_a, type_b) = (env.term(a), env.term(b));
    match unify_terms(env, (a, type_a.as_ref()), (b, type_b.as_ref())) {
        true => None,
        false => Some(failure::mismatch(&expr.location, type_a.as_ref(), type_b.as_ref())),
    }
}

/// What may be found in a collection follows from the collection's own type.
fn check_member<'a>(env: &Rc<Env<'a>>, expr: &Expr, operands: &[Term], with_key: bool) -> Option<Failure> {
    let (key, value, collection) = match (operands, with_key) {
        ([key, value, collection, ..], true) => (Some(key), value, collection),
        ([value, collection, ..], false) => (None, value, collection),
        _ => return None,
    };
    let collection = env.term(collection)?;
    let values = collection.values()?;
    key.and_then(|key| check_element(env, expr, key, collection.keys()))
        .or_else(|| check_element(env, expr, value, Some(values)))
}

fn check_element<'a>(env: &Rc<Env<'a>>, expr: &Expr, term: &Term, want: Option<Type>) -> Option<Failure> {
    if Type::is_unknown(want.as_ref()) {
        return None;
    }
    let have = env.term(term);
    let fits = (Type::is_unknown(have.as_ref()) || unifies(have.as_ref(), want.as_ref()))
        && unify(env, term, want.as_ref(), false);
    (!fits).then(|| failure::mismatch(&expr.location, have.as_ref(), want.as_ref()))
}

/// A function can only be replaced by one of as many operands that fit, or by a value.
fn check_with<'a>(env: &Rc<Env<'a>>, expr: &Expr) -> Option<Failure> {
    expr.with.iter().find_map(|with| {
        let (target, value) = (env.term(&with.target), env.term(&with.value));
        let (Some(Type::Function(wanted)), Some(Type::Function(given))) = (&target, &value) else { return None };
        let name = with.target.as_ref_term().unwrap_or(std::slice::from_ref(&with.target));
        let have: Vec<Option<Type>> = given.args.iter().map(|arg| arg.of.clone()).collect();
        let fail = || {
            let variadic = wanted.variadic.as_ref();
            failure::wanted(&with.location, name, "arity mismatch", &have, &wanted.args, variadic)
        };
        (!unifies(target.as_ref(), value.as_ref())).then(fail)
    })
}
