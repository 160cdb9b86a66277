//! Local variables: those declared by `:=`, `some`, `every` or as parameters get a name that is theirs alone.

use std::collections::{HashMap, HashSet};

use super::Generator;
use crate::{
    ast::{Body, Every, Expr, ExprKind, Location, Node, Not, Ref, Rule, SomeDecl, TemplatePart, Term, Var, walk},
    error::{Code, Error, Errors},
};

/// How a name came into a scope.
#[derive(Clone, Copy, PartialEq)]
enum Occurrence {
    Argument,
    Declared,
    Assigned,
    Seen,
}

#[derive(Default)]
struct Scope {
    names: HashMap<Var, Var>,
    occurrences: HashMap<Var, Occurrence>,
    /// Variables declared by `some`, and where.
    declared: Vec<(Var, Location)>,
    /// Variables assigned by `:=`, and where.
    assigned: Vec<(Var, Location)>,
}

/// What happened to names.
pub(crate) struct Locals<'g> {
    generator: &'g mut Generator,
    scopes: Vec<Scope>,
    /// What generated names were called.
    pub rewritten: HashMap<Var, Var>,
    /// What was wrong.
    pub errors: Errors,
    strict: bool,
}

impl<'g> Locals<'g> {
    pub fn new(generator: &'g mut Generator, strict: bool) -> Self {
        Self { generator, scopes: Vec::new(), rewritten: HashMap::new(), errors: Vec::new(), strict }
    }

    /// Renames the local variables of a rule and its `else` rules.
    pub fn rule(&mut self, rule: &mut Rule) {
        self.scopes.push(Scope::default());
        for argument in rule.head.args.iter_mut().flatten() {
            self.argument(argument);
        }
        let mut used = HashSet::new();
        let head = &rule.head;
        for term in head.key.iter().chain(&head.value).chain(head.reference.iter().skip(1)) {
            all_variables(term, &mut used);
        }
        let arguments: Vec<(Var, Var)> =
            self.top().names.iter().map(|(name, generated)| (name.clone(), generated.clone())).collect();
        self.body(&mut rule.body, &used);
        for part in rule.head.reference.iter_mut().skip(1) {
            self.term(part);
        }
        rule.head.key.iter_mut().chain(&mut rule.head.value).for_each(|term| self.term(term));
        if self.strict {
            self.unused_arguments(rule, &arguments);
        }
        self.scopes.pop();
        if let Some(next) = &mut rule.else_rule {
            self.rule(next);
        }
    }

    /// Renames the local variables of a query.
    pub fn query(&mut self, body: &mut Body) {
        self.scopes.push(Scope::default());
        self.body(body, &HashSet::new());
        self.scopes.pop();
    }

    fn top(&mut self) -> &mut Scope {
        if self.scopes.is_empty() {
            self.scopes.push(Scope::default());
        }
        let last = self.scopes.len() - 1;
        &mut self.scopes[last]
    }

    fn error(&mut self, location: &Location, message: String) {
        self.errors.push(Error::new(Code::Compile, location, message));
    }

    fn unused_arguments(&mut self, rule: &Rule, arguments: &[(Var, Var)]) {
        let mut used = HashSet::new();
        let mut visit = |term: &Term| {
            used.extend(term.as_var().cloned());
            true
        };
        let mut next = Some(rule);
        while let Some(rule) = next {
            let head = &rule.head;
            head.key.iter().chain(&head.value).for_each(|term| walk::terms(term, &mut visit));
            walk::terms_of_body(&rule.body, &mut visit);
            next = rule.else_rule.as_deref();
        }
        let mut unused: Vec<&(Var, Var)> = arguments
            .iter()
            .filter(|(name, generated)| !used.contains(generated) && !used.contains(name) && !rule.default)
            .collect();
        unused.sort();
        for (name, _) in unused {
            self.error(&rule.location, format!("unused argument {name}. (hint: use _ (wildcard variable) instead)"));
        }
    }

