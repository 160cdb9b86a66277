//! Layouts: how Mon Jan 2 15:04:05 MST 2006 would be written.

pub const RFC3339: &str = "2006-01-02T15:04:05Z07:00";
pub const RFC3339_NANO: &str = "2006-01-02T15:04:05.999999999Z07:00";

pub const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The layout that a name stands for.
pub fn named(name: &str) -> Option<&'static str> {
    Some(match name {
        "ANSIC" => "Mon Jan _2 15:04:05 2006",
        "UnixDate" => "Mon Jan _2 15:04:05 MST 2006",
        "RubyDate" => "Mon Jan 02 15:04:05 -0700 2006",
        "RFC822" => "02 Jan 06 15:04 MST",
        "RFC822Z" => "02 Jan 06 15:04 -0700",
        "RFC850" => "Monday, 02-Jan-06 15:04:05 MST",
        "RFC1123" => "Mon, 02 Jan 2006 15:04:05 MST",
        "RFC1123Z" => "Mon, 02 Jan 2006 15:04:05 -0700",
        "RFC3339" => RFC3339,
        "RFC3339Nano" => RFC3339_NANO,
        _ => return None,
    })
}

/// How a number is filled up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pad {
    None,
    Space,
    Zero,
}

/// How an offset is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OffsetStyle {
    /// Whether UTC is `Z`.
    pub z: bool,
    pub colons: bool,
    pub minutes: bool,
    pub seconds: bool,
}

/// What stands in one place of a layout.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Field {
    LongYear,
    ShortYear,
    LongMonth,
    ShortMonth,
    Month(Pad),
    LongWeekday,
    ShortWeekday,
    Day(Pad),
    DayOfYear(Pad),
    Hour,
    Hour12(Pad),
    Minute(Pad),
    Second(Pad),
    /// `PM`, or `pm`.
    HalfDay {
        upper: bool,
    },
    ZoneName,
    Offset(OffsetStyle),
    /// Fraction of a second. Trimmed ones leave out trailing zeros.
    Fraction {
        separator: u8,
        digits: usize,
        trimmed: bool,
    },
}

/// Text before a field, the field as written, the field, and the rest.
type Split<'l> = (&'l [u8], &'l [u8], Field, &'l [u8]);

/// Splits at the first field.
pub fn next(layout: &[u8]) -> Option<Split<'_>> {
    (0..layout.len()).find_map(|at| {
        let (skipped, length, field) = field_at(&layout[at..])?;
        let start = at + skipped;
        Some((&layout[..start], &layout[start..start + length], field, &layout[start + length..]))
    })
}

/// The field at the start: bytes to skip before it, its length, and what it is.
fn field_at(text: &[u8]) -> Option<(usize, usize, Field)> {
    let found = |length: usize, field: Field| Some((0, length, field));
    // A lower-case letter behind would make it another word: `Janet` is no month.
    let word_ends = |at: usize| !text.get(at).is_some_and(u8::is_ascii_lowercase);
    match text[0] {
        b'J' if text.starts_with(b"January") => found(7, Field::LongMonth),
        b'J' if text.starts_with(b"Jan") && word_ends(3) => found(3, Field::ShortMonth),
        b'M' if text.starts_with(b"Monday") => found(6, Field::LongWeekday),
        b'M' if text.starts_with(b"Mon") && word_ends(3) => found(3, Field::ShortWeekday),
        b'M' if text.starts_with(b"MST") => found(3, Field::ZoneName),
        b'0' if text.starts_with(b"002") => found(3, Field::DayOfYear(Pad::Zero)),
        b'0' => {
            let field = match text.get(1)? {
                b'1' => Field::Month(Pad::Zero),
                b'2' => Field::Day(Pad::Zero),
                b'3' => Field::Hour12(Pad::Zero),
                b'4' => Field::Minute(Pad::Zero),
                b'5' => Field::Second(Pad::Zero),
                b'6' => Field::ShortYear,
                _ => return None,
            };
            found(2, field)
        }
        b'1' if text.get(1) == Some(&b'5') => found(2, Field::Hour),
        b'1' => found(1, Field::Month(Pad::None)),
        b'2' if text.starts_with(b"2006") => found(4, Field::LongYear),
        b'2' => found(1, Field::Day(Pad::None)),
        b'_' if text.starts_with(b"_2006") => Some((1, 4, Field::LongYear)),
        b'_' if text.starts_with(b"_2") => found(2, Field::Day(Pad::Space)),
        b'_' if text.starts_with(b"__2") => found(3, Field::DayOfYear(Pad::Space)),
        b'3' => found(1, Field::Hour12(Pad::None)),
        b'4' => found(1, Field::Minute(Pad::None)),
        b'5' => found(1, Field::Second(Pad::None)),
        b'P' if text.starts_with(b"PM") => found(2, Field::HalfDay { upper: true }),
        b'p' if text.starts_with(b"pm") => found(2, Field::HalfDay { upper: false }),
        b'-' | b'Z' => {
            let (length, style) = offset(text)?;
            found(length, Field::Offset(style))
        }
        b'.' | b',' => {
            let digit = *text.get(1).filter(|digit| matches!(digit, b'0' | b'9'))?;
            let digits = text[1..].iter().take_while(|other| **other == digit).count();
            let ends = !text.get(1 + digits).is_some_and(u8::is_ascii_digit);
            ends.then_some((0, 1 + digits, Field::Fraction { separator: text[0], digits, trimmed: digit == b'9' }))
        }
        _ => None,
    }
}

fn offset(text: &[u8]) -> Option<(usize, OffsetStyle)> {
    let style = |colons, minutes, seconds| OffsetStyle { z: text[0] == b'Z', colons, minutes, seconds };
    let forms: [(&[u8], OffsetStyle); 5] = [
        (b"070000", style(false, true, true)),
        (b"07:00:00", style(true, true, true)),
        (b"0700", style(false, true, false)),
        (b"07:00", style(true, true, false)),
        (b"07", style(false, false, false)),
    ];
    forms.into_iter().find(|(form, _)| text[1..].starts_with(form)).map(|(form, style)| (form.len() + 1, style))
}

/// In quotation marks; bytes beyond ASCII as `\x..`.
pub fn quote(text: &[u8]) -> String {
    let mut quoted = String::from("\"");
    for byte in text {
        match byte {
            b'"' | b'\\' => {
                quoted.push('\\');
                quoted.push(char::from(*byte));
            }
            b' '..=b'\x7f' => quoted.push(char::from(*byte)),
            byte => quoted += &format!("\\x{byte:02x}"),
        }
    }
    quoted.push('"');
    quoted
}
