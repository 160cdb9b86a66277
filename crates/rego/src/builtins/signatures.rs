//! Names and properties of all built-ins.

use std::{collections::HashMap, sync::LazyLock};

use serde::Deserialize;

/// What is known of a built-in.
#[derive(Debug, Clone, Deserialize)]
pub struct Signature {
    /// Its full name.
    pub name: String,
    /// How it is written between its operands.
    pub infix: Option<String>,
    /// Whether it has several values.
    #[serde(default)]
    pub relation: bool,
    /// Whether it may give another value each time.
    #[serde(default)]
    pub nondeterministic: bool,
    /// Its type.
    pub decl: Declaration,
}

/// The type of a built-in, in the form that `opa capabilities` prints.
#[derive(Debug, Clone, Deserialize)]
pub struct Declaration {
    /// Types of the operands.
    #[serde(default)]
    pub args: Vec<serde_json::Value>,
    /// Type of the operands behind those.
    pub variadic: Option<serde_json::Value>,
    /// Type of the value; None where there is none.
    pub result: Option<serde_json::Value>,
}

/// The signature of a built-in.
pub fn find(name: &str) -> Option<&'static Signature> {
    all().get(name)
}

/// How many operands a built-in takes; None for unknown ones and those that take any number.
pub fn arity(name: &str) -> Option<usize> {
    find(name).filter(|signature| signature.decl.variadic.is_none()).map(|signature| signature.decl.args.len())
}

/// All signatures by name.
pub fn all() -> &'static HashMap<String, Signature> {
    static ALL: LazyLock<HashMap<String, Signature>> = LazyLock::new(|| {
        let list: Vec<Signature> =
            serde_json::from_str(include_str!("signatures.json")).expect("the list of built-ins is JSON");
        list.into_iter().map(|signature| (signature.name.clone(), signature)).collect()
    });
    &ALL
}
