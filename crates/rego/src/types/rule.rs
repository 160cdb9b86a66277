//! Checks of rules, from which the types of their documents follow.

use std::{collections::BTreeMap, rc::Rc};

use super::{
    annotations::Annotated,
    body,
    env::{Env, Layer, Shared},
    failure::Failure,
    lattice::{Arg, Dynamic, Type},
    order::{Order, full_reference},
    schema::Schemas,
    tree::{Tree, ground_path},
    walk,
};
use crate::{
    ast::{Rule, RuleKind, Term},
    compile::{Compiled, RuleId},
    error::Errors,
    value::Value,
};

/// How many expressions the bodies of one rule may have checked, and all rules together beyond their own number.
const RULE_BUDGET: u64 = 100_000;
const TOTAL_BUDGET: u64 = 10_000_000;

/// Checks all rules, those that others refer to first.
pub(super) struct Rules<'c> {
    pub compiled: &'c Compiled,
    pub order: &'c Order,
    pub annotated: Annotated<'c>,
    pub schemas: Schemas<'c>,
    pub errors: Errors,
}

/// What is known of a document after a rule was checked.
enum Outcome {
    /// Something is wrong with the rule; whoever refers to it is not to blame.
    Failed,
    Type(Vec<Value>, Type),
    Nothing,
}

impl Rules<'_> {
    /// Checks the rules and adds their types to those of the built-ins.
    pub fn check(&mut self, tree: &mut Tree, shared: &Shared<'_>) {
        let mut left = TOTAL_BUDGET;
        for id in self.order.sorted() {
            let mut rule = Some(self.compiled.rule(id));
            while let Some(one) = rule {
                let allowance = left.min(RULE_BUDGET.max(one.body.len() as u64 * 2));
                shared.budget.set(allowance);
                self.check_rule(tree, shared, id, one);
                left -= (allowance - shared.budget.get()).saturating_sub(one.body.len() as u64).min(left);
                rule = one.else_rule.as_deref();
            }
        }
    }

    fn check_rule(&mut self, tree: &mut Tree, shared: &Shared<'_>, id: RuleId, rule: &Rule) {
        let reference = full_reference(self.compiled, id);
        let overrides = self.overrides(tree, id, rule);
        let root = Env::root(shared, tree);
        let env = root.inner(match overrides.is_empty() {
            true => Layer::None,
            false => Layer::Owned(overrides),
        });
        let (env, failures) = body::check(&env, &rule.body);
        let path = ground_path(&reference);
        let outcome = match (shared.budget.get(), failures.is_empty()) {
            (0, _) => Outcome::Failed,
            (_, false) => {
                self.errors.extend(failures.into_iter().map(|failure| failure.error));
                Outcome::Failed
            }
            (_, true) => match rule_type(&env, rule, &reference[path.len()..]) {
                Some(of) => Outcome::Type(path.clone(), of),
                None => Outcome::Nothing,
            },
        };
        drop((env, root));
        match outcome {
            Outcome::Failed if path.len() == reference.len() => tree.put(&path, Type::Any),
            // A part of the document is not known.
            Outcome::Failed => _ = tree.touch(&path),
            Outcome::Type(path, of) => tree.insert(&path, &of),
            Outcome::Nothing => {}
        }
    }

    /// Documents whose types are given by annotations of the rule.
    fn overrides(&mut self, tree: &Tree, id: RuleId, rule: &Rule) -> Tree {
        let mut overrides = Tree::default();
        for annotation in self.annotated.schemas(id) {
            let of = match self.schemas.of_annotation(annotation) {
                Ok(Some(of)) => of,
                Ok(None) => continue,
                Err(message) => {
                    self.errors.push(Failure::new(&rule.location, message).error);
                    continue;
                }
            };
            place(&mut overrides, tree, &ground_path(&annotation.path), of);
        }
        overrides
    }
}

/// Gives a document a type, as a part of the type of the root it is below.
fn place(overrides: &mut Tree, known: &Tree, path: &[Value], of: Type) {
    let Some((root, rest)) = path.split_first() else { return };
    let around = overrides.child(root).or_else(|| known.child(root)).map_or(Type::Any, Tree::extent);
    overrides.put(std::slice::from_ref(root), replace_at(&around, rest, of));
}

/// The type with another one at a path inside of it.
fn replace_at(around: &Type, path: &[Value], of: Type) -> Type {
    let Some((key, rest)) = path.split_first() else { return of };
    let fresh = |dynamic: Option<Dynamic>, of: Type| {
        path.iter().rev().fold(of, |inner, key| Type::object(vec![(key.clone(), Some(inner))], dynamic.clone()))
    };
    let anything = || Some(Dynamic { key: Some(Type::Any), value: Some(Type::Any) });
    let Type::Object(object) = around.unrolled() else { return fresh(anything(), of) };
    let mut properties: BTreeMap<Value, Option<Type>> = object.properties.iter().cloned().collect();
    match properties.get_mut(key) {
        Some(property) => {
            let inner = property.take().unwrap_or(Type::Any);
            *property = Some(replace_at(&inner, rest, of));
        }
        None => {
            let Type::Object(added) = fresh(object.dynamic.clone(), of) else { return Type::Any };
            properties.extend(added.properties.iter().cloned());
        }
    }
    Type::object(properties.into_iter().collect(), object.dynamic.clone())
}

/// The type of the document or function that a rule defines, `dynamic` being the part of its reference from the first
/// variable on. None where it is not known.
fn rule_type(env: &Rc<Env<'_>>, rule: &Rule, dynamic: &[Term]) -> Option<Type> {
    let head = &rule.head;
    if let Some(args) = head.args.as_ref().filter(|args| !args.is_empty()) {
        for arg in args {
            walk::term(arg, &mut |term| {
                // What no expression of the body says anything about can be anything.
                if let Some(var) = term.as_var().filter(|var| env.var(var).is_none()) {
                    env.put_var(var, Some(Type::Any));
                }
                false
            });
        }
        let args = args.iter().map(|arg| Arg::unnamed(env.term(arg))).collect();
        let result = head.value.as_ref().and_then(|value| env.term(value));
        return Some(Type::function(args, result.map(|of| Arg::unnamed(Some(of)))));
    }
    let of = match head.kind() {
        RuleKind::SingleValue => env.term(head.value.as_ref()?)?,
        RuleKind::MultiValue => Type::set(Some(env.term(head.key.as_ref()?)?)),
    };
    dynamic.iter().rev().try_fold(of, |of, key| Some(Type::map(Some(env.term(key)?), Some(of))))
}
