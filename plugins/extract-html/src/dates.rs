//! Dates as newsrooms write them, brought to RFC 3339 without inventing precision.

/// A date as RFC 3339, or `None` if the text does not begin with a date that can be understood.
///
/// A time of day is kept only with its offset from UTC, because RFC 3339 knows no other; without one, the day is what is certain.
pub fn normalize(text: &str) -> Option<String> {
    let text = text.trim();
    iso(text).or_else(|| numeric(text)).or_else(|| find(text))
}

/// The first date in a text such as `Thứ Tư, 01/05/2024 08:30 (GMT+7)` or `Publié le 1er mai 2024`.
pub fn find(text: &str) -> Option<String> {
    // A line about the date is short; anything else is prose.
    let text = &text[..text.floor_char_boundary(200)];
    let mut previous_is_digit = false;
    for (at, byte) in text.bytes().enumerate() {
        let is_digit = byte.is_ascii_digit();
        if is_digit && !previous_is_digit {
            let rest = &text[at..];
            if let Some(date) = iso(rest).or_else(|| numeric(rest)).or_else(|| worded(rest)) {
                return Some(date);
            }
        }
        previous_is_digit = is_digit;
    }
    None
}

/// Takes one number off the beginning of a text: its value and how many digits it has.
fn number(text: &str) -> Option<(u32, &str, usize)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 4 {
        return None;
    }
    Some((text[..digits].parse().ok()?, &text[digits..], digits))
}

