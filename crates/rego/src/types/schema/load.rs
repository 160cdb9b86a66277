//! From the JSON of a schema to its parts, references resolved.

use std::collections::HashMap;

use super::keywords::{self, Draft, MIXED, TYPES, invalid_type, list, string};
use crate::value::Value;

/// How deep schemas may be nested, references followed.
pub(super) const MAX_DEPTH: usize = 1000;

/// A schema with all schemas in it.
#[derive(Default)]
pub(super) struct Loaded {
    /// The parts; the first is the whole.
    pub parts: Vec<Part>,
    documents: HashMap<String, Value>,
    references: HashMap<String, usize>,
    depth: usize,
}

/// What of a schema says something about types. Others are named by their index.
#[derive(Clone, Default)]
pub(super) struct Part {
    /// Allowed types; none where all are.
    pub types: Vec<String>,
    /// Properties of objects.
    pub properties: Vec<(String, usize)>,
    /// Elements of arrays.
    pub items: Vec<usize>,
    /// Whether all elements have the one schema of `items`.
    pub one_for_all: bool,
    /// `anyOf`
    pub any_of: Option<Vec<usize>>,
    /// `allOf`
    pub all_of: Option<Vec<usize>>,
    /// `$ref`: its full text, and what it refers to.
    pub reference: Option<(String, usize)>,
}

impl Part {
    /// Adds an allowed type.
    pub fn add_type(&mut self, name: &str) -> Result<(), String> {
        if !TYPES.contains(&name) {
            let known = TYPES.join(" ");
            return Err(format!(
                "has a primitive type that is NOT VALID -- given: /{name}/ Expected valid values are:[{known}]"
            ));
        }
        if self.has_type(name) {
            return Err(format!("{name} type is duplicated"));
        }
        self.types.push(name.to_owned());
        Ok(())
    }

    /// Whether a type is allowed by name.
    pub fn has_type(&self, name: &str) -> bool {
        self.types.iter().any(|have| have == name)
    }
}

/// Reads a schema.
pub(super) fn load(schema: &Value) -> Result<Loaded, String> {
    let draft = draft(schema)?;
    let mut loaded = Loaded::default();
    loaded.documents.insert(String::new(), schema.clone());
    loaded.find_documents(schema, "")?;
    loaded.parse(schema, "", draft)?;
    Ok(loaded)
}

fn draft(schema: &Value) -> Result<Draft, String> {
    if matches!(schema, Value::Bool(_)) {
        return Ok(MIXED);
    }
    if !matches!(schema, Value::Object(_)) {
        return Err("schema is invalid".to_owned());
    }
    Ok(match schema.field("$schema") {
        None => MIXED,
        Some(Value::String(text)) => match text.trim_end_matches('#') {
            "http://json-schema.org/draft-04/schema" => 4,
            "http://json-schema.org/draft-06/schema" => 6,
            "http://json-schema.org/draft-07/schema" => 7,
            _ => MIXED,
        },
        Some(_) => return Err("$schema must be of type string".to_owned()),
    })
}

/// The full form of a reference that stands in a document of the name `base`.
fn resolve(base: &str, reference: &str) -> String {
    let document = base.split('#').next().unwrap_or_default();
    let full = match reference {
        _ if reference.contains("://") || reference.starts_with("urn:") => reference.to_owned(),
        _ if reference.starts_with('#') => format!("{document}{reference}"),
        _ => match document.rfind('/') {
            Some(slash) => format!("{}{reference}", &document[..=slash]),
            None => reference.to_owned(),
        },
    };
    full.strip_suffix('#').unwrap_or(&full).to_owned()
}

fn id_of(schema: &Value) -> Option<&str> {
    schema.field("id").or_else(|| schema.field("$id"))?.as_str()
}

