//! Wide types shortened to what tells two of them apart.

use std::cmp::Ordering;

use super::{
    lattice::{Arg, Array, Dynamic, Function, Object, Type},
    text::{function_text, property, shown},
};

/// A line wider than this is shortened.
const MAX_LINE: usize = 80;

/// A type that is not what the message is about is shortened from this width on.
const MAX_ASIDE: usize = 32;

/// How deep two types are compared for showing.
const MAX_DEPTH: u32 = 8;

const LEFT_OUT: &str = "...";

/// Whether one of the lines is too wide to be read.
pub(super) fn too_wide(lines: &[&str]) -> bool {
    lines.iter().any(|line| line.chars().count() > MAX_LINE)
}

/// Two types side by side: only what differs is spelled out.
pub(super) fn side_by_side(a: Option<&Type>, b: Option<&Type>) -> (String, String) {
    differ(a, b, 0)
}

/// A type, or its outermost form where it is long.
pub(super) fn aside(of: Option<&Type>) -> String {
    let full = shown(of).to_string();
    match full.chars().count() <= MAX_ASIDE {
        true => full,
        false => elided(of, 0),
    }
}

/// An operand, named where it has a name, or its outermost form where that is long.
pub(super) fn arg_aside(arg: &Arg) -> String {
    let name = arg.name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
    let full = format!("{name}{}", shown(arg.of.as_ref()));
    match full.chars().count() <= MAX_ASIDE {
        true => full,
        false => format!("{name}{}", elided(arg.of.as_ref(), 0)),
    }
}

/// The type to a depth of nesting.
fn elided(of: Option<&Type>, depth: u32) -> String {
    let deeper = |of: Option<&Type>| match depth {
        0 => LEFT_OUT.to_owned(),
        depth => elided(of, depth - 1),
    };
    match of {
        Some(Type::Set(set)) if set.of.is_some() => format!("set[{}]", deeper(set.of.as_ref())),
        Some(Type::Array(array)) => {
            let items = match depth {
                0 => left_out(!array.items.is_empty()),
                _ => array.items.iter().map(|item| deeper(item.as_ref())).collect(),
            };
            composite("array", &items, array.dynamic.as_ref().map(|dynamic| deeper(Some(dynamic))))
        }
        Some(Type::Object(object)) => {
            let properties = match depth {
                0 => left_out(!object.properties.is_empty()),
                _ => object.properties.iter().map(|(key, value)| property(key, &deeper(value.as_ref()))).collect(),
            };
            let dynamic = object.dynamic.as_ref().map(|Dynamic { key, value }| match depth {
                0 => LEFT_OUT.to_owned(),
                _ => format!("{}: {}", deeper(key.as_ref()), deeper(value.as_ref())),
            });
            composite("object", &properties, dynamic)
        }
        Some(Type::Union(union)) => match depth {
            0 => composite("any", &left_out(true), None),
            _ => composite("any", &union.of.iter().map(|of| deeper(Some(of))).collect::<Vec<_>>(), None),
        },
        Some(Type::Function(function)) => {
            let has_args = !function.args.is_empty() || function.variadic.is_some();
            let args = match depth {
                0 => left_out(has_args),
                _ => operands(function, deeper),
            };
            let result = match (depth, function.result_type()) {
                (0, Some(_)) => LEFT_OUT.to_owned(),
                (0, None) => shown(None).to_string(),
                (depth, result) => elided(result, depth - 1),
            };
            function_text(&args, &result)
        }
        other => shown(other).to_string(),
    }
}

fn operands(function: &Function, show: impl Fn(Option<&Type>) -> String) -> Vec<String> {
    let mut args: Vec<String> = function.args.iter().map(|arg| show(arg.of.as_ref())).collect();
    args.extend(function.variadic.as_ref().map(|of| format!("{}...", show(Some(of)))));
    args
}

fn left_out(something: bool) -> Vec<String> {
    something.then(|| LEFT_OUT.to_owned()).into_iter().collect()
}

fn composite(kind: &str, items: &[String], dynamic: Option<String>) -> String {
    let items = if items.is_empty() { String::new() } else { format!("<{}>", items.join(", ")) };
    let dynamic = dynamic.map(|dynamic| format!("[{dynamic}]")).unwrap_or_default();
    format!("{kind}{items}{dynamic}")
}

fn looks_same(a: Option<&Type>, b: Option<&Type>) -> bool {
    shown(a).to_string() == shown(b).to_string()
}

fn differ(a: Option<&Type>, b: Option<&Type>, depth: u32) -> (String, String) {
    let (Some(x), Some(y)) = (a, b) else { return (aside(a), aside(b)) };
    if depth >= MAX_DEPTH || looks_same(a, b) {
        return (aside(a), aside(b));
    }
    match (x, y) {
        (Type::Set(x), Type::Set(y)) if x.of.is_some() && y.of.is_some() => {
            let (left, right) = differ(x.of.as_ref(), y.of.as_ref(), depth + 1);
            (format!("set[{left}]"), format!("set[{right}]"))
        }
        (Type::Array(x), Type::Array(y)) => arrays(x, y, depth).unwrap_or_else(|| (elided(a, 1), elided(b, 1))),
        (Type::Object(x), Type::Object(y)) => objects(x, y, depth),
        (Type::Any | Type::Union(_), Type::Any | Type::Union(_)) => unions(members(x), members(y)),
        (Type::Function(x), Type::Function(y)) if x.args.len() == y.args.len() => functions(x, y, depth),
        _ => (aside(a), aside(b)),
    }
}

