//! What a backslash begins. All functions take the text from the backslash on and give what follows.

use std::fmt::Write;

use regex::Regex;

use super::syntax::Problem;

/// A class without its brackets, and what follows.
pub type ClassItem<'p> = (String, &'p str);

/// Writes one character, or what matches nothing for a code that is no character.
pub fn push_literal(out: &mut String, code: u32) {
    match char::from_u32(code) {
        Some(char) if char.is_ascii_alphanumeric() => out.push(char),
        // Writing to a String cannot fail.
        Some(_) => drop(write!(out, r"\x{{{code:x}}}")),
        None => out.push_str(r"[a&&b]"),
    }
}

/// `\d`, `\s` and `\w`: of ASCII characters only.
pub fn perl_class(text: &str) -> Option<ClassItem<'_>> {
    let class = match text.as_bytes().get(1)? {
        b'd' => "0-9",
        b'D' => "[^0-9]",
        b's' => r"\t\n\f\r\x20",
        b'S' => r"[^\t\n\f\r\x20]",
        b'w' => "0-9A-Za-z_",
        b'W' => "[^0-9A-Za-z_]",
        _ => return None,
    };
    Some((class.to_owned(), &text[2..]))
}

/// `\pL`, `\p{Greek}`, `\P{^Lu}`
pub fn unicode_class(text: &str) -> Result<Option<ClassItem<'_>>, Problem> {
    let mut negated = match text.as_bytes().get(1) {
        Some(b'p') => false,
        Some(b'P') => true,
        _ => return Ok(None),
    };
    let invalid = |piece: &str| Problem::new("invalid character class range", piece);
    let first = text[2..].chars().next();
    let end = match first {
        Some('{') => text.find('}').ok_or_else(|| invalid(text))? + 1,
        Some(char) => 2 + char.len_utf8(),
        None => 2,
    };
    let (piece, rest) = text.split_at(end);
    let name = if first == Some('{') { &piece[3..end - 1] } else { &piece[2..] };
    let name = match name.strip_prefix('^') {
        Some(name) => {
            negated = !negated;
            name
        }
        None => name,
    };
    let word = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | ' ');
    if name.is_empty() || !name.chars().all(word) {
        return Err(invalid(piece));
    }
    // Go knows categories and scripts, not the other properties.
    let letter = if negated { 'P' } else { 'p' };
    let forms = ["gc", "sc"].map(|kind| format!(r"\{letter}{{{kind}={name}}}"));
    match forms.into_iter().find(|form| Regex::new(form).is_ok()) {
        Some(form) => Ok(Some((form, rest))),
        None => Err(invalid(piece)),
    }
}

/// The code of an escaped character.
pub fn character(text: &str) -> Result<(u32, &str), Problem> {
    let mut chars = text[1..].chars();
    let Some(char) = chars.next() else { return Err(Problem::new("trailing backslash at end of expression", "")) };
    let rest = chars.as_str();
    let invalid = |rest: &str| Err(Problem::new("invalid escape sequence", &text[..text.len() - rest.len()]));
    let octal = |byte: Option<&u8>| byte.is_some_and(|byte| (b'0'..=b'7').contains(byte));
    match char {
        // A single digit would be a reference to a group.
        '1'..='7' if !octal(rest.as_bytes().first()) => invalid(rest),
        '0'..='7' => {
            let more = rest.bytes().take(2).take_while(|byte| octal(Some(byte))).count();
            let code = u32::from_str_radix(&text[1..2 + more], 8).unwrap_or(0);
            Ok((code, &rest[more..]))
        }
        'x' => hexadecimal(text, rest),
        'a' => Ok((7, rest)),
        'f' => Ok((12, rest)),
        'n' => Ok((10, rest)),
        'r' => Ok((13, rest)),
        't' => Ok((9, rest)),
        'v' => Ok((11, rest)),
        char if char.is_ascii() && !char.is_ascii_alphanumeric() => Ok((char as u32, rest)),
        _ => invalid(rest),
    }
}

/// `\x7f` or `\x{10ffff}`; `rest` is what follows the `x`.
fn hexadecimal<'p>(text: &'p str, rest: &'p str) -> Result<(u32, &'p str), Problem> {
    let invalid = |rest: &str| Problem::new("invalid escape sequence", &text[..text.len() - rest.len()]);
    let mut chars = rest.chars();
    if !rest.starts_with('{') {
        let digits = [chars.next(), chars.next()].map(|char| char.and_then(|char| char.to_digit(16)));
        return match digits {
            [Some(high), Some(low)] => Ok((high * 16 + low, chars.as_str())),
            _ => Err(invalid(chars.as_str())),
        };
    }
    chars.next();
    let mut code = None;
    loop {
        match chars.next() {
            Some('}') if code.is_some() => return Ok((code.unwrap_or(0), chars.as_str())),
            Some(char) => {
                let digit = char.to_digit(16).map(|digit| code.unwrap_or(0) * 16 + digit);
                code = digit.filter(|code| *code <= 0x10ffff);
                if code.is_none() {
                    return Err(invalid(chars.as_str()));
                }
            }
            None => return Err(invalid("")),
        }
    }
}
