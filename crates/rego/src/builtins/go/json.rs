//! JSON as Go writes it: what HTML would misread is escaped.

use crate::value::Value;

/// Writes JSON without white space.
pub fn encode(value: &Value) -> String {
    let json = value.to_json();
    let special = ['<', '>', '&', '\u{2028}', '\u{2029}'];
    if !json.contains(special) {
        return json;
    }
    // These characters can only be within strings.
    let mut escaped = String::with_capacity(json.len() + 16);
    for char in json.chars() {
        match char {
            '<' => escaped.push_str("\\u003c"),
            '>' => escaped.push_str("\\u003e"),
            '&' => escaped.push_str("\\u0026"),
            '\u{2028}' => escaped.push_str("\\u2028"),
            '\u{2029}' => escaped.push_str("\\u2029"),
            char => escaped.push(char),
        }
    }
    escaped
}
