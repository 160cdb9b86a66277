//! Inference: terms are matched with types, and variables without a type are given one.

use std::{rc::Rc, sync::Arc};

use super::{
    env::{Env, at_constant},
    lattice::{Array, Object, Type},
    tree::key_of,
    unify::unifies,
};
use crate::ast::{Node, Term, compare};

/// Whether a term can be of a type. Variables in it that have no type yet get theirs; under `union` they may have
/// several.
pub(super) fn unify<'a>(env: &Rc<Env<'a>>, term: &Term, of: Option<&Type>, union: bool) -> bool {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || match &term.node {
        Node::Array(items) => match of {
            Some(Type::Array(array)) => unify_array(env, items, array, union),
            Some(of @ Type::Recursive(_)) => match of.unrolled() {
                Type::Array(array) => unify_array(env, items, &array, union),
                _ => false,
            },
            of => unify_members(env, term, items.iter(), of),
        },
        Node::Object(entries) => match of {
            Some(Type::Object(object)) => unify_object(env, entries, object, union),
            Some(of @ Type::Recursive(_)) => match of.unrolled() {
                Type::Object(object) => unify_object(env, entries, &object, union),
                _ => false,
            },
            of => unify_members(env, term, entries.iter().flat_map(|(key, value)| [key, value]), of),
        },
        Node::Set(items) => match of {
            Some(Type::Set(set)) => items.iter().all(|item| unify(env, item, set.of.as_ref(), union)),
            of => unify_members(env, term, items.iter(), of),
        },
        Node::Var(var) => {
            let known = env.var(var);
            match (known, union) {
                (Some(known), false) => return unifies(Some(&known), of),
                (known, true) => env.put_var(var, Type::or(known, of.cloned())),
                (None, false) => env.put_var(var, of.cloned()),
            }
            true
        }
        _ => unifies(env.term(term).as_ref(), of),
    })
}

/// A composite against any value, or one of several types.
fn unify_members<'a, 't>(
    env: &Rc<Env<'a>>,
    term: &Term,
    members: impl Iterator<Item = &'t Term>,
    of: Option<&Type>,
) -> bool {
    match of {
        Some(Type::Any) => {
            members.for_each(|member| _ = unify(env, member, Some(&Type::Any), true));
            true
        }
        // Each is tried, so that variables get the types of all.
        Some(Type::Union(types)) => types.of.iter().filter(|of| unify(env, term, Some(of), true)).count() > 0,
        _ => false,
    }
}

fn unify_array<'a>(env: &Rc<Env<'a>>, items: &[Term], of: &Array, union: bool) -> bool {
    (items.len() == of.items.len() || of.dynamic.is_some())
        && items.iter().enumerate().all(|(at, item)| unify(env, item, of.item(at), union))
}

fn unify_object<'a>(env: &Rc<Env<'a>>, entries: &[(Term, Term)], of: &Arc<Object>, union: bool) -> bool {
    let entries = compare::sorted_entries(entries);
    if entries.len() != of.properties.len() && of.dynamic_value().is_none() {
        return false;
    }
    let whole = Type::Object(of.clone());
    entries.iter().all(|(key, value)| {
        if key_of(key).is_none() {
            // Any of the properties might be meant.
            unify(env, value, Some(&Type::Any), union);
            return true;
        }
        at_constant(&whole, key).is_some_and(|of| unify(env, value, Some(&of), union))
    })
}

/// Whether two terms can be equal, given what is known of them.
pub(super) fn unify_terms<'a>(
    env: &Rc<Env<'a>>,
    (a, type_a): (&Term, Option<&Type>),
    (b, type_b): (&Term, Option<&Type>),
) -> bool {
    match (Type::is_unknown(type_a), Type::is_unknown(type_b)) {
        (true, false) => return unify(env, a, type_b, false),
        (false, true) => return unify(env, b, type_a, false),
        (false, false) => return unifies(type_a, type_b),
        (true, true) => {}
    }
    let any = |term: &Term| unify(env, term, Some(&Type::Any), false);
    let like = |term: &Term, other: &Term| any(other) && unify(env, term, env.term(other).as_ref(), false);
    match (&a.node, &b.node) {
        (Node::Array(x), Node::Array(y)) => x.len() == y.len() && x.iter().zip(y).all(|(x, y)| unify_pair(env, x, y)),
        (Node::Object(x), Node::Object(y)) => unify_entries(env, x, y),
        (Node::Array(_) | Node::Object(_), Node::Var(_)) => like(b, a),
        (Node::Array(_) | Node::Object(_), _) => false,
        (Node::Var(_), Node::Array(_) | Node::Object(_)) => like(a, b),
        (Node::Var(_), Node::Var(_)) => like(b, a),
        (Node::Var(_), Node::Ref(_)) => any(a),
        (Node::Ref(_), Node::Var(_)) => any(b),
        // One side is partly known, as a comprehension may be.
        (Node::Var(_), _) if type_a.is_none() && type_b.is_some() => unify(env, a, type_b, false),
        (_, Node::Var(_)) if type_b.is_none() && type_a.is_some() => unify(env, b, type_a, false),
        _ => false,
    }
}

fn unify_pair<'a>(env: &Rc<Env<'a>>, a: &Term, b: &Term) -> bool {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
        let (type_a, type_b) = (env.term(a), env.term(b));
        unify_terms(env, (a, type_a.as_ref()), (b, type_b.as_ref()))
    })
}

fn unify_entries<'a>(env: &Rc<Env<'a>>, a: &[(Term, Term)], b: &[(Term, Term)]) -> bool {
    let (a, b) = (compare::sorted_entries(a), compare::sorted_entries(b));
    a.len() == b.len()
        && a.iter().zip(&b).all(|((x, _), (y, _))| compare::term(x, y).is_eq())
        && a.iter().zip(&b).all(|((_, x), (_, y))| unify_pair(env, x, y))
}
