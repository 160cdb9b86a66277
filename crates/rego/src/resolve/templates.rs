//! Template strings become calls: `$"a {x}"` is `internal.template_string(["a ", {x}])`.

use super::{Names, is_empty, is_scalar, print::capture};
use crate::{
    ast::{
        Body, Expr, ExprKind, Location, Module, Node, RegoVersion, Rule, RuleKind, TemplatePart, Term, Var,
        walk::{self, Part},
    },
    builtins::signatures,
    check::{
        functions::Functions,
        safety::{self, output},
        vars::{self, Skip, VarSet},
    },
    compile::{Capabilities, RuleTree},
    error::{Code, Error, Errors},
};

/// What is known of rules and functions.
pub(crate) struct Known<'k> {
    /// Functions that can be called.
    pub functions: &'k Functions<'k>,
    /// Whether the rules at a reference always have a value.
    pub is_defined: &'k dyn Fn(&[Term]) -> bool,
    /// What may be used.
    pub capabilities: Option<&'k Capabilities>,
}

/// In all modules.
pub(crate) fn modules(modules: &mut [Module], names: &mut Names, known: &Known<'_>) -> Errors {
    let mut errors = Errors::new();
    for module in modules {
        let supported = known.supported(module.version);
        for rule in &mut module.rules {
            walk::with_else(rule, &mut |rule| {
                if !contains_template(rule) {
                    return;
                }
                let mut safe: VarSet = safety::reserved().collect();
                safe.extend(vars::of_terms(rule.head.args.as_deref().unwrap_or_default(), Skip::NOTHING));
                let mut rewriter = Rewriter { names, known, supported, errors: Errors::new() };
                let safe = rewriter.body(&mut rule.body, &safe);
                walk::head_terms(&mut rule.head).for_each(|term| rewriter.term(term, &safe));
                errors.append(&mut rewriter.errors);
            });
        }
    }
    errors
}

/// In a query.
pub(crate) fn query(query: &mut Body, names: &mut Names, known: &Known<'_>) -> Errors {
    let supported = known.supported(RegoVersion::V1);
    let mut rewriter = Rewriter { names, known, supported, errors: Errors::new() };
    rewriter.body(query, &safety::reserved().collect());
    rewriter.errors
}

impl Known<'_> {
    fn supported(&self, version: RegoVersion) -> bool {
        self.capabilities.is_none_or(|known| {
            let by_version = version == RegoVersion::V2 && known.features.contains("rego_v2");
            (by_version || known.features.contains("template_strings"))
                && known.builtins.contains("internal.template_string")
        })
    }
}

/// The rules that always have a value: those with a default, sets, and constants.
pub(crate) fn always_defined(tree: &RuleTree, modules: &[Module]) -> impl Fn(&[Term]) -> bool + use<> {
    let mut defined = std::collections::HashSet::new();
    let mut pending = vec![(vec![], tree)];
    while let Some((path, node)) = pending.pop() {
        let rule = |id: &crate::compile::RuleId| &modules[id.module].rules[id.rule];
        if let Some(first) = node.rules.first().map(rule) {
            let constant =
                node.rules.len() == 1
                    && is_empty(&first.body)
                    && first.head.value.as_ref().is_some_and(|value| {
                        is_scalar(value) || value.as_var().is_some() || value.to_value().is_some()
                    });
            let takes_none = first.head.args.as_ref().is_none_or(Vec::is_empty);
            let has_default = node.rules.iter().map(rule).any(|rule| rule.default);
            if takes_none && (has_default || constant || first.head.kind() == RuleKind::MultiValue) {
                defined.insert(path.clone());
            }
        }
        for (key, child) in &node.children {
            let mut path = path.clone();
            path.push(key.clone());
            pending.push((path, child));
        }
    }
    move |reference| {
        let (Some(root), Some(path)) = (reference.first(), reference.get(1..)) else { return false };
        let path: Option<Vec<_>> = path.iter().map(Term::to_value).collect();
        root.as_var().is_some_and(|var| var.as_str() == "data") && path.is_some_and(|path| defined.contains(&path))
    }
}

struct Rewriter<'r> {
    names: &'r mut Names,
    known: &'r Known<'r>,
    supported: bool,
    errors: Errors,
}

