//! Objects put together from the parts that rules give, one path at a time.

use std::collections::{BTreeMap, BTreeSet};

use crate::value::Value;

/// An object that is being put together.
#[derive(Default)]
pub(super) struct Collected(BTreeMap<Value, Part>);

enum Part {
    Value(Value),
    Members(BTreeSet<Value>),
    Object(Collected),
}

impl Collected {
    /// Adds a value at a path; false if another is there, or above or below it.
    pub fn add_value(&mut self, path: Vec<Value>, value: Value) -> bool {
        let Some((object, key)) = self.parent(path) else { return false };
        match object.0.get(&key) {
            Some(Part::Value(before)) => *before == value,
            Some(_) => false,
            None => {
                object.0.insert(key, Part::Value(value));
                true
            }
        }
    }

    /// Adds a member to the set at a path; false if something else is there, or above or below it.
    pub fn add_member(&mut self, path: Vec<Value>, member: Value) -> bool {
        let Some((object, key)) = self.parent(path) else { return false };
        match object.0.entry(key).or_insert_with(|| Part::Members(BTreeSet::new())) {
            Part::Members(members) => {
                members.insert(member);
                true
            }
            _ => false,
        }
    }

    fn parent(&mut self, mut path: Vec<Value>) -> Option<(&mut Self, Value)> {
        let last = path.pop()?;
        let mut object = self;
        for key in path {
            match object.0.entry(key).or_insert_with(|| Part::Object(Self::default())) {
                Part::Object(next) => object = next,
                _ => return None,
            }
        }
        Some((object, last))
    }

    /// The object.
    pub fn into_value(self) -> Value {
        Value::object(self.0.into_iter().map(|(key, part)| {
            let value = match part {
                Part::Value(value) => value,
                Part::Members(members) => Value::set(members),
                Part::Object(object) => object.into_value(),
            };
            (key, value)
        }))
    }
}
