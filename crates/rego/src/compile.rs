//! From modules to what can be evaluated: all stages between parsing and planning, in their order.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use crate::{
    ast::{Body, Module, Node, Rule, Var},
    value::Value,
};

/// How modules and queries are compiled.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Refuse what is legal but surely a mistake: unused imports and variables, deprecated built-ins.
    pub strict: bool,
    /// Keep `print` calls; without, they are erased.
    pub print: bool,
    /// Which built-ins and features exist. None: all of them.
    pub capabilities: Option<Arc<Capabilities>>,
    /// Built-ins that must not be used, by name.
    pub unsafe_builtins: BTreeSet<String>,
    /// JSON Schemas by path below `schema`; the empty path is the schema of `input`.
    pub schemas: BTreeMap<Vec<String>, Value>,
}

/// What policies may use.
#[derive(Clone, Debug, Default)]
pub struct Capabilities {
    /// Names of built-ins.
    pub builtins: BTreeSet<String>,
    /// Keywords that may be imported.
    pub future_keywords: BTreeSet<String>,
    /// Features of the language.
    pub features: BTreeSet<String>,
    /// Hosts that built-ins may ask; None allows all.
    pub allow_net: Option<Vec<String>>,
}

/// Modules that passed every stage, rewritten for evaluation.
#[derive(Clone, Debug, Default)]
pub struct Compiled {
    /// The modules. Names are resolved, nested calls are taken apart, bodies stand in an order in which every variable
    /// has a value when it is needed.
    pub modules: Vec<Module>,
    /// Rules by path.
    pub tree: RuleTree,
    /// What generated variables were called in the text.
    pub rewritten: HashMap<Var, Var>,
    /// Which built-ins and features exist. None: all of them.
    pub capabilities: Option<Arc<Capabilities>>,
    /// Terms that generated variables were put in the place of, for messages.
    pub subjects: HashMap<Var, Node>,
}

/// A query that passed every stage.
#[derive(Clone, Debug, Default)]
pub struct CompiledQuery {
    /// The rewritten, ordered body.
    pub body: Body,
    /// What generated variables were called in the text.
    pub rewritten: HashMap<Var, Var>,
    /// Terms that generated variables were put in the place of, for messages.
    pub subjects: HashMap<Var, Node>,
}

/// Which rule: module and position in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId {
    /// Index of the module.
    pub module: usize,
    /// Index of the rule in the module.
    pub rule: usize,
}

/// Rules by the path of their documents below `data`.
#[derive(Clone, Debug, Default)]
pub struct RuleTree {
    /// What is below, by the next part of the path.
    pub children: BTreeMap<Value, RuleTree>,
    /// Rules whose reference, up to its first variable, ends here.
    pub rules: Vec<RuleId>,
}

impl Compiled {
    /// The rule of an id.
    pub fn rule(&self, id: RuleId) -> &Rule {
        &self.modules[id.module].rules[id.rule]
    }
}
