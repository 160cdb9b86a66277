//! The order of a body: expressions are taken in the order written, each as soon as all its variables have values.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap, HashMap},
};

use super::{closures, operand, output};
use crate::{
    ast::{Body, Expr, Location, Var},
    check::{
        functions::Functions,
        vars::{self, Scan, Skip, VarSet},
    },
};

/// An expression with variables that have no value.
pub(crate) struct Unsafe {
    /// Where it stands.
    pub location: Location,
    /// If it is an assignment, what it assigns to.
    pub assigned: Vec<Var>,
    /// The variables.
    pub vars: BTreeSet<Var>,
}

impl Unsafe {
    fn new(expr: &Expr, vars: impl IntoIterator<Item = Var>) -> Self {
        let assigned = match expr.as_call() {
            Some((_, [target, _])) if expr.from_assignment => vars::of_term(target, Skip::NOTHING),
            _ => VarSet::new(),
        };
        Self {
            location: expr.location.clone(),
            assigned: assigned.into_iter().collect(),
            vars: vars.into_iter().collect(),
        }
    }
}

/// Puts bodies and the bodies inside them in order.
pub(crate) struct Reorder<'a> {
    functions: &'a Functions<'a>,
    /// What has a value before the body that is being looked at.
    known: VarSet,
    /// What was added to `known`, so that it can be taken away behind an inner body.
    added: Vec<Var>,
}

impl<'a> Reorder<'a> {
    /// With these variables having values.
    pub fn new(functions: &'a Functions<'a>, known: impl IntoIterator<Item = Var>) -> Self {
        Self { functions, known: known.into_iter().collect(), added: Vec::new() }
    }

    /// Puts the body in order. What is given back are the expressions that have no place in any.
    pub fn body(&mut self, body: &mut Body) -> Vec<Unsafe> {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
            let (order, mut found) = Schedule::new(body, self).run();
            let mut exprs: Vec<Option<Expr>> = std::mem::take(body).into_iter().map(Some).collect();
            let ordered: Vec<Expr> = order.into_iter().filter_map(|at| exprs[at].take()).collect();
            let mark = self.added.len();
            for (index, mut expr) in ordered.into_iter().enumerate() {
                if let Some(before) = body.last() {
                    let vars = self.visible(|scan| scan.expr(before));
                    self.learn(vars);
                }
                let (open, inner) = closures::reorder(&mut expr, self);
                if !open.is_empty() {
                    found.push(Unsafe::new(&expr, open));
                }
                found.extend(inner);
                expr.index = index;
                body.push(expr);
            }
            for var in self.added.drain(mark..) {
                self.known.remove(&var);
            }
            found
        })
    }

    /// Puts a body inside an expression in order. `head` are the variables that it has to give values to; those it
    /// does not are given back first.
    pub(super) fn closure(&mut self, head: &VarSet, body: &mut Body) -> (Vec<Var>, Vec<Unsafe>) {
        let own = if head.is_empty() { VarSet::new() } else { self.visible(|scan| scan.body(body)) };
        let open = head.iter().filter(|var| !own.contains(*var) && !self.known.contains(*var)).cloned().collect();
        (open, self.body(body))
    }

    /// From here to the end of the body these have values.
    pub(super) fn learn(&mut self, vars: impl IntoIterator<Item = Var>) {
        for var in vars {
            if self.known.insert(var.clone()) {
                self.added.push(var);
            }
        }
    }

    /// The variables that count for an expression: not those of closures, but those that operands of `not`, `and`
    /// and `or` without braces share.
    fn visible(&self, walk: impl FnOnce(&mut Scan<'_>)) -> VarSet {
        let mut vars = VarSet::new();
        walk(&mut Scan {
            skip: Skip::HIDDEN,
            operand: Some(&|body| operand::outer_vars(body, self.functions)),
            found: &mut |var| {
                vars.insert(var.clone());
            },
        });
        vars
    }
}

/// What is known of an expression that has no place yet.
struct Waiting {
    /// Variables without a value.
    open: VarSet,
    /// Variables of the body that its closures use.
    closed: VarSet,
    /// Whether it is to be looked at.
    queued: bool,
    placed: bool,
}

