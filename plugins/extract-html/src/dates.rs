//! Dates as newsrooms write them, brought to RFC 3339 without inventing precision.

use docmill_text::lists::{Row, count, rows};

/// Which comes first where a date is three numbers and neither can be no month, as in `01/05/2024`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// As in most of the world.
    #[default]
    DayFirst,
    /// As in the United States.
    MonthFirst,
}

impl Order {
    /// The order of those who write this language, a tag such as `en-US`. English without a country
    /// is mostly American.
    pub fn of_language(tag: &str) -> Order {
        match tag {
            "en" | "en-US" | "en-PH" | "es-US" => Order::MonthFirst,
            _ => Order::DayFirst,
        }
    }
}

/// A date as RFC 3339, or `None` if the text does not begin with a date that can be understood.
///
/// A time of day is kept only with its offset from UTC, because RFC 3339 knows no other; without
/// one, the day is what is certain.
pub fn normalize(text: &str, order: Order) -> Option<String> {
    let text = text.trim();
    iso(text)
        .or_else(|| compact(text))
        .or_else(|| numeric(text, order))
        .or_else(|| find(text, order))
}

/// The first date in a text such as `Thứ Tư, 01/05/2024 08:30 (GMT+7)`, `Publié le 1er mai 2024` or
/// `2024年5月1日`.
pub fn find(text: &str, order: Order) -> Option<String> {
    // A line about the date is short; anything else is prose.
    let text = &text[..text.floor_char_boundary(200)];
    let western;
    let text = if text.contains(is_arabic_digit) {
        western = text.chars().map(western_digit).collect::<String>();
        &western
    } else {
        text
    };
    if !text.contains(|it: char| it.is_ascii_digit()) {
        return None;
    }
    let mut previous = ' ';
    for (at, character) in text.char_indices() {
        let rest = &text[at..];
        let found = if character.is_ascii_digit() && !previous.is_ascii_digit() {
            iso(rest)
                .or_else(|| numeric(rest, order))
                .or_else(|| worded(rest))
                .or_else(|| year_first(rest))
                .or_else(|| east_asian(rest))
        } else if character.is_alphabetic() && !previous.is_alphanumeric() {
            month_first(rest)
        } else {
            None
        };
        if found.is_some() {
            return found;
        }
        previous = character;
    }
    None
}

/// The date in an address of the form `/2024/02/03/`, as blogs and newspapers file their articles.
pub fn of_address(address: &str) -> Option<String> {
    let path = address.split_once("://")?.1.split(['?', '#']).next()?;
    path.match_indices('/').find_map(|(at, _)| {
        let (year, rest, 4) = number(&path[at + 1..])? else { return None };
        let (month, rest, 1..=2) = number(rest.strip_prefix(['/', '-'])?)? else { return None };
        let (of_month, rest, 1..=2) = number(rest.strip_prefix(['/', '-'])?)? else { return None };
        rest.starts_with(['/', '-']).then(|| day(year, month, of_month))?
    })
}

fn is_arabic_digit(character: char) -> bool {
    matches!(character, '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}')
}

fn western_digit(character: char) -> char {
    match character {
        '\u{660}'..='\u{669}' => (b'0' + (character as u32 - 0x660) as u8) as char,
        '\u{6f0}'..='\u{6f9}' => (b'0' + (character as u32 - 0x6f0) as u8) as char,
        _ => character,
    }
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
    let separator = rest.chars().next().filter(|it| matches!(it, '-' | '/' | '.'))?;
    let (month, rest, _) = number(&rest[1..])?;
    let rest = rest.strip_prefix(separator)?;
    let (of_month, rest, digits) = number(rest)?;
    if digits > 2 {
        return None;
    }
    let date = day(year, month, of_month)?;
    Some(with_time(&date, rest).unwrap_or(date))
}

