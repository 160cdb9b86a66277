//! What the type checker finds wrong, in OPA's words and with its details.

use serde_json::{Value as Json, json};

use super::{
    elide::{arg_aside, aside, side_by_side, too_wide},
    json::{arg_to_json, args_to_json, to_json},
    lattice::{Arg, Function, Type},
    text::{args_text, shown, with_result},
    unify::unifies,
};
use crate::{
    ast::{Location, Node, Ref, Term, ref_text},
    error::{Code, Details, Error},
    value::Value,
};

const MATCH_ERROR_HELP: &str = "https://www.openpolicyagent.org/docs/errors/rego-type-error/match-error";

/// An error, and whether it may only follow from another.
#[derive(Debug)]
pub(super) struct Failure {
    pub error: Error,
    /// Whether one of the types it is about was not known.
    pub of_unknown: bool,
}

impl Failure {
    pub fn new(location: &Location, message: impl Into<String>) -> Self {
        Self { error: Error::new(Code::Type, location, message), of_unknown: false }
    }

    fn with_details(mut self, json: Json, lines: Vec<String>) -> Self {
        self.error.details = Details::Other { json, lines };
        self
    }
}

/// `plus: invalid argument(s)`, with what is there and what is wanted.
pub(super) fn arguments(
    location: &Location,
    operator: &[Term],
    what: &str,
    have: &[Option<Type>],
    want: &Function,
) -> Failure {
    let args = with_result(want);
    wanted(location, operator, what, have, &args, want.variadic.as_ref())
}

/// The same, for operands without the result.
pub(super) fn wanted(
    location: &Location,
    operator: &[Term],
    what: &str,
    have: &[Option<Type>],
    want: &[Arg],
    variadic: Option<&Type>,
) -> Failure {
    let have_args: Vec<Arg> = have.iter().cloned().map(Arg::unnamed).collect();
    let json = json!({
        "have": have_args.iter().map(arg_to_json).collect::<Vec<_>>(),
        "want": args_to_json(want, variadic),
    });
    let mut lines =
        vec![format!("have: {}", args_text(&have_args, None)), format!("want: {}", args_text(want, variadic))];
    if too_wide(&[&lines[0], &lines[1]]) {
        let mut have: Vec<String> = have_args.iter().map(arg_aside).collect();
        let mut want_texts: Vec<String> = want.iter().map(arg_aside).collect();
        for (at, (have_arg, want_arg)) in have_args.iter().zip(want).enumerate() {
            let (have_type, want_type) = (have_arg.of.as_ref(), want_arg.of.as_ref());
            // An operand that fits is not what the error is about.
            if !unifies(have_type, want_type) {
                let name = want_arg.name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
                let (left, right) = side_by_side(have_type, want_type);
                have[at] = left;
                want_texts[at] = format!("{name}{right}");
            }
        }
        want_texts.extend(variadic.map(|of| format!("{}...", aside(Some(of)))));
        lines = vec![format!("have: ({})", have.join(", ")), format!("want: ({})", want_texts.join(", "))];
    }
    let mut failure = Failure::new(location, format!("{}: {what}", ref_text(operator))).with_details(json, lines);
    failure.of_unknown = have.iter().any(|of| Type::is_unknown(of.as_ref()));
    failure
}

/// `match error`: two sides that can never be equal.
pub(super) fn mismatch(location: &Location, left: Option<&Type>, right: Option<&Type>) -> Failure {
    let mut lines = vec![format!("left  : {}", shown(left)), format!("right : {}", shown(right))];
    if too_wide(&[&lines[0], &lines[1]]) {
        let (left, right) = side_by_side(left, right);
        lines = vec![format!("left  : {left}"), format!("right : {right}")];
    }
    let kind = match (left, right) {
        (Some(Type::Object(_)), Some(Type::Object(_))) => Some("objects"),
        (Some(Type::Array(_)), Some(Type::Array(_))) => Some("arrays"),
        (Some(Type::Set(_)), Some(Type::Set(_))) => Some("sets"),
        _ => None,
    };
    lines.extend(kind.map(|kind| {
        format!(
            "hint  : both sides are {kind} but their types differ, so they can never be equal (see {MATCH_ERROR_HELP})"
        )
    }));
    let json = json!({"a": to_json(left), "b": to_json(right)});
    let mut failure = Failure::new(location, "match error").with_details(json, lines);
    failure.of_unknown = Type::is_unknown(left) || Type::is_unknown(right);
    failure
}

