//! `bits.*`: integers of any size, negative ones as two's complement without end.

use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;

use super::{Context, Failure, Function, Outcome, big_integer};
use crate::value::{Number, Value};

pub(super) const TABLE: &[(&str, Function)] = &[
    ("bits.and", and),
    ("bits.lsh", lsh),
    ("bits.negate", negate),
    ("bits.or", or),
    ("bits.rsh", rsh),
    ("bits.xor", xor),
];

fn both(operands: &[Value], operation: fn(BigInt, BigInt) -> BigInt) -> Outcome {
    let (a, b) = (big_integer(operands, 1)?, big_integer(operands, 2)?);
    Ok(Some(Number::from_bigint(&operation(a, b)).into()))
}

fn and(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    both(operands, |a, b| a & b)
}

fn or(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    both(operands, |a, b| a | b)
}

fn xor(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    both(operands, |a, b| a ^ b)
}

fn negate(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some(Number::from_bigint(&!big_integer(operands, 1)?).into()))
}

/// Operands of a shift; of the distance, only the low 64 bits count.
fn shift(operands: &[Value]) -> Result<(BigInt, u64), Failure> {
    let (int, distance) = (big_integer(operands, 1)?, big_integer(operands, 2)?);
    if distance.sign() == Sign::Minus {
        let message = "operand 2 must be an unsigned integer number but got a negative integer";
        return Err(Failure::Operand(message.to_owned()));
    }
    let low = distance.iter_u64_digits().next().unwrap_or(0);
    Ok((int, low))
}

fn lsh(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (int, distance) = shift(operands)?;
    if int.sign() == Sign::NoSign {
        return Ok(Some(Value::int(0)));
    }
    // The number and its text: a digit for about three bits.
    let bytes = usize::try_from(distance / 2).unwrap_or(usize::MAX);
    cx.charge(bytes)?;
    Ok(Some(Number::from_bigint(&(int << distance)).into()))
}

fn rsh(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (int, distance) = shift(operands)?;
    let distance = distance.min(int.bits() + 1).to_u64().unwrap_or(0);
    Ok(Some(Number::from_bigint(&(int >> distance)).into()))
}
