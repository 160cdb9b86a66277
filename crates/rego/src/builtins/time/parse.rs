//! Text to times.

use super::{
    civil::{Civil, days_in_month, is_leap},
    layout::{Field, MONTHS, OffsetStyle, Pad, WEEKDAYS, next, quote},
    zone::Zone,
};

/// Why a field could not be read.
enum Bad {
    /// It does not look like one.
    Form,
    /// It is too large or small: what of it, and the text behind it.
    Range(&'static str),
}

/// What was read so far.
#[derive(Default)]
struct Parts<'t> {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    day_of_year: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanos: i64,
    afternoon: Option<bool>,
    utc: bool,
    offset: Option<i64>,
    zone_name: &'t [u8],
}

/// Seconds since 1970 in UTC, and nanoseconds, of a text written in a layout.
pub fn parse(layout: &str, text: &str) -> Result<(i64, i64), String> {
    let mut parts = Parts::default();
    let (mut layout_rest, mut rest) = (layout.as_bytes(), text.as_bytes());
    let failed = |element: &[u8], at: &[u8]| {
        format!(
            "parsing time {} as {}: cannot parse {} as {}",
            quote(text.as_bytes()),
            quote(layout.as_bytes()),
            quote(at),
            quote(element)
        )
    };
    let refused = |what: &str| format!("parsing time {}: {what}", quote(text.as_bytes()));
    loop {
        let found = next(layout_rest);
        let before = found.map_or(layout_rest, |(before, ..)| before);
        rest = skip(rest, before).map_err(|at| failed(before, at))?;
        let Some((_, element, field, after)) = found else {
            if !rest.is_empty() {
                return Err(refused(&format!("extra text: {}", quote(rest))));
            }
            break;
        };
        layout_rest = after;
        let start = rest;
        match parts.read(field, &mut rest, layout_rest) {
            Ok(()) => {}
            Err(Bad::Form) => return Err(failed(element, start)),
            Err(Bad::Range(what)) => return Err(refused(&format!("{what} out of range"))),
        }
    }
    parts.finish().map_err(refused)
}

impl<'t> Parts<'t> {
    fn read(&mut self, field: Field, rest: &mut &'t [u8], layout: &[u8]) -> Result<(), Bad> {
        match field {
            Field::ShortYear => {
                let year = signed(take(rest, 2)?)?;
                self.year = if year >= 69 { year + 1900 } else { year + 2000 };
            }
            Field::LongYear => {
                if rest.len() < 4 || !rest[0].is_ascii_digit() {
                    return Err(Bad::Form);
                }
                self.year = signed(take(rest, 4)?)?;
            }
            Field::LongMonth => self.month = Some(name(rest, MONTHS)? + 1),
            Field::ShortMonth => self.month = Some(name(rest, MONTHS.map(|month| &month[..3]))? + 1),
            Field::Month(pad) => self.month = Some(within(number(rest, pad)?, 1, 12, "month")?),
            Field::LongWeekday => drop(name(rest, WEEKDAYS)?),
            Field::ShortWeekday => drop(name(rest, WEEKDAYS.map(|weekday| &weekday[..3]))?),
            Field::Day(pad) => {
                skip_spaces(rest, usize::from(pad == Pad::Space));
                self.day = Some(number(rest, pad)?);
            }
            Field::DayOfYear(pad) => {
                skip_spaces(rest, if pad == Pad::Space { 2 } else { 0 });
                self.day_of_year = Some(day_of_year(rest, pad)?);
            }
            Field::Hour => self.hour = within(number(rest, Pad::None)?, 0, 23, "hour")?,
            Field::Hour12(pad) => self.hour = within(number(rest, pad)?, 0, 12, "hour")?,
            Field::Minute(pad) => self.minute = within(number(rest, pad)?, 0, 59, "minute")?,
            Field::Second(pad) => self.read_second(pad, rest, layout)?,
            Field::HalfDay { upper } => {
                self.afternoon = match (take(rest, 2)?, upper) {
                    (b"PM", true) | (b"pm", false) => Some(true),
                    (b"AM", true) | (b"am", false) => self.afternoon.or(Some(false)),
                    _ => return Err(Bad::Form),
                }
            }
            Field::Offset(style) => match rest {
                [b'Z', after @ ..] if style.z => {
                    *rest = after;
                    self.utc = true;
                }
                _ => self.offset = Some(offset(rest, style)?),
            },
            Field::ZoneName => match rest.strip_prefix(b"UTC") {
                Some(after) => {
                    *rest = after;
                    self.utc = true;
                }
                None => {
                    let length = zone_name_length(rest).ok_or(Bad::Form)?;
                    self.zone_name = take(rest, length)?;
                }
            },
            Field::Fraction { digits, trimmed: false, .. } => self.nanos = nanos(take(rest, digits + 1)?)?,
            Field::Fraction { trimmed: true, .. } => {
                if fraction_length(rest) > 0 {
                    self.nanos = nanos(take(rest, fraction_length(rest))?)?;
                }
            }
        }
        Ok(())
    }

