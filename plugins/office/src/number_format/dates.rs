//! Days and times that numbers count.

use docmill_plugin::date_of_unix;

/// What the numbers of dates count from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateSystem {
    /// Day 1 is the first of January 1900, and there is a 29th of February in that year.
    #[default]
    From1900,
    /// Day 0 is the first of January 1904.
    From1904,
}

/// The parts of a date.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    pub year: i64,
    pub month: usize,
    pub day: u32,
    /// From 0, a Sunday.
    pub weekday: usize,
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    /// Thousandths of a second.
    pub thousandths: u32,
}

impl Moment {
    /// The moment that a number counts to, rounded to so many decimals of a second, at most 3;
    /// `None` if no sheet shows it as a date.
    pub fn of(value: f64, system: DateSystem, decimals: usize) -> Option<Moment> {
        if !(0.0..2_958_466.0).contains(&value) {
            return None;
        }
        let step = 10_f64.powi(3 - decimals.min(3) as i32);
        let all = ((value * 86_400_000.0 / step).round() * step) as i64;
        let (serial, of_day) = (all.div_euclid(86_400_000), all.rem_euclid(86_400_000));
        let since_1970 = match system {
            DateSystem::From1904 => serial - 24_107,
            DateSystem::From1900 if serial >= 60 => serial - 25_569,
            DateSystem::From1900 => serial - 25_568,
        };
        let date = date_of_unix(since_1970 * 86_400)?;
        let number = |range: std::ops::Range<usize>| date.get(range)?.parse::<u32>().ok();
        Some(Moment {
            year: i64::from(number(0..4)?),
            month: number(5..7)? as usize,
            day: number(8..10)?,
            weekday: (since_1970 + 4).rem_euclid(7) as usize,
            hour: (of_day / 3_600_000) as u32,
            minute: (of_day / 60_000 % 60) as u32,
            second: (of_day / 1_000 % 60) as u32,
            thousandths: (of_day % 1_000) as u32,
        })
    }
}

/// Names of months and days in one language.
#[derive(Debug)]
pub struct Names {
    pub months: [&'static str; 12],
    pub days: [&'static str; 7],
    /// How many letters a short name has.
    pub short: usize,
}

const ENGLISH: Names = Names {
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    days: ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
    short: 3,
};

const FRENCH: Names = Names {
    months: [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    days: ["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"],
    short: 4,
};

const GERMAN: Names = Names {
    months: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    days: ["Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"],
    short: 3,
};

const VIETNAMESE: Names = Names {
    months: [
        "Tháng Một",
        "Tháng Hai",
        "Tháng Ba",
        "Tháng Tư",
        "Tháng Năm",
        "Tháng Sáu",
        "Tháng Bảy",
        "Tháng Tám",
        "Tháng Chín",
        "Tháng Mười",
        "Tháng Mười Một",
        "Tháng Mười Hai",
    ],
    days: ["Chủ Nhật", "Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy"],
    short: 20,
};

/// The names in the language that a format asks for by the number that Windows gives it, such as
/// `40C`.
pub fn names(language: Option<u32>) -> &'static Names {
    match language.map(|it| it & 0x3ff) {
        Some(0x07) => &GERMAN,
        Some(0x0c) => &FRENCH,
        Some(0x2a) => &VIETNAMESE,
        _ => &ENGLISH,
    }
}

/// The short form of a name.
pub fn short(names: &Names, name: &str) -> String {
    name.chars().take(names.short).collect()
}
