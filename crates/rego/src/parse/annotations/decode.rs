//! YAML nodes to the fields of metadata, with all that does not fit.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime};

use super::yaml::{Content, Node};
use crate::value::{Number, Plain, Value};

/// Fields as written, before their contents are looked at.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub scope: String,
    pub title: String,
    pub entrypoint: bool,
    pub description: String,
    pub organizations: Vec<String>,
    pub related_resources: Vec<Any>,
    pub authors: Vec<Any>,
    pub schemas: Vec<Vec<(String, Any)>>,
    pub compile: Option<Vec<(String, Any)>>,
    pub custom: Option<Vec<(String, Any)>>,
    pub labels: Option<Vec<(String, Any)>>,
}

/// A value of any type.
#[derive(Clone, Debug)]
pub(super) enum Any {
    Null,
    Bool(bool),
    Number(Number),
    /// A number that is none in JSON, or a point in time: its text.
    Special(String),
    String(String),
    List(Vec<Any>),
    /// A mapping, and whether all its keys are strings.
    Map(Vec<(Any, Any)>, bool),
}

/// How many repetitions of one key are reported.
const MAX_REPEATED: usize = 10;

/// Types that fields have, as messages name them.
const BOOL: &str = "bool";
const STRING: &str = "string";
const STRINGS: &str = "[]string";
const LIST: &str = "[]interface {}";
const MAP: &str = "map[string]interface {}";
const MAPS: &str = "[]map[string]interface {}";

/// Reads the fields of a block, or says of all that do not fit where they are.
pub(super) fn fields(node: &Node) -> Result<Fields, Vec<String>> {
    let mut decoder = Decoder { errors: Vec::new() };
    let mut fields = Fields::default();
    decoder.block(node, &mut fields);
    if decoder.errors.is_empty() { Ok(fields) } else { Err(decoder.errors) }
}

struct Decoder {
    errors: Vec<String>,
}

impl Decoder {
    fn block(&mut self, node: &Node, fields: &mut Fields) {
        if node.is_null() {
            return;
        }
        let Content::Mapping(entries) = &node.content else { return self.unfit(node, "ast.rawAnnotation") };
        if !self.unique(entries) {
            return;
        }
        for (key, value) in entries {
            let Content::Scalar(name, _) = &key.content else { continue };
            match name.as_str() {
                "scope" => fields.scope = self.string(value),
                "title" => fields.title = self.string(value),
                "description" => fields.description = self.string(value),
                "entrypoint" => fields.entrypoint = self.bool(value),
                "organizations" => fields.organizations = self.list(value, STRINGS, Self::string),
                "related_resources" => fields.related_resources = self.list(value, LIST, Self::any),
                "authors" => fields.authors = self.list(value, LIST, Self::any),
                "schemas" => fields.schemas = self.list(value, MAPS, |it, item| it.map(item).unwrap_or_default()),
                "compile" => fields.compile = self.map(value),
                "custom" => fields.custom = self.map(value),
                "labels" => fields.labels = self.map(value),
                _ => {}
            }
        }
    }

    fn unfit(&mut self, node: &Node, wanted: &str) {
        let value = match &node.content {
            Content::Scalar(text, _) if text.len() > 10 => {
                format!(" `{}...`", String::from_utf8_lossy(&text.as_bytes()[..7]))
            }
            Content::Scalar(text, _) => format!(" `{text}`"),
            _ => String::new(),
        };
        self.errors.push(format!("line {}: cannot unmarshal {}{value} into {wanted}", node.line, node.tag()));
    }

    /// Whether all keys differ. Every two that do not are an error of their own.
    fn unique(&mut self, entries: &[(Node, Node)]) -> bool {
        let mut lines: HashMap<&str, Vec<usize>> = HashMap::new();
        for (key, _) in entries {
            if let Content::Scalar(name, _) = &key.content {
                lines.entry(name).or_default().push(key.line);
            }
        }
        let before = self.errors.len();
        for (key, _) in entries {
            let Content::Scalar(name, _) = &key.content else { continue };
            let Some(lines) = lines.get_mut(name.as_str()) else { continue };
            let first = lines.remove(0);
            for line in lines.iter().take(MAX_REPEATED) {
                self.errors.push(format!("line {line}: mapping key {name:?} already defined at line {first}"));
            }
        }
        self.errors.len() == before
    }

    fn string(&mut self, node: &Node) -> String {
        match &node.content {
            Content::Scalar(_, Plain::Null) => String::new(),
            Content::Scalar(text, _) => text.clone(),
            _ => {
                self.unfit(node, STRING);
                String::new()
            }
        }
    }

    fn bool(&mut self, node: &Node) -> bool {
        match &node.content {
            Content::Scalar(_, Plain::Null) => false,
            Content::Scalar(_, Plain::Bool(bool)) => *bool,
            Content::Scalar(text, Plain::Text) => match text.as_str() {
                "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => true,
                "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => false,
                _ => {
                    self.unfit(node, BOOL);
                    false
                }
            },
            _ => {
                self.unfit(node, BOOL);
                false
            }
        }
    }

