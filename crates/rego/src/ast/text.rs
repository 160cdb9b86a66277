//! The tree as Rego text on one line, as messages show it: `data.foo[x].bar`, `plus(1, x)`, `x = y`.

use std::fmt::{self, Display, Formatter, Write};

use super::{
    Annotations, Body, Call, Comment, Every, Expr, ExprKind, Head, Import, Logical, Module, Node, Not, Package,
    RegoVersion, Rule, Scope, SomeDecl, TemplatePart, TemplateString, Term, Var, With, json::annotations_text,
};
use crate::value::quote;

/// Words that cannot follow a dot in a reference.
const KEYWORDS: [&str; 15] = [
    "not", "package", "import", "as", "default", "else", "with", "null", "true", "false", "some", "if", "contains",
    "in", "every",
];

/// The sign of a built-in that is written between its operands, as `+` for `plus`. `in` is not among them.
pub fn infix_sign(name: &str) -> Option<&'static str> {
    Some(match name {
        "assign" => ":=",
        "eq" => "=",
        "equal" => "==",
        "neq" => "!=",
        "lt" => "<",
        "lte" => "<=",
        "gt" => ">",
        "gte" => ">=",
        "plus" => "+",
        "minus" => "-",
        "mul" => "*",
        "div" => "/",
        "rem" => "%",
        "and" => "&",
        "or" => "|",
        _ => return None,
    })
}

/// Whether a variable could have this name: letters, digits and underscores, no digit first.
pub fn is_var_like(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A reference: `data.foo[x]["a b"]`.
pub fn ref_text(terms: &[Term]) -> String {
    shown(|f| write_ref(terms, f))
}

/// A body: its expressions with `; ` between them.
pub fn body_text(body: &[Expr]) -> String {
    shown(|f| separated(body, "; ", f))
}

/// A call: `plus(1, x)`.
pub fn call_text(call: &[Term]) -> String {
    shown(|f| write_call(call, f))
}

/// A rule as the given version of Rego has it.
pub fn rule_text(rule: &Rule, version: RegoVersion) -> String {
    shown(|f| write_rule(rule, version, f))
}

fn shown(write: impl Fn(&mut Formatter<'_>) -> fmt::Result) -> String {
    struct Shown<W>(W);
    impl<W: Fn(&mut Formatter<'_>) -> fmt::Result> Display for Shown<W> {
        fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
            (self.0)(f)
        }
    }
    Shown(write).to_string()
}

fn separated<T: Display>(items: impl IntoIterator<Item = T>, between: &str, f: &mut Formatter<'_>) -> fmt::Result {
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            f.write_str(between)?;
        }
        write!(f, "{item}")?;
    }
    Ok(())
}

fn write_ref(terms: &[Term], f: &mut Formatter<'_>) -> fmt::Result {
    let Some((head, path)) = terms.split_first() else { return Ok(()) };
    match &head.node {
        Node::String(text) => f.write_str(text)?,
        _ => write!(f, "{head}")?,
    }
    for part in path {
        match &part.node {
            Node::String(text) if is_var_like(text) && !KEYWORDS.contains(&text.as_ref()) => write!(f, ".{text}")?,
            Node::String(text) if !text.contains(|char: char| char == '\\' || char.is_control()) => {
                write!(f, "[\"{text}\"]")?;
            }
            _ => write!(f, "[{part}]")?,
        }
    }
    Ok(())
}

fn write_call(call: &[Term], f: &mut Formatter<'_>) -> fmt::Result {
    let Some((operator, operands)) = call.split_first() else { return Ok(()) };
    write!(f, "{operator}(")?;
    separated(operands, ", ", f)?;
    f.write_str(")")
}

/// The head of a comprehension: operators stand between their operands, in parentheses, since `|` ends the head.
fn write_element(term: &Term, f: &mut Formatter<'_>) -> fmt::Result {
    if let Node::Call(call) = &term.node
        && let [operator, left, right] = call.as_slice()
        && let Some(sign) = operator.dotted_name().as_deref().and_then(infix_sign)
    {
        f.write_str("(")?;
        write_element(left, f)?;
        write!(f, " {sign} ")?;
        write_element(right, f)?;
        return f.write_str(")");
    }
    write!(f, "{term}")
}

fn write_template(template: &TemplateString, f: &mut Formatter<'_>) -> fmt::Result {
    f.write_str("$\"")?;
    for part in &template.parts {
        match part {
            TemplatePart::Expr(expr) => write!(f, "{{{expr}}}")?,
            TemplatePart::Text(term) => match term.as_str() {
                Some(text) => f.write_str(&escape_template_text(text)?)?,
                None => write!(f, "{term}")?,
            },
        }
    }
    f.write_str("\"")
}

