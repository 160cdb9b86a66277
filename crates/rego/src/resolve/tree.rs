//! Rules by path.

use crate::{
    ast::{Module, Term},
    check,
    compile::{RuleId, RuleTree},
    value::Value,
};

/// The rules of all modules by the part of their references before the first variable.
pub(crate) fn of_modules(modules: &[Module]) -> RuleTree {
    let mut tree = RuleTree::default();
    for (at, module) in modules.iter().enumerate() {
        if module.rules.is_empty() {
            node(&mut tree, &module.package.path);
        }
        for (rule, definition) in module.rules.iter().enumerate() {
            let path = check::full_path(&module.package.path, definition);
            node(&mut tree, check::ground_prefix(&path)).rules.push(RuleId { module: at, rule });
        }
    }
    tree
}

fn node<'t>(tree: &'t mut RuleTree, path: &[Term]) -> &'t mut RuleTree {
    let keys = path.iter().skip(1).map_while(Term::to_value);
    keys.fold(tree, |tree, key| tree.children.entry(key).or_default())
}

impl RuleTree {
    /// What is at a reference from `data` on.
    pub(crate) fn find(&self, reference: &[Term]) -> Option<&Self> {
        let (root, path) = reference.split_first()?;
        if root.as_var().is_none_or(|var| var.as_str() != "data") {
            return None;
        }
        path.iter().try_fold(self, |tree, part| tree.child(part))
    }

    /// What is below this by the next part of a path.
    pub(crate) fn child(&self, part: &Term) -> Option<&Self> {
        let key: Value = part.to_value()?;
        self.children.get(&key)
    }
}
