//! `units.parse` and `units.parse_bytes`.

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_traits::{One, Signed, Zero};

use super::{Context, Failure, Function, Outcome, string};
use crate::value::{Number, Value};

pub(super) const TABLE: &[(&str, Function)] = &[("units.parse", parse), ("units.parse_bytes", parse_bytes)];

/// Exponents of more digits are refused.
const MAX_EXPONENT_DIGITS: usize = 6;

/// `10.2` and `GiB` of `10.2GiB`; None if the exponent is too large.
fn amount_and_unit(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'e' | b'E' => {
                let sign = matches!(bytes.get(at + 1), Some(b'+' | b'-'));
                if !sign && !digit(at + 1) {
                    break;
                }
                at += usize::from(sign);
                if (at + 1..).take_while(|at| digit(*at)).count() > MAX_EXPONENT_DIGITS {
                    return None;
                }
            }
            b'0'..=b'9' | b'.' | b'+' | b'-' => {}
            _ => break,
        }
        at += 1;
    }
    Some(text.split_at(at))
}

/// A number and by how much its unit multiplies it.
fn read<'t>(
    function: &str,
    text: &'t str,
    factor: impl Fn(&str) -> Option<Factor>,
) -> Result<(&'t str, Factor), Failure> {
    let failure = |message: &str| Failure::Failed(format!("{function}: {message}"));
    if text.contains(' ') {
        return Err(failure("spaces not allowed in resource strings"));
    }
    let (amount, unit) = amount_and_unit(text).ok_or_else(|| failure("exponent too large"))?;
    let byte = if function == "units.parse_bytes" { "byte " } else { "" };
    if amount.is_empty() {
        return Err(failure(&format!("no {byte}amount provided")));
    }
    // Only the first letter may be a capital. OPA tears it apart if it is not ASCII.
    let mut rest = unit.chars();
    let first = match rest.next() {
        Some(char) if !char.is_ascii() => "\u{fffd}".repeat(char.len_utf8()),
        first => first.into_iter().collect(),
    };
    let unit = first + &rest.as_str().to_lowercase();
    let factor = factor(&unit).ok_or_else(|| failure(&format!("{byte}unit {unit} not recognized")))?;
    Ok((amount, factor))
}

/// A unit: `numerator / denominator`.
struct Factor {
    numerator: BigUint,
    denominator: BigUint,
}

impl Factor {
    fn of(numerator: u64) -> Self {
        Self { numerator: numerator.into(), denominator: BigUint::one() }
    }
}

/// 1000ⁿ or 1024ⁿ for the prefixes `k m g t p e`, which `i` may follow.
fn prefix(text: &str) -> Option<u64> {
    let base: u64 = match text.get(1..) {
        Some("") => 1000,
        Some("i") => 1024,
        _ => return None,
    };
    let power = "kmgtpe".find(text.chars().next()?)? as u32 + 1;
    Some(base.pow(power))
}

/// Units of bytes, in lower case.
fn byte_unit(unit: &str) -> Option<Factor> {
    match unit.strip_suffix('b').unwrap_or(unit) {
        "" if unit.is_empty() => Some(Factor::of(1)),
        name => prefix(name).map(Factor::of),
    }
}

/// As `units.parse` has them: `m` is a thousandth, `M` a million; `Mi` and `mi` are the same.
fn si_unit(unit: &str) -> Option<Factor> {
    match unit {
        "" => Some(Factor::of(1)),
        // The double next to a thousandth, as OPA has it.
        "m" => Some(Factor { numerator: 1_152_921_504_606_847_u64.into(), denominator: BigUint::one() << 60_u32 }),
        _ => prefix(&unit.to_ascii_lowercase()).map(Factor::of),
    }
}

/// An exact fraction.
struct Fraction {
    numerator: BigInt,
    denominator: BigUint,
}

/// A decimal with sign and exponent. None if the text is none.
fn fraction(text: &str) -> Option<Fraction> {
    let (negative, unsigned) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], unsigned[at + 1..].parse::<i64>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{part}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let magnitude = BigInt::parse_bytes(digits.as_bytes(), 10)?;
    let numerator = if negative { -magnitude } else { magnitude };
    let exponent = exponent - part.len() as i64;
    let scale = BigUint::from(10_u8).pow(u32::try_from(exponent.unsigned_abs()).ok()?);
    Some(match exponent >= 0 {
        true => Fraction { numerator: numerator * BigInt::from(scale), denominator: BigUint::one() },
        false => Fraction { numerator, denominator: scale },
    })
}

fn parse(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let text = string(operands, 1)?.replace('"', "");
    let (amount, factor) = read("units.parse", &text, si_unit)?;
    cx.charge(1 << 20)?;
    let Some(Fraction { numerator, denominator }) = fraction(amount) else {
        return Err("units.parse: could not parse amount to a number".into());
    };
    let numerator = numerator * BigInt::from(factor.numerator);
    let denominator = BigInt::from(denominator * factor.denominator);
    let (whole, rest) = numerator.div_rem(&denominator);
    if rest.is_zero() {
        return Ok(Some(Number::from_bigint(&whole).into()));
    }
    // Ten digits after the point, halves rounded away from zero.
    let ten = BigInt::from(10_u64.pow(10));
    let scaled = (numerator.abs() * &ten * 2_u8 + &denominator) / (denominator * 2_u8);
    let (whole, rest) = scaled.div_rem(&ten);
    let sign = if numerator.is_negative() { "-" } else { "" };
    let text = format!("{sign}{whole}.{:0>10}", rest.to_string());
    Ok(Some(Number::from_literal(&text).into()))
}

fn parse_bytes(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let text = string(operands, 1)?.to_lowercase().replace('"', "");
    let (amount, factor) = read("units.parse_bytes", &text, byte_unit)?;
    cx.charge(1 << 20)?;
    let unreadable = || Failure::from("units.parse_bytes: could not parse byte amount to a number");
    fraction(amount).ok_or_else(unreadable)?;
    // OPA calculates in floats here.
    let amount = Number::from_literal(amount).to_float();
    let factor = Number::from_bigint(&factor.numerator.into()).to_float();
    Ok(Some(Number::from_bigint(&amount.times(factor).trunc()).into()))
}
