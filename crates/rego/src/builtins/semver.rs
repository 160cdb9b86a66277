//! `semver.*`: semantic versions 2.0.0, a leading `v` allowed.

use std::cmp::Ordering;

use super::{Context, Function, Outcome, go::quote::quote, string};
use crate::value::Value;

pub(super) const TABLE: &[(&str, Function)] = &[("semver.compare", compare), ("semver.is_valid", is_valid)];

struct Version<'t> {
    numbers: [i64; 3],
    pre_release: &'t str,
}

impl<'t> Version<'t> {
    fn parse(text: &'t str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let (text, metadata) = text.split_once('+').map_or((text, None), |(text, rest)| (text, Some(rest)));
        let (text, pre_release) = text.split_once('-').map_or((text, None), |(text, rest)| (text, Some(rest)));
        if !metadata.is_none_or(is_identifiers) || !pre_release.is_none_or(is_pre_release) {
            return None;
        }
        let mut parts = text.split('.');
        let mut next = || parts.next().and_then(numeric);
        let numbers = [next()?, next()?, next()?];
        let pre_release = pre_release.unwrap_or("");
        parts.next().is_none().then_some(Self { numbers, pre_release })
    }
}

fn is_identifiers(text: &str) -> bool {
    let identifier =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    text.split('.').all(identifier)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_pre_release(text: &str) -> bool {
    is_identifiers(text) && !text.split('.').any(|part| part.len() > 1 && part.starts_with('0') && is_number(part))
}

/// A number without leading zeros that fits.
fn numeric(text: &str) -> Option<i64> {
    let leading_zero = text.len() > 1 && text.starts_with('0');
    (is_number(text) && !leading_zero).then(|| text.parse().ok()).flatten()
}

/// Pre-releases come before releases; numeric parts before others; fewer parts before more.
fn compare_pre_releases(a: &str, b: &str) -> Ordering {
    match (a.is_empty(), b.is_empty()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    let part = |a: &str, b: &str| match (is_number(a), is_number(b)) {
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        // Numbers that do not fit are as large as can be.
        (true, true) => a.parse().unwrap_or(i64::MAX).cmp(&b.parse().unwrap_or(i64::MAX)),
        (false, false) => a.cmp(b),
    };
    let unequal = a.split('.').zip(b.split('.')).map(|(a, b)| part(a, b)).find(|order| order.is_ne());
    unequal.unwrap_or_else(|| a.split('.').count().cmp(&b.split('.').count()))
}

fn compare(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (a, b) = (string(operands, 1)?, string(operands, 2)?);
    let problem = |position, text| format!("operand {position}: string {} is not a valid SemVer", quote(text, false));
    let left = Version::parse(a).ok_or_else(|| problem(1, a))?;
    let right = Version::parse(b).ok_or_else(|| problem(2, b))?;
    let order = left.numbers.cmp(&right.numbers);
    let order = order.then_with(|| compare_pre_releases(left.pre_release, right.pre_release));
    Ok(Some(Value::int(order as i32)))
}

fn is_valid(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    Ok(Some(operands[0].as_str().is_some_and(|text| Version::parse(text).is_some()).into()))
}
