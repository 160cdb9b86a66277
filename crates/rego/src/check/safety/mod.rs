//! Every variable has a value when it is needed: bodies are put into an order in which that is so, or refused.

mod closures;
mod operand;
pub(crate) mod output;
mod reorder;
mod unify;

use std::collections::{BTreeMap, BTreeSet, HashMap};

pub(crate) use self::reorder::Reorder;
use self::reorder::Unsafe;
use super::{
    functions::Functions,
    ground_prefix,
    vars::{self, Skip, VarSet},
    with_else,
};
use crate::{
    ast::{Body, Head, Location, Module, Node, Rule, Term, Var, ref_text},
    compile::Compiled,
    error::{self, Code, Error, Errors},
};

/// Words that are keywords only where they are imported.
const FUTURE_KEYWORDS: [&str; 7] = ["in", "every", "contains", "if", "not", "and", "or"];

/// Variables of heads that have no value by the body.
pub fn rule_heads(compiled: &Compiled) -> Errors {
    let mut errors = Errors::new();
    for module in &compiled.modules {
        let shared = shared_rows(module);
        for rule in module.rules.iter().flat_map(with_else) {
            errors.extend(rule_head(rule, &shared, compiled));
        }
    }
    error::sort(&mut errors);
    errors
}

fn rule_head(rule: &Rule, shared: &BTreeSet<u32>, compiled: &Compiled) -> Errors {
    let mut known = vars::of_body(&rule.body, Skip::HIDDEN);
    known.extend(vars::of_terms(rule.head.args.as_deref().unwrap_or_default(), Skip::NOTHING));
    let mut errors = Errors::new();
    for (var, location) in head_vars(&rule.head) {
        let name = original(&var, &compiled.rewritten);
        if !known.contains(&var) && !name.is_generated() {
            let message = format!("var {} is unsafe{}", shown(name), scope(rule, shared));
            errors.push(Error { location, ..Error::nowhere(Code::UnsafeVar, message) });
        }
    }
    errors
}

/// Variables of a head and where each stands last.
fn head_vars(head: &Head) -> BTreeMap<Var, Option<Location>> {
    let mut places = BTreeMap::new();
    let path = head.reference.get(1..).unwrap_or_default();
    for term in head.args.iter().flatten().chain(&head.key).chain(&head.value).chain(path) {
        for var in vars::of_term(term, Skip::NOTHING) {
            places.entry(var).or_insert(None);
        }
        place(term, &mut places);
    }
    places
}

fn place(term: &Term, places: &mut BTreeMap<Var, Option<Location>>) {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || match &term.node {
        Node::Var(var) => {
            places.insert(var.clone(), Some(term.location.clone()));
        }
        Node::Array(items) | Node::Set(items) => items.iter().for_each(|item| place(item, places)),
        Node::Object(entries) => entries.iter().for_each(|(key, value)| {
            place(key, places);
            place(value, places);
        }),
        _ => {}
    });
}

/// Puts each body into an order in which every variable has a value when it is needed, and says which have none.
pub fn rule_bodies(compiled: &mut Compiled) -> Errors {
    let Compiled { modules, tree, rewritten, capabilities, .. } = compiled;
    let functions = Functions::new(modules, tree, capabilities.as_deref());
    let mut errors = Errors::new();
    for module in modules {
        let shared = shared_rows(module);
        for rule in &mut module.rules {
            let mut next = Some(rule);
            while let Some(rule) = next {
                errors.extend(rule_body(rule, &functions, rewritten, &shared));
                next = rule.else_rule.as_deref_mut();
            }
        }
    }
    error::sort(&mut errors);
    errors
}

fn rule_body(
    rule: &mut Rule,
    functions: &Functions<'_>,
    rewritten: &HashMap<Var, Var>,
    shared: &BTreeSet<u32>,
) -> Errors {
    let args = vars::of_terms(rule.head.args.as_deref().unwrap_or_default(), Skip::NOTHING);
    let mut body = std::mem::take(&mut rule.body);
    let found = Reorder::new(functions, reserved().chain(args)).body(&mut body);
    rule.body = body;
    if found.is_empty() { Errors::new() } else { describe(&found, rewritten, &scope(rule, shared)) }
}

