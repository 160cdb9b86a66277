//! Documents from files and stdin, one after the other: NDJSON, a JSON array, or JSON values in a row.

use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

use crate::error::{Error, Result};
use crate::model::NewDocument;
use crate::services::search::{MAX_DOCUMENT_BYTES, check};

/// The longest line that is read: a document in its most wasteful spelling.
const MAX_LINE: u64 = MAX_DOCUMENT_BYTES as u64 * 2;

/// Where a bad document stands, and why it is bad.
#[derive(Debug)]
pub struct BadDocument {
    pub message: String,
    /// Whether what follows it can still be read
    pub can_go_on: bool,
}

/// Reads documents and counts bytes on the way.
pub struct Input {
    name: String,
    reader: BufReader<Counted<Box<dyn Read + Send>>>,
    line: u64,
    bytes: Arc<AtomicU64>,
    /// Inside a JSON array, after its bracket
    in_array: bool,
    /// No element of the array was read yet
    first: bool,
    started: bool,
    /// Fills in what a document does not say
    pub defaults: Defaults,
}

/// What documents get that do not say it themselves.
#[derive(Debug, Clone, Default)]
pub struct Defaults {
    pub source: Option<String>,
    pub kind: Option<String>,
}

struct Counted<R> {
    inner: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl Input {
    /// Opens a file, or stdin for `-`. Returns its size when it has one.
    pub fn open(name: &str, defaults: Defaults) -> Result<(Self, Option<u64>)> {
        let (inner, size): (Box<dyn Read + Send>, _) = if name == "-" {
            (Box::new(std::io::stdin()), None)
        } else {
            let failed = |e| Error::io(format_args!("read {name}"), e);
            let file = std::fs::File::open(name).map_err(failed)?;
            let info = file.metadata().map_err(failed)?;
            if info.is_dir() {
                return Err(Error::usage(format!("{name} is a folder")).hint("name the files in it"));
            }
            (Box::new(file), Some(info.len()).filter(|_| info.is_file()))
        };
        let bytes = Arc::new(AtomicU64::new(0));
        let reader = BufReader::with_capacity(1 << 16, Counted { inner, bytes: bytes.clone() });
        let name = if name == "-" { "stdin".to_owned() } else { name.to_owned() };
        Ok((Self { name, reader, line: 0, bytes, in_array: false, first: true, started: false, defaults }, size))
    }

    pub fn bytes_read(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// The next document; none at the end.
    pub fn next(&mut self) -> Result<Option<Result<NewDocument, BadDocument>>> {
        if !self.started {
            self.started = true;
            self.begin()?;
        }
        if self.in_array {
            return self.next_in_array();
        }
        loop {
            let mut line = Vec::new();
            let read = (&mut self.reader).take(MAX_LINE).read_until(b'\n', &mut line).map_err(|e| self.failed(e))?;
            if read == 0 {
                return Ok(None);
            }
            self.line += 1;
            if read as u64 == MAX_LINE && !line.ends_with(b"\n") {
                let message = format!("{}:{}:1: the line is longer than {MAX_LINE} bytes", self.name, self.line);
                return Ok(Some(Err(BadDocument { message, can_go_on: false })));
            }
            let blank = line.iter().all(u8::is_ascii_whitespace);
            if !blank {
                return Ok(Some(self.parse(&line)));
            }
        }
    }

    /// Passes over a byte order mark and white space, and sees whether an array begins.
    fn begin(&mut self) -> Result<()> {
        let start = self.reader.fill_buf().map_err(|e| Error::io(format_args!("read {}", self.name), e))?;
        if start.starts_with(b"\xEF\xBB\xBF") {
            self.reader.consume(3);
        }
        if self.peek()? == Some(b'[') {
            self.reader.consume(1);
            self.in_array = true;
        }
        Ok(())
    }

    /// The next byte that is no white space, left where it is.
    fn peek(&mut self) -> Result<Option<u8>> {
        loop {
            let buffer = self.reader.fill_buf().map_err(|e| Error::io(format_args!("read {}", self.name), e))?;
            let Some(first) = buffer.first().copied() else { return Ok(None) };
            if !first.is_ascii_whitespace() {
                return Ok(Some(first));
            }
            self.line += u64::from(first == b'\n');
            self.reader.consume(1);
        }
    }

    /// One element of an array, found by its brackets, so that only one is in memory.
    fn next_in_array(&mut self) -> Result<Option<Result<NewDocument, BadDocument>>> {
        let bad = |input: &Self, what: &str| {
            let message = format!("{}:{}: {what}", input.name, input.line + 1);
            Ok(Some(Err(BadDocument { message, can_go_on: false })))
        };
        match self.peek()? {
            Some(b',') if !self.first => {
                self.reader.consume(1);
                if matches!(self.peek()?, Some(b',' | b']')) {
                    return bad(self, "there is a comma and nothing after it");
                }
            }
            Some(b']') => {
                self.reader.consume(1);
                return match self.peek()? {
                    None => Ok(None),
                    Some(_) => bad(self, "there is more after the array"),
                };
            }
            None => return bad(self, "the array does not end"),
            Some(_) => {}
        }
        self.first = false;
        let first_line = self.line;
        let (mut element, mut depth, mut in_string, mut escaped) = (Vec::new(), 0usize, false, false);
        loop {
            let buffer = self.reader.fill_buf().map_err(|e| Error::io(format_args!("read {}", self.name), e))?;
            let Some(byte) = buffer.first().copied() else { return bad(self, "the array does not end") };
            let ends = depth == 0 && !in_string && matches!(byte, b',' | b']');
            if ends {
                break;
            }
            self.reader.consume(1);
            self.line += u64::from(byte == b'\n');
            element.push(byte);
            if element.len() as u64 > MAX_LINE {
                return bad(self, "the document is too large");
            }
            match byte {
                _ if escaped => escaped = false,
                b'\\' if in_string => escaped = true,
                b'"' => in_string = !in_string,
                b'{' | b'[' if !in_string => depth += 1,
                b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        let last_line = std::mem::replace(&mut self.line, first_line + 1);
        let parsed = self.parse(&element);
        self.line = last_line;
        Ok(Some(parsed))
    }

    /// A document from its JSON; `self.line` is where that begins.
    fn parse(&self, json: &[u8]) -> Result<NewDocument, BadDocument> {
        let bad = |line: u64, column: usize, what: &str| {
            let message = format!("{}:{line}:{column}: {what}", self.name);
            BadDocument { message, can_go_on: true }
        };
        let mut value: Value = serde_json::from_slice(json).map_err(|e| {
            let text = e.to_string();
            let what = text.split(" at line ").next().unwrap_or(&text);
            let what = if e.is_eof() && !self.in_array { "a document must be whole on its line" } else { what };
            bad(self.line + e.line().saturating_sub(1) as u64, e.column(), what)
        })?;
        if let Value::Object(fields) = &mut value {
            for (name, default) in [("source", &self.defaults.source), ("kind", &self.defaults.kind)] {
                if let Some(default) = default {
                    fields.entry(name).or_insert_with(|| Value::String(default.clone()));
                }
            }
        }
        let document: NewDocument = serde_json::from_value(value).map_err(|e| bad(self.line, 1, &e.to_string()))?;
        check(&document).map_err(|e| bad(self.line, 1, &e.message))?;
        Ok(document)
    }

    fn failed(&self, error: std::io::Error) -> Error {
        Error::io(format_args!("read {}", self.name), error)
    }
}
