//! What an answer looks like to a person, before it is laid out.

use chrono::{DateTime, SecondsFormat, Utc};

use crate::context::Clock;

/// One value of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Text(String),
    Number(f64),
    Time(DateTime<Utc>),
    Empty,
}

/// Rows under named columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    pub columns: Vec<&'static str>,
    pub rows: Vec<Vec<Cell>>,
}

/// The shape of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum View {
    Table(Table),
    /// As a table, of which a person sees the first columns only, unless they ask for others
    Wide(Table, usize),
    /// Named values of one thing
    Record(Vec<(&'static str, Cell)>),
    /// Text as it is
    Text(String),
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub fn option(text: Option<&String>) -> Self {
        text.map_or(Self::Empty, |text| Self::Text(text.clone()))
    }

    pub fn number(number: impl TryInto<i64>) -> Self {
        number.try_into().map_or(Self::Empty, |number: i64| Self::Number(number as f64))
    }

    pub fn yes_no(yes: bool) -> Self {
        Self::text(if yes { "yes" } else { "no" })
    }

    /// For a table: times relative to now.
    pub fn for_person(&self) -> String {
        match self {
            Self::Time(at) => relative(*at, Clock::system().now()),
            other => other.for_machine(),
        }
    }

    /// For CSV: times in RFC 3339.
    pub fn for_machine(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Time(at) => at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            Self::Empty => String::new(),
        }
    }
}

/// How long ago, or how long until, in the largest unit that fits.
pub fn relative(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    const UNITS: [(i64, &str); 5] =
        [(31_536_000, "year"), (86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let seconds = (now - at).num_seconds();
    let Some((unit, name)) = UNITS.into_iter().find(|(unit, _)| seconds.abs() >= *unit) else {
        return "now".into();
    };
    let count = seconds.abs() / unit;
    let plural = if count == 1 { "" } else { "s" };
    if seconds > 0 { format!("{count} {name}{plural} ago") } else { format!("in {count} {name}{plural}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn times_are_told_in_the_largest_unit() {
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(relative(now, now), "now");
        assert_eq!(relative(now - TimeDelta::seconds(61), now), "1 minute ago");
        assert_eq!(relative(now - TimeDelta::days(400), now), "1 year ago");
        assert_eq!(relative(now + TimeDelta::hours(12), now), "in 12 hours");
    }
}
