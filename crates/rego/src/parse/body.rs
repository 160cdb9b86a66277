//! Bodies, and what only occurs in them: `some`, `every`, `with`.

use super::state::Parser;
use crate::{
    ast::{Body, Every, Expr, ExprKind, Node, RegoVersion, SomeDecl, Term, With},
    lex::Kind,
};

impl Parser<'_> {
    /// Expressions up to a closing bracket, which stays.
    pub fn body(&mut self, end: Kind) -> Option<Body> {
        self.deeper(|parser| parser.expressions(false, end))
    }

    /// Expressions up to `end`; with `single`, up to the end of the first one that no `;` follows.
    pub fn expressions(&mut self, single: bool, end: Kind) -> Option<Body> {
        if self.is(end) {
            self.error("found empty body");
            return None;
        }
        let mut body = Body::new();
        loop {
            let mut expr = self.literal_expr()?;
            expr.index = body.len();
            body.push(expr);
            if self.is(Kind::Semicolon) {
                self.scan();
                continue;
            }
            if self.is(end) || single {
                return Some(body);
            }
            if !self.state.skipped_line {
                if self.errors.is_empty() {
                    self.hint_infix_keyword();
                    self.illegal::<()>(&format!("expected \\n or ; or {}", end.name()));
                    body.last().into_iter().for_each(|expr| self.hint_misspelt(expr));
                }
                return None;
            }
        }
    }

    pub fn is_v0(&self) -> bool {
        matches!(self.options.version, RegoVersion::V0 | RegoVersion::V0CompatV1)
    }

    /// `in`, `and` or `or` that was not imported ends an expression too early.
    fn hint_infix_keyword(&mut self) {
        if self.has_hints() {
            return;
        }
        let word = match self.kind() {
            Kind::Ident => self.literal().to_owned(),
            Kind::Comma => {
                let comma = self.save();
                let member = self.probe(&comma, |parser| {
                    parser.scan();
                    parser.infix().filter(|term| member_operands(term).is_some())
                });
                match member {
                    Some(_) => "in".to_owned(),
                    None => return,
                }
            }
            _ => return,
        };
        let example = match word.as_str() {
            "in" => "x in xs",
            "and" => "x and y",
            "or" => "x or y",
            _ => return,
        };
        self.hint(format!("`import future.keywords.{word}` for `{example}` expressions"));
    }

    /// `some x, y` or `some x in xs`.
    pub fn some(&mut self) -> Option<Expr> {
        let location = self.here();
        let begin = self.save();
        self.scan();
        if let Some(term) = self.infix()
            && matches!(term.node, Node::Call(_))
        {
            match member_operands(&term).map(<[Term]>::len) {
                Some(2 | 3) => {}
                Some(_) => return self.illegal("illegal domain"),
                None => return self.illegal("expected `x in xs` or `x, y in xs` expression"),
            }
            let some = SomeDecl { symbols: vec![term], location: location.clone() };
            let expr = Expr::new(ExprKind::Some(some), location);
            return self.attach_with(expr);
        }
        self.restore(begin);
        self.hint_some_in();
        let mut symbols = Vec::new();
        loop {
            self.scan();
            if !self.is(Kind::Ident) {
                return self.illegal("expected var");
            }
            symbols.push(self.var());
            self.scan();
            if !self.is(Kind::Comma) {
                break;
            }
        }
        let some = SomeDecl { symbols, location: location.clone() };
        Some(Expr::new(ExprKind::Some(some), location))
    }

    fn hint_some_in(&mut self) {
        if !self.is_v0() {
            return;
        }
        let begin = self.save();
        let member = self.probe(&begin, |parser| {
            parser.scan();
            parser.infix().filter(|term| member_operands(term).is_some())
        });
        if member.is_some() {
            self.hint("`import future.keywords.in` for `some x in xs` expressions");
        }
    }

    /// `every k, v in xs { … }`
    pub fn every(&mut self) -> Option<Expr> {
        let location = self.here();
        self.scan();
        let term = self.infix()?;
        let Some(operands) = member_operands(&term) else {
            return self.illegal("expected `x[, y] in xs { ... }` expression");
        };
        let (key, value, domain) = match operands {
            [value, domain] => (None, value.clone(), domain.clone()),
            [key, value, domain] => (Some(key.clone()), value.clone(), domain.clone()),
            _ => return self.illegal("illegal domain"),
        };
        if key.as_ref().is_some_and(|key| key.as_var().is_none()) {
            return self.illegal("expected key to be a variable");
        }
        if value.as_var().is_none() {
            return self.illegal("expected value to be a variable");
        }
        if !self.is(Kind::LeftBrace) {
            return self.illegal("missing body");
        }
        let body = self.braces()?;
        let every = Every { key, value, domain, body, location: location.clone() };
        let expr = Expr::new(ExprKind::Every(Box::new(every)), location);
        self.attach_with(expr)
    }

    /// Adds the modifiers that follow an expression.
    pub fn attach_with(&mut self, mut expr: Expr) -> Option<Expr> {
        if self.is(Kind::With) {
            expr.with = self.with()?;
        }
        Some(expr)
    }

    /// `with target as value`, one or more.
    pub fn with(&mut self) -> Option<Vec<With>> {
        let mut modifiers = Vec::new();
        while self.is(Kind::With) {
            let location = self.here();
            self.scan();
            if !self.is(Kind::Ident) {
                return self.illegal("expected ident");
            }
            let target = self.term()?;
            if !matches!(target.node, Node::Ref(_) | Node::Var(_)) {
                self.illegal::<()>("expected with target path");
            }
            if !self.is(Kind::As) {
                return self.illegal("expected as keyword");
            }
            self.scan();
            let value = self.infix()?;
            modifiers.push(With { target, value, location: self.since(&location) });
        }
        Some(modifiers)
    }
}

/// The operands of `x in xs` and `k, v in xs`. Calls written as functions pass too, with any number of operands.
fn member_operands(term: &Term) -> Option<&[Term]> {
    let Node::Call(call) = &term.node else { return None };
    let (operator, operands) = call.split_first()?;
    let count = match () {
        () if operator.is_operator("internal.member_2") => 2,
        () if operator.is_operator("internal.member_3") => 3,
        () => return None,
    };
    // A wrong number of operands is told apart from no membership at all.
    if operands.len() == count { Some(operands) } else { Some(&[]) }
}
