//! Schemas: types by name, and what makes a schema valid (GraphQL, October 2021, section 3).

use std::collections::{BTreeMap, BTreeSet};

use super::{
    node::{Kind, Problem, child, flag, is_compatible, list, named, text, type_name, type_text},
    parse::Result,
};
use crate::value::Value;

/// A type with all of its extensions.
#[derive(Debug, Clone)]
pub struct Definition {
    /// The node of the type, or of the extension that made it.
    node: Value,
    pub name: String,
    /// `OBJECT`
    pub kind: String,
    built_in: bool,
    directives: Vec<Value>,
    pub interfaces: Vec<String>,
    pub fields: Vec<Value>,
    types: Vec<String>,
    pub enum_values: Vec<Value>,
}

impl Definition {
    fn new(node: &Value, built_in: bool) -> Self {
        let name = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Self {
            node: node.clone(),
            name: text(node, "Name").to_owned(),
            kind: text(node, "Kind").to_owned(),
            built_in,
            directives: list(node, "Directives").to_vec(),
            interfaces: list(node, "Interfaces").iter().map(name).collect(),
            fields: list(node, "Fields").to_vec(),
            types: list(node, "Types").iter().map(name).collect(),
            enum_values: list(node, "EnumValues").to_vec(),
        }
    }

    fn extend(&mut self, other: Self) {
        self.directives.extend(other.directives);
        self.interfaces.extend(other.interfaces);
        self.fields.extend(other.fields);
        self.types.extend(other.types);
        self.enum_values.extend(other.enum_values);
    }

    pub fn is_leaf(&self) -> bool {
        matches!(&*self.kind, "ENUM" | "SCALAR")
    }

    pub fn is_composite(&self) -> bool {
        matches!(&*self.kind, "OBJECT" | "INTERFACE" | "UNION")
    }

    pub fn is_input(&self) -> bool {
        matches!(&*self.kind, "SCALAR" | "ENUM" | "INPUT_OBJECT")
    }

    pub fn has_directive(&self, name: &str) -> bool {
        named(&self.directives, name).is_some()
    }
}

/// A schema that is valid.
#[derive(Debug, Default)]
pub struct Schema {
    pub types: BTreeMap<String, Definition>,
    pub directives: BTreeMap<String, Value>,
    /// Objects by the interfaces and unions they can stand for.
    pub possible: BTreeMap<String, Vec<String>>,
    /// Names of the types of queries, mutations and subscriptions.
    pub roots: BTreeMap<String, String>,
}

fn fail<T>(node: &Value, message: impl Into<String>) -> Result<T> {
    Err(Problem::at(node, message))
}

fn check_name(node: &Value) -> Result<()> {
    let name = text(node, "Name");
    match name.starts_with("__") {
        true => fail(
            node,
            format!("Name \"{name}\" must not begin with \"__\", which is reserved by GraphQL introspection."),
        ),
        false => Ok(()),
    }
}

impl Schema {
    /// A schema from a document and what every schema has.
    pub fn new(prelude: &Value, document: &Value) -> Result<Self> {
        let mut schema = Self::default();
        for (part, built_in) in [(prelude, true), (document, false)] {
            for node in list(part, "Definitions") {
                let definition = Definition::new(node, built_in);
                if schema.types.contains_key(&definition.name) {
                    return fail(node, format!("Cannot redeclare type {}.", definition.name));
                }
                schema.types.insert(definition.name.clone(), definition);
            }
        }
        schema.extend(document)?;
        schema.find_possible_types();
        schema.add_directives(prelude)?;
        schema.add_directives(document)?;
        schema.add_roots(document)?;
        schema.types.values().try_for_each(|definition| schema.check_definition(definition))?;
        schema.check_cycles()?;
        for directive in schema.directives.values() {
            check_name(directive)?;
            schema.check_arguments(list(directive, "Arguments"), Some(text(directive, "Name")))?;
        }
        if list(document, "Schema").is_empty() {
            for (operation, name) in [("query", "Query"), ("mutation", "Mutation"), ("subscription", "Subscription")] {
                if schema.types.contains_key(name) {
                    schema.roots.entry(operation.to_owned()).or_insert_with(|| name.to_owned());
                }
            }
        }
        schema.add_introspection();
        Ok(schema)
    }

    fn extend(&mut self, document: &Value) -> Result<()> {
        for node in list(document, "Extensions") {
            let extension = Definition::new(node, false);
            match self.types.get_mut(&extension.name) {
                None => {
                    self.types.insert(extension.name.clone(), extension);
                }
                Some(base) if base.kind != extension.kind => {
                    let Definition { name, kind, .. } = &extension;
                    let is = &base.kind;
                    return fail(
                        node,
                        format!("Cannot extend type {name} because the base type is a {is}, not {kind}."),
                    );
                }
                Some(base) => base.extend(extension),
            }
        }
        Ok(())
    }