/// Text of a template string as it stands between double quotes: an opening brace has a backslash before it.
fn escape_template_text(text: &str) -> Result<String, fmt::Error> {
    let mut quoted = String::new();
    quote(text, &mut quoted)?;
    Ok(escape_braces(&quoted[1..quoted.len() - 1]))
}

/// Puts a backslash before opening braces that have none.
pub(crate) fn escape_braces(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut before = '\0';
    for char in text.chars() {
        if char == '{' && before != '\\' {
            escaped.push('\\');
        }
        escaped.push(char);
        before = char;
    }
    escaped
}

/// A wildcard is `_`, whatever name the parser gave it.
impl Display for Var {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_wildcard() { "_" } else { self.as_str() })
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || write!(f, "{}", self.node))
    }
}

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(bool) => write!(f, "{bool}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::String(text) => quote(text, f),
            Self::Var(var) => write!(f, "{var}"),
            Self::Ref(terms) => write_ref(terms, f),
            Self::Array(items) => {
                f.write_str("[")?;
                separated(items, ", ", f)?;
                f.write_str("]")
            }
            Self::Object(entries) => {
                f.write_str("{")?;
                for (at, (key, value)) in super::compare::sorted_entries(entries).into_iter().enumerate() {
                    write!(f, "{}{key}: {value}", if at > 0 { ", " } else { "" })?;
                }
                f.write_str("}")
            }
            Self::Set(items) if items.is_empty() => f.write_str("set()"),
            Self::Set(items) => {
                f.write_str("{")?;
                separated(super::compare::sorted_members(items), ", ", f)?;
                f.write_str("}")
            }
            Self::ArrayComprehension(it) => {
                f.write_str("[")?;
                write_element(&it.term, f)?;
                write!(f, " | {}]", body_text(&it.body))
            }
            Self::SetComprehension(it) => {
                f.write_str("{")?;
                write_element(&it.term, f)?;
                write!(f, " | {}}}", body_text(&it.body))
            }
            Self::ObjectComprehension(it) => {
                f.write_str("{")?;
                write_element(&it.key, f)?;
                f.write_str(": ")?;
                write_element(&it.value, f)?;
                write!(f, " | {}}}", body_text(&it.body))
            }
            Self::Call(call) => write_call(call, f),
            Self::Template(template) => write_template(template, f),
            Self::Not(not) => write!(f, "{not}"),
        }
    }
}

impl Display for Not {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let body = body_text(&self.body);
        match self.needs_parens() {
            _ if self.explicit_body || self.body.len() != 1 => write!(f, "not {{{body}}}"),
            true => write!(f, "not ({body})"),
            false => write!(f, "not {body}"),
        }
    }
}

impl Not {
    /// Whether its only expression, written without braces, would be read as something else without parentheses.
    pub(crate) fn needs_parens(&self) -> bool {
        let [expr] = self.body.as_slice() else { return false };
        !expr.with.is_empty()
            || match &expr.kind {
                ExprKind::And(_) | ExprKind::Or(_) => true,
                ExprKind::Term(term) => matches!(term.node, Node::Not(_)) || term.begins_with_brace(),
                _ => false,
            }
    }
}

impl Logical {
    /// Whether an operand written without braces needs parentheses: `and` binds tighter than `or`, both to the left.
    pub(crate) fn needs_parens(operand: &Body, is_and: bool, is_right: bool) -> bool {
        let [expr] = operand.as_slice() else { return false };
        !expr.with.is_empty()
            || match &expr.kind {
                ExprKind::Or(_) => is_and || is_right,
                ExprKind::And(_) => is_and && is_right,
                ExprKind::Term(term) => term.begins_with_brace(),
                _ => false,
            }
    }
}

impl Term {
    /// Whether its text begins with a brace, which could be read as that of a body.
    pub(crate) fn begins_with_brace(&self) -> bool {
        match &self.node {
            Node::Set(items) => !items.is_empty(),
            Node::Object(_) | Node::SetComprehension(_) | Node::ObjectComprehension(_) => true,
            Node::Ref(terms) => terms.first().is_some_and(Term::begins_with_brace),
            _ => false,
        }
    }
}