    fn argument(&mut self, term: &mut Term) {
        match &mut term.node {
            Node::Var(var) if var.is_wildcard() => {}
            Node::Var(var) => {
                let generated = match self.top().names.get(var) {
                    Some(generated) => generated.clone(),
                    None => self.insert(var.clone(), Occurrence::Argument),
                };
                term.node = Node::Var(generated);
            }
            Node::Array(items) => items.iter_mut().for_each(|item| self.argument(item)),
            Node::Object(entries) => entries.iter_mut().for_each(|(_, value)| self.argument(value)),
            _ => self.term(term),
        }
    }

    fn insert(&mut self, var: Var, occurrence: Occurrence) -> Var {
        let generated = self.generator.var();
        self.rewritten.insert(generated.clone(), var.clone());
        let scope = self.top();
        scope.names.insert(var.clone(), generated.clone());
        scope.occurrences.insert(var, occurrence);
        generated
    }

    fn declare(&mut self, var: &Var, occurrence: Occurrence, location: &Location) -> Option<Var> {
        let message = match self.top().occurrences.get(var) {
            Some(Occurrence::Seen) => format!("var {var} referenced above"),
            Some(Occurrence::Assigned) => format!("var {var} assigned above"),
            Some(Occurrence::Declared) => format!("var {var} declared above"),
            Some(Occurrence::Argument) => format!("arg {var} redeclared"),
            None => {
                let generated = self.insert(var.clone(), occurrence);
                let place = (var.clone(), location.clone());
                match occurrence {
                    Occurrence::Assigned => self.top().assigned.push(place),
                    _ => self.top().declared.push(place),
                }
                return Some(generated);
            }
        };
        self.error(location, message);
        None
    }

    fn body(&mut self, body: &mut Body, used: &HashSet<Var>) {
        let before = self.errors.len();
        let mut rewritten = Vec::with_capacity(body.len());
        for mut expr in std::mem::take(body) {
            let keep = match &expr.kind {
                ExprKind::Call(_) if expr.is_call_of("assign") => {
                    self.assignment(&mut expr);
                    true
                }
                ExprKind::Some(some) => {
                    let some = some.clone();
                    self.some(&some, &mut expr)
                }
                _ => {
                    self.expr(&mut expr);
                    true
                }
            };
            if keep {
                rewritten.push(expr);
            }
        }
        if rewritten.is_empty()
            && let Some(location) = self.top().declared.first().map(|(_, location)| location.clone())
        {
            let term = Term::new(Node::Bool(true), location.clone());
            rewritten.push(Expr::new(ExprKind::Term(term), location));
        }
        *body = rewritten;
        if self.errors.len() == before {
            self.unused(body, used);
        }
    }

    fn unused(&mut self, body: &Body, used: &HashSet<Var>) {
        let mut seen = HashSet::new();
        let scope = self.top();
        let (declared, assigned) = (std::mem::take(&mut scope.declared), std::mem::take(&mut scope.assigned));
        if declared.is_empty() && (assigned.is_empty() || !self.strict) {
            return;
        }
        let mut counts: HashMap<Var, usize> = HashMap::new();
        walk::terms_of_body(body, &mut |term| {
            if let Some(var) = term.as_var() {
                seen.insert(var.clone());
                *counts.entry(var.clone()).or_default() += 1;
            }
            true
        });
        for (var, location) in declared {
            let generated = self.top().names.get(&var).cloned();
            if generated.is_some_and(|generated| !seen.contains(&generated))
                && !used.contains(&var)
                && !var.is_wildcard()
            {
                self.error(&location, format!("declared var {var} unused"));
            }
        }
        for (var, location) in assigned {
            let generated = self.top().names.get(&var).cloned();
            let once = generated.is_some_and(|generated| counts.get(&generated).copied().unwrap_or(0) <= 1);
            if self.strict && once && !used.contains(&var) && !var.is_wildcard() {
                self.error(&location, format!("assigned var {var} unused"));
            }
        }
    }

    fn assignment(&mut self, expr: &mut Expr) {
        if expr.negated {
            let location = expr.location.clone();
            return self.error(&location, "cannot assign vars inside negated expression".to_owned());
        }
        let location = expr.location.clone();
        let ExprKind::Call(terms) = &mut expr.kind else { return };
        if terms.len() != 3 {
            return;
        }
        self.term(&mut terms[2]);
        let before = self.errors.len();
        for with in &mut expr.with {
            self.term(&mut with.value);
        }
        self.assigned(&mut terms[1], &location);
        if self.errors.len() == before {
            terms[0] = Term::operator("eq", &terms[0].location);
            expr.from_assignment = true;
        }
    }

