//! Functions of strings. Positions and lengths are counted in characters (Unicode code points).

use std::sync::Arc;

use super::{
    Context, Failure, Function, Outcome, go::quote::is_printable, integer, items, object, string, wrong_element,
    wrong_type,
};
use crate::value::{Number, Value};

pub(super) const TABLE: &[(&str, Function)] = &[
    ("concat", concat),
    ("contains", contains),
    ("endswith", endswith),
    ("format_int", format_int),
    ("indexof", indexof),
    ("indexof_n", indexof_n),
    ("lower", lower),
    ("replace", replace),
    ("split", split),
    ("startswith", startswith),
    ("strings.any_prefix_match", any_prefix_match),
    ("strings.any_suffix_match", any_suffix_match),
    ("strings.count", count),
    ("strings.replace_n", replace_n),
    ("strings.reverse", reverse),
    ("strings.split_n", split_n),
    ("substring", substring),
    ("trim", trim),
    ("trim_left", trim_left),
    ("trim_prefix", trim_prefix),
    ("trim_right", trim_right),
    ("trim_space", trim_space),
    ("trim_suffix", trim_suffix),
    ("upper", upper),
];

/// A string value, counted as used memory.
fn text(cx: &mut Context<'_>, text: impl Into<Arc<str>>) -> Outcome {
    let text = text.into();
    cx.charge(text.len())?;
    Ok(Some(Value::String(text)))
}

fn texts<'t>(cx: &mut Context<'_>, parts: impl Iterator<Item = &'t str>) -> Outcome {
    let mut values = Vec::new();
    for part in parts {
        cx.charge(part.len() + size_of::<Value>())?;
        values.push(Value::string(part));
    }
    Ok(Some(Value::Array(Arc::new(values))))
}

fn concat(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let separator = string(operands, 1)?;
    let parts = items(&operands[1]).ok_or_else(|| wrong_type(2, &operands[1], &["set", "array"]))?;
    let parts = strings(operands, 2, parts)?;
    let length: usize = parts.iter().map(|part| part.len()).sum();
    cx.charge(length.saturating_add(separator.len().saturating_mul(parts.len())))?;
    Ok(Some(parts.join(separator).into()))
}

/// The items of the collection at a position, each of which has to be a string.
fn strings<'v>(operands: &'v [Value], position: usize, items: &'v [Value]) -> Result<Vec<&'v str>, Failure> {
    let each = |item: &'v Value| {
        item.as_str().ok_or_else(|| wrong_element(position, &operands[position - 1], item, &["string"]))
    };
    items.iter().map(each).collect()
}

fn contains(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (text, part) = (string(operands, 1)?, string(operands, 2)?);
    Ok(Some(text.contains(part).into()))
}

fn startswith(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (text, prefix) = (string(operands, 1)?, string(operands, 2)?);
    Ok(Some(text.starts_with(prefix).into()))
}

fn endswith(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (text, suffix) = (string(operands, 1)?, string(operands, 2)?);
    Ok(Some(text.ends_with(suffix).into()))
}

/// A string, or an array or set of strings.
fn one_or_many(operands: &[Value], position: usize) -> Result<Vec<&str>, Failure> {
    let operand = &operands[position - 1];
    match (operand, items(operand)) {
        (Value::String(text), _) => Ok(vec![text]),
        (_, Some(items)) => strings(operands, position, items),
        _ => Err(wrong_type(position, operand, &["string", "set", "array"])),
    }
}

fn any_match(cx: &mut Context<'_>, operands: &[Value], matches: fn(&str, &str) -> bool) -> Outcome {
    let (texts, affixes) = (one_or_many(operands, 1)?, one_or_many(operands, 2)?);
    for text in texts {
        cx.check()?;
        if affixes.iter().any(|affix| matches(text, affix)) {
            return Ok(Some(true.into()));
        }
    }
    Ok(Some(false.into()))
}

fn any_prefix_match(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    any_match(cx, operands, |text, prefix| text.starts_with(prefix))
}

