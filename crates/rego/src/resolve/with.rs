//! `with`: what may be replaced, and values that have to be evaluated first.

use std::collections::{BTreeSet, HashSet};

use super::{Names, push, requires_evaluation};
use crate::{
    ast::{Body, Expr, Module, Node, Term, Var, ref_text, walk},
    builtins::signatures,
    compile::{Capabilities, RuleId, RuleTree},
    error::{Code, Error, Errors},
};

type Checked<T> = Result<T, Box<Error>>;

/// Places in a rule tree where functions are.
pub(crate) struct Functions(HashSet<*const RuleTree>);

/// Finds the functions that rules define.
pub(crate) fn functions(tree: &RuleTree, modules: &[Module]) -> Functions {
    let mut functions = HashSet::new();
    let mut pending = vec![tree];
    while let Some(node) = pending.pop() {
        let takes_some =
            |id: &RuleId| modules[id.module].rules[id.rule].head.args.as_ref().is_some_and(|args| !args.is_empty());
        if node.rules.iter().any(takes_some) {
            functions.insert(std::ptr::from_ref(node));
        }
        pending.extend(node.children.values());
    }
    Functions(functions)
}

/// What functions and rules there are.
pub(crate) struct Known<'k> {
    /// Rules by path.
    pub tree: &'k RuleTree,
    /// Where functions are.
    pub functions: &'k Functions,
    /// Built-ins that may be used.
    pub capabilities: Option<&'k Capabilities>,
    /// Built-ins that must not be used.
    pub unsafe_builtins: &'k BTreeSet<String>,
}

/// In all modules.
pub(crate) fn modules(modules: &mut [Module], names: &mut Names, known: &Known<'_>) -> Errors {
    let mut errors = Errors::new();
    walk::rules(modules, |rule| {
        walk::rule_bodies(rule, &mut |body| errors.extend(known.body(body, names).err().map(|error| *error)));
    });
    errors
}

/// In a query.
pub(crate) fn query(query: &mut Body, names: &mut Names, known: &Known<'_>) -> Errors {
    let mut errors = Errors::new();
    walk::bodies(query, &mut |body| {
        if errors.is_empty() {
            errors.extend(known.body(body, names).err().map(|error| *error));
        }
    });
    errors
}

impl Known<'_> {
    fn body(&self, body: &mut Body, names: &mut Names) -> Checked<()> {
        if body.iter().all(|expr| expr.with.is_empty()) {
            return Ok(());
        }
        let mut result = Vec::with_capacity(body.len());
        for mut expr in std::mem::take(body) {
            self.expr(&mut expr, names, &mut result)?;
            push(&mut result, expr);
        }
        *body = result;
        Ok(())
    }

    fn expr(&self, expr: &mut Expr, names: &mut Names, result: &mut Body) -> Checked<()> {
        for with in &mut expr.with {
            if let Node::Var(var) = &with.value.node
                && self.is_builtin(var)
            {
                // A built-in's name is a reference, as that of any function.
                let name = with.value.clone();
                with.value.node = Node::Ref(vec![name]);
            }
            let keep = self.keeps_value(&mut with.target, &with.value)?;
            if !keep && requires_evaluation(&with.value) {
                let equality = names.lift(&mut with.value);
                push(result, equality);
            }
        }
        Ok(())
    }

    fn is_function(&self, node: &RuleTree) -> bool {
        self.functions.0.contains(&std::ptr::from_ref(node))
    }

    fn is_builtin(&self, name: &str) -> bool {
        signatures::find(name).is_some() && self.capabilities.is_none_or(|known| known.builtins.contains(name))
    }

    /// Whether the value names a function and so must stay as it is.
    fn keeps_value(&self, target: &mut Term, value: &Term) -> Checked<bool> {
        let is_builtin = self.names_builtin(target)?;
        let root = target.as_ref_term().and_then(<[Term]>::first).and_then(Term::as_var).map(Var::as_str);
        match root {
            Some("data") => return self.keeps_value_of_data(target, value),
            Some("input") => return Ok(false),
            _ if is_builtin => {}
            _ => {
                let message = "with keyword target must reference existing input, data, or a function";
                return Err(Box::new(Error::new(Code::Type, &target.location, message)));
            }
        }
        if target.as_var().is_some() {
            target.node = Node::Ref(vec![target.clone()]);
        }
        check_builtin(target)?;
        self.names_function(value)
    }

    fn keeps_value_of_data(&self, target: &Term, value: &Term) -> Checked<bool> {
        let path = target.as_ref_term().and_then(|parts| parts.get(1..)).unwrap_or_default();
        let mut node = Some(self.tree);
        for (at, part) in path.iter().enumerate() {
            let Some(child) = node.and_then(|node| node.child(part)) else {
                node = None;
                break;
            };
            if at + 1 < path.len() && !child.rules.is_empty() {
                let message = "with keyword cannot partially replace virtual document(s)";
                return Err(Box::new(Error::new(Code::Compile, &target.location, message)));
            }
            node = Some(child);
        }
        let is_function = node.is_some_and(|node| !path.is_empty() && self.is_function(node));
        if is_function && self.names_function(value)? {
            return Ok(true);
        }
        let by = value.as_ref_term().and_then(|parts| self.tree.find(parts));
        Ok(by.is_some_and(|node| self.is_function(node)))
    }

    fn names_function(&self, value: &Term) -> Checked<bool> {
        match value.as_ref_term().and_then(|parts| self.tree.find(parts)) {
            Some(_) => Ok(true),
            None => self.names_builtin(value),
        }
    }

    /// Whether a term is the name of a built-in.
    fn names_builtin(&self, term: &Term) -> Checked<bool> {
        let name = match &term.node {
            Node::Var(var) => var.to_string(),
            Node::Ref(parts) => term.dotted_name().unwrap_or_else(|| ref_text(parts)),
            _ => return Ok(false),
        };
        if self.unsafe_builtins.contains(&name) {
            let message = format!("with keyword replacing built-in function: target must not be unsafe: {name:?}");
            return Err(Box::new(Error::new(Code::Compile, &term.location, message)));
        }
        Ok(self.is_builtin(&name))
    }
}

fn check_builtin(target: &Term) -> Checked<()> {
    let name = target.dotted_name().unwrap_or_default();
    let Some(signature) = signatures::find(&name) else { return Ok(()) };
    let wrong = match &*name {
        "eq" | "rego.metadata.chain" | "rego.metadata.rule" => format!("replacement of {name:?} invalid"),
        _ if name.starts_with("internal.") => format!("replacement of internal function {name:?} invalid"),
        _ if signature.relation => "target must not be a relation".to_owned(),
        _ if signature.decl.result.is_none() => "target must not be a void function".to_owned(),
        _ => return Ok(()),
    };
    let message = format!("with keyword replacing built-in function: {wrong}");
    Err(Box::new(Error::new(Code::Compile, &target.location, message)))
}
