//! Rules: parameters, the body and what the head takes from it.

use super::{Local, Occurrence, Renaming, Scopes};
use crate::{
    ast::{
        Head, Module, Node, Rule, TemplatePart, Term, Var,
        walk::{self, Part},
    },
    builtins::signatures,
    check::{
        self,
        vars::{self, Skip, VarSet},
    },
    compile::Capabilities,
    error::{Code, Error, Errors},
    resolve::{Names, all_vars, is_scalar, refs::Declared},
};

/// Renames the local variables of all modules. First of what is given back is what ends compilation, then variables
/// nobody uses.
pub(crate) fn modules(
    modules: &mut [Module],
    names: &mut Names,
    strict: bool,
    capabilities: Option<&Capabilities>,
) -> (Errors, Errors) {
    let (mut errors, mut unused) = (Errors::new(), Errors::new());
    for rule in modules.iter_mut().flat_map(|module| &mut module.rules) {
        let mut renaming = Renaming::new(names, Scopes::default(), strict);
        let mut unused_arguments = match strict {
            true => all_vars(rule.head.args.as_deref().unwrap_or_default()),
            false => VarSet::new(),
        };
        rule.head.args.iter_mut().flatten().for_each(|arg| renaming.argument(arg));
        let (arguments, location) = (renaming.scopes.clone(), rule.head.location.clone());
        errors.append(&mut renaming.errors);
        walk::with_else(rule, &mut |rule| {
            let mut renaming = Renaming::new(names, arguments.clone(), strict);
            renaming.rule(rule, &mut unused_arguments, capabilities);
            unused_arguments.retain(|var| renaming.scopes.find(var).is_none_or(|local| local.count <= 1));
            errors.append(&mut renaming.errors);
            unused.append(&mut renaming.unused);
        });
        unused.extend(unused_arguments.iter().filter(|var| !var.is_wildcard()).map(|var| {
            let message = format!("unused argument {var}. (hint: use _ (wildcard variable) instead)");
            Error::new(Code::Compile, &location, message)
        }));
    }
    (errors, unused)
}

impl Renaming<'_> {
    fn argument(&mut self, term: &mut Term) {
        match &mut term.node {
            Node::Var(var) => match self.scopes.see(var) {
                Some(name) => *var = name,
                None => {
                    let name = self.names.fresh();
                    self.insert(var, &name, Occurrence::Argument, None);
                    *var = name;
                }
            },
            Node::Object(entries) => entries.iter_mut().for_each(|(_, value)| self.argument(value)),
            Node::Ref(items) | Node::Array(items) => {
                stacker::maybe_grow(64 * 1024, 1024 * 1024, || items.iter_mut().for_each(|item| self.argument(item)));
            }
            Node::Call(_) => self.error(&term.location, "rule arguments cannot contain calls"),
            _ => {}
        }
    }

    fn rule(&mut self, rule: &mut Rule, unused_arguments: &mut VarSet, capabilities: Option<&Capabilities>) {
        let may_have_vars = head_terms(&mut rule.head).any(|term| !is_scalar(term));
        let mut used = VarSet::new();
        if may_have_vars {
            // What is declared inside of the head comes first and is not seen by the body.
            walk::head_terms(&mut rule.head).for_each(|term| self.head_closures(term));
            used = all_vars(rule.head.reference.get(1..).unwrap_or_default());
            used.extend(rule.head.key.iter().flat_map(|key| all_vars(std::slice::from_ref(key))));
            let value: VarSet =
                rule.head.value.iter().flat_map(|value| all_vars(std::slice::from_ref(value))).collect();
            unused_arguments.retain(|var| !value.contains(var));
            used.extend(value);
        }
        self.builtin_names(rule, capabilities);
        self.body(&mut rule.body, &used);
        if may_have_vars {
            head_terms(&mut rule.head).for_each(|term| self.rename(term));
        }
    }

    /// Variables that have the name of a built-in get another one, so that nobody takes them for it.
    fn builtin_names(&mut self, rule: &Rule, capabilities: Option<&Capabilities>) {
        let is_builtin = |var: &Var| {
            signatures::find(var).is_some() && capabilities.is_none_or(|known| known.builtins.contains(var.as_str()))
        };
        let mut vars: Vec<Var> = vars::of_body(&rule.body, Skip::HIDDEN).into_iter().filter(is_builtin).collect();
        if vars.is_empty() {
            return;
        }
        vars.sort();
        let mut declared = Declared::default();
        check::walk::body(&rule.body, &mut declared);
        let mut withs = Withs(VarSet::new());
        check::walk::rule(rule, &mut withs);
        for var in vars {
            if !declared.0.contains(&var) && !withs.0.contains(&var) && self.scopes.find(&var).is_none() {
                let name = self.names.fresh();
                self.insert(&var, &name, Occurrence::Seen, None);
            }
        }
    }

    /// Renames what comprehensions in the head declare.
    fn head_closures(&mut self, term: &mut Term) {
        match &mut term.node {
            Node::ArrayComprehension(_) | Node::SetComprehension(_) | Node::ObjectComprehension(_) => {
                let scopes = std::mem::take(&mut self.scopes);
                self.term(term);
                self.scopes = scopes;
            }
            Node::Template(template) => {
                let scopes = std::mem::take(&mut self.scopes);
                for part in &mut template.parts {
                    if let TemplatePart::Expr(expr) = part {
                        self.inner(|renaming| renaming.plain(expr));
                    }
                }
                self.scopes = scopes;
            }
            _ => stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
                walk::inside_term(term, &mut |part| {
                    if let Part::Term(term) = part {
                        self.head_closures(term);
                    }
                });
            }),
        }
    }

    /// Gives the variables of the body their new names in a term of the head.
    fn rename(&self, term: &mut Term) {
        let known = self.scopes.innermost();
        walk::terms(Part::Term(term), &mut |term| {
            if let Node::Var(var) = &mut term.node
                && let Some(Local { name, .. }) = known.0.get(var)
            {
                *var = name.clone();
            } else if let Node::Ref(parts) = &term.node
                && let [part] = &parts[..]
                && let Some(Local { name, .. }) = part.as_var().and_then(|var| known.0.get(var))
                && part.as_var() != Some(name)
            {
                term.node = Node::Var(name.clone());
                return false;
            }
            true
        });
    }
}

/// The terms of a head that variables can be in.
fn head_terms(head: &mut Head) -> impl Iterator<Item = &mut Term> {
    let Head { args, reference, key, value, .. } = head;
    args.iter_mut().flatten().chain(reference.iter_mut().skip(1)).chain(key).chain(value)
}

/// The variables in `with` modifiers, names of functions left out.
struct Withs(VarSet);

impl check::walk::Visit<'_> for Withs {
    fn expr(&mut self, expr: &crate::ast::Expr) -> bool {
        for with in &expr.with {
            for term in [&with.target, &with.value] {
                self.0.extend(vars::of_term(term, Skip { call_heads: true, ..Skip::NOTHING }));
            }
        }
        true
    }
}
