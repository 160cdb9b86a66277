//! `json.patch`: RFC 6902, on sets too.

use std::sync::Arc;

use super::{
    super::{Context, Failure, Function, Outcome, wrong_type},
    paths::segments,
};
use crate::value::{Object, Value};

pub(in super::super) const TABLE: &[(&str, Function)] = &[("json.patch", patch)];

type Result<T> = std::result::Result<T, Failure>;

fn patch(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let Value::Array(operations) = &operands[1] else { return Err(wrong_type(2, &operands[1], &["array"])) };
    // None after the whole document has been removed.
    let mut document = Some(operands[0].clone());
    for operation in operations.iter() {
        cx.check()?;
        let Value::Object(operation) = operation else {
            return Err("must be an array of JSON-Patch objects, but at least one element is not an object".into());
        };
        apply(&mut document, operation)?;
    }
    Ok(document)
}

fn attribute<'o>(operation: &'o Object, name: &str) -> Result<&'o Value> {
    operation.field(name).ok_or_else(|| format!("missing required attribute '{name}'").into())
}

fn apply(document: &mut Option<Value>, operation: &Object) -> Result<()> {
    let path = attribute(operation, "path")?;
    let op = attribute(operation, "op")?;
    let Value::String(op) = op else {
        return Err(format!("attribute 'op' must be a string but found: {}", op.kind()).into());
    };
    let path = segments(path)?;
    match &**op {
        "add" => insert(document, &path, attribute(operation, "value")?),
        "remove" => delete(document, &path),
        "replace" => {
            delete(document, &path)?;
            insert(document, &path, attribute(operation, "value")?)
        }
        "move" => {
            let from = segments(attribute(operation, "from")?)?;
            let value = read(document, &from)?;
            delete(document, &from)?;
            insert(document, &path, &value)
        }
        "copy" => {
            let from = segments(attribute(operation, "from")?)?;
            let value = read(document, &from)?;
            insert(document, &path, &value)
        }
        "test" => {
            let found = read(document, &path)?;
            let expected = attribute(operation, "value")?;
            match found == *expected {
                true => Ok(()),
                false => {
                    Err(format!("value from EditTree != patch value.\n\nExpected: {expected}\n\nFound: {found}").into())
                }
            }
        }
        other => Err(format!("unrecognized op: '{other}'").into()),
    }
}

fn read(document: &Option<Value>, path: &[Value]) -> Result<Value> {
    let mut value = document.as_ref().ok_or("nil value encountered where composite value was expected")?;
    for key in path {
        value = step(value, key)?;
    }
    Ok(value.clone())
}

fn insert(document: &mut Option<Value>, path: &[Value], value: &Value) -> Result<()> {
    let Some((last, parents)) = path.split_last() else {
        *document = Some(value.clone());
        return Ok(());
    };
    let root = document.take().ok_or(match parents {
        [] => "deleted node encountered during insert operation",
        _ => "nil value encountered where composite value was expected",
    })?;
    *document = Some(edit(root, parents, &|parent| inserted(parent, last, value))?);
    Ok(())
}

fn delete(document: &mut Option<Value>, path: &[Value]) -> Result<()> {
    let root = document.take().ok_or(match path {
        [] | [_] => "deleted node encountered during delete operation",
        _ => "nil value encountered where composite value was expected",
    })?;
    if let Some((last, parents)) = path.split_last() {
        *document = Some(edit(root, parents, &|parent| deleted(parent, last))?);
    }
    Ok(())
}

/// The child that a path leads to next.
fn step<'v>(value: &'v Value, key: &Value) -> Result<&'v Value> {
    match value {
        Value::Object(object) => {
            object.get(key).ok_or_else(|| format!("path {key} does not exist in object term {value}").into())
        }
        Value::Set(set) => {
            let shown = || key.as_str().map_or_else(|| key.to_string(), str::to_owned);
            set.get(key).ok_or_else(|| format!("path {} does not exist in set term {value}", shown()).into())
        }
        Value::Array(items) => {
            let at = index(items.len(), key)?;
            let item = usize::try_from(at).ok().and_then(|at| items.get(at));
            item.ok_or_else(|| format!("path {at} does not exist in array term {value}").into())
        }
        scalar => Err(format!(
            "expected composite type for path {key}, found value: {scalar} (type: {})",
            scalar_type(scalar)
        )
        .into()),
    }
}

