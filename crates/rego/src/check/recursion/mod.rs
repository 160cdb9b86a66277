//! No rule may need its own value.

mod cause;
mod graph;
mod narrow;

use std::collections::HashMap;

use self::graph::{Dynamic, Graph};
use super::with_original_names;
use crate::{
    ast::ref_text,
    compile::Compiled,
    error::{self, Code, Error, Errors},
};

/// Rules that depend on themselves, or may do so by the value of a variable.
///
/// To be asked as soon as local variables have their own names and calls are taken apart: what later stages take out
/// of references would hide where these lead. The errors come after those of conflicts, functions and safety.
pub fn recursion(compiled: &Compiled) -> Errors {
    let graph = Graph::new(compiled);
    let mut dynamic = HashMap::new();
    let mut errors = Errors::new();
    for component in components(&graph) {
        let is_cycle = |at: usize| component.len() > 1 || graph.edges[at].contains(&at);
        for &at in component.iter().filter(|at| is_cycle(**at)) {
            dynamic.insert(at, Uncertain::new(&graph, at));
        }
        for &at in component.iter().filter(|at| is_cycle(**at)) {
            errors.extend(describe(&graph, &dynamic, at, compiled));
        }
    }
    error::sort(&mut errors);
    errors
}

type DynamicEdges<'a> = HashMap<usize, Uncertain<'a>>;

/// What a definition may need, only for some values of variables.
struct Uncertain<'a> {
    references: Vec<Dynamic<'a>>,
    /// By definition, which reference it is that leads there.
    targets: HashMap<usize, usize>,
}

impl<'a> Uncertain<'a> {
    fn new(graph: &Graph<'a>, definition: usize) -> Self {
        let references = graph.dynamic(definition);
        let mut targets = HashMap::new();
        for (index, reference) in references.iter().enumerate() {
            for to in reference.rules.iter().flat_map(|id| graph.definitions_of(*id)) {
                targets.entry(to).or_insert(index);
            }
        }
        Self { references, targets }
    }
}

fn describe(graph: &Graph<'_>, dynamic: &DynamicEdges<'_>, at: usize, compiled: &Compiled) -> Option<Error> {
    let is_certain = |from: usize, to: usize| cause(dynamic, from, to).is_none();
    let certain = cycle(graph, at, &is_certain);
    let path = certain.clone().or_else(|| cycle(graph, at, &|_, _| true))?;
    let name = |at: usize| ref_text(&with_original_names(&graph.definitions[at].path, &compiled.rewritten));
    let steps: Vec<String> = path.iter().map(|at| name(*at)).collect();
    let (may_be, cause) = match certain {
        Some(_) => ("is", String::new()),
        None => ("may be", first_cause(graph, dynamic, &path, compiled)),
    };
    let message = format!("rule {} {may_be} recursive: {}{cause}", name(at), steps.join(" -> "));
    Some(Error::new(Code::Recursion, &graph.definitions[at].rule.location, message))
}

fn first_cause(graph: &Graph<'_>, dynamic: &DynamicEdges<'_>, path: &[usize], compiled: &Compiled) -> String {
    for (index, step) in path.windows(2).enumerate() {
        let [from, to] = *step else { continue };
        if let Some(edge) = cause(dynamic, from, to) {
            let (from, to) = (&graph.definitions[from], &graph.definitions[to]);
            return cause::describe(edge, from, index == 0, to, &compiled.rewritten);
        }
    }
    String::new()
}

/// The reference by which one definition may need the other only for some values of its variables.
fn cause<'d, 'a>(dynamic: &'d DynamicEdges<'a>, from: usize, to: usize) -> Option<&'d Dynamic<'a>> {
    let uncertain = dynamic.get(&from)?;
    uncertain.references.get(*uncertain.targets.get(&to)?)
}

/// A way from a definition back to it.
fn cycle(graph: &Graph<'_>, start: usize, is_allowed: &dyn Fn(usize, usize) -> bool) -> Option<Vec<usize>> {
    let mut visited = vec![false; graph.edges.len()];
    visited[start] = true;
    let mut path = vec![(start, graph.edges[start].iter())];
    while let Some((from, edges)) = path.last_mut() {
        let from = *from;
        let Some(&to) = edges.find(|to| is_allowed(from, **to)) else {
            path.pop();
            continue;
        };
        if to == start {
            return Some(path.iter().map(|(at, _)| *at).chain([start]).collect());
        }
        if !std::mem::replace(&mut visited[to], true) {
            path.push((to, graph.edges[to].iter()));
        }
    }
    None
}

/// Definitions by what is reachable from each other (Tarjan's algorithm).
fn components(graph: &Graph<'_>) -> Vec<Vec<usize>> {
    const UNSEEN: usize = usize::MAX;
    let count = graph.edges.len();
    let (mut number, mut low, mut open) = (vec![UNSEEN; count], vec![0; count], vec![false; count]);
    let (mut next, mut stack, mut found) = (0, Vec::new(), Vec::new());
    for root in 0..count {
        if number[root] != UNSEEN {
            continue;
        }
        let mut path = vec![(root, graph.edges[root].iter())];
        while let Some((at, edges)) = path.last_mut() {
            let at = *at;
            if number[at] == UNSEEN {
                (number[at], low[at], open[at]) = (next, next, true);
                next += 1;
                stack.push(at);
            }
            match edges.next() {
                Some(&to) if number[to] == UNSEEN => path.push((to, graph.edges[to].iter())),
                Some(&to) => {
                    if open[to] {
                        low[at] = low[at].min(number[to]);
                    }
                }
                None => {
                    path.pop();
                    if let Some((parent, _)) = path.last() {
                        low[*parent] = low[*parent].min(low[at]);
                    }
                    if low[at] == number[at] {
                        let from = stack.iter().rposition(|member| *member == at).unwrap_or(0);
                        let members: Vec<usize> = stack.drain(from..).collect();
                        members.iter().for_each(|member| open[*member] = false);
                        found.push(members);
                    }
                }
            }
        }
    }
    found
}
