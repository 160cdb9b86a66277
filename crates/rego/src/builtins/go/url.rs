//! URLs, taken apart without changing how they are written.

use crate::value::Value;

/// Parts of a URL as they stand in the text.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Url<'t> {
    /// In lower case.
    pub scheme: String,
    /// What stands behind the scheme where no slash follows it: `mailto:`this.
    pub opaque: &'t str,
    pub user: Option<&'t str>,
    /// With the port.
    pub host: &'t str,
    pub path: &'t str,
    pub query: &'t str,
    pub has_query: bool,
    pub fragment: &'t str,
}

/// Takes a URL apart.
pub fn parse(text: &str) -> Result<Url<'_>, String> {
    let failed = |why: &str| format!("parse {}: {why}", Value::string(text));
    if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
        return Err(failed("net/url: invalid control character in URL"));
    }
    let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
    let (scheme, rest) = scheme(rest).map_err(failed)?;
    let (rest, query, has_query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, query, true),
        None => (rest, "", false),
    };
    let url = Url { scheme: scheme.to_ascii_lowercase(), query, has_query, fragment, ..Url::default() };
    if !rest.starts_with('/') {
        if !scheme.is_empty() {
            return Ok(Url { opaque: rest, ..url });
        }
        if rest.split('/').next().is_some_and(|segment| segment.contains(':')) {
            return Err(failed("first path segment in URL cannot contain colon"));
        }
    }
    let (authority, path) = match rest.strip_prefix("//") {
        Some(_) if rest.starts_with("///") && scheme.is_empty() => ("", rest),
        Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        None => ("", rest),
    };
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    check_host(host).map_err(|why| failed(&why))?;
    check_escapes(path).map_err(|why| failed(&why))?;
    check_escapes(fragment).map_err(|why| failed(&why))?;
    Ok(Url { user, host, path, ..url })
}

impl Url<'_> {
    /// The path, with everything escaped that has to be.
    pub fn escaped_path(&self) -> String {
        if self
            .path
            .bytes()
            .all(|byte| matches!(byte, b'%' | b'[' | b']' | b'!' | b'\'' | b'(' | b')' | b'*') || plain(byte))
        {
            return self.path.to_owned();
        }
        let mut escaped = String::new();
        for byte in unescape(self.path) {
            match plain(byte) {
                true => escaped.push(char::from(byte)),
                false => escaped += &format!("%{byte:02X}"),
            }
        }
        escaped
    }
}

fn plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@".contains(&byte)
}

/// With every `%41` as the byte it stands for.
pub fn unescape(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let pair = (bytes[at] == b'%').then(|| hex::decode(bytes.get(at + 1..at + 3)?).ok()).flatten();
        match pair {
            Some(byte) => {
                out.extend(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    out
}

fn scheme(text: &str) -> Result<(&str, &str), &'static str> {
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme"),
            b':' => return Ok((&text[..at], &text[at + 1..])),
            _ => break,
        }
    }
    Ok(("", text))
}

fn check_host(host: &str) -> Result<(), String> {
    let port = match host.strip_prefix('[') {
        Some(rest) => rest.rsplit_once(']').ok_or("missing ']' in host")?.1,
        None => host.find(':').map_or("", |at| &host[at..]),
    };
    let digits = port.strip_prefix(':').unwrap_or(port);
    if (!port.is_empty() && !port.starts_with(':')) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("invalid port {} after host", Value::string(port)));
    }
    let odd = |char: char| matches!(char, ' ' | '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}');
    match host.find(odd).and_then(|at| host[at..].chars().next()) {
        Some('"' | '<' | '>') | None => check_escapes(host),
        Some(char) => Err(format!("invalid character {} in host name", Value::string(char.to_string()))),
    }
}

fn check_escapes(text: &str) -> Result<(), String> {
    for (at, _) in text.match_indices('%') {
        let escape = text.as_bytes().get(at + 1..at + 3);
        if !escape.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            let shown: String = text[at..].chars().take(3).collect();
            return Err(format!("invalid URL escape {}", Value::from(shown)));
        }
    }
    Ok(())
}
