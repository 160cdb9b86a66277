//! Time zones by name.

use chrono::{Offset, TimeZone};
use chrono_tz::{OffsetName, Tz};

use super::civil::{Civil, is_leap};

/// UTC or a zone of the IANA database.
#[derive(Clone, PartialEq)]
pub enum Zone {
    Utc,
    Named(Tz),
}

/// What is in force in a zone at a time.
pub struct InForce {
    /// Seconds east of UTC.
    pub offset: i32,
    /// `CEST`, `+03`
    pub name: String,
}

/// The database lists changes up to 2100; later years repeat the rules of an earlier one of the same shape.
const LISTED: i64 = 2090;

impl Zone {
    /// By an IANA name, `UTC`, nothing, or `Local`.
    pub fn named(name: &str) -> Result<Self, String> {
        match name {
            "" | "UTC" => Ok(Self::Utc),
            "Local" => Ok(Self::local()),
            name if name.starts_with(['/', '\\']) || name.contains("..") => {
                Err("time: invalid location name".to_owned())
            }
            name => name.parse().map(Self::Named).map_err(|_| format!("unknown time zone {name}")),
        }
    }

    /// Of this machine: `TZ`, or what the system is set to.
    pub fn local() -> Self {
        let name = match std::env::var("TZ") {
            Ok(name) => name.trim_start_matches(':').to_owned(),
            Err(_) => iana_time_zone::get_timezone().unwrap_or_default(),
        };
        match name.parse() {
            Ok(Tz::UTC | Tz::Etc__UTC) | Err(_) => Self::Utc,
            Ok(zone) => Self::Named(zone),
        }
    }

    /// What is in force at a time, given in seconds since 1970 in UTC.
    pub fn at(&self, seconds: i64) -> InForce {
        let utc = InForce { offset: 0, name: "UTC".to_owned() };
        let Self::Named(zone) = self else { return utc };
        let Some(time) = chrono::DateTime::from_timestamp(listed(seconds), 0) else { return utc };
        let offset = zone.offset_from_utc_datetime(&time.naive_utc());
        let name = offset.abbreviation().map_or_else(|| numeric(offset.fix().local_minus_utc()), str::to_owned);
        InForce { offset: offset.fix().local_minus_utc(), name }
    }

    /// Seconds in UTC of what clocks in this zone show.
    pub fn to_utc(&self, local: i64) -> i64 {
        let guess = self.at(local).offset;
        if guess == 0 {
            return local;
        }
        let offset = self.at(local.saturating_sub(i64::from(guess))).offset;
        local.saturating_sub(i64::from(offset))
    }

    /// The offset that an abbreviation stands for around a time.
    pub fn offset_of(&self, abbreviation: &str, seconds: i64) -> Option<i32> {
        if *self == Self::Utc {
            return (abbreviation == "UTC").then_some(0);
        }
        const HALF_YEAR: i64 = 182 * 86_400;
        let around = [0, HALF_YEAR, -HALF_YEAR].map(|distance| self.at(seconds.saturating_add(distance)));
        around.into_iter().find(|in_force| in_force.name == abbreviation).map(|in_force| in_force.offset)
    }
}

/// `+03`, `-0330`
fn numeric(offset: i32) -> String {
    let sign = if offset < 0 { '-' } else { '+' };
    let minutes = offset.abs() / 60;
    match minutes % 60 {
        0 => format!("{sign}{:02}", minutes / 60),
        rest => format!("{sign}{:02}{rest:02}", minutes / 60),
    }
}

/// The same moment in a year that the database lists, with the same weekdays.
fn listed(seconds: i64) -> i64 {
    let civil = Civil::from_seconds(seconds, 0);
    if civil.year < LISTED {
        return seconds;
    }
    let first_weekday = |year| Civil { year, month: 1, day: 1, ..civil }.weekday();
    let alike = |year: &i64| is_leap(*year) == is_leap(civil.year) && first_weekday(*year) == first_weekday(civil.year);
    let year = (LISTED - 28..LISTED).find(alike).unwrap_or(LISTED);
    Civil { year, ..civil }.to_seconds().unwrap_or(seconds)
}
