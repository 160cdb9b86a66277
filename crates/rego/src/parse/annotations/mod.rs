//! `# METADATA` comments: which lines belong to one, what they say, and what they belong to.

mod attach;
mod decode;
mod fields;
mod yaml;

use super::state::Parser;
use crate::ast::{Annotations, Comment, Location, Scope};

pub(super) use attach::attach;

/// A block of metadata, not yet attached to anything.
pub(super) struct Block {
    /// `scope:` as written; empty where it was not.
    pub scope: String,
    pub annotations: Annotations,
}

impl Parser<'_> {
    /// Reads all blocks of metadata among the comments.
    pub fn metadata(&mut self) -> Vec<Block> {
        let mut comments = std::mem::take(&mut self.comments);
        let mut blocks = Vec::new();
        let mut rest = comments.as_mut_slice();
        while let Some(begin) = rest.iter().position(is_metadata) {
            let Some((first, behind)) = rest[begin..].split_first_mut() else { break };
            let mut row = first.location.row;
            let length = behind.iter().take_while(|comment| {
                row += 1;
                comment.location.col == 1 && comment.location.row == row && !is_metadata(comment)
            });
            let length = length.count();
            match block(first, &behind[..length]) {
                Ok(block) => {
                    // As in OPA, the first comment of a block then stands for all of it.
                    first.location = block.annotations.location.clone();
                    blocks.push(block);
                }
                Err((location, message)) => self.error_at(&location, message),
            }
            rest = &mut behind[length..];
        }
        self.comments = comments;
        blocks
    }
}

fn is_metadata(comment: &Comment) -> bool {
    comment.location.col == 1 && comment.text.trim().starts_with("METADATA")
}

/// The metadata of a block, or what is wrong with it and where.
fn block(first: &Comment, lines: &[Comment]) -> Result<Block, (Location, String)> {
    let mut text = String::new();
    for line in lines {
        text.push_str(line.text.strip_prefix(' ').unwrap_or(&line.text));
        text.push('\n');
    }
    let Some(last) = lines.last().filter(|_| !text.trim().is_empty()) else {
        return Err((first.location.clone(), "expected METADATA block, found whitespace".to_owned()));
    };
    let fields = match yaml::read(&text) {
        Ok(None) => decode::Fields::default(),
        Ok(Some(node)) => decode::fields(&node).map_err(|errors| {
            let message = format!("yaml: unmarshal errors:\n  {}", errors.join("\n  "));
            (place(&errors[0], lines, last), with_hints(message, lines))
        })?,
        Err(error) => return Err((place(&error, lines, last), with_hints(format!("yaml: {error}"), lines))),
    };
    let contents = fields::contents(&fields).map_err(|message| (first.location.clone(), message))?;
    let location = Location { end: last.location.end, ..first.location.clone() };
    let annotations = Annotations {
        scope: Scope::Rule,
        title: fields.title,
        description: fields.description,
        entrypoint: fields.entrypoint,
        organizations: fields.organizations,
        related_resources: contents.related_resources,
        authors: contents.authors,
        schemas: contents.schemas,
        compile: contents.compile,
        custom: contents.custom,
        labels: contents.labels,
        location,
        path: Vec::new(),
        target: None,
    };
    Ok(Block { scope: fields.scope, annotations })
}

/// The comment that a message of the form `line 3: …` is reported at, as OPA counts: one too far.
fn place(message: &str, lines: &[Comment], last: &Comment) -> Location {
    let line = message.strip_prefix("line ").and_then(|rest| rest.split(':').next()?.parse::<usize>().ok());
    let comment = match line {
        Some(line) => lines.get(line).unwrap_or(last),
        None => lines.first().unwrap_or(last),
    };
    comment.location.clone()
}

/// Adds what may be behind an error: a `:` that no space follows.
fn with_hints(mut message: String, lines: &[Comment]) -> String {
    for line in lines {
        let mut symbols = Vec::new();
        let mut parts = line.text.split(':').skip(1).peekable();
        while let Some(part) = parts.next() {
            match part.chars().next() {
                None if parts.peek().is_none() => break,
                Some(' ' | '\t') => break,
                char => symbols.push(quoted(char.unwrap_or(char::REPLACEMENT_CHARACTER))),
            }
        }
        if !symbols.is_empty() {
            message.push_str(&format!(
                "\n  Hint: on line {}, symbol(s) [{}] immediately following a key/value separator ':' is not a legal \
                 yaml space character",
                line.location.row,
                symbols.join(" ")
            ));
        }
    }
    message
}

/// A character between quotes, all but ASCII escaped.
fn quoted(char: char) -> String {
    match char {
        '\'' | '\\' => format!("'\\{char}'"),
        '\u{7}' => r"'\a'".to_owned(),
        '\u{8}' => r"'\b'".to_owned(),
        '\u{b}' => r"'\v'".to_owned(),
        '\u{c}' => r"'\f'".to_owned(),
        '\n' => r"'\n'".to_owned(),
        '\r' => r"'\r'".to_owned(),
        ' '..='~' => format!("'{char}'"),
        char if u32::from(char) < 0x80 => format!(r"'\x{:02x}'", u32::from(char)),
        char if u32::from(char) < 0x1_0000 => format!(r"'\u{:04x}'", u32::from(char)),
        char => format!(r"'\U{:08x}'", u32::from(char)),
    }
}
