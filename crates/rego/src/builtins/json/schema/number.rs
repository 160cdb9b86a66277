//! Numbers in schemas and their messages.

use num_bigint::BigInt;
use num_traits::Zero;

use super::super::plain_json;
use crate::value::{Number, Value};

/// Sign, digits without leading or trailing zeros, and the power of ten of the last digit.
fn decimal(text: &str) -> (bool, String, i64) {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i64 = exponent.trim_start_matches('+').parse().unwrap_or(0);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let trimmed = digits.trim_end_matches('0');
    let exponent = exponent.saturating_sub(fraction.len() as i64).saturating_add((digits.len() - trimmed.len()) as i64);
    (negative, trimmed.trim_start_matches('0').to_owned(), exponent)
}

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

/// A double as Go's JSON has it.
fn double(number: &Number) -> String {
    let float = number.to_f64();
    let (negative, digits, power) = decimal(&format!("{float:e}"));
    let text = shortest(negative, &digits, power, -6..21);
    text.replace("e-0", "e-").replace("e+0", "e+")
}

/// Digits with a point, or with an exponent where that of the first digit is out of `plain`.
fn shortest(negative: bool, digits: &str, power: i64, plain: std::ops::Range<i64>) -> String {
    let sign = if negative { "-" } else { "" };
    if digits.is_empty() {
        return format!("{sign}0");
    }
    let len = digits.len() as i64;
    let first = power + len - 1;
    if !plain.contains(&first) {
        let (lead, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let exponent_sign = if first < 0 { '-' } else { '+' };
        return format!("{sign}{lead}{point}{rest}e{exponent_sign}{:02}", first.abs());
    }
    let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or(0));
    match first {
        _ if power >= 0 => format!("{sign}{digits}{}", zeros(power)),
        0.. => {
            let (whole, fraction) = digits.split_at(first as usize + 1);
            format!("{sign}{whole}.{fraction}")
        }
        _ => format!("{sign}0.{}{digits}", zeros(-first - 1)),
    }
}

/// JSON text in which equal numbers are written in the same way.
pub fn canonical(value: &Value) -> String {
    fn doubles(value: &Value) -> Value {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || match value {
            Value::Number(number) => Number::parse(&double(number)).map_or_else(|| value.clone(), Value::Number),
            Value::Array(items) => Value::array(items.iter().map(doubles)),
            Value::Object(object) => Value::object(object.iter().map(|(key, value)| (key.clone(), doubles(value)))),
            other => other.clone(),
        })
    }
    super::super::text::marshal(&doubles(&plain_json(value)))
}