fn day(year: u32, month: u32, day: u32) -> Option<String> {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    ((1900..2100).contains(&year) && (1..=days).contains(&day))
        .then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// `2024-05-01`, `2024-05-01T08:30+0700` and what lies between.
fn iso(text: &str) -> Option<String> {
    let (year, rest, digits) = number(text)?;
    if digits != 4 {
        return None;
    }
    let separator = rest.chars().next().filter(|it| matches!(it, '-' | '/'))?;
    let (month, rest, _) = number(&rest[1..])?;
    let rest = rest.strip_prefix(separator)?;
    let (of_month, rest, digits) = number(rest)?;
    if digits > 2 {
        return None;
    }
    let date = day(year, month, of_month)?;
    Some(with_time(&date, rest).unwrap_or(date))
}

/// `01/05/2024`, `1.5.2024`: the day first, unless an AM or PM shows that Americans wrote it.
fn numeric(text: &str) -> Option<String> {
    let (first, rest, digits) = number(text)?;
    if digits > 2 {
        return None;
    }
    let separator = rest.chars().next().filter(|it| matches!(it, '/' | '-' | '.'))?;
    let (second, rest, digits) = number(&rest[1..])?;
    if digits > 2 {
        return None;
    }
    let rest = rest.strip_prefix(separator)?;
    let (year, rest, digits) = number(rest)?;
    if digits != 4 {
        return None;
    }
    let rest_of_line = &rest.as_bytes()[..rest.len().min(20)];
    let is_american = rest_of_line
        .windows(2)
        .any(|it| it.eq_ignore_ascii_case(b"am") || it.eq_ignore_ascii_case(b"pm"));
    if is_american {
        return day(year, first, second);
    }
    let date = day(year, second, first)?;
    Some(with_time(&date, rest).unwrap_or(date))
}

/// `1er mai 2024`, `1 May 2024`, `1 tháng 5, 2024`.
fn worded(text: &str) -> Option<String> {
    let (of_month, rest, digits) = number(text)?;
    if digits > 2 {
        return None;
    }
    let rest = rest.strip_prefix("er").unwrap_or(rest).trim_start();
    if let Some(rest) = rest.strip_prefix("tháng") {
        let (month, rest, _) = number(rest.trim_start())?;
        let rest = rest.trim_start_matches([' ', ',', '/']);
        let rest = rest.strip_prefix("năm").map_or(rest, str::trim_start);
        let (year, _, digits) = number(rest)?;
        return if digits == 4 { day(year, month, of_month) } else { None };
    }
    let end = rest.find(|it: char| !it.is_alphabetic())?;
    let month = month(&rest[..end])?;
    let (year, _, digits) = number(rest[end..].trim_start_matches(['.', ',', ' ']))?;
    if digits == 4 { day(year, month, of_month) } else { None }
}

fn month(name: &str) -> Option<u32> {
    let lower = name.to_lowercase();
    let starts: [&[&str]; 12] = [
        &["jan"],
        &["feb", "fév", "fev"],
        &["mar"],
        &["apr", "avr"],
        &["may", "mai"],
        &["jun", "juin"],
        &["jul", "juil"],
        &["aug", "août", "aout"],
        &["sep"],
        &["oct"],
        &["nov"],
        &["dec", "déc"],
    ];
    let index = starts.iter().position(|it| it.iter().any(|start| lower.starts_with(start)))?;
    Some(index as u32 + 1)
}

/// The date with the time that follows it, if that has an offset from UTC.
fn with_time(date: &str, rest: &str) -> Option<String> {
    let rest =
        rest.strip_prefix(['T', 't']).unwrap_or(rest).trim_start_matches([' ', ',', '-', '|']);
    let (hour, rest, digits) = number(rest)?;
    let (minute, rest, minute_digits) = number(rest.strip_prefix([':', 'h'])?)?;
    if digits > 2 || minute_digits != 2 || hour > 23 || minute > 59 {
        return None;
    }
    let (mut second, mut rest) = (0, rest);
    if let Some(after) = rest.strip_prefix(':') {
        (second, rest, _) = number(after)?;
        // Fractions say when a server wrote a row, not when anything was published.
        if let Some(after) = rest.strip_prefix(['.', ',']) {
            rest = after.trim_start_matches(|it: char| it.is_ascii_digit());
        }
    }
    let offset = offset(rest.trim_start())?;
    (second < 60).then(|| format!("{date}T{hour:02}:{minute:02}:{second:02}{offset}"))
}

/// `Z`, `+07:00`, `+0700`, `+7`, `GMT+7`, `(GMT+7)`.
fn offset(text: &str) -> Option<String> {
    let text = text.trim_start_matches('(');
    if let Some(rest) = text.strip_prefix(['Z', 'z']) {
        return (!rest.starts_with(|it: char| it.is_alphanumeric())).then(|| "Z".to_owned());
    }
    let named = text.strip_prefix("GMT").or_else(|| text.strip_prefix("UTC"));
    let text = named.unwrap_or(text).trim_start();
    let Some(sign) = text.chars().next().filter(|it| matches!(it, '+' | '-')) else {
        return named.map(|_| "Z".to_owned());
    };
    let (value, rest, digits) = number(&text[1..])?;
    let (hours, minutes) = match (digits, rest.strip_prefix(':').and_then(number)) {
        (1 | 2, Some((minutes, _, 2))) => (value, minutes),
        (1 | 2, None) => (value, 0),
        (4, _) => (value / 100, value % 100),
        _ => return None,
    };
    (hours <= 14 && minutes < 60).then(|| format!("{sign}{hours:02}:{minutes:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_become_as_precise_as_they_were() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(normalize(text).as_deref(), expected, "{text}");
        };
        check("2024-05-01", Some("2024-05-01"));
        check("2024-05-01T08:30:15+07:00", Some("2024-05-01T08:30:15+07:00"));
        check("2024-05-01T08:30:15.123Z", Some("2024-05-01T08:30:15Z"));
        check("2024-05-01T08:30+0700", Some("2024-05-01T08:30:00+07:00"));
        check("2024-05-01 08:30:15", Some("2024-05-01"));
        check("2024/5/1", Some("2024-05-01"));
        check("01/05/2024 08:30 (GMT+7)", Some("2024-05-01T08:30:00+07:00"));
        check("Thứ Tư, 01/05/2024 08:30", Some("2024-05-01"));
        check("5/13/2024 8:30:00 AM", Some("2024-05-13"));
        check("Publié le 1er mai 2024 à 10h00", Some("2024-05-01"));
        check("Wed, 01 May 2024 08:30:00 +0700", Some("2024-05-01"));
        check("Ngày 1 tháng 5 năm 2024", Some("2024-05-01"));
        check("2024-02-30", None);
        check("31/04/2024", None);
        check("99999999999999999999", None);
        check("tél. 12.34.5678", None);
        check("", None);
    }

    #[test]
    fn odd_bytes_do_not_upset_the_reader_of_dates() {
        for text in ["2024-é", "1é", "2024-05-01Té", "01/05/2024 08h3é", "2024-05-01T08:30+é", "+é"]
        {
            let _ = normalize(text);
        }
    }
}
