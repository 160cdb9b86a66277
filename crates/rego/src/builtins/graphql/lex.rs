//! Texts to tokens (GraphQL, October 2021, section 2.1).

use super::node::Position;
use crate::value::Value;

/// Kinds of tokens. `Invalid` is a text that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Invalid,
    End,
    /// `!`, `...` and the like.
    Mark(&'static str),
    Name,
    Int,
    Float,
    String,
    BlockString,
    Comment,
}

impl Kind {
    /// As messages call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invalid => "<Invalid>",
            Self::End => "<EOF>",
            Self::Mark(mark) => mark,
            Self::Name => "Name",
            Self::Int => "Int",
            Self::Float => "Float",
            Self::String => "String",
            Self::BlockString => "BlockString",
            Self::Comment => "Comment",
        }
    }
}

/// A token, its value without quotes, and where it begins.
#[derive(Debug, Clone)]
pub struct Token {
    pub kind: Kind,
    pub value: String,
    pub position: Position,
}

impl Token {
    /// As messages show it: `Name "x"`.
    pub fn shown(&self) -> String {
        match self.value.is_empty() {
            true => self.kind.name().to_owned(),
            false => format!("{} {}", self.kind.name(), Value::from(self.value.as_str())),
        }
    }
}

pub struct Lexer<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    /// Where the line begins, in bytes.
    line_start: usize,
}

const MARKS: [&str; 13] = ["!", "$", "&", "(", ")", "...", ":", "=", "@", "[", "]", "{", "}"];

impl<'t> Lexer<'t> {
    pub fn new(text: &'t str) -> Self {
        Self { text, at: 0, line: 1, line_start: 0 }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn position(&self, start: usize) -> Position {
        let column = self.text.get(self.line_start..start).map_or(0, |before| before.chars().count());
        (self.line, column + 1)
    }

    /// A line end has just been passed.
    fn new_line(&mut self) {
        self.line += 1;
        self.line_start = self.at;
    }

    fn space(&mut self) {
        loop {
            match self.byte() {
                Some(b'\t' | b' ' | b',') => self.at += 1,
                Some(b'\n') => {
                    self.at += 1;
                    self.new_line();
                }
                Some(b'\r') => {
                    self.at += 1;
                    self.new_line();
                    self.at += usize::from(self.byte() == Some(b'\n'));
                }
                _ if self.rest().starts_with('\u{feff}') => self.at += '\u{feff}'.len_utf8(),
                _ => return,
            }
        }
    }

    pub fn next(&mut self) -> Token {
        self.space();
        let start = self.at;
        let Some(byte) = self.byte() else { return self.token(Kind::End, start, "") };
        if byte == b'|' {
            self.at += 1;
            return self.token(Kind::Mark("|"), start, "");
        }
        if let Some(mark) = MARKS.iter().find(|mark| self.rest().starts_with(**mark)) {
            self.at += mark.len();
            return self.token(Kind::Mark(mark), start, "");
        }
        match byte {
            b'#' => {
                self.skip(|char| char > '\u{1f}' || char == '\t');
                self.token(Kind::Comment, start, &self.text[start..self.at])
            }
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                self.skip(|char| char.is_ascii_alphanumeric() || char == '_');
                self.token(Kind::Name, start, &self.text[start..self.at])
            }
            b'-' | b'0'..=b'9' => self.number(start),
            b'"' if self.rest().starts_with("\"\"\"") => self.block_string(start),
            b'"' => self.string(start),
            _ => self.invalid(),
        }
    }

    fn token(&self, kind: Kind, start: usize, value: &str) -> Token {
        Token { kind, value: value.to_owned(), position: self.position(start) }
    }

    fn invalid(&self) -> Token {
        self.token(Kind::Invalid, self.at, "")
    }

    fn skip(&mut self, wanted: impl Fn(char) -> bool) -> bool {
        let rest = self.rest();
        let len = rest.find(|char| !wanted(char)).unwrap_or(rest.len());
        self.at += len;
        len > 0
    }

