//! What is already known within a query, for one scope.

use std::{collections::HashMap, hash::BuildHasherDefault};

use rustc_hash::FxHasher;

use crate::value::Value;

type Map<K, V> = HashMap<K, V, BuildHasherDefault<FxHasher>>;

/// Results of rules and functions.
#[derive(Default)]
pub(crate) struct Memo {
    /// Values of whole documents; None for undefined ones.
    pub documents: Map<usize, Option<Value>>,
    /// Parts of documents, by their leading keys.
    pub parts: Map<(usize, Vec<Value>), Value>,
    /// Values of functions, by their arguments.
    pub calls: Map<(usize, Vec<Value>), Option<Value>>,
}