    fn list<T>(&mut self, node: &Node, wanted: &str, item: impl Fn(&mut Self, &Node) -> T) -> Vec<T> {
        match &node.content {
            Content::Scalar(_, Plain::Null) => Vec::new(),
            Content::Sequence(items) => items.iter().map(|node| item(self, node)).collect(),
            _ => {
                self.unfit(node, wanted);
                Vec::new()
            }
        }
    }

    fn map(&mut self, node: &Node) -> Option<Vec<(String, Any)>> {
        match &node.content {
            Content::Scalar(_, Plain::Null) => None,
            Content::Mapping(entries) => {
                if !self.unique(entries) {
                    return None;
                }
                Some(entries.iter().map(|(key, value)| (self.string(key), self.any(value))).collect())
            }
            _ => {
                self.unfit(node, MAP);
                None
            }
        }
    }

    fn any(&mut self, node: &Node) -> Any {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || match &node.content {
            Content::Scalar(text, plain) => match plain {
                Plain::Null => Any::Null,
                Plain::Bool(bool) => Any::Bool(*bool),
                Plain::Int(number) => Any::Number(number.clone()),
                Plain::Float(float) => match Number::from_f64(*float) {
                    Some(number) => Any::Number(number),
                    None => Any::Special(text.clone()),
                },
                Plain::Text => match timestamp(text) {
                    Some(time) => Any::Special(time),
                    None => Any::String(text.clone()),
                },
            },
            Content::Sequence(items) => Any::List(items.iter().map(|item| self.any(item)).collect()),
            Content::Mapping(entries) => {
                self.unique(entries);
                let strings = entries.iter().all(|(key, _)| key.tag() == "!!str");
                Any::Map(entries.iter().map(|(key, value)| (self.any(key), self.any(value))).collect(), strings)
            }
        })
    }
}

/// A date, or date and time, as RFC 3339 has it.
pub(super) fn timestamp(text: &str) -> Option<String> {
    if !text.as_bytes().get(..5).is_some_and(|head| head[..4].iter().all(u8::is_ascii_digit) && head[4] == b'-') {
        return None;
    }
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Some(format!("{}T00:00:00Z", date.format("%Y-%m-%d")));
    }
    if let Ok(time) = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f") {
        return Some(format!("{}Z", time.format("%Y-%m-%dT%H:%M:%S%.f")));
    }
    let time = DateTime::parse_from_rfc3339(text).ok()?;
    Some(time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
}

impl Any {
    /// As a value of Rego. Mappings in lists must have strings for keys; `path` says where they are in messages.
    pub fn value(&self, path: &mut Vec<String>) -> Result<Value, String> {
        match self {
            Self::List(items) => {
                let items = items.iter().enumerate().map(|(index, item)| {
                    path.push(index.to_string());
                    let value = item.value(path);
                    path.pop();
                    value
                });
                Ok(Value::array(items.collect::<Result<Vec<_>, _>>()?))
            }
            Self::Map(entries, false) => {
                let entries = entries.iter().map(|(key, value)| {
                    let Self::String(key) = key else {
                        return Err(format!("invalid map key type(s): {}", path.join("/")));
                    };
                    path.push(key.clone());
                    let value = value.value(path);
                    path.pop();
                    Ok((Value::string(key), value?))
                });
                Ok(Value::object(entries.collect::<Result<Vec<_>, _>>()?))
            }
            _ => Ok(self.plain()),
        }
    }

    fn plain(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(bool) => Value::Bool(*bool),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Special(text) | Self::String(text) => Value::string(text),
            Self::List(items) => Value::array(items.iter().map(Self::plain)),
            Self::Map(entries, _) => Value::object(entries.iter().map(|(key, value)| {
                let key = match key {
                    Self::String(key) => Value::string(key),
                    key => Value::string(key.plain().to_json()),
                };
                (key, value.plain())
            })),
        }
    }

    /// A field of a mapping.
    pub fn field(&self, name: &str) -> Option<&Self> {
        let Self::Map(entries, _) = self else { return None };
        entries.iter().find(|(key, _)| matches!(key, Self::String(key) if key == name)).map(|(_, value)| value)
    }

    /// The text of a string field, without space around it; empty where there is none.
    pub fn text_field(&self, name: &str) -> &str {
        match self.field(name) {
            Some(Self::String(text)) => text.trim(),
            _ => "",
        }
    }

    /// As Go shows values where a string was expected.
    pub fn shown(&self) -> String {
        match self {
            Self::String(text) => text.clone(),
            Self::Null => "%!s(<nil>)".to_owned(),
            Self::Bool(bool) => format!("%!s(bool={bool})"),
            Self::Number(number) if number.is_integer() => format!("%!s(int={number})"),
            Self::Number(number) => format!("%!s(float64={number})"),
            Self::Special(text) => text.clone(),
            Self::List(items) => format!("[{}]", items.iter().map(Self::shown).collect::<Vec<_>>().join(" ")),
            Self::Map(entries, _) => {
                let mut shown: Vec<String> =
                    entries.iter().map(|(key, value)| format!("{}:{}", key.shown(), value.shown())).collect();
                shown.sort();
                format!("map[{}]", shown.join(" "))
            }
        }
    }
}
