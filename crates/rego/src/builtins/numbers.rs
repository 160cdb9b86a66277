//! `numbers.range`, `numbers.range_step` and `rand.intn`.

use std::{collections::HashMap, sync::Arc};

use num_bigint::{BigInt, Sign};

use super::{Context, Function, Outcome, big_integer, integer, string};
use crate::value::{Number, Value};

pub(super) const TABLE: &[(&str, Function)] =
    &[("numbers.range", range), ("numbers.range_step", range_step), ("rand.intn", intn)];

fn range(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    between(cx, big_integer(operands, 1)?, big_integer(operands, 2)?, &BigInt::from(1))
}

fn range_step(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (from, to) = (big_integer(operands, 1)?, big_integer(operands, 2)?);
    let step = big_integer(operands, 3)?;
    match step.sign() {
        Sign::Plus => between(cx, from, to, &step),
        _ => Err("numbers.range_step: step must be a positive integer".into()),
    }
}

/// Upwards or downwards, both ends included.
fn between(cx: &mut Context<'_>, from: BigInt, to: BigInt, step: &BigInt) -> Outcome {
    let up = from <= to;
    let mut numbers = Vec::new();
    let mut next = from;
    while if up { next <= to } else { next >= to } {
        if numbers.len() % 1024 == 0 {
            cx.check()?;
        }
        cx.charge(size_of::<Value>() + next.bits() as usize / 8)?;
        numbers.push(Number::from_bigint(&next).into());
        if up {
            next += step;
        } else {
            next -= step;
        }
    }
    Ok(Some(Value::Array(Arc::new(numbers))))
}

/// Numbers that were drawn in this query, by key and bound.
#[derive(Default)]
struct Drawn(HashMap<(String, u64), u64>);

fn intn(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (key, bound) = (string(operands, 1)?, integer(operands, 2)?.unsigned_abs());
    if bound == 0 {
        return Ok(Some(Value::int(0)));
    }
    let key = (key.to_owned(), bound);
    if let Some(number) = cx.memory.of::<Drawn>().0.get(&key) {
        return Ok(Some(Value::int(*number)));
    }
    // Sixteen bytes, so that the remainder is as good as even.
    let mut bytes = [0; 16];
    cx.env.host.random(&mut bytes);
    let number = (u128::from_le_bytes(bytes) % u128::from(bound)) as u64;
    cx.charge(key.0.len() + 64)?;
    cx.memory.of::<Drawn>().0.insert(key, number);
    Ok(Some(Value::int(number)))
}
