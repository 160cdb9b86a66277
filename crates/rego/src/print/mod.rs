//! Modules as text in the one form that `opa fmt` gives them.
//!
//! What the author decided stays where it can: comments keep their places, and lists and bodies that were written on
//! several lines stay on several lines. Where a comment stands at a place that no layout has room for, the term around
//! it is written as the author wrote it.

mod body;
mod collections;
mod imports;
mod layout;
mod operators;
mod rules;
mod scan;
mod terms;
mod writer;

use crate::{
    ast::{Import, Module, RegoVersion, Rule, Term},
    check,
    error::{self, Code, Error, Errors},
};
use writer::{Printer, Settings};

/// How a module is printed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The version of Rego that the text is to be: that of `opa fmt` is `V1`, of `--v0-compatible` `V0`, of `--v0-v1`
    /// (also called `--rego-v1`) `V0CompatV1`.
    pub version: RegoVersion,
    /// Whether imports of `rego.*` and `future.*` are left out where the version makes them needless
    /// (`--drop-v0-imports`).
    pub drop_imports: bool,
}

/// An import or a rule.
enum Declaration<'m> {
    Import(&'m Import),
    Rule(&'m Rule),
}

impl Declaration<'_> {
    fn place(&self) -> (u32, u32) {
        match self {
            Self::Import(import) => (import.location.row, import.location.col),
            Self::Rule(rule) => (rule.location.row, rule.location.col),
        }
    }
}

/// The text of a module.
///
/// # Errors
///
/// An operator is called by its name with a wrong number of operands, or the version of the text does not allow what
/// the module does: names imported twice, rules and variables named `input` or `data` or like a keyword, and built-ins
/// that are deprecated.
pub fn module(module: &Module, options: &Options) -> error::Result<String> {
    let errors = refused(module, options.version);
    if !errors.is_empty() {
        return Err(errors);
    }
    let found = scan::module(module);
    let imports = imports::adjusted(module, options, &found);
    let settings = Settings::new(module, options.version);
    let mut printer = Printer::new(module, settings, found.repeated_wildcards);

    let mut declarations: Vec<Declaration<'_>> = imports.iter().map(Declaration::Import).collect();
    declarations.extend(module.rules.iter().map(Declaration::Rule));
    declarations.sort_by_key(Declaration::place);

    printer.package(&module.package);
    let first_rule = module.rules.iter().map(|rule| rule.location.row).min();
    let late = |import: &Import| imports::is_added(import) && first_rule.is_some_and(|row| import.location.row >= row);
    if imports.iter().any(late) {
        // Below a rule an import would have no effect, so those that were added go to the top.
        let added: Vec<&Import> = imports.iter().filter(|import| imports::is_added(import)).collect();
        printer.imports(&added);
        declarations.retain(|declared| !matches!(declared, Declaration::Import(import) if imports::is_added(import)));
    }
    for group in declarations.chunk_by(|a, b| std::mem::discriminant(a) == std::mem::discriminant(b)) {
        let imports: Vec<&Import> = group.iter().filter_map(Declaration::import).collect();
        let rules: Vec<&Rule> = group.iter().filter_map(Declaration::rule).collect();
        if !imports.is_empty() {
            printer.imports(&imports);
        }
        printer.rules(&rules);
    }
    printer.finish()
}

/// What a version does not allow, whatever version the module is now.
fn refused(module: &Module, version: RegoVersion) -> Errors {
    if version == RegoVersion::V0 {
        return Errors::new();
    }
    let alone = std::slice::from_ref(module);
    let mut errors = check::duplicate_imports(alone, true);
    errors.extend(check::keywords(alone, true));
    errors.extend(check::deprecated_builtins(alone, true));
    let keywords: &[&str] = match version {
        RegoVersion::V2 => &["if", "contains", "in", "every", "and", "or"],
        _ => &["if", "contains", "in", "every"],
    };
    for rule in module.rules.iter().filter(|rule| rule.head.reference.len() < 2) {
        let name = rule.head.reference.first().and_then(Term::as_var).unwrap_or(&rule.head.name);
        if keywords.contains(&name.as_str()) {
            let message = format!("{name} keyword cannot be used for rule name");
            errors.push(Error::new(Code::Parse, &rule.location, message));
        }
    }
    errors
}

impl<'m> Declaration<'m> {
    fn import(&self) -> Option<&'m Import> {
        match self {
            Self::Import(import) => Some(import),
            Self::Rule(_) => None,
        }
    }

    fn rule(&self) -> Option<&'m Rule> {
        match self {
            Self::Rule(rule) => Some(rule),
            Self::Import(_) => None,
        }
    }
}
