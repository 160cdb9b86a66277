//! `json.marshal`, `json.unmarshal` and their kin: texts as Go's `encoding/json` writes and reads them.

use std::fmt::Write;

use super::super::{Context, Failure, Function, Outcome, string, wrong_type};
use crate::value::Value;

pub(in super::super) const TABLE: &[(&str, Function)] = &[
    ("json.is_valid", is_valid),
    ("json.marshal", |_, operands| Ok(Some(marshal(&operands[0]).into()))),
    ("json.marshal_with_options", marshal_with_options),
    ("json.unmarshal", unmarshal),
];

/// The value as JSON has it: sets become arrays, and keys that are no strings their JSON text.
pub(crate) fn plain_json(value: &Value) -> Value {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || match value {
        Value::Array(items) => Value::array(items.iter().map(plain_json)),
        Value::Set(set) => Value::array(set.iter().map(plain_json)),
        Value::Object(object) => Value::object(object.iter().map(|(key, value)| {
            let key = match key {
                Value::String(_) => key.clone(),
                other => marshal(other).into(),
            };
            (key, plain_json(value))
        })),
        scalar => scalar.clone(),
    })
}

/// One line of JSON.
pub(crate) fn marshal(value: &Value) -> String {
    let mut out = String::new();
    write(&plain_json(value), &mut out, None, 0);
    out
}

/// How an indented text begins its lines.
struct Layout<'o> {
    prefix: &'o str,
    indent: &'o str,
}

fn write(value: &Value, out: &mut String, layout: Option<&Layout<'_>>, depth: usize) {
    let line = |out: &mut String, depth: usize| {
        if let Some(layout) = layout {
            out.push('\n');
            out.push_str(layout.prefix);
            (0..depth).for_each(|_| out.push_str(layout.indent));
        }
    };
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || match value {
        Value::String(text) => quote(text, out),
        Value::Array(items) if !items.is_empty() => {
            for (at, item) in items.iter().enumerate() {
                out.push(if at == 0 { '[' } else { ',' });
                line(out, depth + 1);
                write(item, out, layout, depth + 1);
            }
            line(out, depth);
            out.push(']');
        }
        Value::Object(object) if !object.is_empty() => {
            for (at, (key, value)) in object.iter().enumerate() {
                out.push(if at == 0 { '{' } else { ',' });
                line(out, depth + 1);
                quote(key.as_str().unwrap_or_default(), out);
                out.push_str(if layout.is_some() { ": " } else { ":" });
                write(value, out, layout, depth + 1);
            }
            line(out, depth);
            out.push('}');
        }
        other => {
            let _ = write!(out, "{other}");
        }
    });
}

/// A string that can stand in a script of a web page: `<`, `>`, `&` and Unicode's line ends are escaped.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..'\u{20}' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", char as u32);
            }
            _ => out.push(char),
        }
    }
    out.push('"');
}

pub(crate) fn marshal_with_options(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let Value::Object(options) = &operands[1] else { return Err(wrong_type(2, &operands[1], &["object"])) };
    let (mut prefix, mut indent, mut pretty, mut given) = ("", "\t", None, false);
    for (at, (key, value)) in options.iter().enumerate() {
        let operand = |text: String| Failure::Operand(format!("operand 2 {text}"));
        let not_string = |value: &Value| format!("operand {at} must be string but got {}", value.kind());
        let name = key
            .as_str()
            .ok_or_else(|| operand(format!("failed to stringify key {key} at index {at}: {}", not_string(key))))?;
        let text =
            || value.as_str().ok_or_else(|| operand(format!("key {key} failed cast to string: {}", not_string(value))));
        match name {
            "prefix" => (prefix, given) = (text()?, true),
            "indent" => (indent, given) = (text()?, true),
            "pretty" => match value {
                Value::Bool(bool) => pretty = Some(*bool),
                _ => return Err(operand(format!("key {key} failed cast to bool"))),
            },
            _ => return Err(operand(format!("object contained unknown key {key}"))),
        }
    }
    if !pretty.unwrap_or(given) {
        return Ok(Some(marshal(&operands[0]).into()));
    }
    let mut out = prefix.to_owned();
    write(&plain_json(&operands[0]), &mut out, Some(&Layout { prefix, indent }), 0);
    Ok(Some(out.into()))
}

fn is_valid(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let valid = operands[0].as_str().is_some_and(|text| Value::from_json(text).is_ok());
    Ok(Some(valid.into()))
}

fn unmarshal(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some(parse(string(operands, 1)?)?))
}

/// Reads a text that is one JSON value.
pub(crate) fn parse(text: &str) -> Result<Value, String> {
    let (value, end) = Value::from_json_prefix(text).map_err(|error| match error.at_end {
        true if text.trim_ascii().is_empty() => "EOF".to_owned(),
        true => "unexpected EOF".to_owned(),
        false => error.message,
    })?;
    after_value(&text[end..])?;
    Ok(value)
}

/// Only white space may follow. OPA looks at one token and takes a `null` for the end.
fn after_value(rest: &str) -> Result<(), String> {
    let rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
    let token = match rest.chars().next() {
        None => return Ok(()),
        Some(open @ ('{' | '[')) => open.to_string(),
        Some(_) => match Value::from_json_prefix(rest) {
            Ok((Value::Null, _)) => return Ok(()),
            Ok((Value::String(text), _)) => text.to_string(),
            Ok((Value::Bool(bool), _)) => format!("%!s(bool={bool})"),
            Ok((value, _)) => value.to_string(),
            Err(error) if error.at_end => return Err("unexpected EOF".to_owned()),
            Err(error) => return Err(error.message),
        },
    };
    Err(format!("error: invalid character '{token}' after top-level value"))
}
