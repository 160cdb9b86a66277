//! `print`: its operands become sets, which are empty where a value is undefined; or the calls are erased.

use super::{Names, empty_body, push};
use crate::{
    ast::{
        Body, Comprehension, Expr, ExprKind, Module, Node, Term, Var,
        walk::{self, Part},
    },
    check::{
        functions::Functions,
        safety::{self, output},
        vars::{self, Skip, VarSet},
    },
    error::{Code, Error, Errors},
};

/// Erases all calls of `print`.
pub(crate) fn erase(modules: &mut [Module]) {
    walk::rules(modules, |rule| walk::rule_bodies(rule, &mut erase_in_body));
}

/// Erases all calls of `print` in a query.
pub(crate) fn erase_in_query(query: &mut Body) {
    walk::bodies(query, &mut erase_in_body);
}

fn erase_in_body(body: &mut Body) {
    if !body.iter().any(|expr| expr.is_call_of("print")) {
        return;
    }
    let location = body[0].location.clone();
    for expr in std::mem::take(body) {
        if !expr.is_call_of("print") {
            push(body, expr);
        }
    }
    if body.is_empty() {
        *body = empty_body(&location);
    }
}

/// Rewrites all calls of `print`.
pub(crate) fn modules(modules: &mut [Module], names: &mut Names, functions: &Functions<'_>) -> Errors {
    let mut errors = Errors::new();
    walk::rules(modules, |rule| {
        let mut safe: VarSet = safety::reserved().collect();
        safe.extend(vars::of_terms(rule.head.args.as_deref().unwrap_or_default(), Skip::NOTHING));
        let mut printer = Printer { names, functions, errors: Errors::new() };
        walk::head_terms(&mut rule.head).for_each(|term| printer.part(Part::Term(term), &safe));
        printer.body(&mut rule.body, &safe);
        errors.append(&mut printer.errors);
    });
    errors
}

/// Rewrites all calls of `print` in a query.
pub(crate) fn query(query: &mut Body, names: &mut Names, functions: &Functions<'_>) -> Errors {
    let mut printer = Printer { names, functions, errors: Errors::new() };
    printer.body(query, &safety::reserved().collect());
    printer.errors
}

struct Printer<'p> {
    names: &'p mut Names,
    functions: &'p Functions<'p>,
    errors: Errors,
}

impl Printer<'_> {
    /// What is printed may only use variables that have a value before it.
    fn body(&mut self, body: &mut Body, globals: &VarSet) {
        let prints = |expr: &Expr| expr.is_call_of("print");
        if !contains_print(body) {
            return;
        }
        let mut safe = globals.clone();
        for at in 0..body.len() {
            let (before, rest) = body.split_at_mut(at);
            if let Some(last) = before.last() {
                safe.extend(output::of_expr(last, self.functions, &|var| safe.contains(var)));
            }
            let expr = &mut rest[0];
            if prints(expr) {
                let mut known = safe.clone();
                known.extend(generated(before));
                self.print(expr, &known);
            } else {
                self.nested(expr, &safe);
            }
        }
    }

    fn nested(&mut self, expr: &mut Expr, safe: &VarSet) {
        match &expr.kind {
            ExprKind::Every(every) => {
                let mut inner = safe.clone();
                inner.extend(every.key.iter().chain([&every.value]).filter_map(Term::as_var).cloned());
                self.part(Part::Expr(expr), &inner);
            }
            _ => self.part(Part::Expr(expr), safe),
        }
    }

    fn part(&mut self, part: Part<'_>, safe: &VarSet) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || match part {
            Part::Body(body) => self.body(body, safe),
            Part::Term(term) => walk::inside_term(term, &mut |part| self.part(part, safe)),
            Part::Expr(expr) => walk::inside_expr(expr, &mut |part| self.part(part, safe)),
        });
    }

    fn print(&mut self, expr: &mut Expr, safe: &VarSet) {
        let ExprKind::Call(terms) = &mut expr.kind else { return };
        let operands = terms.split_off(1);
        let errors = self.errors.len();
        for operand in &operands {
            let mut missing: Vec<Var> =
                vars::of_term(operand, Skip::HIDDEN).into_iter().filter(|var| !safe.contains(var)).collect();
            missing.sort();
            for var in missing {
                let name = self.names.rewritten.get(&var).unwrap_or(&var);
                self.errors.push(Error::new(Code::Compile, &operand.location, format!("var {name} is undeclared")));
            }
        }
        if self.errors.len() > errors {
            return;
        }
        let sets = operands.into_iter().map(|operand| capture(operand, Vec::new(), self.names)).collect();
        let location = expr.location.clone();
        let printed = Expr::call("internal.print", [Term::new(Node::Array(sets), location.clone())], &location);
        expr.kind = printed.kind;
        expr.with.clear();
        expr.negated = false;
    }
}

/// The set of the values of a term: one or none.
pub(super) fn capture(term: Term, with: Vec<crate::ast::With>, names: &mut Names) -> Term {
    let location = term.location.clone();
    let mut var = term;
    let mut equality = names.lift(&mut var);
    equality.generated = false;
    equality.with = with;
    let inner = Comprehension { term: var, body: vec![equality] };
    Term::new(Node::SetComprehension(Box::new(inner)), location)
}

/// The made-up variables in expressions. Those have a value as soon as what they stand for has one.
fn generated(body: &[Expr]) -> impl Iterator<Item = Var> {
    body.iter().flat_map(|expr| vars::of_expr(expr, Skip::NOTHING)).filter(Var::is_generated)
}

fn contains_print(body: &Body) -> bool {
    struct Found(bool);
    impl crate::check::walk::Visit<'_> for Found {
        fn expr(&mut self, expr: &Expr) -> bool {
            self.0 |= expr.is_call_of("print");
            !self.0
        }
    }
    let mut found = Found(false);
    crate::check::walk::body(body, &mut found);
    found.0
}
