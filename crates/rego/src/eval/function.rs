//! Calls: of rules, of built-ins, and of what `with` puts in their place.

use super::{Frame, Halt, Machine};
use crate::{
    error::{Code, Error},
    plan::{Call, Replacement, Target},
    value::Value,
};

impl<'p> Machine<'p> {
    /// The value of a call; None if it is undefined.
    pub fn call(&mut self, call: &'p Call, frame: &mut Frame) -> Result<Option<Value>, Halt> {
        let Some(operands) = self.terms(&call.operands, frame)? else { return Ok(None) };
        if !self.scope.functions.is_empty() {
            for (at, replacement) in self.scope.functions.iter().enumerate().rev() {
                match replacement {
                    Replacement::Function(name, target, by) if **name == *call.name => {
                        return self.replaced_call(call, *target, by, operands);
                    }
                    Replacement::Value(name, _) if **name == *call.name => {
                        return Ok(self.scope.function_values[at].clone());
                    }
                    _ => {}
                }
            }
        }
        self.apply(call, call.target, &call.name, operands)
    }

    /// Inside of what replaces a function nothing is replaced, or it could not call what it stands for.
    fn replaced_call(
        &mut self,
        call: &'p Call,
        target: Target,
        name: &str,
        operands: Vec<Value>,
    ) -> Result<Option<Value>, Halt> {
        let functions = std::mem::take(&mut self.scope.functions);
        let values = std::mem::take(&mut self.scope.function_values);
        let memo = std::mem::take(&mut self.scope.memo);
        let result = self.apply(call, target, name, operands);
        self.scope.functions = functions;
        self.scope.function_values = values;
        self.scope.memo = memo;
        result
    }

    fn apply(
        &mut self,
        call: &'p Call,
        target: Target,
        name: &str,
        operands: Vec<Value>,
    ) -> Result<Option<Value>, Halt> {
        match target {
            Target::Builtin(function) => self.builtin(function, name, &call.location, &operands),
            Target::Function(id) => self.function(id, operands),
            Target::Print => self.print(&call.location, &operands).map(|()| Some(Value::Bool(true))),
            Target::Walk | Target::Unknown => {
                Err(Error::new(Code::Internal, &call.location, format!("unsupported built-in: {name}")).into())
            }
        }
    }

    fn function(&mut self, id: usize, arguments: Vec<Value>) -> Result<Option<Value>, Halt> {
        let key = (id, arguments);
        if let Some(known) = self.scope.memo.calls.get(&key) {
            return Ok(known.clone());
        }
        let program = self.program;
        let result = self.complete(&program.functions[id].plan, &key.1)?;
        self.charge(64)?;
        self.scope.memo.calls.insert(key, result.clone());
        Ok(result)
    }
}
