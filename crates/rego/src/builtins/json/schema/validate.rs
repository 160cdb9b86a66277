//! A document against a schema.

use std::collections::HashMap;

use super::{
    compile::{Additional, Dependency, Id, Items, Schema, Schemas},
    format::is_format,
    number::{bound, canonical, is_multiple},
};
use crate::{
    builtins::{Context, Failure},
    value::{Number, Object, Value},
};

/// Where a document does not match.
pub struct Mismatch {
    /// `(Root)` or the path of names with points between.
    pub field: String,
    /// `invalid_type`
    pub kind: &'static str,
    /// In words.
    pub description: String,
}

/// What was found, and how near to a match it was: of several alternatives the errors of the nearest are told.
#[derive(Default)]
struct Verdict {
    errors: Vec<Mismatch>,
    score: i64,
}

impl Verdict {
    fn add(&mut self, path: &Path<'_>, kind: &'static str, description: String) {
        self.errors.push(Mismatch { field: path.field(), kind, description });
        // One more than the point that every group of keywords gives.
        self.score -= 2;
    }

    fn merge(&mut self, other: Self) {
        self.errors.extend(other.errors);
        self.score += other.score;
    }

    fn is_valid(&self) -> bool {
        self.errors.is_empty()
    }
}

/// The way from the root to a value.
#[derive(Clone, Copy)]
struct Path<'p> {
    name: &'p str,
    parent: Option<&'p Path<'p>>,
    depth: usize,
}

impl<'p> Path<'p> {
    const ROOT: Self = Self { name: "(Root)", parent: None, depth: 0 };

    fn child(&'p self, name: &'p str) -> Self {
        Path { name, parent: Some(self), depth: self.depth }
    }

    fn field(&self) -> String {
        let mut names = Vec::new();
        let mut node = self;
        while let Some(parent) = node.parent {
            names.push(node.name);
            node = parent;
        }
        if names.is_empty() {
            return Self::ROOT.name.to_owned();
        }
        names.reverse();
        names.join(".")
    }
}

struct Validator<'v, 'q> {
    cx: &'v mut Context<'q>,
    schemas: &'v Schemas,
}

/// All mismatches of a document.
pub fn validate(cx: &mut Context<'_>, schemas: &Schemas, document: &Value) -> Result<Vec<Mismatch>, Failure> {
    let mut verdict = Verdict::default();
    Validator { cx, schemas }.visit(Schemas::ROOT, document, &Path::ROOT, &mut verdict)?;
    Ok(verdict.errors)
}

impl Validator<'_, '_> {
    fn alone(&mut self, id: Id, value: &Value, path: &Path<'_>) -> Result<Verdict, Failure> {
        let mut verdict = Verdict::default();
        self.visit(id, value, path, &mut verdict)?;
        Ok(verdict)
    }