    /// A fraction may follow the second even where the layout has none.
    fn read_second(&mut self, pad: Pad, rest: &mut &'t [u8], layout: &[u8]) -> Result<(), Bad> {
        self.second = within(number(rest, pad)?, 0, 59, "second")?;
        let expected = matches!(next(layout), Some((_, _, Field::Fraction { .. }, _)));
        if fraction_length(rest) > 0 && !expected {
            self.nanos = nanos(take(rest, fraction_length(rest))?)?;
        }
        Ok(())
    }

    fn finish(self) -> Result<(i64, i64), &'static str> {
        let hour = match self.afternoon {
            Some(true) if self.hour < 12 => self.hour + 12,
            Some(false) if self.hour == 12 => 0,
            _ => self.hour,
        };
        let (month, day) = self.month_and_day()?;
        if day < 1 || day > days_in_month(self.year, month) {
            return Err("day out of range");
        }
        let Self { year, minute, second, nanos, .. } = self;
        let civil = Civil { year, month, day, hour, minute, second, nanos };
        let local = civil.to_seconds().ok_or("day out of range")?;
        // An offset of one second before UTC cannot be told from none.
        let offset = match self.offset.filter(|offset| *offset != -1) {
            _ if self.utc => 0,
            Some(offset) => offset,
            None => self.offset_of_name(local),
        };
        Ok((local - offset, nanos))
    }

    /// An abbreviation means something where this machine is; elsewhere it is not known and counts as UTC.
    fn offset_of_name(&self, local: i64) -> i64 {
        let name = std::str::from_utf8(self.zone_name).unwrap_or_default();
        let offset = if name.is_empty() { None } else { Zone::local().offset_of(name, local) };
        offset.map_or(0, i64::from)
    }

    fn month_and_day(&self) -> Result<(i64, i64), &'static str> {
        let Some(of_year) = self.day_of_year else { return Ok((self.month.unwrap_or(1), self.day.unwrap_or(1))) };
        if of_year < 1 || of_year > 365 + i64::from(is_leap(self.year)) {
            return Err("day-of-year out of range");
        }
        let (mut month, mut day) = (1, of_year);
        while day > days_in_month(self.year, month) {
            day -= days_in_month(self.year, month);
            month += 1;
        }
        if self.month.is_some_and(|other| other != month) {
            return Err("day-of-year does not match month");
        }
        if self.day.is_some_and(|other| other != day) {
            return Err("day-of-year does not match day");
        }
        Ok((month, day))
    }
}

fn take<'t>(rest: &mut &'t [u8], length: usize) -> Result<&'t [u8], Bad> {
    let (taken, after) = rest.split_at_checked(length).ok_or(Bad::Form)?;
    *rest = after;
    Ok(taken)
}

/// Skips what a layout has between fields. Spaces match any number of them.
fn skip<'t>(mut text: &'t [u8], mut expected: &[u8]) -> Result<&'t [u8], &'t [u8]> {
    let spaces = |text: &[u8]| text.iter().take_while(|byte| **byte == b' ').count();
    while let Some(byte) = expected.first() {
        if *byte == b' ' {
            if text.first().is_some_and(|byte| *byte != b' ') {
                return Err(text);
            }
            expected = &expected[spaces(expected)..];
            text = &text[spaces(text)..];
            continue;
        }
        if text.first() != Some(byte) {
            return Err(text);
        }
        expected = &expected[1..];
        text = &text[1..];
    }
    Ok(text)
}

fn skip_spaces(rest: &mut &[u8], most: usize) {
    let spaces = rest.iter().take(most).take_while(|byte| **byte == b' ').count();
    *rest = &rest[spaces..];
}

