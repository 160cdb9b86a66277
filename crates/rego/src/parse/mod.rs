//! Tokens to modules and queries.

mod body;
mod check;
mod composite;
mod import;
mod infix;
mod logical;
mod metadata;
mod module;
mod rule;
mod state;
mod template;
mod term;

use std::sync::Arc;

use crate::{
    ast::{Body, Module, Node, RegoVersion, Source, Term},
    compile::Capabilities,
    error::{Code, Error, Result},
};
use state::Parser;

/// How texts are read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The version of the language, unless the text says another.
    pub version: RegoVersion,
    /// What the text may use. None: everything.
    pub capabilities: Option<Arc<Capabilities>>,
    /// Whether `# METADATA` comments are read and must be right.
    pub annotations: bool,
    /// Whether keywords that v0 modules have to import are there without.
    pub all_keywords: bool,
}

/// Reads a module. `name` is the file it is reported under.
///
/// # Errors
/// `rego_parse_error`, each with its place.
pub fn module(name: &str, text: &str, options: &Options) -> Result<Module> {
    let mut parser = Parser::new(name, text, options)?;
    match parser.module() {
        Some(module) if parser.errors.is_empty() => check::module(module),
        _ => Err(parser.take_errors()),
    }
}

/// Reads a query: expressions separated by `;` or line ends.
///
/// # Errors
/// `rego_parse_error`, each with its place.
pub fn query(text: &str, options: &Options) -> Result<Body> {
    let mut parser = Parser::new("", text, options)?;
    if parser.version() != RegoVersion::V0 || options.all_keywords {
        parser.keywords.all_future();
    }
    match parser.query_to_end() {
        Some(body) if parser.errors.is_empty() => Ok(body),
        _ => Err(parser.take_errors()),
    }
}

/// Reads one term.
///
/// # Errors
/// `rego_parse_error` if the text is anything else.
pub fn term(text: &str, options: &Options) -> Result<Term> {
    let mut parser = Parser::new("", text, options)?;
    parser.keywords.all_future();
    match parser.infix() {
        Some(term) if parser.errors.is_empty() && parser.at_end() => Ok(term),
        _ => {
            if parser.errors.is_empty() {
                parser.illegal("expected exactly one term");
            }
            Err(parser.take_errors())
        }
    }
}

/// Reads a reference such as `data.a["b"]`.
///
/// # Errors
/// `rego_parse_error` if the text is anything else.
pub fn reference(text: &str) -> Result<Vec<Term>> {
    let term = term(text, &Options::default())?;
    match term.node {
        Node::Ref(terms) => Ok(terms),
        Node::Var(_) => Ok(vec![term]),
        _ => Err(vec![Error::new(Code::Parse, &term.location, "expected reference")]),
    }
}

/// A source that fits the offsets of locations.
fn source(name: &str, text: &str) -> Result<Arc<Source>> {
    if u32::try_from(text.len()).is_err() {
        return Err(vec![Error::nowhere(Code::Parse, format!("{name}: policies of 4 GiB and more cannot be read"))]);
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Ok(Arc::new(Source { name: name.to_owned(), text: text.to_owned() }))
}
