//! Days and billing periods. A day is a date in UTC and ends at its midnight (apple-subscriptions.md §17 #28).

use std::fmt;

use crate::model::time::{At, Span};

/// A date between 1970 and 2999.
///
/// No period ends later: nobody's test runs that long, and no advance gets lost in endless periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Days since 1970-01-01.
    days: u32,
}

const DAY: i64 = 86_400_000;

/// The years that a date can be in.
const YEARS: std::ops::RangeInclusive<u32> = 1970..=2999;

const fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

const fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Leap days before the year begins.
const fn leaps_before(year: u32) -> u32 {
    let last = year - 1;
    last / 4 - last / 100 + last / 400
}

/// Days from 1970 to the beginning of the year.
const fn days_before(year: u32) -> u32 {
    (year - 1970) * 365 + leaps_before(year) - leaps_before(1970)
}

impl Date {
    /// The last date.
    pub const LAST: Self = Self { days: days_before(3000) - 1 };

    /// The date, if there is one.
    pub fn new(year: u32, month: u32, day: u32) -> Option<Self> {
        let is_there = YEARS.contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in(year, month)).contains(&day);
        let before = || (1..month).map(|month| days_in(year, month)).sum::<u32>();
        is_there.then(|| Self { days: days_before(year) + before() + day - 1 })
    }

    /// The date of an instant; the nearest one if that is before 1970 or after 2999.
    pub fn of(at: At) -> Self {
        let days = u32::try_from(at.0.div_euclid(DAY).max(0)).unwrap_or(u32::MAX);
        Self { days: days.min(Self::LAST.days) }
    }

    /// Reads `2027-02-28`.
    pub fn parse(text: &str) -> Option<Self> {
        let shape = |(place, byte): (usize, u8)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        };
        if text.len() != 10 || !text.bytes().enumerate().all(shape) {
            return None;
        }
        let number = |range: std::ops::Range<usize>| text.get(range)?.parse().ok();
        Self::new(number(0..4)?, number(5..7)?, number(8..10)?)
    }

    /// The midnight at its end.
    pub fn end(self) -> At {
        At(0).plus(Span((i64::from(self.days) + 1).saturating_mul(DAY)))
    }

    /// Year, month and day.
    pub fn parts(self) -> (u32, u32, u32) {
        // No year is longer than 366 days, so that the guess is not too late.
        let mut year = 1970 + self.days / 366;
        while days_before(year + 1) <= self.days {
            year += 1;
        }
        let (mut month, mut left) = (1, self.days - days_before(year));
        while left >= days_in(year, month) {
            left -= days_in(year, month);
            month += 1;
        }
        (year, month, left + 1)
    }

    /// The day of the month.
    pub fn day(self) -> u32 {
        self.parts().2
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// What periods are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeriodUnit {
    /// Seven days.
    Week,
    /// Calendar months.
    Month,
    /// Calendar years.
    Year,
}

/// How long a billing period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// How many of the unit; 1 to 100.
    count: u8,
    unit: PeriodUnit,
}

impl Period {
    /// A month.
    pub const MONTH: Self = Self { count: 1, unit: PeriodUnit::Month };

    /// So many of a unit: 1 to 100.
    pub fn new(count: u8, unit: PeriodUnit) -> Option<Self> {
        (1..=100).contains(&count).then_some(Self { count, unit })
    }

    /// Reads `week`, `month`, `year`, or a number before one of these: `3 months`.
    pub fn parse(text: &str) -> Option<Self> {
        let (count, unit) = match text.split_once(' ') {
            None => (1, text),
            Some((count, unit)) if count.bytes().all(|byte| byte.is_ascii_digit()) => {
                (count.parse().ok()?, unit)
            }
            Some(_) => return None,
        };
        let unit = match unit.strip_suffix('s').unwrap_or(unit) {
            "week" => PeriodUnit::Week,
            "month" => PeriodUnit::Month,
            "year" => PeriodUnit::Year,
            _ => return None,
        };
        Self::new(count, unit)
    }

    /// The date one period after another. Months and years keep to the day `anchor`, or to the last day of a month that is
    /// too short for it. `None` beyond the last date.
    pub fn after(self, date: Date, anchor: u32) -> Option<Date> {
        let count = u32::from(self.count);
        let months = match self.unit {
            PeriodUnit::Week => {
                let days = date.days + 7 * count;
                return (days <= Date::LAST.days).then_some(Date { days });
            }
            PeriodUnit::Month => count,
            PeriodUnit::Year => 12 * count,
        };
        let (year, month, _) = date.parts();
        let months = year * 12 + month - 1 + months;
        let (year, month) = (months / 12, months % 12 + 1);
        Date::new(year, month, anchor.clamp(1, days_in(year, month)))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            PeriodUnit::Week => "week",
            PeriodUnit::Month => "month",
            PeriodUnit::Year => "year",
        };
        if self.count == 1 { f.write_str(unit) } else { write!(f, "{} {unit}s", self.count) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn a_day_ends_at_its_midnight_in_utc() {
        assert_eq!(date("1970-01-01").end(), At(DAY));
        assert_eq!(date("2027-02-28").end(), At(1_803_859_200_000));
        assert_eq!(Date::of(At(1_803_859_199_999)), date("2027-02-28"));
        assert_eq!(Date::of(At(1_803_859_200_000)), date("2027-03-01"));
        assert_eq!(
            (Date::of(At(i64::MIN)), Date::of(At(i64::MAX))),
            (Date { days: 0 }, Date::LAST)
        );
        assert_eq!(Date::LAST.to_string(), "2999-12-31");
    }

    #[test]
    fn months_keep_to_their_day() {
        let mut day = date("2027-01-31");
        let mut seen = Vec::new();
        for _ in 0..4 {
            day = Period::MONTH.after(day, 31).unwrap();
            seen.push(day.to_string());
        }
        assert_eq!(seen, ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]);
        let after = |period: &str, from: &str, anchor| {
            Period::parse(period).unwrap().after(date(from), anchor).unwrap().to_string()
        };
        assert_eq!(after("month", "2028-01-31", 31), "2028-02-29");
        assert_eq!(after("year", "2028-02-29", 29), "2029-02-28");
        assert_eq!(after("2 weeks", "2026-12-25", 25), "2027-01-08");
        assert_eq!(after("3 months", "2026-11-15", 15), "2027-02-15");
        assert_eq!(Period::MONTH.after(date("2999-12-01"), 1), None);
    }

    #[test]
    fn what_is_no_date_and_no_period() {
        for text in
            ["2027-02-29", "2027-13-01", "1969-12-31", "3000-01-01", "2027-2-8", "+027-02-08"]
        {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        for text in ["", "day", "0 months", "101 weeks", "+1 month", "1.5 years"] {
            assert_eq!(Period::parse(text), None, "{text}");
        }
        for text in ["week", "month", "year", "3 months", "100 years"] {
            assert_eq!(Period::parse(text).unwrap().to_string(), text);
        }
    }

    proptest! {
        #[test]
        fn dates_are_those_of_a_calendar(days in 0..=Date::LAST.days, text: String) {
            let date = Date { days };
            prop_assert_eq!(Date::parse(&date.to_string()), Some(date));
            let calendar = jiff::Timestamp::from_millisecond(date.end().0 - 1).unwrap();
            prop_assert_eq!(date.to_string(), calendar.strftime("%Y-%m-%d").to_string());
            Date::parse(&text);
            Period::parse(&text);
        }
    }
}
