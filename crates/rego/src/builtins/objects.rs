//! `object.*`

use std::sync::Arc;

use super::{Context, Failure, Function, Outcome, array, object, wrong_element, wrong_type};
use crate::value::{Object, Set, Value};

pub(super) const TABLE: &[(&str, Function)] = &[
    ("object.filter", filter),
    ("object.get", get),
    ("object.keys", keys),
    ("object.remove", remove),
    ("object.subset", subset),
    ("object.union", union),
    ("object.union_n", union_n),
];

/// The value at a key, or at a path of keys if an array is given.
fn get(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let object = object(operands, 1)?;
    let found = match &operands[1] {
        Value::Array(path) => path.iter().try_fold(&operands[0], |value, key| value.get(key)),
        key => object.get(key),
    };
    Ok(Some(found.unwrap_or(&operands[2]).clone()))
}

fn keys(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some(Value::set(object(operands, 1)?.keys().cloned())))
}

/// Keys given as an array, a set or an object.
fn key_set(operands: &[Value]) -> Result<Set, Failure> {
    match &operands[1] {
        Value::Array(items) => Ok(items.iter().cloned().collect()),
        Value::Set(set) => Ok(Set::clone(set)),
        Value::Object(object) => Ok(object.keys().cloned().collect()),
        other => Err(wrong_type(2, other, &["object", "set", "array"])),
    }
}

fn remove(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (object, keys) = (object(operands, 1)?, key_set(operands)?);
    Ok(Some(select(object, |key| !keys.contains(key))))
}

fn filter(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (object, keys) = (object(operands, 1)?, key_set(operands)?);
    // Keys are taken from the larger side, or the object: `1` and `1.0` are equal and yet not the same.
    if object.len() < keys.len() {
        let found = keys.iter().filter_map(|key| Some((key.clone(), object.get(key)?.clone())));
        return Ok(Some(Value::object(found)));
    }
    Ok(Some(select(object, |key| keys.contains(key))))
}

fn select(object: &Object, keep: impl Fn(&Value) -> bool) -> Value {
    let kept = object.iter().filter(|(key, _)| keep(key));
    Value::object(kept.map(|(key, value)| (key.clone(), value.clone())))
}

fn union(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (a, b) = (object(operands, 1)?, object(operands, 2)?);
    Ok(Some(Value::Object(merge(cx, a, b)?)))
}

fn union_n(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let mut merged = Arc::new(Object::new());
    let items = array(operands, 1)?;
    if let Some(other) = items.iter().find(|item| !matches!(item, Value::Object(_))) {
        return Err(wrong_element(1, &operands[0], other, &["object"]));
    }
    for item in items.iter() {
        let Value::Object(object) = item else { continue };
        merged = merge(cx, &merged, object)?;
    }
    Ok(Some(Value::Object(merged)))
}

/// Objects under the same key are merged too; of other values the second counts.
fn merge(cx: &mut Context<'_>, a: &Arc<Object>, b: &Arc<Object>) -> Result<Arc<Object>, Failure> {
    if a.is_empty() || Arc::ptr_eq(a, b) {
        return Ok(b.clone());
    }
    if b.is_empty() {
        return Ok(a.clone());
    }
    cx.check()?;
    cx.charge((a.len() + b.len()) * size_of::<(Value, Value)>())?;
    let mut entries = Vec::with_capacity(a.len() + b.len());
    let (mut left, mut right) = (a.iter().peekable(), b.iter().peekable());
    loop {
        let order = match (left.peek(), right.peek()) {
            (Some((a, _)), Some((b, _))) => a.cmp(b),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (None, None) => break,
        };
        let from_left = if order.is_le() { left.next() } else { None };
        let from_right = if order.is_ge() { right.next() } else { None };
        let (key, value) = match (from_left, from_right) {
            (Some((key, Value::Object(a))), Some((_, Value::Object(b)))) => {
                let inner = stacker::maybe_grow(64 * 1024, 1024 * 1024, || merge(cx, a, b))?;
                (key, Value::Object(inner))
            }
            (Some((key, _)), Some((_, value))) | (None, Some((key, value))) | (Some((key, value)), None) => {
                (key, value.clone())
            }
            (None, None) => break,
        };
        entries.push((key.clone(), value));
    }
    Ok(Arc::new(entries.into_iter().collect()))
}

fn subset(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (whole, part) = (&operands[0], &operands[1]);
    let found = match (whole, part) {
        (Value::Array(whole), Value::Set(part)) => array_has_members(whole, part),
        _ => match same_kind(cx, whole, part)? {
            Some(found) => found,
            None => {
                let message = "both arguments object.subset must be of the same type or array and set";
                return Err(Failure::Operand(message.to_owned()));
            }
        },
    };
    Ok(Some(found.into()))
}

/// None if these are not two objects, two sets or two arrays.
fn same_kind(cx: &Context<'_>, whole: &Value, part: &Value) -> Result<Option<bool>, Failure> {
    Ok(Some(match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            stacker::maybe_grow(64 * 1024, 1024 * 1024, || object_has(cx, whole, part))?
        }
        (Value::Set(whole), Value::Set(part)) => part.iter().all(|member| whole.contains(member)),
        (Value::Array(whole), Value::Array(part)) => array_has(cx, whole, part)?,
        _ => return Ok(None),
    }))
}

/// Every entry of `part` is in `whole`, or is itself a subset of the value there.
fn object_has(cx: &Context<'_>, whole: &Object, part: &Object) -> Result<bool, Failure> {
    cx.check()?;
    for (key, value) in part.iter() {
        let Some(other) = whole.get(key) else { return Ok(false) };
        if value != other && !same_kind(cx, other, value)?.unwrap_or(false) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// `part` stands somewhere in `whole`, in one piece. After a mismatch the search goes on behind the place at which the
/// try had begun, as in OPA.
fn array_has(cx: &Context<'_>, whole: &[Value], part: &[Value]) -> Result<bool, Failure> {
    if part.is_empty() {
        return Ok(true);
    }
    for (at, window) in whole.windows(part.len()).enumerate() {
        if at % 256 == 0 {
            cx.check()?;
        }
        if window == part {
            return Ok(true);
        }
    }
    Ok(false)
}

/// As OPA counts: every item of the array that is in the set counts, also a second time. Empty arrays have nothing.
fn array_has_members(whole: &[Value], part: &Set) -> bool {
    let mut missing = part.len() as i64;
    whole.iter().any(|item| {
        missing -= i64::from(part.contains(item));
        missing == 0
    })
}
