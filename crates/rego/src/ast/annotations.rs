//! Metadata: `# METADATA` comments before packages and rules.

use super::{Location, Ref};
use crate::value::Value;

/// What a block of metadata belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// The rule behind it.
    Rule,
    /// All rules of the same path.
    Document,
    /// The package.
    Package,
    /// The package and those below it.
    Subpackages,
}

impl Scope {
    /// As written in metadata.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Document => "document",
            Self::Package => "package",
            Self::Subpackages => "subpackages",
        }
    }
}

/// One block of metadata.
#[derive(Clone, Debug)]
pub struct Annotations {
    /// What it belongs to.
    pub scope: Scope,
    /// `title:`
    pub title: String,
    /// `description:`
    pub description: String,
    /// `entrypoint:`
    pub entrypoint: bool,
    /// `organizations:`
    pub organizations: Vec<String>,
    /// `related_resources:`
    pub related_resources: Vec<RelatedResource>,
    /// `authors:`
    pub authors: Vec<Author>,
    /// `schemas:`
    pub schemas: Vec<SchemaAnnotation>,
    /// `compile:`: unknowns and mask rule
    pub compile: Option<(Vec<Ref>, Option<Ref>)>,
    /// `custom:`, an object
    pub custom: Option<Value>,
    /// `labels:`, an object
    pub labels: Option<Value>,
    /// The whole block; its end tells where it stops.
    pub location: Location,
    /// Full path of what it belongs to: the package, or the rule's reference below it.
    pub path: Ref,
    /// Row of the rule or package it belongs to, by which both are matched.
    pub target: Option<Location>,
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelatedResource {
    /// A URL.
    pub reference: String,
    /// What it is.
    pub description: String,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// Name.
    pub name: String,
    /// Mail address.
    pub email: String,
}

/// The type of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaAnnotation {
    /// The document.
    pub path: Ref,
    /// Where the schema is: `schema.…`
    pub schema: Option<Ref>,
    /// Or the schema itself.
    pub definition: Option<Value>,
}
