//! Calls within terms: each becomes an expression of its own, before the one that needs its value.

use super::Generator;
use crate::ast::{Body, Comprehension, Expr, ExprKind, Location, Node, Not, Rule, Term, With, walk};

/// Takes the nested calls of a rule apart.
pub(crate) fn expand_rule(rule: &mut Rule, generator: &mut Generator) {
    let mut expander = Expander { generator };
    expander.body(&mut rule.body);
    let mut added = Vec::new();
    for term in rule.head.key.iter_mut().chain(&mut rule.head.value) {
        expander.head(term, &mut added);
    }
    for part in rule.head.reference.iter_mut().skip(1) {
        expander.head(part, &mut added);
    }
    for argument in rule.head.args.iter_mut().flatten() {
        expander.argument(argument, &mut added);
    }
    if rule.generated_body && !added.is_empty() {
        rule.body.clear();
        rule.generated_body = false;
    }
    rule.body.append(&mut added);
    if let Some(next) = &mut rule.else_rule {
        expand_rule(next, generator);
    }
}

/// Takes the nested calls of a query apart.
pub(crate) fn expand_body(body: &mut Body, generator: &mut Generator) {
    Expander { generator }.body(body);
}

struct Expander<'g> {
    generator: &'g mut Generator,
}

impl Expander<'_> {
    fn body(&mut self, body: &mut Body) {
        let mut expanded = Vec::with_capacity(body.len());
        for expr in std::mem::take(body) {
            self.expr(expr, &mut expanded);
        }
        *body = expanded;
    }

    fn expr(&mut self, mut expr: Expr, out: &mut Body) {
        for with in &mut expr.with {
            self.term(&mut with.value, &[], out);
        }
        let with = expr.with.clone();
        let mut before = Vec::new();
        if let ExprKind::Every(every) = &mut expr.kind {
            let value = self.generator.replace(&mut every.domain);
            let location = value.location.clone();
            let mut equal = Expr::call("eq", [every.domain.clone(), value], &location);
            equal.generated = true;
            equal.with.clone_from(&with);
            self.expr(equal, &mut before);
        }
        // The expression's own call stays; calls in its operands go.
        match &mut expr.kind {
            ExprKind::Call(terms) => terms.iter_mut().skip(1).for_each(|term| self.term(term, &with, &mut before)),
            ExprKind::Term(term) => self.term(term, &with, &mut before),
            _ => walk::expr_bodies_mut(&mut expr).into_iter().for_each(|body| self.body(body)),
        }
        if expr.negated && !before.is_empty() {
            // What is negated is all of it: an undefined operand makes it hold.
            let location = expr.location.clone();
            let outer = std::mem::take(&mut expr.with);
            expr.negated = false;
            before.iter_mut().for_each(|expr| expr.with.clear());
            before.push(expr);
            let not = Not { body: before, explicit_body: true };
            let term = Term::new(Node::Not(Box::new(not)), location.clone());
            let mut negated = Expr::new(ExprKind::Term(term), location);
            negated.with = outer;
            out.push(negated);
            return;
        }
        out.append(&mut before);
        out.push(expr);
    }

    /// Replaces calls in a term by variables; the calls go to `out`.
    fn term(&mut self, term: &mut Term, with: &[With], out: &mut Body) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.term_inner(term, with, out));
    }

    fn term_inner(&mut self, term: &mut Term, with: &[With], out: &mut Body) {
        match &mut term.node {
            Node::ArrayComprehension(inner) | Node::SetComprehension(inner) => self.comprehension(inner),
            Node::ObjectComprehension(inner) => {
                self.body(&mut inner.body);
                let mut added = Vec::new();
                self.head(&mut inner.key, &mut added);
                self.head(&mut inner.value, &mut added);
                inner.body.append(&mut added);
            }
            Node::Not(not) => self.body(&mut not.body),
            Node::Call(_) => {
                walk::children_mut(term).into_iter().skip(1).for_each(|operand| self.term(operand, with, out));
                let call = self.generator.replace(term);
                if let Node::Call(mut terms) = call.node {
                    terms.push(term.clone());
                    out.push(generated(terms, with, call.location));
                }
            }
            Node::Ref(parts) => {
                let is_call_head = matches!(parts[0].node, Node::Call(_));
                parts.iter_mut().for_each(|part| self.term(part, with, out));
                // Whatever else stands at the head is given a name as well.
                let is_named = is_call_head || parts[0].as_var().is_some();
                if !is_named && !matches!(parts[0].node, Node::String(_) | Node::Number(_)) {
                    let head = self.generator.replace(&mut parts[0]);
                    let location = head.location.clone();
                    let mut equal = Expr::call("eq", [parts[0].clone(), head], &location);
                    equal.generated = true;
                    equal.with = with.to_vec();
                    out.push(equal);
                }
            }
            _ => walk::children_mut(term).into_iter().for_each(|child| self.term(child, with, out)),
        }
    }

    fn comprehension(&mut self, inner: &mut Comprehension) {
        self.body(&mut inner.body);
        let mut added = Vec::new();
        self.head(&mut inner.term, &mut added);
        inner.body.append(&mut added);
    }

    /// Heads are evaluated behind their body: what has to be looked up there is given a name in it.
    fn head(&mut self, term: &mut Term, out: &mut Body) {
        self.term(term, &[], out);
        if needs_evaluation(term) {
            self.lift(term, out);
        }
    }

    /// Parameters are patterns: what is no pattern is compared behind the match.
    fn argument(&mut self, term: &mut Term, out: &mut Body) {
        match &mut term.node {
            Node::Call(_) | Node::Ref(_) => {
                self.term(term, &[], out);
                if term.as_var().is_none_or(|var| !var.is_generated()) {
                    self.lift(term, out);
                } else {
                    let value = term.clone();
                    *term = self.generator.term(&value.location);
                    let location = value.location.clone();
                    let mut equal = Expr::call("eq", [term.clone(), value], &location);
                    equal.generated = true;
                    out.push(equal);
                }
            }
            Node::Array(_) | Node::Object(_) => {
                walk::children_mut(term).into_iter().for_each(|child| self.argument(child, out));
            }
            _ => {}
        }
    }

    /// Gives a term a name.
    fn lift(&mut self, term: &mut Term, out: &mut Body) {
        let value = self.generator.replace(term);
        let location = value.location.clone();
        let mut equal = Expr::call("eq", [term.clone(), value], &location);
        equal.generated = true;
        out.push(equal);
    }
}

fn generated(terms: Vec<Term>, with: &[With], location: Location) -> Expr {
    let mut expr = Expr::new(ExprKind::Call(terms), location);
    expr.generated = true;
    expr.with = with.to_vec();
    expr
}

/// Whether a reference or comprehension occurs in a term.
fn needs_evaluation(term: &Term) -> bool {
    let mut found = false;
    walk::terms(term, &mut |term| {
        found |= matches!(
            term.node,
            Node::Ref(_) | Node::ArrayComprehension(_) | Node::SetComprehension(_) | Node::ObjectComprehension(_)
        );
        !found
    });
    found
}
