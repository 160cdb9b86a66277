//! Rules that were written as a body: `p := 1`, `p[x]`, `f(x) := y`.

use super::rule::true_body;
use crate::{
    ast::{Body, Expr, ExprKind, Head, Location, Node, Rule, Term, Var, ref_text},
    builtins::signatures,
};

type Refused = String;

/// The rule that a body of one expression declares, or why it declares none.
pub(super) fn rule_from_body(body: &Body) -> Result<Rule, Refused> {
    let [expr] = body.as_slice() else {
        return Err("multiple expressions cannot be used for rule head".to_owned());
    };
    rule_from_expr(expr)
}

fn rule_from_expr(expr: &Expr) -> Result<Rule, Refused> {
    if !expr.with.is_empty() {
        return refuse("expressions using with keyword cannot be used for rule head");
    }
    if expr.negated {
        return refuse("negated expressions cannot be used for rule head");
    }
    match &expr.kind {
        ExprKind::Some(_) => refuse("'some' declarations cannot be used for rule head"),
        ExprKind::Term(Term { node: Node::Ref(parts), location }) => from_ref(parts, location),
        ExprKind::Term(Term { node: Node::Not(_), .. }) => refuse("expression cannot be used for rule head"),
        ExprKind::Term(term) => Err(format!("{} cannot be used for rule name", term.node.kind())),
        ExprKind::Call(call) if expr.is_call_of("eq") || expr.is_call_of("assign") => match call.as_slice() {
            [_, left, right, ..] => {
                let mut rule = from_equality(left, right)?;
                rule.location = expr.location.clone();
                rule.head.location = expr.location.clone();
                rule.head.assign = expr.is_call_of("assign");
                Ok(rule)
            }
            _ => refuse("assignment requires two operands"),
        },
        ExprKind::Call(call) => from_call(call),
        ExprKind::Every(_) | ExprKind::And(_) | ExprKind::Or(_) => refuse("expression cannot be used for rule head"),
    }
}

fn refuse<T>(why: &str) -> Result<T, Refused> {
    Err(why.to_owned())
}

fn rule(head: Head, body_location: &Location, location: &Location) -> Rule {
    Rule {
        default: false,
        head,
        body: true_body(body_location),
        else_rule: None,
        location: location.clone(),
        annotations: Vec::new(),
        generated_body: true,
    }
}

/// A head of a reference that begins with a variable.
fn head(reference: &[Term], location: &Location) -> Result<Head, Refused> {
    let Some(name) = reference.first().and_then(Term::as_var) else {
        return Err(format!("invalid rule head: {}", ref_text(reference)));
    };
    let name = if reference.len() == 1 { name.clone() } else { Var::new("") };
    Ok(Head {
        name,
        reference: reference.to_vec(),
        args: None,
        key: None,
        value: None,
        assign: false,
        location: location.clone(),
        keywords: Vec::new(),
        generated_value: false,
    })
}

fn true_term(location: &Location) -> Option<Term> {
    Some(Term::new(Node::Bool(true), location.clone()))
}

/// `p[x]` is a member of a set, `a.b.c` a condition.
fn from_ref(parts: &[Term], location: &Location) -> Result<Rule, Refused> {
    let mut head = match parts {
        [_] => return refuse("refs cannot be used for rule head"),
        parts => head(parts, location)?,
    };
    if let [name, key] = parts {
        head.name = name.as_var().cloned().unwrap_or_else(|| Var::new(""));
        head.reference.truncate(1);
        head.key = Some(key.clone());
    } else {
        head.value = true_term(location);
        head.generated_value = true;
    }
    Ok(rule(head, location, location))
}

fn from_equality(left: &Term, right: &Term) -> Result<Rule, Refused> {
    match &left.node {
        Node::Call(call) => match call.split_first() {
            Some((Term { node: Node::Ref(reference), .. }, args)) => {
                let head =
                    Head { value: Some(right.clone()), args: Some(args.to_vec()), ..head(reference, &left.location)? };
                Ok(rule(head, &right.location, &left.location))
            }
            _ => refuse("call cannot be used for rule name"),
        },
        Node::Ref(reference) => {
            let mut head = Head { value: Some(right.clone()), ..head(reference, &right.location)? };
            if let [name, key] = reference.as_slice() {
                head.name = name.as_var().cloned().unwrap_or_else(|| Var::new(""));
                head.key = Some(key.clone());
            }
            Ok(rule(head, &right.location, &right.location))
        }
        Node::Var(_) => {
            let head = Head { value: Some(right.clone()), ..head(std::slice::from_ref(left), &left.location)? };
            Ok(rule(head, &right.location, &left.location))
        }
        node => Err(format!("{} cannot be used for rule name", node.kind())),
    }
}

/// `f(x)` is a condition on its arguments.
fn from_call(call: &[Term]) -> Result<Rule, Refused> {
    let Some((operator, args)) = call.split_first() else { return refuse("expression cannot be used for rule head") };
    if operator.dotted_name().is_some_and(|name| signatures::find(&name).is_some()) {
        return refuse("rule name conflicts with built-in function");
    }
    if args.is_empty() {
        return refuse("rule argument list must take at least one argument");
    }
    let location = &operator.location;
    let reference = operator.as_ref_term().unwrap_or_default();
    let head = Head { value: true_term(location), args: Some(args.to_vec()), ..head(reference, location)? };
    Ok(rule(head, location, location))
}