    fn visit(&mut self, id: Id, value: &Value, path: &Path<'_>, out: &mut Verdict) -> Result<(), Failure> {
        const MAX_DEPTH: usize = 10_000;
        self.cx.check()?;
        if path.depth == MAX_DEPTH {
            return Err("schema refers to itself too deeply".into());
        }
        let deeper = Path { depth: path.depth + 1, ..*path };
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.visit_here(id, value, &deeper, out))
    }

    fn visit_here(&mut self, id: Id, value: &Value, path: &Path<'_>, out: &mut Verdict) -> Result<(), Failure> {
        let schemas = self.schemas;
        let schema = schemas.get(id);
        if let Some(pass) = schema.pass {
            if !pass {
                out.add(path, "false", "False always fails validation".to_owned());
            }
            return Ok(());
        }
        if let Some(target) = schema.reference {
            return self.visit(target, value, path, out);
        }
        if !has_type(schema, value) {
            let expected = match &*schema.types {
                [one] => one.clone(),
                many => format!("[{}]", many.join(",")),
            };
            let given = type_name(value);
            out.add(path, "invalid_type", format!("Invalid type. Expected: {expected}, given: {given}"));
            return Ok(());
        }
        self.combinations(schema, value, path, out)?;
        match value {
            Value::Number(number) => {
                check_number(schema, number, path, out);
                check_value(schema, value, path, out);
            }
            Value::String(text) => {
                check_value(schema, value, path, out);
                check_string(schema, text, path, out);
            }
            Value::Array(items) => {
                self.array(schema, items, path, out)?;
                check_value(schema, value, path, out);
            }
            Value::Object(object) => {
                self.object(schema, object, path, out)?;
                check_value(schema, value, path, out);
                for (name, id) in &schema.properties {
                    if let Some(child) = object.field(name) {
                        self.visit(*id, child, &path.child(name), out)?;
                    }
                }
            }
            _ => check_value(schema, value, path, out),
        }
        out.score += 1;
        Ok(())
    }

    fn combinations(
        &mut self,
        schema: &Schema,
        value: &Value,
        path: &Path<'_>,
        out: &mut Verdict,
    ) -> Result<(), Failure> {
        self.any_of(schema, value, path, out)?;
        self.one_of(schema, value, path, out)?;
        let mut all_match = true;
        for id in &schema.all_of {
            let verdict = self.alone(*id, value, path)?;
            all_match &= verdict.is_valid();
            out.merge(verdict);
        }
        if !all_match {
            out.add(path, "number_all_of", "Must validate all the schemas (allOf)".to_owned());
        }
        if let Some(id) = schema.not
            && self.alone(id, value, path)?.is_valid()
        {
            out.add(path, "number_not", "Must not validate the schema (not)".to_owned());
        }
        if let Value::Object(object) = value {
            self.dependencies(schema, value, object, path, out)?;
        }
        if let Some(id) = schema.condition {
            let holds = self.alone(id, value, path)?.is_valid();
            let (branch, kind, text) = match holds {
                true => (schema.then, "condition_then", "Must validate \"then\" as \"if\" was valid"),
                false => (schema.otherwise, "condition_else", "Must validate \"else\" as \"if\" was not valid"),
            };
            if let Some(branch) = branch {
                let verdict = self.alone(branch, value, path)?;
                if !verdict.is_valid() {
                    out.add(path, kind, text.to_owned());
                    out.merge(verdict);
                }
            }
        }
        out.score += 1;
        Ok(())
    }

    fn any_of(&mut self, schema: &Schema, value: &Value, path: &Path<'_>, out: &mut Verdict) -> Result<(), Failure> {
        let mut nearest: Option<Verdict> = None;
        for id in &schema.any_of {
            let verdict = self.alone(*id, value, path)?;
            if verdict.is_valid() {
                return Ok(());
            }
            keep_nearest(&mut nearest, verdict);
        }
        if let Some(nearest) = nearest {
            out.add(path, "number_any_of", "Must validate at least one schema (anyOf)".to_owned());
            out.merge(nearest);
        }
        Ok(())
    }

    fn one_of(&mut self, schema: &Schema, value: &Value, path: &Path<'_>, out: &mut Verdict) -> Result<(), Failure> {
        let mut matching = 0;
        let mut nearest: Option<Verdict> = None;
        for id in &schema.one_of {
            let verdict = self.alone(*id, value, path)?;
            match verdict.is_valid() {
                true => matching += 1,
                false => keep_nearest(&mut nearest, verdict),
            }
        }
        if matching != 1 && !schema.one_of.is_empty() {
            out.add(path, "number_one_of", "Must validate one and only one schema (oneOf)".to_owned());
            if let (0, Some(nearest)) = (matching, nearest) {
                out.merge(nearest);
            }
        }
        Ok(())
    }

    fn dependencies(
        &mut self,
        schema: &Schema,
        value: &Value,
        object: &Object,
        path: &Path<'_>,
        out: &mut Verdict,
    ) -> Result<(), Failure> {
        for (name, dependency) in &schema.dependencies {
            if object.field(name).is_none() {
                continue;
            }
            match dependency {
                Dependency::Properties(names) => {
                    for name in names.iter().filter(|name| object.field(name).is_none()) {
                        out.add(path, "missing_dependency", format!("Has a dependency on {name}"));
                    }
                }
                Dependency::Schema(id) => self.visit(*id, value, path, out)?,
            }
        }
        Ok(())
    }

    fn array(&mut self, schema: &Schema, items: &[Value], path: &Path<'_>, out: &mut Verdict) -> Result<(), Failure> {
        let listed: &[Id] = match &schema.items {
            Items::Each(ids) => ids,
            _ => &[],
        };
        if !listed.is_empty() && items.len() > listed.len() && matches!(schema.additional_items, Some(Additional::None))
        {
            self.each(schema, &items[..listed.len()], listed, path, out)?;
            out.add(path, "array_no_additional_items", "No additional items allowed on array".to_owned());
        } else {
            self.each(schema, items, listed, path, out)?;
        }
        if let Some(min) = schema.min_items.filter(|min| items.len() < *min) {
            out.add(path, "array_min_items", format!("Array must have at least {min} items"));
        }
        if let Some(max) = schema.max_items.filter(|max| items.len() > *max) {
            out.add(path, "array_max_items", format!("Array must have at most {max} items"));
        }
        if schema.unique_items {
            let mut seen = HashMap::new();
            for (at, item) in items.iter().enumerate() {
                if let Some(before) = seen.insert(canonical(item), at) {
                    out.add(path, "unique", format!("array items[{before},{at}] must be unique"));
                }
            }
        }
        if let Some(id) = schema.contains {
            self.contains(id, items, path, out)?;
        }
        out.score += 1;
        Ok(())
    }

    fn each(
        &mut self,
        schema: &Schema,
        items: &[Value],
        listed: &[Id],
        path: &Path<'_>,
        out: &mut Verdict,
    ) -> Result<(), Failure> {
        for (at, item) in items.iter().enumerate() {
            let id = match (&schema.items, listed.get(at), &schema.additional_items) {
                (Items::All(id), ..) | (_, Some(id), _) => *id,
                (Items::Each(ids), None, Some(Additional::Matching(id))) if !ids.is_empty() => *id,
                _ => return Ok(()),
            };
            let name = at.to_string();
            let verdict = self.alone(id, item, &path.child(&name))?;
            out.merge(verdict);
        }
        Ok(())
    }

    fn contains(&mut self, id: Id, items: &[Value], path: &Path<'_>, out: &mut Verdict) -> Result<(), Failure> {
        let mut nearest: Option<Verdict> = None;
        for (at, item) in items.iter().enumerate() {
            let name = at.to_string();
            let verdict = self.alone(id, item, &path.child(&name))?;
            if verdict.is_valid() {
                return Ok(());
            }
            keep_nearest(&mut nearest, verdict);
        }
        out.add(path, "contains", "At least one of the items must match".to_owned());
        if let Some(nearest) = nearest {
            out.merge(nearest);
        }
        Ok(())
    }

    fn object(&mut self, schema: &Schema, object: &Object, path: &Path<'_>, out: &mut Verdict) -> Result<(), Failure> {
        if let Some(min) = schema.min_properties.filter(|min| object.len() < *min) {
            out.add(path, "array_min_properties", format!("Must have at least {min} properties"));
        }
        if let Some(max) = schema.max_properties.filter(|max| object.len() > *max) {
            out.add(path, "array_max_properties", format!("Must have at most {max} properties"));
        }
        for name in &schema.required {
            match object.field(name) {
                Some(_) => out.score += 1,
                None => out.add(path, "required", format!("{name} is required")),
            }
        }
        for (name, value) in object.iter() {
            self.property(schema, name.as_str().unwrap_or_default(), value, path, out)?;
        }
        if let Some(id) = schema.property_names {
            for name in object.keys() {
                let verdict = self.alone(id, name, path)?;
                if !verdict.is_valid() {
                    let name = name.as_str().unwrap_or_default();
                    let text = format!("Property name of \"{name}\" does not match");
                    out.add(path, "invalid_property_name", text);
                    out.merge(verdict);
                }
            }
        }
        out.score += 1;
        Ok(())
    }

    /// Patterns that a property's name matches, and what is asked of properties that nothing describes.
    fn property(
        &mut self,
        schema: &Schema,
        name: &str,
        value: &Value,
        path: &Path<'_>,
        out: &mut Verdict,
    ) -> Result<(), Failure> {
        let mut matched = false;
        for (pattern, id) in &schema.pattern_properties {
            if pattern.is_match(name) {
                matched = true;
                let verdict = self.alone(*id, value, &path.child(name))?;
                out.merge(verdict);
            }
        }
        out.score += i64::from(matched);
        if matched || schema.properties.contains_key(name) {
            return Ok(());
        }
        match schema.additional_properties {
            Some(Additional::None) => {
                let text = format!("Additional property {name} is not allowed");
                out.add(path, "additional_property_not_allowed", text);
            }
            Some(Additional::Matching(id)) => {
                let verdict = self.alone(id, value, &path.child(name))?;
                out.merge(verdict);
            }
            Some(Additional::Any) | None => {}
        }
        Ok(())
    }
}

