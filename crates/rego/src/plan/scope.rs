//! Which variable is in which slot, and which have a value.

use std::collections::{HashMap, HashSet};

use super::Slot;
use crate::{
    ast::{Location, Term, Var},
    error::{Code, Error, Errors},
    plan::Program,
};

/// The state of planning one frame.
pub(super) struct Frame<'c> {
    pub program: &'c Program,
    slots: HashMap<Var, Slot>,
    bound: HashSet<Slot>,
    count: usize,
    pub errors: Errors,
}

impl<'c> Frame<'c> {
    pub fn new(program: &'c Program) -> Self {
        Self { program, slots: HashMap::new(), bound: HashSet::new(), count: 0, errors: Vec::new() }
    }

    /// How many slots the frame needs.
    pub fn size(&self) -> usize {
        self.count
    }

    /// A slot without a name.
    pub fn fresh(&mut self) -> Slot {
        self.count += 1;
        self.count - 1
    }

    /// The slot of a variable.
    pub fn slot(&mut self, var: &Var) -> Slot {
        if let Some(slot) = self.slots.get(var) {
            return *slot;
        }
        let slot = self.fresh();
        self.slots.insert(var.clone(), slot);
        slot
    }

    /// The slot of a variable that has a value.
    pub fn bound_slot(&self, var: &Var) -> Option<Slot> {
        self.slots.get(var).copied().filter(|slot| self.bound.contains(slot))
    }

    /// All variables that have a value.
    pub fn bound_vars(&self) -> impl Iterator<Item = (&Var, Slot)> {
        self.slots.iter().filter(|(_, slot)| self.bound.contains(slot)).map(|(var, slot)| (var, *slot))
    }

    pub fn is_bound(&self, var: &Var) -> bool {
        is_root(var) || self.bound_slot(var).is_some()
    }

    /// Notes that a variable has a value from here on.
    pub fn bind(&mut self, var: &Var) -> Slot {
        let slot = self.slot(var);
        self.bound.insert(slot);
        slot
    }

    /// Plans something whose variables are its own.
    pub fn inner<T>(&mut self, plan: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.bound.clone();
        let result = plan(self);
        self.bound = before;
        result
    }

    pub fn fail(&mut self, location: &Location, message: impl Into<String>) {
        self.errors.push(Error::new(Code::Internal, location, message));
    }

    pub fn unordered(&mut self, term: &Term) {
        let message = format!("{term} is needed before it has a value");
        self.fail(&term.location, message);
    }
}

/// Whether a variable is one of the documents that every policy knows.
pub(super) fn is_root(var: &Var) -> bool {
    matches!(var.as_str(), "data" | "input")
}
