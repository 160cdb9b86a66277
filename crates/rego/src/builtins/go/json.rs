//! JSON as Go writes it: what HTML would misread is escaped.

use crate::value::{Value, escape_html};

/// Writes JSON without white space.
pub fn encode(value: &Value) -> String {
    escape_html(&value.to_json())
}
