//! Names of rules and imports become full references: `bar[x]` is `data.foo.bar[x]`.

use std::{
    cell::Cell,
    collections::{HashMap, HashSet},
};

use super::is_root_document;
use crate::{
    ast::{Body, Expr, ExprKind, Import, Module, Node, Ref, Rule, TemplatePart, Term, Var, walk},
    check::{self, import_name, vars, walk::Visit},
    error::{Code, Error, Errors},
};

struct Global {
    path: Ref,
    used: Cell<bool>,
}

/// What names outside of a body refer to.
pub(crate) struct Globals(HashMap<Var, Global>);

impl Globals {
    /// The rules of a package and what is imported.
    pub fn new<'n>(package: &[Term], rules: impl IntoIterator<Item = &'n Term>, imports: &[Import]) -> Self {
        let mut globals = HashMap::new();
        for name in rules {
            if let Some(var) = name.as_var() {
                let mut path = package.to_vec();
                path.push(Term::string(var.as_str(), &name.location));
                globals.insert(var.clone(), Global { path, used: Cell::new(false) });
            }
        }
        for import in imports {
            let path = import.path.as_ref_term().unwrap_or_default();
            let root = path.first().and_then(Term::as_var).map(Var::as_str);
            if matches!(root, Some("future" | "rego")) {
                continue;
            }
            if let Some(name) = import_name(import) {
                globals.insert(name, Global { path: path.to_vec(), used: Cell::new(false) });
            }
        }
        Self(globals)
    }

    /// The reference a name stands for, at the place of the name.
    fn find(&self, var: &Var, place: &Term) -> Option<Ref> {
        let global = self.0.get(var)?;
        global.used.set(true);
        let mut path = global.path.clone();
        path.iter_mut().for_each(|part| part.location = place.location.clone());
        Some(path)
    }
}

/// Resolves the names in all modules. With `strict`, imports that nothing uses are given back as well.
pub(crate) fn modules(modules: &mut [Module], strict: bool) -> (Errors, Errors) {
    let (mut errors, mut unused) = (Errors::new(), Errors::new());
    let mut exports: HashMap<String, Vec<Term>> = HashMap::new();
    for module in modules.iter() {
        let names = exports.entry(crate::ast::ref_text(&module.package.path)).or_default();
        names.extend(module.rules.iter().filter_map(|rule| rule.head.reference.first().cloned()));
    }
    for module in modules {
        let names = exports.get(&crate::ast::ref_text(&module.package.path));
        let globals = Globals::new(&module.package.path, names.into_iter().flatten(), &module.imports);
        for rule in &mut module.rules {
            walk::with_else(rule, &mut |rule| errors.extend(self::rule(rule, &globals)));
        }
        if strict {
            let is_used = |name: &Var| globals.0.get(name).is_some_and(|global| global.used.get());
            unused.extend(check::unused_imports(module, is_used));
        }
    }
    (errors, unused)
}

fn rule(rule: &mut Rule, globals: &Globals) -> Option<Error> {
    let mut names = Parameters { names: HashSet::new(), root: None };
    rule.head.args.iter().flatten().for_each(|arg| check::walk::term(arg, &mut names));
    if let Some(root) = names.root {
        let message = format!("args must not shadow {root} (use a different variable name)");
        return Some(Error::new(Code::Compile, &rule.location, message));
    }
    let mut resolver = Resolver { globals, hidden: vec![names.names, declared(&rule.body)] };
    let head = &mut rule.head;
    head.reference.iter_mut().skip(1).chain(&mut head.key).chain(&mut head.value).for_each(|term| resolver.term(term));
    resolver.body(&mut rule.body);
    None
}

/// Resolves the names in a query.
pub(crate) fn query(query: &mut Body, globals: &Globals) {
    Resolver { globals, hidden: vec![declared(query)] }.body(query);
}

/// The variables that arguments bind.
struct Parameters {
    names: HashSet<Var>,
    root: Option<Var>,
}

impl Visit<'_> for Parameters {
    fn term(&mut self, term: &Term) -> bool {
        if let Some(root) = is_root_document(&term.node) {
            self.root.get_or_insert_with(|| root.clone());
        }
        if let Node::Var(var) = &term.node {
            self.names.insert(var.clone());
        }
        !matches!(
            term.node,
            Node::Set(_)
                | Node::ArrayComprehension(_)
                | Node::SetComprehension(_)
                | Node::ObjectComprehension(_)
                | Node::Call(_)
        )
    }
}