    fn find_possible_types(&mut self) {
        let mut add = |of: &str, name: &str| self.possible.entry(of.to_owned()).or_default().push(name.to_owned());
        for definition in self.types.values() {
            match &*definition.kind {
                "UNION" => definition.types.iter().for_each(|name| add(&definition.name, name)),
                "OBJECT" | "INPUT_OBJECT" => {
                    definition.interfaces.iter().for_each(|interface| add(interface, &definition.name));
                    add(&definition.name, &definition.name);
                }
                "INTERFACE" => definition.interfaces.iter().for_each(|interface| add(interface, &definition.name)),
                _ => {}
            }
        }
    }

    fn add_directives(&mut self, document: &Value) -> Result<()> {
        const BUILT_IN: [&str; 6] = ["include", "skip", "deprecated", "specifiedBy", "defer", "oneOf"];
        for node in list(document, "Directives") {
            let name = text(node, "Name");
            if self.directives.insert(name.to_owned(), node.clone()).is_some() && !BUILT_IN.contains(&name) {
                return fail(node, format!("Cannot redeclare directive {name}."));
            }
        }
        Ok(())
    }

    fn add_roots(&mut self, document: &Value) -> Result<()> {
        if let Some(second) = list(document, "Schema").get(1) {
            return fail(second, "Cannot have multiple schema entry points, consider schema extensions instead.");
        }
        for node in list(document, "Schema").iter().chain(list(document, "SchemaExtension")) {
            for entry in list(node, "OperationTypes") {
                let (operation, name) = (text(entry, "Operation"), text(entry, "Type"));
                if !self.types.contains_key(name) {
                    return fail(
                        entry,
                        format!("Schema root {operation} refers to a type {name} that does not exist."),
                    );
                }
                self.roots.insert(operation.to_owned(), name.to_owned());
            }
            self.check_directives(list(node, "Directives"), "SCHEMA", None, true)?;
        }
        Ok(())
    }

    /// `__schema` and `__type` of the root of queries.
    fn add_introspection(&mut self) {
        let kind = |name: &str, non_null: bool| {
            Value::object([("NamedType".into(), name.into()), ("NonNull".into(), non_null.into())])
        };
        let schema_field = Value::object([("Name".into(), "__schema".into()), ("Type".into(), kind("__Schema", true))]);
        let argument = Value::object([("Name".into(), "name".into()), ("Type".into(), kind("String", true))]);
        let type_field = Value::object([
            ("Name".into(), "__type".into()),
            ("Type".into(), kind("__Type", false)),
            ("Arguments".into(), Value::array([argument])),
        ]);
        if let Some(query) = self.roots.get("query").and_then(|name| self.types.get_mut(name)) {
            query.fields.extend([schema_field, type_field]);
        }
    }

    fn check_definition(&self, definition: &Definition) -> Result<()> {
        let Definition { name, kind, node, .. } = definition;
        for field in &definition.fields {
            check_name(field)?;
            self.check_type(field)?;
            self.check_arguments(list(field, "Arguments"), None)?;
            let location = if kind == "INPUT_OBJECT" { "INPUT_FIELD_DEFINITION" } else { "FIELD_DEFINITION" };
            self.check_directives(list(field, "Directives"), location, None, true)?;
        }
        for member in &definition.types {
            match self.types.get(member) {
                None => return fail(node, format!("Undefined type \"{member}\".")),
                Some(member) if member.kind != "OBJECT" => {
                    return fail(node, format!("{kind} type \"{}\" must be OBJECT.", member.name));
                }
                Some(_) => {}
            }
        }
        definition.interfaces.iter().try_for_each(|interface| self.check_implements(definition, interface))?;
        self.check_members(definition)?;
        check_unique(&definition.fields, |field| format!("Field {name}.{field} can only be defined once."))?;
        check_unique(&definition.enum_values, |value| format!("Enum value {name}.{value} can only be defined once."))?;
        let mut seen = BTreeSet::new();
        if let Some(twice) = definition.types.iter().find(|member| !seen.insert(*member)) {
            return fail(node, format!("Union type {name} can only include type {twice} once."));
        }
        if !definition.built_in {
            check_name(node)?;
        }
        self.check_directives(&definition.directives, kind, None, false)
    }