fn keep_nearest(nearest: &mut Option<Verdict>, verdict: Verdict) {
    if nearest.as_ref().is_none_or(|best| verdict.score > best.score) {
        *nearest = Some(verdict);
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Number(number) if number.is_integer() => "integer",
        other => other.kind(),
    }
}

fn has_type(schema: &Schema, value: &Value) -> bool {
    let name = type_name(value);
    let fits = |allowed: &String| allowed == name || (name == "integer" && allowed == "number");
    schema.types.is_empty() || schema.types.iter().any(fits)
}

fn check_value(schema: &Schema, value: &Value, path: &Path<'_>, out: &mut Verdict) {
    if let Some(constant) = &schema.constant
        && canonical(value) != *constant
    {
        out.add(path, "const", format!("{} does not match: {constant}", path.field()));
    }
    if let Some(values) = &schema.one_of_values
        && !values.contains(&canonical(value))
    {
        let allowed = values.join(", ");
        out.add(path, "enum", format!("{} must be one of the following: {allowed}", path.field()));
    }
    if let (Some(format), Value::String(text)) = (&schema.format, value)
        && !is_format(format, text)
    {
        out.add(path, "format", format!("Does not match format '{format}'"));
    }
    out.score += 1;
}

fn check_string(schema: &Schema, text: &str, path: &Path<'_>, out: &mut Verdict) {
    let length = text.chars().count();
    if let Some(min) = schema.min_length.filter(|min| length < *min) {
        out.add(path, "string_gte", format!("String length must be greater than or equal to {min}"));
    }
    if let Some(max) = schema.max_length.filter(|max| length > *max) {
        out.add(path, "string_lte", format!("String length must be less than or equal to {max}"));
    }
    if let Some(pattern) = schema.pattern.as_ref().filter(|pattern| !pattern.is_match(text)) {
        out.add(path, "pattern", format!("Does not match pattern '{pattern}'"));
    }
    out.score += 1;
}

fn check_number(schema: &Schema, number: &Number, path: &Path<'_>, out: &mut Verdict) {
    if let Some(factor) = schema.multiple_of.as_ref().filter(|factor| !is_multiple(number, factor)) {
        out.add(path, "multiple_of", format!("Must be a multiple of {}", bound(factor)));
    }
    if let Some(max) = schema.maximum.as_ref().filter(|max| number > max) {
        out.add(path, "number_lte", format!("Must be less than or equal to {}", bound(max)));
    }
    if let Some(max) = schema.exclusive_maximum.as_ref().filter(|max| number >= max) {
        out.add(path, "number_lt", format!("Must be less than {}", bound(max)));
    }
    if let Some(min) = schema.minimum.as_ref().filter(|min| number < min) {
        out.add(path, "number_gte", format!("Must be greater than or equal to {}", bound(min)));
    }
    if let Some(min) = schema.exclusive_minimum.as_ref().filter(|min| number <= min) {
        out.add(path, "number_gt", format!("Must be greater than {}", bound(min)));
    }
    out.score += 1;
}
