//! `time.*`

mod civil;
mod duration;
mod format;
mod layout;
mod parse;
mod zone;

pub(super) use duration::parse_plain as parse_duration;

use super::{Context, Failure, Function, Outcome, integer, string, wrong_type};
use crate::value::Value;
use civil::{Civil, days_in_month};
use zone::Zone;

pub(super) const TABLE: &[(&str, Function)] = &[
    ("time.add_date", add_date),
    ("time.clock", clock),
    ("time.date", date),
    ("time.diff", diff),
    ("time.format", format_time),
    ("time.now_ns", now_ns),
    ("time.parse_duration_ns", parse_duration_ns),
    ("time.parse_ns", parse_ns),
    ("time.parse_rfc3339_ns", parse_rfc3339_ns),
    ("time.weekday", weekday),
];

const NANOS: i64 = 1_000_000_000;

/// A point in time, to be seen in a zone.
struct Moment {
    /// Nanoseconds since 1970 in UTC.
    nanos: i64,
    zone: Zone,
}

impl Moment {
    /// Date and clock as they are read in the zone.
    fn civil(&self) -> Civil {
        let seconds = self.nanos.div_euclid(NANOS);
        let offset = i64::from(self.zone.at(seconds).offset);
        Civil::from_seconds(seconds + offset, self.nanos.rem_euclid(NANOS))
    }
}

fn now_ns(cx: &mut Context<'_>, _: &[Value]) -> Outcome {
    Ok(Some(Value::int(cx.env.now)))
}

fn parse_ns(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let layout = string(operands, 1)?;
    parsed(layout::named(layout).unwrap_or(layout), string(operands, 2)?)
}

fn parse_rfc3339_ns(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    parsed(layout::RFC3339, string(operands, 1)?)
}

fn parsed(layout: &str, text: &str) -> Outcome {
    let (seconds, nanos) = parse::parse(layout, text)?;
    in_range(i128::from(seconds) * i128::from(NANOS) + i128::from(nanos))
}

fn in_range(nanos: i128) -> Outcome {
    match i64::try_from(nanos) {
        Ok(nanos) => Ok(Some(Value::int(nanos))),
        Err(_) => Err("time outside of valid range".into()),
    }
}

fn parse_duration_ns(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let nanos = duration::parse_extended(string(operands, 1)?)?;
    Ok(Some(Value::int(nanos)))
}

fn format_time(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (moment, layout) = moment(&operands[0])?;
    let layout = match layout.as_str() {
        "" => layout::RFC3339_NANO,
        layout => layout::named(layout).unwrap_or(layout),
    };
    Ok(Some(Value::from(format::format(&moment, layout))))
}

fn date(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let civil = moment(&operands[0])?.0.civil();
    Ok(Some(Value::array([civil.year, civil.month, civil.day].map(Value::int))))
}

fn clock(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let civil = moment(&operands[0])?.0.civil();
    Ok(Some(Value::array([civil.hour, civil.minute, civil.second].map(Value::int))))
}

fn weekday(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let civil = moment(&operands[0])?.0.civil();
    Ok(Some(Value::string(layout::WEEKDAYS[civil.weekday()])))
}

fn add_date(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (moment, _) = moment(&operands[0])?;
    let years = integer(operands, 2)?;
    let months = integer(operands, 3)?;
    let days = integer(operands, 4)?;
    let civil = moment.civil();
    let Some(local) = civil.shifted(years, months, days) else { return in_range(i128::MAX) };
    let seconds = moment.zone.to_utc(local);
    in_range(i128::from(seconds) * i128::from(NANOS) + i128::from(civil.nanos))
}

fn diff(_: &mut Context<'_>, operands: &[Value]) -> Outcome {
    let (mut from, _) = moment(&operands[0])?;
    let (mut to, _) = moment(&operands[1])?;
    to.zone = from.zone.clone();
    if from.nanos > to.nanos {
        std::mem::swap(&mut from, &mut to);
    }
    let (from, to) = (from.civil(), to.civil());
    let mut parts = [
        to.year - from.year,
        to.month - from.month,
        to.day - from.day,
        to.hour - from.hour,
        to.minute - from.minute,
        to.second - from.second,
    ];
    let sizes = [0, 12, days_in_month(from.year, from.month), 24, 60, 60];
    for at in (1..parts.len()).rev() {
        if parts[at] < 0 {
            parts[at] += sizes[at];
            parts[at - 1] -= 1;
        }
    }
    Ok(Some(Value::array(parts.map(Value::int))))
}

/// Reads `ns`, `[ns]`, `[ns, zone]` or `[ns, zone, layout]`.
fn moment(operand: &Value) -> Result<(Moment, String), Failure> {
    const EXPECTED: &str = "either number (ns) or [number (ns), string (tz)]";
    let items = match operand {
        Value::Number(_) => std::slice::from_ref(operand),
        Value::Array(items) if !items.is_empty() => items.as_slice(),
        other => return Err(wrong_type(1, other, &[EXPECTED])),
    };
    let Value::Number(number) = &items[0] else { return Err(wrong_type(1, &items[0], &["number"])) };
    let text = |at: usize| match items.get(at) {
        Some(item) => item.as_str().ok_or_else(|| wrong_type(1, item, &["string"])),
        None => Ok(""),
    };
    let zone = Zone::named(text(1)?)?;
    let layout = text(2)?.to_owned();
    let float = number.to_float();
    let nanos = float.is_integer().then(|| i64::try_from(float.trunc()).ok()).flatten();
    let nanos = nanos.ok_or_else(|| Failure::from("timestamp too big"))?;
    Ok((Moment { nanos, zone }, layout))
}

/// Seconds since 1970 of a time written in a layout.
pub(super) fn parse_seconds(layout: &str, text: &str) -> Option<i64> {
    parse::parse(layout, text).ok().map(|(seconds, _)| seconds)
}

/// Seconds since 1970 at which a year begins.
pub(super) fn start_of_year(year: i64) -> i64 {
    let civil = Civil { year, month: 1, day: 1, hour: 0, minute: 0, second: 0, nanos: 0 };
    civil.to_seconds().unwrap_or(0)
}

/// A time in seconds since 1970 as `2006-01-02T15:04:05Z`.
pub(super) fn rfc3339(seconds: i64) -> String {
    let civil = Civil::from_seconds(seconds, 0);
    let Civil { year, month, day, hour, minute, second, .. } = civil;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}
