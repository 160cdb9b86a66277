//! `uri.parse` and `uri.is_valid`: references as Go's `net/url` takes them apart.

use std::net::{IpAddr, Ipv6Addr};

use super::{
    Context, Function, Outcome,
    encoding::{lossy, percent},
    string,
};
use crate::value::Value;

pub(super) const TABLE: &[(&str, Function)] = &[("uri.is_valid", is_valid), ("uri.parse", parse)];

/// The parts of a reference.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Uri {
    /// In lower case; empty for a relative reference.
    pub scheme: String,
    /// What follows the scheme where it does not begin with `/`.
    pub opaque: String,
    /// Host and port, an address of IPv6 in brackets.
    pub host: String,
    /// Without escapes.
    pub path: String,
    /// As written.
    pub raw_path: String,
    /// As written.
    pub query: String,
    /// Without escapes.
    pub fragment: String,
}

/// Where a text stands in a reference decides which characters and escapes it may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Path,
    UserInfo,
    Host,
    Zone,
    Fragment,
}

impl Uri {
    /// Takes a reference apart, or says why it is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (main, fragment) = text.split_once('#').unwrap_or((text, ""));
        let failed = |of: &str, why: String| format!("parse {}: {why}", Value::from(of));
        let mut uri = Self::without_fragment(main).map_err(|why| failed(main, why))?;
        uri.fragment = unescape(fragment, Place::Fragment).map_err(|why| failed(text, why))?;
        Ok(uri)
    }

    fn without_fragment(text: &str) -> Result<Self, String> {
        if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
            return Err("net/url: invalid control character in URL".to_owned());
        }
        let mut uri = Self::default();
        let (scheme, rest) = split_scheme(text)?;
        uri.scheme = scheme.to_ascii_lowercase();
        let (mut rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        uri.query = query.to_owned();
        if !rest.starts_with('/') {
            if !uri.scheme.is_empty() {
                uri.opaque = rest.to_owned();
                return Ok(uri);
            }
            if rest.split('/').next().is_some_and(|segment| segment.contains(':')) {
                return Err("first path segment in URL cannot contain colon".to_owned());
            }
        }
        if rest.starts_with("//") && (!uri.scheme.is_empty() || !rest.starts_with("///")) {
            let authority = &rest[2..];
            let end = authority.find('/').unwrap_or(authority.len());
            uri.host = authority_host(&uri.scheme, &authority[..end])?;
            rest = &authority[end..];
        }
        uri.path = unescape(rest, Place::Path)?;
        uri.raw_path = rest.to_owned();
        Ok(uri)
    }

    /// The host without port and brackets.
    pub fn hostname(&self) -> &str {
        let (host, _) = self.host_port();
        host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
    }

    /// The port, or nothing.
    pub fn port(&self) -> &str {
        self.host_port().1
    }

    fn host_port(&self) -> (&str, &str) {
        match self.host.rfind(':') {
            Some(colon) if is_port(&self.host[colon..]) => (&self.host[..colon], &self.host[colon + 1..]),
            _ => (&self.host, ""),
        }
    }
}

fn split_scheme(text: &str) -> Result<(&str, &str), String> {
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme".to_owned()),
            b':' => return Ok((&text[..at], &text[at + 1..])),
            _ => break,
        }
    }
    Ok(("", text))
}

fn authority_host(scheme: &str, authority: &str) -> Result<String, String> {
    let Some(at) = authority.rfind('@') else { return host(scheme, authority) };
    let found = host(scheme, &authority[at + 1..])?;
    let user = &authority[..at];
    let allowed = |char: char| char.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(char);
    if !user.chars().all(allowed) {
        return Err("net/url: invalid userinfo".to_owned());
    }
    unescape(user, Place::UserInfo)?;
    Ok(found)
}

fn host(scheme: &str, text: &str) -> Result<String, String> {
    let bad_port = |port: &str| format!("invalid port {} after host", Value::from(port));
    match text.rfind('[') {
        Some(0) => {
            let close = text.rfind(']').ok_or("missing ']' in host")?;
            let port = &text[close + 1..];
            if !is_port(port) {
                return Err(bad_port(port));
            }
            let name = &text[1..close];
            let (address, zone) = name.split_at(name.find("%25").unwrap_or(name.len()));
            let name = unescape(address, Place::Host)? + &unescape(zone, Place::Zone)?;
            check_ip_literal(&name)?;
            return Ok(format!("[{name}]{port}"));
        }
        Some(_) => return Err("invalid IP-literal".to_owned()),
        None => {}
    }
    let strict = matches!(scheme, "http" | "https");
    if let Some(colon) = if strict { text.find(':') } else { text.rfind(':') }
        && !is_port(&text[colon..])
    {
        return Err(bad_port(&text[colon..]));
    }
    unescape(text, Place::Host)
}

fn check_ip_literal(name: &str) -> Result<(), String> {
    let address = match name.split_once('%') {
        Some((address, zone)) if !zone.is_empty() => address,
        _ => name,
    };
    match (address.parse::<Ipv6Addr>(), address.parse::<IpAddr>()) {
        (Ok(_), _) => Ok(()),
        (_, Ok(_)) => Err("invalid IP-literal".to_owned()),
        _ => Err(format!("invalid host: ParseAddr({}): unable to parse IP", Value::from(name))),
    }
}

fn is_port(text: &str) -> bool {
    text.is_empty() || text.strip_prefix(':').is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
}

fn unescape(text: &str, place: Place) -> Result<String, String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if *byte != b'%' {
            if matches!(place, Place::Host | Place::Zone) && byte.is_ascii() && !is_host_byte(*byte) {
                let char = Value::from(char::from(*byte).to_string());
                return Err(format!("invalid character {char} in host name"));
            }
            out.push(*byte);
            at += 1;
            continue;
        }
        let decoded = percent(&bytes[at..])?;
        let escape = &text[at..at + 3];
        let allowed = match place {
            Place::Host => !decoded.is_ascii() || escape == "%25",
            Place::Zone => escape == "%25" || decoded == b' ' || is_host_byte(decoded),
            _ => true,
        };
        if !allowed {
            return Err(format!("invalid URL escape {}", Value::from(escape)));
        }
        out.push(decoded);
        at += 3;
    }
    Ok(lossy(&out))
}

fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.~!$&'()*+,;=:[]<>\"".contains(&byte)
}

fn is_valid(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let valid = operands[0].as_str().is_some_and(|text| !text.is_empty() && Uri::parse(text).is_ok());
    Ok(Some(valid.into()))
}

/// A path as Go's net/url escapes it by default.
fn escaped(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@".contains(&byte);
    path.bytes().fold(String::with_capacity(path.len()), |mut out, byte| {
        match plain(byte) {
            true => out.push(char::from(byte)),
            false => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}

fn parse(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let uri = Uri::parse(string(operands, 1)?)?;
    let parts = [
        ("scheme", &*uri.scheme),
        ("hostname", uri.hostname()),
        ("port", uri.port()),
        ("path", &uri.path),
        // As written, unless that is just how the path is escaped by default.
        ("raw_path", if escaped(&uri.path) == uri.raw_path { &uri.path } else { &uri.raw_path }),
        ("raw_query", &uri.query),
        ("fragment", &uri.fragment),
    ];
    let entries = parts.into_iter().filter(|(_, text)| !text.is_empty());
    Ok(Some(Value::object(entries.map(|(name, text)| (name.into(), text.into())))))
}
