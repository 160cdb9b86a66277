//! `graphql.*`. Documents are kept as the JSON that policies see, with positions added where they come from a text.

mod lex;
mod node;
mod overlap;
mod parse;
mod query;
mod schema;
mod suggest;
mod type_system;
mod values;
mod walk;

use std::{collections::BTreeMap, sync::Arc};

use super::{Context, Failure, Function, Outcome, json::plain_json, string, wrong_type};
use crate::value::Value;
use node::Problem;
use schema::Schema;

pub(super) const TABLE: &[(&str, Function)] = &[
    ("graphql.is_valid", is_valid),
    ("graphql.parse", parse),
    ("graphql.parse_and_verify", parse_and_verify),
    ("graphql.parse_query", |_, operands| Ok(Some(pruned(&query::parse(string(operands, 1)?).map_err(said)?)))),
    ("graphql.parse_schema", |_, operands| Ok(Some(pruned(&type_system::parse(string(operands, 1)?).map_err(said)?)))),
    ("graphql.schema_is_valid", schema_is_valid),
];

/// The types and directives that every schema has.
const PRELUDE: &str = include_str!("prelude.graphql");

/// Schemas that a query has used already.
#[derive(Default)]
struct Known(BTreeMap<Value, Arc<Schema>>);

/// A problem in OPA's words.
fn said(problem: Problem) -> String {
    match problem.position {
        Some((line, column)) => {
            let message = problem.message.trim_start_matches(' ');
            let message = message.strip_suffix(".\n").unwrap_or(message);
            format!("{message} in GraphQL string at location {line}:{column}")
        }
        None => format!("GraphQL parse error: input: {}", problem.message),
    }
}

/// A document from its text or from its JSON. OPA counts these operands from 0.
fn document(operands: &[Value], at: usize, parse: fn(&str) -> Result<Value, Problem>) -> Result<Value, Failure> {
    match &operands[at] {
        Value::String(text) => Ok(parse(text).map_err(said)?),
        object @ Value::Object(_) => Ok(selections_as_fields(&plain_json(object))),
        other => Err(wrong_type(at, other, &["string", "object"])),
    }
}

/// OPA reads every selection of a document in JSON as a field, also those that are fragments.
fn selections_as_fields(node: &Value) -> Value {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || match node {
        Value::Array(items) => Value::array(items.iter().map(selections_as_fields)),
        Value::Object(object) => Value::object(object.iter().map(|(key, value)| {
            let mut value = selections_as_fields(value);
            if let (Some("SelectionSet"), Value::Array(selections)) = (key.as_str(), &mut value) {
                for selection in Arc::make_mut(selections) {
                    if let Value::Object(selection) = selection {
                        let selection = Arc::make_mut(selection);
                        for field in ["Alias", "Name"].map(Value::from) {
                            if selection.get(&field).is_none() {
                                selection.insert(field, "".into());
                            }
                        }
                    }
                }
            }
            (key.clone(), value)
        })),
        scalar => scalar.clone(),
    })
}

fn schema(cx: &mut Context<'_>, operand: &Value, document: &Value) -> Result<Arc<Schema>, Failure> {
    if let Some(known) = cx.memory.of::<Known>().0.get(operand) {
        return Ok(Arc::clone(known));
    }
    let prelude = type_system::parse(PRELUDE).map_err(said)?;
    let schema = Schema::new(&prelude, document)
        .map_err(|problem| format!("Error in gqlparser SchemaDocument to Schema conversion: {}", problem.line()))?;
    let schema = Arc::new(schema);
    cx.memory.of::<Known>().0.insert(operand.clone(), Arc::clone(&schema));
    Ok(schema)
}

/// Query and schema as JSON, if the query fits the schema.
fn verified(cx: &mut Context<'_>, operands: &[Value]) -> Result<[Value; 2], Failure> {
    let query = document(operands, 0, query::parse)?;
    let types = document(operands, 1, type_system::parse)?;
    let schema = schema(cx, &operands[1], &types)?;
    let problems = walk::validate(cx, &schema, &query)?;
    let mut lines = problems.iter().map(|problem| problem.line() + "\n");
    match (problems.first(), lines.next()) {
        (Some(first), Some(_)) => {
            let rest: String = lines.collect();
            let message = format!("{}\n{rest}", first.message);
            Err(said(Problem { position: first.position, message }).into())
        }
        _ => Ok([pruned(&query), pruned(&types)]),
    }
}

fn parse(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some(Value::array(verified(cx, operands)?)))
}

fn parse_and_verify(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let empty = || Value::object([]);
    Ok(Some(match verified(cx, operands) {
        Ok([query, schema]) => Value::array([true.into(), query, schema]),
        Err(halt @ Failure::Halt(_)) => return Err(halt),
        Err(_) => Value::array([false.into(), empty(), empty()]),
    }))
}

fn is_valid(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    match verified(cx, operands) {
        Err(halt @ Failure::Halt(_)) => Err(halt),
        verdict => Ok(Some(verdict.is_ok().into())),
    }
}

fn schema_is_valid(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let valid = document(operands, 0, type_system::parse).and_then(|types| schema(cx, &operands[0], &types)).is_ok();
    Ok(Some(valid.into()))
}

/// Without positions, nulls, and collections that are empty.
fn pruned(node: &Value) -> Value {
    fn keep(value: &Value) -> Option<Value> {
        match value {
            Value::Null => None,
            Value::Array(_) | Value::Object(_) => match pruned(value) {
                Value::Array(items) if items.is_empty() => None,
                Value::Object(entries) if entries.is_empty() => None,
                other => Some(other),
            },
            scalar => Some(scalar.clone()),
        }
    }
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || match node {
        Value::Array(items) => Value::array(items.iter().filter_map(keep)),
        Value::Object(object) => Value::object(
            object
                .iter()
                .filter(|(key, _)| key.as_str() != Some("Position"))
                .filter_map(|(key, value)| Some((key.clone(), keep(value)?))),
        ),
        scalar => scalar.clone(),
    })
}
