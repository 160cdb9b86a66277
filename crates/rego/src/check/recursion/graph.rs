//! Which rules depend on which.

use std::collections::{BTreeSet, HashMap};

use super::narrow;
use crate::{
    ast::{Node, Rule, Term},
    check::{
        full_path,
        vars::{self, Skip, VarSet},
        walk::{self, Visit},
        with_else,
    },
    compile::{Compiled, RuleId, RuleTree},
};

/// A definition of a rule, or one behind an `else`.
pub(super) struct Definition<'a> {
    pub rule: &'a Rule,
    /// The path of the rule from `data` on.
    pub path: Vec<Term>,
}

/// Dependencies of rules, by number of their definitions.
pub(super) struct Graph<'a> {
    compiled: &'a Compiled,
    pub definitions: Vec<Definition<'a>>,
    /// What a definition depends on.
    pub edges: Vec<BTreeSet<usize>>,
    /// The definitions of a rule: those behind `else` follow the first.
    first: HashMap<RuleId, (usize, usize)>,
}

/// A reference that may select rules only by the value of a variable.
pub(super) struct Dynamic<'a> {
    /// As written.
    pub reference: &'a [Term],
    /// With the values of variables, where only one is possible.
    pub selector: Vec<Term>,
    /// Position of the expression; behind the last for the head.
    pub at: usize,
    /// Variables that may have a value there.
    pub bound: VarSet,
    /// The rules that it may select.
    pub rules: Vec<RuleId>,
}

struct Dependency<'a> {
    reference: &'a [Term],
    selector: Vec<Term>,
    has_var: bool,
    at: usize,
    rules: BTreeSet<RuleId>,
}

impl<'a> Graph<'a> {
    pub fn new(compiled: &'a Compiled) -> Self {
        let mut definitions = Vec::new();
        let mut first = HashMap::new();
        for (module, content) in compiled.modules.iter().enumerate() {
            let package = &content.package.path;
            for (rule, content) in content.rules.iter().enumerate() {
                let from = definitions.len();
                let path = |rule| full_path(package, rule);
                definitions.extend(with_else(content).map(|rule| Definition { rule, path: path(rule) }));
                first.insert(RuleId { module, rule }, (from, definitions.len()));
            }
        }
        let mut graph = Self { compiled, definitions, edges: Vec::new(), first };
        graph.edges = (0..graph.definitions.len()).map(|at| graph.edges_of(at)).collect();
        graph
    }

    /// The definitions of a rule.
    pub fn definitions_of(&self, id: RuleId) -> std::ops::Range<usize> {
        let (from, to) = self.first.get(&id).copied().unwrap_or_default();
        from..to
    }

    fn edges_of(&self, definition: usize) -> BTreeSet<usize> {
        let rules: BTreeSet<RuleId> = self.dependencies(definition).into_iter().flat_map(|found| found.rules).collect();
        rules.into_iter().flat_map(|id| self.definitions_of(id)).collect()
    }

