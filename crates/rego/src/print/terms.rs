//! Terms: literals, variables, references, calls and template strings.

use super::{
    layout::{Item, closing_row, end_row, row},
    operators::{is_union, sign},
    writer::{Misplaced, Printer, Step},
};
use crate::{
    ast::{ExprKind, Location, Node, SomeDecl, TemplatePart, TemplateString, Term, escape_braces, is_var_like},
    error::{Code, Details, Error},
};

const PARENS: (u8, u8) = (b'(', b')');

impl<'m> Printer<'m> {
    /// Prints a term, or copies it as it was written where a comment inside it has no place in the layout. Then the
    /// outcome says so, since the parts around it have to give way too.
    pub(super) fn term(&mut self, term: &'m Term) -> Step {
        self.term_at(term, &term.location)
    }

    /// The same for a term that counts as standing at another place.
    pub(super) fn term_at(&mut self, term: &'m Term, location: &Location) -> Step {
        if self.waiting().is_empty() {
            return self.bare_term(term, location, false);
        }
        let (position, level, next) = (self.position(), self.level, self.next);
        if self.bare_term(term, location, false).is_ok() {
            return Ok(());
        }
        self.back_to(position);
        self.level = level;
        self.next = next;
        let rows = row(location)..=end_row(location);
        self.line_comment.take_if(|comment| rows.contains(&row(&comment.location)));
        self.copy(location);
        Err(Misplaced)
    }

