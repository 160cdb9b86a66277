//! `glob.*`: patterns of file-like names, rewritten as regular expressions.

use std::{collections::HashMap, sync::Arc};

use regex::{Regex, RegexBuilder};

use super::{Context, Failure, Function, Outcome, string, wrong_element, wrong_type};
use crate::value::Value;

pub(super) const TABLE: &[(&str, Function)] = &[("glob.match", glob_match), ("glob.quote_meta", quote_meta)];

/// How many compiled patterns a query keeps.
const CACHE: usize = 100;
/// What one compiled pattern may take, in bytes.
const SIZE: usize = 64 << 20;

/// By pattern and delimiters.
#[derive(Default)]
struct Cache(HashMap<(String, String), Arc<Regex>>);

fn glob_match(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let pattern = string(operands, 1)?;
    let delimiters = delimiters(&operands[1])?;
    let text = string(operands, 3)?;
    let key = (pattern.to_owned(), delimiters);
    if let Some(compiled) = cx.memory.of::<Cache>().0.get(&key) {
        return Ok(Some(compiled.is_match(text).into()));
    }
    cx.check()?;
    let pattern = Translator::new(pattern, &key.1).run()?;
    let too_large = |_| Failure::from("glob: pattern too large");
    let compiled = RegexBuilder::new(&pattern).size_limit(SIZE).nest_limit(10_000).build().map_err(too_large)?;
    let matched = compiled.is_match(text);
    let cache = &mut cx.memory.of::<Cache>().0;
    if cache.len() >= CACHE {
        cache.clear();
    }
    cache.insert(key, Arc::new(compiled));
    Ok(Some(matched.into()))
}

/// What `*` and `?` do not match: nothing for null, the point for an empty array.
fn delimiters(operand: &Value) -> Result<String, Failure> {
    let items = match operand {
        Value::Null => return Ok(String::new()),
        Value::Array(items) if items.is_empty() => return Ok(".".to_owned()),
        Value::Array(items) => items,
        other => return Err(wrong_type(2, other, &["array", "null"])),
    };
    let mut delimiters = String::new();
    for item in items.iter() {
        let text = item.as_str().ok_or_else(|| wrong_element(2, operand, item, &["string"]))?;
        match text.chars().count() {
            1 => delimiters.push_str(text),
            _ => return Err(wrong_element(2, operand, item, &["rune"])),
        }
    }
    Ok(delimiters)
}

fn quote_meta(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let text = string(operands, 1)?;
    let mut quoted = String::with_capacity(text.len());
    for char in text.chars() {
        if r"*?\[]{}".contains(char) {
            quoted.push('\\');
        }
        quoted.push(char);
    }
    cx.charge(quoted.len())?;
    Ok(Some(quoted.into()))
}

/// Rewrites a pattern.
struct Translator<'p> {
    pattern: &'p str,
    at: usize,
    /// What `?` matches.
    single: String,
    out: String,
    /// How many braces are open.
    level: usize,
}

impl<'p> Translator<'p> {
    fn new(pattern: &'p str, delimiters: &str) -> Self {
        let mut single = String::from(".");
        if !delimiters.is_empty() {
            single = String::from("[^");
            delimiters.chars().for_each(|char| push_literal(&mut single, char));
            single.push(']');
        }
        Self { pattern, at: 0, single, out: String::from(r"(?s)\A(?:"), level: 0 }
    }

    fn failure(&self, reason: &str) -> Failure {
        Failure::Failed(format!("glob: syntax error at {}: {reason}", self.at))
    }

    fn peek(&self) -> Option<char> {
        self.pattern[self.at..].chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at += char.len_utf8();
        Some(char)
    }

    fn run(mut self) -> Result<String, Failure> {
        while let Some(char) = self.next() {
            match char {
                '*' if self.peek() == Some('*') => {
                    self.next();
                    self.out.push_str(".*");
                }
                '*' => {
                    self.out.push_str(&self.single);
                    self.out.push('*');
                }
                '?' => self.out.push_str(&self.single),
                '[' => self.class()?,
                '{' => {
                    self.level += 1;
                    self.out.push_str("(?:");
                }
                ',' if self.level > 0 => self.out.push('|'),
                '}' if self.level > 0 => {
                    self.level -= 1;
                    self.out.push(')');
                }
                '\\' => match self.next() {
                    Some(char) => push_literal(&mut self.out, char),
                    None => return Err(self.failure("trailing backslash")),
                },
                char => push_literal(&mut self.out, char),
            }
        }
        match self.level {
            0 => Ok(self.out + r")\z"),
            _ => Err(self.failure("unclosed `{`")),
        }
    }

    /// `[abc]`, `[a-c]` or either with `!`. A range is just one, and nothing is escaped in it.
    fn class(&mut self) -> Result<(), Failure> {
        let end = |this: &Self| this.failure("unexpected end of input");
        let mut open = "[";
        if self.peek() == Some('!') {
            self.next();
            open = "[^";
        }
        let before = self.at;
        let low = self.next().ok_or_else(|| end(self))?;
        if self.peek() == Some('-') {
            self.next();
            let high = self.next().ok_or_else(|| end(self))?;
            match self.next() {
                None => return Err(end(self)),
                Some(']') => {}
                Some(_) => return Err(self.failure("expected close range character")),
            }
            if high < low {
                return Err(self.failure("range hi character is less than lo"));
            }
            self.out.push_str(open);
            push_literal(&mut self.out, low);
            self.out.push('-');
            push_literal(&mut self.out, high);
            self.out.push(']');
            return Ok(());
        }
        self.at = before;
        let mut members = String::new();
        loop {
            match self.next() {
                None => return Err(end(self)),
                Some(']') => break,
                Some('\\') => match self.next() {
                    Some(char) => push_literal(&mut members, char),
                    None => return Err(self.failure("unexpected end of input")),
                },
                Some(char) => push_literal(&mut members, char),
            }
        }
        if members.is_empty() {
            return Err(self.failure("could not parse range"));
        }
        self.out.push_str(open);
        self.out.push_str(&members);
        self.out.push(']');
        Ok(())
    }
}

fn push_literal(out: &mut String, char: char) {
    out.push_str(&format!(r"\x{{{:x}}}", char as u32));
}
