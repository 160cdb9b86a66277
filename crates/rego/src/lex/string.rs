//! Escapes in strings: those of JSON (RFC 8259, section 7), and `\{` in templates.

/// Takes the escapes out of a string's text.
pub(super) fn unescape(text: &str, template: bool) -> Result<String, String> {
    if !text.contains('\\') {
        return match text.chars().any(|char| char < ' ' && char != '\t') {
            true => Err("illegal string literal".to_owned()),
            false => Ok(text.to_owned()),
        };
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            out.push(char);
            continue;
        }
        match chars.next() {
            Some('"') => out.push('"'),
            Some('\\') => out.push('\\'),
            Some('/') => out.push('/'),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('{') if template => out.push('{'),
            Some('u') => out.push(unicode(&mut chars)?),
            _ => return Err("illegal escape sequence".to_owned()),
        }
    }
    Ok(out)
}

/// One UTF-16 code unit or a pair of them; half a pair becomes U+FFFD.
fn unicode(chars: &mut std::str::Chars<'_>) -> Result<char, String> {
    let unit = hex4(chars)?;
    if (0xd800..0xdc00).contains(&unit) && chars.as_str().starts_with("\\u") {
        let mut ahead = chars.clone();
        ahead.nth(1);
        let low = hex4(&mut ahead)?;
        if (0xdc00..0xe000).contains(&low) {
            *chars = ahead;
            let code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
            return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
    }
    Ok(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
}

fn hex4(chars: &mut std::str::Chars<'_>) -> Result<u32, String> {
    let mut unit = 0;
    for _ in 0..4 {
        let digit = chars.next().and_then(|char| char.to_digit(16)).ok_or("illegal escape sequence")?;
        unit = unit * 16 + digit;
    }
    Ok(unit)
}
