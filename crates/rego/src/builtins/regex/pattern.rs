//! Compiled patterns and Go's way of finding all matches.

use std::{collections::HashMap, ops::Range, sync::Arc};

use regex::bytes::{Regex, RegexBuilder};

use super::syntax::{Translated, translate};
use crate::builtins::{Context, Failure};

/// How many compiled patterns a query keeps.
const CACHE: usize = 100;
/// What one compiled pattern may take, in bytes.
const SIZE: usize = 64 << 20;

/// The ranges of a match and its groups.
pub type Groups = Vec<Option<Range<usize>>>;

pub struct Pattern {
    regex: Regex,
    names: Vec<String>,
}

#[derive(Default)]
struct Cache(HashMap<String, Arc<Pattern>>);

/// The compiled form of a pattern, from the query's memory if it was compiled before.
pub fn compile(cx: &mut Context<'_>, pattern: &str) -> Result<Arc<Pattern>, Failure> {
    if let Some(compiled) = cx.memory.of::<Cache>().0.get(pattern) {
        return Ok(compiled.clone());
    }
    let Translated { text, names } = translate(pattern)?;
    cx.check()?;
    let too_large = |_| format!("error parsing regexp: expression too large: `{pattern}`");
    let regex = RegexBuilder::new(&text).size_limit(SIZE).nest_limit(2000).build().map_err(too_large)?;
    let compiled = Arc::new(Pattern { regex, names });
    let cache = &mut cx.memory.of::<Cache>().0;
    if cache.len() >= CACHE {
        cache.clear();
    }
    cache.insert(pattern.to_owned(), compiled.clone());
    Ok(compiled)
}

impl Pattern {
    /// Names of groups by number; unnamed ones are empty.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    pub fn is_match(&self, text: &str) -> bool {
        self.search(text, 0, |at| self.regex.find_at(text.as_bytes(), at).map(|found| found.range())).is_some()
    }

    /// Looks for a match that begins and ends between characters; ASCII word boundaries are also found within them.
    fn search<T: Bounds>(&self, text: &str, from: usize, find: impl Fn(usize) -> Option<T>) -> Option<T> {
        let mut at = from;
        loop {
            let found = find(at)?;
            let Range { start, end } = found.bounds();
            if text.is_char_boundary(start) && text.is_char_boundary(end) {
                return Some(found);
            }
            at = (start.max(at) + 1..text.len()).find(|at| text.is_char_boundary(*at))?;
        }
    }

    /// All matches that do not overlap. One without characters may not follow right after another match.
    fn all<T: Bounds>(
        &self,
        cx: &mut Context<'_>,
        text: &str,
        limit: usize,
        find: impl Fn(usize) -> Option<T>,
    ) -> Result<Vec<T>, Failure> {
        let mut matches = Vec::new();
        let (mut at, mut last_end) = (0, None);
        while matches.len() < limit && at <= text.len() {
            cx.check()?;
            let Some(found) = self.search(text, at, &find) else { break };
            let Range { start, end } = found.bounds();
            let accept = end != at || Some(start) != last_end;
            at = match end == at {
                true => at + text[at..].chars().next().map_or(1, char::len_utf8),
                false => end,
            };
            last_end = Some(end);
            if accept {
                cx.charge(found.size())?;
                matches.push(found);
            }
        }
        Ok(matches)
    }

    pub fn find_all(&self, cx: &mut Context<'_>, text: &str, limit: usize) -> Result<Vec<Range<usize>>, Failure> {
        self.all(cx, text, limit, |at| self.regex.find_at(text.as_bytes(), at).map(|found| found.range()))
    }

    pub fn capture_all(&self, cx: &mut Context<'_>, text: &str, limit: usize) -> Result<Vec<Groups>, Failure> {
        self.all(cx, text, limit, |at| {
            let captures = self.regex.captures_at(text.as_bytes(), at)?;
            Some(captures.iter().map(|group| group.map(|group| group.range())).collect::<Groups>())
        })
    }
}

trait Bounds {
    /// Where the whole match is.
    fn bounds(&self) -> Range<usize>;
    /// Bytes that this takes.
    fn size(&self) -> usize;
}

impl Bounds for Range<usize> {
    fn bounds(&self) -> Range<usize> {
        self.clone()
    }

    fn size(&self) -> usize {
        size_of::<Self>()
    }
}

impl Bounds for Groups {
    fn bounds(&self) -> Range<usize> {
        self.first().cloned().flatten().unwrap_or(0..0)
    }

    fn size(&self) -> usize {
        size_of::<Self>() + size_of::<Option<Range<usize>>>() * self.len()
    }
}
