//! Go's quoting of strings (`strconv.Quote`), which messages and `sprintf` use.

use std::{fmt::Write, sync::LazyLock};

use regex::Regex;

/// Whether Go prints a character as it is: letters, marks, numbers, punctuation, symbols and the space, of those that
/// Unicode 15.0 has.
pub fn is_printable(char: char) -> bool {
    static PRINTABLE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^[[\p{L}\p{M}\p{N}\p{P}\p{S} ]&&\p{age=15.0}]$").ok());
    if char.is_ascii() {
        return (' '..='~').contains(&char);
    }
    PRINTABLE.as_ref().is_some_and(|printable| printable.is_match(char.encode_utf8(&mut [0; 4])))
}

/// `"…"` with escapes as in Go; beyond ASCII only what is not printable is escaped, or everything with `ascii`.
pub fn quote(text: &str, ascii: bool) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for char in text.chars() {
        push_escaped(&mut out, char, '"', ascii);
    }
    out.push('"');
    out
}

/// `'…'`
pub fn quote_char(char: char, ascii: bool) -> String {
    let mut out = String::from("'");
    push_escaped(&mut out, char, '\'', ascii);
    out.push('\'');
    out
}

fn push_escaped(out: &mut String, char: char, quote: char, ascii: bool) {
    let short = match char {
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\u{c}' => 'f',
        '\n' => 'n',
        '\r' => 'r',
        '\t' => 't',
        '\u{b}' => 'v',
        char if char == quote || char == '\\' => char,
        char if is_printable(char) && (!ascii || char.is_ascii()) => return out.push(char),
        char => {
            // Writing to a String cannot fail.
            let _ = match char as u32 {
                code @ (0..0x20 | 0x7f) => write!(out, "\\x{code:02x}"),
                code @ 0..0x1_0000 => write!(out, "\\u{code:04x}"),
                code => write!(out, "\\U{code:08x}"),
            };
            return;
        }
    };
    out.push('\\');
    out.push(short);
}
