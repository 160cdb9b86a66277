//! `graph.reachable` and `graph.reachable_paths`.

use std::collections::{BTreeSet, VecDeque};

use super::{Context, Failure, Function, Outcome, wrong_type};
use crate::value::{Object, Value};

pub(super) const TABLE: &[(&str, Function)] =
    &[("graph.reachable", reachable), ("graph.reachable_paths", reachable_paths)];

/// Vertices of an array or set; anything else has none.
fn vertices(collection: &Value) -> &[Value] {
    match collection {
        Value::Array(items) => items,
        Value::Set(set) => set.as_slice(),
        _ => &[],
    }
}

fn operands_of(operands: &[Value]) -> Result<(&Object, &[Value]), Failure> {
    let Value::Object(graph) = &operands[0] else { return Err(wrong_type(1, &operands[0], &["object"])) };
    match &operands[1] {
        initial @ (Value::Array(_) | Value::Set(_)) => Ok((graph, vertices(initial))),
        other => Err(wrong_type(2, other, &["{array, set}"])),
    }
}

fn reachable(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (graph, initial) = operands_of(operands)?;
    let mut queue: VecDeque<&Value> = initial.iter().collect();
    let mut reached = BTreeSet::new();
    while let Some(node) = queue.pop_front() {
        cx.check()?;
        let Some(edges) = graph.get(node) else { continue };
        if reached.insert(node) {
            queue.extend(vertices(edges).iter().filter(|neighbor| !reached.contains(neighbor)));
        }
    }
    Ok(Some(Value::set(reached.into_iter().cloned())))
}

/// Walks all paths of a graph that pass no vertex twice.
struct Paths<'g, 'c, 'q> {
    graph: &'g Object,
    cx: &'c mut Context<'q>,
    path: Vec<&'g Value>,
    on_path: BTreeSet<&'g Value>,
    found: BTreeSet<Value>,
}

impl<'g> Paths<'g, '_, '_> {
    fn end(&mut self) -> Result<(), Failure> {
        self.cx.charge(self.path.len() * size_of::<Value>())?;
        self.found.insert(Value::array(self.path.iter().copied().cloned()));
        Ok(())
    }

    fn visit(&mut self, node: &'g Value) -> Result<(), Failure> {
        self.cx.check()?;
        let Some(edges) = self.graph.get(node) else { return self.end() };
        self.path.push(node);
        let is_new = self.on_path.insert(node);
        let edges = vertices(edges);
        if edges.is_empty() {
            self.end()?;
        }
        for neighbor in edges {
            match self.on_path.contains(neighbor) {
                true => self.end()?,
                false => stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.visit(neighbor))?,
            }
        }
        self.path.pop();
        if is_new {
            self.on_path.remove(node);
        }
        Ok(())
    }
}

fn reachable_paths(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (graph, initial) = operands_of(operands)?;
    let mut paths = Paths { graph, cx, path: Vec::new(), on_path: BTreeSet::new(), found: BTreeSet::new() };
    for node in initial {
        let Some(edges) = graph.get(node) else { continue };
        paths.path.push(node);
        paths.on_path.insert(node);
        let neighbors = vertices(edges);
        if neighbors.is_empty() {
            paths.end()?;
        }
        // A first step back to the start is walked: `[a, a]`.
        for neighbor in neighbors {
            paths.visit(neighbor)?;
        }
        paths.path.clear();
        paths.on_path.clear();
    }
    Ok(Some(Value::set(paths.found)))
}
