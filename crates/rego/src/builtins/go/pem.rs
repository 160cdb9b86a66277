//! PEM blocks (RFC 7468), as leniently as Go finds them.

use super::base64::{Alphabet, decode};

/// One block.
pub struct Block {
    /// `CERTIFICATE`
    pub label: String,
    pub bytes: Vec<u8>,
}

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// The first block in a text and what stands behind it. What is no block is skipped.
pub fn first(text: &str) -> Option<(Block, &str)> {
    let mut rest = text;
    loop {
        let begin = if rest.starts_with(BEGIN) { 0 } else { rest.find("\n-----BEGIN ")? + 1 };
        let (label_line, body) = line(&rest[begin + BEGIN.len()..]);
        if let Some(label) = label_line.strip_suffix(DASHES)
            && let Some((bytes, after)) = content(label, body)
        {
            return Some((Block { label: label.to_owned(), bytes }, after));
        }
        rest = body;
    }
}

/// All blocks of a text.
pub fn all(text: &str) -> impl Iterator<Item = Block> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (block, after) = first(rest)?;
        rest = after;
        Some(block)
    })
}

/// A line without the white space at its end, and what comes next.
fn line(text: &str) -> (&str, &str) {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    (line.trim_end_matches([' ', '\t', '\r']), rest)
}

/// What is up to the end line of a block, and the text behind that.
fn content<'t>(label: &str, body: &'t str) -> Option<(Vec<u8>, &'t str)> {
    let mut rest = body;
    // Headers: `Proc-Type: 4,ENCRYPTED`
    loop {
        let (header, after) = line(rest);
        if header.contains(':') && !header.starts_with(DASHES) {
            rest = after;
        } else {
            break;
        }
    }
    let end = if rest.starts_with(END) { 0 } else { rest.find("\n-----END ")? + 1 };
    let (end_line, after) = line(&rest[end + END.len()..]);
    if end_line.strip_suffix(DASHES) != Some(label) {
        return None;
    }
    let encoded: String = rest[..end].chars().filter(|char| !matches!(char, ' ' | '\t' | '\r' | '\n')).collect();
    Some((decode(&encoded, Alphabet::Standard).ok()?, after))
}
