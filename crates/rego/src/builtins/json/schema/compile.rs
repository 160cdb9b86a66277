//! From a schema's JSON to what can be matched.

use std::collections::BTreeMap;

use regex::Regex;

use super::{
    number::canonical,
    pool::{Document, Draft, Pool, draft_of},
    reference::Reference,
};
use crate::value::{Number, Object, Value};

/// Where a schema stands in `Schemas`.
pub type Id = usize;

/// A schema and all that it refers to.
#[derive(Default)]
pub struct Schemas {
    all: Vec<Schema>,
}

/// What `additionalProperties` and `additionalItems` allow.
pub enum Additional {
    Any,
    None,
    Matching(Id),
}

/// What a property asks of its neighbours.
pub enum Dependency {
    Properties(Vec<String>),
    Schema(Id),
}

/// The schemas of items.
#[derive(Default)]
pub enum Items {
    #[default]
    Any,
    All(Id),
    Each(Vec<Id>),
}

/// One schema.
#[derive(Default)]
pub struct Schema {
    /// `true` or `false` instead of keywords.
    pub pass: Option<bool>,
    pub reference: Option<Id>,
    pub types: Vec<String>,
    pub properties: BTreeMap<String, Id>,
    pub additional_properties: Option<Additional>,
    pub pattern_properties: Vec<(Regex, Id)>,
    pub property_names: Option<Id>,
    pub dependencies: BTreeMap<String, Dependency>,
    pub items: Items,
    pub additional_items: Option<Additional>,
    pub multiple_of: Option<Number>,
    pub minimum: Option<Number>,
    pub exclusive_minimum: Option<Number>,
    pub maximum: Option<Number>,
    pub exclusive_maximum: Option<Number>,
    pub min_length: Option<usize>,
    pub max_length: Option<usize>,
    pub pattern: Option<Regex>,
    pub format: Option<String>,
    pub min_properties: Option<usize>,
    pub max_properties: Option<usize>,
    pub required: Vec<String>,
    pub min_items: Option<usize>,
    pub max_items: Option<usize>,
    pub unique_items: bool,
    pub contains: Option<Id>,
    pub constant: Option<String>,
    pub one_of_values: Option<Vec<String>>,
    pub one_of: Vec<Id>,
    pub any_of: Vec<Id>,
    pub all_of: Vec<Id>,
    pub not: Option<Id>,
    pub condition: Option<Id>,
    pub then: Option<Id>,
    pub otherwise: Option<Id>,
}

type Result<T> = std::result::Result<T, String>;

impl Schemas {
    /// Reads a schema, or says what is wrong with it.
    pub fn compile(schema: &Value, allow_net: Option<&[String]>) -> Result<Self> {
        let mut compiler = Compiler { pool: Pool::new(allow_net), known: BTreeMap::new(), schemas: Self::default() };
        let schema = compiler.pool.add(schema, &Reference::default())?;
        let draft = draft_of(&schema)?.unwrap_or(Draft::Any);
        compiler.schema(&schema, draft)?;
        Ok(compiler.schemas)
    }

    /// The schema that was compiled.
    pub const ROOT: Id = 0;

    /// A schema by its id.
    pub fn get(&self, id: Id) -> &Schema {
        &self.all[id]
    }
}

struct Compiler<'n> {
    pool: Pool<'n>,
    /// Schemas by the references that led to them.
    known: BTreeMap<String, Id>,
    schemas: Schemas,
}

const TYPES: [&str; 7] = ["array", "boolean", "integer", "number", "null", "object", "string"];

fn invalid_type(expected: &str, given: &str) -> String {
    format!("Invalid type. Expected: {expected}, given: {given}")
}

fn must_be_a(key: &str, what: &str) -> String {
    format!("{key} must be of a {what}")
}

fn must_be_an(key: &str, what: &str) -> String {
    format!("{key} must be of an {what}")
}

fn text<'o>(object: &'o Object, key: &str) -> Result<Option<&'o str>> {
    object.field(key).map(|value| value.as_str().ok_or_else(|| invalid_type("string", key))).transpose()
}

fn list<'o>(object: &'o Object, key: &str) -> Result<Option<&'o [Value]>> {
    match object.field(key) {
        None => Ok(None),
        Some(Value::Array(items)) => Ok(Some(items)),
        Some(_) => Err(must_be_an(key, "array")),
    }
}

