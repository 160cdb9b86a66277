//! `and` and `or` between bodies; `and` binds tighter.

use super::state::Parser;
use crate::ast::{Body, Expr, ExprKind, Location, Logical, Term};

/// A body, and whether it was written in braces.
type Operand = (Body, bool);

impl Parser<'_> {
    fn is_logical(&self) -> bool {
        self.is_keyword("and") || self.is_keyword("or")
    }

    /// A body in braces or parentheses at the beginning of an expression, if `and` or `or` follows it.
    /// `Some(None)` means: nothing of the kind.
    pub fn leading_body(&mut self) -> Option<Option<Expr>> {
        if !self.keywords.has("or") || !(self.is("{") || self.is("(")) {
            return Some(None);
        }
        let (start, mark) = (self.location(), self.mark());
        let operand = match self.is("{") {
            true => {
                self.advance();
                self.body("}").map(|body| (body, true))
            }
            false => self.logical_group(),
        };
        match operand {
            Some((body, explicit)) if self.is_logical() => self.logical_tail(body, explicit, &start).map(Some),
            Some((mut body, false)) if body.len() == 1 && is_logical_expr(&body[0]) => {
                let mut expr = body.remove(0);
                expr.with.extend(self.withs()?);
                Some(Some(expr))
            }
            _ => {
                self.back(&mark);
                Some(None)
            }
        }
    }

    /// `( a and b )`: None if the parentheses hold a term.
    fn logical_group(&mut self) -> Option<Operand> {
        let mark = self.mark();
        self.advance();
        let inner = self.literal();
        match inner {
            Some(expr) if self.is(")") && (is_logical_expr(&expr) || is_not(&expr)) => {
                self.advance();
                Some((vec![expr], false))
            }
            _ => {
                self.back(&mark);
                None
            }
        }
    }

    /// What follows a first operand: the whole chain, with its modifiers.
    pub fn logical_tail(&mut self, body: Body, explicit: bool, start: &Location) -> Option<Expr> {
        if !self.is_logical() {
            return body.into_iter().next();
        }
        let mut left = self.and_chain((body, explicit), start)?;
        while self.accept_keyword("or") {
            let begin = self.location();
            let right = self.operand_body()?;
            let right = self.and_chain(right, &begin)?;
            let location = self.since(start);
            let logical = logical(left, right, &location);
            left = (vec![Expr::new(ExprKind::Or(Box::new(logical)), location)], false);
        }
        let mut expr = left.0.into_iter().next()?;
        expr.with = self.withs()?;
        Some(expr)
    }

    fn and_chain(&mut self, mut left: Operand, start: &Location) -> Option<Operand> {
        while self.accept_keyword("and") {
            let right = self.operand_body()?;
            let location = self.since(start);
            let logical = logical(left, right, &location);
            left = (vec![Expr::new(ExprKind::And(Box::new(logical)), location)], false);
        }
        Some(left)
    }

    fn operand_body(&mut self) -> Option<Operand> {
        self.deeper(Self::operand_body_inner)
    }

    fn operand_body_inner(&mut self) -> Option<Operand> {
        if self.is("{") {
            self.advance();
            return self.body("}").map(|body| (body, true));
        }
        let negation = self.is_keyword("not").then(|| self.advance().location);
        if let Some(start) = &negation
            && self.not_bodies
            && self.is("{")
        {
            return self.not_body(start).map(|expr| (vec![expr], false));
        }
        if self.is("(")
            && let Some((body, explicit)) = self.logical_group()
        {
            return Some(match negation {
                None => (body, explicit),
                Some(start) => {
                    let location = self.since(&start);
                    let not = crate::ast::Not { body, explicit_body: explicit };
                    let term = Term::new(crate::ast::Node::Not(Box::new(not)), location.clone());
                    (vec![Expr::new(ExprKind::Term(term), location)], false)
                }
            });
        }
        let expr = self.expr()?;
        Some((vec![self.negated(expr, negation.as_ref())], false))
    }
}

fn logical(left: Operand, right: Operand, location: &Location) -> Logical {
    Logical { lhs: left.0, explicit_lhs: left.1, rhs: right.0, explicit_rhs: right.1, location: location.clone() }
}

fn is_logical_expr(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::And(_) | ExprKind::Or(_))
}

fn is_not(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Term(Term { node: crate::ast::Node::Not(_), .. }))
}
