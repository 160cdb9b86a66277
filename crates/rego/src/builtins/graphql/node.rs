//! Nodes of documents: JSON objects with the field names that policies see.

use crate::value::Value;

/// Line and column, from 1.
pub type Position = (usize, usize);

/// What is wrong with a document, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub position: Option<Position>,
    pub message: String,
}

impl Problem {
    pub fn at(node: &Value, message: impl Into<String>) -> Self {
        Self { position: position(node), message: message.into() }
    }

    /// `input:1:2: message`
    pub fn line(&self) -> String {
        match self.position {
            Some((line, column)) => format!("input:{line}:{column}: {}", self.message),
            None => format!("input: {}", self.message),
        }
    }
}

/// A node with its position.
pub fn node<const N: usize>(at: Position, fields: [(&str, Value); N]) -> Value {
    let position = ("Position".into(), Value::array([Value::int(at.0), Value::int(at.1)]));
    Value::object(fields.into_iter().map(|(name, value)| (name.into(), value)).chain([position]))
}

/// Where a node came from, if that was a text.
pub fn position(node: &Value) -> Option<Position> {
    let Some(Value::Array(parts)) = node.field("Position") else { return None };
    let number = |at: usize| usize::try_from(parts.get(at)?.as_i64()?).ok();
    Some((number(0)?, number(1)?))
}

/// A text field; empty where it is missing.
pub fn text<'n>(node: &'n Value, field: &str) -> &'n str {
    node.field(field).and_then(Value::as_str).unwrap_or_default()
}

/// A list field; empty where it is missing.
pub fn list<'n>(node: &'n Value, field: &str) -> &'n [Value] {
    match node.field(field) {
        Some(Value::Array(items)) => items,
        _ => &[],
    }
}

/// Whether a flag is set.
pub fn flag(node: &Value, field: &str) -> bool {
    matches!(node.field(field), Some(Value::Bool(true)))
}

/// A node in a field.
pub fn child<'n>(node: &'n Value, field: &str) -> Option<&'n Value> {
    node.field(field).filter(|value| matches!(value, Value::Object(_)))
}

/// The first node of a list that has a name.
pub fn named<'n>(nodes: &'n [Value], name: &str) -> Option<&'n Value> {
    nodes.iter().find(|node| text(node, "Name") == name)
}

/// The name of the innermost type: `X` of `[X!]!`.
pub fn type_name(mut kind: &Value) -> &str {
    while let Some(element) = child(kind, "Elem") {
        kind = element;
    }
    text(kind, "NamedType")
}

/// `[X!]!`
pub fn type_text(kind: &Value) -> String {
    let bang = if flag(kind, "NonNull") { "!" } else { "" };
    match child(kind, "Elem") {
        Some(element) => stacker::maybe_grow(64 * 1024, 1024 * 1024, || format!("[{}]{bang}", type_text(element))),
        None => format!("{}{bang}", text(kind, "NamedType")),
    }
}

/// Whether a value of type `given` can stand where `wanted` is.
pub fn is_compatible(given: &Value, wanted: &Value, wanted_non_null: bool) -> bool {
    text(given, "NamedType") == text(wanted, "NamedType")
        && match (child(given, "Elem"), child(wanted, "Elem")) {
            (Some(given), Some(wanted)) => {
                stacker::maybe_grow(64 * 1024, 1024 * 1024, || is_compatible(given, wanted, flag(wanted, "NonNull")))
            }
            (Some(_), None) => false,
            (None, _) => true,
        }
        && (!wanted_non_null || flag(given, "NonNull"))
}

/// Kinds of literals, as they are numbered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Variable,
    Int,
    Float,
    String,
    Block,
    Boolean,
    Null,
    Enum,
    List,
    Object,
}

impl Kind {
    const ALL: [Self; 10] = [
        Self::Variable,
        Self::Int,
        Self::Float,
        Self::String,
        Self::Block,
        Self::Boolean,
        Self::Null,
        Self::Enum,
        Self::List,
        Self::Object,
    ];

    /// The kind of a literal.
    pub fn of(literal: &Value) -> Self {
        let number = literal.field("Kind").and_then(Value::as_i64).and_then(|number| usize::try_from(number).ok());
        number.and_then(|number| Self::ALL.get(number)).copied().unwrap_or(Self::Variable)
    }
}

/// A literal as text.
pub fn literal_text(literal: &Value) -> String {
    let raw = text(literal, "Raw");
    let children =
        |shown: &dyn Fn(&Value) -> String| list(literal, "Children").iter().map(shown).collect::<Vec<_>>().join(",");
    let inner = |entry: &Value| child(entry, "Value").map(literal_text).unwrap_or_default();
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || match Kind::of(literal) {
        Kind::Variable => format!("${raw}"),
        Kind::String | Kind::Block => Value::from(raw).to_string(),
        Kind::List => format!("[{}]", children(&inner)),
        Kind::Object => format!("{{{}}}", children(&|entry| format!("{}:{}", text(entry, "Name"), inner(entry)))),
        _ => raw.to_owned(),
    })
}
