//! The values that variables can have, where these are known: `some x in ["a", "b"]` makes `data[x]` two references.

use std::collections::HashMap;

use crate::{
    ast::{Body, Expr, Node, Term, Var},
    value::Value,
};

/// How many references one with variables may become. Where it would be more, the variables stay.
const MAX: usize = 64;

/// Known values of variables.
type Known<'b> = HashMap<&'b Var, Vec<Value>>;

/// The variables of a body that range over constants, with the position of the expression that says so. An
/// expression counts only if everything it reads is known before it: then no reordering moves it behind.
pub(super) fn bindings(body: &Body) -> Vec<(usize, &Var, Vec<Value>)> {
    let mut known = Known::new();
    let mut found = Vec::new();
    for (at, expr) in body.iter().enumerate() {
        if let Some((var, values)) = binding(expr, &known)
            && !known.contains_key(var)
        {
            known.insert(var, values.clone());
            found.push((at, var, values));
        }
    }
    found
}

/// What is known before the expression at a position.
pub(super) fn known_before<'b>(bindings: &[(usize, &'b Var, Vec<Value>)], at: usize) -> Known<'b> {
    let before = bindings.iter().take_while(|(index, ..)| *index < at);
    before.map(|(_, var, values)| (*var, values.clone())).collect()
}

fn binding<'b>(expr: &'b Expr, known: &Known<'_>) -> Option<(&'b Var, Vec<Value>)> {
    let (_, [left, right]) = expr.as_call()? else { return None };
    if expr.negated || !expr.with.is_empty() || !expr.is_call_of("eq") {
        return None;
    }
    let bound = |var: &'b Term, value: &Term| Some((var.as_var()?, term_values(value, known)?));
    bound(left, right).or_else(|| bound(right, left))
}

fn term_values(term: &Term, known: &Known<'_>) -> Option<Vec<Value>> {
    match &term.node {
        Node::Var(var) => known.get(var).cloned(),
        Node::Ref(reference) => ref_values(reference, known),
        _ => Some(vec![term.to_value()?]),
    }
}

fn ref_values(reference: &[Term], known: &Known<'_>) -> Option<Vec<Value>> {
    let (head, path) = reference.split_first()?;
    let mut values = term_values(head, known)?;
    for part in path {
        values = match part.to_value() {
            Some(key) => values.iter().filter_map(|value| value.get(&key).cloned()).collect(),
            None => values.iter().map(members).collect::<Option<Vec<_>>>()?.concat(),
        };
        if values.len() > MAX {
            return None;
        }
    }
    Some(values)
}

/// The members of a collection.
pub(super) fn members(collection: &Value) -> Option<Vec<Value>> {
    Some(match collection {
        Value::Array(items) => items.to_vec(),
        Value::Set(set) => set.iter().cloned().collect(),
        Value::Object(object) => object.iter().map(|(_, value)| value.clone()).collect(),
        _ => return None,
    })
}

/// The references that this one can be: at least one.
pub(super) fn expand(reference: &[Term], known: &Known<'_>) -> Vec<Vec<Term>> {
    let mut expanded = vec![reference.to_vec()];
    for (at, part) in reference.iter().enumerate().skip(1) {
        if part.is_ground_literal() {
            continue;
        }
        let Some(values) = term_values(part, known) else { continue };
        // No value means that the body never holds, but then nothing must be left out either.
        if values.is_empty() || expanded.len() * values.len() > MAX {
            continue;
        }
        let with = |reference: &Vec<Term>, value: &Value| {
            let mut reference = reference.clone();
            reference[at] = Term::from_value(value, &part.location);
            reference
        };
        expanded = expanded.iter().flat_map(|one| values.iter().map(move |value| with(one, value))).collect();
    }
    expanded
}
