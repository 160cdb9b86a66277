//! What is known of a value before it exists.

use std::sync::{Arc, OnceLock, Weak};

use crate::value::Value;

/// Types of more parts than this, or nested deeper, are not kept apart from `any`: no policy is that large, and what
/// walks over types stays bounded.
const MAX_SIZE: u32 = 1 << 22;
const MAX_DEPTH: u16 = 512;

/// The type of a value. Where nothing at all is known, an `Option<Type>` is None. Cloning is cheap.
#[derive(Clone, Debug)]
pub enum Type {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array(Arc<Array>),
    /// An object.
    Object(Arc<Object>),
    /// A set.
    Set(Arc<Set>),
    /// Any value.
    Any,
    /// A value of one of several types.
    Union(Arc<Union>),
    /// A function.
    Function(Arc<Function>),
    /// A type that contains itself, as JSON Schemas can describe.
    Recursive(Arc<Recursive>),
}

/// Arrays: the types of the first elements, and of those behind them.
#[derive(Debug)]
pub struct Array {
    /// Elements by position.
    pub items: Vec<Option<Type>>,
    /// All elements behind them, if there may be some.
    pub dynamic: Option<Type>,
    measure: Measure,
    values: OnceLock<Option<Type>>,
}

/// Objects: the types of known properties, and of all others.
#[derive(Debug)]
pub struct Object {
    /// Properties by key, in order. Keys are JSON values.
    pub properties: Vec<(Value, Option<Type>)>,
    /// All others, if there may be some.
    pub dynamic: Option<Dynamic>,
    measure: Measure,
    keys: OnceLock<Option<Type>>,
    values: OnceLock<Option<Type>>,
}

/// Properties whose keys are not known.
#[derive(Clone, Debug)]
pub struct Dynamic {
    /// Type of the keys.
    pub key: Option<Type>,
    /// Type of the values.
    pub value: Option<Type>,
}

/// Sets. A set of no type is the empty one.
#[derive(Debug)]
pub struct Set {
    /// The type of the members.
    pub of: Option<Type>,
    measure: Measure,
}

/// Several types, in order, each once.
#[derive(Debug)]
pub struct Union {
    /// The types.
    pub of: Vec<Type>,
    measure: Measure,
    keys: OnceLock<Option<Type>>,
    values: OnceLock<Option<Type>>,
}

/// Functions.
#[derive(Clone, Debug, Default)]
pub struct Function {
    /// Operands.
    pub args: Vec<Arg>,
    /// Any number of further operands of this type.
    pub variadic: Option<Type>,
    /// The result; None where there is none, or where its type is not known.
    pub result: Option<Arg>,
}

/// An operand or result.
#[derive(Clone, Debug, Default)]
pub struct Arg {
    /// What messages call it.
    pub name: Option<Arc<str>>,
    /// Its type.
    pub of: Option<Type>,
}

/// A type that contains itself. Whoever made it keeps the type alive.
#[derive(Debug)]
pub struct Recursive {
    /// How the schema calls it.
    pub name: String,
    pub(super) of: OnceLock<WeakType>,
}

/// A type that something else keeps alive.
#[derive(Debug)]
pub(super) enum WeakType {
    Array(Weak<Array>),
    Object(Weak<Object>),
    Union(Weak<Union>),
}

#[derive(Clone, Copy, Debug)]
struct Measure {
    size: u32,
    depth: u16,
    unknown: bool,
}

impl Measure {
    const LEAF: Self = Self { size: 1, depth: 1, unknown: false };
    const UNKNOWN: Self = Self { size: 1, depth: 1, unknown: true };

    fn of(of: Option<&Type>) -> Self {
        match of {
            None => Self::UNKNOWN,
            Some(Type::Array(array)) => array.measure,
            Some(Type::Object(object)) => object.measure,
            Some(Type::Set(set)) => set.measure,
            Some(Type::Union(union)) => Self { unknown: false, ..union.measure },
            Some(Type::Function(function)) => function.measure(),
            Some(_) => Self::LEAF,
        }
    }