    fn skip_one(&mut self, any_of: &[u8]) -> bool {
        let found = self.byte().is_some_and(|byte| any_of.contains(&byte));
        self.at += usize::from(found);
        found
    }

    fn number(&mut self, start: usize) -> Token {
        let digit = |char: char| char.is_ascii_digit();
        let mut kind = Kind::Int;
        self.skip_one(b"-");
        if self.skip_one(b"0") {
            if self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
                return self.invalid();
            }
        } else if !self.skip(digit) {
            return self.invalid();
        }
        if self.skip_one(b".") {
            kind = Kind::Float;
            if !self.skip(digit) {
                return self.invalid();
            }
        }
        if self.skip_one(b"eE") {
            kind = Kind::Float;
            self.skip_one(b"+-");
            if !self.skip(digit) {
                return self.invalid();
            }
        }
        self.token(kind, start, &self.text[start..self.at])
    }

    fn string(&mut self, start: usize) -> Token {
        self.at += 1;
        let mut value = String::new();
        loop {
            let Some(char) = self.rest().chars().next() else { return self.invalid() };
            match char {
                '"' => {
                    self.at += 1;
                    // A string counts from behind its quote.
                    return self.token(Kind::String, start + 1, &value);
                }
                '\\' => match self.escape() {
                    Some(char) => value.push(char),
                    None => {
                        self.at += 1;
                        return self.invalid();
                    }
                },
                '\t' | ' '.. => {
                    value.push(char);
                    self.at += char.len_utf8();
                }
                _ => return self.invalid(),
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let bytes = &self.text.as_bytes()[self.at..];
        let char = match bytes.get(1)? {
            byte @ (b'"' | b'/' | b'\\') => char::from(*byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let digits = std::str::from_utf8(bytes.get(2..6)?).ok().filter(|_| bytes.len() > 6)?;
                let all = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                let code = u32::from_str_radix(digits, 16).ok().filter(|_| all)?;
                self.at += 6;
                return Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            _ => return None,
        };
        self.at += 2;
        Some(char)
    }

    fn block_string(&mut self, start: usize) -> Token {
        self.at += 3;
        let mut raw = String::new();
        loop {
            let rest = self.rest();
            let quotes = rest.bytes().take_while(|byte| *byte == b'"').count();
            if quotes >= 3 {
                raw.extend(std::iter::repeat_n('"', quotes - 3));
                let token = self.token(Kind::BlockString, start + 3, &unindented(&raw));
                self.at += quotes;
                return token;
            }
            if rest.starts_with("\\\"\"\"") {
                raw.push_str("\"\"\"");
                self.at += 4;
                continue;
            }
            let Some(char) = rest.chars().next() else { return self.invalid() };
            match char {
                '\r' | '\n' => {
                    self.at += if rest.starts_with("\r\n") { 2 } else { 1 };
                    raw.push('\n');
                    self.new_line();
                }
                '\t' | ' '.. => {
                    raw.push(char);
                    self.at += char.len_utf8();
                }
                _ => return self.invalid(),
            }
        }
    }
}

/// A block string without the indentation that all lines have, and without empty lines at its ends.
fn unindented(raw: &str) -> String {
    let indent = |line: &str| line.find(|char| char != ' ' && char != '\t');
    let lines: Vec<&str> = raw.split('\n').collect();
    let common = lines.iter().filter_map(|line| indent(line)).min();
    let cut = |(at, line): (usize, &&'_ str)| match common {
        Some(common) if at > 0 => line.get(common..).unwrap_or("").to_owned(),
        _ => (*line).to_owned(),
    };
    let lines: Vec<String> = lines.iter().enumerate().map(cut).collect();
    let first = lines.iter().position(|line| indent(line).is_some());
    let last = lines.iter().rposition(|line| indent(line).is_some());
    match (first, last) {
        (Some(first), Some(last)) => lines[first..=last].join("\n"),
        _ => String::new(),
    }
}
