//! Operands of `and`, `or` and `not`: expressions, bodies in braces, groups in parentheses.

use super::{literal::not_expr, state::Parser};
use crate::{
    ast::{Body, Expr, ExprKind, Location, Node, Term, infix_sign},
    lex::Kind,
};

/// An operand.
pub(super) struct Operand {
    pub body: Body,
    /// Whether it was written in braces.
    pub explicit: bool,
    pub location: Location,
}

impl Parser<'_> {
    /// An operand of an operator, or of none that is known yet: then nothing is said where braces hold a value.
    pub fn operand(&mut self, operator: &str) -> Option<Operand> {
        if self.is(Kind::LeftBrace) {
            return self.brace_operand(operator);
        }
        let not = self.accept_not();
        if let Some(not) = &not
            && self.not_bodies
            && self.is(Kind::LeftBrace)
        {
            return self.not_body(not);
        }
        if self.is(Kind::LeftParen) && self.has_logical_keywords() && (not.is_none() || self.not_bodies) {
            let prefix = if not.is_some() { "not " } else { "" };
            if let Some(read) = self.group(true, prefix) {
                let group = read?;
                return Some(match &not {
                    Some(not) => self.negated(group, not),
                    None => group,
                });
            }
        }
        let mut expr = self.expr()?;
        match &not {
            Some(not) if self.not_bodies => {
                let location = self.since(not);
                expr = not_expr(vec![expr], false, location);
            }
            Some(_) => expr.negated = true,
            None => {}
        }
        let location = expr.location.clone();
        Some(Operand { body: vec![expr], explicit: false, location })
    }

    fn brace_operand(&mut self, operator: &str) -> Option<Operand> {
        let location = self.here();
        let read_value = !operator.is_empty();
        let body = self.body_or_value(read_value, |parser, _| {
            let text = parser.text(location.start, parser.state.last_end).to_owned();
            parser.brace_led_operand(&location, &text, operator);
        })?;
        if is_ambiguous_union(&body) {
            self.ambiguous_union(&location, &body, "");
        }
        Some(Operand { body, explicit: true, location })
    }

    /// `not { … }`; `not` is where the keyword stands.
    pub fn not_body(&mut self, not: &Location) -> Option<Operand> {
        let location = self.here();
        let body = self.body_or_value(true, |parser, term| {
            let text = parser.text(location.start, parser.state.last_end).to_owned();
            parser.hint(format!("write `not ({text})` to negate the value, or `not {{{text}}}` for a body holding it"));
            let what = brace_led(term).node.kind();
            let message = format!("`{{...}}` in an operand position must contain expression(s), got: {what}");
            parser.error_at(&location, message);
        })?;
        if is_ambiguous_union(&body) {
            self.ambiguous_union(&location, &body, "not ");
            return None;
        }
        let location = self.since(not);
        let body = vec![not_expr(body, true, location.clone())];
        Some(Operand { body, explicit: false, location })
    }

    /// A body in braces. If there is none but a value, `refuse` says so in place of the body's errors.
    fn body_or_value(&mut self, read_value: bool, refuse: impl FnOnce(&mut Self, &Term)) -> Option<Body> {
        let begin = self.save();
        let errors = self.errors.len();
        self.scan();
        let empty = self.is(Kind::RightBrace);
        if let Some(body) = self.body(Kind::RightBrace) {
            self.scan();
            return Some(body);
        }
        if empty || !read_value {
            return None;
        }
        let failed = self.save();
        let body_errors = self.errors.split_off(errors);
        self.restore(begin);
        match self.infix() {
            Some(term) => refuse(self, &term),
            None => {
                self.errors.truncate(errors);
                self.errors.extend(body_errors);
                self.state = failed;
            }
        }
        None
    }

    /// Parentheses around operands. None if they are those of a term; then nothing was read. The inner None is an error.
    pub fn group(&mut self, in_operand: bool, prefix: &str) -> Option<Option<Operand>> {
        let key = (self.offset(), in_operand);
        if self.memo.no_group.contains(&key) {
            return None;
        }
        let begin = self.save();
        let mut committed = true;
        let group = self.deeper(|parser| {
            let read = parser.group_here(in_operand, prefix);
            committed = read.is_some();
            read.flatten()
        });
        if committed {
            return Some(group);
        }
        self.restore(begin);
        self.memo.no_group.insert(key);
        None
    }

    fn group_here(&mut self, in_operand: bool, prefix: &str) -> Option<Option<Operand>> {
        let begin = self.save();
        let open = self.here();
        self.scan();
        if self.is(Kind::RightParen) {
            if !in_operand {
                return None;
            }
            self.error_at(&open, "empty parenthesized group");
            return Some(None);
        }
        let left = self.operand("")?;
        match self.kind() {
            Kind::And | Kind::Or => Some(self.group_of_chain(left, &open)),
            Kind::With if !left.explicit && left.body.len() == 1 => self.group_with(left, &open, in_operand),
            _ if left.explicit => {
                let text = self.text(left.location.start, self.state.last_end).to_owned();
                self.restore(begin);
                self.refuse_body_in_parens(&open, &text, prefix)
            }
            _ if is_logical(&left.body) || is_negated(&left.body) => Some(self.closed_group(left.body, &open)),
            _ => None,
        }
    }

    fn group_of_chain(&mut self, left: Operand, open: &Location) -> Option<Operand> {
        let expr = self.or_chain(left)?;
        let expr = self.attach_with(expr)?;
        self.closed_group(vec![expr], open)
    }

    fn closed_group(&mut self, body: Body, open: &Location) -> Option<Operand> {
        if !self.is(Kind::RightParen) {
            self.error("expected ) to close parenthesized group");
            return None;
        }
        self.scan();
        Some(Operand { body, explicit: false, location: self.since(open) })
    }

    /// `(a with x as y)`
    fn group_with(&mut self, left: Operand, open: &Location, in_operand: bool) -> Option<Option<Operand>> {
        let with = self.here();
        let Some(expr) = left.body.into_iter().next().and_then(|expr| self.attach_with(expr)) else {
            return Some(None);
        };
        if matches!(self.kind(), Kind::And | Kind::Or) {
            return Some(self.with_on_operand(&with, self.kind().name()));
        }
        let Some(group) = self.closed_group(vec![expr], open) else { return Some(None) };
        (in_operand || matches!(self.kind(), Kind::And | Kind::Or)).then_some(Some(group))
    }

    /// `({ … })`: the braces have to hold a value.
    fn refuse_body_in_parens(&mut self, open: &Location, braces: &str, prefix: &str) -> Option<Option<Operand>> {
        let begin = self.save();
        self.scan();
        let is_value = self.term().is_some();
        self.restore(begin);
        if is_value {
            return None;
        }
        self.hint(format!("drop the parens to keep the body: `{prefix}{braces}`"));
        self.error_at(open, "`(...)` in an operand position cannot contain a body");
        Some(None)
    }

    /// `{ x | y }` as an operand could be a comprehension or a body.
    pub fn ambiguous_union(&mut self, brace: &Location, body: &Body, prefix: &str) {
        let braces = self.text(brace.start, self.state.last_end).to_owned();
        let mut union = braces.clone();
        if let Some(expr) = body.first() {
            let (start, end) =
                ((expr.location.start - brace.start) as usize, (expr.location.end - brace.start) as usize);
            if let (1.., Some(before), Some(inner), Some(behind)) =
                (start, braces.get(..start), braces.get(start..end), braces.get(end..))
            {
                union = format!("{before}({inner}){behind}");
            }
        }
        self.hint(format!("write `{prefix}({braces})` for the comprehension, or `{prefix}{union}` for the set union"));
        self.error_at(
            brace,
            "ambiguous `{ ... | ... }` operand: read as a body holding a set-union expression, not as a comprehension",
        );
    }
}

/// Whether a body begins with `x | y` in front of which nothing tells it from a comprehension.
pub(super) fn is_ambiguous_union(body: &Body) -> bool {
    let Some(first) = body.first() else { return false };
    let Some((operator, _)) = first.as_call() else { return false };
    operator.is_operator("or") && operator.location.text() == "|" && !first.location.text().trim().starts_with('(')
}

fn is_logical(body: &Body) -> bool {
    matches!(body.as_slice(), [Expr { kind: ExprKind::And(_) | ExprKind::Or(_), .. }])
}

fn is_negated(body: &Body) -> bool {
    match body.as_slice() {
        [expr] => expr.negated || matches!(&expr.kind, ExprKind::Term(Term { node: Node::Not(_), .. })),
        _ => false,
    }
}

/// The value that the leading brace of a term opens: the first operand of infix calls.
fn brace_led(term: &Term) -> &Term {
    let mut term = term;
    while let Node::Call(call) = &term.node
        && let [operator, left, ..] = call.as_slice()
        && operator
            .dotted_name()
            .is_some_and(|name| infix_sign(&name).is_some() || name.starts_with("internal.member_"))
    {
        term = left;
    }
    term
}
