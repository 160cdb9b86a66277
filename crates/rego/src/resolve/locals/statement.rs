//! The statements of a body.

use super::{Local, Occurrence, Renaming};
use crate::{
    ast::{
        Body, Every, Expr, ExprKind, Location, Logical, Node, Not, Term, With,
        walk::{self, Part},
    },
    check::{
        safety::output,
        vars::{self, Skip, VarSet},
    },
    resolve::{empty_body, is_root_document, push},
};

const ASSIGNED_IN_NOT: &str = "cannot assign vars inside negated expression";
const ASSIGNED_IN_AND: &str = "cannot assign vars inside implicit and operand";
const ASSIGNED_IN_OR: &str = "cannot assign vars inside implicit or operand";

impl Renaming<'_> {
    /// Renames the variables of a body. Those of `used`, names in the text, are needed beyond it.
    pub(super) fn body(&mut self, body: &mut Body, used: &VarSet) {
        let Some(start) = body.first().map(|expr| expr.location.clone()) else { return };
        let mut result = Vec::with_capacity(body.len());
        for expr in std::mem::take(body) {
            if let Some(expr) = stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.statement(expr)) {
                push(&mut result, expr);
            }
        }
        if result.is_empty() {
            result = empty_body(&start);
        }
        *body = result;
        self.unused_assigned(&start, used);
        self.unused_declared(body, &start, used);
    }

    fn statement(&mut self, mut expr: Expr) -> Option<Expr> {
        let assigns = expr.is_call_of("assign");
        match &mut expr.kind {
            ExprKind::Some(_) => return self.some(expr),
            ExprKind::Every(every) => self.every(every, &mut expr.with),
            ExprKind::And(both) => self.logical(both, &mut expr.with, ASSIGNED_IN_AND),
            ExprKind::Or(both) => self.logical(both, &mut expr.with, ASSIGNED_IN_OR),
            ExprKind::Term(Term { node: Node::Not(not), .. }) => self.not(not, &mut expr.with),
            ExprKind::Call(_) if assigns => self.assignment(&mut expr),
            _ => self.plain(&mut expr),
        }
        Some(expr)
    }

    /// An expression that declares nothing.
    pub(super) fn plain(&mut self, expr: &mut Expr) {
        match &mut expr.kind {
            ExprKind::Term(term) => self.term(term),
            ExprKind::Call(terms) => self.terms(terms),
            _ => {}
        }
        self.withs(&mut expr.with);
    }

    fn withs(&mut self, withs: &mut [With]) {
        for with in withs {
            self.term(&mut with.target);
            // What is replaced is `input` itself, even where a variable has its name.
            let hidden = self.scopes.find(&"input".into()).map(|local| local.name.clone());
            match &mut with.target.node {
                Node::Var(var) if hidden.as_ref() == Some(var) => {
                    let input = Term::var("input", &with.target.location);
                    with.target.node = Node::Ref(vec![input]);
                }
                Node::Ref(parts) if hidden.is_some() && parts[0].as_var() == hidden.as_ref() => {
                    parts[0].node = Node::Var("input".into());
                }
                _ => {}
            }
            self.term(&mut with.value);
        }
    }

    fn assignment(&mut self, expr: &mut Expr) {
        if expr.negated {
            return self.error(&expr.location.clone(), ASSIGNED_IN_NOT);
        }
        let ExprKind::Call(terms) = &mut expr.kind else { return };
        let [operator, left, right] = &mut terms[..] else { return };
        let errors = self.errors.len();
        self.term(right);
        expr.with.iter_mut().for_each(|with| self.term(&mut with.value));
        self.assignee(left, &expr.location);
        if self.errors.len() == errors {
            *operator = Term::operator("eq", &operator.location);
            expr.from_assignment = true;
        }
    }

    fn assignee(&mut self, term: &mut Term, place: &Location) {
        let var = match &mut term.node {
            Node::Array(items) => return items.iter_mut().for_each(|item| self.assignee(item, place)),
            Node::Object(entries) => return entries.iter_mut().for_each(|(_, value)| self.assignee(value, place)),
            Node::Var(var) => Some(var.clone()),
            node => is_root_document(node).cloned(),
        };
        match var.map(|var| self.declare(&var, Occurrence::Assigned, Some(place))) {
            Some(Ok(name)) => term.node = Node::Var(name),
            Some(Err(message)) => self.error(&term.location, message),
            None => self.error(&term.location, format!("cannot assign to {}", kind(&term.node))),
        }
    }

    fn some(&mut self, mut expr: Expr) -> Option<Expr> {
        let ExprKind::Some(some) = &mut expr.kind else { return None };
        let place = some.location.clone();
        for symbol in &mut some.symbols {
            match &mut symbol.node {
                Node::Var(var) => {
                    if let Err(message) = self.declare(var, Occurrence::Declared, Some(&expr.location)) {
                        self.error(&place, message);
                        return None;
                    }
                }
                Node::Call(terms) => {
                    let terms = std::mem::take(terms);
                    return self.some_in(terms, expr, &place);
                }
                _ => {}
            }
        }
        None
    }

    /// `some k, v in xs` is `v = xs[k]`, with `k` and `v` declared.
    fn some_in(&mut self, mut terms: Vec<Term>, mut expr: Expr, place: &Location) -> Option<Expr> {
        let container = terms.pop()?;
        let value = terms.pop()?;
        let key = match terms.len() {
            2 => terms.pop()?,
            _ => Term::new(Node::Var(self.names.fresh()), place.clone()),
        };
        let mut bound = vars::of_terms(&[key.clone(), value.clone()], Skip::PATTERN);
        bound.retain(|var| !var.is_wildcard());
        let outer = Skip { closures: true, ..Skip::NOTHING };
        let mut both: Vec<_> = vars::of_term(&container, outer).into_iter().filter(|var| bound.contains(var)).collect();
        both.sort();
        if !both.is_empty() {
            both.iter().for_each(|var| self.error(place, format!("var {var} assigned before")));
            return None;
        }
        let safe = vars::of_term(&container, Skip::NOTHING);
        let location = container.location.clone();
        let parts = match container.node {
            Node::Ref(mut parts) => {
                parts.push(key);
                parts
            }
            _ => vec![container, key],
        };
        let reference = Term::new(Node::Ref(parts), location);
        expr.kind = ExprKind::Call(vec![Term::operator("eq", place), value.clone(), reference.clone()]);
        let outputs = output::of_equality(&expr, &value, &reference, &|var| safe.contains(var));
        let mut outputs: Vec<_> = outputs.into_iter().collect();
        outputs.sort();
        for var in outputs {
            if let Err(message) = self.declare(&var, Occurrence::Declared, Some(&expr.location)) {
                self.error(place, message);
                return None;
            }
        }
        self.plain(&mut expr);
        Some(expr)
    }

    fn every(&mut self, every: &mut Every, withs: &mut [With]) {
        self.term(&mut every.domain);
        self.inner(|renaming| {
            if every.key.is_none() {
                every.key = Some(Term::new(Node::Var(renaming.names.fresh()), every.value.location.clone()));
            }
            for term in every.key.iter_mut().chain([&mut every.value]) {
                let Node::Var(var) = &mut term.node else { continue };
                if var.is_wildcard() || var.is_generated() {
                    continue;
                }
                match renaming.declare(var, Occurrence::Declared, None) {
                    Ok(name) => *var = name,
                    Err(message) => return renaming.error(&every.location, message),
                }
            }
            renaming.body(&mut every.body, &VarSet::new());
            // As in OPA, what the elements come from cannot have the name of one of them.
            walk::terms(Part::Term(&mut every.domain), &mut |term| match &mut term.node {
                Node::Var(var) => {
                    if let Some(local) = renaming.scopes.find(var) {
                        *var = local.name.clone();
                    }
                    false
                }
                Node::ArrayComprehension(_) | Node::SetComprehension(_) | Node::ObjectComprehension(_) => false,
                _ => true,
            });
            renaming.withs(withs);
        });
    }

    fn not(&mut self, not: &mut Not, withs: &mut [With]) {
        if not.explicit_body {
            self.inner(|renaming| {
                renaming.body(&mut not.body, &VarSet::new());
                renaming.withs(withs);
            });
        } else {
            self.implicit(&mut not.body, ASSIGNED_IN_NOT);
            self.withs(withs);
        }
    }

    fn logical(&mut self, both: &mut Logical, withs: &mut [With], message: &str) {
        for (body, explicit) in [(&mut both.lhs, both.explicit_lhs), (&mut both.rhs, both.explicit_rhs)] {
            if !explicit {
                self.implicit(body, message);
                continue;
            }
            let ((), scope) = self.inner(|renaming| renaming.body(body, &VarSet::new()));
            // What is only mentioned inside is known outside.
            for (var, local) in scope.0 {
                if local.occurrence == Occurrence::Seen && local.name == var && self.scopes.find(&var).is_none() {
                    self.scopes.insert(var.clone(), Local::seen(&var));
                }
            }
        }
        self.withs(withs);
    }

    /// A body without braces, which declares nothing.
    fn implicit(&mut self, body: &mut Body, message: &str) {
        for mut expr in std::mem::take(body) {
            if expr.is_call_of("assign") {
                self.error(&expr.location, message);
                body.push(expr);
                continue;
            }
            match &mut expr.kind {
                ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Term(Term { node: Node::Not(_), .. }) => {
                    body.extend(stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.statement(expr)));
                }
                _ => {
                    self.plain(&mut expr);
                    body.push(expr);
                }
            }
        }
    }
}

/// What kind of term nothing can be assigned to.
fn kind(node: &Node) -> &'static str {
    match node {
        Node::Null => "null",
        Node::Bool(_) => "boolean",
        Node::Number(_) => "number",
        Node::String(_) => "string",
        Node::Var(_) => "var",
        Node::Ref(_) => "ref",
        Node::Array(_) => "array",
        Node::Object(_) => "object",
        Node::Set(_) => "set",
        Node::ArrayComprehension(_) => "arraycomprehension",
        Node::SetComprehension(_) => "setcomprehension",
        Node::ObjectComprehension(_) => "objectcomprehension",
        Node::Call(_) => "call",
        Node::Template(_) => "templatestring",
        Node::Not(_) => "not",
    }
}
