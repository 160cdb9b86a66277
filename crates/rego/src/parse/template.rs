//! Template strings.

use super::state::Parser;
use crate::{
    ast::{ExprKind, Location, Node, TemplatePart, TemplateString, Term},
    lex::{Piece, Template},
};

impl Parser<'_> {
    /// A template whose texts and tokens are read already.
    pub fn template(&mut self, template: &Template, location: Location) -> Option<Term> {
        let mut parts = Vec::with_capacity(template.parts.len());
        for piece in &template.parts {
            parts.push(match piece {
                Piece::Text(text, location) => TemplatePart::Text(Term::string(text, location)),
                Piece::Expr(tokens) => TemplatePart::Expr(self.within(tokens, |parser| {
                    if parser.at_end() {
                        parser.error("invalid template-string expression: expected expression");
                        return None;
                    }
                    let expr = parser.literal()?;
                    if !parser.at_end() {
                        parser.illegal("expected }");
                        return None;
                    }
                    if expr.negated || !matches!(expr.kind, ExprKind::Term(_) | ExprKind::Call(_)) {
                        parser.error_at(&expr.location, "unexpected expression in template string");
                        return None;
                    }
                    Some(expr)
                })?),
            });
        }
        let template = TemplateString { parts, multi_line: template.multi_line };
        Some(Term::new(Node::Template(Box::new(template)), location))
    }
}
