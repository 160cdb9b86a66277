//! Literals in queries: variables that exist, and types that fit.

use std::collections::BTreeSet;

use super::{
    node::{Kind, Problem, child, flag, is_compatible, list, literal_text, named, text, type_name, type_text},
    schema::Definition,
    suggest::did_you_mean,
    walk::Walker,
};
use crate::value::Value;

/// What is expected of a literal.
#[derive(Clone, Copy, Default)]
pub struct Expected<'d> {
    /// The type, if it is known.
    pub kind: Option<&'d Value>,
    /// The definition of the innermost type.
    pub definition: Option<&'d Definition>,
    /// Whether there is a value where none is given.
    pub has_default: bool,
}

impl<'d> Walker<'d, '_, '_> {
    /// What an argument, an input field or a variable expects.
    pub(super) fn expected(&self, definition: Option<&'d Value>) -> Expected<'d> {
        let Some(definition) = definition else { return Expected::default() };
        let kind = child(definition, "Type");
        Expected {
            kind,
            definition: kind.and_then(|kind| self.schema.types.get(type_name(kind))),
            has_default: child(definition, "DefaultValue").is_some_and(|value| Kind::of(value) != Kind::Null),
        }
    }

    pub(super) fn literal(&mut self, literal: &'d Value, expected: Expected<'d>) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
            for entry in list(literal, "Children") {
                let Some(value) = child(entry, "Value") else { continue };
                let inner = match (Kind::of(literal), expected.definition) {
                    (Kind::Object, Some(definition)) => self.expected(named(&definition.fields, text(entry, "Name"))),
                    (Kind::List, definition) => match expected.kind.and_then(|kind| child(kind, "Elem")) {
                        Some(kind) => Expected { kind: Some(kind), definition, has_default: false },
                        None => Expected::default(),
                    },
                    _ => Expected::default(),
                };
                self.literal(value, inner);
            }
        });
        let kind = Kind::of(literal);
        let variable = match kind {
            Kind::Variable => self.use_variable(literal),
            _ => None,
        };
        if kind == Kind::Object {
            let mut seen = BTreeSet::new();
            for entry in list(literal, "Children").iter().filter(|entry| !seen.insert(text(entry, "Name"))) {
                let name = text(entry, "Name");
                self.report(entry, format!("There can be only one input field named \"{name}\"."));
            }
        }
        if let (Some(expected_kind), Some(definition)) = (expected.kind, expected.definition) {
            self.check_type(literal, kind, expected_kind, definition);
        }
        if let (Some(variable), Some(wanted)) = (variable, expected.kind) {
            self.check_position(literal, variable, wanted, expected.has_default);
        }
        if let Some(definition) = expected.definition.filter(|of| kind == Kind::Object && of.has_directive("oneOf")) {
            self.check_one_of_variables(literal, definition);
        }
    }

    /// The definition of a variable, which is used from now on.
    fn use_variable(&mut self, literal: &'d Value) -> Option<&'d Value> {
        let operation = self.operation?;
        let name = text(literal, "Raw");
        let definition =
            list(operation, "VariableDefinitions").iter().find(|variable| text(variable, "Variable") == name);
        if definition.is_some() {
            self.used_variables.insert(name);
        } else {
            self.report(
                literal,
                match text(operation, "Name") {
                    "" => format!("Variable \"${name}\" is not defined."),
                    operation => format!("Variable \"${name}\" is not defined by operation \"{operation}\"."),
                },
            );
        }
        definition
    }

    fn check_position(&mut self, literal: &Value, variable: &Value, wanted: &Value, has_default: bool) {
        let Some(given) = child(variable, "Type") else { return };
        let default = child(variable, "DefaultValue").is_some_and(|value| Kind::of(value) != Kind::Null);
        let non_null = flag(wanted, "NonNull") && !default && !has_default;
        if !is_compatible(given, wanted, non_null) {
            let (name, given, wanted) = (literal_text(literal), type_text(given), type_text(wanted));
            self.report(
                literal,
                format!("Variable \"{name}\" of type \"{given}\" used in position expecting type \"{wanted}\"."),
            );
        }
    }

    fn check_one_of_variables(&mut self, literal: &'d Value, definition: &Definition) {
        for entry in list(literal, "Children") {
            let value = child(entry, "Value").filter(|value| Kind::of(value) == Kind::Variable);
            let (Some(value), Some(operation)) = (value, self.operation) else { continue };
            let variables = list(operation, "VariableDefinitions");
            let variable = variables.iter().find(|variable| text(variable, "Variable") == text(value, "Raw"));
            let Some((variable, kind)) = variable.and_then(|variable| Some((variable, child(variable, "Type")?)))
            else {
                continue;
            };
            if !flag(kind, "NonNull") {
                let (name, kind, object) = (literal_text(value), type_text(kind), &definition.name);
                let message = format!(
                    "Variable \"{name}\" is of type \"{kind}\" but must be non-nullable to be used for OneOf Input \
                     Object \"{object}\"."
                );
                self.report(variable, message);
            }
        }
    }

    fn check_type(&mut self, literal: &'d Value, kind: Kind, expected: &'d Value, definition: &'d Definition) {
        const SCALARS: [&str; 5] = ["Int", "Float", "String", "Boolean", "ID"];
        let (shown, wanted, name) = (literal_text(literal), type_text(expected), &*definition.name);
        if kind == Kind::Null && flag(expected, "NonNull") {
            self.report(literal, format!("Expected value of type \"{wanted}\", found {shown}."));
        }
        if definition.kind == "SCALAR" && !SCALARS.contains(&name) {
            return;
        }
        let is_enum = definition.kind == "ENUM";
        let values = || definition.enum_values.iter().map(|value| text(value, "Name"));
        let raw = text(literal, "Raw");
        let fits = match kind {
            Kind::Null | Kind::Variable => true,
            Kind::List => child(expected, "Elem").is_some(),
            Kind::Int => matches!(name, "Int" | "Float" | "ID"),
            Kind::Float => name == "Float",
            Kind::Boolean => name == "Boolean",
            Kind::String | Kind::Block if is_enum => {
                let like = did_you_mean("Did you mean the enum value", raw, values(), true);
                self.report(literal, format!("Enum \"{wanted}\" cannot represent non-enum value: {shown}.{like}"));
                true
            }
            Kind::String | Kind::Block => matches!(name, "String" | "ID"),
            Kind::Enum if is_enum => {
                if named(&definition.enum_values, raw).is_none() {
                    let like = did_you_mean("Did you mean the enum value", raw, values(), true);
                    self.report(literal, format!("Value \"{shown}\" does not exist in \"{wanted}\" enum.{like}"));
                }
                true
            }
            Kind::Enum => false,
            Kind::Object => {
                self.check_object(literal, definition);
                true
            }
        };
        if !fits {
            let message = unexpected(raw, &shown, &wanted, is_enum);
            self.report(literal, message);
        }
    }

    fn check_object(&mut self, literal: &'d Value, definition: &'d Definition) {
        let (name, entries) = (&definition.name, list(literal, "Children"));
        for field in &definition.fields {
            let Some(kind) = child(field, "Type").filter(|kind| flag(kind, "NonNull")) else { continue };
            let field_name = text(field, "Name");
            if named(entries, field_name).is_none() && child(field, "DefaultValue").is_none() {
                let kind = type_text(kind);
                let message = format!("Field \"{name}.{field_name}\" of required type \"{kind}\" was not provided.");
                self.report(literal, message);
            }
        }
        if definition.has_directive("oneOf") {
            match entries {
                [one] => {
                    let value = child(one, "Value").filter(|value| Kind::of(value) == Kind::Null);
                    if let (Some(value), Some(first)) = (value, definition.fields.first()) {
                        let first = text(first, "Name");
                        self.report(value, format!("Field \"{name}.{first}\" must be non-null."));
                    }
                }
                _ => self.report(literal, format!("OneOf Input Object \"{name}\" must specify exactly one key.")),
            }
        }
        for entry in entries {
            let entry_name = text(entry, "Name");
            if named(&definition.fields, entry_name).is_none() {
                let fields = definition.fields.iter().map(|field| text(field, "Name"));
                let like = did_you_mean("Did you mean", entry_name, fields, true);
                self.report(entry, format!("Field \"{entry_name}\" is not defined by type \"{name}\".{like}"));
            }
        }
    }

    pub(super) fn report(&mut self, node: &Value, message: String) {
        self.problems.push(Problem::at(node, message));
    }
}

fn unexpected(raw: &str, shown: &str, wanted: &str, is_enum: bool) -> String {
    match wanted {
        "Int" | "Int!" => {
            let digits = raw.strip_prefix(['+', '-']).unwrap_or(raw);
            let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            match is_number && raw.parse::<i32>().is_err() {
                true => format!("Int cannot represent non 32-bit signed integer value: {shown}"),
                false => format!("Int cannot represent non-integer value: {shown}"),
            }
        }
        "String" | "String!" | "[String]" => format!("String cannot represent a non string value: {shown}"),
        "Boolean" | "Boolean!" => format!("Boolean cannot represent a non boolean value: {shown}"),
        "Float" | "Float!" => format!("Float cannot represent non numeric value: {shown}"),
        "ID" | "ID!" => format!("ID cannot represent a non-string and non-integer value: {shown}"),
        _ if is_enum => format!("Enum \"{wanted}\" cannot represent non-enum value: {shown}."),
        _ => format!("Expected value of type \"{wanted}\", found {shown}."),
    }
}