/// `20240501`, as only machines write it.
fn compact(text: &str) -> Option<String> {
    let digits = text.get(..8)?;
    if !digits.bytes().all(|it| it.is_ascii_digit())
        || text[8..].starts_with(|it: char| it.is_ascii_digit())
    {
        return None;
    }
    day(digits[..4].parse().ok()?, digits[4..6].parse().ok()?, digits[6..].parse().ok()?)
}

/// `01/05/2024`, `1.5.2024`: in the order of the language, unless one of them can be no month or an
/// AM or PM shows that Americans wrote it.
fn numeric(text: &str, order: Order) -> Option<String> {
    let (first, rest, digits) = number(text)?;
    if digits > 2 {
        return None;
    }
    let separator = rest.chars().next().filter(|it| matches!(it, '/' | '-' | '.'))?;
    let (second, rest, digits) = number(rest[1..].trim_start_matches(' '))?;
    if digits > 2 {
        return None;
    }
    let rest = rest.strip_prefix(separator)?;
    let (year, rest, digits) = number(rest.trim_start_matches(' '))?;
    if digits != 4 {
        return None;
    }
    let rest_of_line = &rest.as_bytes()[..rest.len().min(20)];
    let is_american = rest_of_line
        .windows(2)
        .any(|it| it.eq_ignore_ascii_case(b"am") || it.eq_ignore_ascii_case(b"pm"));
    // Nobody who puts the month first separates by points.
    let is_month_first = is_american || (order == Order::MonthFirst && separator != '.');
    let (month, of_month) = match (first, second) {
        (13.., _) => (second, first),
        (_, 13..) => (first, second),
        _ if is_month_first => (first, second),
        _ => (second, first),
    };
    let date = day(year, month, of_month)?;
    Some(with_time(&date, rest).unwrap_or(date))
}

/// What stands behind the number of a day and between it, the month and the year.
const ORDINALS: [&str; 7] = ["er", "st", "nd", "rd", "th", "º", "."];
const LINKS: [&str; 6] = ["de ", "di ", "of ", "del ", "d\u{27}", "d’"];

/// `1er mai 2024`, `1 May 2024`, `3. Februar 2024`, `3 de febrero de 2024`, `1 tháng 5, 2024`.
fn worded(text: &str) -> Option<String> {
    let (of_month, rest, digits) = number(text)?;
    if digits > 2 {
        return None;
    }
    let rest = without_first(rest, &ORDINALS);
    let rest = without_first(rest.trim_start_matches([' ', '\u{a0}', '-']), &LINKS);
    if let Some(rest) = rest.strip_prefix("tháng") {
        let (month, rest, _) = number(rest.trim_start())?;
        let rest = rest.trim_start_matches([' ', ',', '/', '-']);
        let rest = rest.strip_prefix("năm").map_or(rest, str::trim_start);
        let (year, _, digits) = number(rest)?;
        return if digits == 4 { day(year, month, of_month) } else { None };
    }
    let end = rest.find(|it: char| !it.is_alphabetic())?;
    let month = month(&rest[..end])?;
    let rest = rest[end..].trim_start_matches(['.', ',', ' ', '\u{a0}', '-', '/']);
    let (year, rest, digits) = number(without_first(rest, &LINKS))?;
    if digits != 4 {
        return None;
    }
    let date = day(year, month, of_month)?;
    Some(with_time(&date, rest).unwrap_or(date))
}

/// `February 3, 2024`, `Feb. 3rd 2024`.
fn month_first(text: &str) -> Option<String> {
    let end = text.find(|it: char| !it.is_alphabetic())?;
    let month = month(&text[..end])?;
    let (of_month, rest, digits) =
        number(text[end..].trim_start_matches(['.', ' ', '\u{a0}', '-', '/']))?;
    if digits > 2 {
        return None;
    }
    let rest = without_first(rest, &ORDINALS).trim_start_matches([',', ' ', '\u{a0}', '-', '/']);
    let (year, rest, digits) = number(rest)?;
    if digits != 4 {
        return None;
    }
    let date = day(year, month, of_month)?;
    Some(with_time(&date, rest).unwrap_or(date))
}

