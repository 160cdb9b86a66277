//! Which variables occur in a node, as the checks need to know it.

use std::collections::HashSet;

use crate::ast::{Body, Call, Every, Expr, ExprKind, Node, Ref, TemplatePart, Term, Var, With};

/// Variables without an order.
pub(crate) type VarSet = HashSet<Var>;

/// What does not count as an occurrence.
#[derive(Clone, Copy, Default)]
pub(crate) struct Skip {
    /// Heads of references.
    pub ref_heads: bool,
    /// Heads of called references, and of the references of `with`.
    pub call_heads: bool,
    /// Keys of objects.
    pub object_keys: bool,
    /// What has a body of its own.
    pub closures: bool,
    /// Members of sets.
    pub sets: bool,
}

impl Skip {
    /// What is left are the variables that need a value before an expression is evaluated, or get one by it.
    pub const HIDDEN: Self =
        Self { ref_heads: false, call_heads: true, object_keys: false, closures: true, sets: false };
    /// What is left are the variables that a pattern gives values to.
    pub const PATTERN: Self =
        Self { ref_heads: true, call_heads: false, object_keys: true, closures: true, sets: false };
    /// What is left are the variables that an output operand gives values to.
    pub const OUTPUT: Self = Self { sets: true, ..Self::PATTERN };
    /// What is left are the variables that a reference ranges over.
    pub const REF_HEADS: Self =
        Self { ref_heads: true, call_heads: false, object_keys: false, closures: false, sets: false };
    /// Everything counts.
    pub const NOTHING: Self =
        Self { ref_heads: false, call_heads: false, object_keys: false, closures: false, sets: false };
}

/// Finds variables.
pub(crate) struct Scan<'f> {
    /// What to pass over.
    pub skip: Skip,
    /// What to do with a body that `not`, `and` or `or` have without braces; by default it is a closure.
    pub operand: Option<&'f dyn Fn(&Body) -> VarSet>,
    /// Takes what is found.
    pub found: &'f mut dyn FnMut(&Var),
}

/// All variables of a term.
pub(crate) fn of_term(term: &Term, skip: Skip) -> VarSet {
    collect(skip, |scan| scan.term(term))
}

/// All variables of these terms.
pub(crate) fn of_terms(terms: &[Term], skip: Skip) -> VarSet {
    collect(skip, |scan| scan.terms(terms))
}

/// All variables of an expression.
pub(crate) fn of_expr(expr: &Expr, skip: Skip) -> VarSet {
    collect(skip, |scan| scan.expr(expr))
}

/// All variables of a body.
pub(crate) fn of_body(body: &Body, skip: Skip) -> VarSet {
    collect(skip, |scan| scan.body(body))
}

/// All variables of a `with`.
pub(crate) fn of_with(with: &With, skip: Skip) -> VarSet {
    collect(skip, |scan| scan.with(with))
}

fn collect(skip: Skip, walk: impl FnOnce(&mut Scan<'_>)) -> VarSet {
    let mut vars = VarSet::new();
    walk(&mut Scan {
        skip,
        operand: None,
        found: &mut |var| {
            vars.insert(var.clone());
        },
    });
    vars
}

impl Scan<'_> {
    /// Every expression of a body.
    pub fn body(&mut self, body: &Body) {
        for expr in body {
            self.expr(expr);
        }
    }

    /// Every term of these.
    pub fn terms(&mut self, terms: &[Term]) {
        for term in terms {
            self.term(term);
        }
    }

    /// An expression and its modifiers.
    pub fn expr(&mut self, expr: &Expr) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || match &expr.kind {
            ExprKind::Every(every) if self.skip.closures => self.term(&every.domain),
            kind => {
                self.kind(kind);
                for with in &expr.with {
                    self.with(with);
                }
            }
        });
    }

    fn kind(&mut self, kind: &ExprKind) {
        match kind {
            ExprKind::Term(term) => self.term(term),
            ExprKind::Call(call) => self.call(call),
            ExprKind::Some(some) => self.terms(&some.symbols),
            ExprKind::Every(every) => self.every(every),
            ExprKind::And(both) | ExprKind::Or(both) => {
                self.operand(&both.lhs, both.explicit_lhs);
                self.operand(&both.rhs, both.explicit_rhs);
            }
        }
    }

    fn every(&mut self, every: &Every) {
        if let Some(key) = &every.key {
            self.term(key);
        }
        self.term(&every.value);
        self.term(&every.domain);
        self.body(&every.body);
    }

    fn operand(&mut self, body: &Body, explicit: bool) {
        match self.operand {
            Some(of_operand) if !explicit => of_operand(body).iter().for_each(|var| (self.found)(var)),
            Some(_) => {}
            None if self.skip.closures => {}
            None => self.body(body),
        }
    }

    /// A `with` and its value.
    pub fn with(&mut self, with: &With) {
        if !self.skip.call_heads {
            self.term(&with.target);
            self.term(&with.value);
            return;
        }
        if let Some((_, path)) = with.target.as_ref_term().and_then(<[Term]>::split_first) {
            self.terms(path);
        }
        match with.value.as_ref_term() {
            Some(value) => self.terms(value.get(1..).unwrap_or_default()),
            None => self.term(&with.value),
        }
    }

    fn call(&mut self, call: &Call) {
        match call.split_first() {
            Some((operator, operands)) if self.skip.call_heads => {
                if let Some(path) = operator.as_ref_term() {
                    self.terms(path.get(1..).unwrap_or_default());
                }
                self.terms(operands);
            }
            _ => self.terms(call),
        }
    }

    fn reference(&mut self, reference: &Ref) {
        let from = usize::from(self.skip.ref_heads);
        self.terms(reference.get(from..).unwrap_or_default());
    }

    /// A term.
    pub fn term(&mut self, term: &Term) {
        match &term.node {
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::String(_) => {}
            Node::Var(var) => (self.found)(var),
            _ => stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.compound(&term.node)),
        }
    }

    fn compound(&mut self, node: &Node) {
        match node {
            Node::Ref(reference) => self.reference(reference),
            Node::Array(items) => self.terms(items),
            Node::Set(items) if !self.skip.sets => self.terms(items),
            Node::Object(entries) => {
                for (key, value) in entries {
                    if !self.skip.object_keys {
                        self.term(key);
                    }
                    self.term(value);
                }
            }
            Node::Call(call) => self.call(call),
            Node::Not(not) => self.operand(&not.body, not.explicit_body),
            _ if !self.skip.closures => self.closure(node),
            _ => {}
        }
    }

    fn closure(&mut self, node: &Node) {
        match node {
            Node::ArrayComprehension(inner) | Node::SetComprehension(inner) => {
                self.term(&inner.term);
                self.body(&inner.body);
            }
            Node::ObjectComprehension(inner) => {
                self.term(&inner.key);
                self.term(&inner.value);
                self.body(&inner.body);
            }
            Node::Template(template) => {
                for part in &template.parts {
                    match part {
                        TemplatePart::Text(text) => self.term(text),
                        TemplatePart::Expr(expr) => self.expr(expr),
                    }
                }
            }
            _ => {}
        }
    }
}
