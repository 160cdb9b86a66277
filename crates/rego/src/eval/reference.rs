//! References: one value where all keys are known, else every value whose keys match.

use super::{Flow, Frame, Halt, Machine};
use crate::{
    plan::{Head, Part, Pattern, Reference, Step, Term},
    value::{Number, Value},
};

/// What is done with each value of a reference.
pub(super) type EachValue<'a, 'p> = &'a mut dyn FnMut(&mut Machine<'p>, &mut Frame, Value) -> Flow;

impl<'p> Machine<'p> {
    /// The value of a reference whose keys are all known; None if it is undefined.
    pub fn lookup(&mut self, reference: &'p Reference, frame: &mut Frame) -> Result<Option<Value>, Halt> {
        let (root, parts) = match &reference.head {
            Head::Input => match &self.scope.input {
                Some(input) => (input.clone(), &reference.parts[..]),
                None => return Ok(None),
            },
            Head::Term(term) => match self.term(term, frame)? {
                Some(value) => (value, &reference.parts[..]),
                None => return Ok(None),
            },
            Head::Data => {
                let mut keys = Vec::with_capacity(reference.parts.len());
                let skip = match reference.document {
                    Some((_, taken)) if self.scope.replaced.is_empty() => taken,
                    _ => 0,
                };
                for part in &reference.parts[skip..] {
                    match self.key(part, frame)? {
                        Some(key) => keys.push(key),
                        None => return Ok(None),
                    }
                }
                return match (reference.document, skip) {
                    (Some((document, _)), 1..) => self.document_at(document, &keys),
                    _ => self.data_at(&keys, &reference.location),
                };
            }
        };
        let mut value = root;
        for part in parts {
            let next = match part {
                Part::Known(Term::Const(Value::String(name))) => value.field_or_member(name),
                part => match self.key(part, frame)? {
                    Some(key) => value.get(&key).cloned(),
                    None => return Ok(None),
                },
            };
            match next {
                Some(next) => value = next,
                None => return Ok(None),
            }
        }
        Ok(Some(value))
    }

    fn key(&mut self, part: &'p Part, frame: &mut Frame) -> Result<Option<Value>, Halt> {
        match part.known() {
            Some(term) => self.term(term, frame),
            None => Ok(None),
        }
    }

    /// Every value of a reference.
    pub fn scan(&mut self, reference: &'p Reference, frame: &mut Frame, each: EachValue<'_, 'p>) -> Flow {
        let root = match &reference.head {
            Head::Input => self.scope.input.clone(),
            Head::Term(term) => self.term(term, frame)?,
            Head::Data => return self.scan_data(reference, frame, each),
        };
        match root {
            Some(root) => self.scan_value(&root, &reference.parts, frame, each),
            None => Ok(()),
        }
    }

    /// Every value below `value` whose keys match.
    pub fn scan_value(&mut self, value: &Value, parts: &'p [Part], frame: &mut Frame, each: EachValue<'_, 'p>) -> Flow {
        let Some((part, rest)) = parts.split_first() else { return each(self, frame, value.clone()) };
        let pattern = match part {
            Part::Known(term) => {
                let Some(key) = self.term(term, frame)? else { return Ok(()) };
                return match value.get(&key) {
                    Some(next) => self.scan_value(next, rest, frame, each),
                    None => Ok(()),
                };
            }
            Part::Each(pattern) => pattern,
        };
        match value {
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.scan_key(&Value::Number(Number::from(at)), item, pattern, rest, frame, each)?;
                }
            }
            Value::Object(object) => {
                for (key, item) in object.iter() {
                    self.scan_key(key, item, pattern, rest, frame, each)?;
                }
            }
            Value::Set(set) => {
                for member in set.iter() {
                    self.scan_key(member, member, pattern, rest, frame, each)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn scan_key(
        &mut self,
        key: &Value,
        value: &Value,
        pattern: &'p Pattern,
        rest: &'p [Part],
        frame: &mut Frame,
        each: EachValue<'_, 'p>,
    ) -> Flow {
        self.tick(|| None)?;
        match self.matches(pattern, key, frame)? {
            true => self.scan_value(value, rest, frame, each),
            false => Ok(()),
        }
    }

    /// Every path and value below a value, itself included, in the order of keys.
    pub fn walk(
        &mut self,
        value: &Value,
        pattern: &'p Pattern,
        frame: &mut Frame,
        rest: &'p [Step],
        each: super::Each<'_, 'p>,
    ) -> Flow {
        let mut path = Vec::new();
        self.walk_below(value, &mut path, pattern, frame, rest, each)
    }

    fn walk_below(
        &mut self,
        value: &Value,
        path: &mut Vec<Value>,
        pattern: &'p Pattern,
        frame: &mut Frame,
        rest: &'p [Step],
        each: super::Each<'_, 'p>,
    ) -> Flow {
        self.tick(|| None)?;
        self.charge(path.len() * 8)?;
        let pair = Value::array([Value::array(path.iter().cloned()), value.clone()]);
        if self.matches(pattern, &pair, frame)? {
            self.run(rest, frame, each)?;
        }
        let mut step = |machine: &mut Self, key: Value, value: &Value| {
            path.push(key);
            let flow = stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || {
                machine.walk_below(value, path, pattern, frame, rest, each)
            });
            path.pop();
            flow
        };
        match value {
            Value::Array(items) => items.iter().enumerate().try_for_each(|(at, item)| step(self, Value::int(at), item)),
            Value::Object(object) => object.iter().try_for_each(|(key, item)| step(self, key.clone(), item)),
            Value::Set(set) => set.iter().try_for_each(|member| step(self, member.clone(), member)),
            _ => Ok(()),
        }
    }
}

impl Value {
    fn field_or_member(&self, name: &std::sync::Arc<str>) -> Option<Self> {
        match self {
            Self::Object(object) => object.field(name).cloned(),
            Self::Set(set) => set.get(&Self::String(name.clone())).cloned(),
            _ => None,
        }
    }
}