/// `2024年5月1日`, `2024년 5월 1일`.
fn east_asian(text: &str) -> Option<String> {
    let (year, rest, digits) = number(text)?;
    let rest = rest.trim_start().strip_prefix(['年', '년'])?.trim_start();
    let (month, rest, _) = number(rest)?;
    let rest = rest.trim_start().strip_prefix(['月', '월'])?.trim_start();
    let (of_month, rest, _) = number(rest)?;
    rest.trim_start().strip_prefix(['日', '号', '일'])?;
    if digits == 4 { day(year, month, of_month) } else { None }
}

/// `2023 Jan 7`, as journals have it.
fn year_first(text: &str) -> Option<String> {
    let (year, rest, 4) = number(text)? else { return None };
    let rest = rest.strip_prefix(' ')?;
    let end = rest.find(|it: char| !it.is_alphabetic())?;
    let month = month(&rest[..end])?;
    let (of_month, _, 1..=2) = number(rest[end..].trim_start_matches(['.', ' ']))? else {
        return None;
    };
    day(year, month, of_month)
}

fn without_first<'a>(text: &'a str, beginnings: &[&str]) -> &'a str {
    beginnings.iter().find_map(|it| text.strip_prefix(it)).unwrap_or(text)
}

/// The names of months.
const MONTH_LIST: &str = include_str!("dates/months.tsv");
static MONTHS: [Row; count(MONTH_LIST)] = rows(MONTH_LIST);

