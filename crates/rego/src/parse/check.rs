//! What a version asks of a module beyond its syntax.

use crate::{
    ast::{HeadKeyword, Location, Module, RegoVersion, Rule, RuleKind},
    error::{Code, Details, Error, Errors, Result},
};

/// Checks a module of version 1 or later.
pub(super) fn module(module: Module) -> Result<Module> {
    if module.version == RegoVersion::V0 {
        return Ok(module);
    }
    let mut errors = Vec::new();
    for rule in &module.rules {
        check_rule(rule, &mut errors);
    }
    if errors.is_empty() { Ok(module) } else { Err(errors) }
}

fn check_rule(rule: &Rule, errors: &mut Errors) {
    let what = if rule.is_function() { "function" } else { "rule" };
    let mut error = |location: &Location, message: String| {
        let mut error = Error::new(Code::Parse, location, message);
        let begin = location.source.text[..location.start as usize].rfind('\n').map_or(0, |at| at + 1);
        error.details = Details::Line { line: location.line().to_owned(), idx: location.start as usize - begin };
        errors.push(error);
    };
    if rule.generated_body && rule.head.generated_value && !rule.default {
        error(&rule.location, format!("{what} must have value assignment and/or body declaration"));
    }
    if !rule.generated_body && !rule.default && !rule.head.keywords.contains(&HeadKeyword::If) {
        error(&rule.location, format!("`if` keyword is required before {what} body"));
    }
    if rule.head.kind() == RuleKind::MultiValue && !rule.head.keywords.contains(&HeadKeyword::Contains) {
        error(&rule.location, "`contains` keyword is required for partial set rules".to_owned());
    }
    if let Some(rule) = &rule.else_rule {
        check_rule(rule, errors);
    }
}
