//! Names that rules, parameters, variables and imports must not have.

use std::collections::HashMap;

use super::walk::{self, Visit};
use crate::{
    ast::{Body, Expr, Import, Module, Node, RegoVersion, Rule, Term, Var},
    error::{Code, Error, Errors},
};

/// Rules, parameters and variables named `input` or `data`. In modules before v1 they are allowed, unless `strict`.
pub fn keywords(modules: &[Module], strict: bool) -> Errors {
    modules.iter().filter(|module| strict || is_v1(module)).flat_map(module_keywords).collect()
}

/// Variables named `input` or `data` in a query: wrong where checks are strict.
pub fn query_keywords(query: &Body) -> Errors {
    let mut found = Assigned(Errors::new());
    walk::body(query, &mut found);
    found.0
}

/// Names that are imported twice. In modules before v1 they are allowed, unless `strict`.
pub fn duplicate_imports(modules: &[Module], strict: bool) -> Errors {
    modules.iter().filter(|module| strict || is_v1(module)).flat_map(module_duplicates).collect()
}

/// Imports of the module whose name is never used, to be asked for where checks are strict.
pub fn unused_imports(module: &Module, is_used: impl Fn(&Var) -> bool) -> Errors {
    let keyword = |import: &Import| {
        let root = import.path.as_ref_term().and_then(<[Term]>::first).and_then(Term::as_var);
        root.is_some_and(|root| matches!(root.as_str(), "future" | "rego"))
    };
    let unused = module
        .imports
        .iter()
        .filter(|import| !keyword(import) && import_name(import).is_some_and(|name| !is_used(&name)));
    unused.map(|import| Error::new(Code::Compile, &import.location, format!("{import} unused"))).collect()
}

/// The name that an import gives to what it imports.
pub(crate) fn import_name(import: &Import) -> Option<Var> {
    if let Some(alias) = &import.alias {
        return Some(alias.clone());
    }
    match &import.path.node {
        Node::Var(var) => Some(var.clone()),
        Node::Ref(terms) => match &terms.last()?.node {
            Node::Var(var) => Some(var.clone()),
            Node::String(text) => Some(Var::new(text)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether the rules of version 1 count for the module.
pub(crate) fn is_v1(module: &Module) -> bool {
    module.version > RegoVersion::V0
}

fn module_keywords(module: &Module) -> Errors {
    let mut errors: Errors = module.rules.iter().flat_map(rule_keywords).collect();
    let mut found = Assigned(errors);
    module.rules.iter().for_each(|rule| walk::rule(rule, &mut found));
    errors = found.0;
    errors
}

fn rule_keywords(rule: &Rule) -> Errors {
    let name = rule.head.reference.first().and_then(Term::as_var).unwrap_or(&rule.head.name);
    let shadow =
        |what: &str, name: &str, other: &str| format!("{what} must not shadow {name} (use a different {other} name)");
    let mut errors = Errors::new();
    if is_root(name) {
        errors.push(Error::new(Code::Compile, &rule.location, shadow("rules", name, "rule")));
    }
    for arg in rule.head.args.iter().flatten() {
        if let Some(name) = root_name(arg) {
            errors.push(Error::new(Code::Compile, &rule.head.location, shadow("args", name, "variable")));
        }
    }
    errors
}

struct Assigned(Errors);

impl Visit<'_> for Assigned {
    fn expr(&mut self, expr: &Expr) -> bool {
        if expr.is_call_of("assign")
            && let Some((_, [target, ..])) = expr.as_call()
            && let Some(name) = root_name(target)
        {
            let message = format!("variables must not shadow {name} (use a different variable name)");
            self.0.push(Error::new(Code::Compile, &expr.location, message));
        }
        true
    }
}

fn root_name(term: &Term) -> Option<&Var> {
    let var = match &term.node {
        Node::Var(var) => var,
        Node::Ref(terms) => match &terms[..] {
            [head] => head.as_var()?,
            _ => return None,
        },
        _ => return None,
    };
    is_root(var).then_some(var)
}

fn is_root(var: &Var) -> bool {
    matches!(var.as_str(), "input" | "data")
}

fn module_duplicates(module: &Module) -> Errors {
    let mut first: HashMap<Var, &Import> = HashMap::new();
    let mut errors = Errors::new();
    for import in &module.imports {
        let Some(name) = import_name(import) else { continue };
        match first.get(&name) {
            Some(other) => {
                errors.push(Error::new(Code::Compile, &import.location, format!("import must not shadow {other}")));
            }
            None => drop(first.insert(name, import)),
        }
    }
    errors
}
