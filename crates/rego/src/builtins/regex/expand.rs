//! Templates of replacements: `$1`, `$name`, `${name}` and `$$`.

use std::ops::Range;

/// Appends a template with its groups filled in.
pub fn expand(out: &mut String, template: &str, text: &str, groups: &[Option<Range<usize>>], names: &[String]) {
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        rest = after;
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        let Some((name, after)) = reference(rest) else {
            out.push('$');
            continue;
        };
        rest = after;
        let group = match number(name) {
            Some(number) => groups.get(number).cloned().flatten(),
            None => {
                let named = names.iter().zip(groups).filter(|(other, _)| *other == name);
                named.filter_map(|(_, group)| group.clone()).next()
            }
        };
        out.push_str(group.map_or("", |range| &text[range]));
    }
    out.push_str(rest);
}

/// The name behind a dollar sign, as long as can be, and what follows.
fn reference(text: &str) -> Option<(&str, &str)> {
    let (braced, text) = match text.strip_prefix('{') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let end = text.find(|char: char| !is_name(char)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.is_empty() {
        return None;
    }
    match braced {
        true => Some((name, rest.strip_prefix('}')?)),
        false => Some((name, rest)),
    }
}

fn is_name(char: char) -> bool {
    char.is_alphabetic() || char.is_numeric() || char == '_'
}

/// Numbers are without leading zeros.
fn number(name: &str) -> Option<usize> {
    let digits = name.bytes().all(|byte| byte.is_ascii_digit()) && name.len() < 9;
    (digits && (name == "0" || !name.starts_with('0'))).then(|| name.parse().ok()).flatten()
}
