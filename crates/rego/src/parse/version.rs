//! What the versions of the language differ in: keywords, and what rules have to look like.

use super::{Options, state::has_feature};
use crate::{
    ast::{HeadKeyword, Module, RegoVersion, Rule, RuleKind},
    error::{Code, Error, Errors, Result},
    lex::Keywords,
};

/// Keywords of version 0.
const V0: &[&str] = &["not", "package", "import", "as", "default", "else", "with", "null", "true", "false", "some"];

/// Keywords that version 1 adds.
const V1: &[&str] = &["contains", "every", "if", "in"];

/// Keywords that version 2 adds.
const V2: &[&str] = &["and", "or"];

/// Imports of version 1: the keywords of version 2, and what `not { … }` means there.
const FUTURE_V1: &[&str] = &["and", "not", "or"];

/// Whether a word is a keyword in a version, without any import.
pub(super) fn is_keyword(word: &str, version: RegoVersion) -> bool {
    V0.contains(&word)
        || version != RegoVersion::V0 && V1.contains(&word)
        || version == RegoVersion::V2 && V2.contains(&word)
}

/// Keywords that can be imported, those that are there from the beginning, and whether `not { … }` negates a body.
pub(super) fn keywords(options: &Options) -> Result<(Vec<&'static str>, Keywords, bool)> {
    let importable = importable(options)?;
    let mut words: Vec<&str> = match (options.all_keywords, options.version) {
        (true, _) => importable.clone(),
        (false, RegoVersion::V1) => V1.to_vec(),
        (false, RegoVersion::V2) => Keywords::future().collect(),
        (false, _) => Vec::new(),
    };
    for word in &options.keywords {
        if !importable.contains(&word.as_str()) {
            return refuse(format!("unknown future keyword: {word}"));
        }
        words.push(word);
    }
    let mut keywords = Keywords::BASE;
    words.iter().for_each(|word| keywords.add(word));
    Ok((importable, keywords, words.contains(&"not")))
}

fn importable(options: &Options) -> Result<Vec<&'static str>> {
    let feature = match options.version {
        RegoVersion::V1 => Some(("rego_v1", "v1")),
        RegoVersion::V2 => Some(("rego_v2", "v2")),
        _ => None,
    };
    if let Some((feature, version)) = feature
        && !has_feature(options, feature)
    {
        return refuse(format!("illegal capabilities: {feature} feature required for parsing {version} Rego"));
    }
    let Some(capabilities) = &options.capabilities else { return Ok(Keywords::future().collect()) };
    let listed = &capabilities.future_keywords;
    if let Some(unknown) = listed.iter().find(|word| !Keywords::future().any(|known| known == **word)) {
        return refuse(format!("illegal capabilities: unknown keyword: {unknown}"));
    }
    let has_v1 = has_feature(options, "rego_v1") || options.version == RegoVersion::V2;
    let can = |word: &&str| {
        listed.contains(*word)
            || has_v1 && V1.contains(word)
            || options.version == RegoVersion::V2 && FUTURE_V1.contains(word)
    };
    Ok(Keywords::future().filter(can).collect())
}

fn refuse<T>(message: String) -> Result<T> {
    Err(vec![Error::nowhere(Code::Parse, message)])
}

/// What version 1 asks of the rules of a module, for one written in version 0.
pub fn check_v1(module: &Module) -> Errors {
    module.rules.iter().flat_map(check_rule_v1).collect()
}

/// What version 1 asks of a rule and those behind its `else`.
pub(super) fn check_rules_v1(rule: &Rule) -> Errors {
    let mut errors = Vec::new();
    let mut next = Some(rule);
    while let Some(rule) = next {
        errors.extend(check_rule_v1(rule));
        next = rule.else_rule.as_deref();
    }
    errors
}

fn check_rule_v1(rule: &Rule) -> Errors {
    let head = &rule.head;
    let kind = if head.args.as_ref().is_some_and(|args| !args.is_empty()) { "function" } else { "rule" };
    let mut errors = Vec::new();
    let mut refuse = |message: String, hint: Option<&str>| {
        let mut error = Error::new(Code::Parse, &rule.location, message);
        error.hint = hint.map(str::to_owned);
        errors.push(error);
    };
    if head.reference.len() < 2 && is_keyword(&head.name, RegoVersion::V1) {
        refuse(format!("{} keyword cannot be used for rule name", head.name), None);
    }
    if rule.generated_body && head.generated_value {
        refuse(
            format!("{kind} must have value assignment and/or body declaration"),
            Some("add `:= value` or `if { … }`"),
        );
    }
    if !rule.generated_body && !rule.default && !head.keywords.contains(&HeadKeyword::If) {
        refuse(format!("`if` keyword is required before {kind} body"), Some("write `if` before the `{`"));
    }
    if head.kind() == RuleKind::MultiValue && !head.keywords.contains(&HeadKeyword::Contains) {
        let hint = "write `name contains member` instead of `name[member]`";
        refuse("`contains` keyword is required for partial set rules".to_owned(), Some(hint));
    }
    errors
}
