//! What the compiler puts in place of syntax: `x in xs`, `k, v in xs`, template strings.

use super::{Context, Function, Outcome, array};
use crate::{error::Code, value::Value};

pub(super) const TABLE: &[(&str, Function)] = &[
    ("internal.member_2", member),
    ("internal.member_3", member_with_key),
    ("internal.template_string", template_string),
    ("internal.test_case", test_case),
];

/// `value in collection`
fn member(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let value = &operands[0];
    let found = match &operands[1] {
        Value::Set(set) => set.contains(value),
        Value::Array(items) => items.contains(value),
        Value::Object(object) => object.values().any(|other| other == value),
        _ => false,
    };
    Ok(Some(found.into()))
}

/// `key, value in collection`
fn member_with_key(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let [key, value, collection] = operands else { return Ok(None) };
    let found = match collection {
        Value::Set(set) => set.contains(key) && key == value,
        other => other.get(key) == Some(value),
    };
    Ok(Some(found.into()))
}

/// Parts are scalars, or sets that hold the one value of an expression or nothing where it is undefined.
fn template_string(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let mut text = String::new();
    for part in array(operands, 1)?.iter() {
        let part = match part {
            Value::Set(set) => match set.as_slice() {
                [] => &Value::string("<undefined>"),
                [one] => one,
                _ => return Err(cx.halt(Code::Conflict, "template-strings must not produce multiple outputs")),
            },
            Value::Array(_) | Value::Object(_) => {
                return Err(cx.halt(Code::Internal, format!("illegal argument type: {}", part.kind())));
            }
            scalar => scalar,
        };
        match part {
            Value::String(part) => text.push_str(part),
            other => text.push_str(&other.to_string()),
        }
    }
    cx.charge(text.len())?;
    Ok(Some(text.into()))
}

/// Marks a test case for whoever traces; always true.
fn test_case(_: &mut Context<'_>, _: &[Value]) -> Outcome {
    Ok(Some(true.into()))
}
