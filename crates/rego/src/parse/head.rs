//! Heads of rules.

use super::{
    import::{is_root, single_ref},
    state::Parser,
};
use crate::{
    ast::{Head, HeadKeyword, Node, Term, Var, ref_text},
    lex::Kind,
};

impl Parser<'_> {
    pub fn head(&mut self, default: bool) -> Option<Head> {
        let location = self.here();
        let name = self.var();
        let Some(term) = self.head_term(name) else { return self.illegal("expected rule head name") };
        let (reference, args) = self.head_parts(term)?;
        let mut head = Head {
            name: Var::new(""),
            reference,
            args,
            key: None,
            value: None,
            assign: false,
            location: location.clone(),
            keywords: Vec::new(),
            generated_value: false,
        };
        if let [Term { node: Node::Var(name), .. }] = head.reference.as_slice() {
            head.name = name.clone();
        }
        self.head_value(&mut head, default);
        head.location = self.since(&location);
        let takes_value = head.reference.len() != 2 || head.args.as_ref().is_some_and(|args| !args.is_empty());
        if head.value.is_none() && head.key.is_none() && takes_value {
            head.generated_value = true;
            head.value = Some(Term::new(Node::Bool(true), head.location.clone()));
        }
        Some(head)
    }

    /// The name with what follows it: a variable, reference or call.
    fn head_term(&mut self, name: Term) -> Option<Term> {
        use Kind::{
            Divide, Equal, Greater, GreaterEqual, Intersection, Less, LessEqual, Minus, NotEqual, Plus, Remainder,
            Times, Union,
        };
        let offset = self.offset();
        self.scan_space();
        match self.kind() {
            Plus | Minus | Times | Divide | Remainder | Intersection | Union | Equal | NotEqual | Greater
            | GreaterEqual | Less | LessEqual => {
                self.illegal::<()>("");
            }
            Kind::Whitespace => self.scan(),
            _ => {}
        }
        match self.kind() {
            Kind::LeftParen | Kind::Dot | Kind::LeftBracket => self.reference_from(name, offset),
            _ if is_root(&name) => Some(single_ref(name)),
            _ => Some(name),
        }
    }

    fn head_parts(&mut self, term: Term) -> Option<(Vec<Term>, Option<Vec<Term>>)> {
        match term.node {
            Node::Var(_) => Some((vec![term], None)),
            Node::Ref(parts) => Some((parts, None)),
            Node::Call(call) => {
                let mut call = call.into_iter();
                let operator = call.next()?;
                let reference = match operator.node {
                    Node::Ref(parts) => self.head_reference(parts)?,
                    _ => vec![operator],
                };
                Some((reference, Some(call.collect())))
            }
            _ => None,
        }
    }

    fn head_reference(&mut self, parts: Vec<Term>) -> Option<Vec<Term>> {
        if parts.first().is_some_and(|first| first.as_var().is_none()) {
            let text = ref_text(&parts);
            return self.illegal(&format!("rule head ref {text} invalid"));
        }
        Some(parts)
    }

    /// What follows the name: `contains` and a member, or `=` or `:=` and a value. Errors do not end the head.
    fn head_value(&mut self, head: &mut Head, default: bool) {
        let name = ref_text(&head.reference);
        match self.kind() {
            Kind::Contains => {
                if head.args.is_some() {
                    self.illegal::<()>(&format!(
                        "the contains keyword can only be used with multi-value rule definitions (e.g., {name} contains <VALUE> {{ ... }})"
                    ));
                }
                self.scan();
                head.key = self.infix();
                head.keywords.push(HeadKeyword::Contains);
                if head.key.is_none() {
                    self.illegal::<()>(&format!("expected rule key term (e.g., {name} contains <VALUE> {{ ... }})"));
                }
            }
            Kind::Unify => {
                self.scan();
                head.value = self.infix();
                if head.value.is_none() {
                    self.illegal::<()>(&format!("expected rule value term (e.g., {name}[<nil>] = <VALUE> {{ ... }})"));
                }
            }
            Kind::Assign => {
                self.scan();
                head.assign = true;
                head.value = self.infix();
                if head.value.is_none() {
                    self.missing_value(head, default, &name);
                }
            }
            _ => {}
        }
    }

    fn missing_value(&mut self, head: &Head, default: bool, name: &str) {
        let is_function = head.args.as_ref().is_some_and(|args| !args.is_empty());
        let note = match (is_function, default) {
            (true, _) => format!("expected function value term (e.g., {name}(...) := <VALUE> {{ ... }})"),
            (_, true) => format!("expected default rule value term (e.g., default {name} := <VALUE>)"),
            _ => format!("expected rule value term (e.g., {name} := <VALUE> {{ ... }})"),
        };
        self.illegal::<()>(&note);
    }
}
