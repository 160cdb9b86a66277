//! Formats of strings: dates, addresses, names and the like.

use std::{net::IpAddr, sync::LazyLock};

use regex::Regex;

use crate::builtins::uri::Uri;

/// Whether a text has a format. Formats that are not known have every text.
pub fn is_format(format: &str, text: &str) -> bool {
    match format {
        "date" => is_date(text),
        "time" => is_time(text, false) || is_time(text, true),
        "date-time" => {
            let parts = text.split_once('T');
            is_date(text)
                || is_time(text, false)
                || is_time(text, true)
                || parts.is_some_and(|(date, time)| is_date(date) && is_time(time, true))
        }
        "hostname" => text.len() < 256 && HOSTNAME.is_match(text),
        "email" | "idn-email" => EMAIL.is_match(text),
        "ipv4" => text.contains('.') && text.parse::<IpAddr>().is_ok(),
        "ipv6" => text.contains(':') && text.parse::<IpAddr>().is_ok(),
        "uri" | "iri" => !text.contains('\\') && Uri::parse(text).is_ok_and(|uri| !uri.scheme.is_empty()),
        "uri-reference" | "iri-reference" => !text.contains('\\') && Uri::parse(text).is_ok(),
        "uri-template" => !text.contains('\\') && Uri::parse(text).is_ok_and(|uri| URI_TEMPLATE.is_match(&uri.path)),
        "uuid" => UUID.is_match(text),
        "regex" => Regex::new(text).is_ok(),
        "json-pointer" => JSON_POINTER.is_match(text),
        "relative-json-pointer" => RELATIVE_JSON_POINTER.is_match(text),
        _ => true,
    }
}

macro_rules! pattern {
    ($name:ident, $pattern:literal) => {
        static $name: LazyLock<Regex> = LazyLock::new(|| Regex::new($pattern).expect("the pattern is valid"));
    };
}

pattern!(
    HOSTNAME,
    r"^([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\-]{0,61}[a-zA-Z0-9])(\.([a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9\-]{0,61}[a-zA-Z0-9]))*$"
);
pattern!(URI_TEMPLATE, r"^([^{]*(\{[^}]*\})?)*$");
pattern!(UUID, r"^(?i)[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$");
pattern!(JSON_POINTER, r"^(?:/(?:[^~/]|~0|~1)*)*$");
pattern!(RELATIVE_JSON_POINTER, r"^(?:0|[1-9][0-9]*)(?:#|(?:/(?:[^~/]|~0|~1)*)*)$");
// An address of RFC 5322, alone or in `<>` behind a name; comments are not read.
pattern!(
    EMAIL,
    r#"(?x)^[\x20\t]*
    (?: (?: (?:[\p{L}\p{N}\p{M}!\#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}\p{M}!\#$%&'*+/=?^_`{|}~-]+)*) | "(?:[^"\\]|\\.)+" ) @ (?: [\p{L}\p{N}\p{M}!\#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}\p{M}!\#$%&'*+/=?^_`{|}~-]+)* | \[[^\[\]\\]*\] )
      | (?: [\p{L}\p{N}!\#$%&'*+/=?^_`{|}~.-] | [\x20\t] | "(?:[^"\\]|\\.)*" )* <(?: (?:[\p{L}\p{N}\p{M}!\#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}\p{M}!\#$%&'*+/=?^_`{|}~-]+)*) | "(?:[^"\\]|\\.)+" ) @ (?: [\p{L}\p{N}\p{M}!\#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}\p{M}!\#$%&'*+/=?^_`{|}~-]+)* | \[[^\[\]\\]*\] )> )
    [\x20\t]*$"#
);

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = bytes.len() == 10 && bytes[4] == b'-' && bytes[7] == b'-';
    let number = |from: usize, to: usize| -> Option<u32> {
        let digits = text.get(from..to)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let (true, Some(year), Some(month), Some(day)) = (shape, number(0, 4), number(5, 7), number(8, 10)) else {
        return false;
    };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// `15:04:05`, with a fraction or without; the hour may be one digit.
fn is_time(text: &str, with_zone: bool) -> bool {
    let Some(found) = TIME.captures(text) else { return false };
    let number = |name: &str| found.name(name).and_then(|part| part.as_str().parse::<u32>().ok());
    let within = |name: &str, limit: u32| number(name).is_none_or(|number| number <= limit);
    found.name("zone").is_some() == with_zone
        && within("hour", 23)
        && within("minute", 59)
        && within("second", 59)
        && within("zone_hour", 24)
        && within("zone_minute", 60)
}

pattern!(
    TIME,
    r"^(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})([.,][0-9]+)?(?P<zone>Z|[+-](?P<zone_hour>[0-9]{2}):(?P<zone_minute>[0-9]{2}))?$"
);
