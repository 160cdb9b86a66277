//! Bodies: steps in a loop, and again from each solution of a step that has several.

use super::{Each, Flow, Frame, Halt, Machine};
use crate::{
    plan::{EveryPlan, Step},
    value::{Number, Value},
};

impl<'p> Machine<'p> {
    /// Runs steps and calls `each` for every solution.
    pub fn run(&mut self, steps: &'p [Step], frame: &mut Frame, each: Each<'_, 'p>) -> Flow {
        for (at, step) in steps.iter().enumerate() {
            self.tick(|| None)?;
            let rest = &steps[at + 1..];
            let holds = match step {
                Step::Test(term) => self.term(term, frame)?.is_some_and(|value| value.is_truthy()),
                Step::Match(term, pattern) => match self.term(term, frame)? {
                    Some(value) => self.matches(pattern, &value, frame)?,
                    None => false,
                },
                Step::Call(call, None) => self.call(call, frame)?.is_some_and(|value| value.is_truthy()),
                Step::Call(call, Some(pattern)) => match self.call(call, frame)? {
                    Some(value) => self.matches(pattern, &value, frame)?,
                    None => false,
                },
                Step::Not(closure) => !self.holds(closure, frame)?,
                Step::Every(every) => self.every(every, frame)?,
                Step::And(both) => self.holds(&both.0, frame)? && self.holds(&both.1, frame)?,
                Step::Or(both) => self.holds(&both.0, frame)? || self.holds(&both.1, frame)?,
                Step::Fail => false,
                Step::Scan(reference, pattern) => {
                    return self.deep(|machine| {
                        machine.scan(reference, frame, &mut |machine, frame, value| match machine
                            .matches(pattern, &value, frame)?
                        {
                            true => machine.run(rest, frame, each),
                            false => Ok(()),
                        })
                    });
                }
                Step::Walk(term, pattern) => {
                    let Some(value) = self.term(term, frame)? else { return Ok(()) };
                    return self.deep(|machine| machine.walk(&value, pattern, frame, rest, each));
                }
                Step::With(with) => return self.deep(|machine| machine.with(with, frame, rest, each)),
            };
            if !holds {
                return Ok(());
            }
        }
        each(self, frame)
    }

    fn deep(&mut self, work: impl FnOnce(&mut Self) -> Flow) -> Flow {
        stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || work(self))
    }

    fn every(&mut self, every: &'p EveryPlan, frame: &mut Frame) -> Result<bool, Halt> {
        let Some(domain) = self.term(&every.domain, frame)? else { return Ok(false) };
        let mut check = |machine: &mut Self, key: &dyn Fn() -> Value, value: &Value| {
            if let Some(slot) = every.key {
                frame[slot] = key();
            }
            frame[every.value] = value.clone();
            machine.tick(|| Some(every.body.location.clone()))?;
            machine.holds(&every.body, frame)
        };
        match &domain {
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    if !check(self, &|| Value::Number(Number::from(at)), item)? {
                        return Ok(false);
                    }
                }
            }
            Value::Object(object) => {
                for (key, value) in object.iter() {
                    if !check(self, &|| key.clone(), value)? {
                        return Ok(false);
                    }
                }
            }
            Value::Set(set) => {
                for member in set.iter() {
                    if !check(self, &|| member.clone(), member)? {
                        return Ok(false);
                    }
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}
