//! Rules.

use super::state::Parser;
use crate::{
    ast::{Body, Expr, ExprKind, Head, HeadKeyword, Location, Node, RegoVersion, Rule, Term, Var},
    lex::Kind,
};

impl Parser<'_> {
    /// One rule; with chained bodies several.
    pub fn rules(&mut self) -> Option<Vec<Rule>> {
        let start = self.location();
        let default = self.is_keyword("default") && !self.starts_reference();
        if default {
            self.advance();
        }
        let mut head = self.head(default)?;
        if default {
            return self.default_rule(head, &start).map(|rule| vec![rule]);
        }
        let has_if = self.is_keyword("if");
        let contains = head.keywords.contains(&HeadKeyword::Contains);
        settle_key(&mut head, has_if, contains);
        let mut rule = self.rule(head, &start);
        if has_if {
            self.advance();
            rule.head.keywords.push(HeadKeyword::If);
            rule.body = self.body_behind_if()?;
        } else if self.is("{") {
            self.advance();
            rule.body = self.body("}")?;
        } else {
            return self.rule_without_body(rule, contains).map(|rule| vec![rule]);
        }
        if self.is_keyword("else") && !self.starts_reference() {
            self.check_else(&rule.head)?;
            rule.else_rule = Some(Box::new(self.else_rule(&rule.head.clone())?));
        }
        rule.location = self.since(&start);
        self.chained(rule)
    }

    fn rule(&self, head: Head, start: &Location) -> Rule {
        Rule {
            default: false,
            head,
            body: Vec::new(),
            else_rule: None,
            location: self.since(start),
            annotations: Vec::new(),
            generated_body: false,
        }
    }

    fn default_rule(&mut self, head: Head, start: &Location) -> Option<Rule> {
        let name = crate::ast::ref_text(&head.reference);
        if head.generated_value || head.value.is_none() {
            self.illegal("expected default rule value term (e.g., default name := <VALUE>)");
            return None;
        }
        if let Some(part) = head.reference.iter().skip(1).find(|part| part.as_str().is_none()) {
            let location = part.location.clone();
            self.error_at(&location, format!("default rules must not have variables in their reference: {name}"));
            return None;
        }
        for (at, argument) in head.args.iter().flatten().enumerate() {
            let (text, location) = (argument.to_string(), argument.location.clone());
            let Some(var) = argument.as_var() else {
                self.error_at(&start.clone(), format!("illegal default rule (arguments cannot contain {text})"));
                return None;
            };
            let same = |other: &Term| other.as_var() == Some(var) && !var.is_wildcard();
            if head.args.iter().flatten().take(at).any(same) {
                self.error_at(&location, format!("illegal default rule (arguments cannot be repeated {text})"));
                return None;
            }
        }
        if let Some(value) = &head.value
            && let Some(what) = not_constant(value)
        {
            self.error_at(&start.clone(), format!("illegal default rule (value cannot contain {what})"));
            return None;
        }
        let mut rule = self.rule(head, start);
        rule.default = true;
        rule.body = true_body(&rule.location);
        rule.generated_body = true;
        Some(rule)
    }

    fn rule_without_body(&mut self, mut rule: Rule, contains: bool) -> Option<Rule> {
        if self.is_keyword("else") && !self.starts_reference() {
            self.illegal("expected rule body");
            return None;
        }
        let is_reference = rule.head.reference.len() > 1;
        let bare = rule.head.generated_value && rule.head.args.is_none() && !contains;
        if bare && !(is_reference && self.version() != RegoVersion::V0) && rule.head.key.is_none() {
            let location = self.since(&rule.location);
            match self.token().kind {
                Kind::End => self.error_at(&location, "var cannot be used for rule name"),
                _ if self.is_new_line() => self.error_at(&location, "var cannot be used for rule name"),
                _ => self.illegal(""),
            }
            return None;
        }
        rule.body = true_body(&rule.location);
        rule.generated_body = true;
        Some(rule)
    }

    fn body_behind_if(&mut self) -> Option<Body> {
        let braces = self.is("{");
        let mark = self.mark();
        if let Some(expr) = self.literal() {
            let is_set = matches!(&expr.kind, ExprKind::Term(Term { node: Node::Set(_), .. }));
            let is_empty_object =
                matches!(&expr.kind, ExprKind::Term(Term { node: Node::Object(entries), .. }) if entries.is_empty());
            if !(braces && (is_set || is_empty_object)) {
                return Some(vec![expr]);
            }
        }
        if !braces {
            return None;
        }
        self.back(&mark);
        self.advance();
        self.body("}")
    }

    fn check_else(&mut self, head: &Head) -> Option<()> {
        if head.reference.len() > 1 && head.reference[1..].iter().any(|part| part.to_value().is_none()) {
            self.error("else keyword cannot be used on rules with variables in head");
            return None;
        }
        if head.key.is_some() {
            self.error("else keyword cannot be used on multi-value rules");
            return None;
        }
        Some(())
    }

    fn else_rule(&mut self, head: &Head) -> Option<Rule> {
        let start = self.advance().location;
        let mut head = self.fresh_wildcards(head.clone(), &start);
        head.generated_value = false;
        head.keywords.clear();
        if self.is("{") || self.is_keyword("if") {
            head.generated_value = true;
            head.value = Some(Term::new(Node::Bool(true), start.clone()));
        } else if self.is(":=") || self.is("=") {
            head.assign = self.is(":=");
            self.advance();
            head.value = Some(self.infix()?);
        } else {
            self.illegal("expected else value term or rule body");
            return None;
        }
        head.location = self.since(&start);
        let mut rule = self.rule(head, &start);
        if self.accept_keyword("if") {
            rule.head.keywords.push(HeadKeyword::If);
            rule.body = self.body_behind_if()?;
        } else if self.accept("{") {
            rule.body = self.body("}")?;
        } else {
            rule.body = true_body(&start);
            rule.generated_body = true;
            return Some(rule);
        }
        if self.is_keyword("else") {
            rule.else_rule = Some(Box::new(self.else_rule(&rule.head.clone())?));
        }
        rule.location = self.since(&start);
        Some(rule)
    }

    /// More bodies of the same rule: each is a rule of its own.
    fn chained(&mut self, rule: Rule) -> Option<Vec<Rule>> {
        let mut rules = vec![rule];
        while self.is("{") {
            if rules[0].else_rule.is_some() {
                self.error("expected else keyword");
                return None;
            }
            let start = self.advance().location;
            let body = self.body("}")?;
            let location = self.since(&start);
            let mut head = self.fresh_wildcards(rules[0].head.clone(), &start);
            head.location = location.clone();
            let mut rule = self.rule(head, &start);
            (rule.body, rule.location) = (body, location);
            rules.push(rule);
        }
        Some(rules)
    }

    fn fresh_wildcards(&mut self, mut head: Head, location: &Location) -> Head {
        for argument in head.args.iter_mut().flatten() {
            if argument.as_var().is_some_and(Var::is_wildcard) {
                *argument = self.wildcard(location);
            }
        }
        head
    }

    fn head(&mut self, default: bool) -> Option<Head> {
        let start = self.location();
        let Kind::Name(name) = self.token().kind.clone() else {
            self.illegal("");
            return None;
        };
        let is_word = self.keywords.has(&name) && !self.starts_reference();
        if is_word && !(&*name == "contains" && self.ahead(1).kind == Kind::Mark("(")) {
            match default || matches!(&*name, "if" | "contains" | "in" | "every" | "and" | "or") {
                true => self.error(format!("{name} keyword cannot be used for rule name")),
                false => self.illegal(""),
            }
            return None;
        }
        self.advance();
        let var = Term::var(&*name, &start);
        let term = self.finish_until_call(var, &start, false)?;
        let location = self.since(&start);
        let (reference, args) = match term.node {
            Node::Ref(parts) => (parts, None),
            Node::Call(mut terms) => {
                let args = terms.split_off(1);
                let reference = match terms.remove(0).node {
                    Node::Ref(parts) => parts,
                    _ => return None,
                };
                (reference, Some(args))
            }
            node => (vec![Term::new(node, term.location)], None),
        };
        let head_name = match reference.len() {
            1 => Var::new(&name),
            _ => Var::new(""),
        };
        let mut head = Head {
            name: head_name,
            reference,
            args,
            key: None,
            value: None,
            assign: false,
            location,
            keywords: Vec::new(),
            generated_value: false,
        };
        self.head_value(&mut head)?;
        head.location = self.since(&start);
        if head.value.is_none() && head.key.is_none() && (head.reference.len() != 2 || head.args.is_some()) {
            head.generated_value = true;
            head.value = Some(Term::new(Node::Bool(true), head.location.clone()));
        }
        Some(head)
    }

    fn head_value(&mut self, head: &mut Head) -> Option<()> {
        if self.is_keyword("contains") {
            if head.args.is_some() {
                self.illegal(&format!(
                    "the contains keyword can only be used with multi-value rule definitions (e.g., {} contains <VALUE> {{ ... }})",
                    crate::ast::ref_text(&head.reference)
                ));
                return None;
            }
            self.advance();
            head.keywords.push(HeadKeyword::Contains);
            head.key = Some(self.infix()?);
        } else if self.is("=") || self.is(":=") {
            head.assign = self.is(":=");
            self.advance();
            head.value = Some(self.infix()?);
        }
        Some(())
    }
}

