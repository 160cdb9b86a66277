//! Bodies and their expressions.

use super::{
    layout::{closing_row, end_row, newlines, row},
    operators::{begins_with_brace, body_end_row, is_logical, is_union_expr, not_needs_parens, operand_needs_parens},
    terms::as_not,
    writer::{Printer, Step},
};
use crate::ast::{Body, Every, Expr, ExprKind, Location, Not, With};

const BRACES: (u8, u8) = (b'{', b'}');

/// One operand of a chain of `and` and `or`.
pub(super) struct Operand<'m> {
    pub body: &'m Body,
    /// Whether it is written in braces.
    pub explicit: bool,
    /// Whether it is written in parentheses.
    pub parens: bool,
    /// Where its brace stands, if it has one.
    brace: Location,
}

/// An operator of such a chain and what follows it.
pub(super) struct Link<'m> {
    word: &'static str,
    operand: Operand<'m>,
    /// The row in which everything before the operator ends.
    after: i64,
}

/// The operands of a chain: `a and b and c` is one of three.
pub(super) fn operands(expr: &Expr) -> (Operand<'_>, Vec<Link<'_>>) {
    let mut links = Vec::new();
    let mut expr = expr;
    loop {
        let (logical, is_and) = match &expr.kind {
            ExprKind::And(logical) => (logical, true),
            ExprKind::Or(logical) => (logical, false),
            _ => unreachable!("only called with `and` and `or`"),
        };
        let word = if is_and { "and" } else { "or" };
        let operand = |body, explicit, is_right| operand(body, explicit, is_and, is_right, &expr.location);
        let right = operand(&logical.rhs, logical.explicit_rhs, true);
        if let ([left], false) = (logical.lhs.as_slice(), logical.explicit_lhs)
            && is_logical(left)
            && !operand_needs_parens(left, is_and, false)
        {
            links.push(Link { word, operand: right, after: body_end_row(&logical.lhs) });
            expr = left;
            continue;
        }
        let left = operand(&logical.lhs, logical.explicit_lhs, false);
        let end = if left.explicit { closing_row(&left.brace, BRACES) } else { 0 };
        let after = if end > 0 { end } else { body_end_row(left.body) };
        links.push(Link { word, operand: right, after });
        links.reverse();
        return (left, links);
    }
}

fn operand<'m>(body: &'m Body, explicit: bool, is_and: bool, is_right: bool, whole: &Location) -> Operand<'m> {
    match body.as_slice() {
        [only] if !explicit => {
            let parens = operand_needs_parens(only, is_and, is_right);
            Operand { body, explicit: false, parens, brace: whole.clone() }
        }
        _ => Operand { body, explicit: true, parens: false, brace: brace_before(whole, body) },
    }
}

/// The brace that opens a body within a larger expression.
fn brace_before(whole: &Location, body: &Body) -> Location {
    let Some(first) = body.first() else { return whole.clone() };
    let text = whole.text();
    let until = (first.location.start.saturating_sub(whole.start) as usize).min(text.len());
    match text.as_bytes()[..until].iter().rposition(|&byte| byte == b'{') {
        Some(at) => {
            let rows = text.as_bytes()[..at].iter().filter(|&&byte| byte == b'\n').count() as u32;
            Location { row: whole.row + rows, start: whole.start + at as u32, ..whole.clone() }
        }
        None => whole.clone(),
    }
}

/// The row in which an expression ends, `with` apart.
fn terms_end_row(expr: &Expr) -> i64 {
    let location = &expr.location;
    let mut text = location.text();
    if let Some(with) = expr.with.first() {
        let length = with.location.start.saturating_sub(location.start) as usize;
        if length > 0 {
            text = text.get(..length).unwrap_or(text);
        }
    }
    row(location) + newlines(text.trim_end_matches([' ', '\t', '\r', '\n']))
}

impl<'m> Printer<'m> {
    /// Expressions on lines of their own. Of blank lines between them one stays.
    pub(super) fn body(&mut self, body: &'m Body) -> Step {
        let Some(first) = body.first() else { return Ok(()) };
        self.insert_comments(row(&first.location))?;
        for (at, expr) in body.iter().enumerate() {
            if at > 0 && row(&expr.location) > end_row(&body[at - 1].location) + 1 {
                self.blank_line();
            }
            self.start_line();
            // An expression that could not be laid out has been copied.
            let _ = self.expr(expr);
            self.end_line();
        }
        Ok(())
    }

