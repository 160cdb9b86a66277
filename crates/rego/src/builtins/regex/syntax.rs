//! Go's syntax of regular expressions, checked as Go checks it and rewritten for the `regex` crate.
//!
//! The two have a common ancestor and match alike, but for what is rewritten here: `\d`, `\s`, `\w` and `\b` know ASCII
//! only, `\Q…\E` quotes, braces that are no repetition are plain, classes know no operators.

use std::ops::Range;

use super::{class, escape};
use crate::builtins::Failure;

/// The largest count of repetitions, also of nested ones together.
const MAX_REPEAT: u64 = 1000;
/// The deepest nesting of groups.
const MAX_DEPTH: usize = 1000;

/// A pattern for the `regex` crate.
pub struct Translated {
    pub text: String,
    /// Names of groups by number; unnamed ones are empty.
    pub names: Vec<String>,
}

/// Why a pattern is none, and the piece of it that is wrong.
pub struct Problem {
    reason: &'static str,
    piece: String,
}

impl Problem {
    pub fn new(reason: &'static str, piece: impl Into<String>) -> Self {
        Self { reason, piece: piece.into() }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Failed(format!("error parsing regexp: {}: `{}`", problem.reason, problem.piece))
    }
}

pub fn translate(pattern: &str) -> Result<Translated, Problem> {
    let mut translator = Translator {
        pattern,
        rest: pattern,
        out: String::new(),
        names: vec![String::new()],
        groups: vec![Group::default()],
    };
    translator.run()?;
    Ok(Translated { text: translator.out, names: translator.names })
}

/// A group that is open, or the whole pattern.
#[derive(Default)]
struct Group {
    /// The largest product of nested repetition counts.
    repeats: u64,
    /// The last thing that can be repeated.
    last: Option<Atom>,
    /// Where the group begins in the output.
    start: usize,
}

/// Something that can be repeated.
struct Atom {
    /// Where it stands in the output.
    place: Range<usize>,
    /// The product of nested repetition counts.
    repeats: u64,
}

struct Translator<'p> {
    pattern: &'p str,
    rest: &'p str,
    out: String,
    names: Vec<String>,
    groups: Vec<Group>,
}

impl<'p> Translator<'p> {
    fn group(&mut self) -> &mut Group {
        if self.groups.is_empty() {
            self.groups.push(Group::default());
        }
        let last = self.groups.len() - 1;
        &mut self.groups[last]
    }

    /// Adds something that can be repeated.
    fn atom(&mut self, text: &str) {
        let start = self.out.len();
        self.out.push_str(text);
        let place = start..self.out.len();
        self.group().last = Some(Atom { place, repeats: 1 });
    }

    fn literal(&mut self, char: char) {
        let mut text = String::new();
        escape::push_literal(&mut text, char as u32);
        self.atom(&text);
    }

    fn run(&mut self) -> Result<(), Problem> {
        // The repetition that ended right before, with everything after it.
        let mut repeated: Option<&'p str> = None;
        while let Some(char) = self.rest.chars().next() {
            let before = self.rest;
            let was_repeated = repeated.take();
            self.rest = &self.rest[char.len_utf8()..];
            match char {
                '(' if self.rest.starts_with('?') => self.perl_group(before)?,
                '(' => {
                    self.names.push(String::new());
                    self.open("(")?;
                }
                ')' => self.close()?,
                '|' => {
                    self.out.push('|');
                    let group = self.group();
                    group.repeats = group.repeats.max(group.last.take().map_or(0, |atom| atom.repeats));
                    group.last = None;
                }
                '^' | '$' | '.' => self.atom(char.encode_utf8(&mut [0; 4])),
                '[' => {
                    let (text, rest) = class::class(before)?;
                    self.rest = rest;
                    self.atom(&text);
                }
                '*' | '+' | '?' => {
                    self.repeat(before, was_repeated, char.encode_utf8(&mut [0; 4]), None)?;
                    repeated = Some(before);
                }
                '{' => match counts(before)? {
                    Some((counts, rest)) => {
                        self.rest = rest;
                        let text = before[..before.len() - rest.len()].to_owned();
                        self.repeat(before, was_repeated, &text, Some(counts))?;
                        repeated = Some(before);
                    }
                    None => self.literal('{'),
                },
                '\\' => self.backslash(before)?,
                other => self.literal(other),
            }
        }
        match self.groups.len() {
            1 => Ok(()),
            _ => Err(Problem::new("missing closing )", self.pattern)),
        }
    }

    fn open(&mut self, text: &str) -> Result<(), Problem> {
        if self.groups.len() > MAX_DEPTH {
            return Err(Problem::new("expression nests too deeply", self.pattern));
        }
        self.groups.push(Group { start: self.out.len(), ..Group::default() });
        self.out.push_str(text);
        Ok(())
    }

    fn close(&mut self) -> Result<(), Problem> {
        let unexpected = Problem::new("unexpected )", self.pattern);
        match self.groups.pop() {
            Some(group) if !self.groups.is_empty() => {
                self.out.push(')');
                let repeats = group.repeats.max(group.last.map_or(0, |atom| atom.repeats));
                let place = group.start..self.out.len();
                self.group().last = Some(Atom { place, repeats: repeats.max(1) });
                Ok(())
            }
            _ => Err(unexpected),
        }
    }

