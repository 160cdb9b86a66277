//! Local variables get names that are used nowhere else: `x := 1; f(x)` is `__local0__ = 1; f(__local0__)`.

mod rule;
mod statement;
mod term;
mod unused;

pub(crate) use self::rule::modules;
use super::{
    Names,
    scope::{Local, Occurrence, Scope, Scopes},
};
use crate::{
    ast::{Body, Location, Var},
    check::vars::VarSet,
    error::{Code, Error, Errors},
};

/// Renames the variables of one rule or query.
struct Renaming<'n> {
    names: &'n mut Names,
    scopes: Scopes,
    strict: bool,
    errors: Errors,
    /// Variables nobody uses. They are told beside what later stages find.
    unused: Errors,
}

/// Renames the local variables of a query.
pub(crate) fn query(query: &mut Body, names: &mut Names, strict: bool) -> Errors {
    let mut renaming = Renaming::new(names, Scopes::default(), strict);
    renaming.body(query, &VarSet::new());
    let mut errors = renaming.errors;
    errors.append(&mut renaming.unused);
    errors
}

impl<'n> Renaming<'n> {
    fn new(names: &'n mut Names, scopes: Scopes, strict: bool) -> Self {
        Self { names, scopes, strict, errors: Errors::new(), unused: Errors::new() }
    }

    fn error(&mut self, location: &Location, message: impl Into<String>) {
        self.errors.push(Error::new(Code::Compile, location, message));
    }

    /// Gives a variable a new name. An error if it is known in this body already.
    fn declare(&mut self, var: &Var, occurrence: Occurrence, place: Option<&Location>) -> Result<Var, String> {
        match self.scopes.innermost().0.get(var).map(|local| local.occurrence) {
            Some(Occurrence::Seen) => return Err(format!("var {var} referenced above")),
            Some(Occurrence::Assigned) => return Err(format!("var {var} assigned above")),
            Some(Occurrence::Declared) => return Err(format!("var {var} declared above")),
            Some(Occurrence::Argument) => return Err(format!("arg {var} redeclared")),
            None => {}
        }
        let name = self.names.fresh();
        self.insert(var, &name, occurrence, place);
        Ok(name)
    }

    fn insert(&mut self, var: &Var, name: &Var, occurrence: Occurrence, place: Option<&Location>) {
        self.names.rewritten.insert(name.clone(), var.clone());
        let local = Local { name: name.clone(), occurrence, count: 1, place: place.cloned() };
        self.scopes.insert(var.clone(), local);
    }

    /// A body with variables of its own.
    fn inner<T>(&mut self, rename: impl FnOnce(&mut Self) -> T) -> (T, Scope) {
        self.scopes.push();
        let result = rename(self);
        (result, self.scopes.pop())
    }
}