fn within(number: i64, low: i64, high: i64, what: &'static str) -> Result<i64, Bad> {
    if (low..=high).contains(&number) { Ok(number) } else { Err(Bad::Range(what)) }
}

/// One or two digits; two if they are filled up with zeros.
fn number(rest: &mut &[u8], pad: Pad) -> Result<i64, Bad> {
    let digits = rest.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 || (pad == Pad::Zero && digits == 1) {
        return Err(Bad::Form);
    }
    Ok(decimal(take(rest, digits)?))
}

fn day_of_year(rest: &mut &[u8], pad: Pad) -> Result<i64, Bad> {
    let digits = rest.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 || (pad == Pad::Zero && digits != 3) {
        return Err(Bad::Form);
    }
    Ok(decimal(take(rest, digits)?))
}

fn decimal(digits: &[u8]) -> i64 {
    digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0'))
}

/// A few digits, perhaps with a sign.
fn signed(text: &[u8]) -> Result<i64, Bad> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(Bad::Form);
    }
    Ok(if negative { -decimal(digits) } else { decimal(digits) })
}

fn name<const N: usize>(rest: &mut &[u8], names: [&str; N]) -> Result<i64, Bad> {
    let fits = |name: &&str| rest.get(..name.len()).is_some_and(|text| text.eq_ignore_ascii_case(name.as_bytes()));
    let at = names.iter().position(fits).ok_or(Bad::Form)?;
    *rest = &rest[names[at].len()..];
    Ok(at as i64)
}

/// `.123` or `,123` at the start: how many bytes, or 0.
fn fraction_length(text: &[u8]) -> usize {
    match text {
        [b'.' | b',', digits @ ..] => match digits.iter().take_while(|byte| byte.is_ascii_digit()).count() {
            0 => 0,
            digits => digits + 1,
        },
        _ => 0,
    }
}

/// A separator and digits, of which nine count.
fn nanos(text: &[u8]) -> Result<i64, Bad> {
    let digits = match text {
        [b'.' | b',', digits @ ..] => &digits[..digits.len().min(9)],
        _ => return Err(Bad::Form),
    };
    let value = signed(digits)?;
    if value < 0 {
        return Err(Bad::Range("fractional second"));
    }
    Ok(value * 10i64.pow(9 - digits.len() as u32))
}

fn offset(rest: &mut &[u8], style: OffsetStyle) -> Result<i64, Bad> {
    let colon = usize::from(style.colons);
    let length = 3 + usize::from(style.minutes) * (2 + colon) + usize::from(style.seconds) * (2 + colon);
    let text = take(rest, length)?;
    let pair = |at: usize| {
        let colon_missing = colon == 1 && at > 1 && text[at - 1] != b':';
        if colon_missing { Err(Bad::Form) } else { number(&mut &text[at..at + 2], Pad::Zero) }
    };
    let hours = pair(1)?;
    let minutes = if style.minutes { pair(3 + colon)? } else { 0 };
    let seconds = if style.seconds { pair(5 + 2 * colon)? } else { 0 };
    within(hours, 0, 24, "time zone offset hour")?;
    within(minutes, 0, 60, "time zone offset minute")?;
    within(seconds, 0, 60, "time zone offset second")?;
    let offset = (hours * 60 + minutes) * 60 + seconds;
    match text[0] {
        b'+' => Ok(offset),
        b'-' => Ok(-offset),
        _ => Err(Bad::Form),
    }
}

/// How long the abbreviation of a zone at the start is. There is no list of them, only habits.
fn zone_name_length(text: &[u8]) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    if text.starts_with(b"ChST") || text.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(after) = text.strip_prefix(b"GMT") {
        return Some(3 + signed_hours_length(after));
    }
    if matches!(text[0], b'+' | b'-') {
        return Some(signed_hours_length(text)).filter(|length| *length > 0);
    }
    match text.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count() {
        3 => Some(3),
        4 if text[3] == b'T' || text.starts_with(b"WITA") => Some(4),
        5 if text[4] == b'T' => Some(5),
        _ => None,
    }
}

/// `+3`, `-11`: how many bytes, or 0.
fn signed_hours_length(text: &[u8]) -> usize {
    let [b'+' | b'-', after @ ..] = text else { return 0 };
    let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let small = digits > 0 && digits < 19 && decimal(&after[..digits]) <= 23;
    if small { digits + 1 } else { 0 }
}
