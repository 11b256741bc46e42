//! Dates and periods, as precise as the text is.

use docmill_plugin::Annotation;

use crate::scan::{Kind, Token};
use crate::{Found, Language, money};

/// A date of which some parts may be unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Date {
    year: Option<u32>,
    month: Option<u32>,
    day: Option<u32>,
}

impl Date {
    fn of_year(year: u32) -> Date {
        Date { year: Some(year), ..Date::default() }
    }

    fn of_month(year: u32, month: u32) -> Date {
        Date { year: Some(year), month: Some(month), day: None }
    }

    fn of_day(year: Option<u32>, month: u32, day: u32) -> Option<Date> {
        let leap = year.is_none_or(|it| it % 4 == 0 && (it % 100 != 0 || it % 400 == 0));
        let days = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        (1..=days).contains(&day).then_some(Date { year, month: Some(month), day: Some(day) })
    }

    /// The date as RFC 3339 writes it, cut where knowledge ends; an unknown year is `-`, as in
    /// `--01-15`.
    fn value(self) -> (String, &'static str) {
        match (self.year, self.month, self.day) {
            (Some(year), Some(month), Some(day)) => {
                (format!("{year:04}-{month:02}-{day:02}"), "day")
            }
            (Some(year), Some(month), None) => (format!("{year:04}-{month:02}"), "month"),
            (Some(year), ..) => (format!("{year:04}"), "year"),
            (None, month, day) => {
                (format!("--{:02}-{:02}", month.unwrap_or(0), day.unwrap_or(0)), "month-day")
            }
        }
    }

    fn found<'a>(self, start: usize, end: usize, next: Token<'a>) -> Found<'a> {
        let (value, precision) = self.value();
        let annotation = Annotation::at("date", start..end).with_value(value);
        Some((annotation.with("precision", precision), next))
    }
}

/// The date or period that begins at `token`; `before` is the token before it.
pub(crate) fn find<'a>(token: Token<'a>, before: Token<'a>, language: Language) -> Found<'a> {
    match token.kind {
        Kind::Number if token.begins_number() => iso(token)
            .or_else(|| day_and_month(token))
            .or_else(|| vietnamese(token, before))
            .or_else(|| slashes(token, before, language))
            .or_else(|| period_before_its_word(token)),
        Kind::Word => english_month_first(token)
            .or_else(|| month_and_year(token))
            .or_else(|| vietnamese_month(token))
            .or_else(|| announced_year(token))
            .or_else(|| announced_period(token)),
        _ => None,
    }
}

/// The day of a month, and the token after it with `er`, `st` or `th`.
fn day(token: Token<'_>) -> Option<(u32, Token<'_>)> {
    let day = token.number(2).filter(|day| (1..=31).contains(day))?;
    let next = token.next();
    let ordinal = next.glued() && matches!(next.word(), "er" | "st" | "nd" | "rd" | "th");
    Some((day, if ordinal { next.next() } else { next }))
}

/// A year as people write it in a date: four digits with nothing glued to them.
fn year(token: Token<'_>) -> Option<u32> {
    let year = token.number(4).filter(|year| (1000..=2100).contains(year))?;
    (token.digits()?.len() == 4 && token.next().ends_number()).then_some(year)
}

/// A year that stands without a month, where a number of things is the likelier meaning the further
/// it is from today.
fn lone_year(token: Token<'_>) -> Option<u32> {
    year(token).filter(|year| (1900..=2100).contains(year))
}

/// The year right after a day and month, with an English comma in between or not:
/// `(year, end, token after)`.
fn year_of_day<'a>(month_end: usize, next: Token<'a>) -> (Option<u32>, usize, Token<'a>) {
    let token = if next.is_sign(&[',']) { next.next() } else { next };
    match year(token).filter(|_| !token.glued() && !counts_something(token)) {
        Some(year) => (Some(year), token.end, token.next()),
        None => (None, month_end, next),
    }
}

/// `2025-10-01`
fn iso(token: Token<'_>) -> Found<'_> {
    let year = token.number(4).filter(|year| (1000..=2999).contains(year))?;
    let (month, rest) = part(token.next(), &['-'])?;
    let (day, next) = part(rest, &['-'])?;
    let last = rest.next();
    // `2025-10-01T12:00` goes on with a letter, which is fine; the span is that of the day.
    let goes_on = !next.ends_number() && next.kind != Kind::Word;
    if goes_on || last.end - token.start != "2025-10-01".len() {
        return None;
    }
    Date::of_day(Some(year), month, day)?.found(token.start, last.end, next)
}

/// A separator and a number of one or two digits, glued to each other and to what comes before.
fn part<'a>(separator: Token<'a>, separators: &[char]) -> Option<(u32, Token<'a>)> {
    let number = separator.next();
    (separator.is_sign(separators) && separator.glued() && number.glued()).then_some(())?;
    Some((number.number(2)?, number.next()))
}

