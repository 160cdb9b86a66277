//! Why a reference with variables may lead back to a rule.

use std::{cell::OnceCell, collections::HashMap};

use super::{
    graph::{Definition, Dynamic, selects},
    narrow::members,
};
use crate::{
    ast::{Node, Rule, Term, Var, ref_text},
    check::{functions, with_original_names},
    value::Value,
};

/// How many conditions are spelled out; where there are more, only the reference is named.
const MAX_CONDITIONS: usize = 2;
/// How many members of a collection are listed.
const MAX_MEMBERS: usize = 5;

/// Where a variable has its value from.
enum Origin<'a> {
    Input(&'a [Term]),
    Rule(&'a [Term]),
    Collection(Value),
    Builtin(String),
    HeadKey,
    HeadArg,
}

/// A part of the reference, and the value it needs to select the rule.
struct Condition {
    at: usize,
    term: Term,
    value: Term,
}

/// What leads from one definition to another by a variable: ` (data.a[x] refers to data.a.p if x is "p")`.
pub(super) fn describe(
    edge: &Dynamic<'_>,
    from: &Definition<'_>,
    is_first: bool,
    target: &Definition<'_>,
    rewritten: &HashMap<Var, Var>,
) -> String {
    let name = |path: &[Term]| ref_text(&with_original_names(path, rewritten));
    let length = edge.reference.len().min(target.path.len());
    let reference = with_original_names(&edge.reference[..length], rewritten);
    let mut text = format!(" ({}", ref_text(&reference));
    if !is_first {
        text += &format!(" in {}", name(&from.path));
    }
    let mut positions = Vec::new();
    selects(&edge.selector, target, &edge.bound, Some(&mut positions));
    let origins = Origins { rule: from.rule, at: edge.at, scope: OnceCell::new() };
    let conditions = conditions(&reference, &target.path, &positions).filter(|conditions| {
        (1..=MAX_CONDITIONS).contains(&conditions.len())
            && !conditions.iter().any(|condition| origins.exclude(edge, condition))
    });
    let Some(conditions) = conditions else {
        return text + &format!(" could refer to {})", name(&target.path));
    };
    text += &format!(" refers to {}", name(&target.path));
    for (index, condition) in conditions.iter().enumerate() {
        let word = if index == 0 { "if" } else { "and" };
        text += &format!(" {word} {} is {}", condition.term, condition.value);
        if let Some(note) = origins.note(edge, from, condition, rewritten) {
            text += &format!(" ({note})");
        }
    }
    text + ")"
}

fn conditions(reference: &[Term], path: &[Term], positions: &[usize]) -> Option<Vec<Condition>> {
    let mut found: Vec<Condition> = Vec::new();
    for &at in positions {
        match found.iter().find(|condition| condition.term == reference[at]) {
            Some(other) if other.value != path[at] => return None,
            Some(_) => {}
            None => found.push(Condition { at, term: reference[at].clone(), value: path[at].clone() }),
        }
    }
    Some(found)
}

struct Origins<'a> {
    rule: &'a Rule,
    at: usize,
    scope: OnceCell<Scope<'a>>,
}

/// What the expressions before the reference give to variables.
#[derive(Default)]
struct Scope<'a> {
    bindings: HashMap<&'a Var, &'a Term>,
    outputs: HashMap<&'a Var, String>,
}

impl<'a> Origins<'a> {
    /// Whether the variable of a condition cannot have the value it needs.
    fn exclude(&self, edge: &Dynamic<'_>, condition: &Condition) -> bool {
        let Some(var) = edge.reference[condition.at].as_var() else { return false };
        match (self.of(edge, var), condition.value.to_value()) {
            (Some(Origin::Collection(collection)), Some(value)) => {
                !members(&collection).unwrap_or_default().contains(&value)
            }
            (Some(Origin::Builtin(name)), Some(value)) => {
                functions::builtin(&name).is_some_and(|signature| !may_be(&signature.result, &value))
            }
            _ => false,
        }
    }

