//! Values: JSON's, and sets. They are shared, never deep-copied, and totally ordered as Rego orders them.

mod convert;
mod float;
mod json;
mod number;
mod object;
mod set;
mod text;
mod yaml;

pub use float::Float;
pub(crate) use float::{decimal, double, shortest};
pub use json::JsonError;
pub(crate) use json::escape_html;
pub use number::{NotANumber, Number};
pub use object::Object;
pub use set::Set;
pub(crate) use text::quote;
pub use yaml::YamlError;
pub(crate) use yaml::{Plain, resolve};

use std::{cmp::Ordering, sync::Arc};

/// Any value a Rego expression can have. Cloning is cheap: compound values are shared.
///
/// Values of different kinds are ordered null < boolean < number < string < array < object < set.
#[derive(Clone, Default)]
pub enum Value {
    /// `null`
    #[default]
    Null,
    /// `true` and `false`
    Bool(bool),
    /// A number of any size.
    Number(Number),
    /// A string of Unicode text.
    String(Arc<str>),
    /// An array.
    Array(Arc<Vec<Value>>),
    /// An object, whose keys may be values of any kind.
    Object(Arc<Object>),
    /// A set.
    Set(Arc<Set>),
}

impl Value {
    /// A string value.
    pub fn string(text: impl AsRef<str>) -> Self {
        Self::String(Arc::from(text.as_ref()))
    }

    /// A whole number.
    pub fn int(int: impl Into<Number>) -> Self {
        Self::Number(int.into())
    }

    /// An array of values.
    pub fn array(items: impl IntoIterator<Item = Value>) -> Self {
        Self::Array(Arc::new(items.into_iter().collect()))
    }

    /// A set of values.
    pub fn set(items: impl IntoIterator<Item = Value>) -> Self {
        Self::Set(Arc::new(items.into_iter().collect()))
    }

    /// An object; of equal keys the last one counts.
    pub fn object(entries: impl IntoIterator<Item = (Value, Value)>) -> Self {
        Self::Object(Arc::new(entries.into_iter().collect()))
    }

    /// What this kind of value is called in messages and by `type_name`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
            Self::Set(_) => "set",
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The integer, if this is a number written as one that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Number(number) => number.as_i64(),
            _ => None,
        }
    }

    /// What `value[key]` is: an element, an entry, or a member of a set. None if undefined.
    pub fn get(&self, key: &Value) -> Option<&Value> {
        match self {
            Self::Array(items) => items.get(usize::try_from(key.as_index()?).ok()?),
            Self::Object(object) => object.get(key),
            Self::Set(set) => set.get(key),
            _ => None,
        }
    }

    /// The value at a field of an object, or None.
    pub fn field(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Object(object) => object.field(name),
            _ => None,
        }
    }

    fn as_index(&self) -> Option<i64> {
        match self {
            Self::Number(Number::Int(int)) => Some(*int),
            Self::Number(number) => i64::try_from(number.to_bigint()?).ok(),
            _ => None,
        }
    }

    /// How deep values are nested in it: 1 for one that holds no others.
    pub fn depth(&self) -> usize {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
            let inner = match self {
                Self::Array(items) => items.iter().map(Self::depth).max(),
                Self::Set(set) => set.iter().map(Self::depth).max(),
                Self::Object(object) => object.iter().map(|(key, value)| key.depth().max(value.depth())).max(),
                _ => None,
            };
            1 + inner.unwrap_or(0)
        })
    }

    /// Whether a condition of this value holds: everything but `false` does.
    pub fn is_truthy(&self) -> bool {
        !matches!(self, Self::Bool(false))
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Bool(_) => 1,
            Self::Number(_) => 2,
            Self::String(_) => 3,
            Self::Array(_) => 4,
            Self::Object(_) => 5,
            Self::Set(_) => 6,
        }
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.cmp(b),
            (Self::String(a), Self::String(b)) => a.cmp(b),
            (Self::Array(a), Self::Array(b)) if Arc::ptr_eq(a, b) => Ordering::Equal,
            (Self::Array(a), Self::Array(b)) => a.cmp(b),
            (Self::Object(a), Self::Object(b)) if Arc::ptr_eq(a, b) => Ordering::Equal,
            (Self::Object(a), Self::Object(b)) => a.cmp(b),
            (Self::Set(a), Self::Set(b)) if Arc::ptr_eq(a, b) => Ordering::Equal,
            (Self::Set(a), Self::Set(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::String(a), Self::String(b)) => a == b,
            (Self::Array(a), Self::Array(b)) => Arc::ptr_eq(a, b) || a == b,
            (Self::Object(a), Self::Object(b)) => Arc::ptr_eq(a, b) || a == b,
            (Self::Set(a), Self::Set(b)) => Arc::ptr_eq(a, b) || a == b,
            _ => self.cmp(other).is_eq(),
        }
    }
}

impl Eq for Value {}

impl std::hash::Hash for Value {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.rank().hash(state);
        match self {
            Self::Null => {}
            Self::Bool(bool) => bool.hash(state),
            Self::Number(number) => number.hash(state),
            Self::String(text) => text.hash(state),
            Self::Array(items) => items.hash(state),
            Self::Object(object) => object.iter().for_each(|entry| entry.hash(state)),
            Self::Set(set) => set.as_slice().hash(state),
        }
    }
}
