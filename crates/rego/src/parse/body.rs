//! Bodies and the expressions in them.

use super::state::Parser;
use crate::{
    ast::{Body, Every, Expr, ExprKind, Location, Node, Not, SomeDecl, Term, With},
    lex::Kind,
};

impl Parser<'_> {
    /// Expressions up to and with a closing mark.
    pub fn body(&mut self, close: &'static str) -> Option<Body> {
        let body = self.deeper(|parser| parser.expressions(Some(close)))?;
        self.advance();
        Some(body)
    }

    /// Expressions up to the end of the text.
    pub fn query_to_end(&mut self) -> Option<Body> {
        self.expressions(None)
    }

    fn expressions(&mut self, close: Option<&'static str>) -> Option<Body> {
        let is_close = |parser: &Self| match close {
            Some(mark) => parser.is(mark),
            None => parser.at_end(),
        };
        if is_close(self) {
            self.error("found empty body");
            return None;
        }
        let mut body: Body = Vec::new();
        loop {
            let mut expr = self.literal()?;
            expr.index = body.len();
            body.push(expr);
            if self.accept(";") {
                while self.accept(";") {}
                if is_close(self) {
                    return Some(body);
                }
                continue;
            }
            if is_close(self) {
                return Some(body);
            }
            if !self.is_new_line() || self.at_end() {
                match close {
                    Some(close) => self.illegal(&format!("expected \\n or ; or {close}")),
                    None => self.illegal(""),
                }
                return None;
            }
        }
    }

    /// One expression with what belongs to it.
    pub fn literal(&mut self) -> Option<Expr> {
        let start = self.location();
        let mut expr = self.deeper(Self::literal_inner)?;
        expr.location = self.since(&start);
        if let ExprKind::Term(Term { node: Node::Not(not), .. }) = &mut expr.kind
            && !not.explicit_body
        {
            not.body.iter_mut().for_each(|inner| inner.location = expr.location.clone());
        }
        Some(expr)
    }

    fn literal_inner(&mut self) -> Option<Expr> {
        if let Some(expr) = self.leading_body()? {
            return Some(expr);
        }
        if matches!(self.token().kind, Kind::Name(_)) && self.starts_reference() {
            return self.expr_with(None);
        }
        let negation = self.is_keyword("not").then(|| self.advance().location);
        if let Some(start) = &negation
            && self.not_bodies
            && self.is("{")
        {
            let expr = self.not_body(start)?;
            return self.logical_tail(vec![expr], false, start);
        }
        for (word, parse) in [("some", Self::some as fn(&mut Self) -> Option<Expr>), ("every", Self::every)] {
            if self.is_keyword(word) {
                if negation.is_some() {
                    self.illegal(&format!("illegal negation of '{word}'"));
                    return None;
                }
                return parse(self);
            }
        }
        self.expr_with(negation)
    }

    /// `not { … }`, behind the `not`.
    pub fn not_body(&mut self, start: &Location) -> Option<Expr> {
        self.advance();
        let body = self.body("}")?;
        let location = self.since(start);
        let not = Not { body, explicit_body: true };
        let term = Term::new(Node::Not(Box::new(not)), location.clone());
        let mut expr = Expr::new(ExprKind::Term(term), location);
        expr.with = self.withs()?;
        Some(expr)
    }

    fn expr_with(&mut self, negation: Option<Location>) -> Option<Expr> {
        let start = negation.clone().unwrap_or_else(|| self.location());
        let mut expr = self.expr()?;
        expr.with = self.withs()?;
        let expr = self.negated(expr, negation.as_ref());
        if self.is_keyword("and") || self.is_keyword("or") {
            if !expr.with.is_empty() {
                let word = self.token().location.text().to_owned();
                self.error(format!("with modifier cannot be used on an operand of `{word}`"));
                return None;
            }
            return self.logical_tail(vec![expr], false, &start);
        }
        Some(expr)
    }

    /// An expression behind `not`, as the version has it.
    pub fn negated(&mut self, mut expr: Expr, negation: Option<&Location>) -> Expr {
        let Some(start) = negation else { return expr };
        if !self.not_bodies {
            expr.negated = true;
            return expr;
        }
        let location = self.since(start);
        let with = std::mem::take(&mut expr.with);
        let not = Not { body: vec![expr], explicit_body: false };
        let term = Term::new(Node::Not(Box::new(not)), location.clone());
        let mut expr = Expr::new(ExprKind::Term(term), location);
        expr.with = with;
        expr
    }

    /// Terms joined by `=` or `:=`, or one alone.
    pub fn expr(&mut self) -> Option<Expr> {
        let start = self.location();
        let left = self.infix()?;
        let name = match self.token().kind {
            Kind::Mark(":=") => "assign",
            Kind::Mark("=") => "eq",
            _ => {
                let location = self.since(&start);
                let kind = match left.node {
                    Node::Call(terms) => ExprKind::Call(terms),
                    _ => ExprKind::Term(left),
                };
                return Some(Expr::new(kind, location));
            }
        };
        let operator = self.advance().location;
        let right = self.infix()?;
        let terms = vec![Term::operator(name, &operator), left, right];
        Some(Expr::new(ExprKind::Call(terms), self.since(&start)))
    }

    /// All `with` modifiers that follow.
    pub fn withs(&mut self) -> Option<Vec<With>> {
        let mut withs = Vec::new();
        while self.is_keyword("with") {
            let start = self.advance().location;
            let target_start = self.location();
            let Kind::Name(_) = self.token().kind else {
                self.illegal("expected with target");
                return None;
            };
            let target = self.term()?;
            let target = match target.node {
                Node::Var(_) => {
                    let location = target.location.clone();
                    Term::new(Node::Ref(vec![target]), location)
                }
                Node::Ref(_) => target,
                _ => {
                    self.error_at(&target_start, "expected with target path");
                    return None;
                }
            };
            if !self.accept_keyword("as") {
                self.illegal("expected as keyword");
                return None;
            }
            let value = self.infix()?;
            withs.push(With { target, value, location: self.since(&start) });
        }
        Some(withs)
    }

    fn some(&mut self) -> Option<Expr> {
        let start = self.advance().location;
        let mark = self.mark();
        // `some x in xs` and `some k, v in xs` first.
        let membership = if self.keywords.has("in") { self.infix() } else { None };
        if let Some(term) = membership
            && let Node::Call(terms) = &term.node
            && (terms[0].is_operator("internal.member_2") || terms[0].is_operator("internal.member_3"))
        {
            let location = self.since(&start);
            let some = SomeDecl { symbols: vec![term], location: location.clone() };
            let mut expr = Expr::new(ExprKind::Some(some), location);
            expr.with = self.withs()?;
            return Some(expr);
        }
        self.back(&mark);
        let mut symbols = Vec::new();
        loop {
            let location = self.location();
            let Kind::Name(name) = self.token().kind.clone() else {
                self.illegal("expected var");
                return None;
            };
            if self.keywords.has(&name) {
                self.illegal("expected var");
                return None;
            }
            self.advance();
            symbols.push(match &*name {
                "_" => self.wildcard(&location),
                name => Term::var(name, &location),
            });
            if !self.accept(",") {
                break;
            }
        }
        let location = self.since(&start);
        Some(Expr::new(ExprKind::Some(SomeDecl { symbols, location: location.clone() }), location))
    }

    fn every(&mut self) -> Option<Expr> {
        let start = self.advance().location;
        let (mut key, mut value) = (None, self.variable()?);
        if self.accept(",") {
            key = Some(value);
            value = self.variable()?;
        }
        if !self.accept_keyword("in") {
            self.illegal("expected `x[, y] in xs { ... }` expression");
            return None;
        }
        let domain = self.infix()?;
        if !self.accept("{") {
            self.illegal("missing body");
            return None;
        }
        let body = self.body("}")?;
        let location = self.since(&start);
        let every = Every { key, value, domain, body, location: location.clone() };
        let mut expr = Expr::new(ExprKind::Every(Box::new(every)), location);
        expr.with = self.withs()?;
        Some(expr)
    }

    fn variable(&mut self) -> Option<Term> {
        let location = self.location();
        match self.token().kind.clone() {
            Kind::Name(name) if !self.keywords.has(&name) => {
                self.advance();
                Some(match &*name {
                    "_" => self.wildcard(&location),
                    name => Term::var(name, &location),
                })
            }
            _ => {
                self.illegal("expected var");
                None
            }
        }
    }
}