    fn over<'a>(parts: impl Iterator<Item = Option<&'a Type>>) -> Self {
        let mut all = Self::LEAF;
        for part in parts.map(Self::of) {
            all.size = all.size.saturating_add(part.size);
            all.depth = all.depth.max(part.depth.saturating_add(1));
            all.unknown |= part.unknown;
        }
        all
    }

    fn is_too_much(self) -> bool {
        self.size > MAX_SIZE || self.depth > MAX_DEPTH
    }
}

impl Function {
    fn measure(&self) -> Measure {
        Measure::over(
            self.args
                .iter()
                .map(|arg| arg.of.as_ref())
                .chain(std::iter::once(self.result.as_ref().and_then(|result| result.of.as_ref()))),
        )
    }

    /// The type of the operand at a position from 0.
    pub fn arg(&self, position: usize) -> Option<&Type> {
        match self.args.get(position) {
            Some(arg) => arg.of.as_ref(),
            None => self.variadic.as_ref(),
        }
    }

    /// The type of the result.
    pub fn result_type(&self) -> Option<&Type> {
        self.result.as_ref().and_then(|result| result.of.as_ref())
    }
}

impl Arg {
    /// An operand without a name.
    pub fn unnamed(of: Option<Type>) -> Self {
        Self { name: None, of }
    }
}

impl Type {
    /// An array of these elements, and of more behind them.
    pub fn array(items: Vec<Option<Type>>, dynamic: Option<Type>) -> Self {
        let mut measure = Measure::over(items.iter().map(Option::as_ref));
        if dynamic.is_some() {
            measure = measure.with(dynamic.as_ref());
        }
        match measure.is_too_much() {
            true => Self::Any,
            false => Self::Array(Arc::new(Array { items, dynamic, measure, values: OnceLock::new() })),
        }
    }

    /// An object of these properties, and of others. Of equal keys the last one counts.
    pub fn object(mut properties: Vec<(Value, Option<Type>)>, dynamic: Option<Dynamic>) -> Self {
        if !properties.is_sorted_by(|a, b| a.0 < b.0) {
            properties.sort_by(|a, b| a.0.cmp(&b.0));
            properties.reverse();
            properties.dedup_by(|a, b| a.0 == b.0);
            properties.reverse();
        }
        let mut measure = Measure::over(properties.iter().map(|(_, value)| value.as_ref()));
        if let Some(dynamic) = &dynamic {
            measure = measure.with(dynamic.key.as_ref()).with(dynamic.value.as_ref());
        }
        if measure.is_too_much() {
            return Self::Any;
        }
        let (keys, values) = (OnceLock::new(), OnceLock::new());
        Self::Object(Arc::new(Object { properties, dynamic, measure, keys, values }))
    }

    /// An object of unknown keys.
    pub fn map(key: Option<Type>, value: Option<Type>) -> Self {
        Self::object(Vec::new(), Some(Dynamic { key, value }))
    }

    /// A set of members of a type.
    pub fn set(of: Option<Type>) -> Self {
        let measure = Measure::over(std::iter::once(of.as_ref()));
        match measure.is_too_much() {
            true => Self::Any,
            false => Self::Set(Arc::new(Set { of, measure })),
        }
    }

    /// A function.
    pub fn function(args: Vec<Arg>, result: Option<Arg>) -> Self {
        Self::Function(Arc::new(Function { args, variadic: None, result }))
    }

    /// One of these types, which are in order and none of which is itself a union or `any`.
    pub(super) fn union(mut of: Vec<Type>) -> Option<Self> {
        if of.len() < 2 { of.pop() } else { Some(Self::declared_union(of)) }
    }

    /// The same, also where it is a union of one: so signatures may have it, and so it is shown.
    pub(super) fn declared_union(of: Vec<Type>) -> Self {
        let measure = Measure::over(of.iter().map(Some));
        if measure.is_too_much() {
            return Self::Any;
        }
        let (keys, values) = (OnceLock::new(), OnceLock::new());
        Self::Union(Arc::new(Union { of, measure, keys, values }))
    }

