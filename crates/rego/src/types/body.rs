//! Checks of bodies.

use std::rc::Rc;

use super::{
    call,
    env::{Env, Layer},
    failure::Failure,
    refs, walk, with,
};
use crate::ast::{Expr, Node};

/// Checks all expressions of a body in their order. The environment behind it knows the types of its variables.
pub(super) fn check<'a>(env: &Rc<Env<'a>>, body: &[Expr]) -> (Rc<Env<'a>>, Vec<Failure>) {
    let env = env.inner(Layer::None);
    let mut failures = Vec::new();
    for expr in body {
        let budget = &env.shared.budget;
        if budget.get() == 0 {
            break;
        }
        budget.set(budget.get() - 1);
        stacker::maybe_grow(128 * 1024, 1024 * 1024, || check_expr(&env, expr, &mut failures));
    }
    (env, failures)
}

fn check_expr<'a>(env: &Rc<Env<'a>>, expr: &Expr, failures: &mut Vec<Failure>) {
    let env = with::replaced(env, expr);
    let before = failures.len();
    failures.extend(check_closures(&env, expr));
    failures.extend(refs::check(&env, expr));
    let has_cause = failures.len() > before;
    // What is wrong only because a part has no type follows from what is wrong with that part.
    failures.extend(call::check(&env, expr).filter(|failure| !(has_cause && failure.of_unknown)));
}

/// Checks the bodies of comprehensions; the last one's failures count.
fn check_closures<'a>(env: &Rc<Env<'a>>, expr: &Expr) -> Vec<Failure> {
    let mut found = Vec::new();
    walk::expr(expr, &mut |term| {
        let body = match &term.node {
            Node::ArrayComprehension(comprehension) | Node::SetComprehension(comprehension) => &comprehension.body,
            Node::ObjectComprehension(comprehension) => &comprehension.body,
            _ => return false,
        };
        let (_, failures) = check(env, body);
        let failed = !failures.is_empty();
        if failed {
            found = failures;
        }
        failed
    });
    found
}
