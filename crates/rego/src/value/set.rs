//! Sets: members in order, each once.

use super::Value;

/// The members of a set, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Set {
    members: Vec<Value>,
}

impl Set {
    /// A set without members.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Whether `value` is a member.
    pub fn contains(&self, value: &Value) -> bool {
        self.members.binary_search(value).is_ok()
    }

    /// The member equal to `value`.
    pub fn get(&self, value: &Value) -> Option<&Value> {
        self.members.binary_search(value).ok().map(|at| &self.members[at])
    }

    /// Adds a member; false if it was there.
    pub fn insert(&mut self, value: Value) -> bool {
        if self.members.last().is_none_or(|last| *last < value) {
            self.members.push(value);
            return true;
        }
        match self.members.binary_search(&value) {
            Ok(_) => false,
            Err(at) => {
                self.members.insert(at, value);
                true
            }
        }
    }

    /// All members in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Value> {
        self.members.iter()
    }

    /// All members in order, as a slice.
    pub fn as_slice(&self) -> &[Value] {
        &self.members
    }
}

impl FromIterator<Value> for Set {
    fn from_iter<I: IntoIterator<Item = Value>>(members: I) -> Self {
        let mut members: Vec<_> = members.into_iter().collect();
        if !members.is_sorted_by(|a, b| a < b) {
            members.sort();
            members.dedup();
        }
        Self { members }
    }
}

impl<'a> IntoIterator for &'a Set {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.members.iter()
    }
}
