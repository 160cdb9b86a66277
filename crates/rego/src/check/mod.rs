//! What a policy must not do, one file a check. The functions are listed in the order in which the compiler asks them.

mod calls;
mod capabilities;
mod conflicts;
pub(crate) mod functions;
mod names;
mod recursion;
pub mod safety;
pub(crate) mod vars;
pub(crate) mod walk;

use std::collections::HashMap;

pub use self::{
    calls::{
        deprecated_builtins, query_deprecated_builtins, query_undefined_functions, query_unsafe_builtins,
        query_void_calls, undefined_functions, unsafe_builtins, void_calls,
    },
    capabilities::language_imports,
    conflicts::{conflicts, data_conflicts},
    names::{duplicate_imports, keywords, query_keywords, unused_imports},
    recursion::recursion,
};
use crate::{
    ast::{Node, Rule, Term, Var},
    compile::{Compiled, RuleId},
};

pub(crate) use self::names::import_name;

/// The rule and those behind its `else`.
pub(crate) fn with_else(rule: &Rule) -> impl Iterator<Item = &Rule> {
    std::iter::successors(Some(rule), |rule| rule.else_rule.as_deref())
}

/// The path of a rule from `data` on.
pub(crate) fn rule_path(compiled: &Compiled, id: RuleId) -> Vec<Term> {
    full_path(&compiled.modules[id.module].package.path, compiled.rule(id))
}

/// The path of a rule of a package from `data` on.
pub(crate) fn full_path(package: &[Term], rule: &Rule) -> Vec<Term> {
    let mut path = package.to_vec();
    let mut reference = rule.head.reference.iter();
    if let Some(head) = reference.next() {
        path.push(match &head.node {
            Node::Var(name) => Term::string(name.as_str(), &head.location),
            _ => head.clone(),
        });
    }
    path.extend(reference.cloned());
    path
}

/// Whether no variable is in a reference behind its head.
pub(crate) fn is_ground(reference: &[Term]) -> bool {
    ground_prefix(reference).len() == reference.len()
}

/// The reference up to the first part with a variable in it.
pub(crate) fn ground_prefix(reference: &[Term]) -> &[Term] {
    let ground = |term: &Term| vars::of_term(term, vars::Skip::REF_HEADS).is_empty();
    let end = reference.iter().skip(1).position(|term| !ground(term)).map_or(reference.len(), |at| at + 1);
    &reference[..end]
}

/// The reference with the variables as the text has them.
pub(crate) fn with_original_names(reference: &[Term], rewritten: &HashMap<Var, Var>) -> Vec<Term> {
    let mut reference = reference.to_vec();
    let mut pending: Vec<&mut Term> = reference.iter_mut().collect();
    while let Some(term) = pending.pop() {
        match &mut term.node {
            Node::Var(var) => {
                if let Some(original) = rewritten.get(var) {
                    *var = original.clone();
                }
            }
            Node::Ref(items) | Node::Array(items) | Node::Set(items) | Node::Call(items) => pending.extend(items),
            Node::Object(entries) => pending.extend(entries.iter_mut().flat_map(|(key, value)| [key, value])),
            _ => {}
        }
    }
    reference
}