fn any_suffix_match(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    any_match(cx, operands, |text, suffix| text.ends_with(suffix))
}

/// Fractions are cut off.
fn format_int(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (number, base) = (super::number(operands, 1)?, super::number(operands, 2)?);
    let radix = match base {
        Number::Int(radix @ (2 | 8 | 10 | 16)) => *radix as u32,
        _ => return Err(Failure::Operand("operand 2 must be one of {2, 8, 10, 16}".to_owned())),
    };
    let int = match number {
        Number::Text(literal) if literal.contains(['.', 'e', 'E']) => number.to_float().trunc(),
        other => other.to_bigint().unwrap_or_default(),
    };
    text(cx, int.to_str_radix(radix))
}

fn search(operands: &[Value]) -> Result<(&str, &str), Failure> {
    let (text, part) = (string(operands, 1)?, string(operands, 2)?);
    match part.is_empty() {
        true => Err("empty search character".into()),
        false => Ok((text, part)),
    }
}

fn indexof(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (text, part) = search(operands)?;
    Ok(Some(match text.find(part) {
        Some(at) => Value::int(text[..at].chars().count()),
        None => Value::int(-1),
    }))
}

/// Matches may overlap.
fn indexof_n(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (text, part) = search(operands)?;
    let mut found = Vec::new();
    let (mut at, mut index) = (0, 0);
    let step = part.chars().next().map_or(1, char::len_utf8);
    while let Some(next) = text[at..].find(part) {
        cx.charge(size_of::<Value>())?;
        cx.check()?;
        index += text[at..at + next].chars().count();
        found.push(Value::int(index));
        index += 1;
        at += next + step;
    }
    Ok(Some(Value::Array(Arc::new(found))))
}

/// Byte offset of a character, or the length where there are not as many.
fn offset(text: &str, chars: usize) -> usize {
    text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at)
}

fn substring(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let base = string(operands, 1)?;
    let (start, length) = (integer(operands, 2)?, integer(operands, 3)?);
    let Ok(start) = usize::try_from(start) else { return Err("negative offset".into()) };
    let rest = &base[offset(base, start)..];
    match usize::try_from(length) {
        Ok(length) => text(cx, &rest[..offset(rest, length)]),
        Err(_) => text(cx, rest),
    }
}

fn count(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (text, part) = (string(operands, 1)?, string(operands, 2)?);
    Ok(Some(Value::int(text.matches(part).count())))
}

/// Case mapping of single characters: what would become two stays as it is, and a sigma is the same everywhere.
fn lower(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let lower = |char: char| match char {
        'İ' => 'i',
        _ => only(char.to_lowercase()).unwrap_or(char),
    };
    text(cx, string(operands, 1)?.chars().map(lower).collect::<String>())
}

fn upper(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    text(cx, string(operands, 1)?.chars().map(upper_char).collect::<String>())
}

/// The only one, if Go's version of Unicode has it.
fn only(mut chars: impl Iterator<Item = char>) -> Option<char> {
    let first = chars.next()?;
    (chars.next().is_none() && is_printable(first)).then_some(first)
}

/// Greek letters with a small iota below have a single capital, though their full capital form are two letters.
fn upper_char(char: char) -> char {
    let distance = match char {
        'ᾀ'..='ᾇ' | 'ᾐ'..='ᾗ' | 'ᾠ'..='ᾧ' => 8,
        'ᾳ' | 'ῃ' | 'ῳ' => 9,
        _ => return only(char.to_uppercase()).unwrap_or(char),
    };
    char::from_u32(char as u32 + distance).unwrap_or(char)
}

fn split(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (text, separator) = (string(operands, 1)?, string(operands, 2)?);
    match separator {
        "" => texts(cx, characters(text)),
        _ => texts(cx, text.split(separator)),
    }
}

fn characters(text: &str) -> impl Iterator<Item = &str> {
    text.char_indices().map(move |(at, char)| &text[at..at + char.len_utf8()])
}

