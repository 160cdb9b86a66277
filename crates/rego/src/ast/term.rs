//! Terms: what stands for a value.

use std::{borrow::Borrow, fmt, ops::Deref, sync::Arc};

use super::{Body, Expr, Location};
use crate::value::{Number, Value};

/// The name of a variable.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Var(Arc<str>);

impl Var {
    /// A variable of this name.
    pub fn new(name: impl AsRef<str>) -> Self {
        Self(Arc::from(name.as_ref()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name, shared.
    pub fn to_text(&self) -> Arc<str> {
        self.0.clone()
    }

    /// Whether the parser made it for a `_`.
    pub fn is_wildcard(&self) -> bool {
        self.0.starts_with('$')
    }

    /// Whether a stage of the compiler made it up.
    pub fn is_generated(&self) -> bool {
        self.0.starts_with("__local")
    }
}

impl Deref for Var {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Var {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Var {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl fmt::Debug for Var {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A term and where it stands. Equality of terms is equality of their nodes: the place does not count.
#[derive(Clone, Debug)]
pub struct Term {
    /// What it is.
    pub node: Node,
    /// Where it stands.
    pub location: Location,
}

/// The kinds of terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number literal.
    Number(Number),
    /// A string literal, plain or raw.
    String(Arc<str>),
    /// A variable.
    Var(Var),
    /// `head.a["b"][c]`
    Ref(Ref),
    /// `[a, b]`
    Array(Vec<Term>),
    /// `{a: b}`, in the order written
    Object(Vec<(Term, Term)>),
    /// `{a, b}` or `set()`, in the order written
    Set(Vec<Term>),
    /// `[head | body]`
    ArrayComprehension(Box<Comprehension>),
    /// `{head | body}`
    SetComprehension(Box<Comprehension>),
    /// `{key: value | body}`
    ObjectComprehension(Box<ObjectComprehension>),
    /// A function called for its value; `a + b` is `plus(a, b)`.
    Call(Call),
    /// `$"text {expression}"`
    Template(Box<TemplateString>),
    /// `not { body }`
    Not(Box<Not>),
}

/// A reference: a head (variable, call or literal) and the path below it. Names after a dot are strings.
pub type Ref = Vec<Term>;

/// A call: first the operator, which is a reference, then its operands.
pub type Call = Vec<Term>;

/// An array or set comprehension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comprehension {
    /// The element.
    pub term: Term,
    /// What has to hold for it.
    pub body: Body,
}

/// An object comprehension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectComprehension {
    /// The key of each entry.
    pub key: Term,
    /// The value of each entry.
    pub value: Term,
    /// What has to hold for it.
    pub body: Body,
}

/// A template string: text with expressions in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateString {
    /// Texts and expressions in order.
    pub parts: Vec<TemplatePart>,
    /// Whether it was written between back quotes.
    pub multi_line: bool,
}

/// A part of a template string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplatePart {
    /// Text between the expressions: a string term.
    Text(Term),
    /// An expression in braces.
    Expr(Expr),
}

/// A negated body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Not {
    /// What must not hold.
    pub body: Body,
    /// Whether it was written in braces.
    pub explicit_body: bool,
}

impl Node {
    /// What this kind of term is called in messages and in the tree's JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Var(_) => "var",
            Self::Ref(_) => "ref",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
            Self::Set(_) => "set",
            Self::ArrayComprehension(_) => "arraycomprehension",
            Self::SetComprehension(_) => "setcomprehension",
            Self::ObjectComprehension(_) => "objectcomprehension",
            Self::Call(_) => "call",
            Self::Template(_) => "templatestring",
            Self::Not(_) => "not",
        }
    }
}

impl Term {
    /// A term at a place.
    pub fn new(node: Node, location: Location) -> Self {
        Self { node, location }
    }

    /// A variable at a place.
    pub fn var(name: impl AsRef<str>, location: &Location) -> Self {
        Self::new(Node::Var(Var::new(name)), location.clone())
    }

    /// A string at a place.
    pub fn string(text: impl AsRef<str>, location: &Location) -> Self {
        Self::new(Node::String(Arc::from(text.as_ref())), location.clone())
    }

    /// The variable, if this is one.
    pub fn as_var(&self) -> Option<&Var> {
        match &self.node {
            Node::Var(var) => Some(var),
            _ => None,
        }
    }

    /// The text, if this is a string literal.
    pub fn as_str(&self) -> Option<&str> {
        match &self.node {
            Node::String(text) => Some(text),
            _ => None,
        }
    }

    /// The reference, if this is one.
    pub fn as_ref_term(&self) -> Option<&[Term]> {
        match &self.node {
            Node::Ref(terms) => Some(terms),
            _ => None,
        }
    }

    /// Whether no variable occurs in it, other than as the head of a reference.
    pub fn is_ground(&self) -> bool {
        let all = |terms: &[Term]| terms.iter().all(Term::is_ground);
        match &self.node {
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::String(_) => true,
            Node::Ref(terms) => all(terms.get(1..).unwrap_or_default()),
            Node::Array(items) | Node::Set(items) | Node::Call(items) => all(items),
            Node::Object(entries) => entries.iter().all(|(key, value)| key.is_ground() && value.is_ground()),
            Node::Var(_)
            | Node::ArrayComprehension(_)
            | Node::SetComprehension(_)
            | Node::ObjectComprehension(_)
            | Node::Template(_)
            | Node::Not(_) => false,
        }
    }

    /// Whether no variable, reference, call or comprehension occurs in it.
    pub fn is_ground_literal(&self) -> bool {
        self.to_value().is_some()
    }

    /// The value of a term made of literals only.
    pub fn to_value(&self) -> Option<Value> {
        Some(match &self.node {
            Node::Null => Value::Null,
            Node::Bool(bool) => Value::Bool(*bool),
            Node::Number(number) => Value::Number(number.clone()),
            Node::String(text) => Value::String(text.clone()),
            Node::Array(items) => Value::array(items.iter().map(Term::to_value).collect::<Option<Vec<_>>>()?),
            Node::Set(items) => Value::set(items.iter().map(Term::to_value).collect::<Option<Vec<_>>>()?),
            Node::Object(entries) => Value::object(
                entries
                    .iter()
                    .map(|(key, value)| Some((key.to_value()?, value.to_value()?)))
                    .collect::<Option<Vec<_>>>()?,
            ),
            _ => return None,
        })
    }

    /// A value as a term of literals.
    pub fn from_value(value: &Value, location: &Location) -> Self {
        let term = |value: &Value| Self::from_value(value, location);
        let node = match value {
            Value::Null => Node::Null,
            Value::Bool(bool) => Node::Bool(*bool),
            Value::Number(number) => Node::Number(number.clone()),
            Value::String(text) => Node::String(text.clone()),
            Value::Array(items) => Node::Array(items.iter().map(term).collect()),
            Value::Set(set) => Node::Set(set.iter().map(term).collect()),
            Value::Object(object) => Node::Object(object.iter().map(|(key, value)| (term(key), term(value))).collect()),
        };
        Self::new(node, location.clone())
    }
}

impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

impl Eq for Term {}
