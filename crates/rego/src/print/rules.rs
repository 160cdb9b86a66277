//! The package and rules: heads, bodies and `else`.

use super::{
    layout::{Item, closing_row, closing_row_behind, end_row, row},
    operators::is_set,
    writer::{Printer, Step},
};
use crate::{
    ast::{ExprKind, HeadKeyword, Node, Package, Rule, Term},
    error::{Code, Error},
};

const PARENS: (u8, u8) = (b'(', b')');
const BRACKETS: (u8, u8) = (b'[', b']');
const BRACES: (u8, u8) = (b'{', b'}');

fn is_true(term: &Term) -> bool {
    matches!(term.node, Node::Bool(true))
}

/// Whether a body says nothing but `true`.
fn says_true(rule: &Rule) -> bool {
    match rule.body.as_slice() {
        [expr] => matches!(&expr.kind, ExprKind::Term(term) if is_true(term)) && !expr.negated && expr.with.is_empty(),
        _ => false,
    }
}

fn arguments(rule: &Rule, is_else: bool) -> &[Term] {
    match &rule.head.args {
        Some(args) if !is_else => args,
        _ => &[],
    }
}

impl<'m> Printer<'m> {
    /// Prints the package and the comments above it.
    pub(super) fn package(&mut self, package: &'m Package) {
        let _ = self.insert_comments(row(&package.location));
        self.start_line();
        let mut path = package.path.get(1..).unwrap_or_default().to_vec();
        let Some(first) = path.first_mut() else {
            let message = format!("invalid package path: {}", crate::ast::ref_text(&package.path));
            self.errors.push(Error::new(Code::Format, &package.location, message));
            return;
        };
        if let Some(name) = first.as_str() {
            *first = Term::var(name, &first.location);
        }
        self.write("package ");
        self.plain_reference(&path);
        self.blank_line();
    }

