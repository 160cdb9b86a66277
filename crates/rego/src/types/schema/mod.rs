//! JSON Schemas as types.

mod convert;
mod keywords;
mod load;

use std::collections::{BTreeMap, HashMap};

use super::lattice::Type;
use crate::{
    ast::{SchemaAnnotation, Term, ref_text},
    value::Value,
};

/// The schemas that a policy is checked with.
pub(super) struct Schemas<'c> {
    given: &'c BTreeMap<Vec<String>, Value>,
    loaded: HashMap<Vec<String>, Type>,
    /// All types that recursive ones refer to.
    pub kept: Vec<Type>,
}

impl<'c> Schemas<'c> {
    pub fn new(given: &'c BTreeMap<Vec<String>, Value>) -> Self {
        Self { given, loaded: HashMap::new(), kept: Vec::new() }
    }

    /// The type of `input`, if there is a schema of it.
    pub fn of_input(&mut self) -> Result<Option<Type>, String> {
        self.given.get([].as_slice()).map(|schema| self.load(schema)).transpose()
    }

    /// The type that an annotation gives. None where it names a schema and none were given.
    pub fn of_annotation(&mut self, annotation: &SchemaAnnotation) -> Result<Option<Type>, String> {
        let Some(reference) = &annotation.schema else {
            let Some(definition) = &annotation.definition else {
                return Err("no schema as input to compile".to_owned());
            };
            return self.load(definition).map(Some);
        };
        if self.given.is_empty() {
            return Ok(None);
        }
        let path: Option<Vec<String>> = reference.iter().skip(1).map(|term| term.as_str().map(str::to_owned)).collect();
        let path = path.unwrap_or_default();
        if let Some(known) = self.loaded.get(&path) {
            return Ok(Some(known.clone()));
        }
        let undefined = |reference: &[Term]| format!("undefined schema: {}", ref_text(reference));
        let schema = self.given.get(&path).ok_or_else(|| undefined(reference))?;
        let of = self.load(schema)?;
        self.loaded.insert(path, of.clone());
        Ok(Some(of))
    }

    fn load(&mut self, schema: &Value) -> Result<Type, String> {
        let mut schemas = load::load(schema).map_err(|message| format!("unable to compile the schema: {message}"))?;
        convert::convert(&mut schemas, &mut self.kept).map_err(|message| format!("type checking: {message}"))
    }
}