    pub(super) fn expr(&mut self, expr: &'m Expr) -> Step {
        let is_marked = self.parens_around_expr.take_if(|marked| std::ptr::eq(*marked, expr)).is_some();
        self.insert_comments(row(&expr.location))?;
        self.need_line();
        // Version 2 would read the brace behind `not` as that of a body.
        let negated_parens = expr.negated && (is_logical(expr) || (self.settings.v2 && begins_with_brace(expr)));
        self.write(if expr.negated { "not " } else { "" });
        self.write(if negated_parens { "(" } else { "" });
        self.write(if is_marked { "(" } else { "" });
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.kind(expr))?;
        self.write(if is_marked { ")" } else { "" });
        self.write(if negated_parens { ")" } else { "" });
        self.withs(expr)
    }

    fn kind(&mut self, expr: &'m Expr) -> Step {
        if let Some(not) = as_not(&expr.kind) {
            let step = self.not(not, &expr.location);
            return self.or_drop(step);
        }
        match &expr.kind {
            ExprKind::Term(term) => self.term(term),
            ExprKind::Call(call) => self.call_expr(call),
            ExprKind::Some(some) => self.some(some),
            ExprKind::Every(every) => {
                let step = self.every(every, &expr.location);
                self.or_drop(step)
            }
            ExprKind::And(_) | ExprKind::Or(_) => {
                self.chain(expr);
                Ok(())
            }
        }
    }

    /// `with` modifiers: behind the expression, or on lines of their own where they were.
    fn withs(&mut self, expr: &'m Expr) -> Step {
        let mut withs = expr.with.as_slice();
        let mut last = terms_end_row(expr);
        if let Some((first, rest)) = withs.split_first()
            && row(&first.location) == last
        {
            self.with(first, false)?;
            withs = rest;
        }
        let level = self.level;
        for with in withs {
            let is_below = row(&with.location) > last;
            if is_below {
                self.level = level + 1;
                self.next_line();
                last = row(&with.location);
            }
            let step = self.with(with, is_below);
            if step.is_err() {
                self.level = level;
                return step;
            }
        }
        self.level = level;
        Ok(())
    }

    fn with(&mut self, with: &'m With, is_below: bool) -> Step {
        let step = self.insert_comments(row(&with.location));
        self.or_drop(step)?;
        self.write(if is_below { "with " } else { " with " });
        let step = self.term(&with.target);
        self.or_drop(step)?;
        self.write(" as ");
        // A value that was copied is no reason to leave out the other modifiers.
        let _ = self.term(&with.value);
        Ok(())
    }

    fn every(&mut self, every: &'m Every, location: &Location) -> Step {
        self.insert_comments(row(location))?;
        self.write("every ");
        if let Some(key) = &every.key {
            self.term(key)?;
            self.write(", ");
        }
        self.term(&every.value)?;
        self.write(" in ");
        self.term(&every.domain)?;
        self.write(" {");
        let _ = self.braced_body(BRACES, &every.body, row(location), location);
        let is_short = matches!(every.body.as_slice(), [only] if only.location.row == every.location.row);
        self.write(if is_short { " }" } else { "}" });
        Ok(())
    }

    fn not(&mut self, not: &'m Not, location: &Location) -> Step {
        self.insert_comments(row(location))?;
        self.write("not ");
        match not.body.as_slice() {
            [only] if !not.explicit_body => {
                let parens = not_needs_parens(only);
                self.write(if parens { "(" } else { "" });
                let _ = self.expr(only);
                self.write(if parens { ")" } else { "" });
            }
            _ => self.in_braces(&not.body, location),
        }
        Ok(())
    }

    fn in_braces(&mut self, body: &'m Body, location: &Location) {
        let (Some(first), Some(last)) = (body.first(), body.last()) else { return self.write("{}") };
        if is_union_expr(first) {
            self.parens_around_expr = Some(first);
        }
        self.write("{");
        let _ = self.braced_body(BRACES, body, row(location), location);
        self.write(if last.location.row == location.row { " }" } else { "}" });
    }

    /// A chain of `and` and `or`, in the lines that it was written in.
    fn chain(&mut self, expr: &'m Expr) {
        let (first, links) = operands(expr);
        self.operand(&first);
        let level = self.level;
        for link in &links {
            self.write(&format!(" {}", link.word));
            let begin = if link.operand.explicit {
                Some(&link.operand.brace)
            } else {
                link.operand.body.first().map(|expr| &expr.location)
            };
            if begin.is_some_and(|begin| row(begin) > link.after) {
                self.level = level + 1;
                self.next_line();
            } else {
                self.write(" ");
            }
            self.operand(&link.operand);
        }
        self.level = level;
    }

    fn operand(&mut self, operand: &Operand<'m>) {
        if operand.explicit {
            return self.in_braces(operand.body, &operand.brace);
        }
        self.write(if operand.parens { "(" } else { "" });
        let _ = self.expr(&operand.body[0]);
        self.write(if operand.parens { ")" } else { "" });
    }
}
