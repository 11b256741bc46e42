//! One section of a format code: what it consists of, and how a number is shown by it.

use super::dates::{DateSystem, Moment, names, short};
use super::digits::{fraction, general, rounded, scientific};

/// The most decimals that are shown.
const MOST_DECIMALS: usize = 30;

#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// Shown as it is.
    Literal(String),
    /// A place for a digit: `0`, `#` or `?`.
    Digit(char),
    Point,
    Percent,
    /// `E+` or `E-`, and whether a `+` is shown.
    Exponent(bool),
    /// Between numerator and denominator.
    Slash,
    /// The text itself.
    Text,
    General,
    /// A part of a date: `y`, `m`, `d`, `h`, `n` for minutes, `s`, `a` for the half of the day; and
    /// how often it is written.
    Date(char, usize),
    /// Hours, minutes or seconds that are not carried over.
    Elapsed(char, usize),
    /// Decimals of seconds.
    Fractions(usize),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

/// A section of a format code.
#[derive(Debug, Clone, Default)]
pub struct Section {
    tokens: Vec<Token>,
    condition: Option<(Comparison, f64)>,
    is_date: bool,
    /// Commas between digits: thousands are parted.
    is_grouped: bool,
    /// Commas behind the digits: so many times thousand.
    thousands: i32,
    language: Option<u32>,
}

impl Section {
    /// Reads a section.
    pub fn parse(code: &str) -> Section {
        let mut section = Section::default();
        let mut rest = code;
        let mut commas = 0;
        while let Some(character) = rest.chars().next() {
            let mut taken = character.len_utf8();
            let after = &rest[taken..];
            if character != ',' && commas > 0 {
                match character {
                    '0' | '#' | '?' => section.is_grouped = true,
                    _ => section.thousands += commas,
                }
                commas = 0;
            }
            match character {
                '"' => {
                    let end = after.find('"').unwrap_or(after.len());
                    section.literal(&after[..end]);
                    taken += end + usize::from(end < after.len());
                }
                '\\' | '!' => {
                    let next = after.chars().next();
                    next.into_iter().for_each(|it| section.literal(it.encode_utf8(&mut [0; 4])));
                    taken += next.map_or(0, char::len_utf8);
                }
                // The width of a character, and one that fills the cell.
                '_' | '*' => {
                    taken += after.chars().next().map_or(0, char::len_utf8);
                    if character == '_' {
                        section.literal(" ");
                    }
                }
                '[' => {
                    let end = after.find(']').unwrap_or(after.len());
                    section.bracket(&after[..end]);
                    taken += end + usize::from(end < after.len());
                }
                '0' | '#' | '?' => section.tokens.push(Token::Digit(character)),
                ',' if section.tokens.iter().any(|it| matches!(it, Token::Digit(_))) => commas += 1,
                '.' if section.is_date && after.starts_with('0') => {
                    let count = after.bytes().take_while(|it| *it == b'0').count();
                    section.tokens.push(Token::Fractions(count.min(3)));
                    taken += count;
                }
                '.' if section.is_date => section.literal("."),
                '.' => section.tokens.push(Token::Point),
                '%' => section.tokens.push(Token::Percent),
                '@' => section.tokens.push(Token::Text),
                'E' | 'e' if after.starts_with(['+', '-']) => {
                    section.tokens.push(Token::Exponent(after.starts_with('+')));
                    taken += 1;
                }
                '/' if !section.is_date && section.has_digits() => {
                    section.tokens.push(Token::Slash)
                }
                'G' | 'g' if rest.get(..7).is_some_and(|it| it.eq_ignore_ascii_case("general")) => {
                    section.tokens.push(Token::General);
                    taken = 7;
                }
                'A' | 'a' if rest.get(..5).is_some_and(|it| it.eq_ignore_ascii_case("am/pm")) => {
                    section.date('a', 2);
                    taken = 5;
                }
                'A' | 'a' if rest.get(..3).is_some_and(|it| it.eq_ignore_ascii_case("a/p")) => {
                    section.date('a', 1);
                    taken = 3;
                }
                'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' | 'e' => {
                    let kind = character.to_ascii_lowercase();
                    let is_same = |it: &u8| it.to_ascii_lowercase() == kind as u8;
                    taken = rest.bytes().take_while(is_same).count();
                    section.date(
                        if kind == 'e' { 'y' } else { kind },
                        if kind == 'e' { 4 } else { taken },
                    );
                }
                character => section.literal(character.encode_utf8(&mut [0; 4])),
            }
            rest = &rest[taken..];
        }
        section.thousands += commas;
        section.tell_minutes();
        section
    }

