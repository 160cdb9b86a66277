//! Variables that nobody uses.

use super::{Local, Occurrence, Renaming};
use crate::{
    ast::{Body, Location, Var},
    check::vars::{self, Skip, VarSet},
    error::{Code, Error},
};

impl Renaming<'_> {
    /// Notes variables that are assigned and not mentioned again. Only strict checks ask for it.
    pub(super) fn unused_assigned(&mut self, start: &Location, used: &VarSet) {
        if !self.strict {
            return;
        }
        let is_unused =
            |var: &Var, local: &Local| !var.is_wildcard() && local.count <= 1 && !self.is_used(&local.name, used);
        let unused = self.find_unused(Occurrence::Assigned, "assigned", start, is_unused);
        self.unused.extend(unused);
    }

    /// Notes variables that are declared and not mentioned in the body, which is rewritten already.
    pub(super) fn unused_declared(&mut self, body: &Body, start: &Location, used: &VarSet) {
        if !self.scopes.innermost().0.values().any(|local| local.occurrence == Occurrence::Declared) {
            return;
        }
        let mentioned = vars::of_body(body, Skip::NOTHING);
        let is_unused = |var: &Var, local: &Local| {
            !var.is_generated() && !mentioned.contains(&local.name) && !self.is_used(&local.name, used)
        };
        let unused = self.find_unused(Occurrence::Declared, "declared", start, is_unused);
        self.unused.extend(unused);
    }

    /// Whether a new name is that of a variable in `used`.
    fn is_used(&self, name: &Var, used: &VarSet) -> bool {
        used.contains(name) || used.iter().any(|var| self.scopes.find(var).is_some_and(|local| local.name == *name))
    }

    fn find_unused(
        &self,
        occurrence: Occurrence,
        word: &str,
        start: &Location,
        is_unused: impl Fn(&Var, &Local) -> bool,
    ) -> Vec<Error> {
        // One mistake is told at a time: a variable that cannot be declared is often unused as well.
        if !self.errors.is_empty() || !self.unused.is_empty() {
            return Vec::new();
        }
        let locals = self.scopes.innermost().0.iter();
        let mut unused: Vec<_> = locals
            .filter(|(var, local)| local.occurrence == occurrence && is_unused(var, local))
            .map(|(var, local)| {
                let location = local.place.as_ref().unwrap_or(start);
                Error::new(Code::Compile, location, format!("{word} var {var} unused"))
            })
            .collect();
        crate::error::sort(&mut unused);
        unused
    }
}
