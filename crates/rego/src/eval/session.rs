//! Policies and queries, from text to answers.

use std::sync::Arc;

use super::{Frame, Halt, Machine};
use crate::{
    ast::{Body, Location, Module},
    builtins::Environment,
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
    pub fn query(&self, body: Body, context: &QueryContext) -> Result<Query> {
        if body.is_empty() {
            return Err(vec![Error::nowhere(Code::Compile, "empty query cannot be compiled")]);
        }
        let text: Vec<Location> = body.iter().map(|expr| expr.location.clone()).collect();
        let context = QueryContext { capture: true, ..context.clone() };
        let query = compile::query(&self.compiled, &self.types, body, &context, &self.options)?;
        let captures: Vec<_> = query.captures.iter().cloned().zip(text.iter().cloned()).collect();
        let plan = QueryPlan::new(&self.compiled, &self.program, &query, &captures)?;
        Ok(Query { plan, text })
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
