//! Whether a value can be of two types at once.

use std::sync::Arc;

use super::lattice::{Array, Function, Object, Type};

/// How often unification looks through recursive types before it takes them for compatible.
const MAX_UNROLLED: u32 = 64;

/// Whether a value can be of both types. What is not known fits nothing.
pub fn unifies(a: Option<&Type>, b: Option<&Type>) -> bool {
    both(a, b, &mut { MAX_UNROLLED })
}

fn both(a: Option<&Type>, b: Option<&Type>, fuel: &mut u32) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return false };
    match (a, b) {
        (Type::Recursive(x), Type::Recursive(y)) if Arc::ptr_eq(x, y) => true,
        (Type::Recursive(_), _) | (_, Type::Recursive(_)) => {
            if *fuel == 0 {
                return true;
            }
            *fuel -= 1;
            both(Some(&a.unrolled()), Some(&b.unrolled()), fuel)
        }
        (Type::Any, other) | (other, Type::Any) => !matches!(other, Type::Function(_)),
        (Type::Union(_), Type::Function(_)) | (Type::Function(_), Type::Union(_)) => false,
        (Type::Union(x), Type::Union(y)) if Arc::ptr_eq(x, y) => true,
        (Type::Union(union), other) => union.of.iter().any(|of| both(Some(of), Some(other), fuel)),
        (other, Type::Union(union)) => union.of.iter().any(|of| both(Some(other), Some(of), fuel)),
        (Type::Null, Type::Null)
        | (Type::Boolean, Type::Boolean)
        | (Type::Number, Type::Number)
        | (Type::String, Type::String) => true,
        (Type::Array(x), Type::Array(y)) => same(x, y, a) || arrays(x, y, fuel),
        (Type::Object(x), Type::Object(y)) => same(x, y, a) || objects(x, y, fuel),
        // The set of no type is the empty one, which every set type has.
        (Type::Set(x), Type::Set(y)) => x.of.is_none() || y.of.is_none() || both(x.of.as_ref(), y.of.as_ref(), fuel),
        (Type::Function(x), Type::Function(y)) => functions(x, y, fuel),
        _ => false,
    }
}

fn same<T>(x: &Arc<T>, y: &Arc<T>, of: &Type) -> bool {
    Arc::ptr_eq(x, y) && !Type::is_unknown(Some(of))
}

fn arrays(a: &Array, b: &Array, fuel: &mut u32) -> bool {
    let length = a.items.len().max(b.items.len());
    (0..length).all(|at| both(a.item(at), b.item(at), fuel))
        && (a.dynamic.is_none() || b.dynamic.is_none() || both(a.dynamic.as_ref(), b.dynamic.as_ref(), fuel))
}

fn objects(a: &Object, b: &Object, fuel: &mut u32) -> bool {
    let (value_a, value_b) = (a.dynamic_value(), b.dynamic_value());
    properties(a, b, fuel)
        && properties(b, a, fuel)
        && (value_a.is_none() || value_b.is_none() || both(value_a, value_b, fuel))
}

fn properties(a: &Object, b: &Object, fuel: &mut u32) -> bool {
    let open = a.dynamic_value().is_some() || b.dynamic_value().is_some();
    a.properties.iter().all(|(key, value)| match b.select(key) {
        Some(other) => both(value.as_ref(), Some(other), fuel),
        None => open,
    })
}

fn functions(a: &Function, b: &Function, fuel: &mut u32) -> bool {
    a.args.len() == b.args.len() && (0..a.args.len()).all(|at| both(a.arg(at), b.arg(at), fuel))
}
