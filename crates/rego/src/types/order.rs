//! Which rules depend on which: a rule is checked behind all that it refers to.

use std::collections::HashMap;

use super::{
    tree::{ground_path, key_of},
    walk,
};
use crate::{
    ast::{Node, Rule, Term},
    compile::{Compiled, RuleId, RuleTree},
    value::Value,
};

/// Rules and the nodes of their tree as a graph. A node depends on all that is below it, so that a reference to many
/// rules is one edge.
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    vertices: Vec<Vertex>,
    /// The vertex of the root of the tree is the first.
    below: Vec<HashMap<Value, usize>>,
}

#[derive(Clone, Debug)]
struct Vertex {
    /// Path below `data` of a rule; None for nodes of the tree.
    rule: Option<(RuleId, Vec<Value>)>,
    dependencies: Vec<usize>,
    dependents: Vec<usize>,
    /// Rules that stand at a node itself.
    here: Vec<usize>,
}

impl Order {
    pub fn new(compiled: &Compiled) -> Self {
        let mut order = Self::default();
        order.add_tree(&compiled.tree, compiled);
        for vertex in 0..order.vertices.len() {
            let Some((id, _)) = &order.vertices[vertex].rule else { continue };
            let mut rule = Some(compiled.rule(*id));
            let mut found = Vec::new();
            while let Some(one) = rule {
                order.references(one, &mut found);
                rule = one.else_rule.as_deref();
            }
            found.sort_unstable();
            found.dedup();
            for dependency in found {
                order.connect(vertex, dependency);
            }
        }
        order
    }

    fn add(&mut self, rule: Option<(RuleId, Vec<Value>)>) -> usize {
        self.vertices.push(Vertex { rule, dependencies: Vec::new(), dependents: Vec::new(), here: Vec::new() });
        self.below.push(HashMap::new());
        self.vertices.len() - 1
    }

    fn connect(&mut self, from: usize, to: usize) {
        self.vertices[from].dependencies.push(to);
        self.vertices[to].dependents.push(from);
    }

    fn add_tree(&mut self, tree: &RuleTree, compiled: &Compiled) {
        let root = self.add(None);
        let mut open = vec![(root, tree)];
        while let Some((node, tree)) = open.pop() {
            for &id in &tree.rules {
                let path = rule_path(compiled, id);
                let rule = self.add(Some((id, path)));
                self.connect(node, rule);
                self.vertices[node].here.push(rule);
            }
            for (key, child) in &tree.children {
                let vertex = self.add(None);
                self.connect(node, vertex);
                self.below[node].insert(key.clone(), vertex);
                open.push((vertex, child));
            }
        }
    }

    fn references(&self, rule: &Rule, found: &mut Vec<usize>) {
        walk::rule(rule, &mut |term| {
            if let Node::Ref(terms) = &term.node {
                self.matching(terms, found);
            }
            false
        });
    }

    /// Vertices of all rules that a reference may mean.
    fn matching(&self, reference: &[Term], found: &mut Vec<usize>) {
        let Some((head, path)) = reference.split_first() else { return };
        if head.as_var().is_none_or(|var| var.as_str() != "data") {
            return;
        }
        let mut nodes = vec![0];
        for (at, term) in path.iter().enumerate() {
            let is_last = at + 1 == path.len();
            let key = key_of(term);
            let mut next = Vec::new();
            for node in nodes {
                found.extend(&self.vertices[node].here);
                match &key {
                    Some(key) => next.extend(self.below[node].get(key)),
                    // All there is below, as one edge.
                    None if is_last => found.push(node),
                    None => next.extend(self.below[node].values()),
                }
            }
            nodes = next;
        }
        found.extend(nodes);
    }

    /// All rules, each behind those that it depends on.
    pub fn sorted(&self) -> Vec<RuleId> {
        let mut sorted = Vec::new();
        let mut seen = vec![false; self.vertices.len()];
        for start in 0..self.vertices.len() {
            let mut open = vec![(start, 0)];
            if std::mem::replace(&mut seen[start], true) {
                continue;
            }
            while let Some((vertex, at)) = open.last_mut() {
                let (vertex, next) = (*vertex, self.vertices[*vertex].dependencies.get(*at).copied());
                *at += 1;
                match next {
                    Some(next) if !seen[next] => {
                        seen[next] = true;
                        open.push((next, 0));
                    }
                    Some(_) => {}
                    None => {
                        sorted.extend(self.vertices[vertex].rule.as_ref().map(|(id, _)| *id));
                        open.pop();
                    }
                }
            }
        }
        sorted
    }

    /// Paths, from `data` on, of all rules that a reference may mean and of those that depend on them.
    pub fn dependents(&self, reference: &[Term]) -> Vec<Vec<Value>> {
        let mut open = Vec::new();
        self.matching(reference, &mut open);
        let mut seen = vec![false; self.vertices.len()];
        // Downwards first: a node stands for all rules below it.
        let mut rules = Vec::new();
        while let Some(vertex) = open.pop() {
            if std::mem::replace(&mut seen[vertex], true) {
                continue;
            }
            match self.vertices[vertex].rule {
                Some(_) => rules.push(vertex),
                None => open.extend(&self.vertices[vertex].dependencies),
            }
        }
        let mut paths = Vec::new();
        let mut seen = vec![false; self.vertices.len()];
        while let Some(vertex) = rules.pop() {
            if std::mem::replace(&mut seen[vertex], true) {
                continue;
            }
            paths.extend(self.vertices[vertex].rule.as_ref().map(|(_, path)| path.clone()));
            rules.extend(&self.vertices[vertex].dependents);
        }
        paths
    }
}

fn rule_path(compiled: &Compiled, id: RuleId) -> Vec<Value> {
    ground_path(&full_reference(compiled, id))
}

/// The reference of a rule from `data` on.
pub(super) fn full_reference(compiled: &Compiled, id: RuleId) -> Vec<Term> {
    let module = &compiled.modules[id.module];
    let head = &module.rules[id.rule].head;
    let name = head.reference.first().map(|first| match first.as_var() {
        Some(var) => Term::new(Node::String(var.to_text()), first.location.clone()),
        None => first.clone(),
    });
    module.package.path.iter().cloned().chain(name).chain(head.reference.iter().skip(1).cloned()).collect()
}
