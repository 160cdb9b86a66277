//! What is evaluated: rules and queries with their variables in slots and every step in order. Which variables have a
//! value at each step is known here, so that evaluation never asks.

mod body;
mod query;
mod rules;
mod scope;
mod terms;
mod unify;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use crate::{ast::Location, builtins::Function, value::Value};

pub use query::{Capture, QueryPlan};

/// Everything that rules define.
#[derive(Default)]
pub struct Program {
    /// Documents that rules define.
    pub documents: Vec<Document>,
    /// Functions that rules define.
    pub functions: Vec<FunctionPlan>,
    /// Where they are.
    pub tree: Tree,
    /// Functions by path.
    pub function_ids: HashMap<Vec<Value>, usize>,
}

/// Rules by the path of their documents.
#[derive(Default)]
pub struct Tree {
    /// What is below.
    pub children: BTreeMap<Value, Tree>,
    /// The document here; rules below it belong to it.
    pub document: Option<usize>,
    /// Whether a function is here, which hides base data.
    pub is_function: bool,
}

/// A document that rules define.
pub struct Document {
    /// Its path below `data`.
    pub path: Vec<Value>,
    /// What it is.
    pub kind: DocumentKind,
}

/// What rules define at a path.
pub enum DocumentKind {
    /// One value.
    Complete(CompletePlan),
    /// A set.
    Set(Vec<PartialPlan>),
    /// An object, perhaps of objects or sets.
    Object(Vec<PartialPlan>),
}

/// Rules that each give the whole value.
pub struct CompletePlan {
    /// The rules in order.
    pub rules: Vec<RulePlan>,
    /// The value where no rule gives one.
    pub default: Option<RulePlan>,
    /// Whether all rules give the same constant, so that the first success decides.
    pub same_constant: bool,
}

/// A function.
pub struct FunctionPlan {
    /// Its path below `data`.
    pub path: Vec<Value>,
    /// How many parameters it has.
    pub arity: usize,
    /// Its definitions.
    pub plan: CompletePlan,
}

/// One rule with a single value, and those to try where it is undefined.
pub struct RulePlan {
    /// How many slots its frame has.
    pub slots: usize,
    /// What the arguments must match; empty for documents.
    pub parameters: Vec<Pattern>,
    /// What has to hold.
    pub body: Vec<Step>,
    /// The value.
    pub value: Term,
    /// `else` rules in order.
    pub otherwise: Vec<RulePlan>,
    /// Full path, for messages.
    pub name: Arc<str>,
    /// Where it stands.
    pub location: Location,
}

/// One rule that gives a part of a set or object.
pub struct PartialPlan {
    /// By how many leading keys are known: 0 evaluates all of it.
    pub variants: Vec<PartialVariant>,
    /// Where the head stands.
    pub location: Location,
}

/// A partial rule, planned for some known leading keys, which come in the first slots.
pub struct PartialVariant {
    /// How many slots its frame has.
    pub slots: usize,
    /// What has to hold, the match of the known keys included.
    pub body: Vec<Step>,
    /// The keys under which the leaf is.
    pub path: Vec<Term>,
    /// The leaf.
    pub leaf: Leaf,
}

/// What a partial rule adds.
pub enum Leaf {
    /// A value.
    Value(Term),
    /// A member of a set.
    Member(Term),
}

/// An index into a frame.
pub type Slot = usize;

/// What has a value once the steps before it are done. It may still be undefined.
pub enum Term {
    /// A constant.
    Const(Value),
    /// A variable.
    Slot(Slot),
    /// An array.
    Array(Vec<Term>),
    /// An object.
    Object(Vec<(Term, Term)>),
    /// A set.
    Set(Vec<Term>),
    /// A reference whose parts are all known.
    Ref(Box<Reference>),
    /// An array comprehension.
    ArrayOf(Box<Closure>, Box<Term>),
    /// A set comprehension.
    SetOf(Box<Closure>, Box<Term>),
    /// An object comprehension.
    ObjectOf(Box<Closure>, Box<(Term, Term)>),
    /// The value of a call.
    Call(Box<Call>),
}

/// Steps that use the frame around them.
pub struct Closure {
    /// The steps.
    pub steps: Vec<Step>,
    /// Where they stand.
    pub location: Location,
}

/// A path into a document.
pub struct Reference {
    /// What it goes into.
    pub head: Head,
    /// The path.
    pub parts: Vec<Part>,
    /// The document that rules define at the constant beginning of the path, and how many parts that takes.
    pub document: Option<(usize, usize)>,
    /// Where it stands.
    pub location: Location,
}

/// What a reference goes into.
pub enum Head {
    /// `input`
    Input,
    /// `data`
    Data,
    /// Anything else.
    Term(Term),
}

/// A part of a path.
pub enum Part {
    /// A known key.
    Known(Term),
    /// All keys that match.
    Each(Pattern),
}

/// What a value must be like; it may give variables their values.
pub enum Pattern {
    /// Anything; the variable becomes it.
    Bind(Slot),
    /// The value of a term.
    Equal(Term),
    /// An array of this length whose elements match.
    Array(Vec<Pattern>),
    /// An object of just these keys whose values match.
    Object(Vec<(Term, Pattern)>),
}

/// A call.
pub struct Call {
    /// What is called.
    pub target: Target,
    /// The full name, by which `with` replaces it.
    pub name: Arc<str>,
    /// The operands.
    pub operands: Vec<Term>,
    /// Where it stands.
    pub location: Location,
}

/// What is called.
#[derive(Clone, Copy)]
pub enum Target {
    /// A built-in.
    Builtin(Function),
    /// A function that rules define.
    Function(usize),
    /// `walk`
    Walk,
    /// `print`
    Print,
    /// A built-in this engine has no code for.
    Unknown,
}

/// One step of a body.
pub enum Step {
    /// The term is defined and not false.
    Test(Term),
    /// The term is defined and matches.
    Match(Term, Pattern),
    /// Each value of the reference that matches.
    Scan(Reference, Pattern),
    /// A call whose value is not false, or matches.
    Call(Call, Option<Pattern>),
    /// Each path and value below a term.
    Walk(Term, Pattern),
    /// The steps have no solution.
    Not(Closure),
    /// All elements have a solution.
    Every(Box<EveryPlan>),
    /// Both have a solution.
    And(Box<(Closure, Closure)>),
    /// One of them has a solution.
    Or(Box<(Closure, Closure)>),
    /// The steps with something replaced.
    With(Box<WithPlan>),
    /// Never.
    Fail,
}

/// `every`
pub struct EveryPlan {
    /// What the elements come from.
    pub domain: Term,
    /// The variable for the key.
    pub key: Option<Slot>,
    /// The variable for the element.
    pub value: Slot,
    /// What has to hold.
    pub body: Closure,
}

/// `with`
pub struct WithPlan {
    /// What is replaced.
    pub replacements: Vec<Replacement>,
    /// The steps it is replaced for.
    pub steps: Vec<Step>,
    /// Where it stands.
    pub location: Location,
}

/// One replacement.
pub enum Replacement {
    /// `input` or something below it.
    Input(Vec<Value>, Term),
    /// `data` or something below it.
    Data(Vec<Value>, Term),
    /// A function, by full name, by a value.
    Value(Arc<str>, Term),
    /// A function, by full name, by another.
    Function(Arc<str>, Target, Arc<str>),
}
