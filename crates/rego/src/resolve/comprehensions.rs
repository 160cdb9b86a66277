//! The heads of comprehensions hold variables and literals only: `[x.y | …]` is `[__local0__ | …; __local0__ = x.y]`.

use super::{Names, append, requires_evaluation};
use crate::ast::{
    Body, Module, Node,
    walk::{self, Part},
};

/// In all modules.
pub(crate) fn modules(modules: &mut [Module], names: &mut Names) {
    walk::rules(modules, |rule| {
        walk::head_terms(&mut rule.head).for_each(|term| part(Part::Term(term), names));
        part(Part::Body(&mut rule.body), names);
    });
}

/// In a query.
pub(crate) fn query(query: &mut Body, names: &mut Names) {
    part(Part::Body(query), names);
}

fn part(part: Part<'_>, names: &mut Names) {
    walk::terms(part, &mut |term| {
        match &mut term.node {
            Node::ArrayComprehension(inner) | Node::SetComprehension(inner) => {
                if requires_evaluation(&inner.term) {
                    let equality = names.lift(&mut inner.term);
                    append(&mut inner.body, [equality]);
                }
            }
            Node::ObjectComprehension(inner) => {
                for term in [&mut inner.key, &mut inner.value] {
                    if requires_evaluation(term) {
                        let equality = names.lift(term);
                        append(&mut inner.body, [equality]);
                    }
                }
            }
            _ => {}
        }
        true
    });
}
