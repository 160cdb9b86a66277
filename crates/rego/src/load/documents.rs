//! Documents from several files become one.

use std::sync::Arc;

use crate::value::{Object, Value};

/// The path of the first value that both have, where not both are objects.
pub fn conflict(a: &Object, b: &Object) -> Option<Vec<Value>> {
    b.iter().find_map(|(key, new)| match (a.get(key)?, new) {
        (Value::Object(old), Value::Object(new)) => stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
            let mut path = conflict(old, new)?;
            path.insert(0, key.clone());
            Some(path)
        }),
        _ => Some(vec![key.clone()]),
    })
}

/// Adds all of `new`, which has no conflict with `into`.
pub fn merge(into: &mut Object, new: &Object) {
    for (key, value) in new.iter() {
        let merged = match (into.remove(key), value) {
            (Some(Value::Object(mut old)), Value::Object(new)) => {
                stacker::maybe_grow(64 * 1024, 1024 * 1024, || merge(Arc::make_mut(&mut old), new));
                Value::Object(old)
            }
            _ => value.clone(),
        };
        into.insert(key.clone(), merged);
    }
}

/// Whether there is a value at a path.
pub fn has(object: &Object, path: &[Value]) -> bool {
    let Some((first, rest)) = path.split_first() else { return true };
    object
        .get(first)
        .is_some_and(|value| rest.is_empty() || rest.iter().try_fold(value, |at, key| at.get(key)).is_some())
}

/// `data.a["b c"]`
pub fn shown(path: &[Value]) -> String {
    path.iter().fold("data".to_owned(), |shown, key| {
        let name = key.as_str().unwrap_or_default();
        let plain = name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if plain { format!("{shown}.{name}") } else { format!("{shown}[{key}]") }
    })
}
