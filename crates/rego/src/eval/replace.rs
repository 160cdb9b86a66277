//! `with`: another scope for some steps; what follows them runs in the one around.

use std::sync::Arc;

use super::{Each, Flow, Frame, Machine, Scope, memo::Memo};
use crate::{
    plan::{Replacement, Step, WithPlan},
    value::{Object, Value},
};

impl<'p> Machine<'p> {
    /// Runs the steps of a `with`, and `rest` outside of it for each solution.
    pub(super) fn with(&mut self, with: &'p WithPlan, frame: &mut Frame, rest: &'p [Step], each: Each<'_, 'p>) -> Flow {
        let Some(scope) = self.scope_of(with, frame)? else { return Ok(()) };
        let mut other = std::mem::replace(&mut self.scope, scope);
        let flow = self.run(&with.steps, frame, &mut |machine, frame| {
            std::mem::swap(&mut machine.scope, &mut other);
            let flow = machine.run(rest, frame, each);
            std::mem::swap(&mut machine.scope, &mut other);
            flow
        });
        self.scope = other;
        flow
    }

    /// The scope with everything replaced; None if a replacement is undefined.
    fn scope_of(&mut self, with: &'p WithPlan, frame: &mut Frame) -> Result<Option<Scope<'p>>, super::Halt> {
        let mut input = self.scope.input.clone();
        let mut data = self.scope.data.clone();
        let mut replaced = Arc::clone(&self.scope.replaced);
        let mut functions = self.scope.functions.clone();
        let mut function_values = self.scope.function_values.clone();
        for replacement in &with.replacements {
            match replacement {
                Replacement::Function(..) => {
                    functions.push(replacement);
                    function_values.push(None);
                }
                Replacement::Value(_, term) => {
                    let Some(value) = self.term(term, frame)? else { return Ok(None) };
                    functions.push(replacement);
                    function_values.push(Some(value));
                }
                Replacement::Input(path, term) => {
                    let Some(value) = self.term(term, frame)? else { return Ok(None) };
                    input = Some(put(input.as_ref(), path, value));
                }
                Replacement::Data(path, term) => {
                    let Some(value) = self.term(term, frame)? else { return Ok(None) };
                    data = put(Some(&data), path, value);
                    Arc::make_mut(&mut replaced).push(path.clone());
                }
            }
        }
        Ok(Some(Scope { input, data, replaced, functions, function_values, memo: Memo::default() }))
    }
}

/// A document with another value at a path. What is in the way and no object is replaced by one.
fn put(document: Option<&Value>, path: &[Value], value: Value) -> Value {
    let Some((key, rest)) = path.split_first() else { return value };
    let mut object = match document {
        Some(Value::Object(object)) => (**object).clone(),
        _ => Object::new(),
    };
    let below = put(object.get(key), rest, value);
    object.insert(key.clone(), below);
    Value::Object(Arc::new(object))
}