fn write_logical(logical: &Logical, is_and: bool, f: &mut Formatter<'_>) -> fmt::Result {
    let operand = |body: &Body, explicit: bool, is_right: bool| {
        let text = body_text(body);
        match Logical::needs_parens(body, is_and, is_right) {
            _ if explicit || body.len() != 1 => format!("{{ {text} }}"),
            true => format!("({text})"),
            false => text,
        }
    };
    let left = operand(&logical.lhs, logical.explicit_lhs, false);
    let right = operand(&logical.rhs, logical.explicit_rhs, true);
    write!(f, "{left} {} {right}", if is_and { "and" } else { "or" })
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.negated {
            f.write_str("not ")?;
        }
        match &self.kind {
            ExprKind::Term(term) => write!(f, "{term}")?,
            ExprKind::Call(call) => match call.as_slice() {
                [operator, left, right] if operator.is_operator("eq") => write!(f, "{left} = {right}")?,
                _ => write_call(call, f)?,
            },
            ExprKind::Some(some) => write!(f, "{some}")?,
            ExprKind::Every(every) => write!(f, "{every}")?,
            ExprKind::And(logical) => write_logical(logical, true, f)?,
            ExprKind::Or(logical) => write_logical(logical, false, f)?,
        }
        self.with.iter().try_for_each(|with| write!(f, " {with}"))
    }
}

impl Display for SomeDecl {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("some ")?;
        let membership: Option<&Call> = self.symbols.first().and_then(|symbol| match &symbol.node {
            Node::Call(call) => Some(call),
            _ => None,
        });
        match membership.map(Vec::as_slice) {
            Some([_, value, domain]) => write!(f, "{value} in {domain}"),
            Some([_, key, value, domain]) => write!(f, "{key}, {value} in {domain}"),
            _ => separated(&self.symbols, ", ", f),
        }
    }
}

impl Display for Every {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("every ")?;
        if let Some(key) = &self.key {
            write!(f, "{key}, ")?;
        }
        write!(f, "{} in {} {{ {} }}", self.value, self.domain, body_text(&self.body))
    }
}

impl Display for With {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "with {} as {}", self.target, self.value)
    }
}

impl Display for Head {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_head(self, RegoVersion::V1, f)
    }
}

fn write_head(head: &Head, version: RegoVersion, f: &mut Formatter<'_>) -> fmt::Result {
    write_ref(&head.reference, f)?;
    match (&head.args, &head.key) {
        (Some(args), _) if !args.is_empty() => {
            f.write_str("(")?;
            separated(args, ", ", f)?;
            f.write_str(")")?;
        }
        (_, Some(key)) if head.reference.len() == 1 && version == RegoVersion::V0 => write!(f, "[{key}]")?,
        (_, Some(key)) if head.reference.len() == 1 || (head.value.is_none() && head.name.is_empty()) => {
            write!(f, " contains {key}")?;
        }
        _ => {}
    }
    match &head.value {
        Some(value) => write!(f, " {} {value}", if head.assign { ":=" } else { "=" }),
        None => Ok(()),
    }
}

fn write_annotations(annotations: &Annotations, f: &mut Formatter<'_>) -> fmt::Result {
    writeln!(f, "# METADATA\n# {}", annotations_text(annotations))
}

fn write_rule(rule: &Rule, version: RegoVersion, f: &mut Formatter<'_>) -> fmt::Result {
    rule.annotations.iter().try_for_each(|annotations| write_annotations(annotations, f))?;
    if rule.default {
        f.write_str("default ")?;
    }
    write_head(&rule.head, version, f)?;
    let open = if version == RegoVersion::V0 { "{" } else { "if {" };
    if !rule.default {
        write!(f, " {open} {} }}", body_text(&rule.body))?;
    }
    let mut last = rule;
    while let Some(rule) = &last.else_rule {
        f.write_str(" else ")?;
        if let Some(value) = &rule.head.value {
            write!(f, "= {value}")?;
        }
        write!(f, " {open} {} }}", body_text(&rule.body))?;
        last = rule;
    }
    Ok(())
}

/// As version 1 has it.
impl Display for Rule {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_rule(self, RegoVersion::V1, f)
    }
}

impl Display for Package {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("package ")?;
        write_ref(self.path.get(1..).unwrap_or_default(), f)
    }
}

impl Display for Import {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "import {}", self.path)?;
        match &self.alias {
            Some(alias) => write!(f, " as {}", alias.as_str()),
            None => Ok(()),
        }
    }
}

impl Display for Comment {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.text)
    }
}

/// Metadata, package, imports and rules; other comments are left out.
impl Display for Module {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let of_package = |it: &&Annotations| matches!(it.scope, Scope::Package | Scope::Subpackages);
        self.annotations.iter().filter(of_package).try_for_each(|it| write_annotations(it, f))?;
        writeln!(f, "{}", self.package)?;
        for import in &self.imports {
            write!(f, "\n{import}")?;
        }
        if !self.imports.is_empty() {
            f.write_char('\n')?;
        }
        for rule in &self.rules {
            f.write_char('\n')?;
            write_rule(rule, self.version, f)?;
        }
        Ok(())
    }
}
