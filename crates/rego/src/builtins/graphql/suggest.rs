//! `Did you mean "x"?`

/// The names that are most like what was typed, as a sentence; nothing if none is.
pub fn did_you_mean<'n>(prefix: &str, typed: &str, names: impl Iterator<Item = &'n str>, quoted: bool) -> String {
    const MOST: usize = 5;
    let threshold = typed.len() * 2 / 5 + 1;
    let mut near: Vec<(usize, &str)> =
        names.map(|name| (distance(typed, name), name)).filter(|(distance, _)| *distance <= threshold).collect();
    near.sort_by_key(|(distance, _)| *distance);
    let quote = if quoted { "\"" } else { "" };
    let near: Vec<String> = near.iter().take(MOST).map(|(_, name)| format!("{quote}{name}{quote}")).collect();
    match &*near {
        [] => String::new(),
        [one] => format!(" {prefix} {one}?"),
        [one, two] => format!(" {prefix} {one} or {two}?"),
        [many @ .., last] => format!(" {prefix} {}, or {last}?", many.join(", ")),
    }
}

/// How many characters have to change; all changes of case together are one.
fn distance(a: &str, b: &str) -> usize {
    if a == b {
        return 0;
    }
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    if a == b {
        return 1;
    }
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, char) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (column, other) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(char != *other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[b.len()]
}
