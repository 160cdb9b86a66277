//! Policies and queries, from text to answers.

use std::sync::Arc;

use super::{Frame, Halt, Machine};
use crate::{
    ast::{Body, Expr, ExprKind, Location, Module, Node, Term, Var},
    builtins::{Environment, signatures},
    check::walk::{self, Visit},
    compile::{self, Compiled, Options, QueryContext},
    error::{Code, Error, Errors, Result},
    plan::{Program, QueryPlan},
    types::TypeEnv,
    value::Value,
};

/// Modules that are ready to be asked. Cheap to share, never changed.
pub struct Policy {
    compiled: Compiled,
    types: TypeEnv,
    program: Program,
    options: Options,
}

/// A query that is ready to be run, any number of times.
pub struct Query {
    plan: QueryPlan,
    text: Vec<Location>,
}

/// What a query gives.
#[derive(Debug, Default)]
pub struct Answer {
    /// Each way in which the query holds.
    pub solutions: Vec<Solution>,
    /// Errors of built-ins that made something undefined, the first hundred.
    pub builtin_errors: Errors,
}

/// One way in which a query holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// Variables of the query, by name.
    pub bindings: Vec<(String, Value)>,
    /// The value of each expression, in the order written.
    pub expressions: Vec<(Value, Location)>,
}

impl Policy {
    /// Compiles modules.
    ///
    /// # Errors
    /// All errors of the first stage that finds some.
    pub fn new(modules: Vec<Module>, options: Options) -> Result<Self> {
        let (compiled, types) = compile::compile(modules, &options)?;
        let program = Program::new(&compiled)?;
        Ok(Self { compiled, types, program, options })
    }

    /// What the modules became.
    pub fn compiled(&self) -> &Compiled {
        &self.compiled
    }

    /// Compiles a query.
    ///
    /// # Errors
    /// All errors of the first stage that finds some.
    pub fn query(&self, mut body: Body, context: &QueryContext) -> Result<Query> {
        if body.is_empty() {
            return Err(vec![Error::nowhere(Code::Compile, "empty query cannot be compiled")]);
        }
        let text: Vec<Location> = body.iter().map(|expr| expr.location.clone()).collect();
        let captures = self.capture(&mut body);
        let query = compile::query(&self.compiled, &self.types, body, context, &self.options)?;
        let captures: Vec<_> = captures.into_iter().zip(text.iter().cloned()).collect();
        let plan = QueryPlan::new(&self.compiled, &self.program, &query, &captures)?;
        Ok(Query { plan, text })
    }

    /// Gives the value of each expression a variable. Where several expressions have to hold, so have their values.
    fn capture(&self, body: &mut Body) -> Vec<Option<Var>> {
        let mut ranges = Ranges::default();
        walk::body(body, &mut ranges);
        let checked = body.len() > 1 || ranges.0;
        let mut captures = Vec::with_capacity(body.len());
        let mut checks = Vec::new();
        for (at, expr) in body.iter_mut().enumerate() {
            let name = format!("$term{at}");
            let variable = Term::var(&name, &expr.location);
            let captured = match &mut expr.kind {
                _ if expr.negated => false,
                ExprKind::Term(Term { node: Node::Not(_), .. }) => false,
                ExprKind::Term(term) => {
                    let equal = Expr::call("eq", [term.clone(), variable.clone()], &expr.location);
                    expr.kind = equal.kind;
                    true
                }
                ExprKind::Call(terms) => {
                    let takes = self.arity(&terms[0]);
                    let captured = takes == Some(terms.len() - 1);
                    if captured {
                        terms.push(variable.clone());
                    }
                    captured
                }
                _ => false,
            };
            if captured && checked {
                let mut check = Expr::new(ExprKind::Term(variable), expr.location.clone());
                check.generated = true;
                checks.push(check);
            }
            captures.push(captured.then(|| Var::new(&name)));
        }
        body.append(&mut checks);
        captures
    }

