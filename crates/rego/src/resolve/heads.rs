//! Heads hold variables and literals only: what has to be evaluated moves into the body.

use super::{Names, append, is_scalar, requires_evaluation};
use crate::{
    ast::{Module, Rule, ref_text, walk},
    compile::Capabilities,
    error::{Code, Error, Errors},
};

/// `p.q[y.z]` becomes `p.q[__local0__]`, for rules are found by their references.
pub(crate) fn references(modules: &mut [Module], names: &mut Names, capabilities: Option<&Capabilities>) -> Errors {
    let mut errors = Errors::new();
    for rule in modules.iter_mut().flat_map(|module| &mut module.rules) {
        match capabilities.and_then(|known| unsupported(rule, known)) {
            Some(error) => errors.push(error),
            None => reference(rule, names),
        }
    }
    errors
}

fn unsupported(rule: &Rule, capabilities: &Capabilities) -> Option<Error> {
    let has = |feature: &str| capabilities.features.contains(feature);
    if has("rule_head_refs") || has("rego_v1") || has("rego_v2") {
        return None;
    }
    let head = &rule.head;
    let shown = ref_text(&head.reference);
    if !has("rule_head_ref_string_prefixes") && head.name.is_empty() {
        let message = format!("rule heads with refs are not supported: {shown}");
        return Some(Error::new(Code::Compile, &rule.location, message));
    }
    // Only the last part of an object's reference may be a variable.
    let last = head.reference.len() - usize::from(head.kind() != crate::ast::RuleKind::MultiValue);
    let general = head.reference.iter().take(last).skip(1).any(|part| part.as_str().is_none());
    general.then(|| {
        let message = format!("rule heads with general refs (containing variables) are not supported: {shown}");
        Error::new(Code::Type, &rule.location, message)
    })
}

fn reference(rule: &mut Rule, names: &mut Names) {
    let last = rule.head.reference.len() - 1;
    for (at, part) in rule.head.reference.iter_mut().enumerate().skip(1) {
        if part.as_var().is_some() || is_scalar(part) {
            continue;
        }
        let before = part.clone();
        let equality = names.lift(part);
        if at == last && rule.head.key.as_ref() == Some(&before) {
            rule.head.key = Some(part.clone());
        }
        append(&mut rule.body, [equality]);
    }
}

/// `p := data.foo[i]` becomes `p := __local0__`.
pub(crate) fn terms(modules: &mut [Module], names: &mut Names) {
    walk::rules(modules, |rule| {
        let crate::ast::Head { key, value, args, .. } = &mut rule.head;
        for term in key.iter_mut().chain(value).chain(args.iter_mut().flatten()) {
            if requires_evaluation(term) {
                let equality = names.lift(term);
                append(&mut rule.body, [equality]);
            }
        }
    });
}