fn count(object: &Object, key: &str) -> Result<Option<usize>> {
    let Some(value) = object.field(key) else { return Ok(None) };
    let count = value.as_i64().ok_or_else(|| must_be_an(key, "integer"))?;
    usize::try_from(count).map(Some).map_err(|_| format!("{key} must be greater than or equal to 0"))
}

fn regex(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok()
}

/// Whether a value can be a schema; `false` may only be one since draft 6, which the schema itself finds out.
fn is_schema(value: &Value) -> bool {
    matches!(value, Value::Bool(_) | Value::Object(_))
}

impl Compiler<'_> {
    fn schema(&mut self, node: &Value, draft: Draft) -> Result<Id> {
        let id = self.schemas.all.len();
        self.schemas.all.push(Schema::default());
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.fill(id, node, draft))?;
        Ok(id)
    }

    fn at(&mut self, id: Id) -> &mut Schema {
        &mut self.schemas.all[id]
    }

    fn fill(&mut self, id: Id, node: &Value, draft: Draft) -> Result<()> {
        if let (Value::Bool(bool), true) = (node, draft >= Draft::Six) {
            self.at(id).pass = Some(*bool);
            return Ok(());
        }
        let Value::Object(object) = node else { return Err("Expected: Valid Schema, given: Invalid JSON".to_owned()) };
        let id_key = match draft {
            Draft::Four => "id",
            Draft::Any if object.field("id").is_some() => "id",
            _ => "$id",
        };
        if let Some(name) = text(object, id_key)? {
            Reference::parse(name)?;
        }
        self.definitions(object, draft)?;
        text(object, "title")?;
        text(object, "description")?;
        if let Some(reference) = text(object, "$ref")? {
            let reference = Reference::parse(reference)?;
            match self.known.get(&reference.text()) {
                Some(known) => self.schemas.all[id].reference = Some(*known),
                None => return self.reference(id, &reference, draft),
            }
        }
        self.types(id, object)?;
        self.objects(id, object, draft)?;
        self.items(id, object, draft)?;
        self.numbers(id, object, draft)?;
        self.strings(id, object)?;
        self.counts(id, object)?;
        self.values(id, object, draft)?;
        self.combinations(id, object, draft)
    }

    fn definitions(&mut self, object: &Object, draft: Draft) -> Result<()> {
        let wrong = || invalid_type("Array Of Schemas", "definitions");
        match object.field("definitions") {
            None => Ok(()),
            Some(Value::Object(definitions)) => definitions.values().try_for_each(|definition| {
                if !is_schema(definition) {
                    return Err(wrong());
                }
                self.schema(definition, draft).map(|_| ())
            }),
            Some(_) => Err(wrong()),
        }
    }

    fn reference(&mut self, id: Id, reference: &Reference, draft: Draft) -> Result<()> {
        let target = self.schemas.all.len();
        self.schemas.all.push(Schema::default());
        self.known.insert(reference.text(), target);
        let Document { node, draft: named } = self.pool.get(reference)?;
        if !is_schema(&node) {
            return Err("Valid Schema must be of type object".to_owned());
        }
        let draft = named.unwrap_or(draft);
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.fill(target, &node, draft))?;
        self.at(id).reference = Some(target);
        Ok(())
    }

    fn types(&mut self, id: Id, object: &Object) -> Result<()> {
        let wrong = || invalid_type("type", "string/Array Of Strings");
        let names = match object.field("type") {
            None => return Ok(()),
            Some(name @ Value::String(_)) => std::slice::from_ref(name),
            Some(Value::Array(names)) => names,
            Some(_) => return Err(wrong()),
        };
        for name in names {
            let name = name.as_str().ok_or_else(wrong)?;
            if !TYPES.contains(&name) {
                let valid = TYPES.join(" ");
                return Err(format!(
                    "has a primitive type that is NOT VALID -- given: /{name}/ Expected valid values are:[{valid}]"
                ));
            }
            let types = &mut self.at(id).types;
            if types.iter().any(|known| known == name) {
                return Err(format!("{name} type is duplicated"));
            }
            types.push(name.to_owned());
        }
        Ok(())
    }

    fn objects(&mut self, id: Id, object: &Object, draft: Draft) -> Result<()> {
        if let Some(properties) = object.field("properties") {
            let Value::Object(properties) = properties else {
                return Err("Properties must be of type object".to_owned());
            };
            for (name, schema) in properties.iter() {
                let schema = self.schema(schema, draft)?;
                self.at(id).properties.insert(name.as_str().unwrap_or_default().to_owned(), schema);
            }
        }
        self.at(id).additional_properties = self.additional(object, "additionalProperties", draft)?;
        match object.field("patternProperties") {
            None => {}
            Some(Value::Object(patterns)) => {
                for (pattern, schema) in patterns.iter() {
                    let pattern = pattern.as_str().unwrap_or_default();
                    let regex = regex(pattern).ok_or_else(|| format!("Invalid regex pattern '{pattern}'"))?;
                    let schema = self.schema(schema, draft)?;
                    self.at(id).pattern_properties.push((regex, schema));
                }
            }
            Some(_) => return Err(invalid_type("Valid Schema", "patternProperties")),
        }
        if let (Some(names), true) = (object.field("propertyNames"), draft >= Draft::Six) {
            if !is_schema(names) {
                return Err(invalid_type("Valid Schema", "patternProperties"));
            }
            self.at(id).property_names = Some(self.schema(names, draft)?);
        }
        match object.field("dependencies") {
            None => Ok(()),
            Some(Value::Object(dependencies)) => dependencies.iter().try_for_each(|(name, dependency)| {
                let wrong = || "Dependency must be of type Schema Or Array Of Strings".to_owned();
                let dependency = match dependency {
                    Value::Array(names) => {
                        let names = names.iter().map(|name| name.as_str().map(str::to_owned).ok_or_else(wrong));
                        Dependency::Properties(names.collect::<Result<_>>()?)
                    }
                    schema if is_schema(schema) => Dependency::Schema(self.schema(schema, draft)?),
                    _ => return Err(wrong()),
                };
                self.at(id).dependencies.insert(name.as_str().unwrap_or_default().to_owned(), dependency);
                Ok(())
            }),
            Some(_) => Err("dependencies must be of type object".to_owned()),
        }
    }

    fn additional(&mut self, object: &Object, key: &str, draft: Draft) -> Result<Option<Additional>> {
        Ok(match object.field(key) {
            None => None,
            Some(Value::Bool(true)) => Some(Additional::Any),
            Some(Value::Bool(false)) => Some(Additional::None),
            Some(schema @ Value::Object(_)) => Some(Additional::Matching(self.schema(schema, draft)?)),
            Some(_) => return Err(invalid_type("boolean/Valid Schema", key)),
        })
    }

    fn items(&mut self, id: Id, object: &Object, draft: Draft) -> Result<()> {
        let wrong = || invalid_type("Valid Schema/Array Of Schemas", "items");
        match object.field("items") {
            None => {}
            Some(Value::Array(schemas)) => {
                let mut each = Vec::with_capacity(schemas.len());
                for schema in schemas.iter() {
                    if !is_schema(schema) {
                        return Err(wrong());
                    }
                    each.push(self.schema(schema, draft)?);
                }
                self.at(id).items = Items::Each(each);
            }
            Some(schema) if is_schema(schema) => self.at(id).items = Items::All(self.schema(schema, draft)?),
            Some(_) => return Err(wrong()),
        }
        self.at(id).additional_items = self.additional(object, "additionalItems", draft)?;
        Ok(())
    }

    fn numbers(&mut self, id: Id, object: &Object, draft: Draft) -> Result<()> {
        if let Some(factor) = object.field("multipleOf") {
            let Value::Number(factor) = factor else { return Err(invalid_type("Number", "multipleOf")) };
            if *factor <= Number::Int(0) {
                return Err("multipleOf must be strictly greater than 0".to_owned());
            }
            self.at(id).multiple_of = Some(factor.clone());
        }
        let schema = self.at(id);
        (schema.minimum, schema.exclusive_minimum) = bounds(object, "minimum", "exclusiveMinimum", draft)?;
        (schema.maximum, schema.exclusive_maximum) = bounds(object, "maximum", "exclusiveMaximum", draft)?;
        Ok(())
    }

    fn strings(&mut self, id: Id, object: &Object) -> Result<()> {
        let schema = self.at(id);
        schema.min_length = count(object, "minLength")?;
        schema.max_length = count(object, "maxLength")?;
        if schema.max_length.is_some_and(|max| schema.min_length > Some(max)) {
            return Err("minLength cannot be greater than maxLength".to_owned());
        }
        if let Some(pattern) = text(object, "pattern")? {
            schema.pattern = Some(regex(pattern).ok_or("pattern must be a valid regex")?);
        }
        schema.format = text(object, "format")?.map(str::to_owned);
        Ok(())
    }

    fn counts(&mut self, id: Id, object: &Object) -> Result<()> {
        let schema = self.at(id);
        schema.min_properties = count(object, "minProperties")?;
        schema.max_properties = count(object, "maxProperties")?;
        if schema.max_properties.is_some_and(|max| schema.min_properties > Some(max)) {
            return Err("minProperties cannot be greater than maxProperties".to_owned());
        }
        for name in list(object, "required")?.unwrap_or_default() {
            let name = name.as_str().ok_or_else(|| invalid_type("string", "required"))?;
            if schema.required.iter().any(|known| known == name) {
                return Err("required items must be unique".to_owned());
            }
            schema.required.push(name.to_owned());
        }
        schema.min_items = count(object, "minItems")?;
        schema.max_items = count(object, "maxItems")?;
        schema.unique_items = match object.field("uniqueItems") {
            None => false,
            Some(Value::Bool(bool)) => *bool,
            Some(_) => return Err(must_be_a("uniqueItems", "boolean")),
        };
        Ok(())
    }

    fn values(&mut self, id: Id, object: &Object, draft: Draft) -> Result<()> {
        if let (Some(contains), true) = (object.field("contains"), draft >= Draft::Six) {
            self.at(id).contains = Some(self.schema(contains, draft)?);
        }
        let schema = self.at(id);
        if draft >= Draft::Six {
            schema.constant = object.field("const").map(canonical);
        }
        if let Some(values) = list(object, "enum")? {
            let mut texts = Vec::with_capacity(values.len());
            for value in values {
                let text = canonical(value);
                if texts.contains(&text) {
                    return Err("enum items must be unique".to_owned());
                }
                texts.push(text);
            }
            schema.one_of_values = Some(texts);
        }
        Ok(())
    }

    fn combinations(&mut self, id: Id, object: &Object, draft: Draft) -> Result<()> {
        self.at(id).one_of = self.all_in(object, "oneOf", draft)?;
        self.at(id).any_of = self.all_in(object, "anyOf", draft)?;
        self.at(id).all_of = self.all_in(object, "allOf", draft)?;
        self.at(id).not = self.one(object, "not", draft)?;
        if draft >= Draft::Seven {
            self.at(id).condition = self.one(object, "if", draft)?;
            self.at(id).then = self.one(object, "then", draft)?;
            self.at(id).otherwise = self.one(object, "else", draft)?;
        }
        Ok(())
    }

    fn all_in(&mut self, object: &Object, key: &str, draft: Draft) -> Result<Vec<Id>> {
        list(object, key)?.unwrap_or_default().iter().map(|schema| self.schema(schema, draft)).collect()
    }

    fn one(&mut self, object: &Object, key: &str, draft: Draft) -> Result<Option<Id>> {
        match object.field(key) {
            None => Ok(None),
            Some(schema) if is_schema(schema) => self.schema(schema, draft).map(Some),
            Some(_) => Err(must_be_an(key, "object")),
        }
    }
}

/// A bound and its exclusive form: in draft 4 a flag, later a bound of its own.
fn bounds(object: &Object, key: &str, exclusive: &str, draft: Draft) -> Result<(Option<Number>, Option<Number>)> {
    let bound = match object.field(key) {
        None => None,
        Some(Value::Number(bound)) => Some(bound.clone()),
        Some(_) => return Err(must_be_a(key, "Number")),
    };
    Ok(match (object.field(exclusive), draft) {
        (None, _) => (bound, None),
        (Some(Value::Bool(_)), Draft::Four | Draft::Any) if bound.is_none() => {
            return Err(format!("{exclusive} cannot be used without {key}"));
        }
        (Some(Value::Bool(true)), Draft::Four | Draft::Any) => (None, bound),
        (Some(Value::Bool(false)), Draft::Four | Draft::Any) => (bound, None),
        (Some(Value::Number(other)), Draft::Six | Draft::Seven | Draft::Any) => (bound, Some(other.clone())),
        (Some(_), Draft::Four) => return Err(invalid_type("boolean", exclusive)),
        (Some(_), Draft::Any) => return Err(invalid_type("boolean/number", exclusive)),
        (Some(_), _) => return Err(invalid_type("number", exclusive)),
    })
}
