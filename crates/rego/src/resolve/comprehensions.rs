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
        let (heads, body) = match &mut term.node {
            Node::ArrayComprehension(inner) | Node::SetComprehension(inner) => (vec![&mut inner.term], &mut inner.body),
            Node::ObjectComprehension(inner) => (vec![&mut inner.key, &mut inner.value], &mut inner.body),
            _ => return true,
        };
        for head in heads {
            if requires_evaluation(head) {
                let equality = names.lift(head);
                append(body, [equality]);
            }
        }
        true
    });
}
