//! What can be called, and with how many operands.

use std::{
    collections::{BTreeSet, HashMap},
    sync::LazyLock,
};

use crate::{
    ast::{Module, Node, Term},
    compile::{Capabilities, RuleTree},
};

/// What the checks know of a built-in.
pub(crate) struct Signature {
    /// Number of operands.
    pub arity: usize,
    /// The type of its value as JSON; null where it has none.
    pub result: serde_json::Value,
    /// Whether it should not be used any more.
    pub deprecated: bool,
}

static SIGNATURES: LazyLock<HashMap<String, Signature>> = LazyLock::new(|| {
    let list: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("../builtins/signatures.json")).unwrap_or_default();
    list.iter().filter_map(|entry| Some((entry["name"].as_str()?.to_owned(), signature(entry)))).collect()
});

fn signature(entry: &serde_json::Value) -> Signature {
    Signature {
        arity: entry["decl"]["args"].as_array().map_or(0, Vec::len),
        result: entry["decl"]["result"].clone(),
        deprecated: entry["deprecated"].as_bool().unwrap_or(false),
    }
}

/// A built-in by its dotted name.
pub(crate) fn builtin(name: &str) -> Option<&'static Signature> {
    SIGNATURES.get(name)
}

/// All functions that a policy can call: built-ins and rules.
pub(crate) struct Functions<'a> {
    tree: &'a RuleTree,
    rules: HashMap<*const RuleTree, usize>,
    allowed: Option<&'a BTreeSet<String>>,
}

impl<'a> Functions<'a> {
    /// The functions of these modules.
    pub fn new(modules: &[Module], tree: &'a RuleTree, capabilities: Option<&'a Capabilities>) -> Self {
        let mut rules = HashMap::new();
        let mut pending = vec![tree];
        while let Some(node) = pending.pop() {
            if let Some(id) = node.rules.first() {
                let args = &modules[id.module].rules[id.rule].head.args;
                rules.insert(std::ptr::from_ref(node), args.as_ref().map_or(0, Vec::len));
            }
            pending.extend(node.children.values());
        }
        Self { tree, rules, allowed: capabilities.map(|capabilities| &capabilities.builtins) }
    }

    /// How many operands the operator takes; none if there is no such function. Rules that are no functions take 0.
    pub fn arity(&self, operator: &[Term]) -> Option<usize> {
        self.builtin(operator).map(|signature| signature.arity).or_else(|| self.rule(operator))
    }

    /// The built-in that an operator names, if it may be used.
    pub fn builtin(&self, operator: &[Term]) -> Option<&'static Signature> {
        let find = |name: &str| {
            let allowed = self.allowed.is_none_or(|names| names.contains(name));
            builtin(name).filter(|_| allowed)
        };
        match operator {
            [head] => find(head.as_var()?),
            [head, path @ ..] => {
                let mut name = head.as_var()?.to_string();
                for part in path {
                    name.push('.');
                    name.push_str(part.as_str()?);
                }
                find(&name)
            }
            [] => None,
        }
    }

    fn rule(&self, operator: &[Term]) -> Option<usize> {
        let (head, path) = operator.split_first()?;
        if !matches!(&head.node, Node::Var(var) if var.as_str() == "data") {
            return None;
        }
        let mut node = self.tree;
        for part in path {
            node = node.children.get(&part.to_value()?)?;
        }
        self.rules.get(&std::ptr::from_ref(node)).copied()
    }
}