impl Loaded {
    /// Collects the parts of a schema that have names of their own.
    fn find_documents(&mut self, schema: &Value, base: &str) -> Result<(), String> {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || match schema {
            Value::Array(items) => items.iter().try_for_each(|item| self.find_documents(item, base)),
            Value::Object(object) => {
                let own = id_of(schema).map(|id| resolve(base, id));
                if let Some(name) = &own
                    && !name.is_empty()
                    && self.documents.insert(name.clone(), schema.clone()).is_some()
                {
                    return Err(format!("Reference already exists: \"{name}\""));
                }
                let base = own.as_deref().unwrap_or(base);
                for (key, value) in object.iter() {
                    match (key.as_str().unwrap_or_default(), value) {
                        ("const" | "enum", _) => {}
                        ("properties" | "dependencies" | "patternProperties", Value::Object(named)) => {
                            named.values().try_for_each(|value| self.find_documents(value, base))?;
                        }
                        _ => self.find_documents(value, base)?,
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        })
    }

    fn parse(&mut self, schema: &Value, base: &str, draft: Draft) -> Result<usize, String> {
        if self.depth >= MAX_DEPTH {
            return Err("schema is nested too deep".to_owned());
        }
        self.depth += 1;
        let at = self.parts.len();
        self.parts.push(Part::default());
        let parsed = stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.parse_into(at, schema, base, draft));
        self.depth -= 1;
        parsed.map(|()| at)
    }

    fn parse_into(&mut self, at: usize, schema: &Value, base: &str, draft: Draft) -> Result<(), String> {
        if matches!(schema, Value::Bool(_)) && draft >= 6 {
            return Ok(());
        }
        if !matches!(schema, Value::Object(_)) {
            return Err("Expected: Valid Schema, given: Invalid JSON".to_owned());
        }
        let id = string(schema, if draft == 4 || schema.field("id").is_some() { "id" } else { "$id" })?;
        let own_base = id.map(|id| resolve(base, id));
        let base = own_base.as_deref().unwrap_or(base);
        self.parse_map(schema, "definitions", base, draft, &invalid_type("Array Of Schemas", "definitions"))?;
        string(schema, "title")?;
        string(schema, "description")?;
        if let Some(reference) = string(schema, "$ref")? {
            return self.parse_reference(at, &resolve(base, reference), draft);
        }
        self.parse_types(at, schema)?;
        let properties = self.parse_map(schema, "properties", base, draft, "Properties must be of type object")?;
        self.parts[at].properties = properties;
        self.parse_others(schema, base, draft)?;
        self.parse_items(at, schema, base, draft)?;
        keywords::check(schema, draft)?;
        self.parse_list(schema, "oneOf", base, draft)?;
        self.parts[at].any_of = self.parse_list(schema, "anyOf", base, draft)?;
        self.parts[at].all_of = self.parse_list(schema, "allOf", base, draft)?;
        Ok(())
    }

    fn parse_types(&mut self, at: usize, schema: &Value) -> Result<(), String> {
        let wrong = || invalid_type("type", "string/Array Of Strings");
        match schema.field("type") {
            None => Ok(()),
            Some(Value::String(name)) => self.parts[at].add_type(name),
            Some(Value::Array(names)) => {
                names.iter().try_for_each(|name| self.parts[at].add_type(name.as_str().ok_or_else(wrong)?))
            }
            Some(_) => Err(wrong()),
        }
    }

    /// The schemas of a keyword whose value is an object of schemas.
    fn parse_map(
        &mut self,
        schema: &Value,
        key: &str,
        base: &str,
        draft: Draft,
        wrong: &str,
    ) -> Result<Vec<(String, usize)>, String> {
        match schema.field(key) {
            None => Ok(Vec::new()),
            Some(Value::Object(object)) => object
                .iter()
                .map(|(name, value)| {
                    Ok((name.as_str().unwrap_or_default().to_owned(), self.parse(value, base, draft)?))
                })
                .collect(),
            Some(_) => Err(wrong.to_owned()),
        }
    }

    /// The schemas of a keyword whose value is an array of schemas. None where it is missing or empty.
    fn parse_list(
        &mut self,
        schema: &Value,
        key: &str,
        base: &str,
        draft: Draft,
    ) -> Result<Option<Vec<usize>>, String> {
        let all: Vec<usize> =
            list(schema, key)?.iter().map(|value| self.parse(value, base, draft)).collect::<Result<_, _>>()?;
        Ok((!all.is_empty()).then_some(all))
    }

    fn parse_items(&mut self, at: usize, schema: &Value, base: &str, draft: Draft) -> Result<(), String> {
        let wrong = || invalid_type("Valid Schema/Array Of Schemas", "items");
        match schema.field("items") {
            None => {}
            Some(Value::Array(items)) => {
                for item in items.iter() {
                    if !matches!(item, Value::Object(_) | Value::Bool(_)) {
                        return Err(wrong());
                    }
                    let item = self.parse(item, base, draft)?;
                    self.parts[at].items.push(item);
                }
            }
            Some(item @ (Value::Object(_) | Value::Bool(_))) => {
                let item = self.parse(item, base, draft)?;
                self.parts[at].items.push(item);
                self.parts[at].one_for_all = true;
            }
            Some(_) => return Err(wrong()),
        }
        Ok(())
    }

    /// Schemas that say nothing about types, but may be wrong.
    fn parse_others(&mut self, schema: &Value, base: &str, draft: Draft) -> Result<(), String> {
        for key in ["additionalProperties", "additionalItems"] {
            match schema.field(key) {
                None | Some(Value::Bool(_)) => {}
                Some(value @ Value::Object(_)) => _ = self.parse(value, base, draft)?,
                Some(_) => return Err(invalid_type("boolean/Valid Schema", key)),
            }
        }
        let wrong = invalid_type("Valid Schema", "patternProperties");
        self.parse_map(schema, "patternProperties", base, draft, &wrong)?;
        for (key, since) in [("propertyNames", 6), ("contains", 6), ("not", 4), ("if", 7), ("then", 7), ("else", 7)] {
            match schema.field(key) {
                Some(value @ (Value::Bool(_) | Value::Object(_))) if draft >= since => {
                    self.parse(value, base, draft)?;
                }
                Some(_) if draft >= since => {
                    return Err(match key {
                        "propertyNames" => wrong.clone(),
                        "contains" => "Expected: Valid Schema, given: Invalid JSON".to_owned(),
                        key => format!("{key} must be of an object"),
                    });
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn parse_reference(&mut self, at: usize, name: &str, draft: Draft) -> Result<(), String> {
        if let Some(&known) = self.references.get(name) {
            self.parts[at].reference = Some((name.to_owned(), known));
            return Ok(());
        }
        let (schema, base) = self.follow(name)?;
        if !matches!(schema, Value::Bool(_) | Value::Object(_)) {
            return Err("Valid Schema must be of type object".to_owned());
        }
        if self.depth >= MAX_DEPTH {
            return Err("schema is nested too deep".to_owned());
        }
        let target = self.parts.len();
        self.parts.push(Part::default());
        self.references.insert(name.to_owned(), target);
        self.parts[at].reference = Some((name.to_owned(), target));
        self.depth += 1;
        let parsed = stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.parse_into(target, &schema, &base, draft));
        self.depth -= 1;
        parsed
    }

    /// What a full reference refers to, and the name of the document it stands in.
    fn follow(&self, name: &str) -> Result<(Value, String), String> {
        if let Some(document) = self.documents.get(name) {
            return Ok((document.clone(), name.to_owned()));
        }
        let (document, pointer) = name.split_once('#').unwrap_or((name, ""));
        let Some(mut found) = self.documents.get(document) else {
            return Err(match name.contains("://") {
                true => format!("remote reference loading disabled: {name}"),
                false => format!("Reference {name} must be canonical"),
            });
        };
        let mut base = document.to_owned();
        if !pointer.is_empty() && !pointer.starts_with('/') {
            return Err(format!("Invalid token reference '{pointer}'"));
        }
        for token in pointer.split('/').skip(1) {
            let token = decode(token);
            found = match found {
                Value::Object(_) => found.field(&token).ok_or_else(|| format!("Object has no key '{token}'"))?,
                Value::Array(items) => {
                    let at: usize = token.parse().map_err(|_| format!("Invalid array index '{token}'"))?;
                    let out_of_bound = || format!("Out of bound array[0,{}] index '{at}'", items.len());
                    items.get(at).ok_or_else(out_of_bound)?
                }
                _ => return Err(format!("Invalid token reference '{token}'")),
            };
            base = id_of(found).map_or(base.clone(), |id| resolve(&base, id));
        }
        Ok((found.clone(), base))
    }
}

/// A part of a JSON pointer in a URL as text.
fn decode(token: &str) -> String {
    let mut bytes = Vec::with_capacity(token.len());
    let mut rest = token.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail
            .get(..2)
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (first, hex) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).replace("~1", "/").replace("~0", "~")
}