struct Schedule<'b> {
    body: &'b Body,
    functions: &'b Functions<'b>,
    exprs: Vec<Waiting>,
    /// Variables with a value.
    safe: VarSet,
    order: Vec<usize>,
    /// Expressions in order whose references range over variables of closures inside them.
    ranging: Vec<usize>,
    /// Which expressions to look at again when a variable gets a value.
    watching: HashMap<Var, Vec<usize>>,
    /// Expressions to look at, by round and position.
    queue: BinaryHeap<Reverse<(usize, usize)>>,
}

impl<'b> Schedule<'b> {
    fn new(body: &'b Body, reorder: &'b Reorder<'_>) -> Self {
        let visible: Vec<VarSet> = body.iter().map(|expr| reorder.visible(|scan| scan.expr(expr))).collect();
        let all: VarSet = visible.iter().flatten().cloned().collect();
        let safe: VarSet = all.iter().filter(|var| reorder.known.contains(*var)).cloned().collect();
        let mut watching: HashMap<Var, Vec<usize>> = HashMap::new();
        let mut exprs = Vec::with_capacity(body.len());
        for (at, (expr, mut open)) in body.iter().zip(visible).enumerate() {
            for var in vars::of_expr(expr, Skip::NOTHING) {
                if all.contains(&var) && !safe.contains(&var) {
                    watching.entry(var).or_default().push(at);
                }
            }
            open.retain(|var| !safe.contains(var));
            let mut closed = closures::vars(expr);
            closed.retain(|var| all.contains(var) && !reorder.known.contains(var));
            exprs.push(Waiting { open, closed, queued: true, placed: false });
        }
        Self {
            body,
            functions: reorder.functions,
            exprs,
            safe,
            order: Vec::with_capacity(body.len()),
            ranging: Vec::new(),
            watching,
            queue: (0..body.len()).map(|at| Reverse((0, at))).collect(),
        }
    }

    fn run(mut self) -> (Vec<usize>, Vec<Unsafe>) {
        while let Some(Reverse((round, at))) = self.queue.pop() {
            self.exprs[at].queued = false;
            if !self.is_taken_for_another(at) {
                self.look(round, at);
            }
        }
        let found = self.exprs.into_iter().zip(self.body).filter(|(waiting, _)| !waiting.open.is_empty());
        let found = found.map(|(waiting, expr)| Unsafe::new(expr, waiting.open)).collect();
        (self.order, found)
    }

    /// OPA knows an expression again by its content and position: where an equal one was moved to the position that
    /// this one has in the text, this one counts as placed too, but the variables it lacks stay unsafe.
    fn is_taken_for_another(&self, at: usize) -> bool {
        self.order.get(at).is_some_and(|&other| self.body[other] == self.body[at])
    }

    fn look(&mut self, round: usize, at: usize) {
        let safe = |var: &Var| self.safe.contains(var);
        let outputs = output::of_expr(&self.body[at], self.functions, &safe);
        let waiting = &mut self.exprs[at];
        if !waiting.closed.is_empty() {
            let ranging: Vec<_> = self.ranging.iter().map(|&at| &self.body[at]).collect();
            let bound = output::of_body(&ranging, self.functions, &safe);
            let open: VarSet = waiting.closed.difference(&bound).cloned().collect();
            if !open.is_empty() {
                if open == outputs {
                    return;
                }
                waiting.open = open;
            }
        }
        waiting.open.retain(|var| !outputs.contains(var) && !self.safe.contains(var));
        if waiting.open.is_empty() {
            waiting.placed = true;
            self.place(round, at, outputs);
        }
    }

    fn place(&mut self, round: usize, at: usize, outputs: VarSet) {
        self.order.push(at);
        if output::of_refs(&self.body[at], &|_| true)
            .iter()
            .any(|var| !self.safe.contains(var) && !outputs.contains(var))
        {
            self.ranging.push(at);
        }
        let mut again = Vec::new();
        for var in outputs {
            if self.safe.insert(var.clone()) {
                again.extend(self.watching.remove(&var).into_iter().flatten());
            }
        }
        if !self.ranging.is_empty() {
            again.extend(0..self.body.len());
        }
        for other in again {
            let waiting = &mut self.exprs[other];
            if !waiting.placed && !waiting.queued {
                waiting.queued = true;
                self.queue.push(Reverse((round + usize::from(other <= at), other)));
            }
        }
    }
}
