//! Fields that are selected under one name have to be the same field.

use std::collections::BTreeSet;

use super::{
    node::{Kind, Problem, child, flag, list, named, text, type_text},
    schema::Definition,
    walk::Walker,
};
use crate::{builtins::Failure, value::Value};

/// A field and the type it is selected on.
#[derive(Clone, Copy)]
struct Selected<'d> {
    node: &'d Value,
    on: &'d Definition,
}

/// What one comparison of fields remembers.
#[derive(Default)]
struct Compared(BTreeSet<(usize, usize, bool)>);

fn response_name(field: &Value) -> &str {
    match text(field, "Alias") {
        "" => text(field, "Name"),
        alias => alias,
    }
}

impl<'d> Walker<'d, '_, '_> {
    /// Reports fields of a selection that cannot be merged.
    pub(super) fn check_overlap(&mut self, on: Option<&'d Definition>, selections: &'d [Value]) -> Result<(), Failure> {
        let mut fields = Vec::new();
        self.collect(on, selections, &mut fields, &mut BTreeSet::new());
        let mut compared = Compared::default();
        for (at, a) in fields.iter().enumerate() {
            for b in &fields[at + 1..] {
                if let Some(why) = self.conflict(*a, *b, false, &mut compared)? {
                    let name = response_name(a.node);
                    let message = format!(
                        "Fields \"{name}\" conflict because {why}. Use different aliases on the fields to fetch both \
                         if this was intentional."
                    );
                    let problem = Problem::at(b.node, message);
                    if !self.problems.contains(&problem) {
                        self.problems.push(problem);
                    }
                }
            }
        }
        Ok(())
    }

    fn collect(
        &self,
        on: Option<&'d Definition>,
        selections: &'d [Value],
        into: &mut Vec<Selected<'d>>,
        seen: &mut BTreeSet<&'d str>,
    ) {
        for node in selections {
            if node.field("Alias").is_some() {
                into.extend(on.map(|on| Selected { node, on }));
                continue;
            }
            let fragment = match node.field("TypeCondition") {
                Some(_) => node,
                None => match named(list(self.document, "Fragments"), text(node, "Name")) {
                    Some(fragment) if seen.insert(text(fragment, "Name")) => fragment,
                    _ => continue,
                },
            };
            let on = match text(fragment, "TypeCondition") {
                "" => on,
                name => self.schema.types.get(name),
            };
            stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
                self.collect(on, list(fragment, "SelectionSet"), into, seen);
            });
        }
    }

    /// Why two fields cannot be one. `exclusive` fields are never in one object.
    fn conflict(
        &self,
        a: Selected<'d>,
        b: Selected<'d>,
        exclusive: bool,
        compared: &mut Compared,
    ) -> Result<Option<String>, Failure> {
        self.cx.check()?;
        if response_name(a.node) != response_name(b.node) || std::ptr::eq(a.node, b.node) {
            return Ok(None);
        }
        let definition = |field: Selected<'d>| named(&field.on.fields, text(field.node, "Name"));
        let (a_definition, b_definition) = (definition(a), definition(b));
        let known = a_definition.is_some() && b_definition.is_some();
        let objects = a.on.kind == "OBJECT" && b.on.kind == "OBJECT";
        let exclusive = exclusive || (a.on.name != b.on.name && objects && known);
        let key = (std::ptr::from_ref(a.node).addr(), std::ptr::from_ref(b.node).addr(), exclusive);
        if !compared.0.insert(key) {
            return Ok(None);
        }
        if !exclusive {
            let (a_name, b_name) = (text(a.node, "Name"), text(b.node, "Name"));
            if a_name != b_name {
                return Ok(Some(format!("\"{a_name}\" and \"{b_name}\" are different fields")));
            }
            if !same_arguments(list(a.node, "Arguments"), list(b.node, "Arguments")) {
                return Ok(Some("they have differing arguments".to_owned()));
            }
        }
        let kinds = a_definition
            .and_then(|field| child(field, "Type"))
            .zip(b_definition.and_then(|field| child(field, "Type")));
        if let Some((a_kind, b_kind)) = kinds.filter(|(a, b)| self.types_conflict(a, b)) {
            let (a_kind, b_kind) = (type_text(a_kind), type_text(b_kind));
            return Ok(Some(format!("they return conflicting types \"{a_kind}\" and \"{b_kind}\"")));
        }
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.inner_conflicts(a, b, exclusive, compared))
    }

    fn inner_conflicts(
        &self,
        a: Selected<'d>,
        b: Selected<'d>,
        exclusive: bool,
        compared: &mut Compared,
    ) -> Result<Option<String>, Failure> {
        let inner = |field: Selected<'d>| {
            let mut fields = Vec::new();
            let on = self.field_type(field.on, field.node);
            self.collect(on, list(field.node, "SelectionSet"), &mut fields, &mut BTreeSet::new());
            fields
        };
        let (a_fields, b_fields) = (inner(a), inner(b));
        let mut found = Vec::new();
        for a in &a_fields {
            for b in &b_fields {
                if let Some(why) = self.conflict(*a, *b, exclusive, compared)? {
                    found.push(format!("subfields \"{}\" conflict because {why}", response_name(a.node)));
                }
            }
        }
        Ok((!found.is_empty()).then(|| found.join(" and ")))
    }

    fn types_conflict(&self, a: &Value, b: &Value) -> bool {
        match (child(a, "Elem"), child(b, "Elem")) {
            (Some(a), Some(b)) => stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.types_conflict(a, b)),
            (None, None) => {
                let leaf = |kind: &Value| self.schema.types.get(text(kind, "NamedType")).filter(|of| of.is_leaf());
                let leaves = leaf(a).zip(leaf(b));
                flag(a, "NonNull") != flag(b, "NonNull") || leaves.is_some_and(|(a, b)| a.name != b.name)
            }
            _ => true,
        }
    }
}

fn same_arguments(a: &[Value], b: &[Value]) -> bool {
    let same = |a: &Value, b: &Value| {
        text(a, "Name") == text(b, "Name")
            && child(a, "Value").zip(child(b, "Value")).is_some_and(|(a, b)| same_literal(a, b))
    };
    a.len() == b.len() && a.iter().all(|a| b.iter().any(|b| same(a, b)))
}

fn same_literal(a: &Value, b: &Value) -> bool {
    let children = |literal: &Value| {
        let mut children = list(literal, "Children").to_vec();
        if Kind::of(literal) == Kind::Object {
            children.sort_by(|a, b| text(a, "Name").cmp(text(b, "Name")));
        }
        children
    };
    let (a_children, b_children) = (children(a), children(b));
    Kind::of(a) == Kind::of(b)
        && text(a, "Raw") == text(b, "Raw")
        && a_children.len() == b_children.len()
        && a_children.iter().zip(&b_children).all(|(a, b)| {
            let values = child(a, "Value").zip(child(b, "Value"));
            text(a, "Name") == text(b, "Name")
                && values.is_some_and(|(a, b)| stacker::maybe_grow(64 * 1024, 1024 * 1024, || same_literal(a, b)))
        })
}
