//! Durations: `1h30m`, `-1.5h`, and with days, weeks and years.

use super::layout::quote;
use crate::value::Value;

const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Hours in the units that are no multiple of a second by themselves.
const LONG_UNITS: [(&str, f64); 3] = [("d", 24.0), ("w", 7.0 * 24.0), ("y", 365.0 * 24.0)];

/// Nanoseconds of a duration whose units may also be `d`, `w` and `y`.
pub fn parse_extended(text: &str) -> Result<i64, String> {
    if !text.contains(['d', 'w', 'y']) {
        return parse_plain(text);
    }
    let invalid = || format!("time: invalid duration {}", Value::string(text));
    let in_hours = long_units_as_hours(text).ok_or_else(invalid)?;
    parse_plain(&in_hours).map_err(|message| {
        let before = message.rsplit_once(' ').map_or(message.as_str(), |(before, _)| before);
        format!("{before} {}", Value::string(text))
    })
}

fn long_units_as_hours(text: &str) -> Option<String> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mut out = text[..text.len() - unsigned.len()].to_owned();
    let mut rest = unsigned;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|char: char| char.is_ascii_digit() || char == '.').len();
        let (number, after) = rest.split_at(digits);
        let pair = ["ms", "us", "µs", "ns"].into_iter().find(|unit| after.starts_with(unit));
        let length = match (number.is_empty(), pair) {
            (true, _) => return None,
            (false, Some(unit)) => unit.len(),
            (false, None) if after.starts_with(|char: char| char.is_ascii_lowercase()) => 1,
            (false, None) => return None,
        };
        let (unit, after) = after.split_at(length);
        match LONG_UNITS.into_iter().find(|(long, _)| *long == unit) {
            Some((_, hours)) => {
                let number: f64 = number.parse().ok().filter(|number: &f64| number.is_finite())?;
                out += &format!("{}h", number * hours);
            }
            None => {
                out += number;
                out += unit;
            }
        }
        rest = after;
    }
    Some(out)
}

/// Nanoseconds of a duration.
pub fn parse_plain(text: &str) -> Result<i64, String> {
    let quoted = || quote(text.as_bytes());
    let invalid = || format!("time: invalid duration {}", quoted());
    let (negative, mut rest) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (whole, after) = digits_of(rest);
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after) => digits_of(after),
            None => ("", after),
        };
        if whole.is_empty() && fraction.is_empty() {
            return Err(invalid());
        }
        let unit_ends = after.find(|char: char| char == '.' || char.is_ascii_digit()).unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_ends);
        let whole = leading(whole).ok_or_else(invalid)?;
        if unit.is_empty() {
            return Err(format!("time: missing unit in duration {}", quoted()));
        }
        let Some((_, size)) = UNITS.into_iter().find(|(name, _)| *name == unit) else {
            return Err(format!("time: unknown unit {} in duration {}", quote(unit.as_bytes()), quoted()));
        };
        let mut nanos = whole.checked_mul(size).filter(|nanos| *nanos <= 1 << 63).ok_or_else(invalid)?;
        nanos += fraction_of(fraction, size);
        total = total.checked_add(nanos).filter(|total| *total <= 1 << 63).ok_or_else(invalid)?;
        rest = after;
    }
    match negative {
        true => Ok((total as i64).wrapping_neg()),
        false => i64::try_from(total).map_err(|_| invalid()),
    }
}

fn digits_of(text: &str) -> (&str, &str) {
    text.split_at(text.len() - text.trim_start_matches(|char: char| char.is_ascii_digit()).len())
}

fn leading(digits: &str) -> Option<u64> {
    if digits.is_empty() {
        return Some(0);
    }
    digits.parse().ok().filter(|number| *number <= 1 << 63)
}

/// Digits behind the point, as far as they fit, in nanoseconds.
fn fraction_of(digits: &str, size: u64) -> u64 {
    let (mut value, mut scale) = (0u64, 1f64);
    for digit in digits.bytes() {
        if value > (u64::MAX >> 1) / 10 {
            break;
        }
        let next = value * 10 + u64::from(digit - b'0');
        if next > 1 << 63 {
            break;
        }
        value = next;
        scale *= 10.0;
    }
    (value as f64 * (size as f64 / scale)) as u64
}
