//! Which values the keywords of a schema may have.

use crate::value::{Number, Value};

/// Version of JSON Schema. Without `$schema` a mixture of all is read, which counts as the newest.
pub(super) type Draft = u8;
pub(super) const MIXED: Draft = u8::MAX;

pub(super) const TYPES: [&str; 7] = ["array", "boolean", "integer", "number", "null", "object", "string"];

/// `Invalid type. Expected: …, given: …`
pub(super) fn invalid_type(expected: &str, given: &str) -> String {
    format!("Invalid type. Expected: {expected}, given: {given}")
}

/// The text of a keyword, if it is there.
pub(super) fn string<'v>(schema: &'v Value, key: &str) -> Result<Option<&'v str>, String> {
    match schema.field(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(invalid_type("string", key)),
    }
}

/// The elements of a keyword, if it is there.
pub(super) fn list<'v>(schema: &'v Value, key: &str) -> Result<&'v [Value], String> {
    match schema.field(key) {
        None => Ok(&[]),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(format!("{key} must be of an array")),
    }
}

/// Refuses keywords of wrong values, those with schemas in them left out.
pub(super) fn check(schema: &Value, draft: Draft) -> Result<(), String> {
    check_numbers(schema, draft)?;
    for key in ["pattern", "format"] {
        string(schema, key)?;
    }
    for [min, max] in [["minLength", "maxLength"], ["minProperties", "maxProperties"], ["minItems", "maxItems"]] {
        let (min_value, max_value) = (count(schema, min)?, count(schema, max)?);
        if let (Some(min_value), Some(max_value)) = (min_value, max_value)
            && min_value > max_value
            && min != "minItems"
        {
            return Err(format!("{min} cannot be greater than {max}"));
        }
    }
    let required = list(schema, "required")?;
    if required.iter().any(|name| name.as_str().is_none()) {
        return Err(invalid_type("string", "required"));
    }
    unique(required, "required")?;
    if schema.field("uniqueItems").is_some_and(|unique| !matches!(unique, Value::Bool(_))) {
        return Err("uniqueItems must be of a boolean".to_owned());
    }
    unique(list(schema, "enum")?, "enum")
}

fn unique(items: &[Value], key: &str) -> Result<(), String> {
    let mut sorted: Vec<&Value> = items.iter().collect();
    sorted.sort();
    match sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        true => Err(format!("{key} items must be unique")),
        false => Ok(()),
    }
}

fn check_numbers(schema: &Value, draft: Draft) -> Result<(), String> {
    match schema.field("multipleOf") {
        Some(Value::Number(number)) if *number <= Number::from(0) => {
            return Err("multipleOf must be strictly greater than 0".to_owned());
        }
        None | Some(Value::Number(_)) => {}
        Some(_) => return Err(invalid_type("Number", "multipleOf")),
    }
    for (bound, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        if schema.field(bound).is_some_and(|bound| !matches!(bound, Value::Number(_))) {
            return Err(format!("{bound} must be of a Number"));
        }
        let allowed = match draft {
            4 => "boolean",
            MIXED => "boolean/number",
            _ => "number",
        };
        match schema.field(exclusive) {
            None => {}
            Some(Value::Bool(_)) if allowed.starts_with("boolean") && schema.field(bound).is_none() => {
                return Err(format!("{exclusive} cannot be used without {bound}"));
            }
            Some(Value::Bool(_)) if allowed.starts_with("boolean") => {}
            Some(Value::Number(_)) if allowed.ends_with("number") => {}
            Some(_) => return Err(invalid_type(allowed, exclusive)),
        }
    }
    Ok(())
}

fn count(schema: &Value, key: &str) -> Result<Option<i64>, String> {
    match schema.field(key) {
        None => Ok(None),
        Some(Value::Number(number)) if number.is_integer() => match *number < Number::from(0) {
            true => Err(format!("{key} must be greater than or equal to 0")),
            false => Ok(Some(number.as_i64().unwrap_or(i64::MAX))),
        },
        Some(_) => Err(format!("{key} must be of an integer")),
    }
}
