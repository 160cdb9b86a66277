//! Rules that cannot stand together.

use std::collections::{BTreeSet, HashMap};

use super::{ground_prefix, is_ground, rule_path, with_original_names};
use crate::{
    ast::{Location, Module, Rule, RuleKind, Term, compare, ref_text},
    compile::{Compiled, RuleId, RuleTree},
    error::{self, Code, Error, Errors},
    value::Value,
};

/// Rules of different kinds under one name, rules below the value of others, and packages under the name of a rule.
pub fn conflicts(compiled: &Compiled) -> Errors {
    let mut errors = Errors::new();
    let mut pending = vec![&compiled.tree];
    while let Some(node) = pending.pop() {
        errors.extend(node_conflict(node, compiled));
        pending.extend(node.children.values());
    }
    errors.extend(package_conflicts(&compiled.modules));
    error::sort(&mut errors);
    errors
}

/// Rules at paths where there is data. `exists` tells whether there is data at a path below `data`; `roots` are the
/// paths to look below, all of them if there are none.
pub fn data_conflicts(compiled: &Compiled, roots: &[Vec<String>], exists: &dyn Fn(&[String]) -> bool) -> Errors {
    let mut errors = Errors::new();
    let everything = [Vec::new()];
    let all = roots.is_empty() || roots.iter().any(|root| root.iter().all(String::is_empty));
    for root in if all { &everything } else { roots } {
        let node = root.iter().try_fold(&compiled.tree, |node, part| node.children.get(&Value::string(part)));
        let Some(node) = node else { continue };
        let mut path = root.clone();
        documents(node, &mut path, compiled, exists, &mut errors);
    }
    error::sort(&mut errors);
    errors
}

fn documents(
    node: &RuleTree,
    path: &mut Vec<String>,
    compiled: &Compiled,
    exists: &dyn Fn(&[String]) -> bool,
    errors: &mut Errors,
) {
    for (key, child) in &node.children {
        let Some(key) = key.as_str() else { continue };
        path.push(key.to_owned());
        match child.rules.first() {
            Some(id) if exists(path) => {
                let message = format!("conflicting rule for data path {} found", path.join("/"));
                errors.push(Error::new(Code::Compile, &compiled.rule(*id).location, message));
            }
            _ => stacker::maybe_grow(64 * 1024, 1024 * 1024, || documents(child, path, compiled, exists, errors)),
        }
        path.pop();
    }
}

fn node_conflict(node: &RuleTree, compiled: &Compiled) -> Option<Error> {
    let rules: Vec<&Rule> = node.rules.iter().map(|id| compiled.rule(*id)).collect();
    let (first, last) = (rules.first()?, node.rules.last()?);
    let name = shown(&rule_path(compiled, *last), compiled);
    if let Some(inside) = conflicts_inside(node, &rules, compiled) {
        let message = format!("rule {name} conflicts with:\n{}", inside.join("\n"));
        return Some(Error::new(Code::Type, &first.location, message));
    }
    if are_mixed(&rules) {
        return Some(Error::new(Code::Type, &first.location, format!("conflicting rules {name} found")));
    }
    let defaults: Vec<RuleId> = node.rules.iter().copied().filter(|id| compiled.rule(*id).default).collect();
    if defaults.len() < 2 {
        return None;
    }
    let places: Vec<String> = defaults.iter().map(|id| compiled.rule(*id).location.to_string()).collect();
    let message = format!("multiple default rules {name} found at {}", places.join(", "));
    Some(Error::new(Code::Type, &compiled.modules[defaults[0].module].package.location, message))
}

fn are_mixed(rules: &[&Rule]) -> bool {
    let kinds: Vec<(bool, bool)> =
        rules.iter().map(|rule| (rule.head.kind() == RuleKind::MultiValue, is_ground(&rule.head.reference))).collect();
    let differ = |of: &dyn Fn(&(bool, bool)) -> bool| kinds.iter().any(of) && !kinds.iter().all(of);
    let arities: BTreeSet<usize> = rules.iter().map(|rule| rule.head.args.as_ref().map_or(0, Vec::len)).collect();
    let has = |kind| kinds.contains(&kind);
    differ(&|(multiple, _)| *multiple)
        || arities.len() > 1
        || differ(&|(multiple, ground)| !multiple && *ground)
        || has((true, true)) && has((true, false))
}

/// Rules below this one: none may be below a value; below a reference with variables, none that is a function.
fn conflicts_inside(node: &RuleTree, rules: &[&Rule], compiled: &Compiled) -> Option<Vec<String>> {
    if node.children.is_empty() {
        return None;
    }
    let any = rules.iter().any(|rule| is_ground(&rule.head.reference));
    let mut found = Vec::new();
    let mut pending: Vec<&RuleTree> = node.children.values().rev().collect();
    while let Some(node) = pending.pop() {
        for id in &node.rules {
            let rule = compiled.rule(*id);
            if any || rule.head.args.as_ref().is_some_and(|args| !args.is_empty()) {
                found.push((rule_path(compiled, *id), &rule.location));
            }
        }
        pending.extend(node.children.values().rev());
    }
    found.sort_by(|(a, _), (b, _)| compare_paths(a, b));
    let mut outer: Vec<(Vec<Term>, &Location)> = Vec::new();
    for (path, location) in found {
        if outer.last().is_none_or(|(above, _)| !path.starts_with(above)) {
            outer.push((path, location));
        }
    }
    let lines = outer.iter().map(|(path, location)| format!("  rule {} at {location}", shown(path, compiled)));
    (!outer.is_empty()).then(|| lines.collect())
}

fn compare_paths(a: &[Term], b: &[Term]) -> std::cmp::Ordering {
    let differing = a.iter().zip(b).map(|(a, b)| compare::term(a, b)).find(|order| order.is_ne());
    differing.unwrap_or_else(|| a.len().cmp(&b.len()))
}

fn shown(path: &[Term], compiled: &Compiled) -> String {
    ref_text(&with_original_names(path, &compiled.rewritten))
}

fn package_conflicts(modules: &[Module]) -> Errors {
    let mut packages: HashMap<Vec<&str>, Vec<usize>> = HashMap::new();
    for (at, module) in modules.iter().enumerate() {
        packages.entry(names(&module.package.path)).or_default().push(at);
    }
    let mut errors = Errors::new();
    for (at, module) in modules.iter().enumerate() {
        for rule in &module.rules {
            let reference = &rule.head.reference;
            if ground_prefix(reference).len() < reference.len() {
                continue;
            }
            let head = reference.first().and_then(Term::as_var).map(|var| var.as_str());
            let mut path = names(&module.package.path);
            path.extend(head);
            path.extend(names(reference));
            if path.len() != module.package.path.len() - 1 + reference.len() {
                continue;
            }
            for other in packages.get(&path).into_iter().flatten().filter(|other| **other != at) {
                let message = format!(
                    "{} conflicts with rule {} defined at {}",
                    modules[*other].package,
                    ref_text(reference),
                    rule.location
                );
                errors.push(Error::new(Code::Type, &module.package.location, message));
            }
        }
    }
    errors
}

/// The strings behind the head of a path.
fn names(path: &[Term]) -> Vec<&str> {
    path.iter().skip(1).filter_map(Term::as_str).collect()
}
