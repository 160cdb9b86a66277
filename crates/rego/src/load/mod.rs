//! Policies and data from files, folders and bundles, mounted as `opa eval -d` and `-b` mount them.

mod bundle;
mod documents;
mod files;

use std::{fmt, io, path::Path};

use crate::{
    builtins::json,
    value::{JsonError, Object, Value},
};

pub use bundle::bundle;
pub use files::files;

/// The text of a module that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleText {
    /// Path of the file, by which errors name it.
    pub name: String,
    /// What is in it.
    pub text: String,
    /// The version of Rego that a bundle says it is written in: 0 or 1.
    pub rego_version: Option<u8>,
}

/// All that was found.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// Modules in the order in which they were found.
    pub modules: Vec<ModuleText>,
    /// Documents, merged; an object.
    pub data: Value,
    /// `roots` of the bundle's manifest: the paths below which a bundle has all data and policies.
    pub roots: Vec<String>,
}

/// How files are loaded.
#[derive(Debug, Clone)]
pub struct Options {
    /// Names of files and folders that are left out: `*_test.rego`. They do not apply to paths that are named.
    pub ignore: Vec<String>,
    /// How large one file may be, in bytes.
    pub max_file: u64,
    /// How large all files may be together, in bytes.
    pub max_total: u64,
    /// Load bundles that are signed, although signatures are not verified.
    pub skip_verify: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { ignore: Vec::new(), max_file: 1 << 30, max_total: 4 << 30, skip_verify: false }
    }
}

/// Why one file could not be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    /// The path, as far as it is known.
    pub path: String,
    /// Line and column, from 1, where a text is wrong.
    pub position: Option<(usize, usize)>,
    /// What was wrong, with the path, in OPA's words.
    pub message: String,
}

/// All that was wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadErrors(pub Vec<LoadError>);

impl fmt::Display for LoadErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            [one] => write!(f, "1 error occurred during loading: {}", one.message),
            many => {
                write!(f, "{} errors occurred during loading:", many.len())?;
                many.iter().try_for_each(|error| write!(f, "\n{}", error.message))
            }
        }
    }
}

impl std::error::Error for LoadErrors {}

impl LoadError {
    fn new(path: &str, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), position: None, message: message.into() }
    }

    /// `open a.json: permission denied`
    fn io(action: &str, path: &str, error: &io::Error) -> Self {
        let text = error.to_string();
        let reason = text.split(" (os error").next().unwrap_or_default();
        let mut chars = reason.chars();
        let reason: String = chars.next().into_iter().flat_map(char::to_lowercase).chain(chars).collect();
        Self::new(path, format!("{action} {path}: {reason}"))
    }
}

/// What a file is, by the end of its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Rego,
    Json,
    Yaml,
    Archive,
    Other,
}

impl Kind {
    fn of(path: &str) -> Self {
        match Path::new(path).extension().and_then(|extension| extension.to_str()) {
            Some("rego") => Self::Rego,
            Some("json") => Self::Json,
            Some("yaml" | "yml") => Self::Yaml,
            _ if path.ends_with(".tar.gz") => Self::Archive,
            _ => Self::Other,
        }
    }
}

/// Text without a byte order mark. What is no UTF-8 becomes U+FFFD.
fn text_of(bytes: Vec<u8>) -> String {
    let text = String::from_utf8(bytes).unwrap_or_else(|error| crate::builtins::encoding::lossy(error.as_bytes()));
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

fn json_document(path: &str, text: &str) -> Result<Value, LoadError> {
    json::parse(text).map_err(|why| LoadError {
        position: Value::from_json(text).err().map(|JsonError { line, column, .. }| (line, column)),
        ..LoadError::new(path, format!("{path}: {why}"))
    })
}

fn yaml_document(path: &str, text: &str) -> Result<Value, LoadError> {
    Value::from_yaml(text).map_err(|error| LoadError {
        position: (error.line > 0).then_some((error.line, 1)),
        ..LoadError::new(path, format!("{path}: error converting YAML to JSON: {error}"))
    })
}

/// A document below `parents`; None if the root would be no object.
fn mounted(parents: &[String], document: Value) -> Option<Object> {
    let whole = parents.iter().rev().fold(document, |inner, name| Value::object([(name.as_str().into(), inner)]));
    match whole {
        Value::Object(object) => Some((*object).clone()),
        _ => None,
    }
}
