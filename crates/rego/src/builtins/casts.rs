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

/// Numbers as Go's `strconv.ParseFloat` reads them, but without infinities and NaN.
fn read_number(text: &str, operand: &Value) -> Result<Number, Failure> {
    let bare = text.trim_start_matches(['+', '-']).to_lowercase();
    if matches!(bare.as_str(), "inf" | "infinity" | "nan") {
        return Err(wrong_type(1, operand, &["valid number string"]));
    }
    let failure = |reason| format!("strconv.ParseFloat: parsing {}: {reason}", super::go::quote::quote(text, false));
    let decimal = is_decimal(text);
    let float: f64 = match decimal {
        true => text.parse().map_err(|_| failure("invalid syntax"))?,
        false => return Err(failure("invalid syntax").into()),
    };
    match float.is_finite() {
        true => Ok(Number::from_literal(text)),
        false => Err(failure("value out of range").into()),
    }
}

/// `-1.5e3`, also `+1`, `.5`, `5.` and `007`.
fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.map(|exponent| exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
    digits(whole)
        && digits(fraction)
        && whole.len() + fraction.len() > 0
        && exponent.is_none_or(|exponent| !exponent.is_empty() && digits(exponent))
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
