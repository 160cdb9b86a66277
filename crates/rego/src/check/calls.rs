//! Calls of functions that do not exist, should not be called, or have no value.

use std::collections::{BTreeSet, HashMap};

use super::{
    functions::{self, Functions},
    names::is_v1,
    walk::{self, Visit},
};
use crate::{
    ast::{Body, Expr, Head, Module, Node, Term, Var, call_text, ref_text},
    compile::{Capabilities, Compiled},
    error::{Code, Error, Errors},
    types,
};

/// Calls of functions without a value where a value is needed. To be asked for before calls are taken apart.
pub fn void_calls(modules: &[Module], capabilities: Option<&Capabilities>) -> Errors {
    let mut found = Void { capabilities, errors: Errors::new() };
    modules.iter().flat_map(|module| &module.rules).for_each(|rule| walk::rule(rule, &mut found));
    found.errors
}

/// The same for a query.
pub fn query_void_calls(query: &Body, capabilities: Option<&Capabilities>) -> Errors {
    let mut found = Void { capabilities, errors: Errors::new() };
    walk::body(query, &mut found);
    found.errors
}

struct Void<'a> {
    capabilities: Option<&'a Capabilities>,
    errors: Errors,
}

impl Visit<'_> for Void<'_> {
    fn term(&mut self, term: &Term) -> bool {
        if let Node::Call(call) = &term.node
            && let Some(name) = call.first().and_then(Term::dotted_name)
            && self.capabilities.is_none_or(|capabilities| capabilities.builtins.contains(&name))
            && functions::builtin(&name).is_some_and(|signature| signature.result.is_null())
        {
            let message = format!("{} used as value", call_text(call));
            self.errors.push(Error::new(Code::Type, &term.location, message));
        }
        true
    }
}

/// Calls of functions that do not exist, or with a wrong number of operands.
pub fn undefined_functions(compiled: &Compiled) -> Errors {
    let functions = Functions::new(&compiled.modules, &compiled.tree, compiled.capabilities.as_deref());
    let mut found = Undefined { functions: &functions, rewritten: &compiled.rewritten, errors: Errors::new() };
    compiled.modules.iter().flat_map(|module| &module.rules).for_each(|rule| walk::rule(rule, &mut found));
    found.errors
}

/// The same for a query; `rewritten` says what its generated variables were called.
pub fn query_undefined_functions(query: &Body, compiled: &Compiled, rewritten: &HashMap<Var, Var>) -> Errors {
    let functions = Functions::new(&compiled.modules, &compiled.tree, compiled.capabilities.as_deref());
    let mut found = Undefined { functions: &functions, rewritten, errors: Errors::new() };
    walk::body(query, &mut found);
    found.errors
}

struct Undefined<'a> {
    functions: &'a Functions<'a>,
    rewritten: &'a HashMap<Var, Var>,
    errors: Errors,
}

impl Visit<'_> for Undefined<'_> {
    fn expr(&mut self, expr: &Expr) -> bool {
        let Some((Term { node: Node::Ref(operator), .. }, operands)) = expr.as_call() else { return true };
        let count = operands.len();
        let Some(arity) = self.functions.arity(operator) else {
            let message = format!("undefined function {}", self.shown(operator));
            self.errors.push(Error::new(Code::Type, &expr.location, message));
            return false;
        };
        let (fits, given) = match expr.generated {
            true => (expr.is_call_of("eq") || count == arity + 1, count.saturating_sub(1)),
            false => (count == arity || count == arity + 1, count),
        };
        if !fits {
            self.errors.push(self.wrong_arity(expr, operator, arity, given));
        }
        fits
    }
}

impl Undefined<'_> {
    fn wrong_arity(&self, expr: &Expr, operator: &[Term], arity: usize, given: usize) -> Error {
        let operands = expr.as_call().map(|(_, operands)| operands).unwrap_or_default();
        if let Some(error) = types::arity_mismatch(&expr.location, operator, operands) {
            return error;
        }
        let (name, plural) = (self.shown(operator), if given == 1 { "" } else { "s" });
        let message = format!("function {name} has arity {arity}, got {given} argument{plural}");
        Error::new(Code::Type, &expr.location, message)
    }

    fn shown(&self, operator: &[Term]) -> String {
        ref_text(&super::with_original_names(operator, self.rewritten))
    }
}

/// Calls of built-ins that the options forbid.
pub fn unsafe_builtins(modules: &[Module], names: &BTreeSet<String>) -> Errors {
    let mut found = Unsafe { names, errors: Errors::new() };
    if !names.is_empty() {
        modules.iter().flat_map(|module| &module.rules).for_each(|rule| walk::rule(rule, &mut found));
    }
    found.errors
}

/// The same for a query.
pub fn query_unsafe_builtins(query: &Body, names: &BTreeSet<String>) -> Errors {
    let mut found = Unsafe { names, errors: Errors::new() };
    walk::body(query, &mut found);
    found.errors
}

struct Unsafe<'a> {
    names: &'a BTreeSet<String>,
    errors: Errors,
}

impl Visit<'_> for Unsafe<'_> {
    fn expr(&mut self, expr: &Expr) -> bool {
        if let Some((operator, _)) = expr.as_call()
            && let Some(name) = operator.dotted_name()
            && self.names.contains(&name)
        {
            let message = format!("unsafe built-in function calls in expression: {name}");
            self.errors.push(Error::new(Code::Type, &expr.location, message));
        }
        true
    }
}

/// Calls of built-ins that should not be used any more. In modules before v1 they are allowed, unless `strict`.
pub fn deprecated_builtins(modules: &[Module], strict: bool) -> Errors {
    let mut found = Deprecated(Errors::new());
    for module in modules.iter().filter(|module| strict || is_v1(module)) {
        for rule in module.rules.iter().flat_map(super::with_else) {
            found.head(&rule.head);
            walk::body(&rule.body, &mut found);
        }
    }
    found.0
}

/// The same for a query, to be asked for where checks are strict.
pub fn query_deprecated_builtins(query: &Body) -> Errors {
    let mut found = Deprecated(Errors::new());
    walk::body(query, &mut found);
    found.0
}

struct Deprecated(Errors);

impl Deprecated {
    fn head(&mut self, head: &Head) {
        head.reference.iter().for_each(|part| walk::term(part, self));
        walk::head(head, self);
    }

    fn call(&mut self, operator: &Term, location: &crate::ast::Location) {
        if let Some(name) = operator.dotted_name()
            && functions::builtin(&name).is_some_and(|signature| signature.deprecated)
        {
            let message = format!("deprecated built-in function calls in expression: {name}");
            self.0.push(Error::new(Code::Type, location, message));
        }
    }
}

impl Visit<'_> for Deprecated {
    fn expr(&mut self, expr: &Expr) -> bool {
        if let Some((operator, _)) = expr.as_call() {
            self.call(operator, &expr.location);
        }
        true
    }

    fn term(&mut self, term: &Term) -> bool {
        if let Node::Call(call) = &term.node
            && let Some(operator) = call.first()
        {
            self.call(operator, &operator.location);
        }
        true
    }
}
