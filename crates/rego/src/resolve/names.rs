//! Imports and rules of the package: their names become full references, where no local variable hides them.

use std::collections::{HashMap, HashSet};

use crate::ast::{Body, Expr, ExprKind, Import, Module, Node, Ref, Rule, TemplatePart, Term, Var};

/// What names outside of rules stand for.
pub(crate) type Globals = HashMap<Var, Ref>;

/// Names of the rules of a package, of all its modules.
pub(crate) fn rule_names(package: &[Term], modules: &[Module]) -> Globals {
    let mut globals = Globals::new();
    for module in modules.iter().filter(|module| module.package.path == package) {
        for rule in &module.rules {
            let Some(var) = rule.head.reference.first().and_then(Term::as_var) else { continue };
            let mut full = package.to_vec();
            full.push(Term::string(var.as_str(), &rule.head.reference[0].location));
            globals.insert(var.clone(), full);
        }
    }
    globals
}

/// Adds what imports name.
pub(crate) fn add_imports(globals: &mut Globals, imports: &[Import]) {
    for import in imports {
        let Node::Ref(path) = &import.path.node else { continue };
        let root = path.first().and_then(Term::as_var).map(Var::as_str);
        if !matches!(root, Some("data" | "input")) {
            continue;
        }
        if let Some(name) = import.name() {
            globals.insert(name, path.clone());
        }
    }
}

impl Import {
    /// The name it gives: its alias or the last part of its path.
    pub fn name(&self) -> Option<Var> {
        if let Some(alias) = &self.alias {
            return Some(alias.clone());
        }
        let Node::Ref(path) = &self.path.node else { return None };
        let last = path.last()?;
        last.as_str().map(Var::new).or_else(|| last.as_var().cloned())
    }
}

/// Resolves the names in a rule and its `else` rules.
///
/// Gives the names it found.
pub(crate) fn resolve_rule(rule: &mut Rule, globals: &Globals) -> HashSet<Var> {
    let mut resolver = Resolver { globals, hidden: vec![HashSet::new()], used: HashSet::new() };
    resolver.rule(rule);
    resolver.used
}

/// Resolves the names in a body.
pub(crate) fn resolve_body(body: &mut Body, globals: &Globals) {
    Resolver { globals, hidden: Vec::new(), used: HashSet::new() }.body(body);
}

struct Resolver<'g> {
    globals: &'g Globals,
    /// Names that local variables hide.
    hidden: Vec<HashSet<Var>>,
    used: HashSet<Var>,
}