    /// Prints a term without a way back, perhaps in parentheses if it is an operator's call.
    pub(super) fn bare_term(&mut self, term: &'m Term, location: &Location, parens: bool) -> Step {
        let is_marked = self.parens_around_term.take_if(|marked| std::ptr::eq(*marked, term)).is_some();
        let step = stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
            self.insert_comments(row(location))?;
            self.need_line();
            self.node(term, location, parens || is_marked)?;
            self.need_line();
            Ok(())
        });
        self.or_drop(step)
    }

    fn node(&mut self, term: &'m Term, location: &Location, parens: bool) -> Step {
        match &term.node {
            Node::Ref(terms) => self.reference(terms),
            Node::Object(entries) => self.object(entries, location),
            Node::Array(items) => self.array(items, location),
            Node::Set(items) => self.set(items, location),
            Node::ArrayComprehension(it) => {
                self.write("[");
                let step = self.comprehension((b'[', b']'), &it.term, &it.term.location, &it.body, location);
                self.write("]");
                step
            }
            Node::SetComprehension(it) => {
                self.write("{");
                let step = self.comprehension((b'{', b'}'), &it.term, &it.term.location, &it.body, location);
                self.write("}");
                step
            }
            Node::ObjectComprehension(it) => self.object_comprehension(it, location),
            Node::String(_) => {
                self.string(term, location);
                Ok(())
            }
            Node::Template(template) => self.template(template),
            Node::Var(var) => {
                self.var(var);
                Ok(())
            }
            Node::Call(call) => self.call(call, location, parens),
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::Not(_) => {
                self.write(&term.node.to_string());
                Ok(())
            }
        }
    }

    /// A string as it was written, since an escape can be written in several ways. A name behind a dot is quoted.
    fn string(&mut self, term: &Term, location: &Location) {
        let text = location.text();
        let quote = match text.as_bytes() {
            [b'`', ..] => return self.write(text),
            [.., b'"'] => '"',
            [.., b'`'] => '`',
            _ => return self.write(&term.to_string()),
        };
        // In front of the string may be the `else :=` whose place it takes.
        match text.find(quote) {
            Some(begin) => self.write(&text[begin..]),
            None => self.write(&term.to_string()),
        }
    }

    fn template(&mut self, template: &'m TemplateString) -> Step {
        let quote = if template.multi_line { "`" } else { "\"" };
        self.write("$");
        self.write(quote);
        for (at, part) in template.parts.iter().enumerate() {
            match part {
                TemplatePart::Text(term) => match term.as_str() {
                    Some(text) if template.multi_line => self.write(&escape_braces(text)),
                    _ => {
                        let quoted = escape_braces(&term.to_string());
                        self.write(quoted.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(&quoted));
                    }
                },
                TemplatePart::Expr(expr) => {
                    self.write("{");
                    self.level += 1;
                    if self.line_comment.is_some() {
                        self.next_line();
                    } else {
                        let above = self.take_above(row(&expr.location));
                        if !above.is_empty() {
                            self.write(" ");
                            self.inline = true;
                            self.block(&above);
                        }
                    }
                    self.expr(expr)?;
                    let behind = template.parts.get(at + 1).map_or_else(Vec::new, |next| {
                        self.take_above(row(match next {
                            TemplatePart::Text(term) => &term.location,
                            TemplatePart::Expr(expr) => &expr.location,
                        }))
                    });
                    if !behind.is_empty() {
                        self.end_line();
                        self.block(&behind);
                        self.start_line();
                    }
                    self.write("}");
                    self.down();
                }
            }
        }
        self.write(quote);
        Ok(())
    }

    /// A reference, whose head may be a call or a literal.
    pub(super) fn reference(&mut self, terms: &'m [Term]) -> Step {
        let Some((head, path)) = terms.split_first() else { return Ok(()) };
        let parens = matches!(head.node, Node::Call(_)) && head.location.text().starts_with('(');
        self.bare_term(head, &head.location, parens)?;
        for part in path {
            match &part.node {
                Node::String(name) => self.name(name, part),
                Node::Var(var) => {
                    self.write("[");
                    self.var(var);
                    self.write("]");
                }
                _ => {
                    self.write("[");
                    if self.term(part).is_err() {
                        // The bracket must not become part of a comment.
                        self.write("\n");
                    }
                    self.write("]");
                }
            }
        }
        Ok(())
    }

    /// A reference of names only, for which no comments are waiting.
    pub(super) fn plain_reference(&mut self, terms: &[Term]) {
        for (at, part) in terms.iter().enumerate() {
            match &part.node {
                Node::String(name) if at > 0 => self.name(name, part),
                Node::Var(var) => self.var(var),
                _ => self.write(&part.to_string()),
            }
        }
    }

    fn name(&mut self, name: &str, part: &Term) {
        let is_quoted_keyword =
            part.location.text().starts_with('"') && self.settings.keywords.iter().any(|keyword| keyword == name);
        if is_var_like(name) && !is_quoted_keyword {
            self.write(".");
            self.write(name);
        } else {
            self.write(&format!("[{part}]"));
        }
    }

    fn call(&mut self, call: &'m [Term], location: &Location, parens: bool) -> Step {
        let Some((operator, operands)) = call.split_first() else { return Ok(()) };
        match (sign(operator), operands) {
            (None, _) => self.plain_call(operator, operands),
            (Some("in"), _) => self.membership(operator, operands, location, true),
            (Some(sign), [left, right]) => {
                self.write(if parens { "(" } else { "" });
                self.bare_term(left, &left.location, true)?;
                self.write(&format!(" {sign} "));
                self.bare_term(right, &right.location, true)?;
                self.write(if parens { ")" } else { "" });
                Ok(())
            }
            (Some(_), _) => {
                self.wrong_arity(operator, operands, location);
                Ok(())
            }
        }
    }

    /// `f(a, b)`
    fn plain_call(&mut self, operator: &'m Term, operands: &'m [Term]) -> Step {
        match &operator.node {
            Node::Ref(terms) => {
                let next = self.next;
                self.reference(terms)?;
                self.next = next;
            }
            _ => self.write(&operator.to_string()),
        }
        self.write("(");
        let items = operands.iter().map(Item::Element).collect();
        let place = &operator.location;
        let step = self.list(items, place, closing_row(place, PARENS), false);
        self.write(")");
        self.or_drop(step)
    }

    /// A call that is an expression of a body: `x == y`, `z = x + y`, `f(x)`.
    pub(super) fn call_expr(&mut self, call: &'m [Term]) -> Step {
        let Some((operator, operands)) = call.split_first() else { return Ok(()) };
        match (sign(operator), operands) {
            (None, _) => self.plain_call(operator, operands),
            (Some("in"), _) => self.membership(operator, operands, &operator.location, false),
            (Some(sign), [left, right]) => {
                let step = self.term(left);
                self.or_drop(step)?;
                self.write(&format!(" {sign} "));
                self.term(right)
            }
            (Some(sign), [left, right, result]) => {
                for (operand, behind) in [(result, " = "), (left, &*format!(" {sign} ")), (right, "")] {
                    let step = self.term(operand);
                    self.or_drop(step)?;
                    self.write(behind);
                }
                Ok(())
            }
            (Some(_), _) => {
                self.wrong_arity(operator, operands, &operator.location);
                self.plain_call(operator, operands)
            }
        }
    }

    /// `value in domain` or `key, value in domain`; the latter in parentheses where commas have another meaning.
    fn membership(&mut self, operator: &Term, operands: &'m [Term], location: &Location, parens: bool) -> Step {
        let has_key = operator.is_operator("internal.member_3");
        let step = match operands {
            [value, domain] if !has_key => self.joined([(value, " in "), (domain, "")]),
            [key, value, domain] if has_key => {
                self.write(if parens { "(" } else { "" });
                let step = self.joined([(key, ", "), (value, " in "), (domain, "")]);
                self.write(if parens { ")" } else { "" });
                step
            }
            _ => {
                self.wrong_arity(operator, operands, location);
                Ok(())
            }
        };
        self.or_drop(step)
    }

    fn joined<const N: usize>(&mut self, terms: [(&'m Term, &str); N]) -> Step {
        for (term, behind) in terms {
            self.bare_term(term, &term.location, true)?;
            self.write(behind);
        }
        Ok(())
    }

    /// `some x, y` or `some x in xs`
    pub(super) fn some(&mut self, some: &'m SomeDecl) -> Step {
        let step = self.insert_comments(row(&some.location));
        self.or_drop(step)?;
        self.write("some ");
        let mut last_row = row(&some.location);
        for (at, symbol) in some.symbols.iter().enumerate() {
            match &symbol.node {
                Node::Call(call) => {
                    if let Some((operator, operands)) = call.split_first() {
                        self.membership(operator, operands, &some.location, false)?;
                    }
                }
                _ => {
                    if row(&symbol.location) > last_row {
                        self.next_line();
                        self.write("\t");
                        last_row = row(&symbol.location);
                    } else if at > 0 {
                        self.write(" ");
                    }
                    let step = self.term(symbol);
                    self.or_drop(step)?;
                    if at + 1 < some.symbols.len() {
                        self.write(",");
                    }
                }
            }
        }
        Ok(())
    }

    fn wrong_arity(&mut self, operator: &Term, operands: &[Term], location: &Location) {
        let name = operator.dotted_name().unwrap_or_default();
        let want: Vec<&str> = match name.as_str() {
            "plus" | "mul" | "div" | "rem" => vec!["number"; 2],
            "minus" => vec!["any<number, set[any]>"; 2],
            "and" | "or" => vec!["set[any]"; 2],
            "internal.member_3" => vec!["any"; 3],
            _ => vec!["any"; 2],
        };
        let have: Vec<&str> = operands.iter().map(|operand| operand.node.kind()).collect();
        let mut error = Error::new(Code::Type, location, format!("{name}: arity mismatch"));
        error.details = Details::Other {
            lines: vec![format!("have: ({})", have.join(",")), format!("want: ({})", want.join(","))],
            json: serde_json::json!({"have": have, "want": want}),
        };
        self.errors.push(error);
    }

    /// Whether a call term is to keep the parentheses around it: a union always, others if they were written so.
    pub(super) fn keeps_parens(term: &Term) -> bool {
        matches!(term.node, Node::Call(_)) && (is_union(term) || term.location.text().starts_with('('))
    }
}

/// Whether an expression is a `not` with a body.
pub(super) fn as_not(kind: &ExprKind) -> Option<&crate::ast::Not> {
    match kind {
        ExprKind::Term(Term { node: Node::Not(not), .. }) => Some(not),
        _ => None,
    }
}
