//! The order of types, unions of them, and the types of what is inside of a value.

use std::{cmp::Ordering, sync::Arc};

use super::lattice::{Arg, Function, Object, Type};
use crate::value::Value;

/// How often a comparison looks through recursive types before it takes them for equal.
const MAX_UNROLLED: u32 = 64;

impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Type {}

impl PartialOrd for Type {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// null < boolean < number < string < arrays < objects < sets < any < functions; names do not count.
impl Ord for Type {
    fn cmp(&self, other: &Self) -> Ordering {
        compare(self, other, &mut { MAX_UNROLLED })
    }
}

fn rank(of: &Type) -> u8 {
    match of {
        Type::Null => 0,
        Type::Boolean => 1,
        Type::Number => 2,
        Type::String => 3,
        Type::Array(_) => 4,
        Type::Object(_) => 5,
        Type::Set(_) => 6,
        Type::Any => 7,
        Type::Union(_) => 8,
        Type::Function(_) => 9,
        Type::Recursive(_) => 10,
    }
}

fn compare(a: &Type, b: &Type, fuel: &mut u32) -> Ordering {
    match (a, b) {
        (Type::Recursive(x), Type::Recursive(y)) if Arc::ptr_eq(x, y) => Ordering::Equal,
        (Type::Recursive(_), _) | (_, Type::Recursive(_)) if *fuel == 0 => Ordering::Equal,
        (Type::Recursive(_), _) | (_, Type::Recursive(_)) => {
            *fuel -= 1;
            compare(&a.unrolled(), &b.unrolled(), fuel)
        }
        (Type::Array(x), Type::Array(y)) if !Arc::ptr_eq(x, y) => (x.dynamic.is_some().cmp(&y.dynamic.is_some()))
            .then_with(|| compare_known(&x.dynamic, &y.dynamic, fuel))
            .then_with(|| compare_all(&x.items, &y.items, fuel, compare_known)),
        (Type::Object(x), Type::Object(y)) if !Arc::ptr_eq(x, y) => {
            let dynamic = match (&x.dynamic, &y.dynamic) {
                (Some(x), Some(y)) => {
                    compare_known(&x.key, &y.key, fuel).then_with(|| compare_known(&x.value, &y.value, fuel))
                }
                (x, y) => x.is_some().cmp(&y.is_some()),
            };
            dynamic.then_with(|| {
                compare_all(&x.properties, &y.properties, fuel, |x, y, fuel| {
                    x.0.cmp(&y.0).then_with(|| compare_known(&x.1, &y.1, fuel))
                })
            })
        }
        (Type::Set(x), Type::Set(y)) => compare_known(&x.of, &y.of, fuel),
        (Type::Union(x), Type::Union(y)) if !Arc::ptr_eq(x, y) => compare_all(&x.of, &y.of, fuel, compare),
        (Type::Function(x), Type::Function(y)) => compare_functions(x, y, fuel),
        _ => rank(a).cmp(&rank(b)),
    }
}

fn compare_known(a: &Option<Type>, b: &Option<Type>, fuel: &mut u32) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => compare(a, b, fuel),
        _ => a.is_some().cmp(&b.is_some()),
    }
}

fn compare_all<T>(a: &[T], b: &[T], fuel: &mut u32, compare: impl Fn(&T, &T, &mut u32) -> Ordering) -> Ordering {
    let unequal = a.iter().zip(b).map(|(a, b)| compare(a, b, fuel)).find(|order| order.is_ne());
    unequal.unwrap_or_else(|| a.len().cmp(&b.len()))
}

fn compare_functions(a: &Function, b: &Function, fuel: &mut u32) -> Ordering {
    let arg = |x: &Arg, y: &Arg, fuel: &mut u32| compare_known(&x.of, &y.of, fuel);
    (a.args.len().cmp(&b.args.len()))
        .then_with(|| compare_all(&a.args, &b.args, fuel, arg))
        .then_with(|| compare_known(&a.result_type().cloned(), &b.result_type().cloned(), fuel))
        .then_with(|| compare_known(&a.variadic, &b.variadic, fuel))
}

impl Type {
    /// One of several types; None of no types.
    pub fn one_of(types: impl IntoIterator<Item = Type>) -> Option<Type> {
        let mut flat = Vec::new();
        for of in types {
            match of {
                Type::Any => return Some(Type::Any),
                Type::Union(union) => flat.extend(union.of.iter().cloned()),
                other => flat.push(other),
            }
        }
        flat.sort();
        flat.dedup_by(|a, b| a == b);
        Type::union(flat)
    }