impl Resolver<'_> {
    fn rule(&mut self, rule: &mut Rule) {
        let mut arguments = HashSet::new();
        for argument in rule.head.args.iter().flatten() {
            variables(argument, &mut arguments);
        }
        self.hidden.push(arguments);
        for part in rule.head.reference.iter_mut().skip(1) {
            self.term(part);
        }
        // Parameters that name an import or a rule stand for its value.
        let own = self.hidden.pop().unwrap_or_default();
        for argument in rule.head.args.iter_mut().flatten() {
            if argument.as_var().is_none() {
                self.hidden.push(own.clone());
                self.term(argument);
                self.hidden.pop();
            }
        }
        self.hidden.push(own);
        self.hidden.push(declared(&rule.body));
        rule.head.key.iter_mut().chain(&mut rule.head.value).for_each(|term| self.term(term));
        self.hidden.pop();
        self.body(&mut rule.body);
        self.hidden.pop();
        if let Some(next) = &mut rule.else_rule {
            self.rule(next);
        }
    }

    fn is_hidden(&self, var: &Var) -> bool {
        self.hidden.iter().any(|names| names.contains(var))
    }

    fn body(&mut self, body: &mut Body) {
        self.hidden.push(declared(body));
        for expr in body.iter_mut() {
            self.expr(expr);
        }
        self.hidden.pop();
    }

    fn expr(&mut self, expr: &mut Expr) {
        for with in &mut expr.with {
            self.term(&mut with.target);
            self.term(&mut with.value);
        }
        match &mut expr.kind {
            ExprKind::Term(term) => self.term(term),
            ExprKind::Call(terms) => terms.iter_mut().for_each(|term| self.term(term)),
            ExprKind::Some(some) => {
                for symbol in &mut some.symbols {
                    if let Node::Call(terms) = &mut symbol.node {
                        terms.iter_mut().skip(1).for_each(|term| self.term(term));
                    }
                }
            }
            ExprKind::Every(every) => {
                self.term(&mut every.domain);
                let own = every.key.iter().chain([&every.value]).filter_map(Term::as_var).cloned().collect();
                self.hidden.push(own);
                self.body(&mut every.body);
                self.hidden.pop();
            }
            ExprKind::And(logical) | ExprKind::Or(logical) => {
                self.operand(&mut logical.lhs, logical.explicit_lhs);
                self.operand(&mut logical.rhs, logical.explicit_rhs);
            }
        }
    }

    fn operand(&mut self, body: &mut Body, explicit: bool) {
        match explicit {
            true => self.body(body),
            false => body.iter_mut().for_each(|expr| self.expr(expr)),
        }
    }

    fn term(&mut self, term: &mut Term) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.term_inner(term));
    }

    fn term_inner(&mut self, term: &mut Term) {
        match &mut term.node {
            Node::Var(var) => {
                let var = var.clone();
                if let Some(full) = self.full(&var) {
                    let location = term.location.clone();
                    term.node =
                        Node::Ref(full.into_iter().map(|part| Term { location: location.clone(), ..part }).collect());
                }
            }
            Node::Ref(parts) => {
                parts.iter_mut().skip(1).for_each(|part| self.term(part));
                let head = &mut parts[0];
                let var = head.as_var().cloned();
                match var.and_then(|var| self.full(&var)) {
                    Some(full) => {
                        let location = head.location.clone();
                        parts.splice(0..1, full.into_iter().map(|part| Term { location: location.clone(), ..part }));
                    }
                    None if head.as_var().is_none() => self.term(head),
                    None => {}
                }
            }
            Node::Array(items) | Node::Set(items) | Node::Call(items) => {
                items.iter_mut().for_each(|item| self.term(item));
            }
            Node::Object(entries) => entries.iter_mut().for_each(|(key, value)| {
                self.term(key);
                self.term(value);
            }),
            Node::ArrayComprehension(inner) | Node::SetComprehension(inner) => {
                self.hidden.push(declared(&inner.body));
                self.term(&mut inner.term);
                self.body(&mut inner.body);
                self.hidden.pop();
            }
            Node::ObjectComprehension(inner) => {
                self.hidden.push(declared(&inner.body));
                self.term(&mut inner.key);
                self.term(&mut inner.value);
                self.body(&mut inner.body);
                self.hidden.pop();
            }
            Node::Template(template) => template.parts.iter_mut().for_each(|part| {
                if let TemplatePart::Expr(expr) = part {
                    self.expr(expr);
                }
            }),
            Node::Not(not) => match not.explicit_body {
                true => self.body(&mut not.body),
                false => not.body.iter_mut().for_each(|expr| self.expr(expr)),
            },
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::String(_) => {}
        }
    }

    fn full(&mut self, var: &Var) -> Option<Ref> {
        let full = self.globals.get(var)?;
        if self.is_hidden(var) {
            return None;
        }
        self.used.insert(var.clone());
        Some(full.clone())
    }
}

/// Variables that a body declares by `some` or `:=`.
fn declared(body: &[Expr]) -> HashSet<Var> {
    let mut names = HashSet::new();
    for expr in body {
        match &expr.kind {
            ExprKind::Some(some) => {
                for symbol in &some.symbols {
                    match &symbol.node {
                        // The last operand is what is looked into.
                        Node::Call(terms) => {
                            terms[1..terms.len() - 1].iter().for_each(|term| variables(term, &mut names));
                        }
                        _ => variables(symbol, &mut names),
                    }
                }
            }
            ExprKind::Call(terms) if expr.is_call_of("assign") && terms.len() > 1 => {
                variables(&terms[1], &mut names);
            }
            _ => {}
        }
    }
    names
}

/// Variables of a pattern.
pub(super) fn variables(term: &Term, names: &mut HashSet<Var>) {
    match &term.node {
        Node::Var(var) => {
            names.insert(var.clone());
        }
        Node::Array(items) => items.iter().for_each(|item| variables(item, names)),
        Node::Object(entries) => entries.iter().for_each(|(_, value)| variables(value, names)),
        _ => {}
    }
}
