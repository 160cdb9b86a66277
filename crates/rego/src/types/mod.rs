//! The type checker: what values expressions can have, and which of them can never be what is asked of them.
//!
//! Types are inferred, never written: those of built-ins come from their signatures, those of `input` from JSON Schemas
//! where there are some, those of rules from their bodies. Each rule is checked behind the rules it refers to.

mod annotations;
mod body;
mod call;
mod elide;
mod env;
mod failure;
mod infer;
mod json;
mod lattice;
mod names;
mod order;
mod refs;
mod rule;
mod schema;
mod select;
mod text;
mod tree;
mod unify;
mod walk;
mod with;

use std::{
    cell::{Cell, RefCell},
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

pub use json::from_json;
pub use lattice::{Arg, Array, Dynamic, Function, Object, Recursive, Set, Type, Union};

use crate::{
    ast::{Body, Location, Node, Term, Var},
    compile::{Compiled, Options},
    error::{self, Code, Error, Errors},
    value::Value,
};
use annotations::Annotated;
use env::{Env, Shared};
use names::Names;
use order::Order;
use rule::Rules;
use schema::Schemas;
use tree::Tree;

/// How many expressions a query may have checked beyond its own number.
const QUERY_BUDGET: u64 = 1_000_000;

/// The types of all documents and functions.
#[derive(Clone, Debug, Default)]
pub struct TypeEnv {
    tree: Tree,
    order: Order,
    /// What recursive types refer to.
    kept: Vec<Type>,
}

/// Types of built-ins by the parts of their names.
static BUILTINS: LazyLock<Vec<(Vec<Value>, Type)>> = LazyLock::new(|| {
    let entries: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("../builtins/signatures.json")).unwrap_or_default();
    let path = |name: &str| name.split('.').map(Value::string).collect();
    entries.iter().filter_map(|entry| Some((path(entry.get("name")?.as_str()?), json::signature(entry)?))).collect()
});

impl TypeEnv {
    /// Knows built-ins only.
    fn of_builtins(options: &Options) -> Self {
        let mut env = Self::default();
        let known: Option<HashSet<Vec<Value>>> = options.capabilities.as_ref().map(|capabilities| {
            capabilities.builtins.iter().map(|name| name.split('.').map(Value::string).collect()).collect()
        });
        for (path, of) in BUILTINS.iter() {
            if known.as_ref().is_none_or(|known| known.contains(path)) {
                env.tree.put(path, of.clone());
            }
        }
        env
    }

    /// The type of a document or function, given by a reference such as `data.a.b` or `startswith`. None where nothing
    /// is known of it.
    pub fn type_of(&self, reference: &[Term]) -> Option<Type> {
        let subjects = HashMap::new();
        let shared = self.shared(Names { subjects: &subjects, rewritten: [None, None] }, 0);
        Env::root(&shared, &self.tree).reference(reference)
    }

    fn shared<'a>(&'a self, names: Names<'a>, budget: u64) -> Shared<'a> {
        shared(&self.order, names, budget)
    }
}

fn shared<'a>(order: &'a Order, names: Names<'a>, budget: u64) -> Shared<'a> {
    Shared { names, order, relaxed: RefCell::default(), budget: Cell::new(budget) }
}

/// `f: arity mismatch` for a call of a built-in with too many or too few operands. None if it is no built-in.
pub fn arity_mismatch(location: &Location, operator: &[Term], operands: &[Term]) -> Option<Error> {
    static ENV: LazyLock<TypeEnv> = LazyLock::new(|| TypeEnv::of_builtins(&Options::default()));
    let nothing = HashMap::new();
    let shared = ENV.shared(Names { subjects: &nothing, rewritten: [None, None] }, QUERY_BUDGET);
    let root = Env::root(&shared, &ENV.tree);
    let Some(Type::Function(function)) = root.reference(operator) else { return None };
    let have: Vec<Option<Type>> = operands.iter().map(|operand| root.term(operand)).collect();
    let variadic = function.variadic.as_ref();
    Some(failure::wanted(location, operator, "arity mismatch", &have, &function.args, variadic).error)
}

/// Infers the types of all rules. Errors are sorted by place; rules with errors count as of any type.
pub fn check(compiled: &Compiled, options: &Options) -> (TypeEnv, Errors) {
    let mut env = TypeEnv::of_builtins(options);
    let mut schemas = Schemas::new(&options.schemas);
    let mut errors = Errors::new();
    match schemas.of_input() {
        Ok(Some(of)) => env.tree.put(&[Value::string("input")], of),
        Ok(None) => {}
        Err(message) => errors.push(Error::nowhere(Code::Type, message)),
    }
    let order = Order::new(compiled);
    let names = Names { subjects: &compiled.subjects, rewritten: [Some(&compiled.rewritten), None] };
    let shared = shared(&order, names, 0);
    let annotated = Annotated::new(compiled);
    let mut rules = Rules { compiled, order: &order, annotated, schemas, errors };
    rules.check(&mut env.tree, &shared);
    env.kept = rules.schemas.kept;
    let mut errors = rules.errors;
    drop(shared);
    env.order = order;
    error::sort(&mut errors);
    (env, errors)
}

/// Checks the rewritten, ordered body of a query against the types of a policy. `rewritten` and `subjects` say what the
/// query's generated variables stand for.
pub fn check_query(
    env: &TypeEnv,
    body: &Body,
    compiled: &Compiled,
    rewritten: &HashMap<Var, Var>,
    subjects: &HashMap<Var, Node>,
) -> Errors {
    let names = Names { subjects, rewritten: [Some(rewritten), Some(&compiled.rewritten)] };
    let shared = env.shared(names, QUERY_BUDGET.saturating_add(body.len() as u64));
    let (_, failures) = body::check(&Env::root(&shared, &env.tree), body);
    match shared.budget.get() {
        0 => Errors::new(),
        _ => failures.into_iter().map(|failure| failure.error).collect(),
    }
}
