//! Days as `--since` and `--until` name them, against the dates of documents.

use std::str::FromStr;

/// A day, month or year of ISO 8601: `2025-11-22`, `2025-11`, `2025`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day(String);

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Day, String> {
        let whole = match text.len() {
            4 => format!("{text}-01-01"),
            7 => format!("{text}-01"),
            _ => text.to_owned(),
        };
        // The calendar is a matter of the library that reads whole moments.
        let is_day =
            whole.len() == 10 && humantime::parse_rfc3339(&format!("{whole}T00:00:00Z")).is_ok();
        match is_day {
            true => Ok(Day(text.to_owned())),
            false => {
                Err("a day, a month or a year is needed, such as `2025-11-22` or `2025-11`".into())
            }
        }
    }
}

impl Day {
    /// Whether a document of this date may be of this day, or of a later one. A date may be less
    /// exact than a day is, and a period has two.
    pub fn is_reached_by(&self, date: &str) -> bool {
        ends(date).is_some_and(|(_, last)| self.order(last).is_ge())
    }

    /// Whether a document of this date may be of this day, or of an earlier one.
    pub fn is_not_passed_by(&self, date: &str) -> bool {
        ends(date).is_some_and(|(first, _)| self.order(first).is_le())
    }

    /// How a date lies to this day, as far as both are exact. The order of ISO 8601 is that of its
    /// text.
    fn order(&self, date: &str) -> std::cmp::Ordering {
        let exact = self.0.len().min(date.len());
        date.as_bytes()[..exact].cmp(&self.0.as_bytes()[..exact])
    }
}

/// Whether a date begins with a year, so that it has a place among others.
pub fn is_dated(date: &str) -> bool {
    ends(date).is_some()
}

/// The first and the last day of a date, as far as it tells them; none of what has no year.
fn ends(date: &str) -> Option<(&str, &str)> {
    let (first, last) = date.split_once('/').unwrap_or((date, date));
    let first = day_of(first)?;
    Some((first, day_of(last).unwrap_or(first)))
}

/// A date without its time, if it is one.
fn day_of(date: &str) -> Option<&str> {
    let day = date.split_once('T').map_or(date, |(day, _)| day);
    let is_part =
        |part: &str, length| part.len() == length && part.bytes().all(|it| it.is_ascii_digit());
    let mut parts = day.split('-');
    let year = parts.next().is_some_and(|year| is_part(year, 4));
    let rest = parts.by_ref().take(2).all(|part| is_part(part, 2));
    (year && rest && parts.next().is_none()).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(since: &str, until: &str, date: &str) -> bool {
        let day = |text: &str| text.parse::<Day>().unwrap();
        day(since).is_reached_by(date) && day(until).is_not_passed_by(date)
    }

    #[test]
    fn both_ends_belong_to_the_time_that_is_asked_for() {
        for date in ["2025-11-01", "2025-11-30", "2025-11-30T23:59:59+07:00", "2025-11", "2025"] {
            assert!(between("2025-11-01", "2025-11-30", date), "{date}");
            assert!(between("2025-11", "2025-11", date), "{date}");
            assert!(between("2025", "2025", date), "{date}");
        }
        for date in ["2025-10-31", "2025-12-01", "2024", "2026-01", "--11-05", "soon", ""] {
            assert!(!between("2025-11-01", "2025-11-30", date), "{date}");
        }
    }

    #[test]
    fn a_period_is_of_every_day_in_it() {
        assert!(between("2025-11-10", "2025-11-10", "2025-11-01/2025-11-30"));
        assert!(!between("2025-12-01", "2025-12-31", "2025-11-01/2025-11-30"));
        assert!(between("2025-11", "2025-11", "2025-11-01/30"));
    }

    #[test]
    fn only_the_calendar_has_days() {
        for good in ["2025", "2025-02", "2024-02-29"] {
            assert!(good.parse::<Day>().is_ok(), "{good}");
        }
        for bad in ["", "25", "2025-13", "2025-02-30", "2025-1-1", "2025-11-22T08:00:00Z", "+025"] {
            assert!(bad.parse::<Day>().is_err(), "{bad}");
        }
    }
}