/// Puts the body of a query into an order in which every variable has a value when it is needed. `rewritten` says
/// what its generated variables were called.
pub fn query(mut body: Body, compiled: &Compiled, rewritten: &HashMap<Var, Var>) -> error::Result<Body> {
    let functions = Functions::new(&compiled.modules, &compiled.tree, compiled.capabilities.as_deref());
    let found = Reorder::new(&functions, reserved()).body(&mut body);
    let errors = describe(&found, rewritten, "");
    if errors.is_empty() { Ok(body) } else { Err(errors) }
}

/// The variables that always have a value.
pub(crate) fn reserved() -> impl Iterator<Item = Var> {
    ["data", "input"].into_iter().map(Var::new)
}

/// What is said about expressions with variables without a value: the variables as they are written, or, where all
/// of them are made up, the expressions.
pub(crate) fn describe(found: &[Unsafe], rewritten: &HashMap<Var, Var>, scope: &str) -> Errors {
    let assigned: VarSet = found
        .iter()
        .flat_map(|entry| &entry.assigned)
        .flat_map(|var| [var, original(var, rewritten)])
        .cloned()
        .collect();
    let mut places: BTreeMap<&Var, &Location> = BTreeMap::new();
    for entry in found {
        for var in &entry.vars {
            let place = places.entry(var).or_insert(&entry.location);
            *place = (*place).min(&entry.location);
        }
    }
    let named: Vec<_> = places
        .into_iter()
        .map(|(var, location)| {
            let name = original(var, rewritten);
            (name, location, assigned.contains(name) || assigned.contains(var))
        })
        .filter(|(name, ..)| !name.is_generated())
        .collect();
    // What is assigned to is unsafe only because something on the other side is.
    let others = named.iter().any(|(_, _, assigned)| !assigned);
    let mut errors: Errors = named
        .into_iter()
        .filter(|(_, _, assigned)| !(others && *assigned))
        .map(|(name, location, _)| Error::new(Code::UnsafeVar, location, var_message(name, scope)))
        .collect();
    if errors.is_empty() {
        errors = describe_exprs(found, scope);
    }
    error::sort(&mut errors);
    errors
}

fn describe_exprs(found: &[Unsafe], scope: &str) -> Errors {
    let mut entries: Vec<_> = found.iter().collect();
    entries.sort_by(|a, b| a.location.cmp(&b.location));
    let mut seen = BTreeSet::new();
    let mut errors = Errors::new();
    for entry in entries {
        let before = seen.len();
        seen.extend(entry.vars.iter().filter(|var| var.is_generated()));
        if seen.len() > before {
            errors.push(Error::new(Code::UnsafeVar, &entry.location, format!("expression is unsafe{scope}")));
        }
    }
    errors
}

fn var_message(name: &Var, scope: &str) -> String {
    match FUTURE_KEYWORDS.contains(&name.as_str()) {
        true => {
            format!("var {name} is unsafe{scope} (hint: `import future.keywords.{name}` to import a future keyword)")
        }
        false => format!("var {} is unsafe{scope}", shown(name)),
    }
}

fn original<'v>(var: &'v Var, rewritten: &'v HashMap<Var, Var>) -> &'v Var {
    rewritten.get(var).unwrap_or(var)
}

fn shown(var: &Var) -> &str {
    if var.is_wildcard() { "_" } else { var.as_str() }
}

/// Names the rule where its line has rules of several names, so that the place alone does not tell which is meant.
fn scope(rule: &Rule, shared: &BTreeSet<u32>) -> String {
    match shared.contains(&rule.location.row) {
        true => format!(" in rule {}", ref_text(ground_prefix(&rule.head.reference))),
        false => String::new(),
    }
}

fn shared_rows(module: &Module) -> BTreeSet<u32> {
    let mut first: HashMap<u32, &[Term]> = HashMap::new();
    let mut shared = BTreeSet::new();
    for rule in module.rules.iter().flat_map(with_else) {
        let name = ground_prefix(&rule.head.reference);
        if *first.entry(rule.location.row).or_insert(name) != name {
            shared.insert(rule.location.row);
        }
    }
    shared
}
