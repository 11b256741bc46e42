//! Days as the contract has them: RFC 3339, cut where the archive knows no more.

/// The day of a time whose zone nobody knows.
pub fn of_day(year: u16, month: u8, day: u8) -> Option<String> {
    let is_day = (1..=12).contains(&month) && (1..=31).contains(&day);
    // What writes no time writes the first that there is.
    let is_told = (year, month, day) > (1980, 1, 1);
    (is_day && is_told).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates() {
        assert_eq!(of_day(2025, 6, 12).as_deref(), Some("2025-06-12"));
        assert_eq!(of_day(1980, 1, 1), None);
        assert_eq!(of_day(2025, 13, 12), None);
    }
}