    fn dependencies(&self, definition: usize) -> Vec<Dependency<'a>> {
        let rule = self.definitions[definition].rule;
        let mut bindings = None;
        let mut found = Vec::new();
        for (at, reference) in references(rule) {
            let has_var = reference.iter().skip(1).any(|part| !part.is_ground_literal());
            if !has_var {
                let rules = self.select(reference);
                found.push(Dependency { reference, selector: reference.to_vec(), has_var, at, rules });
                continue;
            }
            let bindings = bindings.get_or_insert_with(|| narrow::bindings(&rule.body));
            let known = narrow::known_before(bindings, at);
            let mut expanded =
                if known.is_empty() { vec![reference.to_vec()] } else { narrow::expand(reference, &known) };
            let rules = expanded.iter().flat_map(|one| self.select(one)).collect();
            let selector = if expanded.len() == 1 { expanded.swap_remove(0) } else { reference.to_vec() };
            found.push(Dependency { reference, selector, has_var, at, rules });
        }
        found
    }

    /// The references of a definition that may select rules only by the value of a variable, without the rules that
    /// another of its references selects anyway.
    pub fn dynamic(&self, definition: usize) -> Vec<Dynamic<'a>> {
        let rule = self.definitions[definition].rule;
        let mut certain = BTreeSet::new();
        let mut found = Vec::new();
        for dependency in self.dependencies(definition) {
            let Dependency { reference, selector, has_var, at, rules } = dependency;
            if !has_var {
                certain.extend(rules);
                continue;
            }
            let bound = bound_before(rule, at);
            let selects = |id: &RuleId| {
                let target = &self.definitions[self.definitions_of(*id).start];
                selects(&selector, target, &bound, None)
            };
            certain.extend(rules.iter().copied().filter(selects));
            found.push(Dynamic { reference, selector, at, bound, rules: rules.into_iter().collect() });
        }
        for reference in &mut found {
            reference.rules.retain(|id| !certain.contains(id));
        }
        found
    }

    /// The rules that a reference may need.
    fn select(&self, reference: &[Term]) -> BTreeSet<RuleId> {
        let mut found = BTreeSet::new();
        self.select_below(&self.compiled.tree, reference, 1, &mut found);
        found
    }

    fn select_below(&self, node: &RuleTree, reference: &[Term], at: usize, found: &mut BTreeSet<RuleId>) {
        let Some(part) = reference.get(at) else {
            let mut pending = vec![node];
            while let Some(node) = pending.pop() {
                found.extend(&node.rules);
                pending.extend(node.children.values());
            }
            return;
        };
        let mut below = |child: &RuleTree| {
            let meets = |id: &&RuleId| self.meets(**id, reference, at + 1);
            found.extend(child.rules.iter().filter(meets));
            stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.select_below(child, reference, at + 1, found));
        };
        match part.to_value() {
            Some(key) => node.children.get(&key).into_iter().for_each(&mut below),
            None => node.children.values().for_each(&mut below),
        }
    }

    /// Whether the path of a rule may be that of a reference from a position on.
    fn meets(&self, id: RuleId, reference: &[Term], from: usize) -> bool {
        let path = &self.definitions[self.definitions_of(id).start].path;
        let literal = |term: &Term| term.to_value();
        path.iter().zip(reference).skip(from).all(|(a, b)| match (literal(a), literal(b)) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        })
    }
}

/// Whether the reference selects the rule whatever its variables are. A variable that has no value yet and occurs
/// once ranges over everything; any other may or may not be what the rule needs. `positions` takes those parts that
/// have to be as in the rule's path.
pub(super) fn selects(
    reference: &[Term],
    target: &Definition<'_>,
    bound: &VarSet,
    mut positions: Option<&mut Vec<usize>>,
) -> bool {
    let mut certain = true;
    for (at, (part, wanted)) in reference.iter().zip(&target.path).enumerate().skip(1) {
        let Some(wanted) = wanted.to_value() else { continue };
        if let Some(var) = part.as_var() {
            let count = reference.iter().filter(|part| part.as_var() == Some(var)).count();
            if !bound.contains(var) && count == 1 {
                continue;
            }
        }
        match (part.to_value(), &mut positions) {
            (Some(value), _) if value == wanted => {}
            (Some(_), _) | (None, None) => return false,
            (None, Some(positions)) => {
                certain = false;
                positions.push(at);
            }
        }
    }
    certain
}

/// The variables that may have a value when the expression at a position is evaluated.
fn bound_before(rule: &Rule, at: usize) -> VarSet {
    let mut vars: VarSet = rule.body.iter().take(at).flat_map(|expr| vars::of_expr(expr, Skip::NOTHING)).collect();
    let head = &rule.head;
    for part in head.args.iter().flatten().chain(&head.key).chain(&head.value) {
        vars.extend(vars::of_term(part, Skip::NOTHING));
    }
    if !head.name.is_empty() {
        vars.insert(head.name.clone());
    }
    vars
}

/// References into `data` in body and head, with the position of their expression; that of the head is behind the last.
fn references(rule: &Rule) -> Vec<(usize, &[Term])> {
    let mut found = References { at: 0, found: Vec::new() };
    for expr in &rule.body {
        walk::expr(expr, &mut found);
        found.at += 1;
    }
    walk::head(&rule.head, &mut found);
    found.found
}

struct References<'t> {
    at: usize,
    found: Vec<(usize, &'t [Term])>,
}

impl<'t> Visit<'t> for References<'t> {
    fn term(&mut self, term: &'t Term) -> bool {
        if let Node::Ref(reference) = &term.node
            && reference.first().and_then(Term::as_var).is_some_and(|var| var.as_str() == "data")
        {
            self.found.push((self.at, reference));
        }
        true
    }
}
