//! JSON texts to values. serde_json would either round numbers or, with `arbitrary_precision`, change how every crate
//! of the build sees them; Rego has to keep each number as it was written.

use std::{fmt, sync::Arc};

use super::{Number, Value};

/// Nesting deeper than this is refused.
const MAX_DEPTH: usize = 10_000;

/// Why a text is not JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    /// What was wrong.
    pub message: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in bytes, from 1.
    pub column: usize,
    /// Whether the text ended too early.
    pub at_end: bool,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at line {} column {}", self.message, self.line, self.column)
    }
}

impl std::error::Error for JsonError {}

impl Value {
    /// Reads one JSON text (RFC 8259). Numbers keep the way they are written; of equal keys the last counts.
    pub fn from_json(text: &str) -> Result<Self, JsonError> {
        let mut reader = Reader { bytes: text.as_bytes(), text, at: 0, depth: 0 };
        let value = reader.value()?;
        reader.space();
        match reader.at == reader.bytes.len() {
            true => Ok(value),
            false => Err(reader.unexpected("after top-level value")),
        }
    }

    /// Reads the first of several JSON texts, and says at which byte it ended.
    pub fn from_json_prefix(text: &str) -> Result<(Self, usize), JsonError> {
        let mut reader = Reader { bytes: text.as_bytes(), text, at: 0, depth: 0 };
        let value = reader.value()?;
        Ok((value, reader.at))
    }
}

struct Reader<'t> {
    bytes: &'t [u8],
    text: &'t str,
    at: usize,
    depth: usize,
}

/// Escapes in JSON what HTML would misread, as Go does.
pub(crate) fn escape_html(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len() + 16);
    // These characters can only be within strings.
    for char in json.chars() {
        match char {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => escaped.push_str(&format!("\\u{:04x}", char as u32)),
            char => escaped.push(char),
        }
    }
    escaped
}

impl Reader<'_> {
    fn error(&self, message: impl Into<String>) -> JsonError {
        let before = &self.bytes[..self.at.min(self.bytes.len())];
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        JsonError {
            message: message.into(),
            line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
            column: before.len() - line_start + 1,
            at_end: self.at >= self.bytes.len(),
        }
    }

    fn space(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// The byte here does not fit. The words are those of Go's `encoding/json`, which policies can see.
    fn unexpected(&self, place: &str) -> JsonError {
        let shown = match self.bytes.get(self.at) {
            None => return self.error("unexpected end of JSON input"),
            Some(b'\'') => "\\'".to_owned(),
            Some(b'"') => "\"".to_owned(),
            Some(byte @ (0..0x20 | b'\\' | 0x7f)) => {
                let quoted = Value::from(char::from(*byte).to_string()).to_string();
                quoted.trim_matches('"').to_owned()
            }
            Some(byte @ (0x80..=0xa0 | 0xad)) => format!("\\u{byte:04x}"),
            Some(byte) => char::from(*byte).to_string(),
        };
        self.error(format!("invalid character '{shown}' {place}"))
    }

    fn value(&mut self) -> Result<Value, JsonError> {
        self.space();
        match self.bytes.get(self.at) {
            Some(b'{' | b'[') if self.depth == MAX_DEPTH => Err(self.error("exceeded max depth")),
            Some(b'{') => stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.object()),
            Some(b'[') => stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.array()),
            Some(b'"') => Ok(Value::String(self.string()?.into())),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            _ => Err(self.unexpected("looking for beginning of value")),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, JsonError> {
        for expected in word.chars() {
            if self.bytes.get(self.at).copied().map(char::from) != Some(expected) {
                return Err(self.unexpected(&format!("in literal {word} (expecting '{expected}')")));
            }
            self.at += 1;
        }
        Ok(value)
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let start = self.at;
        self.skip(b"-");
        if !self.skip(b"0") {
            self.digits("in numeric literal")?;
        }
        if self.skip(b".") {
            self.digits("after decimal point in numeric literal")?;
        }
        if self.skip(b"eE") {
            self.skip(b"+-");
            self.digits("in exponent of numeric literal")?;
        }
        Ok(Value::Number(Number::from_literal(&self.text[start..self.at])))
    }

    fn skip(&mut self, any_of: &[u8]) -> bool {
        let found = self.bytes.get(self.at).is_some_and(|byte| any_of.contains(byte));
        self.at += usize::from(found);
        found
    }

    fn digits(&mut self, place: &str) -> Result<(), JsonError> {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        if self.at == start { Err(self.unexpected(place)) } else { Ok(()) }
    }

    fn array(&mut self) -> Result<Value, JsonError> {
        self.depth += 1;
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.bytes.get(self.at) == Some(&b']') {
            self.at += 1;
        } else {
            loop {
                items.push(self.value()?);
                self.space();
                match self.bytes.get(self.at) {
                    Some(b',') => self.at += 1,
                    Some(b']') => break self.at += 1,
                    _ => return Err(self.unexpected("after array element")),
                }
            }
        }
        self.depth -= 1;
        Ok(Value::Array(Arc::new(items)))
    }

    fn object(&mut self) -> Result<Value, JsonError> {
        self.depth += 1;
        self.at += 1;
        let mut entries = Vec::new();
        self.space();
        if self.bytes.get(self.at) == Some(&b'}') {
            self.at += 1;
        } else {
            loop {
                self.space();
                if self.bytes.get(self.at) != Some(&b'"') {
                    return Err(self.unexpected("looking for beginning of object key string"));
                }
                let key = Value::String(self.string()?.into());
                self.space();
                if self.bytes.get(self.at) != Some(&b':') {
                    return Err(self.unexpected("after object key"));
                }
                self.at += 1;
                entries.push((key, self.value()?));
                self.space();
                match self.bytes.get(self.at) {
                    Some(b',') => self.at += 1,
                    Some(b'}') => break self.at += 1,
                    _ => return Err(self.unexpected("after object key:value pair")),
                }
            }
        }
        self.depth -= 1;
        Ok(Value::object(entries))
    }

    fn string(&mut self) -> Result<String, JsonError> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let start = self.at;
            while self.bytes.get(self.at).is_some_and(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)) {
                self.at += 1;
            }
            out.push_str(&self.text[start..self.at]);
            match self.bytes.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => {
                    self.at += 1;
                    out.push(self.escape()?);
                }
                _ => return Err(self.unexpected("in string literal")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let byte = self.bytes.get(self.at).copied();
        let plain = match byte {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.unicode();
            }
            _ => return Err(self.unexpected("in string escape code")),
        };
        self.at += 1;
        Ok(plain)
    }

    /// A UTF-16 code unit, or a pair; a lone surrogate becomes U+FFFD.
    fn unicode(&mut self) -> Result<char, JsonError> {
        let unit = self.hex4()?;
        if !(0xd800..0xdc00).contains(&unit) {
            return Ok(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let after = self.at;
        if self.bytes[self.at..].starts_with(b"\\u") {
            self.at += 2;
            let low = self.hex4()?;
            if (0xdc00..0xe000).contains(&low) {
                let code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = after;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn hex4(&mut self) -> Result<u32, JsonError> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.bytes.get(self.at).and_then(|byte| char::from(*byte).to_digit(16));
            unit = unit << 4 | digit.ok_or_else(|| self.unexpected("in \\u hexadecimal character escape"))?;
            self.at += 1;
        }
        Ok(unit)
    }
}
