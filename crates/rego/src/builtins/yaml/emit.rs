//! Values as YAML in blocks, each string in the plainest style that reads back the same.

use std::{cmp::Ordering, fmt::Write};

use crate::value::{Number, Plain, Value, double, resolve};

/// One document.
pub fn emit(value: &Value) -> Result<String, String> {
    let mut out = String::new();
    node(value, 0, true, &mut out)?;
    Ok(out)
}

fn indent(out: &mut String, depth: usize) {
    (0..depth).for_each(|_| out.push_str("  "));
}

/// Writes a value and the end of its line. `inline` is a collection that begins on the line of a `- `.
fn node(value: &Value, depth: usize, inline: bool, out: &mut String) -> Result<(), String> {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || match value {
        Value::Array(items) if !items.is_empty() => {
            for (at, item) in items.iter().enumerate() {
                if at > 0 || !inline {
                    indent(out, depth);
                }
                out.push_str("- ");
                node(item, depth + 1, true, out)?;
            }
            Ok(())
        }
        Value::Object(object) if !object.is_empty() => {
            let mut entries: Vec<(&str, &Value)> =
                object.iter().map(|(key, value)| (key.as_str().unwrap_or_default(), value)).collect();
            entries.sort_by(|(a, _), (b, _)| natural(a, b));
            for (at, (key, value)) in entries.into_iter().enumerate() {
                if at > 0 || !inline {
                    indent(out, depth);
                }
                entry(key, value, depth, out)?;
            }
            Ok(())
        }
        scalar => {
            self::scalar(scalar, depth, false, out)?;
            out.push('\n');
            Ok(())
        }
    })
}

fn entry(key: &str, value: &Value, depth: usize, out: &mut String) -> Result<(), String> {
    const MAX_SIMPLE_KEY: usize = 128;
    let simple = key.len() <= MAX_SIMPLE_KEY && !key.contains(is_break);
    if !simple {
        out.push_str("? ");
    }
    string(key, depth + usize::from(!simple), simple, out)?;
    if !simple {
        out.push('\n');
        indent(out, depth);
    }
    out.push(':');
    match value {
        Value::Array(items) if !items.is_empty() && simple => out.push('\n'),
        Value::Object(entries) if !entries.is_empty() && simple => out.push('\n'),
        _ => out.push(' '),
    }
    node(value, depth + 1, !simple, out)
}

