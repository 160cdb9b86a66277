//! Types of documents and functions by path.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use super::lattice::{Dynamic, Object, Type};
use crate::{
    ast::{Node, Term},
    value::Value,
};

/// A document's type, or those of the documents below it.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    value: Option<Type>,
    children: BTreeMap<Value, Tree>,
    extent: OnceLock<Type>,
}

/// A term as a key: a literal, or the variable that a reference begins with, by its name.
pub(super) fn key_of(term: &Term) -> Option<Value> {
    match &term.node {
        Node::Var(_) => None,
        Node::Ref(_) | Node::Call(_) | Node::Template(_) | Node::Not(_) => None,
        _ => term.to_value(),
    }
}

/// The path of a reference as far as it is made of literals; first the name it begins with.
pub(super) fn ground_path(reference: &[Term]) -> Vec<Value> {
    let Some((head, rest)) = reference.split_first() else { return Vec::new() };
    let head = head.as_var().map(|var| Value::String(var.to_text()));
    head.into_iter().chain(rest.iter().map_while(key_of)).collect()
}

/// A literal as JSON has it, so that sets are arrays and keys are texts.
pub(super) fn json_key(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::array(items.iter().map(json_key)),
        Value::Set(items) => Value::array(items.iter().map(json_key)),
        Value::Object(object) => Value::object(object.iter().map(|(key, value)| {
            let key = match key {
                Value::String(_) => key.clone(),
                other => Value::string(json_key(other).to_json()),
            };
            (key, json_key(value))
        })),
        other => other.clone(),
    }
}

impl Tree {
    pub fn value(&self) -> Option<&Type> {
        self.value.as_ref()
    }

    pub fn child(&self, key: &Value) -> Option<&Tree> {
        self.children.get(key)
    }

    pub fn children(&self) -> impl Iterator<Item = (&Value, &Tree)> {
        self.children.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.children.is_empty() && self.value.is_none()
    }

    /// The type of the whole document.
    pub fn extent(&self) -> Type {
        if let Some(value) = &self.value {
            return value.clone();
        }
        let whole = || {
            let simple = |key: &Value| matches!(key, Value::String(_) | Value::Number(_) | Value::Bool(_));
            let children = self.children.iter().filter(|(key, _)| simple(key));
            let properties = children.map(|(key, child)| (key.clone(), Some(child.extent()))).collect();
            // Base documents may stand beside the rules.
            Type::object(properties, Some(Dynamic { key: Some(Type::String), value: Some(Type::Any) }))
        };
        self.extent.get_or_init(whole).clone()
    }

    fn enter(&mut self, key: &Value) -> &mut Tree {
        self.extent = OnceLock::new();
        self.children.entry(key.clone()).or_default()
    }

    /// Makes sure that the path exists.
    pub fn touch(&mut self, path: &[Value]) -> &mut Tree {
        path.iter().fold(self, |tree, key| tree.enter(key))
    }

    /// Gives the document a type.
    pub fn put(&mut self, path: &[Value], of: Type) {
        let tree = self.touch(path);
        tree.value = Some(of);
        tree.extent = OnceLock::new();
    }

    /// Adds a type to what is known of a document and of those around it.
    pub fn insert(&mut self, path: &[Value], of: &Type) {
        let mut tree = self;
        for (at, key) in path.iter().enumerate() {
            tree = tree.enter(key);
            let rest = &path[at + 1..];
            if let (false, Some(Type::Object(object))) = (rest.is_empty(), tree.value.as_ref().map(Type::unrolled)) {
                tree.value = Some(insert_into(&object, rest, of));
            }
        }
        tree.extent = OnceLock::new();
        let mut merged = merge(tree.value.take(), of.clone());
        if matches!(of.unrolled(), Type::Object(_)) {
            for (path, of) in tree.leaves() {
                if let Type::Object(object) = merged.unrolled() {
                    merged = insert_into(&object, &path, &of);
                }
            }
        }
        tree.value = Some(merged);
    }

    /// All documents below that have a type, by path.
    fn leaves(&self) -> Vec<(Vec<Value>, Type)> {
        let mut found = Vec::new();
        let mut open: Vec<(Vec<Value>, &Tree)> =
            self.children.iter().map(|(key, child)| (vec![key.clone()], child)).collect();
        while let Some((path, tree)) = open.pop() {
            match &tree.value {
                Some(of) => found.push((path, of.clone())),
                None => open.extend(tree.children.iter().map(|(key, child)| {
                    let path = path.iter().chain([key]).cloned().collect();
                    (path, child)
                })),
            }
        }
        found
    }
}

/// Adds a property at a path below an object, whose keys are then no longer known.
fn insert_into(object: &Arc<Object>, path: &[Value], of: &Type) -> Type {
    let Some((key, rest)) = path.split_first() else { return Type::Object(object.clone()) };
    let inner = match rest {
        [] => of.clone(),
        rest => rest.iter().rev().fold(of.clone(), |inner, key| Type::map(Some(key_type(key)), Some(inner))),
    };
    let known = object.dynamic.clone();
    let (known_key, known_value) = known.map(|known| (known.key, known.value)).unwrap_or_default();
    let dynamic = Dynamic { key: Type::or(known_key, Some(key_type(key))), value: Type::or(known_value, Some(inner)) };
    Type::object(object.properties.clone(), Some(dynamic))
}

fn key_type(key: &Value) -> Type {
    match key {
        Value::Set(set) => Type::set(Type::one_of(set.iter().map(key_type))),
        other => Type::of_json(other),
    }
}

/// Joins the types of two definitions of one document.
fn merge(known: Option<Type>, of: Type) -> Type {
    let Some(known) = known else { return of };
    match (known.unrolled(), of.unrolled()) {
        (Type::Object(a), Type::Object(b)) if a.properties.is_empty() && b.properties.is_empty() => {
            match (&a.dynamic, &b.dynamic) {
                (None, _) => of,
                (_, None) => known,
                (Some(x), Some(y)) => {
                    let value = match (x.value.clone(), y.value.clone()) {
                        (known, Some(of)) => Some(merge(known, of)),
                        (known, None) => known,
                    };
                    Type::map(Type::or(x.key.clone(), y.key.clone()), value)
                }
            }
        }
        (Type::Object(object), Type::Union(union)) | (Type::Union(union), Type::Object(object)) => {
            merge_into_union(&union.of, &object).unwrap_or_else(|| join(known, of))
        }
        (Type::Set(a), Type::Set(b)) => Type::set(Type::or(a.of.clone(), b.of.clone())),
        _ => join(known, of),
    }
}

/// Functions of different arity do not join; the first one counts.
fn join(known: Type, of: Type) -> Type {
    Type::or(Some(known.clone()), Some(of)).unwrap_or(known)
}

/// Joins an object of unknown keys with the first such one of a union.
fn merge_into_union(union: &[Type], object: &Object) -> Option<Type> {
    let dynamic = object.dynamic.as_ref().filter(|_| object.properties.is_empty())?;
    let open = |of: &Type| match of {
        Type::Object(object) if object.properties.is_empty() => object.dynamic.clone(),
        _ => None,
    };
    let (at, other) = union.iter().enumerate().find_map(|(at, of)| Some((at, open(of)?)))?;
    let joined = Type::map(Type::or(other.key, dynamic.key.clone()), Type::or(other.value, dynamic.value.clone()));
    let rest = union.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, of)| of.clone());
    Type::one_of(rest.chain([joined]))
}
