//! `to_number` and the deprecated `cast_*`.

use super::{Context, Failure, Function, Outcome, items, wrong_type};
use crate::value::{Number, Value};

pub(super) const TABLE: &[(&str, Function)] = &[
    ("cast_array", cast_array),
    ("cast_boolean", cast_boolean),
    ("cast_null", cast_null),
    ("cast_object", cast_object),
    ("cast_set", cast_set),
    ("cast_string", cast_string),
    ("to_number", to_number),
];

fn to_number(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let number = match &operands[0] {
        Value::Null => Value::int(0),
        Value::Bool(bool) => Value::int(i64::from(*bool)),
        Value::Number(_) => operands[0].clone(),
        Value::String(text) => read_number(text, &operands[0])?.into(),
        other => return Err(wrong_type(1, other, &["null", "boolean", "number", "string"])),
    };
    Ok(Some(number))
}

/// Numbers as Go's `strconv.ParseFloat` reads them, but without infinities and NaN. What is no JSON (`+1`, `.5`,
/// `1_000`, `0x1p-2`) becomes JSON of the same value.
fn read_number(text: &str, operand: &Value) -> Result<Number, Failure> {
    let bare = text.trim_start_matches(['+', '-']).to_lowercase();
    if matches!(bare.as_str(), "inf" | "infinity" | "nan") {
        return Err(wrong_type(1, operand, &["valid number string"]));
    }
    let failure = |reason| format!("strconv.ParseFloat: parsing {}: {reason}", super::go::quote::quote(text, false));
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => (true, unsigned),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let plain = without_underscores(unsigned).ok_or_else(|| failure("invalid syntax"))?;
    let read = match plain.strip_prefix(['0']).and_then(|rest| rest.strip_prefix(['x', 'X'])) {
        Some(hex) => hexadecimal(hex).map(|float| (float, float.to_string())),
        None => decimal(&plain).and_then(|literal| Some((literal.parse().ok()?, literal))),
    };
    let (float, literal): (f64, String) = read.ok_or_else(|| failure("invalid syntax"))?;
    match float.is_finite() {
        true => Ok(Number::from_literal(&format!("{}{literal}", if negative { "-" } else { "" }))),
        false => Err(failure("value out of range").into()),
    }
}

/// Takes out underscores; None if one is not between digits, or behind the prefix `0x`.
fn without_underscores(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let hex = text.starts_with("0x") || text.starts_with("0X");
    let digit = |byte: &u8| byte.is_ascii_digit() || (hex && byte.is_ascii_hexdigit());
    let fits = |at: usize| {
        let before = at.checked_sub(1).is_some_and(|before| digit(&bytes[before]) || (hex && before == 1));
        before && bytes.get(at + 1).is_some_and(digit)
    };
    let mut underscores = text.bytes().enumerate().filter(|(_, byte)| *byte == b'_');
    underscores.all(|(at, _)| fits(at)).then(|| text.replace('_', ""))
}

/// A JSON literal of `1.5e3`, also of `.5`, `5.` and `007`.
fn decimal(unsigned: &str) -> Option<String> {
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => unsigned.split_at(at),
        None => (unsigned, ""),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let power = exponent.get(1..).map(|power| power.strip_prefix(['+', '-']).unwrap_or(power));
    let well_formed = digits(whole)
        && digits(fraction)
        && whole.len() + fraction.len() > 0
        && power.is_none_or(|power| !power.is_empty() && digits(power));
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let point = if fraction.is_empty() { "" } else { "." };
    well_formed.then(|| format!("{whole}{point}{fraction}{exponent}"))
}

/// `1.8p-2`, of what follows the prefix.
fn hexadecimal(text: &str) -> Option<f64> {
    let (mantissa, power) = text.split_once(['p', 'P'])?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.len() + fraction.len() == 0 {
        return None;
    }
    let digits = whole.chars().chain(fraction.chars());
    let mantissa =
        digits.map(|char| char.to_digit(16)).try_fold(0.0, |sum, digit| Some(sum * 16.0 + f64::from(digit?)))?;
    let power = power.parse::<i32>().ok()? - 4 * i32::try_from(fraction.len()).ok()?;
    Some(mantissa * 2_f64.powi(power))
}

fn cast_array(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    match items(&operands[0]) {
        Some(items) => Ok(Some(Value::array(items.iter().cloned()))),
        None => Err(wrong_type(1, &operands[0], &["array", "set"])),
    }
}

fn cast_set(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    match items(&operands[0]) {
        Some(items) => Ok(Some(Value::set(items.iter().cloned()))),
        None => Err(wrong_type(1, &operands[0], &["array", "set"])),
    }
}

/// Lets values of one kind pass.
fn only(operands: &[Value], kind: &str) -> Outcome {
    match operands[0].kind() == kind {
        true => Ok(Some(operands[0].clone())),
        false => Err(wrong_type(1, &operands[0], &[kind])),
    }
}

fn cast_string(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    only(operands, "string")
}

fn cast_boolean(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    only(operands, "boolean")
}

fn cast_null(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    only(operands, "null")
}

fn cast_object(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    only(operands, "object")
}