/// Decides what `p[x]` means: a member of a set, or an entry of an object.
fn settle_key(head: &mut Head, has_if: bool, contains: bool) {
    if contains || head.args.is_some() || head.reference.len() != 2 {
        return;
    }
    let key = head.reference[1].clone();
    let name = head.reference[0].as_var().cloned();
    if has_if {
        if key.to_value().is_none() {
            head.key = Some(key);
        }
        match head.value {
            None => {
                head.generated_value = true;
                head.value = Some(Term::new(Node::Bool(true), head.location.clone()));
            }
            Some(_) => head.name = name.unwrap_or_else(|| Var::new("")),
        }
        return;
    }
    head.name = name.unwrap_or_else(|| Var::new(""));
    head.key = Some(key);
    if head.value.is_none() {
        head.reference.truncate(1);
    }
}

fn true_body(location: &Location) -> Body {
    vec![Expr::new(ExprKind::Term(Term::new(Node::Bool(true), location.clone())), location.clone())]
}

/// What kind of term in a value makes it no constant.
fn not_constant(term: &Term) -> Option<&'static str> {
    match &term.node {
        Node::Var(_) => Some("var"),
        Node::Ref(_) => Some("ref"),
        Node::Call(_) => Some("call"),
        Node::Array(items) | Node::Set(items) => items.iter().find_map(not_constant),
        Node::Object(entries) => {
            entries.iter().find_map(|(key, value)| not_constant(key).or_else(|| not_constant(value)))
        }
        _ => None,
    }
}