/// The variables that a body declares by `:=` and `some`, those in comprehensions left out.
fn declared(body: &Body) -> HashSet<Var> {
    let mut declared = Declared(HashSet::new());
    check::walk::body(body, &mut declared);
    declared.0
}

/// The variables that a statement declares, those in comprehensions left out.
#[derive(Default)]
pub(crate) struct Declared(pub HashSet<Var>);

impl Visit<'_> for Declared {
    fn expr(&mut self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Call(terms) if terms.len() == 3 && expr.is_call_of("assign") => {
                self.0.extend(vars::of_term(&terms[1], vars::Skip::NOTHING));
            }
            ExprKind::Some(some) => {
                for symbol in &some.symbols {
                    match &symbol.node {
                        Node::Call(terms) if terms.len() > 2 => {
                            self.0.extend(super::all_vars(&terms[1..terms.len() - 1]));
                        }
                        _ => self.0.extend(symbol.as_var().cloned()),
                    }
                }
            }
            _ => {}
        }
        true
    }

    fn term(&mut self, term: &Term) -> bool {
        !matches!(term.node, Node::ArrayComprehension(_) | Node::SetComprehension(_) | Node::ObjectComprehension(_))
    }
}

struct Resolver<'g> {
    globals: &'g Globals,
    /// Variables that hide names, by body.
    hidden: Vec<HashSet<Var>>,
}

impl Resolver<'_> {
    fn body(&mut self, body: &mut Body) {
        body.iter_mut().for_each(|expr| self.expr(expr));
    }

    fn expr(&mut self, expr: &mut Expr) {
        match &mut expr.kind {
            ExprKind::Term(term) => match &mut term.node {
                Node::Not(not) => stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.body(&mut not.body)),
                _ => self.term(term),
            },
            ExprKind::Call(terms) => self.terms(terms),
            ExprKind::Some(some) => {
                for symbol in &mut some.symbols {
                    if let Node::Call(terms) = &mut symbol.node {
                        self.terms(terms);
                    }
                }
            }
            ExprKind::Every(every) => {
                let names = every.key.iter().chain([&every.value]).filter_map(Term::as_var).cloned().collect();
                self.hidden.push(names);
                self.term(&mut every.domain);
                stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.body(&mut every.body));
                self.hidden.pop();
            }
            ExprKind::And(both) | ExprKind::Or(both) => stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
                self.body(&mut both.lhs);
                self.body(&mut both.rhs);
            }),
        }
        for with in &mut expr.with {
            self.term(&mut with.target);
            self.term(&mut with.value);
        }
    }

    fn terms(&mut self, terms: &mut [Term]) {
        terms.iter_mut().for_each(|term| self.term(term));
    }

    fn global(&self, term: &Term) -> Option<Ref> {
        let var = term.as_var()?;
        if self.hidden.iter().any(|names| names.contains(var)) { None } else { self.globals.find(var, term) }
    }

    fn term(&mut self, term: &mut Term) {
        if let Node::Var(_) = term.node {
            if let Some(path) = self.global(term) {
                term.node = Node::Ref(path);
            }
            return;
        }
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.compound(&mut term.node));
    }

    fn compound(&mut self, node: &mut Node) {
        match node {
            Node::Ref(parts) => self.reference(parts),
            Node::Array(items) | Node::Set(items) | Node::Call(items) => self.terms(items),
            Node::Object(entries) => {
                for (key, value) in entries {
                    self.term(key);
                    self.term(value);
                }
            }
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
            Node::Template(template) => {
                for part in &mut template.parts {
                    if let TemplatePart::Expr(expr) = part {
                        self.expr(expr);
                    }
                }
            }
            Node::Not(not) => self.body(&mut not.body),
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::String(_) | Node::Var(_) => {}
        }
    }

    fn reference(&mut self, parts: &mut Ref) {
        for part in parts.iter_mut().skip(1) {
            // As in OPA, template strings inside of references are left alone.
            if !matches!(part.node, Node::Template(_)) {
                self.term(part);
            }
        }
        if let Some(path) = self.global(&parts[0]) {
            parts.splice(..1, path);
        } else if parts[0].as_var().is_none() {
            self.term(&mut parts[0]);
        }
    }
}