/// The first n parts, or the last ones if n is negative.
fn split_n(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (text, separator, n) = (string(operands, 1)?, string(operands, 2)?, integer(operands, 3)?);
    cx.charge(text.len())?;
    let parts: Vec<&str> = match separator {
        "" => characters(text).collect(),
        _ => text.split(separator).collect(),
    };
    let wanted = usize::try_from(n.unsigned_abs()).unwrap_or(usize::MAX).min(parts.len());
    match n >= 0 {
        true => texts(cx, parts[..wanted].iter().copied()),
        false => texts(cx, parts[parts.len() - wanted..].iter().copied()),
    }
}

fn replace(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (text, old, new) = (string(operands, 1)?, string(operands, 2)?, string(operands, 3)?);
    replace_all(cx, text, &[(old, new)])
}

fn replace_n(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (patterns, text) = (object(operands, 1)?, string(operands, 2)?);
    let mut pairs = Vec::with_capacity(patterns.len());
    for (old, new) in patterns.iter() {
        let problem = |what: &str| Failure::Operand(format!("operand 1 non-string {what} found in pattern object"));
        let old = old.as_str().ok_or_else(|| problem("key"))?;
        pairs.push((old, new.as_str().ok_or_else(|| problem("value"))?));
    }
    replace_all(cx, text, &pairs)
}

/// Replaces from left to right what was not replaced yet; the first pair that fits counts. An empty text to replace
/// stands before every byte, so that a character may be torn apart: each of its bytes then becomes U+FFFD.
fn replace_all(cx: &mut Context<'_>, base: &str, pairs: &[(&str, &str)]) -> Outcome {
    let mut by_first: Vec<Vec<(&[u8], &str)>> = vec![Vec::new(); 256];
    let mut empty = None;
    for (old, new) in pairs {
        match old.as_bytes() {
            [] => empty = Some(*new),
            old => by_first[usize::from(old[0])].push((old, new)),
        }
    }
    let bytes = base.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let (mut at, mut was_empty) = (0, false);
    while at <= bytes.len() {
        if at % 4096 == 0 {
            cx.check()?;
        }
        let found = match empty {
            Some(new) if !was_empty => Some((&[][..], new)),
            _ => bytes.get(at).and_then(|first| {
                by_first[usize::from(*first)].iter().copied().find(|(old, _)| bytes[at..].starts_with(old))
            }),
        };
        was_empty = found.is_some_and(|(old, _)| old.is_empty());
        if let Some((old, new)) = found {
            cx.charge(new.len())?;
            out.extend_from_slice(new.as_bytes());
            at += old.len();
            continue;
        }
        out.extend(bytes.get(at));
        at += 1;
    }
    text(cx, lossy(out))
}

/// Text from bytes, with U+FFFD for each byte that is not part of a character.
pub(super) fn lossy(bytes: Vec<u8>) -> String {
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return text,
        Err(error) => error.into_bytes(),
    };
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}

fn trim(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (base, cutset) = (string(operands, 1)?, string(operands, 2)?);
    text(cx, base.trim_matches(|char| cutset.contains(char)))
}

fn trim_left(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (base, cutset) = (string(operands, 1)?, string(operands, 2)?);
    text(cx, base.trim_start_matches(|char| cutset.contains(char)))
}

fn trim_right(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (base, cutset) = (string(operands, 1)?, string(operands, 2)?);
    text(cx, base.trim_end_matches(|char| cutset.contains(char)))
}

fn trim_prefix(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (base, prefix) = (string(operands, 1)?, string(operands, 2)?);
    text(cx, base.strip_prefix(prefix).unwrap_or(base))
}

fn trim_suffix(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (base, suffix) = (string(operands, 1)?, string(operands, 2)?);
    text(cx, base.strip_suffix(suffix).unwrap_or(base))
}

fn trim_space(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    text(cx, string(operands, 1)?.trim())
}

fn reverse(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    text(cx, string(operands, 1)?.chars().rev().collect::<String>())
}
