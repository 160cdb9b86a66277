//! Types under `with`, which puts other documents in the place of known ones.

use std::rc::Rc;

use super::{
    env::{Env, Layer},
    lattice::Type,
    tree::{Tree, ground_path},
};
use crate::ast::{Expr, Term, ref_text};

/// The environment of an expression: replaced documents can also have the types of what they are replaced by, and what
/// depends on them can have any.
pub(super) fn replaced<'a>(env: &Rc<Env<'a>>, expr: &Expr) -> Rc<Env<'a>> {
    let mut inner = env.clone();
    let mut documents = Tree::default();
    for with in &expr.with {
        let Some(target) = with.target.as_ref_term() else { continue };
        let of = env.reference(target);
        let is_function = matches!(of, Some(Type::Function(_)));
        if let Some(tree) = relaxed(env, target, is_function) {
            inner = inner.with_documents(Layer::Shared(tree));
        }
        // A replaced function keeps its type, by which the arity of what replaces it is checked.
        if !is_function {
            let path = ground_path(target);
            let of = match path.len() == target.len() {
                true => of.and_then(|of| Type::or(Some(of), Some(env.term(&with.value)?))),
                false => None,
            };
            documents.put(&path, of.unwrap_or(Type::Any));
        }
    }
    match documents.is_empty() {
        true => inner,
        false => inner.with_documents(Layer::Owned(documents)),
    }
}

/// All rules that depend on the target, as documents of any type. None if there are none.
fn relaxed<'a>(env: &Rc<Env<'a>>, target: &[Term], is_function: bool) -> Option<Rc<Tree>> {
    let key = (ref_text(target), is_function);
    if let Some(known) = env.shared.relaxed.borrow().get(&key) {
        return known.clone();
    }
    let own_path = ground_path(target);
    let mut tree = Tree::default();
    for path in env.shared.order.dependents(target) {
        if !(is_function && path == own_path) {
            tree.put(&path, Type::Any);
        }
    }
    let tree = (!tree.is_empty()).then(|| Rc::new(tree));
    env.shared.relaxed.borrow_mut().insert(key, tree.clone());
    tree
}
