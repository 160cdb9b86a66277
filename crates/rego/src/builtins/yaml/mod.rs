//! `yaml.*`.

mod emit;

use super::{Context, Function, Outcome, json::plain_json, string};
use crate::value::Value;

pub(super) const TABLE: &[(&str, Function)] =
    &[("yaml.is_valid", is_valid), ("yaml.marshal", marshal), ("yaml.unmarshal", unmarshal)];

fn is_valid(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some(operands[0].as_str().is_some_and(|text| Value::from_yaml(text).is_ok()).into()))
}

fn marshal(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some(emit::emit(&plain_json(&operands[0]))?.into()))
}

fn unmarshal(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    match Value::from_yaml(string(operands, 1)?) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.message.starts_with("json: ") => Err(error.message.into()),
        Err(error) => Err(error.to_string().into()),
    }
}
