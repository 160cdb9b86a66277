//! Evaluation: depth first with backtracking. A body runs its steps in a loop; only a step with several solutions
//! calls for the rest of the body again.

mod builtin;
mod collect;
mod data;
mod document;
mod function;
mod memo;
mod reference;
mod replace;
mod run;
mod session;
mod term;

pub use session::{Answer, Policy, Query, Solution};

use std::sync::Arc;

use crate::{
    ast::Location,
    builtins::{Environment, Memory},
    error::{Code, Error},
    plan::{Program, Replacement},
    value::Value,
};

/// Why evaluation goes no further.
pub(crate) enum Halt {
    /// What was looked for is found.
    Found,
    /// It failed.
    Failed(Box<Error>),
}

/// Goes on, or not.
pub(crate) type Flow = Result<(), Halt>;

/// What is done for each solution.
pub(crate) type Each<'a, 'p> = &'a mut dyn FnMut(&mut Machine<'p>, &mut Frame) -> Flow;

/// The values of a rule's variables.
pub(crate) type Frame = Vec<Value>;

/// Evaluates one query.
pub(crate) struct Machine<'p> {
    pub program: &'p Program,
    pub env: &'p Environment,
    pub memory: Memory,
    /// Whether errors of built-ins end the query.
    pub strict: bool,
    /// Errors of built-ins that made something undefined.
    pub builtin_errors: Vec<Error>,
    pub scope: Scope<'p>,
    steps: u32,
    depth: u32,
}

/// What rules see of the world; `with` puts another one in place.
pub(crate) struct Scope<'p> {
    pub input: Option<Value>,
    pub data: Value,
    /// Paths below data that are replaced, rules included.
    pub replaced: Arc<Vec<Vec<Value>>>,
    /// Functions that are replaced.
    pub functions: Vec<&'p Replacement>,
    /// Values that functions are replaced by, in the order of `functions`.
    pub function_values: Vec<Option<Value>>,
    pub memo: memo::Memo,
}

/// Errors of built-ins kept for the caller; more say nothing new.
const MAX_BUILTIN_ERRORS: usize = 100;

/// Rules that need rules that need rules: deeper than any policy that is not made to break this.
const MAX_DEPTH: u32 = 20_000;

impl<'p> Machine<'p> {
    pub fn new(program: &'p Program, env: &'p Environment, strict: bool, input: Option<Value>, data: Value) -> Self {
        let scope = Scope {
            input,
            data,
            replaced: Arc::default(),
            functions: Vec::new(),
            function_values: Vec::new(),
            memo: memo::Memo::default(),
        };
        let (memory, builtin_errors) = (Memory::default(), Vec::new());
        Self { program, env, memory, strict, builtin_errors, scope, steps: 0, depth: 0 }
    }

    /// Counts a step and looks now and then whether it is time to stop.
    #[inline]
    pub fn tick(&mut self, location: impl FnOnce() -> Option<Location>) -> Flow {
        self.steps = self.steps.wrapping_add(1);
        if self.steps.is_multiple_of(1024) && self.env.cancel.is_due() {
            let mut error = Error::nowhere(Code::Cancel, "caller cancelled query execution");
            error.location = location();
            return Err(error.into());
        }
        Ok(())
    }

    /// Counts memory that the answer or something on the way to it takes.
    #[inline]
    pub fn charge(&mut self, bytes: usize) -> Flow {
        match self.memory.charge(bytes, self.env.memory_limit) {
            true => Ok(()),
            false => Err(Error::nowhere(Code::Cancel, "query needs more memory than it is allowed").into()),
        }
    }

    /// Goes one rule deeper.
    pub fn deeper<T>(
        &mut self,
        location: &Location,
        work: impl FnOnce(&mut Self) -> Result<T, Halt>,
    ) -> Result<T, Halt> {
        if self.depth == MAX_DEPTH {
            return Err(Error::new(Code::Internal, location, "rules are nested too deeply").into());
        }
        self.depth += 1;
        let result = stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || work(self));
        self.depth -= 1;
        result
    }
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Failed(Box::new(error))
    }
}

/// Turns "found" into `true` and the end into `false`.
pub(crate) fn found(flow: Flow) -> Result<bool, Halt> {
    match flow {
        Ok(()) => Ok(false),
        Err(Halt::Found) => Ok(true),
        Err(failed) => Err(failed),
    }
}
