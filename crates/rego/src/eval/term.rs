//! The value of a term, and whether a value is like a pattern.

use super::{Frame, Halt, Machine, found};
use crate::{
    error::{Code, Error},
    plan::{Closure, Pattern, Term},
    value::{Object, Value},
};

/// What a value takes at least, in bytes.
pub(super) const VALUE_BYTES: usize = 32;

impl<'p> Machine<'p> {
    /// The value of a term; None if it is undefined.
    pub fn term(&mut self, term: &'p Term, frame: &mut Frame) -> Result<Option<Value>, Halt> {
        Ok(Some(match term {
            Term::Const(value) => value.clone(),
            Term::Slot(slot) => frame[*slot].clone(),
            Term::Ref(reference) => return self.lookup(reference, frame),
            Term::Array(items) => match self.terms(items, frame)? {
                Some(items) => Value::array(items),
                None => return Ok(None),
            },
            Term::Set(items) => match self.terms(items, frame)? {
                Some(items) => Value::set(items),
                None => return Ok(None),
            },
            Term::Object(entries) => {
                let mut values = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    let (Some(key), Some(value)) = (self.term(key, frame)?, self.term(value, frame)?) else {
                        return Ok(None);
                    };
                    values.push((key, value));
                }
                Value::object(values)
            }
            Term::ArrayOf(closure, head) => Value::array(self.collect(closure, head, frame)?),
            Term::SetOf(closure, head) => Value::set(self.collect(closure, head, frame)?),
            Term::ObjectOf(closure, head) => self.collect_object(closure, head, frame)?,
            Term::Call(call) => return self.call(call, frame),
        }))
    }

    /// The values of all terms; None if one is undefined.
    pub fn terms(&mut self, terms: &'p [Term], frame: &mut Frame) -> Result<Option<Vec<Value>>, Halt> {
        let mut values = Vec::with_capacity(terms.len());
        for term in terms {
            match self.term(term, frame)? {
                Some(value) => values.push(value),
                None => return Ok(None),
            }
        }
        Ok(Some(values))
    }

    fn collect(&mut self, closure: &'p Closure, head: &'p Term, frame: &mut Frame) -> Result<Vec<Value>, Halt> {
        let mut items = Vec::new();
        self.run(&closure.steps, frame, &mut |machine, frame| {
            if let Some(item) = machine.term(head, frame)? {
                machine.charge(VALUE_BYTES)?;
                items.push(item);
            }
            Ok(())
        })?;
        Ok(items)
    }

    fn collect_object(
        &mut self,
        closure: &'p Closure,
        head: &'p (Term, Term),
        frame: &mut Frame,
    ) -> Result<Value, Halt> {
        let mut entries: Vec<(Value, Value)> = Vec::new();
        self.run(&closure.steps, frame, &mut |machine, frame| {
            if let (Some(key), Some(value)) = (machine.term(&head.0, frame)?, machine.term(&head.1, frame)?) {
                machine.charge(2 * VALUE_BYTES)?;
                entries.push((key, value));
            }
            Ok(())
        })?;
        entries.sort();
        if entries.windows(2).any(|pair| pair[0].0 == pair[1].0 && pair[0].1 != pair[1].1) {
            return Err(Error::new(Code::Conflict, &closure.location, "object keys must be unique").into());
        }
        Ok(Value::object(entries))
    }

    /// Whether a value is like a pattern, of which variables take their values.
    pub fn matches(&mut self, pattern: &'p Pattern, value: &Value, frame: &mut Frame) -> Result<bool, Halt> {
        match pattern {
            Pattern::Bind(slot) => {
                frame[*slot] = value.clone();
                Ok(true)
            }
            Pattern::Equal(Term::Const(other)) => Ok(other == value),
            Pattern::Equal(Term::Slot(slot)) => Ok(frame[*slot] == *value),
            Pattern::Equal(term) => Ok(self.term(term, frame)?.is_some_and(|other| other == *value)),
            Pattern::Array(patterns) => match value {
                Value::Array(items) if items.len() == patterns.len() => {
                    for (pattern, item) in patterns.iter().zip(items.iter()) {
                        if !self.matches(pattern, item, frame)? {
                            return Ok(false);
                        }
                    }
                    Ok(true)
                }
                _ => Ok(false),
            },
            Pattern::Object(patterns) => match value {
                Value::Object(object) => self.matches_object(patterns, object, frame),
                _ => Ok(false),
            },
        }
    }

    fn matches_object(
        &mut self,
        patterns: &'p [(Term, Pattern)],
        object: &Object,
        frame: &mut Frame,
    ) -> Result<bool, Halt> {
        let mut keys = Vec::with_capacity(patterns.len());
        for (key, pattern) in patterns {
            let Some(key) = self.term(key, frame)? else { return Ok(false) };
            let Some(value) = object.get(&key) else { return Ok(false) };
            if !self.matches(pattern, value, frame)? {
                return Ok(false);
            }
            keys.push(key);
        }
        keys.sort();
        keys.dedup();
        Ok(keys.len() == object.len())
    }

    /// Whether steps have a solution.
    pub fn holds(&mut self, closure: &'p Closure, frame: &mut Frame) -> Result<bool, Halt> {
        found(self.run(&closure.steps, frame, &mut |_, _| Err(Halt::Found)))
    }
}
