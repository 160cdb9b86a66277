//! `json.match_schema` and `json.verify_schema`: JSON Schema of drafts 4, 6 and 7, with the messages that OPA gives.

mod compile;
mod format;
mod number;
mod pool;
mod reference;
mod validate;

use std::{collections::BTreeMap, sync::Arc};

use super::super::{Context, Function, Outcome};
use super::plain_json;
use crate::value::Value;
use compile::Schemas;

pub(in super::super) const TABLE: &[(&str, Function)] =
    &[("json.match_schema", match_schema), ("json.verify_schema", verify_schema)];

/// Schemas that a query has used already.
#[derive(Default)]
struct Known(BTreeMap<Value, Arc<Schemas>>);

/// A document or schema: as it is, or as JSON text.
fn document(operand: &Value) -> Result<Value, String> {
    match operand {
        Value::String(text) => Value::from_json(text).map_err(|_| "invalid JSON string".to_owned()),
        Value::Object(_) | Value::Array(_) => Ok(plain_json(operand)),
        _ => Err("wrong type, expected string or object".to_owned()),
    }
}

fn verify_schema(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let verdict = document(&operands[0]).and_then(|schema| Schemas::compile(&schema, cx.env.allow_net.as_deref()));
    Ok(Some(match verdict {
        Ok(_) => Value::array([true.into(), Value::Null]),
        Err(why) => Value::array([false.into(), format!("jsonschema: {why}").into()]),
    }))
}

fn match_schema(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let subject = document(&operands[0])?;
    let known = cx.memory.of::<Known>().0.get(&operands[1]).cloned();
    let schemas = match known {
        Some(schemas) => schemas,
        None => {
            let schemas = Arc::new(Schemas::compile(&document(&operands[1])?, cx.env.allow_net.as_deref())?);
            cx.memory.of::<Known>().0.insert(operands[1].clone(), Arc::clone(&schemas));
            schemas
        }
    };
    let errors = validate::validate(cx, &schemas, &subject)?;
    let valid = errors.is_empty();
    let errors = errors.into_iter().map(|error| {
        Value::object([
            ("error".into(), format!("{}: {}", error.field, error.description).into()),
            ("type".into(), error.kind.into()),
            ("field".into(), error.field.into()),
            ("desc".into(), error.description.into()),
        ])
    });
    Ok(Some(Value::array([valid.into(), Value::array(errors)])))
}
