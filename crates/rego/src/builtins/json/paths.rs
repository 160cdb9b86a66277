//! `json.filter` and `json.remove`.

use std::collections::BTreeMap;

use super::super::{Context, Failure, Function, Outcome, wrong_type};
use crate::value::Value;

pub(in super::super) const TABLE: &[(&str, Function)] = &[("json.filter", filter), ("json.remove", remove)];

/// A path as its segments: `a/b~1c` or an array.
pub(super) fn segments(path: &Value) -> Result<Vec<Value>, Failure> {
    match path {
        Value::String(text) if text.is_empty() => Ok(Vec::new()),
        Value::String(text) => {
            let parts = text.trim_start_matches('/').split('/');
            Ok(parts.map(|part| part.replace("~1", "/").replace("~0", "~").into()).collect())
        }
        Value::Array(items) => Ok(items.to_vec()),
        other => Err(Failure::Operand(format!(
            "operand 2 must be one of {{set, array}} containing string paths or array of path segments but got {}",
            other.kind()
        ))),
    }
}

/// Paths as a tree. A path that ends covers everything below it.
enum Tree {
    End,
    Inner(BTreeMap<Value, Tree>),
}

impl Tree {
    fn of(paths: &Value) -> Result<Self, Failure> {
        let paths = match paths {
            Value::Array(items) => items.as_slice(),
            Value::Set(set) => set.as_slice(),
            other => return Err(wrong_type(2, other, &["set", "array"])),
        };
        let mut root = Self::Inner(BTreeMap::new());
        for path in paths {
            let path = segments(path)?;
            if !path.is_empty() {
                root.add(path);
            }
        }
        Ok(root)
    }

    fn add(&mut self, path: Vec<Value>) {
        let mut node = self;
        for key in path {
            let Self::Inner(children) = node else { return };
            node = children.entry(key).or_insert_with(|| Self::Inner(BTreeMap::new()));
        }
        *node = Self::End;
    }

    fn get(&self, key: &Value) -> Option<&Self> {
        match self {
            Self::End => None,
            Self::Inner(children) => children.get(key),
        }
    }
}

/// Elements of arrays are named by text.
fn index(at: usize) -> Value {
    at.to_string().into()
}

fn remove(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (object, paths) = operands_of(operands)?;
    Ok(without(object, Some(&paths)))
}

fn filter(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (object, paths) = operands_of(operands)?;
    Ok(Some(only(object, &paths)))
}

fn operands_of(operands: &[Value]) -> Result<(&Value, Tree), Failure> {
    match &operands[0] {
        object @ Value::Object(_) => Ok((object, Tree::of(&operands[1])?)),
        other => Err(wrong_type(1, other, &["object"])),
    }
}

fn without(value: &Value, paths: Option<&Tree>) -> Option<Value> {
    let Some(paths) = paths else { return Some(value.clone()) };
    if matches!(paths, Tree::End) {
        return None;
    }
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
        Some(match value {
            Value::Object(object) => Value::object(
                object.iter().filter_map(|(key, value)| Some((key.clone(), without(value, paths.get(key))?))),
            ),
            Value::Set(set) => Value::set(set.iter().filter_map(|member| without(member, paths.get(member)))),
            Value::Array(items) => {
                let kept = items.iter().enumerate().filter_map(|(at, item)| without(item, paths.get(&index(at))));
                Value::array(kept)
            }
            scalar => scalar.clone(),
        })
    })
}

fn only(value: &Value, paths: &Tree) -> Value {
    if matches!(paths, Tree::End) {
        return value.clone();
    }
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || match value {
        Value::Object(object) => {
            Value::object(object.iter().filter_map(|(key, value)| Some((key.clone(), only(value, paths.get(key)?)))))
        }
        Value::Set(set) => Value::set(set.iter().filter_map(|member| Some(only(member, paths.get(member)?)))),
        Value::Array(items) => {
            Value::array(items.iter().enumerate().filter_map(|(at, item)| Some(only(item, paths.get(&index(at))?))))
        }
        scalar => scalar.clone(),
    })
}