/// Changes what a path leads to. A set takes the changed member in place of the old one.
fn edit(root: Value, path: &[Value], change: &dyn Fn(Value) -> Result<Value>) -> Result<Value> {
    let Some((key, rest)) = path.split_first() else { return change(root) };
    let child = step(&root, key)?.clone();
    let changed = stacker::maybe_grow(64 * 1024, 1024 * 1024, || edit(child, rest, change))?;
    Ok(match root {
        Value::Object(mut object) => {
            Arc::make_mut(&mut object).insert(key.clone(), changed);
            Value::Object(object)
        }
        Value::Array(mut items) => {
            let at = index(items.len(), key)?;
            if let Some(item) = usize::try_from(at).ok().and_then(|at| Arc::make_mut(&mut items).get_mut(at)) {
                *item = changed;
            }
            Value::Array(items)
        }
        Value::Set(set) => Value::set(set.iter().filter(|member| *member != key).cloned().chain([changed])),
        scalar => scalar,
    })
}

fn inserted(parent: Value, key: &Value, value: &Value) -> Result<Value> {
    match parent {
        Value::Object(mut object) => {
            Arc::make_mut(&mut object).insert(key.clone(), value.clone());
            Ok(Value::Object(object))
        }
        Value::Set(_) if key != value => {
            Err(format!("set key {key} does not equal value to be inserted {value}").into())
        }
        Value::Set(mut set) => {
            Arc::make_mut(&mut set).insert(value.clone());
            Ok(Value::Set(set))
        }
        Value::Array(mut items) => {
            let at = index(items.len(), key)?;
            let at = usize::try_from(at).ok().filter(|at| *at <= items.len());
            let at = at.ok_or("index for array insertion out of bounds")?;
            Arc::make_mut(&mut items).insert(at, value.clone());
            Ok(Value::Array(items))
        }
        scalar => Err(not_composite(&scalar)),
    }
}

fn deleted(parent: Value, key: &Value) -> Result<Value> {
    let missing = || Failure::Failed(format!("cannot delete child key {key} that does not exist"));
    match parent {
        Value::Object(mut object) => {
            Arc::make_mut(&mut object).remove(key).ok_or_else(missing)?;
            Ok(Value::Object(object))
        }
        Value::Set(set) if set.contains(key) => Ok(Value::set(set.iter().filter(|member| *member != key).cloned())),
        Value::Set(_) => Err(missing()),
        Value::Array(mut items) => {
            let at = index(items.len(), key)?;
            let at = usize::try_from(at).ok().filter(|at| *at < items.len());
            let at = at.ok_or("index for array delete out of bounds")?;
            Arc::make_mut(&mut items).remove(at);
            Ok(Value::Array(items))
        }
        scalar => Err(not_composite(&scalar)),
    }
}

fn not_composite(scalar: &Value) -> Failure {
    format!("expected composite type, found value: {scalar} (type: {})", scalar_type(scalar)).into()
}

fn scalar_type(scalar: &Value) -> &'static str {
    match scalar {
        Value::Null => "ast.Null",
        Value::Bool(_) => "ast.Boolean",
        Value::Number(_) => "ast.Number",
        _ => "ast.String",
    }
}

/// A segment as a position in an array; `-` is the one after the last.
fn index(len: usize, segment: &Value) -> Result<i64> {
    match segment {
        Value::Number(number) => number.as_i64().ok_or_else(|| "invalid number type for indexing".into()),
        Value::String(text) if &**text == "-" => Ok(i64::try_from(len).unwrap_or(i64::MAX)),
        Value::String(text) => {
            let at: i64 = text.parse().map_err(|_| "invalid string for indexing")?;
            match text.starts_with('0') && &**text != "0" {
                true => Err("leading zeros are not allowed in JSON paths".into()),
                false => Ok(at),
            }
        }
        _ => Err("invalid type for indexing".into()),
    }
}
