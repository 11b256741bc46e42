//! Dates of feeds and sitemaps as docmill writes them.

use mail_parser::DateTime;

/// A date of RFC 822 or RFC 3339, or one of their usual misspellings, as in RFC 3339; as precise as
/// it is written.
pub fn rfc_3339(text: &str) -> Option<String> {
    let text = text.trim();
    let bytes = text.as_bytes();
    if bytes.len() > 64 {
        return None;
    }
    let is_digit = |range: std::ops::Range<usize>| {
        bytes.get(range).is_some_and(|it| it.iter().all(u8::is_ascii_digit))
    };
    let is_year = is_digit(0..4) && bytes.get(4).is_none_or(|it| *it == b'-');
    if is_year {
        let has_month = is_digit(5..7) && bytes[4] == b'-';
        let has_day = has_month && bytes.get(7) == Some(&b'-') && is_digit(8..10);
        let month = || text[5..7].parse().is_ok_and(|it: u8| (1..=12).contains(&it));
        let day = || text[8..10].parse().is_ok_and(|it: u8| (1..=31).contains(&it));
        return match bytes.len() {
            4 => Some(text.to_owned()),
            7 if has_month && month() => Some(text.to_owned()),
            10.. if has_day && month() && day() => Some(with_time(text)),
            _ => None,
        };
    }
    let date = DateTime::parse_rfc822(&regular(text)).filter(|it| it.is_valid() && it.year > 0)?;
    Some(date.to_rfc3339())
}

/// The zones that RFC 822 names; what else stands there has no meaning that everybody shares.
const ZONES: [(&str, &str); 12] = [
    ("UT", "+0000"),
    ("UTC", "+0000"),
    ("GMT", "+0000"),
    ("Z", "+0000"),
    ("EST", "-0500"),
    ("EDT", "-0400"),
    ("CST", "-0600"),
    ("CDT", "-0500"),
    ("MST", "-0700"),
    ("MDT", "-0600"),
    ("PST", "-0800"),
    ("PDT", "-0700"),
];

/// The same date with seconds and its zone in figures, which `mail-parser` wants.
fn regular(text: &str) -> String {
    let word = |word: &str| {
        let zone = ZONES.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
        match (zone, word.matches(':').count()) {
            (Some((_, offset)), _) => (*offset).to_owned(),
            (None, 1) if !word.starts_with(['+', '-']) => format!("{word}:00"),
            _ => word.to_owned(),
        }
    };
    text.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

/// `2025-06-12`, and the time of day as far as it is one.
fn with_time(text: &str) -> String {
    let (day, rest) = text.split_at(10);
    let time = rest.trim_start_matches(['T', 't', ' ']).replace(' ', "");
    let bytes = time.as_bytes();
    let is_time = rest.len() > time.len()
        && bytes.len() >= 5
        && bytes[2] == b':'
        && [0, 1, 3, 4].into_iter().all(|at| bytes[at].is_ascii_digit())
        && time.bytes().all(|it| it.is_ascii_digit() || b":.+-Zz".contains(&it));
    match is_time {
        true => format!("{day}T{}", time.to_ascii_uppercase()),
        false => day.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_feeds_are_read() {
        for (text, expected) in [
            ("Thu, 12 Jun 2025 08:30:00 +0200", Some("2025-06-12T08:30:00+02:00")),
            ("Thu, 12 Jun 2025 08:30:00 GMT", Some("2025-06-12T08:30:00Z")),
            ("12 Jun 2025 08:30 EST", Some("2025-06-12T08:30:00-05:00")),
            ("2025-06-12T08:30:00Z", Some("2025-06-12T08:30:00Z")),
            ("2025-06-12 08:30:00 +02:00", Some("2025-06-12T08:30:00+02:00")),
            ("2025-06-12", Some("2025-06-12")),
            ("2025-06-12 at noon", Some("2025-06-12")),
            ("2025-06", Some("2025-06")),
            ("2025", Some("2025")),
            ("2025-13", None),
            ("2025-06-99", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(rfc_3339(text).as_deref(), expected, "{text}");
        }
    }
}
