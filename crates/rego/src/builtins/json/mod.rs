//! `json.*`.

mod patch;
mod paths;
mod schema;
mod text;

pub(crate) use text::{marshal, parse, plain_json};

use super::Function;
use crate::value::Value;

pub(super) const TABLES: [&[(&str, Function)]; 4] = [paths::TABLE, patch::TABLE, schema::TABLE, text::TABLE];

/// What Go calls the type that a JSON value is decoded to; it appears in messages.
pub(super) fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Number(_) => "json.Number",
        Value::String(_) => "string",
        Value::Array(_) | Value::Set(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}