fn scalar(value: &Value, depth: usize, key: bool, out: &mut String) -> Result<(), String> {
    match value {
        Value::String(text) => return string(text, depth, key, out),
        Value::Number(number) => out.push_str(&self::number(number)),
        Value::Array(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
        other => {
            let _ = write!(out, "{other}");
        }
    }
    Ok(())
}

fn number(number: &Number) -> String {
    match resolve(&number.to_string()) {
        Plain::Int(int) => int.to_string(),
        Plain::Float(float) => double(float, -4..6),
        _ => number.to_string(),
    }
}

fn is_break(char: char) -> bool {
    matches!(char, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_printable(char: char) -> bool {
    matches!(char, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}') && char != '\u{feff}'
}

/// Which styles a text can be written in.
struct Styles {
    plain: bool,
    single: bool,
    block: bool,
}

fn styles(text: &str) -> Styles {
    let blank = |char: Option<char>| char.is_none_or(|char| matches!(char, ' ' | '\t') || is_break(char));
    let mut indicators = text.starts_with("---") || text.starts_with("...");
    let (mut tab, mut special, mut breaks) = (false, false, false);
    let (mut space_break, mut break_space) = (false, false);
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        let ends_word = blank(chars.peek().copied());
        indicators |= match char {
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => {
                before.is_none() || (char == '#' && blank(before))
            }
            ':' => ends_word,
            '?' | '-' => before.is_none() && ends_word,
            _ => false,
        };
        tab |= char == '\t';
        special |= char != '\t' && !is_printable(char);
        breaks |= is_break(char);
        break_space |= char == ' ' && before.is_some_and(is_break);
        space_break |= is_break(char) && before == Some(' ');
        before = Some(char);
    }
    let outer = |char: Option<char>| char.is_some_and(|char| char == ' ' || is_break(char));
    let at_edge = outer(text.chars().next()) || outer(before);
    let single = !(break_space || space_break || tab || special);
    Styles {
        plain: single && !at_edge && !breaks && !indicators,
        single,
        block: !text.is_empty() && before != Some(' ') && !space_break && !special,
    }
}

fn string(text: &str, depth: usize, key: bool, out: &mut String) -> Result<(), String> {
    if text.contains(|char| matches!(char, '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')) {
        return Err("yaml: control characters are not allowed".to_owned());
    }
    let styles = styles(text);
    if text.contains('\n') {
        match styles.block && !key {
            true => literal(text, depth, out),
            false => double_quoted(text, out),
        }
        return Ok(());
    }
    let reads_back = resolve(text) == Plain::Text && text != "<<" && !is_timestamp(text) && !is_old(text);
    match reads_back {
        true if styles.plain => out.push_str(text),
        true if styles.single => {
            out.push('\'');
            out.push_str(&text.replace('\'', "''"));
            out.push('\'');
        }
        _ => double_quoted(text, out),
    }
    Ok(())
}

fn literal(text: &str, depth: usize, out: &mut String) {
    out.push('|');
    if text.starts_with([' ', '\n']) || text.starts_with(is_break) {
        out.push('2');
    }
    let mut ends = text.chars().rev();
    match (ends.next().is_some_and(is_break), ends.next()) {
        (false, _) => out.push('-'),
        (true, before) if before.is_none_or(is_break) => out.push('+'),
        _ => {}
    }
    let depth = depth.max(1);
    for line in text.split_inclusive(is_break) {
        if !out.ends_with('\n') {
            out.push('\n');
        }
        if !line.starts_with(is_break) {
            indent(out, depth);
        }
        out.push_str(line);
    }
    if out.ends_with('\n') {
        out.pop();
    }
}

fn double_quoted(text: &str, out: &mut String) {
    out.push('"');
    for char in text.chars() {
        let code = char as u32;
        let short = match char {
            '\0' => '0',
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{b}' => 'v',
            '\u{c}' => 'f',
            '\r' => 'r',
            '\u{1b}' => 'e',
            '"' => '"',
            '\\' => '\\',
            '\u{85}' => 'N',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            char if is_printable(char) => {
                out.push(char);
                continue;
            }
            _ => {
                let _ = match code {
                    0..=0xff => write!(out, "\\x{code:02X}"),
                    0x100..=0xffff => write!(out, "\\u{code:04X}"),
                    _ => write!(out, "\\U{code:08X}"),
                };
                continue;
            }
        };
        out.push('\\');
        out.push(short);
    }
    out.push('"');
}

/// What YAML 1.1 read as booleans or numbers of base 60.
fn is_old(text: &str) -> bool {
    let bools = ["y", "yes", "on", "n", "no", "off"];
    let cased = |word: &str| text == word || text == word.to_uppercase() || text == capital(word);
    if bools.into_iter().any(cased) {
        return true;
    }
    let (number, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let mut parts = number.strip_prefix(['+', '-']).unwrap_or(number).split(':');
    let first = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    let sixty = |part: &&str| match part.as_bytes() {
        [digit] => digit.is_ascii_digit(),
        [b'0'..=b'5', digit] => digit.is_ascii_digit(),
        _ => false,
    };
    !rest.is_empty()
        && first.starts_with(|char: char| char.is_ascii_digit())
        && digits(first)
        && rest.iter().all(sixty)
        && digits(fraction)
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

/// `2006-1-2`, and with a time of day: `2006-1-2T15:4:5.9Z`, `2006-1-2 15:4:5`.
fn is_timestamp(text: &str) -> bool {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some((&text[at..=at], &text[at + 1..]))),
        None => (text, None),
    };
    let small = |part: &str, min: u32, max: u32| {
        (1..=2).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && part.parse().is_ok_and(|number| (min..=max).contains(&number))
    };
    let mut parts = date.split('-');
    let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let is_date = year.len() == 4
        && year.bytes().all(|byte| byte.is_ascii_digit())
        && small(month, 1, 12)
        && month.parse().is_ok_and(|month: u32| small(day, 1, days(year.parse().unwrap_or(0), month)));
    let Some((mark, time)) = time.filter(|_| is_date) else { return is_date };
    let zone = time.find(['Z', '+', '-']);
    let (clock, zone) = time.split_at(zone.unwrap_or(time.len()));
    let zoned = zone == "Z"
        || zone.strip_prefix(['+', '-']).and_then(|zone| zone.split_once(':')).is_some_and(|(hour, minute)| {
            hour.len() == 2 && minute.len() == 2 && small(hour, 0, 24) && small(minute, 0, 60)
        });
    let (clock, fraction) = clock.split_once('.').map_or((clock, None), |(clock, fraction)| (clock, Some(fraction)));
    let mut parts = clock.split(':');
    let is_clock = parts.next().is_some_and(|hour| small(hour, 0, 23))
        && parts.next().is_some_and(|minute| small(minute, 0, 59))
        && parts.next().is_some_and(|second| small(second, 0, 59))
        && parts.next().is_none()
        && fraction.is_none_or(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()));
    is_clock && if mark == " " { zone.is_empty() } else { zoned }
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// The order of keys: numbers in them count as numbers, letters come behind everything else.
fn natural(a: &str, b: &str) -> Ordering {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let Some(at) = a.iter().zip(&b).position(|(a, b)| a != b) else { return a.len().cmp(&b.len()) };
    let in_digits = at > 0 && a[at - 1].is_numeric();
    match (a[at].is_alphabetic(), b[at].is_alphabetic()) {
        (true, true) => return a[at].cmp(&b[at]),
        (true, false) => return if in_digits { Ordering::Less } else { Ordering::Greater },
        (false, true) => return if in_digits { Ordering::Greater } else { Ordering::Less },
        (false, false) => {}
    }
    // Behind other digits a zero counts like any digit.
    let zero = a[at] == '0' || b[at] == '0';
    let before = a[..at].iter().rev().take_while(|char| char.is_numeric());
    let lead = i64::from(zero && before.into_iter().any(|char| *char != '0'));
    let run = |chars: &[char]| {
        let digits = chars[at..].iter().take_while(|char| char.is_numeric());
        digits.fold((lead, 0), |(number, len), digit| {
            let digit = i64::from(*digit as u32) - i64::from('0' as u32);
            (number.wrapping_mul(10).wrapping_add(digit), len + 1)
        })
    };
    run(&a).cmp(&run(&b)).then_with(|| a[at].cmp(&b[at]))
}