    /// That a definition has what its kind needs.
    fn check_members(&self, definition: &Definition) -> Result<()> {
        let Definition { name, kind, node, .. } = definition;
        let kind_of = |field: &Value| self.types.get(type_name(field.field("Type").unwrap_or(&Value::Null)));
        match &**kind {
            "OBJECT" | "INTERFACE" => {
                if definition.fields.is_empty() {
                    return fail(node, format!("{kind} {name}: must define one or more fields."));
                }
                match definition.fields.iter().find(|field| kind_of(field).is_some_and(|of| of.kind == "INPUT_OBJECT"))
                {
                    Some(field) => {
                        let all = "SCALAR, OBJECT, INTERFACE, UNION, ENUM";
                        fail(field, format!("{kind} {name}: field must be one of {all}."))
                    }
                    None => Ok(()),
                }
            }
            "ENUM" => {
                if definition.enum_values.is_empty() {
                    return fail(node, format!("{kind} {name}: must define one or more unique enum values."));
                }
                definition.enum_values.iter().try_for_each(|value| {
                    let value_name = text(value, "Name");
                    if matches!(value_name, "true" | "false" | "null") {
                        return fail(node, format!("{kind} {name}: non-enum value {value_name}."));
                    }
                    self.check_directives(list(value, "Directives"), "ENUM_VALUE", None, true)
                })
            }
            "INPUT_OBJECT" => {
                if definition.fields.is_empty() {
                    return fail(node, format!("{kind} {name}: must define one or more input fields."));
                }
                definition.fields.iter().try_for_each(|field| match kind_of(field) {
                    Some(of) if !of.is_input() => {
                        let (of, field_name) = (&of.kind, text(field, "Name"));
                        fail(field, format!("{of} {field_name}: field must be one of SCALAR, ENUM, INPUT_OBJECT."))
                    }
                    _ => Ok(()),
                })
            }
            _ => Ok(()),
        }
    }

    fn check_type(&self, node: &Value) -> Result<()> {
        let kind = node.field("Type").unwrap_or(&Value::Null);
        let name = type_name(kind);
        match self.types.contains_key(name) {
            true => Ok(()),
            false => fail(kind, format!("Undefined type {name}.")),
        }
    }

    fn check_arguments(&self, arguments: &[Value], directive: Option<&str>) -> Result<()> {
        for argument in arguments {
            check_name(argument)?;
            self.check_type(argument)?;
            let kind = argument.field("Type").unwrap_or(&Value::Null);
            if let Some(of) = self.types.get(type_name(kind)).filter(|of| !of.is_input()) {
                let (shown, name, of) = (type_text(kind), text(argument, "Name"), &of.kind);
                let message = format!("cannot use {shown} as argument {name} because {of} is not a valid input type");
                return fail(argument, message);
            }
            self.check_directives(list(argument, "Directives"), "ARGUMENT_DEFINITION", directive, true)?;
        }
        Ok(())
    }

    /// Directives of one place, or of a type and its extensions, which are several.
    fn check_directives(
        &self,
        directives: &[Value],
        location: &str,
        within: Option<&str>,
        one_place: bool,
    ) -> Result<()> {
        let mut seen = BTreeSet::new();
        for directive in directives {
            check_name(directive)?;
            let name = text(directive, "Name");
            if within == Some(name) {
                return fail(directive, format!("Directive {name} cannot refer to itself."));
            }
            let Some(definition) = self.directives.get(name) else {
                return fail(directive, format!("Undefined directive {name}."));
            };
            if one_place && !seen.insert(name) && !flag(definition, "IsRepeatable") {
                return fail(directive, format!("The directive {name} can only be used once at this location."));
            }
            if !list(definition, "Locations").iter().any(|allowed| allowed.as_str() == Some(location)) {
                return fail(directive, format!("Directive {name} is not applicable on {location}."));
            }
            let arguments = list(directive, "Arguments");
            let known = list(definition, "Arguments");
            for argument in arguments {
                let argument_name = text(argument, "Name");
                if named(known, argument_name).is_none() {
                    return fail(argument, format!("Undefined argument {argument_name} for directive {name}."));
                }
            }
            for argument in known {
                let argument_name = text(argument, "Name");
                let required = child(argument, "Type").is_some_and(|kind| flag(kind, "NonNull"))
                    && child(argument, "DefaultValue").is_none();
                let given = named(arguments, argument_name).and_then(|argument| child(argument, "Value"));
                if required && given.is_none_or(|value| Kind::of(value) == Kind::Null) {
                    return fail(directive, format!("Argument {argument_name} for directive {name} cannot be null."));
                }
            }
        }
        Ok(())
    }