    /// Prints rules. Short ones that were written without a blank line between them stay together.
    pub(super) fn rules(&mut self, rules: &[&'m Rule]) {
        for (at, rule) in rules.iter().enumerate() {
            // What could not be laid out was copied or dropped; the rules behind it are printed all the same.
            let _ = self.insert_comments(row(&rule.location));
            let _ = self.rule(rule, false);
            let next = rules.get(at + 1);
            let together = next.is_some_and(|next| {
                self.is_one_liner(rule) && self.is_one_liner(next) && next.location.row == rule.location.row + 1
            });
            if !together {
                self.blank_line();
            }
        }
    }

    fn is_one_liner(&self, rule: &Rule) -> bool {
        rule.body.len() <= 1
            && !rule.default
            && rule.else_rule.is_none()
            && !rule.body.first().is_some_and(is_set)
            && self.uses_if(rule)
    }

    fn uses_if(&self, rule: &Rule) -> bool {
        (self.settings.v1 || self.settings.ifs) && (self.settings.contains || rule.head.value.is_some())
    }

    fn rule(&mut self, rule: &'m Rule, is_else: bool) -> Step {
        if !is_else {
            self.start_line();
        }
        if rule.default {
            self.write("default ");
        }
        let is_constant = says_true(rule) && rule.else_rule.is_none();
        self.final_comment = is_constant;
        let is_disturbed = self.head(rule, is_else, is_constant).is_err();
        if rule.body.is_empty() || is_constant {
            self.end_line();
            return Ok(());
        }
        self.final_comment = true;

        let uses_if = self.uses_if(rule);
        if uses_if {
            self.write(" if");
            if let [only] = rule.body.as_slice()
                && row(&only.location) == end_row(&rule.head.location)
                && !is_set(only)
            {
                self.write(" ");
                let _ = self.expr(only);
                self.end_line();
                return self.else_rule(rule);
            }
        }
        if is_disturbed && !self.waiting().is_empty() {
            self.write(" { ");
        } else {
            self.write(" {");
            self.end_line();
        }
        if uses_if && !is_else {
            self.guard_union(&rule.body[0]);
        }
        self.level += 1;
        let _ = self.body(&rule.body);
        let closing = if !arguments(rule, is_else).is_empty() {
            closing_row_behind(&rule.location, PARENS, BRACES)
        } else if rule.head.key.is_some() {
            closing_row_behind(&rule.location, BRACKETS, BRACES)
        } else {
            closing_row(&rule.location, BRACES)
        };
        let step = self.insert_comments(closing);
        self.or_drop(step)?;
        self.down();
        self.start_line();
        self.write("}");
        self.else_rule(rule)
    }

    /// An `else` that began a line begins one again; one behind a brace stays there.
    fn else_rule(&mut self, rule: &'m Rule) -> Step {
        let Some(next) = &rule.else_rule else { return Ok(()) };
        let rows = next.location.row.saturating_sub(rule.location.row) as usize;
        let line = rule.location.text().split('\n').nth(rows).filter(|_| rows > 0);
        let was_behind = line.is_some_and(|line| !line.trim_start().starts_with("else"));
        let has_comment = self.waiting().first().is_some_and(|it| it.location.row < next.head.location.row)
            || self.line_comment.is_some();
        if !has_comment && was_behind {
            self.write(" ");
        } else {
            self.blank_line();
            self.start_line();
        }
        let step = self.insert_comments(row(&next.head.location));
        self.or_drop(step)?;
        if has_comment && !was_behind {
            self.start_line();
        }
        let step = self.rule(next, true);
        self.or_drop(step)
    }

    fn head(&mut self, rule: &'m Rule, is_else: bool, is_constant: bool) -> Step {
        let head = &rule.head;
        if is_else {
            let step = self.insert_comments(row(&head.location));
            self.or_drop(step)?;
            self.need_line();
            self.write("else");
            self.need_line();
        } else if self.settings.ref_heads || head.reference.len() < 2 {
            self.reference(&head.reference)?;
        } else {
            let part = &head.reference[1];
            if self.waiting().first().is_some_and(|comment| comment.location.row == part.location.row) {
                self.copy(&head.location);
                return Ok(());
            }
            self.write(&format!("{}[", head.reference[0]));
            match part.as_var() {
                Some(var) => self.var(var),
                None => self.write(&part.to_string()),
            }
            self.write("]");
        }

        let args = arguments(rule, is_else);
        if !args.is_empty() {
            self.write("(");
            let items = args.iter().map(Item::Element).collect();
            let step = self.list(items, &head.location, closing_row(&head.location, PARENS), false);
            self.write(")");
            step?;
        }
        if let (Some(key), None) = (&head.key, &head.value) {
            if self.settings.contains {
                self.write(" contains ");
                self.term(key)?;
            } else {
                self.write("[");
                self.term(key)?;
                self.write("]");
            }
        }
        self.head_value(rule, is_else, is_constant)
    }

    fn head_value(&mut self, rule: &'m Rule, is_else: bool, is_constant: bool) -> Step {
        let head = &rule.head;
        let Some(value) = &head.value else { return Ok(()) };
        if head.key.is_none() && is_true(value) && !is_constant && !rule.default {
            return Ok(());
        }
        // The value of `p` or `p[x] if …` goes without saying, but version 1 wants one where there is no body either.
        let needs_value = self.settings.v1 && is_constant && head.key.is_none() && arguments(rule, is_else).is_empty();
        let is_short = head.reference.len() == 2 && head.args.is_none() && head.keywords.contains(&HeadKeyword::If);
        let is_implied = value.location == head.location && (rule.generated_body || is_short);
        if is_implied && is_true(value) && !is_else && !needs_value {
            return Ok(());
        }
        self.write(if head.assign || self.settings.v1 { " := " } else { " = " });
        // The comments of an `else` belong to its first line.
        self.term_at(value, if is_else { &head.location } else { &value.location })
    }
}
