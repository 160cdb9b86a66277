//! Values as Rego text: `{"a": [1, true]}`, `{1, 2}`, `set()`.

use std::fmt;

use super::Value;

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(bool) => write!(f, "{bool}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::String(text) => quote(text, f),
            Self::Array(items) => list(f, "[", "]", items.iter()),
            Self::Object(object) => {
                f.write_str("{")?;
                for (at, (key, value)) in object.iter().enumerate() {
                    let comma = if at > 0 { ", " } else { "" };
                    write!(f, "{comma}{key}: {value}")?;
                }
                f.write_str("}")
            }
            Self::Set(set) if set.is_empty() => f.write_str("set()"),
            Self::Set(set) => list(f, "{", "}", set.iter()),
        }
    }
}

fn list<'a>(
    f: &mut fmt::Formatter<'_>,
    open: &str,
    close: &str,
    items: impl Iterator<Item = &'a Value>,
) -> fmt::Result {
    f.write_str(open)?;
    for (at, item) in items.enumerate() {
        let comma = if at > 0 { ", " } else { "" };
        write!(f, "{comma}{item}")?;
    }
    f.write_str(close)
}

/// A string literal: printable characters as they are, others escaped.
pub(crate) fn quote(text: &str, f: &mut impl fmt::Write) -> fmt::Result {
    f.write_char('"')?;
    for char in text.chars() {
        match char {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '\u{7}' => f.write_str("\\a")?,
            '\u{8}' => f.write_str("\\b")?,
            '\u{c}' => f.write_str("\\f")?,
            '\u{b}' => f.write_str("\\v")?,
            char if (char as u32) < 0x20 || char == '\u{7f}' => write!(f, "\\x{:02x}", char as u32)?,
            char if is_printable(char) => f.write_char(char)?,
            char if (char as u32) < 0x10000 => write!(f, "\\u{:04x}", char as u32)?,
            char => write!(f, "\\U{:08x}", char as u32)?,
        }
    }
    f.write_char('"')
}

/// Whether a character shows: no control or format character, no space but the plain one.
fn is_printable(char: char) -> bool {
    // The standard library also escapes marks that would combine with what stands before, but only at the start.
    char.is_ascii() || !['a', char].iter().collect::<String>().escape_debug().skip(1).any(|shown| shown == '\\')
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
