//! From statements to a module.

use std::sync::Arc;

use super::{
    annotations::{Block, attach},
    report::misspelt,
    rule_from_body::rule_from_body,
    statement::Statement,
    version::check_rules_v1,
};
use crate::{
    ast::{Body, Comment, ExprKind, Import, Location, Module, Node, Package, RegoVersion, Source, Term},
    error::{Code, Error, Errors, Result},
};

/// Puts the statements of a text into a module, if they make one.
pub(super) fn assemble(
    name: &str,
    statements: Vec<Statement>,
    metadata: Vec<Block>,
    comments: Vec<Comment>,
    version: RegoVersion,
) -> Result<Module> {
    if statements.is_empty() && metadata.is_empty() {
        let source = Arc::new(Source { name: name.to_owned(), text: String::new() });
        let location = Location { source, row: 0, col: 0, start: 0, end: 0 };
        return Err(vec![Error::new(Code::Parse, &location, "empty module")]);
    }
    let mut errors = Errors::new();
    let first_is_package = matches!(statements.first(), Some(Statement::Package(_)));
    if !first_is_package {
        let location = statements.first().and_then(Statement::location);
        let location = location.or(metadata.first().map(|block| &block.annotations.location));
        errors.extend(location.map(package_expected));
    }
    let mut parts = Parts { package: None, version: Versions::new(version), rules: Vec::new(), imports: Vec::new() };
    parts.fill(statements, &mut errors);
    if parts.version.highest >= RegoVersion::V1 {
        errors.extend(parts.rules.iter().flat_map(check_rules_v1));
    }
    let Parts { package: Some(package), version, rules, imports } = parts else { return Err(errors) };
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut module =
        Module { package, imports, annotations: Vec::new(), rules, comments, version: version.effective() };
    attach(&mut module, metadata)?;
    Ok(module)
}

fn package_expected(location: &Location) -> Error {
    Error::new(Code::Parse, location, "package expected").hint("begin the file with `package name`")
}

/// The lowest and the highest version a module is written in.
#[derive(Clone, Copy)]
struct Versions {
    lowest: RegoVersion,
    highest: RegoVersion,
}

impl Versions {
    fn new(version: RegoVersion) -> Self {
        match version {
            RegoVersion::V0CompatV1 => Self { lowest: RegoVersion::V0, highest: RegoVersion::V1 },
            version => Self { lowest: version, highest: version },
        }
    }

    fn raise(&mut self, version: RegoVersion) {
        self.highest = self.highest.max(version);
    }

    fn effective(self) -> RegoVersion {
        match (self.lowest, self.highest) {
            (RegoVersion::V0, RegoVersion::V1 | RegoVersion::V2) => RegoVersion::V0CompatV1,
            (lowest, _) => lowest,
        }
    }
}

struct Parts {
    package: Option<Package>,
    version: Versions,
    rules: Vec<crate::ast::Rule>,
    imports: Vec<Import>,
}

impl Parts {
    fn fill(&mut self, statements: Vec<Statement>, errors: &mut Errors) {
        let heads: Vec<Option<HeadWord>> = statements.iter().map(HeadWord::of).collect();
        for (index, statement) in statements.into_iter().enumerate() {
            match statement {
                Statement::Package(package) if index == 0 => self.package = Some(package),
                Statement::Package(package) => {
                    errors.push(Error::new(Code::Parse, &package.location, "unexpected package"));
                }
                // What stands where the package should be is reported as that alone.
                _ if index == 0 => {}
                Statement::Import(import) => {
                    if let Some(version) = imported_version(&import) {
                        self.version.raise(version);
                    }
                    self.imports.push(import);
                }
                Statement::Rule(rule) => self.rules.push(rule),
                Statement::Body(body) => self.body(&body, &heads[index..], errors),
            }
        }
    }

    fn body(&mut self, body: &Body, heads: &[Option<HeadWord>], errors: &mut Errors) {
        let why = match rule_from_body(body) {
            Ok(rule) => return self.rules.push(rule),
            Err(why) => why,
        };
        let Some(expr) = body.first() else { return };
        let missing = match (self.version.highest, heads) {
            (RegoVersion::V0, [Some(head), ..]) if head.word.is_some() => head.word,
            (RegoVersion::V0, [Some(head), Some(next), ..]) if head.row == next.row => next.word,
            _ => None,
        };
        let message = match missing {
            Some(word) => {
                let example = if word == "if" { "p if { ... }" } else { "p contains x" };
                format!("{why} (hint: `import future.keywords.{word}` for `{example}` rules)")
            }
            None => why.clone(),
        };
        let mut error = Error::new(Code::Parse, &expr.location, message);
        if missing.is_none() && why.starts_with("var cannot") {
            error.hint = misspelt(expr);
        }
        errors.push(error);
    }
}

/// A statement that is nothing but a word which could be a keyword of a head, and its row.
struct HeadWord {
    row: u32,
    word: Option<&'static str>,
}

impl HeadWord {
    fn of(statement: &Statement) -> Option<Self> {
        let row = statement.location()?.row;
        let name = match statement {
            Statement::Rule(rule) => Some(&rule.head.name),
            Statement::Body(body) => match body.as_slice() {
                [expr] => match &expr.kind {
                    ExprKind::Term(Term { node: Node::Var(var), .. }) => Some(var),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        };
        let word = name.and_then(|name| ["if", "contains"].into_iter().find(|word| *word == name.as_str()));
        Some(Self { row, word })
    }
}

fn imported_version(import: &Import) -> Option<RegoVersion> {
    let Node::Ref(parts) = &import.path.node else { return None };
    match parts.as_slice() {
        [root, version] if root.as_var()?.as_str() == "rego" => match version.as_str()? {
            "v1" => Some(RegoVersion::V1),
            "v2" => Some(RegoVersion::V2),
            _ => None,
        },
        _ => None,
    }
}
