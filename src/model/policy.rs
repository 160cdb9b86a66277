use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rego::Value;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A stored policy module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct Policy {
    /// The name it is stored under; slashes are fine
    pub id: String,
    /// The module's package, such as `data.authz`
    pub package: String,
    /// The module's text, in Rego
    pub module: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// Who decides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum PolicyEngine {
    /// Our own engine, which decides as OPA does
    #[default]
    Native,
    /// regorus, an engine written apart from ours
    Regorus,
    /// Both: where they differ there is no decision
    Both,
}

/// The answer to a policy query, in OPA's shape: no `result` means undefined.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Evaluation {
    /// One element for every way in which the query holds
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub result: Vec<QueryResult>,
}

/// One way in which a query holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QueryResult {
    pub expressions: Vec<Expression>,
    /// The query's variables
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = Object)]
    pub bindings: BTreeMap<String, Value>,
}

/// One expression of a query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Expression {
    #[schema(value_type = serde_json::Value)]
    pub value: Value,
    pub text: String,
    pub location: Position,
}

/// A place in a query, counted from 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Position {
    pub row: usize,
    pub col: usize,
}

impl Evaluation {
    /// Whether both say the same, in whatever order. Sets are arrays here: in JSON they are no longer told apart.
    pub fn agrees_with(&self, other: &Self) -> bool {
        let plain = |evaluation: &Self| {
            let mut all: Vec<String> = evaluation
                .result
                .iter()
                .map(|one| {
                    let values: Vec<_> =
                        one.expressions.iter().map(|expression| comparable(&expression.value)).collect();
                    let bindings: Vec<_> =
                        one.bindings.iter().map(|(name, value)| (name.clone(), comparable(value))).collect();
                    format!("{values:?} {bindings:?}")
                })
                .collect();
            all.sort();
            all.dedup();
            all
        };
        plain(self) == plain(other)
    }
}

/// A value as JSON has it, numbers as doubles: how they are written is no difference.
fn comparable(value: &Value) -> serde_json::Value {
    serde_json::from_str(&value.to_json()).map(doubles).unwrap_or_default()
}

fn doubles(json: serde_json::Value) -> serde_json::Value {
    match json {
        serde_json::Value::Number(number) => number.as_f64().into(),
        serde_json::Value::Array(items) => items.into_iter().map(doubles).collect(),
        serde_json::Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, doubles(value))).collect(),
        other => other,
    }
}
