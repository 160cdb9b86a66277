//! Modules, rules and the expressions of their bodies.

use super::{Annotations, Call, Location, Node, Ref, Term, Var};

/// Which version of the language a module is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegoVersion {
    /// Rego as before version 1: `if`, `contains`, `in` and `every` by import only.
    V0,
    /// A v0 module that imports `rego.v1` and so is valid as both.
    V0CompatV1,
    /// Rego version 1.
    #[default]
    V1,
    /// Rego version 2: `and`, `or`, `not { … }`, template strings and keywords in references without imports.
    V2,
}

/// One file of policy.
#[derive(Clone, Debug)]
pub struct Module {
    /// Where its rules live.
    pub package: Package,
    /// What it names from elsewhere.
    pub imports: Vec<Import>,
    /// Metadata that belongs to the module, its package or rules, in the order written.
    pub annotations: Vec<Annotations>,
    /// Its rules in the order written. A rule with several bodies is several rules.
    pub rules: Vec<Rule>,
    /// All comments in the order written.
    pub comments: Vec<Comment>,
    /// The version it was read as, `import rego.v1` and `import rego.v2` taken into account.
    pub version: RegoVersion,
}

/// A comment, from `#` to the end of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// The text behind the `#`.
    pub text: String,
    /// Where the `#` stands.
    pub location: Location,
}

/// `package a.b.c`
#[derive(Clone, Debug)]
pub struct Package {
    /// The full path, beginning with the variable `data`.
    pub path: Ref,
    /// Where the declaration stands.
    pub location: Location,
}

/// `import data.a.b as c`
#[derive(Clone, Debug)]
pub struct Import {
    /// A reference: `data…`, `input…`, `rego.v1`, `future.keywords…`.
    pub path: Term,
    /// The name behind `as`.
    pub alias: Option<Var>,
    /// Where the declaration stands.
    pub location: Location,
    /// Where the alias stands.
    pub alias_location: Option<Location>,
}

/// One definition of a rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Whether this is the value where no other definition gives one.
    pub default: bool,
    /// Name, arguments, key and value.
    pub head: Head,
    /// What has to hold. Where none was written, the expression `true`.
    pub body: Body,
    /// The definition to try where this one is undefined.
    pub else_rule: Option<Box<Rule>>,
    /// Where it stands.
    pub location: Location,
    /// Metadata of scope `rule` and `document` written before it (indexes into the module's list are not needed: the
    /// annotations are few and cheap to copy).
    pub annotations: Vec<Annotations>,
    /// Whether no body was written.
    pub generated_body: bool,
}

/// Keywords of a rule's head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadKeyword {
    /// `if`
    If,
    /// `contains`
    Contains,
}

/// What stands before a rule's body.
#[derive(Clone, Debug)]
pub struct Head {
    /// The first name of the reference; empty in v1 where a reference has several parts (as OPA's JSON has it).
    pub name: Var,
    /// The whole reference: the first part a variable, names after a dot strings.
    pub reference: Ref,
    /// Parameters of a function. `Some` and empty for `f() := 1`.
    pub args: Option<Vec<Term>>,
    /// The member of a partial set, or the last part of a partial object's reference.
    pub key: Option<Term>,
    /// The value; `true` where none was written and the rule is no partial set.
    pub value: Option<Term>,
    /// Whether the value was written behind `:=`.
    pub assign: bool,
    /// Where it stands.
    pub location: Location,
    /// Which keywords were written.
    pub keywords: Vec<HeadKeyword>,
    /// Whether no value was written.
    pub generated_value: bool,
}

/// What a rule defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleKind {
    /// One value, perhaps under a reference with variables in it.
    SingleValue,
    /// Members of a set.
    MultiValue,
}

/// Expressions that all have to hold.
pub type Body = Vec<Expr>;

/// One expression of a body.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What has to hold.
    pub kind: ExprKind,
    /// `with` modifiers in the order written.
    pub with: Vec<With>,
    /// Position in the body as written.
    pub index: usize,
    /// Whether a stage of the compiler made it.
    pub generated: bool,
    /// `not` before it (without braces).
    pub negated: bool,
    /// Where it stands.
    pub location: Location,
    /// An equality that was written as `:=`.
    pub from_assignment: bool,
}

/// The kinds of expressions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExprKind {
    /// A term that must be defined and not false.
    Term(Term),
    /// A call of a relation: `x = y` is `eq(x, y)`, `x := y` is `assign(x, y)`, `x == y` is `equal(x, y)`.
    Call(Call),
    /// `some x, y` (variables) or `some k, v in xs` (one `internal.member_2`/`internal.member_3` call)
    Some(SomeDecl),
    /// `every k, v in xs { … }`
    Every(Box<Every>),
    /// `a and b`
    And(Box<Logical>),
    /// `a or b`
    Or(Box<Logical>),
}

