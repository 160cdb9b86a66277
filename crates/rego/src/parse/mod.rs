//! Tokens to modules and queries, in the shape and with the errors of OPA.

mod annotations;
mod body;
mod collection;
mod default_rule;
mod head;
mod import;
mod infix;
mod literal;
mod logical;
mod module;
mod number;
mod operand;
mod reference;
mod relocate;
mod report;
mod rule;
mod rule_from_body;
mod state;
mod statement;
mod template;
mod term;
mod version;

use std::sync::Arc;

use crate::{
    ast::{Body, ExprKind, Module, Node, RegoVersion, Term},
    compile::Capabilities,
    error::{Code, Error, Result},
};
use state::Parser;
use statement::Statement;

pub use version::check_v1;

/// How texts are read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The version of the language, unless the text says another.
    pub version: RegoVersion,
    /// What the text may use. None: everything that OPA allows for the version.
    pub capabilities: Option<Arc<Capabilities>>,
    /// Whether `# METADATA` comments are read and must be right.
    pub annotations: bool,
    /// Whether all keywords that could be imported are there without.
    pub all_keywords: bool,
    /// Keywords that are there as if they had been imported.
    pub keywords: Vec<String>,
}

/// Reads a module. `name` is the file it is reported under.
///
/// # Errors
/// What is wrong, mostly `rego_parse_error`, each with its place.
pub fn module(name: &str, text: &str, options: &Options) -> Result<Module> {
    let mut parser = Parser::new(name, text, options)?;
    let statements = parser.statements(true);
    let metadata = if options.annotations { parser.metadata() } else { Vec::new() };
    let comments = parser.finish()?;
    module::assemble(name, statements, metadata, comments, options.version)
}

/// Reads a query: expressions separated by `;` or line ends. A query without any is empty.
///
/// # Errors
/// `rego_parse_error`, each with its place.
pub fn query(text: &str, options: &Options) -> Result<Body> {
    let mut parser = Parser::new("", text, options)?;
    let statements = parser.statements(false);
    parser.finish()?;
    let mut body = Body::new();
    for statement in statements {
        match statement {
            Statement::Body(expressions) => body.extend(expressions),
            other => return Err(vec![Error::nowhere(Code::Parse, format!("expected body but got {}", other.kind()))]),
        }
    }
    for (index, expr) in body.iter_mut().enumerate() {
        expr.index = index;
    }
    Ok(body)
}

/// Reads one term.
///
/// # Errors
/// `rego_parse_error` if the text is anything else.
pub fn term(text: &str, options: &Options) -> Result<Term> {
    let mut body = query(text, options)?;
    match (body.pop(), body.is_empty()) {
        (Some(expr), true) => match expr.kind {
            ExprKind::Term(term) => Ok(term),
            _ => Err(vec![Error::new(Code::Parse, &expr.location, "expected term")]),
        },
        _ => Err(vec![Error::nowhere(Code::Parse, "expected exactly one term")]),
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
        _ => Err(vec![Error::new(Code::Parse, &term.location, format!("expected ref but got {term}"))]),
    }
}
