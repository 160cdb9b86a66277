//! `base64.*`, `base64url.*`, `hex.*` and `urlquery.*`.

use std::{collections::BTreeMap, fmt::Write};

use data_encoding::{BASE64, BASE64URL, BASE64URL_NOPAD, HEXLOWER};

use super::{
    Context, Failure, Function, Outcome,
    go::base64::{self, Alphabet},
    json::plain_json,
    string, wrong_type,
};
use crate::value::Value;

pub(super) const TABLE: &[(&str, Function)] = &[
    ("base64.decode", base64_decode),
    ("base64.encode", |_, operands| text(BASE64.encode(string(operands, 1)?.as_bytes()))),
    ("base64.is_valid", base64_is_valid),
    ("base64url.decode", base64url_decode),
    ("base64url.encode", |_, operands| text(BASE64URL.encode(string(operands, 1)?.as_bytes()))),
    ("base64url.encode_no_pad", |_, operands| text(BASE64URL_NOPAD.encode(string(operands, 1)?.as_bytes()))),
    ("hex.decode", hex_decode),
    ("hex.encode", |_, operands| text(HEXLOWER.encode(string(operands, 1)?.as_bytes()))),
    ("urlquery.decode", |_, operands| text(query_unescape(string(operands, 1)?)?)),
    ("urlquery.decode_object", decode_object),
    ("urlquery.encode", |_, operands| text(query_escape(string(operands, 1)?))),
    ("urlquery.encode_object", encode_object),
];

fn text(text: String) -> Outcome {
    Ok(Some(text.into()))
}

/// Bytes as text: every byte that is not part of a character becomes U+FFFD.
pub(crate) fn lossy(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    out
}

fn base64_decode(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    text(lossy(&base64::decode(string(operands, 1)?, Alphabet::Standard)?))
}

fn base64_is_valid(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let valid = operands[0].as_str().is_some_and(|text| base64::decode(text, Alphabet::Standard).is_ok());
    Ok(Some(valid.into()))
}

fn base64url_decode(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    text(lossy(&decode_base64url(string(operands, 1)?)?))
}

/// Decodes base64url with or without padding.
pub(crate) fn decode_base64url(encoded: &str) -> Result<Vec<u8>, String> {
    let padding = match encoded.len() % 4 {
        _ if encoded.ends_with('=') => "",
        0 => "",
        2 => "==",
        3 => "=",
        _ => return Err(format!("illegal base64url string: {encoded}")),
    };
    base64::decode(&format!("{encoded}{padding}"), Alphabet::Url)
}

fn hex_decode(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let encoded = string(operands, 1)?.as_bytes();
    let digit = |byte: u8| {
        char::from(byte).to_digit(16).ok_or_else(|| {
            let shown = match char::from(byte) {
                char if byte < 0x20 || (0x7f..=0xa0).contains(&byte) || byte == 0xad => {
                    format!("U+{:04X}", char as u32)
                }
                char => format!("U+{:04X} '{char}'", char as u32),
            };
            format!("encoding/hex: invalid byte: {shown}")
        })
    };
    let mut out = Vec::with_capacity(encoded.len() / 2);
    let mut pairs = encoded.chunks_exact(2);
    for pair in &mut pairs {
        out.push((digit(pair[0])? << 4 | digit(pair[1])?) as u8);
    }
    if let [rest] = pairs.remainder() {
        digit(*rest)?;
        return Err("encoding/hex: odd length hex string".into());
    }
    text(lossy(&out))
}

/// Text as part of a query: `a b` becomes `a+b`.
fn query_escape(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len());
    for byte in plain.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

fn query_unescape(escaped: &str) -> Result<String, String> {
    let bytes = escaped.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                out.push(percent(&bytes[at - 1..])?);
                at += 2;
            }
            _ => out.push(*byte),
        }
    }
    Ok(lossy(&out))
}

/// The byte of the `%41` that `escaped` begins with.
pub(super) fn percent(escaped: &[u8]) -> Result<u8, String> {
    let digit = |at: usize| escaped.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    match (digit(1), digit(2)) {
        (Some(high), Some(low)) => Ok((high << 4 | low) as u8),
        _ => {
            let shown = Value::from(lossy(&escaped[..escaped.len().min(3)]));
            Err(format!("invalid URL escape {shown}"))
        }
    }
}

fn decode_object(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    const MAX_PARAMETERS: usize = 10_000;
    let query = string(operands, 1)?;
    if query.matches('&').count() >= MAX_PARAMETERS {
        return Err("number of URL query parameters exceeded limit".into());
    }
    let mut parameters: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut error = None;
    for part in query.split('&').filter(|part| !part.is_empty()) {
        if part.contains(';') {
            error = Some("invalid semicolon separator in query".to_owned());
            continue;
        }
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        match query_unescape(key).and_then(|key| Ok((key, query_unescape(value)?))) {
            Ok((key, value)) => parameters.entry(key).or_default().push(value.into()),
            Err(message) => error = error.or(Some(message)),
        }
    }
    match error {
        Some(message) => Err(message.into()),
        None => Ok(Some(Value::object(parameters.into_iter().map(|(key, values)| (key.into(), Value::array(values)))))),
    }
}

fn encode_object(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let Value::Object(parameters) = plain_json(&operands[0]) else {
        return Err(wrong_type(1, &operands[0], &["object"]));
    };
    let wrong = || Failure::Operand("operand 1 values must be string, array[string], or set[string]".to_owned());
    let mut out = String::new();
    for (key, value) in parameters.iter() {
        let values = match value {
            Value::String(_) => std::slice::from_ref(value),
            Value::Array(items) => items,
            _ => return Err(wrong()),
        };
        for value in values {
            let value = value.as_str().ok_or_else(wrong)?;
            let and = if out.is_empty() { "" } else { "&" };
            let _ = write!(out, "{and}{}={}", query_escape(key.as_str().unwrap_or_default()), query_escape(value));
        }
    }
    text(out)
}
