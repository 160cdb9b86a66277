//! Rules: heads, bodies, `else` and chained bodies.

use super::{
    relocate::{relocate_body, relocate_head},
    state::Parser,
};
use crate::{
    ast::{Body, Expr, ExprKind, Head, HeadKeyword, Location, Node, Rule, Term},
    lex::Kind,
};

/// The body of a rule without one.
pub(super) fn true_body(location: &Location) -> Body {
    let term = Term::new(Node::Bool(true), location.clone());
    vec![Expr { generated: true, ..Expr::new(ExprKind::Term(term), location.clone()) }]
}

/// Whether every part behind the first is a literal.
fn is_ground(reference: &[Term]) -> bool {
    reference.iter().skip(1).all(Term::is_ground)
}

impl Parser<'_> {
    /// A rule, and one more for each body that is chained to it. None without an error if it is none.
    pub fn rules(&mut self) -> Option<Vec<Rule>> {
        let location = self.here();
        self.keyword_as_ref_head();
        let default = self.is(Kind::Default);
        if default {
            self.scan();
            self.keyword_as_ref_head();
        }
        if !self.is(Kind::Ident) {
            if default {
                self.keyword_as_rule_name(true);
            }
            return None;
        }
        let head = self.head(default)?;
        if default {
            return Some(vec![self.default_rule(head, location)?]);
        }
        let has_name = head.reference.first().is_some_and(|first| first.as_var().is_some());
        let rules = self.rule_with_head(head, location.clone())?;
        if !has_name {
            self.error_at(&location, "rule head must begin with a name");
            return None;
        }
        Some(rules)
    }

    fn rule_with_head(&mut self, mut head: Head, location: Location) -> Option<Vec<Rule>> {
        let contains = head.keywords.contains(&HeadKeyword::Contains);
        let has_if = self.is(Kind::If);
        match (contains, has_if) {
            (true, _) => {}
            (false, true) => finish_head_before_if(&mut head)?,
            (false, false) => finish_old_head(&mut head)?,
        }
        let mut rule = Rule {
            default: false,
            head,
            body: Body::new(),
            else_rule: None,
            location,
            annotations: Vec::new(),
            generated_body: false,
        };
        if has_if {
            rule.head.keywords.push(HeadKeyword::If);
            rule.body = self.body_after_if()?;
        } else if self.is(Kind::LeftBrace) {
            rule.body = self.braces()?;
        } else if contains {
            rule.body = true_body(&rule.location);
            rule.generated_body = true;
            rule.location = rule.head.location.clone();
            return Some(vec![rule]);
        } else {
            return None;
        }
        if self.is(Kind::Else) && !self.keyword_as_ref_head() {
            rule.else_rule = Some(Box::new(self.first_else(&rule.head)?));
        }
        rule.location = self.since(&rule.location);
        self.chained_bodies(rule)
    }

    /// A body in braces.
    pub fn braces(&mut self) -> Option<Body> {
        self.scan();
        let body = self.body(Kind::RightBrace)?;
        self.scan();
        Some(body)
    }

    /// One expression, or a body in braces. Braces that could be a set are a body.
    fn body_after_if(&mut self) -> Option<Body> {
        self.scan();
        let begin = self.save();
        let brace = self.is(Kind::LeftBrace);
        if let Some(expr) = self.literal_expr() {
            let is_set = matches!(&expr.kind, ExprKind::Term(Term { node: Node::Set(_), .. }));
            if !(brace && is_set) {
                return Some(vec![expr]);
            }
        }
        if !brace {
            return None;
        }
        self.restore(begin);
        self.braces()
    }

    fn first_else(&mut self, head: &Head) -> Option<Rule> {
        if head.reference.len() > 1 && !is_ground(&head.reference) {
            self.error("else keyword cannot be used on rules with variables in head");
            return None;
        }
        if head.key.is_some() {
            self.error("else keyword cannot be used on multi-value rules");
            return None;
        }
        self.chain(|parser| parser.else_rules(head))
    }

    /// All `else` that follow each other, read in a loop since there may be many.
    fn else_rules(&mut self, head: &Head) -> Option<Rule> {
        let mut rules = Vec::new();
        while self.is(Kind::Else) && rules.last().is_none_or(|(rule, _): &(Rule, bool)| !rule.generated_body) {
            self.link()?;
            rules.push(self.else_rule(head)?);
        }
        let mut next: Option<Box<Rule>> = None;
        for (mut rule, braces) in rules.into_iter().rev() {
            // Each reaches to the end of the last one.
            rule.location = self.since(&rule.location);
            if rule.generated_body {
                rule.body = true_body(&rule.location);
            } else if !braces {
                relocate_body(&mut rule.body, &rule.location);
            }
            rule.else_rule = next.take();
            next = Some(Box::new(rule));
        }
        next.map(|rule| *rule)
    }

    /// One `else`, and whether its body was in braces.
    fn else_rule(&mut self, head: &Head) -> Option<(Rule, bool)> {
        let location = self.here();
        let mut head =
            Head { generated_value: false, keywords: Vec::new(), location: location.clone(), ..head.clone() };
        self.renew_wildcards(&mut head);
        self.scan();
        match self.kind() {
            Kind::LeftBrace | Kind::If => {
                head.generated_value = true;
                head.value = Some(Term::new(Node::Bool(true), location.clone()));
            }
            Kind::Assign | Kind::Unify => {
                head.assign = self.is(Kind::Assign);
                self.scan();
                head.value = Some(self.infix()?);
                head.location = self.since(&head.location);
            }
            _ => return self.illegal("expected else value term or rule body"),
        }
        let mut rule = Rule {
            default: false,
            head,
            body: Body::new(),
            else_rule: None,
            location,
            annotations: Vec::new(),
            generated_body: false,
        };
        let has_if = self.is(Kind::If);
        if !has_if && !self.is(Kind::LeftBrace) {
            rule.generated_body = true;
            return Some((rule, false));
        }
        if has_if {
            rule.head.keywords.push(HeadKeyword::If);
            self.scan();
        }
        let braces = self.is(Kind::LeftBrace);
        rule.body = match self.kind() {
            Kind::LeftBrace => self.braces()?,
            Kind::End => return self.illegal("rule body expected"),
            _ => vec![self.literal_expr()?],
        };
        Some((rule, braces))
    }

    /// `{ … } { … }`: further bodies under the same head.
    fn chained_bodies(&mut self, rule: Rule) -> Option<Vec<Rule>> {
        let mut rules = vec![rule];
        while self.is(Kind::LeftBrace) {
            if rules[0].else_rule.is_some() {
                self.error("expected else keyword");
                return None;
            }
            let location = self.here();
            let body = self.braces()?;
            let location = self.since(&location);
            let mut head = rules[0].head.clone();
            self.renew_wildcards(&mut head);
            relocate_head(&mut head, &location);
            rules.push(Rule {
                default: false,
                head,
                body,
                else_rule: None,
                location,
                annotations: Vec::new(),
                generated_body: false,
            });
        }
        Some(rules)
    }

    /// Each copy of a head has wildcards of its own among its arguments.
    fn renew_wildcards(&mut self, head: &mut Head) {
        for arg in head.args.iter_mut().flatten() {
            if arg.as_var().is_some_and(|var| var.is_wildcard()) {
                arg.node = Node::Var(self.wildcard());
            }
        }
    }
}

/// `p[x] if …` and `p[x] = y if …` are single values under a key.
fn finish_head_before_if(head: &mut Head) -> Option<()> {
    let [_, last] = head.reference.as_slice() else { return Some(()) };
    if (!last.is_ground() || matches!(last.node, Node::Ref(_))) && head.args.as_ref().is_none_or(Vec::is_empty) {
        head.key = Some(last.clone());
    }
    match head.value {
        None => {
            head.generated_value = true;
            head.value = Some(Term::new(Node::Bool(true), head.location.clone()));
        }
        Some(_) => head.name = head.reference[0].as_var()?.clone(),
    }
    Some(())
}

/// `p[x]` without `if` and `contains` is a member of a set, or an entry of an object where it has a value.
fn finish_old_head(head: &mut Head) -> Option<()> {
    if head.reference.len() != 2 || head.args.as_ref().is_some_and(|args| !args.is_empty()) {
        return Some(());
    }
    head.name = head.reference[0].as_var()?.clone();
    head.key = Some(head.reference[1].clone());
    if head.value.is_none() {
        head.reference.truncate(1);
    }
    Some(())
}