/// A declaration of local variables.
#[derive(Clone, Debug)]
pub struct SomeDecl {
    /// Variables, or one membership call.
    pub symbols: Vec<Term>,
    /// Where it stands.
    pub location: Location,
}

/// Something that has to hold for all elements.
#[derive(Clone, Debug)]
pub struct Every {
    /// The variable for the key, where there is one.
    pub key: Option<Term>,
    /// The variable for the element.
    pub value: Term,
    /// What the elements come from.
    pub domain: Term,
    /// What has to hold for each.
    pub body: Body,
    /// Where it stands.
    pub location: Location,
}

/// Two bodies joined by `and` or `or`.
#[derive(Clone, Debug)]
pub struct Logical {
    /// The left body.
    pub lhs: Body,
    /// The right body.
    pub rhs: Body,
    /// Whether the left one was written in braces.
    pub explicit_lhs: bool,
    /// Whether the right one was written in braces.
    pub explicit_rhs: bool,
    /// Where it stands.
    pub location: Location,
}

/// `with target as value`
#[derive(Clone, Debug)]
pub struct With {
    /// A reference to input, data or a function.
    pub target: Term,
    /// What it is replaced by.
    pub value: Term,
    /// Where it stands.
    pub location: Location,
}

impl Expr {
    /// A plain expression of this kind.
    pub fn new(kind: ExprKind, location: Location) -> Self {
        Self { kind, with: Vec::new(), index: 0, generated: false, negated: false, location, from_assignment: false }
    }

    /// A call of a built-in operator, given by its full name.
    pub fn call(operator: &str, operands: impl IntoIterator<Item = Term>, location: &Location) -> Self {
        let terms = std::iter::once(Term::operator(operator, location)).chain(operands).collect();
        Self::new(ExprKind::Call(terms), location.clone())
    }

    /// The operator and its operands, if this is a call.
    pub fn as_call(&self) -> Option<(&Term, &[Term])> {
        match &self.kind {
            ExprKind::Call(terms) => terms.split_first(),
            _ => None,
        }
    }

    /// Whether this is a call of the built-in of this name.
    pub fn is_call_of(&self, name: &str) -> bool {
        self.as_call().is_some_and(|(operator, _)| operator.is_operator(name))
    }
}

impl Term {
    /// A reference to a built-in by its dotted name.
    pub fn operator(name: &str, location: &Location) -> Self {
        let mut parts = name.split('.');
        let head = Self::var(parts.next().unwrap_or_default(), location);
        let path = parts.map(|part| Self::string(part, location));
        Self::new(Node::Ref(std::iter::once(head).chain(path).collect()), location.clone())
    }

    /// The dotted name of a reference of a variable and strings: `io.jwt.decode`, `data.a.f`.
    pub fn dotted_name(&self) -> Option<String> {
        let Node::Ref(terms) = &self.node else { return None };
        let (head, path) = terms.split_first()?;
        let mut name = head.as_var()?.as_str().to_owned();
        for part in path {
            name.push('.');
            name.push_str(part.as_str()?);
        }
        Some(name)
    }

    /// Whether this is a reference to the built-in of this dotted name.
    pub fn is_operator(&self, name: &str) -> bool {
        let Node::Ref(terms) = &self.node else { return false };
        let mut parts = name.split('.');
        let Some((head, path)) = terms.split_first() else { return false };
        head.as_var().map(Var::as_str) == parts.next()
            && path.iter().all(|part| part.as_str().is_some() && part.as_str() == parts.next())
            && parts.next().is_none()
    }
}

impl Rule {
    /// Whether the rule is a function.
    pub fn is_function(&self) -> bool {
        self.head.args.is_some()
    }
}

impl Head {
    /// What the rule defines: members of a set, or a value.
    pub fn kind(&self) -> RuleKind {
        match (&self.key, &self.value) {
            (Some(_), None) => RuleKind::MultiValue,
            _ => RuleKind::SingleValue,
        }
    }
}

macro_rules! equal_without_place {
    ($($type:ty: $($field:ident),+;)*) => {$(
        /// The place does not count.
        impl PartialEq for $type {
            fn eq(&self, other: &Self) -> bool {
                $(self.$field == other.$field)&&+
            }
        }

        impl Eq for $type {}
    )*};
}
equal_without_place! {
    Package: path;
    Import: path, alias;
    Rule: default, head, body, else_rule;
    Head: reference, args, key, value, assign;
    Expr: kind, with, negated;
    SomeDecl: symbols;
    Every: key, value, domain, body;
    Logical: lhs, rhs;
    With: target, value;
}