impl Rewriter<'_> {
    /// Rewrites a body and gives back which variables have a value after it.
    fn body(&mut self, body: &mut Body, globals: &VarSet) -> VarSet {
        let mut safe = globals.clone();
        let exprs: Vec<&Expr> = body.iter().collect();
        safe.extend(output::of_body(&exprs, self.known.functions, &|var| globals.contains(var)));
        body.iter_mut().for_each(|expr| self.expr(expr, &safe));
        safe
    }

    fn expr(&mut self, expr: &mut Expr, safe: &VarSet) {
        let inner = match &expr.kind {
            ExprKind::Every(every) => {
                let locals = every.key.iter().chain([&every.value]).filter_map(Term::as_var).cloned();
                &safe.iter().cloned().chain(locals).collect()
            }
            _ => safe,
        };
        walk::inside_expr(expr, &mut |part| self.part(part, inner));
    }

    fn part(&mut self, part: Part<'_>, safe: &VarSet) {
        match part {
            Part::Term(term) => self.term(term, safe),
            Part::Expr(expr) => self.expr(expr, safe),
            Part::Body(body) => {
                self.body(body, safe);
            }
        }
    }

    fn term(&mut self, term: &mut Term, safe: &VarSet) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
            if let Node::Template(template) = &mut term.node {
                let parts = std::mem::take(&mut template.parts);
                self.template(term, parts, safe);
            }
            match &mut term.node {
                Node::ArrayComprehension(inner) | Node::SetComprehension(inner) => {
                    let known = self.body(&mut inner.body, safe);
                    self.head(&mut inner.term, &known, safe);
                }
                Node::ObjectComprehension(inner) => {
                    let known = self.body(&mut inner.body, safe);
                    self.head(&mut inner.key, &known, safe);
                    self.head(&mut inner.value, &known, safe);
                }
                _ => walk::inside_term(term, &mut |part| self.part(part, safe)),
            }
        });
    }

    /// The head of a comprehension. As in OPA, only a template that is all of it may use variables of the body.
    fn head(&mut self, term: &mut Term, known: &VarSet, around: &VarSet) {
        let safe = if matches!(term.node, Node::Template(_)) { known } else { around };
        self.term(term, safe);
    }

    fn template(&mut self, term: &mut Term, parts: Vec<TemplatePart>, safe: &VarSet) {
        let location = term.location.clone();
        if !self.supported {
            return self.errors.push(Error::new(Code::Compile, &location, "template-strings are not supported"));
        }
        let mut items = Vec::with_capacity(parts.len().max(1));
        for part in parts {
            match part {
                TemplatePart::Text(text) => items.push(text),
                TemplatePart::Expr(expr) => items.extend(self.value(expr, safe)),
            }
        }
        if items.is_empty() {
            items.push(Term::string("", &location));
        }
        let operator = Term::operator("internal.template_string", &location);
        term.node = Node::Call(vec![operator, Term::new(Node::Array(items), location)]);
    }

    /// The set of the values of an expression: one or none.
    fn value(&mut self, expr: Expr, safe: &VarSet) -> Option<Term> {
        let location = expr.location.clone();
        let term = match expr.kind {
            ExprKind::Term(term) => term,
            ExprKind::Call(terms) => {
                let name = terms.first().and_then(Term::dotted_name).unwrap_or_default();
                if signatures::find(&name).is_some_and(|signature| signature.relation) {
                    let message = format!("illegal call to relation built-in '{name}' that may cause multiple outputs");
                    self.errors.push(Error::new(Code::Compile, &location, message));
                    return None;
                }
                Term::new(Node::Call(terms), location.clone())
            }
            _ => {
                let message = "unexpected template-string expression type";
                self.errors.push(Error::new(Code::Compile, &location, message));
                return None;
            }
        };
        let defined = term.as_ref_term().is_some_and(|reference| (self.known.is_defined)(reference));
        if defined || term.as_var().is_some() {
            return Some(Term::new(Node::Set(vec![term]), location));
        }
        self.check(&term, &location, safe);
        Some(capture(term, expr.with, self.names))
    }

    fn check(&mut self, term: &Term, location: &Location, safe: &VarSet) {
        let mut missing: Vec<Var> =
            vars::of_term(term, Skip::HIDDEN).into_iter().filter(|var| !safe.contains(var)).collect();
        missing.sort();
        for var in missing {
            let name = self.names.rewritten.get(&var).unwrap_or(&var);
            self.errors.push(Error::new(Code::Compile, location, format!("var {name} is undeclared")));
        }
    }
}

fn contains_template(rule: &Rule) -> bool {
    struct Found(bool);
    impl crate::check::walk::Visit<'_> for Found {
        fn term(&mut self, term: &Term) -> bool {
            self.0 |= matches!(&term.node, Node::Template(_));
            !self.0
        }
    }
    let mut found = Found(false);
    crate::check::walk::head(&rule.head, &mut found);
    crate::check::walk::body(&rule.body, &mut found);
    found.0
}
