//! Expressions of bodies: with `not`, `and`, `or`, `some`, `every` and `with`.

use super::state::{Parser, State};
use crate::{
    ast::{Body, Expr, ExprKind, Location, Node, Not, Term},
    lex::Kind,
};

impl Parser<'_> {
    /// One expression of a body.
    pub fn literal_expr(&mut self) -> Option<Expr> {
        let start = self.here();
        let mut expr = self.literal_here()?;
        expr.location = self.since(&start);
        if let ExprKind::Term(Term { node: Node::Not(not), .. }) = &mut expr.kind
            && !not.explicit_body
        {
            not.body.iter_mut().for_each(|inner| inner.location = expr.location.clone());
        }
        Some(expr)
    }

    fn literal_here(&mut self) -> Option<Expr> {
        if self.has_logical_keywords() {
            if self.is(Kind::LeftBrace)
                && let Some(read) = self.braces_before_logical()
            {
                return read;
            }
            if self.is(Kind::LeftParen)
                && let Some(read) = self.group(false, "")
            {
                return self.logical_tail(read?);
            }
        }
        if self.keyword_as_ref_head() {
            return self.plain(None);
        }
        let not = self.accept_not();
        if let Some(not) = &not
            && self.not_bodies
            && self.is(Kind::LeftBrace)
        {
            let operand = self.not_body(not)?;
            return self.logical_tail(operand);
        }
        match (self.kind(), &not) {
            (Kind::Some, Some(_)) => self.illegal("illegal negation of 'some'"),
            (Kind::Every, Some(_)) => self.illegal("illegal negation of 'every'"),
            (Kind::Some, None) => self.some(),
            (Kind::Every, None) => self.every(),
            _ => self.plain(not),
        }
    }

    /// Steps over `not`, unless it begins a reference. Where it stood.
    pub fn accept_not(&mut self) -> Option<Location> {
        if !self.is(Kind::Not) || matches!(self.next_kind(false), Kind::Dot | Kind::LeftBracket) {
            return None;
        }
        let location = self.here();
        self.scan();
        Some(location)
    }

    /// An expression that begins with a term, perhaps negated.
    fn plain(&mut self, not: Option<Location>) -> Option<Expr> {
        let begin = self.save();
        let start = self.here();
        if let Some(not) = &not
            && self.not_bodies
            && self.is(Kind::LeftParen)
            && let Some(read) = self.group(true, "not ")
        {
            let operand = self.negated(read?, not);
            return self.logical_tail(operand);
        }
        let mut expr = self.expr()?;
        expr.location = self.since(&start);
        let mut with_location = None;
        if self.is(Kind::With) {
            with_location = Some(self.here());
            expr.with = self.with()?;
        }
        self.hint_every(&expr, &begin);
        if let Some(not) = &not {
            expr = self.negate(expr, not);
        }
        if !matches!(self.kind(), Kind::And | Kind::Or) {
            return Some(expr);
        }
        self.logical_behind(expr, not.is_some(), with_location)
    }

    /// The expression with `not` before it. Its modifiers apply to the whole.
    fn negate(&self, mut expr: Expr, not: &Location) -> Expr {
        if !self.not_bodies {
            expr.negated = true;
            return expr;
        }
        let location = self.since(not);
        let with = std::mem::take(&mut expr.with);
        Expr { with, ..not_expr(vec![expr], false, location) }
    }

    /// `x = y`, `x := y` or a term. A call at the top is one of a relation.
    pub fn expr(&mut self) -> Option<Expr> {
        let start = self.here();
        let left = self.infix()?;
        let kind = match self.kind() {
            kind @ (Kind::Assign | Kind::Unify) => {
                let operator = self.operator(kind.name());
                ExprKind::Call(vec![operator, left, self.infix()?])
            }
            _ => match left.node {
                Node::Call(call) => ExprKind::Call(call),
                node => ExprKind::Term(Term { node, location: left.location }),
            },
        };
        Some(Expr::new(kind, self.since(&start)))
    }

    /// `every` that was not imported is read as a variable.
    fn hint_every(&mut self, expr: &Expr, begin: &State) {
        let is_every =
            matches!(&expr.kind, ExprKind::Term(Term { node: Node::Var(var), .. }) if var.as_str() == "every");
        if is_every && self.is_v0() && self.probe(begin, |parser| parser.every()).is_some() {
            self.hint("`import future.keywords.every` for `every x in xs { ... }` expressions");
        }
    }
}

/// `not` of a body.
pub(super) fn not_expr(body: Body, explicit_body: bool, location: Location) -> Expr {
    let mut body = body;
    body.iter_mut().enumerate().for_each(|(index, expr)| expr.index = index);
    let node = Node::Not(Box::new(Not { body, explicit_body }));
    Expr::new(ExprKind::Term(Term::new(node, location.clone())), location)
}
