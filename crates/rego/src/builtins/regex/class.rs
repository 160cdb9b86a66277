//! Character classes in brackets.

use super::{escape, syntax::Problem};

const ASCII_CLASSES: &[&str] = &[
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word",
    "xdigit",
];

/// Rewrites a class; gives what follows it.
pub fn class(whole: &str) -> Result<(String, &str), Problem> {
    let mut rest = &whole[1..];
    let mut out = String::from("[");
    if let Some(after) = rest.strip_prefix('^') {
        out.push('^');
        rest = after;
    }
    // Something that matches nothing, lest the class becomes empty.
    out.push_str("[a&&b]");
    let mut first = true;
    loop {
        if let Some(after) = rest.strip_prefix(']').filter(|_| !first) {
            out.push(']');
            return Ok((out, after));
        }
        first = false;
        if let Some((text, after)) = named(rest)? {
            out.push_str(&text);
            rest = after;
        } else if let Some((text, after)) = in_class(rest)? {
            out.push_str(&text);
            rest = after;
        } else {
            rest = range(&mut out, rest, whole)?;
        }
    }
}

/// `[:alpha:]`, `[:^alpha:]`
fn named(text: &str) -> Result<Option<(String, &str)>, Problem> {
    if text.len() <= 2 || !text.starts_with("[:") {
        return Ok(None);
    }
    let Some(end) = text[2..].find(":]") else { return Ok(None) };
    let (piece, rest) = text.split_at(end + 4);
    let name = &piece[2..end + 2];
    match ASCII_CLASSES.contains(&name.strip_prefix('^').unwrap_or(name)) {
        true => Ok(Some((piece.to_owned(), rest))),
        false => Err(Problem::new("invalid character class range", piece)),
    }
}

fn in_class(text: &str) -> Result<Option<(String, &str)>, Problem> {
    if !text.starts_with('\\') {
        return Ok(None);
    }
    Ok(escape::unicode_class(text)?.or_else(|| escape::perl_class(text)))
}

/// One character of a class.
fn character<'p>(text: &'p str, whole: &str) -> Result<(u32, &'p str), Problem> {
    match text.chars().next() {
        None => Err(Problem::new("missing closing ]", whole)),
        Some('\\') => escape::character(text),
        Some(char) => Ok((char as u32, &text[char.len_utf8()..])),
    }
}

/// A character or a range of them.
fn range<'p>(out: &mut String, text: &'p str, whole: &str) -> Result<&'p str, Problem> {
    let (low, mut rest) = character(text, whole)?;
    let mut high = low;
    if rest.len() >= 2 && rest.starts_with('-') && !rest.starts_with("-]") {
        (high, rest) = character(&rest[1..], whole)?;
        if high < low {
            return Err(Problem::new("invalid character class range", &text[..text.len() - rest.len()]));
        }
    }
    // Surrogates are no characters here.
    const SURROGATES: std::ops::RangeInclusive<u32> = 0xd800..=0xdfff;
    let low = if SURROGATES.contains(&low) { 0xe000 } else { low };
    let high = if SURROGATES.contains(&high) { 0xd7ff } else { high };
    if low <= high {
        out.push_str(&format!(r"\x{{{low:x}}}-\x{{{high:x}}}"));
    }
    Ok(rest)
}
