//! Numbers in schemas and their messages.

use num_bigint::BigInt;
use num_traits::Zero;

use super::super::plain_json;
use crate::value::{Number, Value, decimal, double, shortest};

/// Whether `number` is `factor` taken a whole number of times. Exponents that differ by thousands of digits are not
/// calculated with.
pub fn is_multiple(number: &Number, factor: &Number) -> bool {
    const MAX_DIGITS: i64 = 10_000;
    let (_, number, power) = decimal(&number.to_string());
    let (_, factor, factor_power) = decimal(&factor.to_string());
    let lowest = power.min(factor_power);
    let scaled = |digits: &str, power: i64| -> Option<BigInt> {
        let zeros = power.checked_sub(lowest).filter(|zeros| *zeros <= MAX_DIGITS)?;
        BigInt::parse_bytes(format!("{digits}{}", "0".repeat(zeros as usize)).as_bytes(), 10)
    };
    if number.is_empty() {
        return true;
    }
    match (scaled(&number, power), scaled(&factor, factor_power)) {
        (Some(number), Some(factor)) if !factor.is_zero() => (number % factor).is_zero(),
        _ => false,
    }
}

/// A bound in a message: with an exponent from a million on.
pub fn bound(number: &Number) -> String {
    let (negative, digits, power) = decimal(&Number::from_float(&number.to_float()).to_string());
    shortest(negative, &digits, power, -4..6)
}

/// JSON text in which equal numbers are written in the same way.
pub fn canonical(value: &Value) -> String {
    fn doubles(value: &Value) -> Value {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || match value {
            Value::Number(number) => {
                Number::parse(&double(number.to_f64(), -6..21)).map_or_else(|| value.clone(), Value::Number)
            }
            Value::Array(items) => Value::array(items.iter().map(doubles)),
            Value::Object(object) => Value::object(object.iter().map(|(key, value)| (key.clone(), doubles(value)))),
            other => other.clone(),
        })
    }
    super::super::text::marshal(&doubles(&plain_json(value)))
}
