//! A time as the contract has it in an attribute: RFC 3339.

/// A time in seconds since 1970, in UTC, as an RFC 3339 date for `date` and other attributes;
/// `None` outside of the years that are written with four digits.
///
/// ```
/// # use docmill_plugin::date_of_unix;
/// assert_eq!(date_of_unix(1_749_717_000).as_deref(), Some("2025-06-12T08:30:00Z"));
/// ```
pub fn date_of_unix(seconds: i64) -> Option<String> {
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days)?;
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"))
}

/// The day of the Gregorian calendar that lies so many days behind 1970-01-01 (Howard Hinnant,
/// "chrono-compatible low-level date algorithms").
fn civil(days: i64) -> Option<(i64, i64, i64)> {
    let shifted = days.checked_add(719_468)?;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    (0..=9_999).contains(&year).then_some((year, month, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_dates() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (1, "1970-01-01T00:00:01Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_749_717_000, "2025-06-12T08:30:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(date_of_unix(seconds).as_deref(), Some(expected));
        }
        for seconds in [1 << 50, i64::MAX, i64::MIN] {
            assert_eq!(date_of_unix(seconds), None);
        }
    }
}
