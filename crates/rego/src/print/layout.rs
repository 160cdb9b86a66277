//! How parts lie in the rows of the source.

use crate::ast::{Location, Term};

/// How many line ends a text contains.
pub(super) fn newlines(text: &str) -> i64 {
    text.bytes().filter(|&byte| byte == b'\n').count().try_into().unwrap_or(i64::MAX)
}

/// The row of a place.
pub(super) fn row(location: &Location) -> i64 {
    i64::from(location.row)
}

/// The row in which a place ends.
pub(super) fn end_row(location: &Location) -> i64 {
    row(location) + newlines(location.text())
}

/// The row of the bracket that closes the first one opened in a place, or -1 where there is none. Brackets in strings
/// and line ends before the first bracket count as `opa fmt` counts them: brackets as brackets, line ends not at all.
pub(super) fn closing_row(location: &Location, (open, close): (u8, u8)) -> i64 {
    closing(location.text().as_bytes(), 0, open, close).map_or(-1, |(_, rows)| row(location) + rows)
}

/// The same behind a first pair of other brackets.
pub(super) fn closing_row_behind(location: &Location, skip: (u8, u8), (open, close): (u8, u8)) -> i64 {
    let text = location.text().as_bytes();
    let Some((from, skipped)) = closing(text, 0, skip.0, skip.1) else { return -1 };
    closing(text, from, open, close).map_or(-1, |(_, rows)| row(location) + skipped + rows)
}

fn closing(text: &[u8], from: usize, open: u8, close: u8) -> Option<(usize, i64)> {
    let first = from + text.get(from..)?.iter().position(|&byte| byte == open)?;
    let (mut depth, mut rows) = (1_usize, 0);
    for (at, &byte) in text.iter().enumerate().skip(first + 1) {
        if byte == open {
            depth += 1;
        } else if byte == close {
            depth -= 1;
        } else if byte == b'\n' {
            rows += 1;
        }
        if depth == 0 {
            return Some((at, rows));
        }
    }
    None
}

/// An element of a list, or a key and its value.
#[derive(Clone, Copy)]
pub(super) enum Item<'m> {
    Element(&'m Term),
    Entry(&'m Term, &'m Term),
}

impl<'m> Item<'m> {
    /// What the item begins with.
    pub(super) fn first(self) -> &'m Term {
        match self {
            Self::Element(term) | Self::Entry(term, _) => term,
        }
    }

    fn has_generated(self) -> bool {
        match self {
            Self::Element(term) => super::scan::has_generated(term),
            Self::Entry(key, value) => super::scan::has_generated(key) || super::scan::has_generated(value),
        }
    }
}

/// Sorts items by place and groups those of one row.
pub(super) fn lines<'a, 'm>(items: &'a mut [Item<'m>]) -> Vec<&'a [Item<'m>]> {
    if items.iter().any(|item| item.has_generated()) || items.is_empty() {
        return vec![items];
    }
    items.sort_by_key(|item| (item.first().location.row, item.first().location.col));
    items.chunk_by(|a, b| b.first().location.row <= a.first().location.row).collect()
}