    /// How many operands a function takes whose value can be captured.
    fn arity(&self, operator: &Term) -> Option<usize> {
        let name = operator.dotted_name()?;
        if matches!(name.as_str(), "eq" | "assign") {
            return None;
        }
        if let Some(signature) = signatures::find(&name) {
            signature.decl.result.as_ref()?;
            return signatures::arity(&name);
        }
        let path = operator.as_ref_term()?.get(1..)?;
        let path: Vec<Value> = path.iter().map(Term::to_value).collect::<Option<_>>()?;
        self.program.function_ids.get(&path).map(|id| self.program.functions[*id].arity)
    }
}

/// Whether a query has several solutions by its form: a variable in the path of a reference, or a relation.
#[derive(Default)]
struct Ranges(bool);

impl Visit<'_> for Ranges {
    fn term(&mut self, term: &Term) -> bool {
        match &term.node {
            Node::Ref(parts) => {
                let relation = || {
                    let name = term.dotted_name()?;
                    signatures::find(&name).map(|signature| signature.relation)
                };
                self.0 |= parts[1..].iter().any(|part| part.as_var().is_some()) || relation() == Some(true);
            }
            Node::ArrayComprehension(_) | Node::SetComprehension(_) | Node::ObjectComprehension(_) => return false,
            _ => {}
        }
        !self.0
    }
}

impl Query {
    /// The expressions as written.
    pub fn text(&self) -> &[Location] {
        &self.text
    }

    /// Runs the query. With `strict`, the first error of a built-in ends it.
    ///
    /// # Errors
    /// The error that ended the query.
    pub fn run(
        &self,
        policy: &Policy,
        data: &Value,
        input: Option<&Value>,
        env: &Environment,
        strict: bool,
    ) -> std::result::Result<Answer, Error> {
        let mut machine = Machine::new(&policy.program, env, strict, input.cloned(), data.clone());
        let mut frame: Frame = vec![Value::Null; self.plan.slots];
        let mut solutions: Vec<Solution> = Vec::new();
        let flow = machine.run(&self.plan.body, &mut frame, &mut |machine, frame| {
            machine.charge(64 * (1 + self.plan.bindings.len()))?;
            solutions.push(self.solution(frame));
            Ok(())
        });
        match flow {
            Ok(()) | Err(Halt::Found) => Ok(Answer { solutions, builtin_errors: machine.builtin_errors }),
            Err(Halt::Failed(error)) => Err(*error),
        }
    }

    fn solution(&self, frame: &Frame) -> Solution {
        let bindings = self.plan.bindings.iter().map(|(name, slot)| (name.clone(), frame[*slot].clone())).collect();
        let expressions = self
            .plan
            .captures
            .iter()
            .map(|capture| {
                let value = capture.slot.map_or(Value::Bool(true), |slot| frame[slot].clone());
                (value, capture.location.clone())
            })
            .collect();
        Solution { bindings, expressions }
    }
}

/// A host that has no network and forgets what is printed.
#[derive(Debug, Default)]
pub struct Silent(crate::builtins::Network);

impl crate::builtins::Host for Silent {
    fn random(&self, bytes: &mut [u8]) {
        // Nothing to be secret about: what policies get here is only ever shown to their author.
        let mut state = std::collections::hash_map::RandomState::new();
        for chunk in bytes.chunks_mut(8) {
            use std::hash::{BuildHasher, Hasher};
            let word = state.build_hasher().finish().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
            state = std::collections::hash_map::RandomState::new();
        }
    }

    fn print(&self, _: &Location, _: &str) {}

    fn network(&self) -> &crate::builtins::Network {
        &self.0
    }
}

impl Environment {
    /// Surroundings at a time (nanoseconds since 1970), with nothing to reach and 4 GiB of memory.
    pub fn closed(now: i64) -> Self {
        Self {
            now,
            runtime: Value::object([]),
            host: Arc::new(Silent::default()),
            cancel: crate::builtins::Cancel::default(),
            memory_limit: 4 << 30,
            allow_net: None,
        }
    }
}