    /// A repetition of the last thing. `text` is its sign, `before` the pattern from there on.
    fn repeat(
        &mut self,
        before: &'p str,
        repeated: Option<&'p str>,
        text: &str,
        counts: Option<(u64, Option<u64>)>,
    ) -> Result<(), Problem> {
        let lazy = self.rest.starts_with('?');
        self.rest = &self.rest[usize::from(lazy)..];
        let piece = |from: &str| from[..from.len() - self.rest.len()].to_owned();
        if let Some(repeated) = repeated {
            return Err(Problem::new("invalid nested repetition operator", piece(repeated)));
        }
        let sign = piece(before);
        let Some(Atom { place, repeats }) = self.group().last.take() else {
            return Err(Problem::new("missing argument to repetition operator", sign));
        };
        let repeats = match counts {
            None => repeats,
            Some((_, Some(0))) => 1,
            Some((least, most)) => {
                let product = repeats * most.unwrap_or(least).max(1);
                if product > MAX_REPEAT && (least >= 2 || most.is_some_and(|most| most >= 2)) {
                    return Err(Problem::new("invalid repeat count", sign));
                }
                product
            }
        };
        // Flags may stand between a thing and its repetition.
        let lazy = if lazy { "?" } else { "" };
        let repetition = format!("){text}{lazy}");
        self.out.insert_str(place.end, &repetition);
        self.out.insert_str(place.start, "(?:");
        let place = place.start..place.end + repetition.len() + "(?:".len();
        let group = self.group();
        group.repeats = group.repeats.max(repeats);
        group.last = Some(Atom { place, repeats });
        Ok(())
    }

    /// `(?i)`, `(?i:`, `(?P<name>`
    fn perl_group(&mut self, before: &'p str) -> Result<(), Problem> {
        let name = match before {
            _ if before.len() > 4 && before.starts_with("(?P<") => Some(4),
            _ if before.len() > 3 && before.starts_with("(?<") => Some(3),
            _ => None,
        };
        if let Some(start) = name {
            let Some(end) = before.find('>') else { return Err(Problem::new("invalid named capture", before)) };
            let name = before.get(start..end).unwrap_or("");
            if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                return Err(Problem::new("invalid named capture", &before[..=end]));
            }
            self.names.push(name.to_owned());
            self.rest = &before[end + 1..];
            return self.open("(");
        }
        self.rest = &before[2..];
        let (mut negated, mut saw_flag) = (false, false);
        while let Some(char) = self.rest.chars().next() {
            self.rest = &self.rest[char.len_utf8()..];
            let flags = &before[2..before.len() - self.rest.len() - char.len_utf8()];
            match char {
                'i' | 'm' | 's' | 'U' => saw_flag = true,
                '-' if !negated => (negated, saw_flag) = (true, false),
                ':' | ')' if !negated || saw_flag => {
                    // Bare `(?)` means nothing here and is refused there.
                    return match (char, flags) {
                        (':', _) => self.open(&format!("(?{flags}:")),
                        (_, "") => Ok(()),
                        _ => {
                            self.out.push_str(&format!("(?{flags})"));
                            Ok(())
                        }
                    };
                }
                _ => break,
            }
        }
        let piece = &before[..before.len() - self.rest.len()];
        Err(Problem::new("invalid or unsupported Perl syntax", piece))
    }

    fn backslash(&mut self, before: &'p str) -> Result<(), Problem> {
        let simple = match before.as_bytes().get(1) {
            Some(b'A') => r"\A",
            Some(b'z') => r"\z",
            Some(b'b') => r"(?-u:\b)",
            Some(b'B') => r"(?-u:\B)",
            Some(b'C') => return Err(Problem::new("invalid escape sequence", &before[..2])),
            Some(b'Q') => {
                let quoted = &before[2..];
                let (literal, rest) = quoted.split_once(r"\E").unwrap_or((quoted, ""));
                literal.chars().for_each(|char| self.literal(char));
                self.rest = rest;
                return Ok(());
            }
            _ => "",
        };
        if !simple.is_empty() {
            self.rest = &before[2..];
            self.atom(simple);
            return Ok(());
        }
        if let Some((text, rest)) = escape::unicode_class(before)? {
            self.rest = rest;
            self.atom(&text);
        } else if let Some((text, rest)) = escape::perl_class(before) {
            self.rest = rest;
            self.atom(&format!("[{text}]"));
        } else {
            let (code, rest) = escape::character(before)?;
            self.rest = rest;
            let mut text = String::new();
            escape::push_literal(&mut text, code);
            self.atom(&text);
        }
        Ok(())
    }
}

type Counts = (u64, Option<u64>);

/// `{2}`, `{2,}` or `{2,3}` at the beginning of a text, and what follows; None if the brace is a plain one.
fn counts(text: &str) -> Result<Option<(Counts, &str)>, Problem> {
    let Some(end) = text.find('}') else { return Ok(None) };
    let (inner, rest) = (&text[1..end], &text[end + 1..]);
    let (least, most) = inner.split_once(',').map_or((inner, None), |(least, most)| (least, Some(most)));
    let is_number = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_digit())
            && (text.len() == 1 || !text.starts_with('0'))
    };
    if !is_number(least) || !most.is_none_or(|most| most.is_empty() || is_number(most)) {
        return Ok(None);
    }
    let number = |text: &str| text.parse::<u64>().unwrap_or(u64::MAX);
    let least = number(least);
    let most = match most {
        None => Some(least),
        Some("") => None,
        Some(most) => Some(number(most)),
    };
    match least > MAX_REPEAT || most.is_some_and(|most| most > MAX_REPEAT || most < least) {
        true => Err(Problem::new("invalid repeat count", &text[..=end])),
        false => Ok(Some(((least, most), rest))),
    }
}