    /// One of two types. Functions join with functions of as many operands, and with nothing else.
    pub fn or(a: Option<Type>, b: Option<Type>) -> Option<Type> {
        match (a, b) {
            (None, other) | (other, None) => other,
            (Some(Type::Function(a)), Some(Type::Function(b))) => join_functions(&a, &b),
            (Some(Type::Function(_)), _) | (_, Some(Type::Function(_))) => None,
            (Some(Type::Union(union)), Some(one)) | (Some(one), Some(Type::Union(union)))
                if !matches!(one, Type::Any | Type::Union(_)) =>
            {
                let Err(place) = union.of.binary_search(&one) else { return Some(Type::Union(union)) };
                let mut of = union.of.clone();
                of.insert(place, one);
                Type::union(of)
            }
            (Some(a), Some(b)) => Type::one_of([a, b]),
        }
    }

    /// Whether a value of the type `other` is surely one of this type too, as far as unions go.
    fn contains(&self, other: &Type) -> bool {
        match self {
            Type::Any => !matches!(other, Type::Function(_)),
            Type::Union(union) => union.of.binary_search(other).is_ok(),
            _ => self == other,
        }
    }

    /// The type of a JSON value.
    pub fn of_json(value: &Value) -> Type {
        match value {
            Value::Null => Type::Null,
            Value::Bool(_) => Type::Boolean,
            Value::Number(_) => Type::Number,
            Value::String(_) => Type::String,
            Value::Array(items) => Type::array(items.iter().map(|item| Some(Type::of_json(item))).collect(), None),
            Value::Set(items) => Type::array(items.iter().map(|item| Some(Type::of_json(item))).collect(), None),
            Value::Object(object) => {
                let properties = object.iter().map(|(key, value)| (key.clone(), Some(Type::of_json(value))));
                Type::object(properties.collect(), None)
            }
        }
    }

    /// The type of the element, property or member at a JSON value. None if there is none.
    pub fn at(&self, key: &Value) -> Option<Type> {
        match self {
            Type::Array(array) => array.item(usize::try_from(key.as_i64()?).ok()?).cloned(),
            Type::Object(object) => object.select(key).cloned(),
            Type::Set(set) => {
                let member = Type::of_json(key);
                set.of.as_ref().filter(|of| of.contains(&member)).map(|of| match of {
                    Type::Any | Type::Union(_) => member,
                    other => other.clone(),
                })
            }
            Type::Any => Some(Type::Any),
            Type::Union(union) => Type::one_of(union.of.iter().filter_map(|of| of.at(key))),
            Type::Recursive(_) => match self.unrolled() {
                Type::Recursive(_) => None,
                unrolled => unrolled.at(key),
            },
            _ => None,
        }
    }

    /// The type of the keys that can be enumerated: positions, keys or members.
    pub fn keys(&self) -> Option<Type> {
        match self.unrolled() {
            Type::Array(_) => Some(Type::Number),
            Type::Object(object) => object.keys().cloned(),
            Type::Set(set) => set.of.clone(),
            Type::Any => Some(Type::Any),
            Type::Union(union) => union.keys().cloned(),
            _ => None,
        }
    }

    /// The type of the values that can be enumerated.
    pub fn values(&self) -> Option<Type> {
        match self.unrolled() {
            Type::Array(array) => array.values().cloned(),
            Type::Object(object) => object.values().cloned(),
            Type::Set(set) => set.of.clone(),
            Type::Any => Some(Type::Any),
            Type::Union(union) => union.values().cloned(),
            _ => None,
        }
    }
}

fn join_functions(a: &Function, b: &Function) -> Option<Type> {
    if a.args.len() != b.args.len() || a.variadic.is_some() != b.variadic.is_some() {
        return None;
    }
    let or = |a: &Option<Type>, b: &Option<Type>| Type::or(a.clone(), b.clone());
    let args = a.args.iter().zip(&b.args).map(|(a, b)| Arg::unnamed(or(&a.of, &b.of))).collect();
    let result = or(&a.result_type().cloned(), &b.result_type().cloned());
    let variadic = or(&a.variadic, &b.variadic);
    Some(Type::Function(Arc::new(Function { args, variadic, result: result.map(|of| Arg::unnamed(Some(of))) })))
}

impl Object {
    /// The type of the property at a JSON value, known or not.
    pub fn select(&self, key: &Value) -> Option<&Type> {
        if let Some(property) = self.property(key) {
            return property.as_ref();
        }
        let dynamic = self.dynamic.as_ref()?;
        let fits = dynamic.key.as_ref()?.contains(&Type::of_json(key));
        dynamic.value.as_ref().filter(|_| fits)
    }
}

impl Function {
    /// The same without names.
    pub fn without_names(&self) -> Self {
        let unnamed = |arg: &Arg| Arg::unnamed(arg.of.clone());
        Self {
            args: self.args.iter().map(unnamed).collect(),
            variadic: self.variadic.clone(),
            result: self.result.as_ref().map(unnamed),
        }
    }
}
