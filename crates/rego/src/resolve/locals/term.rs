//! The variables in terms.

use super::{Local, Occurrence, Renaming};
use crate::{
    ast::{Call, Comprehension, Node, ObjectComprehension, TemplatePart, Term, Var, ref_text},
    resolve::{all_vars, is_root_document},
};

impl Renaming<'_> {
    pub(super) fn terms(&mut self, terms: &mut [Term]) {
        terms.iter_mut().for_each(|term| self.term(term));
    }

    /// Gives the variables of a term the names that they have here.
    pub(super) fn term(&mut self, term: &mut Term) {
        match &mut term.node {
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::String(_) => {}
            Node::Var(var) => match self.scopes.see(var) {
                Some(name) => *var = name,
                None => self.scopes.insert(var.clone(), Local::seen(var)),
            },
            _ => stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.compound(term)),
        }
    }

    fn compound(&mut self, term: &mut Term) {
        if let Some(root) = is_root_document(&term.node) {
            let hidden = self.scopes.find(root).filter(|local| local.occurrence != Occurrence::Seen);
            if let Some(local) = hidden {
                term.node = Node::Var(local.name.clone());
            }
            return;
        }
        if let Node::Call(call) = &term.node
            && self.is_shadowed(call)
        {
            let message = format!("called function {} shadowed", ref_text(call[0].as_ref_term().unwrap_or_default()));
            self.error(&term.location, message);
        }
        match &mut term.node {
            Node::Ref(items) | Node::Array(items) | Node::Set(items) | Node::Call(items) => self.terms(items),
            Node::Object(entries) => {
                for (key, value) in entries {
                    self.term(key);
                    self.term(value);
                }
            }
            Node::ArrayComprehension(inner) | Node::SetComprehension(inner) => self.comprehension(inner),
            Node::ObjectComprehension(inner) => self.object_comprehension(inner),
            Node::Template(template) => {
                for part in &mut template.parts {
                    if let TemplatePart::Expr(expr) = part {
                        self.plain(expr);
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether a function is called by a name that a variable has.
    fn is_shadowed(&self, call: &Call) -> bool {
        let is_renamed = |var: &Var| self.scopes.find(var).is_some_and(|local| local.name != *var);
        call.first().is_some_and(|operator| all_vars(std::slice::from_ref(operator)).iter().any(is_renamed))
    }

    fn comprehension(&mut self, inner: &mut Comprehension) {
        let used = all_vars(std::slice::from_ref(&inner.term));
        self.inner(|renaming| {
            renaming.body(&mut inner.body, &used);
            renaming.term(&mut inner.term);
        });
    }

    fn object_comprehension(&mut self, inner: &mut ObjectComprehension) {
        let mut used = all_vars(std::slice::from_ref(&inner.key));
        used.extend(all_vars(std::slice::from_ref(&inner.value)));
        self.inner(|renaming| {
            renaming.body(&mut inner.body, &used);
            renaming.term(&mut inner.key);
            renaming.term(&mut inner.value);
        });
    }
}