/// What a reference asks for that cannot be there.
pub(super) struct Invalid {
    /// The reference as it was written.
    pub reference: Ref,
    /// Which of its terms is wrong.
    pub position: usize,
    /// The type of that term, if it is not a literal.
    pub have: Option<Type>,
    /// The type that keys have.
    pub want: Option<Type>,
    /// All keys that there are.
    pub one_of: Option<Vec<Value>>,
}

impl Invalid {
    /// `undefined ref: data.x.y`, with the keys or the type of keys that there are.
    pub fn failure(self, location: &Location) -> Failure {
        let Self { reference, position, have, want, one_of } = self;
        let pad = " ".repeat(ref_text(&reference[..position]).len() + 1);
        let mut lines = vec![ref_text(&reference), format!("{pad}^")];
        lines.push(match &have {
            Some(have) => format!("{pad}have (type): {have}"),
            None => format!("{pad}have: {}", reference[position]),
        });
        let keys = one_of.as_deref().unwrap_or_default();
        lines.push(match (&want, keys) {
            (None, []) => format!("{pad}want (one of): []"),
            (Some(want), []) => format!("{pad}want (type): {want}"),
            (_, keys) => {
                let texts: Vec<String> = keys.iter().map(|key| Term::from_value(key, location).to_string()).collect();
                format!("{pad}want (one of): [{}]", texts.join(" "))
            }
        });
        let mut json = json!({
            "ref": reference.iter().map(term_json).collect::<Vec<_>>(),
            "pos": position,
            "want": to_json(want.as_ref()),
            "oneOf": one_of,
        });
        if let (Some(have), Json::Object(map)) = (&have, &mut json) {
            map.insert("have".to_owned(), to_json(Some(have)));
        }
        undefined(location, &reference).with_details(json, lines)
    }
}

fn undefined(location: &Location, reference: &[Term]) -> Failure {
    Failure::new(location, format!("undefined ref: {}", ref_text(reference)))
}

/// A reference into what has no parts, or to a function that is not called.
pub(super) fn unsupported(location: &Location, reference: &Ref, position: usize, have: &Type) -> Failure {
    let failure = match have {
        Type::Function(_) => {
            // A parameter at the end that the compiler made up says nothing.
            let generated = |term: &Term| term.as_var().is_some_and(|var| var.is_generated());
            let name = match reference.split_last() {
                Some((last, rest)) if generated(last) => rest,
                _ => reference,
            };
            Failure::new(location, format!("function {} used as reference, not called", ref_text(name)))
        }
        _ => undefined(location, reference),
    };
    let json = json!({
        "ref": reference.iter().map(term_json).collect::<Vec<_>>(),
        "pos": position,
        "have": to_json(Some(have)),
    });
    let lines = vec![ref_text(reference), "^".repeat(ref_text(&reference[..=position]).len()), format!("have: {have}")];
    failure.with_details(json, lines)
}

/// A term of a reference as JSON: its kind and value.
fn term_json(term: &Term) -> Json {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
        let all = |terms: &[Term]| terms.iter().map(term_json).collect::<Vec<_>>();
        let (kind, value) = match &term.node {
            Node::Null => ("null", json!({})),
            Node::Bool(bool) => ("boolean", json!(bool)),
            Node::Number(number) => ("number", json!(Value::Number(number.clone()))),
            Node::String(text) => ("string", json!(&**text)),
            Node::Var(var) => ("var", json!(var.as_str())),
            Node::Ref(terms) => ("ref", json!(all(terms))),
            Node::Array(items) => ("array", json!(all(items))),
            Node::Set(items) => ("set", json!(all(items))),
            Node::Object(entries) => {
                let entry = |(key, value): &(Term, Term)| json!([term_json(key), term_json(value)]);
                ("object", entries.iter().map(entry).collect())
            }
            Node::Call(terms) => ("call", json!(all(terms))),
            _ => ("string", json!(term.to_string())),
        };
        json!({"type": kind, "value": value})
    })
}
