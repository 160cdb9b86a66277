//! From the parts of a schema to a type.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, OnceLock},
};

use super::load::{Loaded, MAX_DEPTH, Part};
use crate::{
    types::lattice::{Recursive, Type},
    value::Value,
};

/// The type that a schema describes. What recursive types refer to is kept in `kept`.
pub(super) fn convert(loaded: &mut Loaded, kept: &mut Vec<Type>) -> Result<Type, String> {
    let mut convert = Convert { parts: &mut loaded.parts, definitions: HashMap::new(), kept, depth: 0 };
    convert.part(0)
}

struct Convert<'l> {
    parts: &'l mut Vec<Part>,
    definitions: HashMap<String, Definition>,
    kept: &'l mut Vec<Type>,
    depth: usize,
}

/// A schema that is referred to.
enum Definition {
    /// Being converted; who refers to it meanwhile gets a recursive type.
    Open(Option<Arc<Recursive>>),
    Done(Type),
}

impl Convert<'_> {
    fn part(&mut self, at: usize) -> Result<Type, String> {
        if self.depth >= MAX_DEPTH {
            return Err("schema is nested too deep".to_owned());
        }
        self.depth += 1;
        let of = stacker::maybe_grow(64 * 1024, 1024 * 1024, || match self.parts[at].reference.clone() {
            Some((name, target)) => self.reference(name, target),
            None => self.structure(at),
        });
        self.depth -= 1;
        of
    }

    fn reference(&mut self, name: String, target: usize) -> Result<Type, String> {
        match self.definitions.get_mut(&name) {
            Some(Definition::Done(of)) => return Ok(of.clone()),
            Some(Definition::Open(recursive)) => {
                let new = || {
                    let name = if name.is_empty() { "#".to_owned() } else { name.clone() };
                    Arc::new(Recursive { name, of: OnceLock::new() })
                };
                return Ok(Type::Recursive(recursive.get_or_insert_with(new).clone()));
            }
            None => {}
        }
        self.definitions.insert(name.clone(), Definition::Open(None));
        let of = self.part(target)?;
        if let Some(Definition::Open(Some(recursive))) = self.definitions.insert(name, Definition::Done(of.clone())) {
            recursive.set(&of);
            self.kept.push(of.clone());
        }
        Ok(of)
    }

    fn structure(&mut self, at: usize) -> Result<Type, String> {
        if let Some(options) = self.parts[at].any_of.clone() {
            return self.any_of(at, &options);
        }
        if let Some(all) = self.parts[at].all_of.clone() {
            return self.all_of(at, &all);
        }
        let mut part = self.parts[at].clone();
        if let Some(of) = self.typed(&part)? {
            return Ok(of);
        }
        match (part.properties.is_empty(), part.items.is_empty()) {
            (false, _) => part.add_type("object")?,
            (true, false) => part.add_type("array")?,
            (true, true) => {}
        }
        Ok(self.typed(&part)?.unwrap_or(Type::Any))
    }

    /// Of several types the first of boolean, string, number, object and array counts. None where it is none of them.
    fn typed(&mut self, part: &Part) -> Result<Option<Type>, String> {
        Ok(Some(if part.has_type("boolean") {
            Type::Boolean
        } else if part.has_type("string") {
            Type::String
        } else if part.has_type("integer") || part.has_type("number") {
            Type::Number
        } else if part.has_type("object") {
            let mut properties = BTreeMap::new();
            for (name, property) in &part.properties {
                let of = self.part(*property)?;
                // Merged schemas may speak of one property several times.
                let known = properties.entry(Value::string(name)).or_default();
                *known = Type::or(std::mem::take(known), Some(of));
            }
            match properties.is_empty() {
                true => Type::map(Some(Type::Any), Some(Type::Any)),
                false => Type::object(properties.into_iter().collect(), None),
            }
        } else if part.has_type("array") {
            let items = part.items.iter().map(|item| self.part(*item).map(Some)).collect::<Result<Vec<_>, _>>()?;
            match (part.one_for_all, items.is_empty()) {
                (_, true) => Type::array(Vec::new(), Some(Type::Any)),
                (true, false) => Type::array(Vec::new(), items.into_iter().next().flatten()),
                (false, false) => Type::array(items, None),
            }
        } else {
            return Ok(None);
        }))
    }

    fn any_of(&mut self, at: usize, options: &[usize]) -> Result<Type, String> {
        let mut types = Vec::new();
        if !self.parts[at].types.is_empty() {
            let core = self.parts[at].clone();
            let core = match &core.all_of {
                Some(all) => Some(self.all_of(at, all)?),
                None => self.typed(&core)?,
            };
            types.extend(core.filter(|core| matches!(core, Type::Object(object) if object.dynamic.is_none())));
        }
        for option in options {
            types.push(self.part(*option)?);
        }
        Ok(Type::one_of(types).unwrap_or(Type::Any))
    }

    fn all_of(&mut self, at: usize, all: &[usize]) -> Result<Type, String> {
        let mut merged: Vec<usize> = Vec::with_capacity(all.len());
        for &one in all {
            let mut one = one;
            // A chain of references that leads back to itself ends where it began.
            for _ in 0..self.parts.len() {
                match &self.parts[one].reference {
                    Some((_, target)) => one = *target,
                    None => break,
                }
            }
            let part = &self.parts[one];
            let only_options =
                part.types.is_empty() && part.any_of.is_some() && part.properties.is_empty() && part.items.is_empty();
            if !only_options {
                merged.push(one);
            }
        }
        if merged.is_empty() {
            return Ok(Type::Any);
        }
        let result = self.merge(&merged)?;
        let (own, both) = (&self.parts[at], &self.parts[result]);
        if !own.types.is_empty() {
            if ["object", "array"].iter().any(|kind| own.has_type(kind) && both.has_type(kind)) {
                let own = Part { all_of: None, ..own.clone() };
                self.parts.push(own);
                let own = self.parts.len() - 1;
                let result = self.merge(&[result, own])?;
                return self.part(result);
            }
            if type_text(own) != type_text(both) {
                return Err("unable to merge these schemas".to_owned());
            }
        }
        match result == at {
            true => Ok(Type::Any),
            false => self.part(result),
        }
    }

    /// Joins schemas that must all hold into a new one.
    fn merge(&mut self, all: &[usize]) -> Result<usize, String> {
        for &one in all {
            let part = &mut self.parts[one];
            if !part.properties.is_empty() {
                if !part.has_type("object") {
                    part.add_type("object")?;
                }
            } else if !part.items.is_empty() && !part.has_type("array") {
                part.add_type("array")?;
            }
        }
        let mut result = self.parts[all[0]].clone();
        for &one in &all[1..] {
            let one = self.parts[one].clone();
            if type_text(&result) != type_text(&one) {
                return Err(format!(
                    "unable to merge these schemas: type mismatch: {} and {}",
                    type_text(&result),
                    type_text(&one)
                ));
            }
            let (objects, arrays) = (result.has_type("object"), result.has_type("array"));
            if objects && !result.properties.is_empty() && !one.properties.is_empty() {
                result.properties.extend(one.properties);
            } else if arrays && !result.items.is_empty() && !one.items.is_empty() {
                for (at, item) in one.items.into_iter().enumerate() {
                    match result.items.get(at) {
                        None => result.items.push(item),
                        Some(&have) if type_text(&self.parts[have]) != type_text(&self.parts[item]) => {
                            return Err("unable to merge these schemas".to_owned());
                        }
                        Some(_) => {}
                    }
                }
            }
        }
        self.parts.push(result);
        Ok(self.parts.len() - 1)
    }
}

fn type_text(part: &Part) -> String {
    match part.types.as_slice() {
        [] => "Undefined".to_owned(),
        [one] => one.clone(),
        many => format!("[{}]", many.join(",")),
    }
}
