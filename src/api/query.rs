//! Query strings have only text; an operation's schema says what the text stands for.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::error::{Error, Result};
use crate::operation::{self, Operation};

/// The fields of an operation that are not text, with their JSON types.
pub struct QueryTypes {
    operation: &'static str,
    types: BTreeMap<String, &'static str>,
}

impl QueryTypes {
    pub fn of<O: Operation>() -> Self {
        let schema = json!(O::schema());
        let mut types = BTreeMap::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let is = |wanted: &str| match &property["type"] {
                Value::String(found) => found == wanted,
                Value::Array(found) => found.iter().any(|found| found == wanted),
                _ => false,
            };
            if let Some(wanted) = ["integer", "number", "boolean"].into_iter().find(|wanted| is(wanted)) {
                types.insert(name.clone(), wanted);
            }
        }
        Self { operation: operation::name::<O>(), types }
    }

    /// Adds the pairs of a query string to the fields.
    pub fn add_query(&self, query: &str, fields: &mut Map<String, Value>) -> Result<()> {
        for (name, text) in form_urlencoded::parse(query.as_bytes()) {
            let value = self.typed(&name, &text)?;
            if fields.insert(name.to_string(), value).is_some() {
                return Err(Error::usage(format!("{}: `{name}` is given twice", self.operation)));
            }
        }
        Ok(())
    }

    fn typed(&self, name: &str, text: &str) -> Result<Value> {
        let Some(wanted) = self.types.get(name) else { return Ok(Value::String(text.to_owned())) };
        let value = match *wanted {
            "integer" => text.parse::<i64>().ok().map(Value::from),
            "boolean" => text.parse::<bool>().ok().map(Value::from),
            _ => text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from),
        };
        let article = if *wanted == "integer" { "an" } else { "a" };
        value.ok_or_else(|| {
            Error::usage(format!("{}: `{name}` must be {article} {wanted}, not `{text}`", self.operation))
        })
    }
}