    /// Whether some part of it is not known, so that it says little.
    pub fn is_unknown(of: Option<&Type>) -> bool {
        Measure::of(of).unknown
    }

    /// The type that a recursive one stands for, or itself.
    pub fn unrolled(&self) -> Type {
        match self {
            Self::Recursive(recursive) => recursive.target(),
            other => other.clone(),
        }
    }

    /// Whether it is the type of a collection that holds nothing.
    pub fn is_empty_collection(&self) -> bool {
        match self.unrolled() {
            Self::Object(object) => object.properties.is_empty() && object.dynamic.is_none(),
            Self::Array(array) => array.items.is_empty() && array.dynamic.is_none(),
            Self::Set(set) => set.of.is_none(),
            _ => false,
        }
    }
}

impl Measure {
    fn with(self, part: Option<&Type>) -> Self {
        let part = Self::of(part);
        Self {
            size: self.size.saturating_add(part.size),
            depth: self.depth.max(part.depth.saturating_add(1)),
            unknown: self.unknown || part.unknown,
        }
    }
}

impl Recursive {
    fn target(&self) -> Type {
        let target = match self.of.get() {
            Some(WeakType::Array(array)) => array.upgrade().map(Type::Array),
            Some(WeakType::Object(object)) => object.upgrade().map(Type::Object),
            Some(WeakType::Union(union)) => union.upgrade().map(Type::Union),
            None => None,
        };
        target.unwrap_or(Type::Any)
    }

    /// Says what it stands for. The type has to be kept alive elsewhere.
    pub(super) fn set(&self, of: &Type) {
        let weak = match of {
            Type::Array(array) => WeakType::Array(Arc::downgrade(array)),
            Type::Object(object) => WeakType::Object(Arc::downgrade(object)),
            Type::Union(union) => WeakType::Union(Arc::downgrade(union)),
            _ => return,
        };
        // A second definition of the same name never comes: each is parsed once.
        let _ = self.of.set(weak);
    }
}

impl Array {
    /// The type of the element at a position.
    pub fn item(&self, position: usize) -> Option<&Type> {
        self.items.get(position).map_or(self.dynamic.as_ref(), Option::as_ref)
    }

    pub(super) fn values(&self) -> Option<&Type> {
        self.values.get_or_init(|| Type::one_of(self.items.iter().chain([&self.dynamic]).flatten().cloned())).as_ref()
    }
}

impl Object {
    /// The type of the values of unknown keys.
    pub fn dynamic_value(&self) -> Option<&Type> {
        self.dynamic.as_ref().and_then(|dynamic| dynamic.value.as_ref())
    }

    /// The property of this key, if it is a known one.
    pub fn property(&self, key: &Value) -> Option<&Option<Type>> {
        let found = self.properties.binary_search_by(|(have, _)| have.cmp(key)).ok()?;
        Some(&self.properties[found].1)
    }

    pub(super) fn keys(&self) -> Option<&Type> {
        let dynamic = self.dynamic.as_ref().and_then(|dynamic| dynamic.key.clone());
        let all = || Type::one_of(self.properties.iter().map(|(key, _)| Type::of_json(key)).chain(dynamic));
        self.keys.get_or_init(all).as_ref()
    }

    pub(super) fn values(&self) -> Option<&Type> {
        let dynamic = self.dynamic.as_ref().map(|dynamic| &dynamic.value);
        let all = || Type::one_of(self.properties.iter().map(|(_, value)| value).chain(dynamic).flatten().cloned());
        self.values.get_or_init(all).as_ref()
    }
}

impl Union {
    pub(super) fn keys(&self) -> Option<&Type> {
        self.keys.get_or_init(|| Type::one_of(self.of.iter().filter_map(Type::keys))).as_ref()
    }

    pub(super) fn values(&self) -> Option<&Type> {
        self.values.get_or_init(|| Type::one_of(self.of.iter().filter_map(Type::values))).as_ref()
    }
}
