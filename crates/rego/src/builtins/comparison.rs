//! `==`, `!=`, `<`, `<=`, `>` and `>=`, on values of any two kinds.

use super::{Context, Function, Outcome};
use crate::value::Value;

pub(super) const TABLE: &[(&str, Function)] =
    &[("equal", equal), ("gt", gt), ("gte", gte), ("lt", lt), ("lte", lte), ("neq", neq)];

fn equal(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some((operands[0] == operands[1]).into()))
}

fn neq(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some((operands[0] != operands[1]).into()))
}

fn lt(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some((operands[0] < operands[1]).into()))
}

fn lte(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some((operands[0] <= operands[1]).into()))
}

fn gt(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some((operands[0] > operands[1]).into()))
}

fn gte(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some((operands[0] >= operands[1]).into()))
}
