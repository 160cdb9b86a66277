//! Built-in functions, one file a category. `signatures.json` holds the types of all of them.

mod aggregates;
mod arithmetic;
mod arrays;
mod bits;
mod casts;
mod cidr;
mod comparison;
mod glob_intersection;
mod globs;
mod graph;
mod graphql;
mod hash;
mod http;
mod internal;
mod jwt;
mod numbers;
mod objects;
mod parse;
mod providers;
mod regex;
mod runtime;
mod semver;
mod sets;
mod signature;
mod sprintf;
mod strings;
mod time;
mod types;
mod units;
mod uri;
mod uuid;
mod x509;
mod yaml;

pub(crate) mod encoding;
pub(crate) mod go;
pub(crate) mod json;
pub mod signatures;

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use num_bigint::BigInt;

use crate::{
    ast::Location,
    error::{Code, Error},
    value::{Number, Object, Set, Value},
};

/// Built-ins whose code is in this crate, by category.
const TABLES: &[&[(&str, Function)]] = &[
    aggregates::TABLE,
    arithmetic::TABLE,
    arrays::TABLE,
    bits::TABLE,
    casts::TABLE,
    cidr::TABLE,
    comparison::TABLE,
    encoding::TABLE,
    glob_intersection::TABLE,
    globs::TABLE,
    graph::TABLE,
    graphql::TABLE,
    hash::TABLE,
    http::TABLE,
    internal::TABLE,
    json::TABLES[0],
    json::TABLES[1],
    json::TABLES[2],
    json::TABLES[3],
    jwt::TABLE,
    numbers::TABLE,
    objects::TABLE,
    parse::TABLE,
    providers::TABLE,
    regex::TABLE,
    runtime::TABLE,
    semver::TABLE,
    sets::TABLE,
    sprintf::TABLE,
    strings::TABLE,
    time::TABLE,
    types::TABLE,
    units::TABLE,
    uri::TABLE,
    uuid::TABLE,
    x509::TABLE,
    yaml::TABLE,
];

/// A built-in: operands to a value, or to nothing where it is undefined.
///
/// `walk` and `print` are part of the evaluator and not among these.
pub type Function = fn(&mut Context<'_>, &[Value]) -> Outcome;

/// What a built-in gives.
pub type Outcome = Result<Option<Value>, Failure>;

/// Why a built-in gave no value. The first two make the expression undefined, unless errors are strict.
#[derive(Debug, Clone)]
pub enum Failure {
    /// An operand has a wrong type or value: `operand 1 must be string but got number`.
    Operand(String),
    /// The operation failed.
    Failed(String),
    /// Evaluation has to end, strict or not.
    Halt(Box<Error>),
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self::Failed(message)
    }
}

impl From<&str> for Failure {
    fn from(message: &str) -> Self {
        Self::Failed(message.to_owned())
    }
}

/// What a query may reach of the world outside it.
pub trait Host: Send + Sync {
    /// Fills `bytes` with random ones.
    fn random(&self, bytes: &mut [u8]);

    /// Takes the text of a `print` call.
    fn print(&self, location: &Location, text: &str);

    /// What `http.send` and `net.lookup_ip_addr` may do.
    fn network(&self) -> &Network;
}

/// What built-ins may do on the network. Nothing, unless hosts are named.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// Hosts that may be asked: exact names, `*.example.org`, addresses, or `*` for all.
    pub allow_hosts: Vec<String>,
    /// Whether loopback, private and link-local addresses may be reached.
    pub allow_private: bool,
}

/// What stays the same during one query.
pub struct Environment {
    /// The time of the query, in nanoseconds since 1970.
    pub now: i64,
    /// What `opa.runtime()` gives.
    pub runtime: Value,
    /// The world outside.
    pub host: Arc<dyn Host>,
    /// When to stop.
    pub cancel: Cancel,
    /// How many values and bytes a query may make, in bytes as far as they can be estimated.
    pub memory_limit: u64,
    /// Hosts that capabilities allow (`allow_net`); None allows what `Network` allows.
    pub allow_net: Option<Vec<String>>,
}

/// Tells a query to stop.
#[derive(Clone, Default)]
pub struct Cancel {
    /// Set from outside.
    pub flag: Arc<AtomicBool>,
    /// When time is up.
    pub deadline: Option<Instant>,
}

impl Cancel {
    /// Whether it is time to stop.
    pub fn is_due(&self) -> bool {
        self.flag.load(Ordering::Relaxed) || self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}

/// What built-ins remember within one query: compiled patterns, random numbers by key, responses.
#[derive(Default)]
pub struct Memory {
    values: HashMap<TypeId, Box<dyn Any + Send>>,
    used: u64,
}

impl Memory {
    /// Counts memory that is about to be used; false if that is more than `limit`.
    pub(crate) fn charge(&mut self, bytes: usize, limit: u64) -> bool {
        self.used = self.used.saturating_add(bytes as u64);
        self.used <= limit
    }

