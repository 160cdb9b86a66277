use serde_json::Value;

/// How deep JSON may nest wherever it comes in or goes out: readers, ours among them, stop at 128.
pub const MAX_DEPTH: usize = 100;

/// How deep a value nests; 1 for what holds nothing.
pub fn depth(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(depth).max().unwrap_or(0),
        Value::Object(fields) => fields.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// Whether any string in a value has a NUL character, which PostgreSQL stores in no text.
pub fn contains_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(contains_nul),
        Value::Object(fields) => fields.iter().any(|(name, value)| name.contains('\0') || contains_nul(value)),
        _ => false,
    }
}
