//! `type_name` and `is_*`.

use super::{Context, Function, Outcome};
use crate::value::Value;

pub(super) const TABLE: &[(&str, Function)] = &[
    ("is_array", is_array),
    ("is_boolean", is_boolean),
    ("is_null", is_null),
    ("is_number", is_number),
    ("is_object", is_object),
    ("is_set", is_set),
    ("is_string", is_string),
    ("type_name", type_name),
];

fn type_name(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some(Value::string(operands[0].kind())))
}

fn is_array(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some(matches!(operands[0], Value::Array(_)).into()))
}

fn is_boolean(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some(matches!(operands[0], Value::Bool(_)).into()))
}

fn is_null(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some(matches!(operands[0], Value::Null).into()))
}

fn is_number(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some(matches!(operands[0], Value::Number(_)).into()))
}

fn is_object(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some(matches!(operands[0], Value::Object(_)).into()))
}

fn is_set(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some(matches!(operands[0], Value::Set(_)).into()))
}

fn is_string(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some(matches!(operands[0], Value::String(_)).into()))
}
