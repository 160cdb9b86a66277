//! The statements of a text in their order: packages, imports, rules and bodies.

use super::state::Parser;
use crate::{
    ast::{Body, Import, Location, Package, Rule},
    lex::Kind,
};

/// A statement.
pub(super) enum Statement {
    Package(Package),
    Import(Import),
    Rule(Rule),
    /// Expressions, which in a module may be read as a rule.
    Body(Body),
}

impl Statement {
    /// Its type, as OPA names it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Package(_) => "*ast.Package",
            Self::Import(_) => "*ast.Import",
            Self::Rule(_) => "*ast.Rule",
            Self::Body(_) => "ast.Body",
        }
    }

    pub fn location(&self) -> Option<&Location> {
        match self {
            Self::Package(package) => Some(&package.location),
            Self::Import(import) => Some(&import.location),
            Self::Rule(rule) => Some(&rule.location),
            Self::Body(body) => body.first().map(|expr| &expr.location),
        }
    }
}

/// What may be read where a statement begins.
enum Read<T> {
    Done(T),
    /// It is none of this kind.
    Other,
    Failed,
}

impl Parser<'_> {
    /// All statements up to the end or the first error. Without `rules` only packages, imports and bodies.
    pub fn statements(&mut self, rules: bool) -> Vec<Statement> {
        let mut statements = Vec::new();
        while !self.is(Kind::End) {
            if rules && self.keyword_as_rule_name(false) {
                break;
            }
            match self.statement(rules) {
                Some(read) => statements.extend(read),
                None => break,
            }
        }
        statements
    }

    fn statement(&mut self, rules: bool) -> Option<Vec<Statement>> {
        if self.is(Kind::Package) {
            match self.attempt(Self::package) {
                Read::Done(package) => return self.unless_minus(Statement::Package(package)),
                Read::Failed => return None,
                Read::Other => {}
            }
        }
        if self.is(Kind::Import) {
            match self.attempt(Self::import) {
                Read::Done(import) => {
                    let read = self.unless_minus(Statement::Import(import.clone()));
                    if read.is_some() {
                        self.import_keywords(&import);
                    }
                    return read;
                }
                Read::Failed => return None,
                Read::Other => {}
            }
        }
        if rules {
            match self.attempt(Self::rules) {
                Read::Done(rules) => return Some(rules.into_iter().map(Statement::Rule).collect()),
                Read::Failed => return None,
                Read::Other => {}
            }
        }
        Some(vec![Statement::Body(self.expressions(true, Kind::End)?)])
    }

    /// Reads a kind of statement; goes back where it is none and nothing is wrong so far.
    fn attempt<T>(&mut self, parse: impl FnOnce(&mut Self) -> Option<T>) -> Read<T> {
        let begin = self.save();
        match parse(self) {
            Some(statement) => Read::Done(statement),
            None if !self.errors.is_empty() => Read::Failed,
            None => {
                self.restore(begin);
                Read::Other
            }
        }
    }

    /// A `-` behind a path is part of a name with a dash in it, not the sign of what follows.
    fn unless_minus(&mut self, statement: Statement) -> Option<Vec<Statement>> {
        if self.is(Kind::Minus) {
            return self.illegal("");
        }
        Some(vec![statement])
    }

    /// Whether a keyword stands where a rule's name should be; that is an error then.
    pub fn keyword_as_rule_name(&mut self, is_default: bool) -> bool {
        use Kind::{And, As, Assign, Contains, Every, If, Import, In, LeftParen, Not, Or, Package, Some, Unify};
        // What has to follow so that it can only be meant as a rule.
        let followers: &[Kind] = match self.kind() {
            Every | If | In | Some | As => &[Assign, Unify, If, Contains, LeftParen],
            Package | Import => &[Assign, Unify, LeftParen],
            Not | And | Or => &[Assign, Unify, If, Contains],
            Contains => &[If, Contains],
            _ => return false,
        };
        let (keyword, location) = (self.kind().name(), self.here());
        if !is_default {
            let next = self.next_kind(true);
            if !followers.contains(&next) {
                return false;
            }
        }
        self.error_at(&location, format!("{keyword} keyword cannot be used for rule name"));
        true
    }
}
