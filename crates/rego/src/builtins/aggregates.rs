//! `count`, `sum`, `product`, `max`, `min`, `sort`, `all` and `any`.

use num_bigint::BigInt;

use super::{Context, Failure, Function, Outcome, items, wrong_element, wrong_type};
use crate::value::{Float, Number, Value};

pub(super) const TABLE: &[(&str, Function)] = &[
    ("all", all),
    ("any", any),
    ("count", count),
    ("max", max),
    ("min", min),
    ("product", product),
    ("sort", sort),
    ("sum", sum),
];

/// The items of the first operand, an array or a set.
fn collection(operands: &[Value]) -> Result<&[Value], Failure> {
    items(&operands[0]).ok_or_else(|| wrong_type(1, &operands[0], &["set", "array"]))
}

fn count(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let count = match &operands[0] {
        Value::Array(items) => items.len(),
        Value::Object(object) => object.len(),
        Value::Set(set) => set.len(),
        Value::String(text) => text.chars().count(),
        other => return Err(wrong_type(1, other, &["array", "object", "set", "string"])),
    };
    Ok(Some(Value::int(count)))
}

/// Exact if all items are integers, else in floats.
fn accumulate(
    cx: &mut Context<'_>,
    operands: &[Value],
    (start, float_start): (i64, Float),
    ints: fn(i64, i64) -> Option<i64>,
    bigs: fn(BigInt, BigInt) -> BigInt,
    floats: fn(Float, Float) -> Float,
) -> Outcome {
    let items = collection(operands)?;
    if let Some(total) = items.iter().try_fold(start, |total, item| ints(total, item.as_i64()?)) {
        return Ok(Some(Value::int(total)));
    }
    let mut total = Some(BigInt::from(start));
    for item in items {
        cx.check()?;
        total = match (total, item) {
            (Some(total), Value::Number(number)) => number.to_bigint().map(|int| bigs(total, int)),
            _ => None,
        };
        match &total {
            Some(total) if total.bits() > 1 << 16 => cx.charge(total.bits() as usize / 8)?,
            Some(_) => {}
            None => break,
        }
    }
    if let Some(total) = total {
        return Ok(Some(Number::from_bigint(&total).into()));
    }
    let mut total = float_start;
    for item in items {
        match item {
            Value::Number(number) => total = floats(total, number.to_float()),
            other => return Err(wrong_element(1, &operands[0], other, &["number"])),
        }
    }
    Ok(Some(Number::from_float(&total).into()))
}

fn sum(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    accumulate(cx, operands, (0, Float::from_i64(0)), i64::checked_add, |a, b| a + b, Float::plus)
}

fn product(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    accumulate(cx, operands, (1, Float::ONE_OF_53_BITS), i64::checked_mul, |a, b| a * b, Float::times)
}

/// Of equal items, as `1` and `1.0`, the last.
fn max(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(collection(operands)?.iter().max().cloned())
}

/// Of equal items, as `1` and `1.0`, the last.
fn min(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(collection(operands)?.iter().rev().min().cloned())
}

fn sort(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let mut items = collection(operands)?.to_vec();
    items.sort();
    Ok(Some(Value::array(items)))
}

fn truths(operands: &[Value]) -> Result<&[Value], Failure> {
    items(&operands[0]).ok_or_else(|| wrong_type(1, &operands[0], &["array", "set"]))
}

fn all(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some(truths(operands)?.iter().all(|item| *item == Value::Bool(true)).into()))
}

fn any(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some(truths(operands)?.contains(&Value::Bool(true)).into()))
}
