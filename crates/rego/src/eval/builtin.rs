//! Built-ins, their errors, and `print`.

use super::{Flow, Halt, MAX_BUILTIN_ERRORS, Machine};
use crate::{
    ast::Location,
    builtins::{Context, Failure, Function},
    error::{Code, Error},
    value::Value,
};

impl<'p> Machine<'p> {
    pub(super) fn builtin(
        &mut self,
        function: Function,
        name: &str,
        location: &Location,
        operands: &[Value],
    ) -> Result<Option<Value>, Halt> {
        let mut context = Context { location, env: self.env, memory: &mut self.memory };
        let (code, message) = match function(&mut context, operands) {
            Ok(value) => return Ok(value),
            Err(Failure::Halt(error)) => return Err(Halt::Failed(error)),
            Err(Failure::Operand(message)) => (Code::EvalType, message),
            Err(Failure::Failed(message)) => (Code::Builtin, message),
        };
        let error = Error::new(code, location, format!("{name}: {message}"));
        if self.strict {
            return Err(error.into());
        }
        if self.builtin_errors.len() < MAX_BUILTIN_ERRORS {
            self.builtin_errors.push(error);
        }
        Ok(None)
    }

    /// Prints one line for each combination of what the operands, sets of one value or none, hold.
    pub(super) fn print(&mut self, location: &Location, operands: &[Value]) -> Flow {
        let Some(Value::Array(items)) = operands.first() else { return Ok(()) };
        let mut lines = vec![String::new()];
        for (at, item) in items.iter().enumerate() {
            let texts: Vec<String> = match item {
                Value::Set(set) if set.is_empty() => vec!["<undefined>".to_owned()],
                Value::Set(set) => set.iter().map(text).collect(),
                other => vec![text(other)],
            };
            self.charge(texts.iter().map(String::len).sum::<usize>() * lines.len())?;
            let space = if at > 0 { " " } else { "" };
            lines =
                lines.iter().flat_map(|line| texts.iter().map(move |text| format!("{line}{space}{text}"))).collect();
        }
        for line in lines {
            self.env.host.print(location, &line);
        }
        Ok(())
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        other => other.to_string(),
    }
}
