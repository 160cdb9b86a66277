//! Times to text.

use super::{
    Moment, NANOS,
    civil::Civil,
    layout::{Field, MONTHS, OffsetStyle, Pad, WEEKDAYS, next},
    zone::InForce,
};

/// Writes a time as a layout says.
pub fn format(moment: &Moment, layout: &str) -> String {
    let civil = moment.civil();
    let in_force = moment.zone.at(moment.nanos.div_euclid(NANOS));
    let mut out = Vec::with_capacity(layout.len() + 10);
    let mut rest = layout.as_bytes();
    while let Some((before, _, field, after)) = next(rest) {
        out.extend_from_slice(before);
        out.extend_from_slice(write(field, &civil, &in_force).as_bytes());
        rest = after;
    }
    out.extend_from_slice(rest);
    // Fields are ASCII, so what is between them is still UTF-8.
    String::from_utf8_lossy(&out).into_owned()
}

fn write(field: Field, civil: &Civil, in_force: &InForce) -> String {
    let month = MONTHS[(civil.month - 1) as usize];
    let weekday = WEEKDAYS[civil.weekday()];
    match field {
        Field::LongYear => format!("{:04}", civil.year),
        Field::ShortYear => format!("{:02}", civil.year.rem_euclid(100)),
        Field::LongMonth => month.to_owned(),
        Field::ShortMonth => month[..3].to_owned(),
        Field::Month(pad) => padded(civil.month, pad, 2),
        Field::LongWeekday => weekday.to_owned(),
        Field::ShortWeekday => weekday[..3].to_owned(),
        Field::Day(pad) => padded(civil.day, pad, 2),
        Field::DayOfYear(pad) => padded(civil.day_of_year(), pad, 3),
        Field::Hour => padded(civil.hour, Pad::Zero, 2),
        Field::Hour12(pad) => padded((civil.hour + 11) % 12 + 1, pad, 2),
        Field::Minute(pad) => padded(civil.minute, pad, 2),
        Field::Second(pad) => padded(civil.second, pad, 2),
        Field::HalfDay { upper } => match (civil.hour >= 12, upper) {
            (true, true) => "PM".to_owned(),
            (false, true) => "AM".to_owned(),
            (true, false) => "pm".to_owned(),
            (false, false) => "am".to_owned(),
        },
        Field::ZoneName => in_force.name.clone(),
        Field::Offset(style) => offset(in_force.offset, style),
        Field::Fraction { separator, digits, trimmed } => fraction(civil.nanos, separator, digits, trimmed),
    }
}

fn padded(number: i64, pad: Pad, width: usize) -> String {
    match pad {
        Pad::None => number.to_string(),
        Pad::Space => format!("{number:width$}"),
        Pad::Zero => format!("{number:0width$}"),
    }
}

fn offset(offset: i32, style: OffsetStyle) -> String {
    if style.z && offset == 0 {
        return "Z".to_owned();
    }
    let sign = if offset < 0 { '-' } else { '+' };
    let (hours, minutes, seconds) = (offset.abs() / 3600, offset.abs() / 60 % 60, offset.abs() % 60);
    let colon = if style.colons { ":" } else { "" };
    let mut text = format!("{sign}{hours:02}");
    if style.minutes {
        text += &format!("{colon}{minutes:02}");
    }
    if style.seconds {
        text += &format!("{colon}{seconds:02}");
    }
    text
}

fn fraction(nanos: i64, separator: u8, digits: usize, trimmed: bool) -> String {
    let all = format!("{nanos:09}");
    let mut text = all[..digits.min(9)].to_owned();
    if trimmed {
        text.truncate(text.trim_end_matches('0').len());
    }
    match text.is_empty() {
        true => text,
        false => format!("{}{text}", char::from(separator)),
    }
}
