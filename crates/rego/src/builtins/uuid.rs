//! `uuid.*`

use std::collections::BTreeMap;

use super::{Context, Function, Outcome, string};
use crate::value::Value;

pub(super) const TABLE: &[(&str, Function)] = &[("uuid.parse", parse), ("uuid.rfc4122", rfc4122)];

/// Made in this query, by key.
#[derive(Default)]
struct Made(BTreeMap<Value, Value>);

/// A random UUID, the same for the same key within a query.
fn rfc4122(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let key = &operands[0];
    if let Some(made) = cx.memory.of::<Made>().0.get(key) {
        return Ok(Some(made.clone()));
    }
    let mut bytes = [0; 16];
    cx.env.host.random(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = hex::encode(bytes);
    let text = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-");
    cx.charge(128)?;
    let made = Value::from(text);
    cx.memory.of::<Made>().0.insert(key.clone(), made.clone());
    Ok(Some(made))
}

/// The bytes of a UUID: plain, as URN, without hyphens, or with any character around it.
fn read(text: &str) -> Option<[u8; 16]> {
    let bytes = text.as_bytes();
    let body = match bytes.len() {
        36 => bytes,
        45 if bytes[..9].eq_ignore_ascii_case(b"urn:uuid:") => &bytes[9..],
        38 => &bytes[1..37],
        32 => return decode(bytes),
        _ => return None,
    };
    let hyphens = [8, 13, 18, 23];
    if hyphens.iter().any(|at| body[*at] != b'-') {
        return None;
    }
    let digits: Vec<u8> =
        body.iter().enumerate().filter(|(at, _)| !hyphens.contains(at)).map(|(_, byte)| *byte).collect();
    decode(&digits)
}

fn decode(digits: &[u8]) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    hex::decode_to_slice(digits, &mut bytes).ok().map(|()| bytes)
}

/// What a UUID says; undefined for other texts.
fn parse(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let Some(bytes) = read(string(operands, 1)?) else { return Ok(None) };
    let number =
        |range: std::ops::Range<usize>| bytes[range].iter().fold(0_i64, |sum, byte| sum << 8 | i64::from(*byte));
    let version = bytes[6] >> 4;
    let variant = match bytes[8] {
        0x80..=0xbf => "RFC4122",
        0xc0..=0xdf => "Microsoft",
        0xe0..=0xff => "Future",
        _ => "Reserved",
    };
    let mut entries = vec![("version", Value::int(version)), ("variant", Value::from(variant))];
    if version == 1 || version == 2 {
        // Counted in 100 ns since the Gregorian calendar began.
        const EPOCH: i64 = 0x01b2_1dd2_1381_4000;
        let ticks = (number(6..8) & 0x0fff) << 48 | number(4..6) << 32 | number(0..4);
        let address = bytes[10..].iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join("-");
        let kind = match bytes[10] & 0b11 {
            0b11 => "local:multicast",
            0b01 => "global:multicast",
            0b10 => "local:unicast",
            _ => "global:unicast",
        };
        entries.push(("time", Value::int((ticks - EPOCH).wrapping_mul(100))));
        entries.push(("nodeid", address.into()));
        entries.push(("macvariables", kind.into()));
        entries.push(("clocksequence", Value::int(number(8..10) & 0x3fff)));
    }
    if version == 2 {
        let domain = match bytes[9] {
            0 => "Person".to_owned(),
            1 => "Group".to_owned(),
            2 => "Org".to_owned(),
            other => format!("Domain{other}"),
        };
        entries.push(("id", Value::int(number(0..4))));
        entries.push(("domain", domain.into()));
    }
    Ok(Some(Value::object(entries.into_iter().map(|(key, value)| (Value::from(key), value)))))
}