/// None where one is longer than the other.
fn arrays(a: &Array, b: &Array, depth: u32) -> Option<(String, String)> {
    if a.items.len() != b.items.len() || a.dynamic.is_some() != b.dynamic.is_some() {
        return None;
    }
    let pairs = a.items.iter().zip(&b.items).map(|(a, b)| differ(a.as_ref(), b.as_ref(), depth + 1));
    let (left, right): (Vec<String>, Vec<String>) = pairs.unzip();
    let dynamic = a.dynamic.is_some().then(|| differ(a.dynamic.as_ref(), b.dynamic.as_ref(), depth + 1));
    let (dynamic_left, dynamic_right) = dynamic.unzip();
    Some((composite("array", &left, dynamic_left), composite("array", &right, dynamic_right)))
}

fn objects(a: &Object, b: &Object, depth: u32) -> (String, String) {
    let (mut left, mut right, mut some_left_out) = (Vec::new(), Vec::new(), false);
    let (mut rest_a, mut rest_b) = (a.properties.iter().peekable(), b.properties.iter().peekable());
    loop {
        let order = match (rest_a.peek(), rest_b.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.0.cmp(&b.0),
        };
        let a = if order.is_le() { rest_a.next() } else { None };
        let b = if order.is_ge() { rest_b.next() } else { None };
        match (a, b) {
            (Some(a), Some(b)) if looks_same(a.1.as_ref(), b.1.as_ref()) => some_left_out = true,
            (Some(a), Some(b)) => {
                let (l, r) = differ(a.1.as_ref(), b.1.as_ref(), depth + 1);
                left.push(property(&a.0, &l));
                right.push(property(&b.0, &r));
            }
            (a, b) => {
                left.extend(a.map(|(key, value)| property(key, &aside(value.as_ref()))));
                right.extend(b.map(|(key, value)| property(key, &aside(value.as_ref()))));
            }
        }
    }
    left.extend(left_out(some_left_out));
    right.extend(left_out(some_left_out));
    let alone = |dynamic: &Dynamic| format!("{}: {}", aside(dynamic.key.as_ref()), aside(dynamic.value.as_ref()));
    let (dynamic_left, dynamic_right) = match (&a.dynamic, &b.dynamic) {
        (Some(a), Some(b)) => {
            let (key_left, key_right) = differ(a.key.as_ref(), b.key.as_ref(), depth + 1);
            let (value_left, value_right) = differ(a.value.as_ref(), b.value.as_ref(), depth + 1);
            (Some(format!("{key_left}: {value_left}")), Some(format!("{key_right}: {value_right}")))
        }
        (a, b) => (a.as_ref().map(alone), b.as_ref().map(alone)),
    };
    (composite("object", &left, dynamic_left), composite("object", &right, dynamic_right))
}

fn members(of: &Type) -> &[Type] {
    match of {
        Type::Union(union) => &union.of,
        _ => &[],
    }
}

fn unions(a: &[Type], b: &[Type]) -> (String, String) {
    let texts = |of: &[Type]| -> Vec<String> { of.iter().map(Type::to_string).collect() };
    let (texts_a, texts_b) = (texts(a), texts(b));
    let some_left_out = texts_a.iter().any(|text| texts_b.contains(text));
    let only = |of: &[Type], texts: &[String], others: &[String], left_out_here: bool| {
        let kept = of.iter().zip(texts).filter(|(_, text)| !others.contains(text)).map(|(of, _)| aside(Some(of)));
        let all: Vec<String> = kept.chain(left_out(left_out_here)).collect();
        composite("any", &all, None)
    };
    (only(a, &texts_a, &texts_b, some_left_out), only(b, &texts_b, &texts_a, some_left_out))
}

fn functions(a: &Function, b: &Function, depth: u32) -> (String, String) {
    let pairs = a.args.iter().zip(&b.args).map(|(a, b)| differ(a.of.as_ref(), b.of.as_ref(), depth + 1));
    let (mut left, mut right): (Vec<String>, Vec<String>) = pairs.unzip();
    match (&a.variadic, &b.variadic) {
        (Some(a), Some(b)) => {
            let (l, r) = differ(Some(a), Some(b), depth + 1);
            left.push(format!("{l}..."));
            right.push(format!("{r}..."));
        }
        (a, b) => {
            left.extend(a.as_ref().map(|of| format!("{}...", aside(Some(of)))));
            right.extend(b.as_ref().map(|of| format!("{}...", aside(Some(of)))));
        }
    }
    let (result_left, result_right) = differ(a.result_type(), b.result_type(), depth + 1);
    (function_text(&left, &result_left), function_text(&right, &result_right))
}
