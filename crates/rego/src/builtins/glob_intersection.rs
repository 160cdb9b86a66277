//! `regex.globs_match`: whether some text matches two patterns of characters, points and sets, each with `+` or `*`.

use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
};

use super::{Context, Failure, Function, Outcome, string};
use crate::value::Value;

pub(super) const TABLE: &[(&str, Function)] = &[("regex.globs_match", globs_match)];

fn globs_match(cx: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (a, b) = (string(operands, 1)?, string(operands, 2)?);
    let (a, b) = (Reader::new(a).glob(cx)?, Reader::new(b).glob(cx)?);
    let mut search = Intersection { cx, known: HashMap::new() };
    let Some((a, b)) = trim(&a, &b) else { return Ok(Some(false.into())) };
    Ok(Some(search.normal(a, b)?.into()))
}

#[derive(Clone, PartialEq)]
enum Matcher {
    Any,
    One(char),
    Set(Rc<HashSet<char>>),
}

impl Matcher {
    fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) => true,
            (Self::One(a), Self::One(b)) => a == b,
            (Self::One(char), Self::Set(set)) | (Self::Set(set), Self::One(char)) => set.contains(char),
            (Self::Set(a), Self::Set(b)) => !a.is_disjoint(b),
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Flag {
    None,
    Plus,
    Star,
}

#[derive(Clone)]
struct Token {
    matcher: Matcher,
    flag: Flag,
}

impl Token {
    fn is_plain(&self) -> bool {
        self.flag == Flag::None
    }

    fn meets(&self, other: &Self) -> bool {
        self.matcher.meets(&other.matcher)
    }
}

/// Reads a pattern. Positions in messages are counted in characters.
struct Reader<'t> {
    text: &'t str,
    chars: Vec<char>,
    at: usize,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, chars: text.chars().collect(), at: 0 }
    }

    fn failure(&self, message: &str) -> Failure {
        Failure::Failed(format!("input:{}, pos:{}, {message}: the input provided is invalid", self.text, self.at))
    }

    /// The next character, and whether a backslash stood before it.
    fn next(&mut self) -> Result<Option<(char, bool)>, Failure> {
        let Some(char) = self.chars.get(self.at).copied() else { return Ok(None) };
        if char != '\\' {
            self.at += 1;
            return Ok(Some((char, false)));
        }
        let Some(escaped) = self.chars.get(self.at + 1).copied() else {
            return Err(self.failure("input ends with a \\ (escape) character"));
        };
        self.at += 2;
        Ok(Some((escaped, true)))
    }

    /// All tokens; repeated ones of the same kind next to each other are one.
    fn glob(&mut self, cx: &mut Context<'_>) -> Result<Vec<Token>, Failure> {
        cx.charge(self.chars.len() * size_of::<Token>())?;
        let mut tokens: Vec<Token> = Vec::new();
        while let Some((char, escaped)) = self.next()? {
            let matcher = match (char, escaped) {
                ('.', false) => Matcher::Any,
                (']', false) => return Err(self.failure("set-close ']' with no preceding '['")),
                ('[', false) => self.set(cx)?,
                ('+' | '*', false) => {
                    return Err(self.failure(&format!("flag '{char}' must be preceded by a non-flag")));
                }
                (char, _) => Matcher::One(char),
            };
            let flag = self.flag()?;
            match tokens.last_mut() {
                Some(last) if flag != Flag::None && !last.is_plain() && last.matcher == matcher => {
                    if flag == Flag::Plus {
                        last.flag = flag;
                    }
                }
                _ => tokens.push(Token { matcher, flag }),
            }
        }
        Ok(tokens)
    }

    fn flag(&mut self) -> Result<Flag, Failure> {
        let before = self.at;
        match self.next()? {
            Some(('+', false)) => Ok(Flag::Plus),
            Some(('*', false)) => Ok(Flag::Star),
            _ => {
                self.at = before;
                Ok(Flag::None)
            }
        }
    }

    fn set(&mut self, cx: &mut Context<'_>) -> Result<Matcher, Failure> {
        let mut set = HashSet::new();
        let mut previous = None;
        loop {
            match self.next()? {
                None => return Err(self.failure("found [ without matching ]")),
                Some((']', false)) => return Ok(Matcher::Set(Rc::new(set))),
                Some(('-', false)) => {
                    let Some(low) = previous.take() else {
                        return Err(self.failure("range character '-' must be preceded by a Unicode character"));
                    };
                    if self.at + 1 >= self.chars.len() {
                        return Err(self.failure("range character '-' must be followed by a Unicode character"));
                    }
                    let (high, escaped) = self.next()?.unwrap_or((low, true));
                    if !escaped && matches!(high, ']' | '-') {
                        return Err(self.failure("range character '-' cannot be followed by a special symbol"));
                    }
                    if high < low {
                        let message = format!("range is out of order: '{high}' comes before '{low}' in Unicode");
                        return Err(self.failure(&message));
                    }
                    cx.charge((high as usize - low as usize) * 8)?;
                    set.extend(low..=high);
                }
                Some((char, _)) => {
                    set.insert(char);
                    previous = Some(char);
                }
            }
        }
    }
}

