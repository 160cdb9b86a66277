//! Names to what they stand for: imports and rules to full references, local variables to names of their own, nested
//! calls to expressions, so that the later stages know one form of everything.

pub(crate) mod calls;
pub(crate) mod locals;
pub(crate) mod names;
pub(crate) mod print;
pub(crate) mod templates;

use std::collections::HashMap;

use crate::ast::{Location, Node, Term, Var};

/// Makes up names for variables.
#[derive(Clone, Debug)]
pub(crate) struct Generator {
    prefix: &'static str,
    next: usize,
    /// Terms that variables were put in the place of, for messages.
    pub subjects: HashMap<Var, Node>,
}

impl Generator {
    /// For modules.
    pub fn for_modules() -> Self {
        Self { prefix: "__local", next: 0, subjects: HashMap::new() }
    }

    /// For queries, which must not meet the names in modules.
    pub fn for_query() -> Self {
        Self { prefix: "__localq", next: 0, subjects: HashMap::new() }
    }

    /// A new name.
    pub fn var(&mut self) -> Var {
        self.next += 1;
        Var::new(format!("{}{}__", self.prefix, self.next - 1))
    }

    /// Puts a variable in the place of a term, and gives the term.
    pub fn replace(&mut self, term: &mut Term) -> Term {
        let var = self.var();
        let name = Term::var(var.as_str(), &term.location);
        self.subjects.insert(var, term.node.clone());
        std::mem::replace(term, name)
    }

    /// A term of a new name.
    pub fn term(&mut self, location: &Location) -> Term {
        let var = self.var();
        Term::var(var.as_str(), location)
    }
}
