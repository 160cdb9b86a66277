//! `&`, `|`, `intersection`, `union` and `set_diff`; `-` is with the numbers.

use super::{Context, Function, Outcome, set, wrong_type};
use crate::value::{Set, Value};

pub(super) const TABLE: &[(&str, Function)] =
    &[("and", and), ("intersection", intersection), ("or", or), ("set_diff", set_diff), ("union", union)];

/// Members of `a` that are not in `b`.
pub(super) fn difference(a: &Set, b: &Set) -> Value {
    Value::set(a.iter().filter(|member| !b.contains(member)).cloned())
}

/// Members of both, taken from the smaller set or the first.
fn common(a: &Set, b: &Set) -> Set {
    let (few, many) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    few.iter().filter(|member| many.contains(member)).cloned().collect()
}

fn set_diff(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some(difference(set(operands, 1)?, set(operands, 2)?)))
}

fn and(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some(Value::Set(common(set(operands, 1)?, set(operands, 2)?).into())))
}

fn or(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (a, b) = (set(operands, 1)?, set(operands, 2)?);
    match (a.is_empty(), b.is_empty()) {
        (true, _) => Ok(Some(operands[1].clone())),
        (_, true) => Ok(Some(operands[0].clone())),
        _ => {
            cx.charge((a.len() + b.len()) * size_of::<Value>())?;
            Ok(Some(Value::set(a.iter().chain(b.iter()).cloned())))
        }
    }
}

fn intersection(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let mut result: Option<Set> = None;
    for member in set(operands, 1)?.iter() {
        cx.check()?;
        let Value::Set(member) = member else { return Err(wrong_type(1, member, &["set"])) };
        result = Some(match result {
            None => Set::clone(member),
            Some(result) => common(&result, member),
        });
    }
    Ok(Some(Value::Set(result.unwrap_or_default().into())))
}

fn union(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let mut members = Vec::new();
    for member in set(operands, 1)?.iter() {
        let Value::Set(member) = member else { return Err(wrong_type(1, member, &["set"])) };
        cx.charge(member.len() * size_of::<Value>())?;
        members.extend(member.iter().cloned());
    }
    Ok(Some(Value::set(members)))
}