/// A separator and a year, glued likewise: `(year, end, token after)`.
fn year_part<'a>(separator: Token<'a>, separators: &[char]) -> Option<(u32, usize, Token<'a>)> {
    let number = separator.next();
    (separator.is_sign(separators) && separator.glued() && number.glued()).then_some(())?;
    Some((year(number)?, number.end, number.next()))
}

/// `12 juin 2025`, `1er mai`, `12th of June, 2025`
fn day_and_month(token: Token<'_>) -> Found<'_> {
    let (day, next) = day(token)?;
    let name = if next.word() == "of" { next.next() } else { next };
    if name.glued() {
        return None;
    }
    let month = Month::read(name)?;
    let (year, end, next) = year_of_day(month.end, month.next);
    if month.abbreviated && year.is_none() {
        return None;
    }
    Date::of_day(year, month.number, day)?.found(token.start, end, next)
}

/// `June 12, 2025`, `June 12`
fn english_month_first(token: Token<'_>) -> Found<'_> {
    let month = Month::read(token).filter(|month| month.english)?;
    let number = month.next;
    let (day, next) = day(number)
        .filter(|_| !number.glued() && number.next().ends_number() || ordinal(number))?;
    let (year, end, next) = year_of_day(next_end(number), next);
    // `May 20 people attend?` and `March 12 miles`: these two months are words as well.
    let doubtful =
        month.abbreviated || (matches!(token.word(), "may" | "march") && !ordinal(number));
    if (year.is_none() && doubtful) || counts_something(number) {
        return None;
    }
    Date::of_day(year, month.number, day)?.found(token.start, end, next)
}

fn ordinal(number: Token<'_>) -> bool {
    let next = number.next();
    next.glued() && matches!(next.word(), "st" | "nd" | "rd" | "th")
}

/// Where a day ends, with its `st` or `th` if it has one.
fn next_end(number: Token<'_>) -> usize {
    if ordinal(number) { number.next().end } else { number.end }
}

/// `décembre 2024`, `March 2026`
fn month_and_year(token: Token<'_>) -> Found<'_> {
    let month = Month::read(token)?;
    // With a capital, `Mars 2020` is a mission and not a month.
    if token.word() == "mars" && token.capitalized() {
        return None;
    }
    let number = month.next;
    let year = lone_year(number).filter(|_| !number.glued() && !counts_something(number))?;
    Date::of_month(year, month.number).found(token.start, number.end, number.next())
}

/// `12/6/2025`
fn slashes<'a>(token: Token<'a>, before: Token<'a>, language: Language) -> Found<'a> {
    let announced = is_ngay(before);
    let separators: &[char] = if announced { &['/', '-', '.'] } else { &['/'] };
    let first = token.number(2)?;
    let (second, rest) = part(token.next(), separators)?;
    let with_year = year_part(rest, separators);
    if with_year.is_none() && !(announced && rest.ends_number()) {
        return None;
    }
    let second_end = token.next().next().end;
    let (year, end, next) = match with_year {
        Some((year, end, next)) => (Some(year), end, next),
        None => (None, second_end, rest),
    };
    let day_first = Date::of_day(year, second, first);
    let month_first = Date::of_day(year, first, second);
    let date = match (language, day_first, month_first) {
        // American or British? Only the text's author knows.
        (Language::English, Some(day_first), Some(month_first)) if !announced => {
            (day_first == month_first).then_some(day_first)?
        }
        (Language::English, None, Some(month_first)) if !announced => month_first,
        (_, day_first, _) => day_first?,
    };
    date.found(token.start, end, next)
}

/// `12 tháng 6 năm 2025`, and without a year after `ngày`
fn vietnamese<'a>(token: Token<'a>, before: Token<'a>) -> Found<'a> {
    let day = token.number(2)?;
    let thang = token.next();
    let number = thang.next();
    if !is_thang(thang) {
        return None;
    }
    let month = number.number(2)?;
    let nam = number.next();
    let (year, end, next) = match year(nam.next()).filter(|_| is_nam(nam)) {
        Some(year) => (Some(year), nam.next().end, nam.next().next()),
        None => match year_part(nam, &['/', '-', '.']) {
            Some((year, end, next)) => (Some(year), end, next),
            // `12 tháng 6` alone may be twelve months of something.
            None if is_ngay(before) => (None, number.end, nam),
            None => return None,
        },
    };
    Date::of_day(year, month, day)?.found(token.start, end, next)
}

/// `tháng 6/2025`, `tháng 6 năm 2025`
fn vietnamese_month(token: Token<'_>) -> Found<'_> {
    if !is_thang(token) {
        return None;
    }
    let number = token.next();
    let month = number.number(2).filter(|month| (1..=12).contains(month))?;
    let nam = number.next();
    let (year, end, next) = match year(nam.next()).filter(|_| is_nam(nam)) {
        Some(year) => (year, nam.next().end, nam.next().next()),
        None => year_part(nam, &['/', '-', '.'])?,
    };
    Date::of_month(year, month).found(token.start, end, next)
}

/// `d'ici 2030`, `by 2030`, `năm 2030`; `en 2026` only where the phrase ends, for
/// `en 2000 exemplaires` is no date
fn announced_year(token: Token<'_>) -> Found<'_> {
    let ends_phrase = |number: Token<'_>| {
        let after = number.next();
        after.is_end() || after.is_sign(&[',', '.', ';', ':', '!', '?', ')', '»', '"', '”'])
    };
    let number = match token.word() {
        "ici" => Some(token.next()).map(|next| if next.word() == "a" { next.next() } else { next }),
        "by" | "en" | "in" | "des" | "depuis" | "since" => {
            Some(token.next()).filter(|it| ends_phrase(*it))
        }
        "nam" if is_nam(token) => Some(token.next()),
        _ => None,
    }?;
    let year = lone_year(number).filter(|_| !number.glued() && !counts_something(number))?;
    Date::of_year(year).found(number.start, number.end, number.next())
}

/// `période 2026-2030`, `giai đoạn 2021-2025`
fn announced_period(token: Token<'_>) -> Found<'_> {
    let second =
        |word| Some(token.next()).filter(|next| next.word() == word).map(|next| next.next());
    let number = match token.word() {
        "periode" | "periodes" | "period" | "quinquennat" => Some(token.next()),
        "giai" => second("doan"),
        "nhiem" => second("ky"),
        _ => None,
    }?;
    years(number)
}

/// `the 2021–2025 period`
fn period_before_its_word(token: Token<'_>) -> Found<'_> {
    let found = years(token)?;
    (found.1.word() == "period").then_some(found)
}

/// Two years with a dash in between.
fn years(first: Token<'_>) -> Found<'_> {
    let dash = first.next();
    let last = dash.next();
    let start = first.number(4).filter(|year| (1900..=2100).contains(year))?;
    let end = lone_year(last)?;
    (dash.is_sign(&['-', '–', '—', '/']) && start < end).then_some(())?;
    let annotation = Annotation::at("period", first.start..last.end)
        .with_value(format!("{start:04}/{end:04}"))
        .with("precision", "year");
    Some((annotation, last.next()))
}

/// Whether a number that looks like a year or a day belongs to an amount: `2000 euros`.
fn counts_something(number: Token<'_>) -> bool {
    money::find(number, number, Language::Other).is_some() || money::is_scale(number.next())
}

fn is_ngay(token: Token<'_>) -> bool {
    token.word() == "ngay"
}

fn is_thang(token: Token<'_>) -> bool {
    token.word() == "thang"
}

/// The word for "year"; without its accent it means "south", and ends the name of the country.
pub(crate) fn is_nam(token: Token<'_>) -> bool {
    token.is_spelled(&["năm", "na\u{306}m"])
}

/// The name of a month.
struct Month<'a> {
    number: u32,
    english: bool,
    abbreviated: bool,
    end: usize,
    next: Token<'a>,
}

impl<'a> Month<'a> {
    fn read(token: Token<'a>) -> Option<Month<'a>> {
        let (number, french, english) = match token.word() {
            "janvier" => (1, true, false),
            "fevrier" => (2, true, false),
            "mars" => (3, true, false),
            "avril" => (4, true, false),
            // With an accent these are Vietnamese words.
            "mai" if !token.accented => (5, true, false),
            "juin" => (6, true, false),
            "juillet" => (7, true, false),
            "aout" => (8, true, false),
            "septembre" => (9, true, false),
            "octobre" => (10, true, false),
            "novembre" => (11, true, false),
            "decembre" => (12, true, false),
            "january" => (1, false, true),
            "february" => (2, false, true),
            "march" => (3, false, true),
            "april" => (4, false, true),
            "may" => (5, false, true),
            "june" => (6, false, true),
            "july" => (7, false, true),
            "august" => (8, false, true),
            "september" => (9, false, true),
            "october" => (10, false, true),
            "november" => (11, false, true),
            "december" => (12, false, true),
            _ => return Month::abbreviated(token),
        };
        (french || token.capitalized()).then(|| Month {
            number,
            english,
            abbreviated: false,
            end: token.end,
            next: token.next(),
        })
    }

    fn abbreviated(token: Token<'a>) -> Option<Month<'a>> {
        let (number, french) = match token.word() {
            "janv" => (1, true),
            "fevr" => (2, true),
            "avr" => (4, true),
            "juil" => (7, true),
            "sept" => (9, true),
            "oct" => (10, true),
            "nov" => (11, true),
            "dec" => (12, true),
            "jan" => (1, false),
            "feb" => (2, false),
            "mar" => (3, false),
            "apr" => (4, false),
            "jun" => (6, false),
            "jul" => (7, false),
            "aug" => (8, false),
            "sep" => (9, false),
            _ => return None,
        };
        let next = token.next();
        let dot = next.is_sign(&['.']) && next.glued();
        (french || token.capitalized()).then(|| Month {
            number,
            english: token.capitalized(),
            abbreviated: true,
            end: if dot { next.end } else { token.end },
            next: if dot { next.next() } else { next },
        })
    }
}
