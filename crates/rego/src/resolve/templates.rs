//! Template strings: calls of a built-in that puts the texts and values together.

use super::Generator;
use crate::ast::{Body, Comprehension, Expr, ExprKind, Location, Node, Rule, TemplatePart, TemplateString, Term, walk};

/// Rewrites the templates of a rule.
pub(crate) fn rewrite_rule(rule: &mut Rule, generator: &mut Generator) {
    let mut rewriter = Rewriter { generator };
    let head = &mut rule.head;
    let parts = head.reference.iter_mut().chain(head.args.iter_mut().flatten());
    parts.chain(&mut head.key).chain(&mut head.value).for_each(|term| rewriter.term(term));
    rewriter.body(&mut rule.body);
    if let Some(next) = &mut rule.else_rule {
        rewrite_rule(next, generator);
    }
}

/// Rewrites the templates of a query.
pub(crate) fn rewrite_body(body: &mut Body, generator: &mut Generator) {
    Rewriter { generator }.body(body);
}

struct Rewriter<'g> {
    generator: &'g mut Generator,
}

impl Rewriter<'_> {
    fn body(&mut self, body: &mut Body) {
        for expr in body {
            walk::expr_terms_mut(expr).into_iter().for_each(|term| self.term(term));
            walk::expr_bodies_mut(expr).into_iter().for_each(|body| self.body(body));
            expr.with.iter_mut().for_each(|with| self.term(&mut with.value));
        }
    }

    fn term(&mut self, term: &mut Term) {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.term_inner(term));
    }

    fn term_inner(&mut self, term: &mut Term) {
        match &mut term.node {
            Node::ArrayComprehension(inner) | Node::SetComprehension(inner) => {
                self.term(&mut inner.term);
                self.body(&mut inner.body);
            }
            Node::ObjectComprehension(inner) => {
                self.term(&mut inner.key);
                self.term(&mut inner.value);
                self.body(&mut inner.body);
            }
            Node::Not(not) => self.body(&mut not.body),
            Node::Template(template) => {
                let location = term.location.clone();
                term.node = self.template(std::mem::replace(&mut **template, empty()), &location);
            }
            _ => walk::children_mut(term).into_iter().for_each(|child| self.term(child)),
        }
    }

    /// Each expression becomes a set of its one value, or of none where it is undefined.
    fn template(&mut self, template: TemplateString, location: &Location) -> Node {
        let mut items = Vec::with_capacity(template.parts.len());
        for part in template.parts {
            items.push(match part {
                TemplatePart::Text(text) => text,
                TemplatePart::Expr(mut expr) => {
                    let place = expr.location.clone();
                    let with = std::mem::take(&mut expr.with);
                    let mut value = match expr.kind {
                        ExprKind::Term(term) => term,
                        ExprKind::Call(terms) => Term::new(Node::Call(terms), place.clone()),
                        _ => continue,
                    };
                    self.term(&mut value);
                    set_of(value, with, self.generator, &place)
                }
            });
        }
        let array = Term::new(Node::Array(items), location.clone());
        Node::Call(vec![Term::operator("internal.template_string", location), array])
    }
}

fn empty() -> TemplateString {
    TemplateString { parts: Vec::new(), multi_line: false }
}

/// `{x | x = value}`
pub(super) fn set_of(value: Term, with: Vec<crate::ast::With>, generator: &mut Generator, location: &Location) -> Term {
    let name = generator.term(location);
    let mut equal = Expr::call("eq", [name.clone(), value], location);
    equal.with = with;
    let inner = Comprehension { term: name, body: vec![equal] };
    Term::new(Node::SetComprehension(Box::new(inner)), location.clone())
}
