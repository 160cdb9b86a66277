//! `and` and `or` between expressions and bodies in braces.

use super::{
    literal::not_expr,
    operand::{Operand, is_ambiguous_union},
    state::Parser,
};
use crate::{
    ast::{Body, Expr, ExprKind, Location, Logical, Node, Term},
    builtins::signatures,
    lex::Kind,
};

impl Parser<'_> {
    /// Whether `and` or `or` is a keyword here.
    pub fn has_logical_keywords(&self) -> bool {
        self.keywords.has("and") || self.keywords.has("or")
    }

    /// `{ … } and …`: braces that are an operand. None if they are not, the inner None if they are wrong.
    pub fn braces_before_logical(&mut self) -> Option<Option<Expr>> {
        let offset = self.offset();
        if self.memo.no_operand.contains(&offset) {
            return None;
        }
        let begin = self.save();
        let location = self.here();
        if let Some(body) = self.braces()
            && matches!(self.kind(), Kind::And | Kind::Or)
        {
            if is_ambiguous_union(&body) {
                self.ambiguous_union(&location, &body, "");
                return Some(None);
            }
            return Some(self.logical_tail(Operand { body, explicit: true, location }));
        }
        self.restore(begin);
        self.memo.no_operand.insert(offset);
        None
    }

    /// What follows an operand: `and`, `or`, modifiers.
    pub fn logical_tail(&mut self, mut operand: Operand) -> Option<Expr> {
        if matches!(self.kind(), Kind::And | Kind::Or) {
            let expr = self.or_chain(operand)?;
            return self.attach_with(expr);
        }
        if operand.body.is_empty() {
            return None;
        }
        let expr = operand.body.swap_remove(0);
        self.attach_with(expr)
    }

    /// `and` or `or` behind an expression without braces or parentheses.
    pub fn logical_behind(&mut self, expr: Expr, negated: bool, with: Option<Location>) -> Option<Expr> {
        let operator = self.kind().name();
        if let Some(with) = with {
            return self.with_on_operand(&with, operator);
        }
        if !negated && expr.location.text().starts_with('{') {
            match &expr.kind {
                ExprKind::Term(Term { node: Node::Object(entries), .. }) if entries.is_empty() => {
                    self.error_at(&expr.location, "found empty body");
                }
                _ => self.brace_led_operand(&expr.location, expr.location.text(), operator),
            }
            return None;
        }
        let location = expr.location.clone();
        let chain = self.or_chain(Operand { body: vec![expr], explicit: false, location })?;
        self.attach_with(chain)
    }

    /// Operands joined by `or`, and tighter by `and`. Both group to the left.
    pub fn or_chain(&mut self, first: Operand) -> Option<Expr> {
        self.chain(|parser| {
            let mut left = parser.and_chain(first)?;
            while parser.is(Kind::Or) {
                parser.scan();
                let right = parser.operand("or")?;
                let right = parser.and_chain(right)?;
                left = parser.joined(left, right, "or")?;
            }
            left.body.pop()
        })
    }

    fn and_chain(&mut self, first: Operand) -> Option<Operand> {
        let mut left = first;
        while self.is(Kind::And) {
            self.scan();
            let right = self.operand("and")?;
            left = self.joined(left, right, "and")?;
        }
        Some(left)
    }

    fn joined(&mut self, left: Operand, right: Operand, operator: &str) -> Option<Operand> {
        self.link()?;
        self.refuse_void_calls(&left.body, operator);
        self.refuse_void_calls(&right.body, operator);
        let location = self.since(&left.location);
        let logical = Box::new(Logical {
            lhs: left.body,
            rhs: right.body,
            explicit_lhs: left.explicit,
            explicit_rhs: right.explicit,
            location: location.clone(),
        });
        let kind = if operator == "or" { ExprKind::Or(logical) } else { ExprKind::And(logical) };
        Some(Operand { body: vec![Expr::new(kind, location.clone())], explicit: false, location })
    }

    /// Refuses operands of nothing but calls without a value, since they always hold.
    fn refuse_void_calls(&mut self, body: &Body, operator: &str) {
        let names: Option<Vec<String>> = body.iter().map(void_call).collect();
        let Some((name, expr)) = names.as_ref().and_then(|names| names.first()).zip(body.first()) else { return };
        self.hint(format!(
            "`{name}` produces no value and always succeeds, so the operand can never fail; move it out of the \
             operand, or add an expression that can fail"
        ));
        let location = expr.location.clone();
        self.error_at(&location, format!("operand of `{operator}` cannot consist only of calls to `{name}`"));
    }

    /// The operand with `not` before it.
    pub fn negated(&self, operand: Operand, not: &Location) -> Operand {
        let location = self.since(not);
        let body = vec![not_expr(operand.body, operand.explicit, location.clone())];
        Operand { body, explicit: false, location }
    }

    pub fn with_on_operand<T>(&mut self, with: &Location, operator: &str) -> Option<T> {
        self.hint(format!(
            "Wrap the operand in `(...)` or `{{...}}` to scope, or move `with` after the `{operator}` expression to \
             apply it to the whole expression"
        ));
        self.error_at(with, format!("`with` modifier is not allowed on operand of `{operator}`"));
        None
    }

    pub fn brace_led_operand(&mut self, location: &Location, operand: &str, operator: &str) {
        self.hint(format!("wrap the operand to keep the value: `({operand}) {operator} ...`"));
        let message = format!("operand of `{operator}` cannot begin with `{{` unless the braces hold a body");
        self.error_at(location, message);
    }
}

/// The name of the built-in without a value that an expression calls.
fn void_call(expr: &Expr) -> Option<String> {
    let (operator, _) = expr.as_call().filter(|_| !expr.negated)?;
    let name = operator.dotted_name()?;
    let signature = signatures::find(&name)?;
    signature.decl.result.is_none().then_some(name)
}