    fn assigned(&mut self, term: &mut Term, location: &Location) {
        // Constants within a pattern are compared; alone they cannot be assigned to.
        let nested = term.location.start != location.start;
        match &mut term.node {
            Node::Var(var) if var.is_wildcard() => {}
            Node::Var(var) => {
                let var = var.clone();
                if let Some(generated) = self.declare(&var, Occurrence::Assigned, &term.location) {
                    term.node = Node::Var(generated);
                }
            }
            Node::Array(items) => items.iter_mut().for_each(|item| self.assigned(item, location)),
            Node::Object(entries) => entries.iter_mut().for_each(|(key, value)| {
                self.term(key);
                self.assigned(value, location);
            }),
            Node::Ref(_) => self.error(&location.clone(), "cannot assign to ref".to_owned()),
            Node::Call(_) => self.error(&location.clone(), "cannot assign to call".to_owned()),
            Node::Set(_) => self.error(&location.clone(), "cannot assign to set".to_owned()),
            Node::ArrayComprehension(_) => {
                self.error(&location.clone(), "cannot assign to arraycomprehension".to_owned());
            }
            Node::SetComprehension(_) => self.error(&location.clone(), "cannot assign to setcomprehension".to_owned()),
            Node::ObjectComprehension(_) => {
                self.error(&location.clone(), "cannot assign to objectcomprehension".to_owned());
            }
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::String(_) if nested => {}
            Node::Null => self.error(&location.clone(), "cannot assign to null".to_owned()),
            Node::Bool(_) => self.error(&location.clone(), "cannot assign to boolean".to_owned()),
            Node::Number(_) => self.error(&location.clone(), "cannot assign to number".to_owned()),
            Node::String(_) => self.error(&location.clone(), "cannot assign to string".to_owned()),
            Node::Template(_) | Node::Not(_) => self.term(term),
        }
    }

    /// Declares what `some` names; whether an expression is left of it.
    fn some(&mut self, some: &SomeDecl, expr: &mut Expr) -> bool {
        for symbol in &some.symbols {
            let Node::Call(terms) = &symbol.node else {
                if let Some(var) = symbol.as_var() {
                    self.declare(var, Occurrence::Declared, &some.location);
                }
                continue;
            };
            let (key, value, domain) = match &terms[..] {
                [_, key, value, domain] => (key.clone(), value.clone(), domain.clone()),
                [_, value, domain] => (self.generator.term(&some.location), value.clone(), domain.clone()),
                _ => return false,
            };
            let mut names = HashSet::new();
            super::names::variables(&key, &mut names);
            super::names::variables(&value, &mut names);
            let mut in_domain = HashSet::new();
            own_variables(&domain, &mut in_domain);
            let mut both: Vec<&Var> = names.intersection(&in_domain).filter(|var| !var.is_wildcard()).collect();
            both.sort();
            if !both.is_empty() {
                let messages: Vec<String> = both.iter().map(|var| format!("var {var} assigned before")).collect();
                messages.into_iter().for_each(|message| self.error(&some.location, message));
                return false;
            }
            let mut names: Vec<Var> = names.into_iter().filter(|var| !var.is_generated()).collect();
            names.sort();
            // The domain is outside of what is declared here.
            let mut domain = domain;
            self.term(&mut domain);
            for var in names.iter().filter(|var| !var.is_wildcard()) {
                self.declare(var, Occurrence::Declared, &some.location);
            }
            let (mut key, mut value) = (key, value);
            self.term(&mut key);
            self.term(&mut value);
            let path: Ref = match domain.node {
                Node::Ref(mut parts) => {
                    parts.push(key);
                    parts
                }
                _ => vec![domain, key],
            };
            let element = Term::new(Node::Ref(path), some.location.clone());
            let equal = Expr::call("eq", [value, element], &some.location);
            expr.kind = equal.kind;
            for with in &mut expr.with {
                self.term(&mut with.value);
            }
            return true;
        }
        false
    }

