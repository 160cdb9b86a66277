//! Which local variables are known, and under which unique names.

use std::collections::HashMap;

use crate::ast::{Location, Var};

/// How a variable became known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Occurrence {
    /// As a parameter.
    Argument,
    /// By being mentioned.
    Seen,
    /// By `:=`.
    Assigned,
    /// By `some` or `every`.
    Declared,
}

/// A known variable.
#[derive(Clone, Debug)]
pub(super) struct Local {
    /// Its unique name; the old one, if it keeps that.
    pub name: Var,
    /// How it became known.
    pub occurrence: Occurrence,
    /// How often it was met.
    pub count: usize,
    /// The statement that declared it.
    pub place: Option<Location>,
}

/// The variables of one body, by the name in the text.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope(pub HashMap<Var, Local>);

/// The bodies around, the innermost last.
#[derive(Clone, Debug)]
pub(super) struct Scopes(Vec<Scope>);

impl Default for Scopes {
    fn default() -> Self {
        Self(vec![Scope::default()])
    }
}

impl Scopes {
    pub fn push(&mut self) {
        self.0.push(Scope::default());
    }

    pub fn pop(&mut self) -> Scope {
        self.0.pop().unwrap_or_default()
    }

    /// The innermost body.
    pub fn innermost(&self) -> &Scope {
        self.0.last().expect("there is always one scope")
    }

    /// Adds a variable to the innermost body.
    pub fn insert(&mut self, var: Var, local: Local) {
        self.0.last_mut().expect("there is always one scope").0.insert(var, local);
    }

    /// The variable as the innermost body that knows it does.
    pub fn find(&self, var: &Var) -> Option<&Local> {
        self.0.iter().rev().find_map(|scope| scope.0.get(var))
    }

    /// The same, and counts the use.
    pub fn see(&mut self, var: &Var) -> Option<Var> {
        let local = self.0.iter_mut().rev().find_map(|scope| scope.0.get_mut(var))?;
        local.count += 1;
        Some(local.name.clone())
    }
}

impl Local {
    /// A variable that keeps its name.
    pub fn seen(var: &Var) -> Self {
        Self { name: var.clone(), occurrence: Occurrence::Seen, count: 1, place: None }
    }
}
