//! Types as messages show them.

use std::fmt::{self, Display, Formatter};

use super::lattice::{Arg, Function, Type};
use crate::value::Value;

/// `array[any]`, `object<a: string>[string: any]`, `any<number, string>`, `(number) => string`
impl Display for Type {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean => f.write_str("boolean"),
            Self::Number => f.write_str("number"),
            Self::String => f.write_str("string"),
            Self::Any => f.write_str("any"),
            Self::Recursive(recursive) => write!(f, "recursive({})", recursive.name),
            Self::Array(array) => {
                f.write_str("array")?;
                list(f, "<", array.items.iter().map(|item| shown(item.as_ref())), ">")?;
                array.dynamic.as_ref().map_or(Ok(()), |dynamic| write!(f, "[{dynamic}]"))
            }
            Self::Object(object) => {
                f.write_str("object")?;
                let properties = object.properties.iter();
                list(f, "<", properties.map(|(key, value)| property(key, &shown(value.as_ref()))), ">")?;
                match &object.dynamic {
                    Some(dynamic) => write!(f, "[{}: {}]", shown(dynamic.key.as_ref()), shown(dynamic.value.as_ref())),
                    None => Ok(()),
                }
            }
            Self::Set(set) => match &set.of {
                Some(of) => write!(f, "set[{of}]"),
                None => f.write_str("set"),
            },
            Self::Union(union) => {
                f.write_str("any")?;
                list(f, "<", union.of.iter().map(|of| shown(Some(of))), ">")
            }
            Self::Function(function) => write!(
                f,
                "{} => {}",
                args_text(&function.without_names().args, function.variadic.as_ref()),
                shown(function.result_type())
            ),
        }
    }
}

/// A type as text, or question marks where it is not known.
pub(super) struct Shown<'a>(Option<&'a Type>);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(of) => of.fmt(f),
            None => f.write_str("???"),
        }
    }
}

pub(super) fn shown(of: Option<&Type>) -> Shown<'_> {
    Shown(of)
}

/// `name: type`, or only the type.
pub(super) fn arg_text(arg: &Arg) -> String {
    match &arg.name {
        Some(name) => format!("{name}: {}", shown(arg.of.as_ref())),
        None => shown(arg.of.as_ref()).to_string(),
    }
}

/// `(x: number, any...)`
pub(super) fn args_text(args: &[Arg], variadic: Option<&Type>) -> String {
    let mut all: Vec<String> = args.iter().map(arg_text).collect();
    all.extend(variadic.map(|of| format!("{of}...")));
    format!("({})", all.join(", "))
}

pub(super) fn function_text(args: &[String], result: &str) -> String {
    format!("({}) => {result}", args.join(", "))
}

/// The result stands behind the operands, since calls are given their results as a last operand.
pub(super) fn with_result(function: &Function) -> Vec<Arg> {
    function.args.iter().chain(function.result.iter().filter(|result| result.of.is_some())).cloned().collect()
}

pub(super) fn property(key: &Value, value: &impl Display) -> String {
    format!("{}: {value}", key_text(key))
}

/// A key as plain text.
fn key_text(key: &Value) -> String {
    match key {
        Value::String(text) => text.to_string(),
        Value::Null => "<nil>".to_owned(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(key_text).collect();
            format!("[{}]", items.join(" "))
        }
        Value::Object(object) => {
            let entries: Vec<String> =
                object.iter().map(|(key, value)| format!("{}:{}", key_text(key), key_text(value))).collect();
            format!("map[{}]", entries.join(" "))
        }
        other => other.to_json(),
    }
}

fn list(
    f: &mut Formatter<'_>,
    open: &str,
    items: impl ExactSizeIterator<Item = impl Display>,
    close: &str,
) -> fmt::Result {
    if items.len() == 0 {
        return Ok(());
    }
    for (at, item) in items.enumerate() {
        write!(f, "{}{item}", if at == 0 { open } else { ", " })?;
    }
    f.write_str(close)
}