    fn literal(&mut self, text: &str) {
        match self.tokens.last_mut() {
            Some(Token::Literal(last)) => last.push_str(text),
            _ => self.tokens.push(Token::Literal(text.to_owned())),
        }
    }

    fn date(&mut self, kind: char, count: usize) {
        self.is_date = true;
        self.tokens.push(Token::Date(kind, count));
    }

    fn has_digits(&self) -> bool {
        self.tokens.iter().any(|it| matches!(it, Token::Digit(_)))
    }

    /// What stands in brackets: a condition, a currency with a language, time that is not carried
    /// over, or a colour.
    fn bracket(&mut self, inside: &str) {
        if let Some(said) = inside.strip_prefix('$') {
            let (currency, language) = said.split_once('-').unwrap_or((said, ""));
            self.literal(currency);
            let language = language.split(',').next().unwrap_or_default();
            self.language = u32::from_str_radix(language, 16).ok().or(self.language);
            return;
        }
        let kind = inside.chars().next().map(|it| it.to_ascii_lowercase());
        if let Some(kind @ ('h' | 'm' | 's')) = kind
            && inside.chars().all(|it| it.to_ascii_lowercase() == kind)
        {
            self.is_date = true;
            self.tokens.push(Token::Elapsed(kind, inside.len()));
            return;
        }
        let comparisons = [
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("<>", Comparison::NotEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
            ("=", Comparison::Equal),
        ];
        for (sign, comparison) in comparisons {
            if let Some(number) = inside.strip_prefix(sign) {
                self.condition = number.trim().parse().ok().map(|it| (comparison, it));
                return;
            }
        }
    }

    /// `m` is a minute behind an hour or before a second.
    fn tell_minutes(&mut self) {
        let mut last = ' ';
        for index in 0..self.tokens.len() {
            let next = self.tokens[index + 1..].iter().find_map(|it| match it {
                Token::Date(kind, _) | Token::Elapsed(kind, _) => Some(*kind),
                _ => None,
            });
            match &mut self.tokens[index] {
                Token::Date(kind, count) => {
                    if *kind == 'm' && *count <= 2 && (last == 'h' || next == Some('s')) {
                        *kind = 'n';
                    }
                    last = *kind;
                }
                Token::Elapsed(kind, _) => last = *kind,
                _ => {}
            }
        }
    }

    /// Whether it is for texts.
    pub fn is_of_text(&self) -> bool {
        self.tokens.contains(&Token::Text)
    }

    /// Whether it is for numbers of which something holds.
    pub fn has_condition(&self) -> bool {
        self.condition.is_some()
    }

    /// Whether it is for this number.
    pub fn takes(&self, value: f64) -> bool {
        self.condition.is_none_or(|(comparison, with)| match comparison {
            Comparison::Less => value < with,
            Comparison::LessOrEqual => value <= with,
            Comparison::Greater => value > with,
            Comparison::GreaterOrEqual => value >= with,
            Comparison::Equal => value == with,
            Comparison::NotEqual => value != with,
        })
    }

    /// A text as it is shown.
    pub fn show_text(&self, text: &str) -> String {
        let shown = self.tokens.iter().map(|token| match token {
            Token::Literal(literal) => literal,
            Token::Text | Token::General => text,
            _ => "",
        });
        shown.collect()
    }

    /// A number as it is shown.
    pub fn show(&self, value: f64, system: DateSystem) -> String {
        if self.is_date {
            return self.show_date(value, system).unwrap_or_else(|| general(value));
        }
        if self.tokens.contains(&Token::Slash) {
            return self.show_fraction(value);
        }
        if self.tokens.iter().any(|it| matches!(it, Token::Text | Token::General)) {
            let sign = if value < 0.0 { "-" } else { "" };
            return format!("{sign}{}", self.show_text(&general(value.abs())));
        }
        if !self.has_digits() {
            return self.show_text("");
        }
        self.show_number(value)
    }

    fn show_number(&self, value: f64) -> String {
        let percents = self.tokens.iter().filter(|it| **it == Token::Percent).count() as i32;
        let scaled = value.abs() * 100_f64.powi(percents) / 1_000_f64.powi(self.thousands);
        let exponent = self.tokens.iter().position(|it| matches!(it, Token::Exponent(_)));
        let mantissa = &self.tokens[..exponent.unwrap_or(self.tokens.len())];
        let point = mantissa.iter().position(|it| *it == Token::Point);
        let places =
            |tokens: &[Token]| tokens.iter().filter(|it| matches!(it, Token::Digit(_))).count();
        let before = &mantissa[..point.unwrap_or(mantissa.len())];
        let behind = point.map_or(&[][..], |at| &mantissa[at + 1..]);
        let decimals = places(behind).min(MOST_DECIMALS);
        let (number, power) = match exponent {
            Some(_) => scientific(scaled, places(before), decimals),
            None => {
                let (whole, fraction) = rounded(scaled, decimals);
                (format!("{whole}.{fraction}"), 0)
            }
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
        let is_zero = number.bytes().all(|it| matches!(it, b'0' | b'.'));
        let mut shown = String::new();
        if value < 0.0 && !is_zero {
            shown.push('-');
        }
        self.show_whole(before, if whole == "0" { "" } else { whole }, &mut shown);
        if point.is_some() {
            let optional = |at: usize| fraction.bytes().skip(at).all(|it| it == b'0');
            let mut at = 0;
            let mut digits = String::new();
            for token in behind {
                match token {
                    Token::Digit(place) => {
                        if let Some(digit) = fraction.get(at..=at)
                            && (*place == '0' || !optional(at))
                        {
                            digits.push_str(digit);
                        }
                        at += 1;
                    }
                    Token::Literal(literal) => digits.push_str(literal),
                    Token::Percent => digits.push('%'),
                    _ => {}
                }
            }
            let has_digit = digits.starts_with(|it: char| it.is_ascii_digit());
            shown.push_str(if has_digit { "." } else { "" });
            shown.push_str(&digits);
        }
        if let Some(at) = exponent {
            let shows_plus = self.tokens[at] == Token::Exponent(true);
            shown.push('E');
            shown.push_str(if power < 0 {
                "-"
            } else if shows_plus {
                "+"
            } else {
                ""
            });
            let width = places(&self.tokens[at..]).min(MOST_DECIMALS);
            shown.push_str(&format!("{:0width$}", power.abs()));
            let literals = self.tokens[at..].iter().filter_map(|it| match it {
                Token::Literal(literal) => Some(literal.as_str()),
                _ => None,
            });
            shown.extend(literals);
        }
        shown
    }

    /// The digits before the point in their places; the first place takes those for which there is
    /// none.
    fn show_whole(&self, tokens: &[Token], digits: &str, shown: &mut String) {
        let places = tokens.iter().filter(|it| matches!(it, Token::Digit(_))).count();
        let mut reversed: Vec<char> = Vec::new();
        let mut digits = digits.chars().rev().peekable();
        let (mut place, mut written) = (0, 0);
        let mut push = |digit: char, reversed: &mut Vec<char>| {
            if self.is_grouped && written > 0 && written % 3 == 0 {
                reversed.push(',');
            }
            written += 1;
            reversed.push(digit);
        };
        for token in tokens.iter().rev() {
            match token {
                Token::Digit(kind) => {
                    place += 1;
                    match digits.next() {
                        Some(digit) => push(digit, &mut reversed),
                        None if *kind == '0' => push('0', &mut reversed),
                        None => {}
                    }
                    if place == places {
                        digits.by_ref().for_each(|digit| push(digit, &mut reversed));
                    }
                }
                Token::Literal(literal) => reversed.extend(literal.chars().rev()),
                Token::Percent => reversed.push('%'),
                _ => {}
            }
        }
        // `.00` has no place before its point, and the digits are shown all the same.
        digits.for_each(|digit| push(digit, &mut reversed));
        shown.extend(reversed.into_iter().rev());
    }

    fn show_fraction(&self, value: f64) -> String {
        let slash = self.tokens.iter().position(|it| *it == Token::Slash).unwrap_or(0);
        let behind = &self.tokens[slash + 1..];
        let digits = behind.iter().filter(|it| matches!(it, Token::Digit(_))).count();
        let fixed = behind.iter().find_map(|it| match it {
            Token::Literal(literal) => literal.trim().parse().ok(),
            _ => None,
        });
        // A whole part has a place of its own, with a space behind it.
        let has_whole = self.tokens[..slash].iter().any(|it| *it == Token::Literal(" ".to_owned()));
        let sign = if value < 0.0 { "-" } else { "" };
        let value = value.abs();
        if value > 1e9 {
            return format!("{sign}{}", general(value));
        }
        let mut whole = value.trunc() as u64;
        let (mut numerator, denominator) = fraction(value.fract(), digits, fixed);
        if numerator == denominator {
            (whole, numerator) = (whole + 1, 0);
        }
        match (has_whole, whole, numerator) {
            (true, whole, 0) => format!("{sign}{whole}"),
            (true, 0, numerator) => format!("{sign}{numerator}/{denominator}"),
            (true, whole, numerator) => format!("{sign}{whole} {numerator}/{denominator}"),
            (false, whole, numerator) => {
                let numerator = whole * u64::from(denominator) + u64::from(numerator);
                format!("{sign}{numerator}/{denominator}")
            }
        }
    }

    fn show_date(&self, value: f64, system: DateSystem) -> Option<String> {
        let decimals = self.tokens.iter().find_map(|it| match it {
            Token::Fractions(count) => Some(*count),
            _ => None,
        });
        let moment = Moment::of(value, system, decimals.unwrap_or(0))?;
        let names = names(self.language);
        let is_halved = self.tokens.iter().any(|it| matches!(it, Token::Date('a', _)));
        let padded = |number: i64, width: usize| format!("{number:0width$}", width = width.min(2));
        let mut shown = String::new();
        for token in &self.tokens {
            match token {
                Token::Literal(literal) => shown.push_str(literal),
                Token::Date('y', count) if *count <= 2 => {
                    shown.push_str(&padded(moment.year % 100, 2))
                }
                Token::Date('y', _) => shown.push_str(&moment.year.to_string()),
                Token::Date('m', count) => {
                    let name = names.months[(moment.month - 1).min(11)];
                    match count {
                        ..3 => shown.push_str(&padded(moment.month as i64, *count)),
                        3 => shown.push_str(&short(names, name)),
                        5 => shown.extend(name.chars().take(1)),
                        _ => shown.push_str(name),
                    }
                }
                Token::Date('d', count) => {
                    let name = names.days[moment.weekday];
                    match count {
                        ..3 => shown.push_str(&padded(i64::from(moment.day), *count)),
                        3 => shown.push_str(&short(names, name)),
                        _ => shown.push_str(name),
                    }
                }
                Token::Date('h', count) => {
                    let hour = match is_halved {
                        true => (moment.hour + 11) % 12 + 1,
                        false => moment.hour,
                    };
                    shown.push_str(&padded(i64::from(hour), *count));
                }
                Token::Date('n', count) => {
                    shown.push_str(&padded(i64::from(moment.minute), *count))
                }
                Token::Date('s', count) => {
                    shown.push_str(&padded(i64::from(moment.second), *count))
                }
                Token::Date('a', count) => {
                    let half = if moment.hour < 12 { "AM" } else { "PM" };
                    shown.push_str(&half[..(*count).min(2)]);
                }
                Token::Elapsed(kind, count) => {
                    let unit = match kind {
                        'h' => 24.0,
                        'm' => 1_440.0,
                        _ => 86_400.0,
                    };
                    let number = (value * unit + 1e-6).floor() as i64;
                    shown.push_str(&padded(number, *count));
                }
                Token::Fractions(count) => {
                    let digits = format!("{:03}", moment.thousandths);
                    shown.push('.');
                    shown.push_str(&digits[..(*count).min(3)]);
                }
                Token::Digit(_) | Token::Date(..) | Token::Point | Token::Percent => {}
                Token::Exponent(_) | Token::Text | Token::General => {}
                Token::Slash => shown.push('/'),
            }
        }
        Some(shown)
    }
}