    fn expr(&mut self, expr: &mut Expr) {
        match &mut expr.kind {
            ExprKind::Every(every) => self.every(every),
            ExprKind::And(logical) | ExprKind::Or(logical) => {
                self.operand(&mut logical.lhs, logical.explicit_lhs);
                self.operand(&mut logical.rhs, logical.explicit_rhs);
            }
            _ => walk::expr_terms_mut(expr).into_iter().for_each(|term| self.term(term)),
        }
        for with in &mut expr.with {
            if let Node::Ref(parts) = &mut with.target.node {
                parts.iter_mut().skip(1).for_each(|part| self.term(part));
            }
            self.term(&mut with.value);
        }
    }

    fn operand(&mut self, body: &mut Body, explicit: bool) {
        match explicit {
            true => self.inner(|locals| locals.body(body, &HashSet::new())),
            false => body.iter_mut().for_each(|expr| self.expr(expr)),
        }
    }

    fn inner(&mut self, work: impl FnOnce(&mut Self)) {
        self.scopes.push(Scope::default());
        work(self);
        self.scopes.pop();
    }

    fn every(&mut self, every: &mut Every) {
        self.term(&mut every.domain);
        self.inner(|locals| {
            for term in every.key.iter_mut().chain([&mut every.value]) {
                let Some(var) = term.as_var().filter(|var| !var.is_wildcard()).cloned() else { continue };
                if let Some(generated) = locals.declare(&var, Occurrence::Declared, &term.location) {
                    term.node = Node::Var(generated);
                }
            }
            // Whether they are used is no matter.
            locals.top().declared.clear();
            locals.body(&mut every.body, &HashSet::new());
        });
    }

    fn term(&mut self, term: &mut Term) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.term_inner(term));
    }

    fn term_inner(&mut self, term: &mut Term) {
        match &mut term.node {
            Node::Var(var) => {
                let found = self.scopes.iter().rev().find_map(|scope| scope.names.get(var)).cloned();
                match found {
                    Some(generated) => term.node = Node::Var(generated),
                    None => {
                        let var = var.clone();
                        self.top().occurrences.entry(var).or_insert(Occurrence::Seen);
                    }
                }
            }
            Node::Ref(parts) => parts.iter_mut().for_each(|part| self.term(part)),
            // The operator of a call may be a local name only by mistake.
            Node::Call(terms) => terms.iter_mut().skip(1).for_each(|operand| self.term(operand)),
            Node::ArrayComprehension(inner) | Node::SetComprehension(inner) => self.inner(|locals| {
                let mut used = HashSet::new();
                all_variables(&inner.term, &mut used);
                locals.body(&mut inner.body, &used);
                locals.term(&mut inner.term);
            }),
            Node::ObjectComprehension(inner) => self.inner(|locals| {
                let mut used = HashSet::new();
                all_variables(&inner.key, &mut used);
                all_variables(&inner.value, &mut used);
                locals.body(&mut inner.body, &used);
                locals.term(&mut inner.key);
                locals.term(&mut inner.value);
            }),
            Node::Template(template) => template.parts.iter_mut().for_each(|part| {
                if let TemplatePart::Expr(expr) = part {
                    self.expr(expr);
                }
            }),
            Node::Not(not) => self.not(not),
            _ => walk::children_mut(term).into_iter().for_each(|child| self.term(child)),
        }
    }

    fn not(&mut self, not: &mut Not) {
        if not.explicit_body {
            return self.inner(|locals| locals.body(&mut not.body, &HashSet::new()));
        }
        for expr in &mut not.body {
            if expr.is_call_of("assign") {
                let location = expr.location.clone();
                self.error(&location, "cannot assign vars inside negated expression".to_owned());
            } else {
                self.expr(expr);
            }
        }
    }
}

fn all_variables(term: &Term, names: &mut HashSet<Var>) {
    walk::terms(term, &mut |term| {
        names.extend(term.as_var().cloned());
        true
    });
}

/// Variables of a term without those of bodies in it.
fn own_variables(term: &Term, names: &mut HashSet<Var>) {
    walk::terms(term, &mut |term| {
        names.extend(term.as_var().cloned());
        !matches!(term.node, Node::ArrayComprehension(_) | Node::SetComprehension(_) | Node::ObjectComprehension(_))
    });
}