    /// The one `T` of this query, made when first asked for.
    pub fn of<T: Any + Send + Default>(&mut self) -> &mut T {
        let entry = self.values.entry(TypeId::of::<T>()).or_insert_with(|| Box::new(T::default()));
        entry.downcast_mut().expect("each type keeps its own entry")
    }
}

/// What a built-in is called with beside its operands.
pub struct Context<'q> {
    /// Where the call stands.
    pub location: &'q Location,
    /// The query's surroundings.
    pub env: &'q Environment,
    /// The query's memory.
    pub memory: &'q mut Memory,
}

impl Context<'_> {
    /// To be called in every long loop.
    pub fn check(&self) -> Result<(), Failure> {
        match self.env.cancel.is_due() {
            true => Err(self.halt(Code::Cancel, "caller cancelled query execution")),
            false => Ok(()),
        }
    }

    /// Counts memory that is about to be used and stops the query when it is too much.
    pub fn charge(&mut self, bytes: usize) -> Result<(), Failure> {
        match self.memory.charge(bytes, self.env.memory_limit) {
            true => Ok(()),
            false => Err(self.halt(Code::Cancel, "query needs more memory than it is allowed")),
        }
    }

    /// A failure that ends the query.
    pub fn halt(&self, code: Code, message: impl Into<String>) -> Failure {
        Failure::Halt(Box::new(Error::new(code, self.location, message)))
    }
}

/// The code of a built-in.
pub fn find(name: &str) -> Option<Function> {
    static ALL: LazyLock<HashMap<&str, Function>> =
        LazyLock::new(|| TABLES.iter().copied().flatten().copied().collect());
    ALL.get(name).copied()
}

/// `operand 1 must be string but got number`
pub(crate) fn wrong_type(position: usize, got: &Value, expected: &[&str]) -> Failure {
    let got = got.kind();
    Failure::Operand(match expected {
        [one] => format!("operand {position} must be {one} but got {got}"),
        many => format!("operand {position} must be one of {{{}}} but got {got}", many.join(", ")),
    })
}

/// `operand 1 must be array of strings but got array containing number`
pub(crate) fn wrong_element(position: usize, composite: &Value, got: &Value, expected: &[&str]) -> Failure {
    let (kind, got) = (composite.kind(), got.kind());
    Failure::Operand(match expected {
        [one] => format!("operand {position} must be {kind} of {one}s but got {kind} containing {got}"),
        many => format!(
            "operand {position} must be {kind} of (any of) {{{}}} but got {kind} containing {got}",
            many.join(", ")
        ),
    })
}

/// The operand at a position (from 1) as text.
pub(crate) fn string(operands: &[Value], position: usize) -> Result<&str, Failure> {
    let operand = &operands[position - 1];
    operand.as_str().ok_or_else(|| wrong_type(position, operand, &["string"]))
}

/// The operand at a position (from 1) as a number.
pub(crate) fn number(operands: &[Value], position: usize) -> Result<&Number, Failure> {
    match &operands[position - 1] {
        Value::Number(number) => Ok(number),
        other => Err(wrong_type(position, other, &["number"])),
    }
}

/// The operand at a position (from 1) as an integer that fits. Fractions of zeros only are let pass, exponents are not.
pub(crate) fn integer(operands: &[Value], position: usize) -> Result<i64, Failure> {
    let int = match number(operands, position)? {
        Number::Int(int) => Some(*int),
        Number::Text(text) => written_integer(text),
    };
    int.ok_or_else(|| not_an_integer(position))
}

/// `-0` and `10.00` are integers, unless they are longer than any `i64`.
fn written_integer(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let length = text.trim_start_matches('-').len();
    (length <= 19 && fraction.bytes().all(|byte| byte == b'0')).then(|| whole.parse().ok()).flatten()
}

fn not_an_integer(position: usize) -> Failure {
    Failure::Operand(format!("operand {position} must be integer number but got floating-point number"))
}

/// The operand at a position (from 1) as an integer of any size, however it is written.
pub(crate) fn big_integer(operands: &[Value], position: usize) -> Result<BigInt, Failure> {
    match &operands[position - 1] {
        Value::Number(number) => number.to_bigint().ok_or_else(|| not_an_integer(position)),
        other => Err(wrong_type(position, other, &["integer"])),
    }
}

/// The operand at a position (from 1) as an array.
pub(crate) fn array(operands: &[Value], position: usize) -> Result<&Arc<Vec<Value>>, Failure> {
    match &operands[position - 1] {
        Value::Array(items) => Ok(items),
        other => Err(wrong_type(position, other, &["array"])),
    }
}

/// The operand at a position (from 1) as an object.
pub(crate) fn object(operands: &[Value], position: usize) -> Result<&Arc<Object>, Failure> {
    match &operands[position - 1] {
        Value::Object(object) => Ok(object),
        other => Err(wrong_type(position, other, &["object"])),
    }
}

/// The operand at a position (from 1) as a set.
pub(crate) fn set(operands: &[Value], position: usize) -> Result<&Arc<Set>, Failure> {
    match &operands[position - 1] {
        Value::Set(set) => Ok(set),
        other => Err(wrong_type(position, other, &["set"])),
    }
}

/// The items of an array or the members of a set.
pub(crate) fn items(value: &Value) -> Option<&[Value]> {
    match value {
        Value::Array(items) => Some(items),
        Value::Set(set) => Some(set.as_slice()),
        _ => None,
    }
}