/// Takes away plain tokens that agree at both ends, but for one at each; None if some do not agree.
fn trim<'g>(a: &'g [Token], b: &'g [Token]) -> Option<(&'g [Token], &'g [Token])> {
    let mut left = 0;
    while left < a.len() && left < b.len() && a[left].is_plain() && b[left].is_plain() {
        if !a[left].meets(&b[left]) {
            return None;
        }
        left += 1;
    }
    left = left.saturating_sub(1);
    let (mut a_end, mut b_end) = (a.len(), b.len());
    while a_end > left && b_end > left && a[a_end - 1].is_plain() && b[b_end - 1].is_plain() {
        if !a[a_end - 1].meets(&b[b_end - 1]) {
            return None;
        }
        (a_end, b_end) = (a_end - 1, b_end - 1);
    }
    if a_end < a.len() {
        (a_end, b_end) = (a_end + 1, b_end + 1);
    }
    Some((&a[left..a_end], &b[left..b_end]))
}

/// The search for a common text, step for step as OPA's library does it: it does not find every one.
struct Intersection<'c, 'q> {
    cx: &'c mut Context<'q>,
    /// Results by the beginnings of the two rests, lest the search becomes exponential.
    known: HashMap<[*const Token; 2], bool>,
}

impl Intersection<'_, '_> {
    fn normal(&mut self, a: &[Token], b: &[Token]) -> Result<bool, Failure> {
        for (at, (left, right)) in a.iter().zip(b).enumerate() {
            if !left.is_plain() || !right.is_plain() {
                return stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.special(&a[at..], &b[at..]));
            }
            if !left.meets(right) {
                return Ok(false);
            }
        }
        Ok(a.len() == b.len())
    }

    fn special(&mut self, a: &[Token], b: &[Token]) -> Result<bool, Failure> {
        let key = [a.as_ptr(), b.as_ptr()];
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        self.cx.check()?;
        self.cx.charge(64)?;
        let found = match (a[0].flag, b[0].flag) {
            (Flag::Plus, _) => self.plus(a, b),
            (Flag::Star, _) => self.star(a, b),
            (_, Flag::Plus) => self.plus(b, a),
            (_, Flag::Star) => self.star(b, a),
            _ => Ok(false),
        }?;
        self.known.insert(key, found);
        Ok(found)
    }

    fn plus(&mut self, repeated: &[Token], other: &[Token]) -> Result<bool, Failure> {
        if !repeated[0].meets(&other[0]) {
            return Ok(false);
        }
        Ok(self.star(repeated, &other[1..])? || (!other[0].is_plain() && self.normal(&repeated[1..], other)?))
    }

    fn star(&mut self, repeated: &[Token], other: &[Token]) -> Result<bool, Failure> {
        for (at, token) in other.iter().enumerate() {
            if let Some(next) = repeated.get(1)
                && token.meets(next)
                && self.normal(&repeated[1..], &other[at..])?
            {
                return Ok(true);
            }
            if !token.meets(&repeated[0]) {
                return Ok(false);
            }
        }
        Ok(repeated.len() == 1)
    }
}
