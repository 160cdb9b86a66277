//! `abs`, `ceil`, `floor`, `round` and the operators `+ - * / %`.
//!
//! Integers are calculated exactly, whatever their size; everything else in floats of 64 bits mantissa. Small integers,
//! those of 32 bits, never become floats: this shows in signs of zero.

use num_bigint::{BigInt, Sign};
use num_traits::Zero;

use super::{Context, Failure, Function, Outcome, number, wrong_type};
use crate::value::{Float, Number, Value};

pub(super) const TABLE: &[(&str, Function)] = &[
    ("abs", abs),
    ("ceil", ceil),
    ("div", div),
    ("floor", floor),
    ("minus", minus),
    ("mul", mul),
    ("plus", plus),
    ("rem", rem),
    ("round", round),
];

/// An integer of at most 32 bits, so that a product cannot overflow.
fn small(number: &Number) -> Option<i64> {
    let int = match number {
        Number::Int(int) => *int,
        Number::Text(text) => super::written_integer(text)?,
    };
    i32::try_from(int).is_ok().then_some(int)
}

fn both_big(a: &Number, b: &Number) -> Option<(BigInt, BigInt)> {
    Some((a.to_bigint()?, b.to_bigint()?))
}

/// An operation that is exact on integers.
fn exact(
    a: &Number,
    b: &Number,
    ints: fn(i64, i64) -> Option<i64>,
    bigs: fn(BigInt, BigInt) -> BigInt,
    floats: fn(Float, Float) -> Float,
) -> Number {
    // Written out as integers, both fit: the common case.
    if let (Some(a), Some(b)) = (a.as_i64().or_else(|| small(a)), b.as_i64().or_else(|| small(b)))
        && let Some(int) = ints(a, b)
    {
        return Number::Int(int);
    }
    match both_big(a, b) {
        Some((a, b)) => Number::from_bigint(&bigs(a, b)),
        None => Number::from_float(&floats(a.to_float(), b.to_float())),
    }
}

fn plus(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (a, b) = (number(operands, 1)?, number(operands, 2)?);
    Ok(Some(exact(a, b, i64::checked_add, |a, b| a + b, Float::plus).into()))
}

fn mul(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (a, b) = (number(operands, 1)?, number(operands, 2)?);
    Ok(Some(exact(a, b, i64::checked_mul, |a, b| a * b, Float::times).into()))
}

/// Of numbers or of sets.
fn minus(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    match operands {
        [Value::Number(a), Value::Number(b)] => {
            Ok(Some(exact(a, b, i64::checked_sub, |a, b| a - b, Float::minus).into()))
        }
        [Value::Set(a), Value::Set(b)] => Ok(Some(super::sets::difference(a, b))),
        [Value::Number(_), b] => Err(wrong_type(2, b, &["number"])),
        [Value::Set(_), b @ Value::Number(_)] => Err(wrong_type(2, b, &["set"])),
        [Value::Set(_), b] => Err(wrong_type(2, b, &["number"])),
        _ => Err(wrong_type(1, &operands[0], &["number", "set"])),
    }
}

fn div(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (a, b) = (number(operands, 1)?, number(operands, 2)?);
    if let (Some(a), Some(b)) = (small(a), small(b)) {
        match b {
            0 => return Err("divide by zero".into()),
            _ if a != 0 && a % b == 0 => return Ok(Some(Value::int(a / b))),
            _ => {}
        }
    }
    let (a, b) = (a.to_float(), b.to_float());
    match b.is_zero() {
        true => Err("divide by zero".into()),
        false => Ok(Some(Number::from_float(&a.over(b)).into())),
    }
}

fn rem(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (a, b) = (number(operands, 1)?, number(operands, 2)?);
    let remainder = match (small(a), small(b)) {
        (Some(_), Some(0)) => None,
        (Some(a), Some(b)) => Some(Number::Int(a % b)),
        _ => match both_big(a, b) {
            Some((_, b)) if b.is_zero() => None,
            Some((a, b)) => Some(Number::from_bigint(&(a % b))),
            None => return Err("modulo on floating-point number".into()),
        },
    };
    remainder.map(|remainder| Some(remainder.into())).ok_or_else(|| Failure::from("modulo by zero"))
}

fn abs(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let number = number(operands, 1)?;
    Ok(Some(match small(number) {
        Some(int) => Value::int(int.abs()),
        None => Number::from_float(&number.to_float().abs()).into(),
    }))
}

/// An operation that makes integers of floats. Small integers are what they are.
fn rounded(operands: &[Value], floats: fn(Float) -> BigInt) -> Outcome {
    let number = number(operands, 1)?;
    Ok(Some(match small(number) {
        Some(int) => Value::int(int),
        None => Number::from_bigint(&floats(number.to_float())).into(),
    }))
}

/// Halves are rounded away from zero.
fn round(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    rounded(operands, |float| {
        let away = if float.is_negative() { float.minus(Float::HALF) } else { float.plus(Float::HALF) };
        away.trunc()
    })
}

/// As OPA has it: a fraction between -1 and 0 gives 1, for the sign is looked for after the fraction is gone.
fn ceil(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    rounded(operands, |float| {
        let whole = float.trunc();
        let up = whole.sign() != Sign::Minus && !float.is_integer();
        whole + u8::from(up)
    })
}

/// As OPA has it: a fraction between -1 and 0 gives 0, for the sign is looked for after the fraction is gone.
fn floor(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    rounded(operands, |float| {
        let whole = float.trunc();
        let down = whole.sign() == Sign::Minus && !float.is_integer();
        whole - u8::from(down)
    })
}
