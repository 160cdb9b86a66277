//! `array.*`

use std::sync::Arc;

use super::{Context, Function, Outcome, array, integer};
use crate::value::Value;

pub(super) const TABLE: &[(&str, Function)] =
    &[("array.concat", concat), ("array.flatten", flatten), ("array.reverse", reverse), ("array.slice", slice)];

fn concat(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (a, b) = (array(operands, 1)?, array(operands, 2)?);
    if a.is_empty() || b.is_empty() {
        return Ok(Some(operands[usize::from(a.is_empty())].clone()));
    }
    cx.charge((a.len() + b.len()) * size_of::<Value>())?;
    Ok(Some(Value::array(a.iter().chain(b.iter()).cloned())))
}

/// One level only.
fn flatten(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let mut flat = Vec::new();
    for item in array(operands, 1)?.iter() {
        let inner = match item {
            Value::Array(inner) => inner.as_slice(),
            other => std::slice::from_ref(other),
        };
        cx.charge(std::mem::size_of_val(inner))?;
        flat.extend_from_slice(inner);
    }
    Ok(Some(Value::Array(Arc::new(flat))))
}

/// Ends beyond the array are taken for its ends, a negative one for its beginning.
fn slice(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let items = array(operands, 1)?;
    let (start, stop) = (integer(operands, 2)?, integer(operands, 3)?);
    let stop = usize::try_from(stop).unwrap_or(0).min(items.len());
    let start = usize::try_from(start).unwrap_or(0).min(stop);
    Ok(Some(Value::array(items[start..stop].iter().cloned())))
}

fn reverse(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some(Value::array(array(operands, 1)?.iter().rev().cloned())))
}
