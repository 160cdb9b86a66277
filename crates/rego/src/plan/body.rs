//! Bodies: each expression becomes one step, after those that its terms need.

use super::{Closure, EveryPlan, Part, Pattern, Replacement, Step, Target, Term, WithPlan, scope::Frame};
use crate::{
    ast::{self, Every, Expr, ExprKind, Location, Node},
    value::Value,
};

impl Frame<'_> {
    /// Plans the expressions of a body in their order.
    pub fn body(&mut self, body: &[Expr], steps: &mut Vec<Step>) {
        for expr in body {
            stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.expr(expr, steps));
        }
    }

    fn expr(&mut self, expr: &Expr, steps: &mut Vec<Step>) {
        if expr.with.is_empty() {
            return self.negatable(expr, steps);
        }
        let replacements = expr.with.iter().filter_map(|with| self.replacement(with, steps)).collect();
        let mut inner = Vec::new();
        self.negatable(expr, &mut inner);
        let location = expr.location.clone();
        steps.push(Step::With(Box::new(WithPlan { replacements, steps: inner, location })));
    }

    fn negatable(&mut self, expr: &Expr, steps: &mut Vec<Step>) {
        if !expr.negated {
            return self.plain(expr, steps);
        }
        let closure = self.inner(|frame| {
            let mut steps = Vec::new();
            frame.plain(expr, &mut steps);
            Closure { steps, location: expr.location.clone() }
        });
        steps.push(Step::Not(closure));
    }

    fn plain(&mut self, expr: &Expr, steps: &mut Vec<Step>) {
        match &expr.kind {
            ExprKind::Term(term) => self.test(term, steps),
            ExprKind::Call(terms) => self.relation(terms, &expr.location, steps),
            // Declarations have done their work when names were resolved.
            ExprKind::Some(_) => {}
            ExprKind::Every(every) => self.every(every, &expr.location, steps),
            ExprKind::And(logical) => {
                let left = self.closure(&logical.lhs, &logical.location);
                let right = self.closure(&logical.rhs, &logical.location);
                steps.push(Step::And(Box::new((left, right))));
            }
            ExprKind::Or(logical) => {
                let left = self.closure(&logical.lhs, &logical.location);
                let right = self.closure(&logical.rhs, &logical.location);
                steps.push(Step::Or(Box::new((left, right))));
            }
        }
    }

    fn test(&mut self, term: &ast::Term, steps: &mut Vec<Step>) {
        match &term.node {
            Node::Not(not) => {
                let closure = self.closure(&not.body, &term.location);
                steps.push(Step::Not(closure));
            }
            Node::Call(terms) => self.relation(terms, &term.location, steps),
            _ => {
                let term = self.term(term, steps);
                steps.push(Step::Test(term));
            }
        }
    }

    /// Plans a call that stands as an expression. One operand more than the function has parameters is its value.
    fn relation(&mut self, terms: &[ast::Term], location: &Location, steps: &mut Vec<Step>) {
        let operator = &terms[0];
        if terms.len() == 3 && (operator.is_operator("eq") || operator.is_operator("assign")) {
            return self.unify(&terms[1], &terms[2], steps);
        }
        let whole = ast::Term::new(Node::Null, location.clone());
        let (target, name) = self.target(operator);
        let arity = match target {
            Target::Function(id) => self.program.functions[id].arity,
            Target::Walk => 1,
            _ => crate::builtins::signatures::arity(&name).unwrap_or(terms.len() - 1),
        };
        let arity = arity.min(terms.len() - 1);
        let output = terms.get(arity + 1);
        if let (Target::Walk, Some(output)) = (target, output) {
            let term = self.term(&terms[1], steps);
            let pattern = self.pattern(output, steps);
            return steps.push(Step::Walk(term, pattern));
        }
        let call = self.call(terms, arity, &whole, steps);
        let output = output.map(|output| self.pattern(output, steps));
        steps.push(Step::Call(call, output));
    }

    fn every(&mut self, every: &Every, location: &Location, steps: &mut Vec<Step>) {
        let domain = self.term(&every.domain, steps);
        let plan = self.inner(|frame| {
            let mut local = |term: &ast::Term| match term.as_var() {
                Some(var) => frame.bind(var),
                None => frame.fresh(),
            };
            let key = every.key.as_ref().map(&mut local);
            let value = local(&every.value);
            EveryPlan { domain, key, value, body: frame.closure(&every.body, location) }
        });
        steps.push(Step::Every(Box::new(plan)));
    }

    fn replacement(&mut self, with: &ast::With, steps: &mut Vec<Step>) -> Option<Replacement> {
        let whole = std::slice::from_ref(&with.target);
        let parts = with.target.as_ref_term().unwrap_or(whole);
        let root = parts.first().and_then(ast::Term::as_var).map(ast::Var::as_str);
        let (target, name) = self.target(&with.target);
        let is_function = matches!(target, Target::Function(_));
        let path = || parts[1..].iter().map(ast::Term::to_value).collect::<Option<Vec<Value>>>();
        match root {
            Some("input") => Some(Replacement::Input(path()?, self.term(&with.value, steps))),
            Some("data") if !is_function => Some(Replacement::Data(path()?, self.term(&with.value, steps))),
            _ => Some(match self.function_of(&with.value) {
                Some((target, by)) => Replacement::Function(name.into(), target, by.into()),
                None => Replacement::Value(name.into(), self.term(&with.value, steps)),
            }),
        }
    }

    /// The function a term names, if it does.
    fn function_of(&mut self, term: &ast::Term) -> Option<(Target, String)> {
        let term = match &term.node {
            Node::Var(var) if !self.is_bound(var) => &ast::Term::operator(var, &term.location),
            Node::Ref(_) => term,
            _ => return None,
        };
        let (target, name) = self.target(term);
        (!matches!(target, Target::Unknown)).then_some((target, name))
    }
}

impl Part {
    /// The known key.
    pub fn known(&self) -> Option<&Term> {
        match self {
            Self::Known(term) => Some(term),
            Self::Each(_) => None,
        }
    }
}

impl Pattern {
    /// Whether everything matches.
    pub fn is_bind(&self) -> bool {
        matches!(self, Self::Bind(_))
    }
}
