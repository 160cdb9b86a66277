//! `regex.*`: patterns in Go's syntax, matched by the `regex` crate.

mod class;
mod escape;
mod expand;
mod pattern;
mod syntax;

use std::{ops::Range, sync::Arc};

use self::pattern::{Pattern, compile};
use super::{Context, Failure, Function, Outcome, go::quote::quote, integer, string};
use crate::value::Value;

pub(super) const TABLE: &[(&str, Function)] = &[
    ("re_match", is_match),
    ("regex.find_all_string_submatch_n", find_all_string_submatch_n),
    ("regex.find_n", find_n),
    ("regex.is_valid", is_valid),
    ("regex.match", is_match),
    ("regex.replace", replace),
    ("regex.split", split),
    ("regex.template_match", template_match),
];

fn is_valid(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some(operands[0].as_str().is_some_and(|pattern| syntax::translate(pattern).is_ok()).into()))
}

fn is_match(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (pattern, text) = (string(operands, 1)?, string(operands, 2)?);
    Ok(Some(compile(cx, pattern)?.is_match(text).into()))
}

/// Texts in an array, counted as used memory.
fn texts<'t>(cx: &mut Context<'_>, texts: impl Iterator<Item = &'t str>) -> Outcome {
    let mut values = Vec::new();
    for text in texts {
        cx.charge(text.len() + size_of::<Value>())?;
        values.push(Value::string(text));
    }
    Ok(Some(Value::Array(Arc::new(values))))
}

/// How many matches are wanted; negative numbers want all.
fn limit(operands: &[Value]) -> Result<usize, Failure> {
    Ok(usize::try_from(integer(operands, 3)?).unwrap_or(usize::MAX))
}

fn find_n(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (pattern, text, limit) = (string(operands, 1)?, string(operands, 2)?, limit(operands)?);
    let found = compile(cx, pattern)?.find_all(cx, text, limit)?;
    texts(cx, found.into_iter().map(|range| &text[range]))
}

fn find_all_string_submatch_n(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (pattern, text, limit) = (string(operands, 1)?, string(operands, 2)?, limit(operands)?);
    let found = compile(cx, pattern)?.capture_all(cx, text, limit)?;
    let mut matches = Vec::with_capacity(found.len());
    for groups in found {
        let groups = groups.into_iter().map(|group| group.map_or("", |range| &text[range]));
        matches.extend(texts(cx, groups)?);
    }
    Ok(Some(Value::Array(Arc::new(matches))))
}

fn split(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (pattern, text) = (string(operands, 1)?, string(operands, 2)?);
    let compiled = compile(cx, pattern)?;
    if text.is_empty() && !pattern.is_empty() {
        return texts(cx, [""].into_iter());
    }
    let mut parts = Vec::new();
    let (mut begin, mut end) = (0, 0);
    for range in compiled.find_all(cx, text, usize::MAX)? {
        end = range.start;
        if range.end != 0 {
            parts.push(&text[begin..end]);
        }
        begin = range.end;
    }
    if end != text.len() {
        parts.push(&text[begin..]);
    }
    texts(cx, parts.into_iter())
}

fn replace(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (text, pattern, template) = (string(operands, 1)?, string(operands, 2)?, string(operands, 3)?);
    let compiled = compile(cx, pattern)?;
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for groups in compiled.capture_all(cx, text, usize::MAX)? {
        let Some(Some(whole)) = groups.first().cloned() else { continue };
        out.push_str(&text[end..whole.start]);
        let before = out.len();
        expand::expand(&mut out, template, text, &groups, compiled.names());
        cx.charge(out.len() - before)?;
        end = whole.end;
    }
    out.push_str(&text[end..]);
    cx.charge(out.len())?;
    Ok(Some(out.into()))
}

/// Plain text with patterns between two delimiters.
fn template_match(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (template, text) = (string(operands, 1)?, string(operands, 2)?);
    let (start, end) = (string(operands, 3)?, string(operands, 4)?);
    // OPA reports the length of the first delimiter for both.
    let length =
        |which: &str| format!("{which} delimiter has to be exactly one character long but is {} long", start.len());
    let &[start_byte] = start.as_bytes() else { return Err(length("start").into()) };
    let &[end_byte] = end.as_bytes() else { return Err(length("end").into()) };
    let pattern = template_pattern(template, start_byte, end_byte)?;
    let compiled: Arc<Pattern> = compile(cx, &pattern)?;
    Ok(Some(compiled.is_match(text).into()))
}

fn template_pattern(template: &str, start: u8, end: u8) -> Result<String, Failure> {
    let mut pattern = String::from("^");
    let mut literal = 0;
    for Range { start, end } in delimited(template, start, end)? {
        let inner = &template[start + 1..end];
        quote_meta(&mut pattern, &template[literal..start]);
        pattern.push_str(&format!("({inner})"));
        syntax::translate(&format!("^{inner}$"))?;
        literal = end + 1;
    }
    quote_meta(&mut pattern, &template[literal..]);
    pattern.push('$');
    Ok(pattern)
}

/// From each outermost first delimiter to the second one that belongs to it.
fn delimited(template: &str, start: u8, end: u8) -> Result<Vec<Range<usize>>, Failure> {
    let unbalanced = || Failure::Failed(format!("unbalanced braces in {}", quote(template, false)));
    let mut ranges = Vec::new();
    let (mut level, mut open) = (0, 0);
    for (at, byte) in template.bytes().enumerate() {
        if byte == start {
            level += 1;
            if level == 1 {
                open = at;
            }
        } else if byte == end {
            level -= 1;
            match level {
                0 => ranges.push(open..at),
                1.. => {}
                _ => return Err(unbalanced()),
            }
        }
    }
    match level {
        0 => Ok(ranges),
        _ => Err(unbalanced()),
    }
}

fn quote_meta(pattern: &mut String, text: &str) {
    for char in text.chars() {
        if r"\.+*?()|[]{}^$".contains(char) {
            pattern.push('\\');
        }
        pattern.push(char);
    }
}