    fn note(
        &self,
        edge: &Dynamic<'_>,
        from: &Definition<'_>,
        condition: &Condition,
        rewritten: &HashMap<Var, Var>,
    ) -> Option<String> {
        let part = &edge.reference[condition.at];
        if let Node::Ref(reference) = &part.node {
            let data = reference.first().and_then(Term::as_var).is_some_and(|var| var.as_str() == "data");
            return data.then(|| "rule values aren't known at compile time".to_owned());
        }
        let term = &condition.term;
        let rule = || ref_text(&with_original_names(&from.path, rewritten));
        Some(match self.of(edge, part.as_var()?)? {
            Origin::Input(path) => {
                format!("{term} comes from {}", ref_text(&with_original_names(path, rewritten)))
            }
            Origin::Rule(path) => {
                format!("{term} comes from rule {}, whose value isn't known at compile time", ref_text(path))
            }
            Origin::Collection(collection) => match members(&collection).unwrap_or_default().len() {
                count if count > MAX_MEMBERS => format!("{term} is one of {count} values"),
                _ => format!("{term} is one of {collection}"),
            },
            Origin::Builtin(name) => format!("{term} is computed by {name}"),
            Origin::HeadKey => format!("{term} is a key of {}", rule()),
            Origin::HeadArg => format!("{term} is an argument of {}", rule()),
        })
    }

    /// Where a variable of the edge's reference has its value from.
    fn of(&self, edge: &Dynamic<'_>, var: &Var) -> Option<Origin<'a>> {
        let inside = edge.selector.iter().skip(1).any(|part| part.as_var() == Some(var));
        if inside { self.resolve(var) } else { None }
    }

    fn resolve(&self, var: &Var) -> Option<Origin<'a>> {
        let scope = self.scope.get_or_init(|| Scope::new(self.rule, self.at));
        let mut var = var;
        // A chain of variables longer than the body goes round.
        for depth in 0..=self.rule.body.len() {
            if let Some(name) = scope.outputs.get(var) {
                return Some(Origin::Builtin(name.clone()));
            }
            match scope.bindings.get(var).map(|term| &term.node) {
                Some(Node::Var(other)) => {
                    var = other;
                    continue;
                }
                Some(Node::Ref(reference)) => {
                    if let Some(origin) = scope.ref_origin(reference, depth) {
                        return Some(origin);
                    }
                }
                _ => {}
            }
            return self.head_origin(var);
        }
        None
    }

    fn head_origin(&self, var: &Var) -> Option<Origin<'a>> {
        let head = &self.rule.head;
        let is_var = |term: &Term| term.as_var() == Some(var);
        if head.args.iter().flatten().any(is_var) {
            return Some(Origin::HeadArg);
        }
        let key = head.reference.iter().skip(1).chain(&head.key).any(is_var);
        key.then_some(Origin::HeadKey)
    }
}

impl<'a> Scope<'a> {
    fn new(rule: &'a Rule, at: usize) -> Self {
        let mut scope = Self::default();
        for expr in rule.body.iter().take(at).filter(|expr| !expr.negated && expr.with.is_empty()) {
            let Some((operator, operands)) = expr.as_call() else { continue };
            if expr.is_call_of("eq") {
                let [left, right] = operands else { continue };
                for (var, value) in [(left, right), (right, left)] {
                    if let Some(var) = var.as_var() {
                        scope.bindings.entry(var).or_insert(value);
                    }
                }
                continue;
            }
            let Some(name) = operator.dotted_name() else { continue };
            let output = operands.last().and_then(Term::as_var);
            let fits = functions::builtin(&name).is_some_and(|signature| signature.arity + 1 == operands.len());
            if let (Some(output), true) = (output, fits) {
                scope.outputs.insert(output, name);
            }
        }
        scope
    }

    fn ref_origin(&self, reference: &'a [Term], depth: usize) -> Option<Origin<'a>> {
        let (head, path) = reference.split_first()?;
        let constant = path.iter().take_while(|part| part.is_ground_literal()).count() + 1;
        match (head.as_var().map(Var::as_str), path) {
            (Some("input"), _) => Some(Origin::Input(&reference[..constant])),
            (Some("data"), _) => Some(Origin::Rule(&reference[..constant])),
            (_, [part]) if !part.is_ground_literal() => self.collection(head, depth).map(Origin::Collection),
            _ => None,
        }
    }

    fn collection(&self, term: &Term, depth: usize) -> Option<Value> {
        let mut term = term;
        for _ in depth..=self.bindings.len() {
            match term.as_var() {
                Some(var) => term = self.bindings.get(var)?,
                None => break,
            }
        }
        match &term.node {
            Node::Array(_) | Node::Set(_) | Node::Object(_) => term.to_value(),
            _ => None,
        }
    }
}

/// Whether a type, as JSON, admits the value. Of collections this is not known.
fn may_be(kind: &serde_json::Value, value: &Value) -> bool {
    if matches!(value, Value::Array(_) | Value::Object(_) | Value::Set(_)) {
        return true;
    }
    match (kind["type"].as_str(), kind["of"].as_array()) {
        (Some("any"), Some(kinds)) => kinds.iter().any(|kind| may_be(kind, value)),
        (Some("any") | None, _) => true,
        (Some(name), _) => name == value.kind(),
    }
}