    fn check_implements(&self, definition: &Definition, interface: &str) -> Result<()> {
        let Definition { name, node, .. } = definition;
        let Some(of) = self.types.get(interface) else {
            return fail(node, format!("Undefined type \"{interface}\"."));
        };
        if of.kind != "INTERFACE" {
            return fail(node, format!("\"{interface}\" is a non interface type {}.", of.kind));
        }
        of.fields.iter().try_for_each(|required| self.check_implemented(definition, interface, required))?;
        match of.interfaces.iter().find(|ancestor| !definition.interfaces.contains(ancestor)) {
            None => Ok(()),
            Some(ancestor) if ancestor == name => {
                let why = "because it would create a circular reference.";
                fail(node, format!("Type {name} cannot implement {interface} {why}"))
            }
            Some(ancestor) => {
                fail(node, format!("Type {name} must implement {ancestor} because it is implemented by {interface}."))
            }
        }
    }

    fn check_implemented(&self, definition: &Definition, interface: &str, required: &Value) -> Result<()> {
        let to = format!("For {} to implement {interface}", definition.name);
        let field = text(required, "Name");
        let Some(found) = named(&definition.fields, field) else {
            return fail(&definition.node, format!("{to} it must have a field called {field}."));
        };
        let null = Value::Null;
        let kind = |node: &'_ Value| node.field("Type").unwrap_or(&null).clone();
        if !self.is_covariant(&kind(required), &kind(found)) {
            let wanted = type_text(&kind(required));
            return fail(found, format!("{to} the field {field} must have type {wanted}."));
        }
        let same = format!("{to} the field {field} must have the same arguments but");
        let (wanted, given) = (list(required, "Arguments"), list(found, "Arguments"));
        for argument in wanted {
            let name = text(argument, "Name");
            let Some(other) = named(given, name) else { return fail(found, format!("{same} it is missing {name}.")) };
            let other_kind = kind(other);
            if !is_compatible(&kind(argument), &other_kind, flag(&other_kind, "NonNull")) {
                return fail(other, format!("{same} {name} has the wrong type."));
            }
        }
        for argument in given {
            let name = text(argument, "Name");
            let is_required = flag(&kind(argument), "NonNull") && child(argument, "DefaultValue").is_none();
            if is_required && named(wanted, name).is_none() {
                let message = format!(
                    "{to} any additional arguments on {field} must be optional or have a default value but {name} is \
                     required."
                );
                return fail(argument, message);
            }
        }
        Ok(())
    }

    fn is_covariant(&self, required: &Value, actual: &Value) -> bool {
        if flag(required, "NonNull") && !flag(actual, "NonNull") {
            return false;
        }
        match (child(required, "Elem"), child(actual, "Elem")) {
            (Some(required), Some(actual)) => {
                stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.is_covariant(required, actual))
            }
            (Some(_), None) => false,
            (None, _) => {
                let (required, actual) = (text(required, "NamedType"), text(actual, "NamedType"));
                required == actual
                    || self.possible.get(required).is_some_and(|names| names.iter().any(|name| name == actual))
            }
        }
    }

    /// Refuses input objects that could never be written down, because each needs another of its kind in it.
    fn check_cycles(&self) -> Result<()> {
        let mut done = BTreeSet::new();
        for definition in self.types.values().filter(|definition| definition.kind == "INPUT_OBJECT") {
            self.check_cycle(definition, &mut Vec::new(), &mut done)?;
        }
        Ok(())
    }

    fn check_cycle<'s>(
        &'s self,
        definition: &'s Definition,
        path: &mut Vec<(&'s str, &'s Value)>,
        done: &mut BTreeSet<&'s str>,
    ) -> Result<()> {
        if !done.insert(&definition.name) {
            return Ok(());
        }
        for field in &definition.fields {
            let Some(kind) = child(field, "Type").filter(|kind| flag(kind, "NonNull")) else { continue };
            let inner = self.types.get(text(kind, "NamedType")).filter(|inner| inner.kind == "INPUT_OBJECT");
            let Some(inner) = inner else { continue };
            path.push((&definition.name, field));
            if let Some(start) = path.iter().position(|(name, _)| *name == inner.name) {
                let names: Vec<&str> = path[start..].iter().map(|(_, field)| text(field, "Name")).collect();
                let message = format!(
                    "Cannot reference Input Object \"{}\" within itself through a series of non-null fields: \"{}\".",
                    inner.name,
                    names.join(".")
                );
                return fail(path[start].1, message);
            }
            stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.check_cycle(inner, path, done))?;
            path.pop();
        }
        Ok(())
    }
}

fn check_unique(nodes: &[Value], message: impl Fn(&str) -> String) -> Result<()> {
    // The first pair in the order of the first counts.
    let twice = nodes.iter().enumerate().find_map(|(at, node)| named(&nodes[at + 1..], text(node, "Name")));
    twice.map_or(Ok(()), |node| fail(node, message(text(node, "Name"))))
}