/// The month of this name, or of a name that begins so: `Feb`, `Sept`, `juil`.
fn month(name: &str) -> Option<u32> {
    /// The longest name, in bytes, is Russian; a capital may be longer than its small letter.
    const LONGEST: usize = 32;
    /// The shortest beginning that stands for a name.
    const SHORTEST: usize = 3;
    if name.len() > LONGEST {
        return None;
    }
    // `İ` in small letters is an `i` and a dot above it.
    let lower: String = name.to_lowercase().chars().filter(|it| *it != '\u{307}').collect();
    let is_long = lower.chars().count() >= SHORTEST;
    let fits = |row: &&Row| row.key == lower || is_long && row.key.starts_with(lower.as_str());
    // Of several the shortest: `jui` is `juin`.
    MONTHS.iter().filter(fits).min_by_key(|row| row.key.len())?.value.parse().ok()
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
            assert_eq!(normalize(text, Order::DayFirst).as_deref(), expected, "{text}");
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
        check("Wed, 01 May 2024 08:30:00 +0700", Some("2024-05-01T08:30:00+07:00"));
        check("Ngày 1 tháng 5 năm 2024", Some("2024-05-01"));
        check("20240501", Some("2024-05-01"));
        check("2024.05.01", Some("2024-05-01"));
        check("1. Mai 2024, 14:05 Uhr", Some("2024-05-01"));
        check("1 de mayo de 2024", Some("2024-05-01"));
        check("1º de maio de 2024", Some("2024-05-01"));
        check("lunedì 1 maggio 2024", Some("2024-05-01"));
        check("1 mei 2024", Some("2024-05-01"));
        check("1 maja 2024", Some("2024-05-01"));
        check("1 мая 2024 г.", Some("2024-05-01"));
        check("1 травня 2024", Some("2024-05-01"));
        check("1 Mayıs 2024", Some("2024-05-01"));
        check("1 Agustus 2024", Some("2024-08-01"));
        check("١ مايو ٢٠٢٤", Some("2024-05-01"));
        check("2024年5月1日 10:00", Some("2024-05-01"));
        check("2024년 5월 1일", Some("2024-05-01"));
        check("Saturday, May 1, 2024 at 2:05 p.m. EST", Some("2024-05-01"));
        check("Updated May 1st, 2024", Some("2024-05-01"));
        check("2024 May 1", Some("2024-05-01"));
        check("2024 May 123", None);
        check("Maybe 3 2024 things", None);
        check("5/13/2024", Some("2024-05-13"));
        check("2024-02-30", None);
        check("31/04/2024", None);
        check("99999999999999999999", None);
        check("tél. 12.34.5678", None);
        check("", None);
    }

    /// The months of each language, in the forms that dates have.
    const NAMES: [(&str, &str); 20] = [
        (
            "en",
            "January February March April May June July August September October November December",
        ),
        ("en", "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec"),
        (
            "fr",
            "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        ),
        ("fr", "janv févr mars avr mai juin juil aout sept oct nov déc"),
        (
            "de",
            "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        ),
        ("de", "Jänner Feb Mrz Apr Mai Jun Jul Aug Sep Okt Nov Dez"),
        (
            "es",
            "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        ),
        ("es", "ene feb mar abr may jun jul ago set oct nov dic"),
        (
            "it",
            "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        ),
        ("it", "gen feb mar apr mag giu lug ago set ott nov dic"),
        (
            "pt",
            "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        ),
        ("pt", "jan fev mar abr mai jun jul ago set out nov dez"),
        (
            "nl",
            "januari februari maart april mei juni juli augustus september oktober november december",
        ),
        (
            "pl",
            "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
        ),
        (
            "ro",
            "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
        ),
        ("ru", "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"),
        (
            "uk",
            "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
        ),
        ("tr", "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık"),
        (
            "id",
            "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
        ),
        ("ar", "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"),
    ];

    #[test]
    fn every_month_of_every_language_is_that_month() {
        for (language, names) in NAMES {
            assert_eq!(names.split(' ').count(), 12, "{language}");
            for (index, name) in names.split(' ').enumerate() {
                let expected = format!("2024-{:02}-03", index + 1);
                let capital = if language == "tr" {
                    // Turkish capitals: `Nİ`, and `I` for the letter without a dot.
                    name.replace('i', "İ").replace('ı', "I").to_uppercase()
                } else {
                    name.to_uppercase()
                };
                for text in [
                    format!("3 {name} 2024"),
                    format!("3. {name}. 2024"),
                    format!("{name} 3, 2024"),
                    format!("3 de {name} de 2024"),
                    format!("3 {capital} 2024"),
                ] {
                    let found = find(&text, Order::DayFirst);
                    assert_eq!(found.as_deref(), Some(expected.as_str()), "{language}: {text}");
                }
            }
        }
    }

    #[test]
    fn words_that_begin_like_a_month_are_none() {
        for text in [
            "Marketing 3 2024",
            "Decorating 12, 2024",
            "Junior 3 2024",
            "5 Maybe 2024",
            "5 ma 2024",
        ] {
            assert_eq!(find(text, Order::DayFirst), None, "{text}");
        }
    }

    #[test]
    fn the_language_settles_which_number_is_the_month() {
        let of = |tag: &str| normalize("01/05/2024", Order::of_language(tag));
        assert_eq!(of("en-US").as_deref(), Some("2024-01-05"));
        assert_eq!(of("en-GB").as_deref(), Some("2024-05-01"));
        assert_eq!(of("vi").as_deref(), Some("2024-05-01"));
    }

    #[test]
    fn addresses_that_are_filed_by_day_tell_it() {
        let check = |address: &str, expected: Option<&str>| {
            assert_eq!(of_address(address).as_deref(), expected, "{address}");
        };
        check("https://a.example/news/2024/02/03/cranes.html", Some("2024-02-03"));
        check("https://a.example/2024-02-03-cranes", Some("2024-02-03"));
        check("https://a.example/2024/02/cranes", None);
        check("https://a.example/12345/67/89/x", None);
    }

    #[test]
    fn odd_bytes_do_not_upset_the_reader_of_dates() {
        for text in ["2024-é", "1é", "2024-05-01Té", "01/05/2024 08h3é", "2024-05-01T08:30+é", "+é"]
        {
            let _ = normalize(text, Order::DayFirst);
        }
    }
}
