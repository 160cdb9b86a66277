use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
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
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Object)]
    pub bindings: Map<String, Value>,
}

/// One expression of a query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Expression {
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
