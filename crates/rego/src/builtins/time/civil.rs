//! Dates and clock times of the proleptic Gregorian calendar.

/// What calendar and clock show, without a zone.
#[derive(Debug, Clone, Copy)]
pub struct Civil {
    pub year: i64,
    /// From 1.
    pub month: i64,
    /// From 1.
    pub day: i64,
    pub hour: i64,
    pub minute: i64,
    pub second: i64,
    pub nanos: i64,
}

const DAY: i64 = 86_400;

impl Civil {
    /// From seconds since 1970.
    pub fn from_seconds(seconds: i64, nanos: i64) -> Self {
        let (year, month, day) = date_of(seconds.div_euclid(DAY));
        let clock = seconds.rem_euclid(DAY);
        Self { year, month, day, hour: clock / 3600, minute: clock / 60 % 60, second: clock % 60, nanos }
    }

    /// Seconds since 1970. Fields may be out of their ranges. None if it does not fit.
    pub fn to_seconds(self) -> Option<i64> {
        let months = (self.month - 1).checked_add(self.year.checked_mul(12)?)?;
        let first = days_before(months.div_euclid(12), months.rem_euclid(12) + 1)?;
        let days = first.checked_add(self.day.checked_sub(1)?)?;
        days.checked_mul(DAY)?.checked_add(self.hour * 3600 + self.minute * 60 + self.second)
    }

    /// Seconds since 1970 after so many years, months and days; days beyond a month's end go on into the next.
    pub fn shifted(self, years: i64, months: i64, days: i64) -> Option<i64> {
        let year = self.year.checked_add(years)?;
        let month = self.month.checked_add(months)?;
        let day = self.day.checked_add(days)?;
        Self { year, month, day, ..self }.to_seconds()
    }

    /// From Sunday, which is 0.
    pub fn weekday(&self) -> usize {
        let days = days_before(self.year, self.month).unwrap_or(0) + self.day - 1;
        (days + 4).rem_euclid(7) as usize
    }

    /// From 1.
    pub fn day_of_year(&self) -> i64 {
        (1..self.month).map(|month| days_in_month(self.year, month)).sum::<i64>() + self.day
    }
}

pub fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days between 1970 and the first of a month. Years are counted from March, so that leap days come last.
fn days_before(year: i64, month: i64) -> Option<i64> {
    let year = if month > 2 { year } else { year.checked_sub(1)? };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5;
    era.checked_mul(146_097)?.checked_add(of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}
