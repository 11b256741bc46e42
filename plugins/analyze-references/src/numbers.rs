//! Decimal numbers as people write them, without floating point.

use crate::scan::{Gap, Kind, Token};

/// The digits of a number past which it is no amount but an accident.
const MOST_DIGITS: usize = 24;
/// The groups of digits that a number may have.
const MOST_GROUPS: usize = 8;

/// How a number with one separator before three digits is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// `1.234` is one and a bit.
    English,
    /// `1,234` is one and a bit: French and Vietnamese.
    Continental,
    /// Either way, three digits are a group.
    Unknown,
}

/// A number read from a text, its separators not yet understood.
#[derive(Debug)]
pub(crate) struct Numeral<'a> {
    /// Each group with the separator before it.
    groups: Vec<(char, &'a str)>,
    end: usize,
}

impl<'a> Numeral<'a> {
    /// The numeral that begins at a number, and the token after it.
    pub(crate) fn read(token: Token<'a>) -> Option<(Numeral<'a>, Token<'a>)> {
        let mut groups = vec![(' ', token.digits()?)];
        let mut end = token.end;
        let mut next = token.next();
        while groups.len() < MOST_GROUPS {
            let spaced = groups.iter().all(|(separator, _)| *separator == ' ');
            let glued = next.next();
            if next.is_sign(&['.', ',']) && next.glued() && glued.glued() {
                let (Some(digits), Kind::Sign(sign)) = (glued.digits(), next.kind) else {
                    break;
                };
                groups.push((sign, digits));
                end = glued.end;
                next = glued.next();
            } else if spaced
                && next.gap == Gap::OneSpace
                && groups[0].1.len() <= 3
                && next.digits().is_some_and(|digits| digits.len() == 3)
            {
                groups.push((' ', next.source()));
                end = next.end;
                next = next.next();
            } else {
                break;
            }
        }
        let digits: usize = groups.iter().map(|(_, digits)| digits.len()).sum();
        (digits <= MOST_DIGITS).then_some((Numeral { groups, end }, next))
    }

    /// Where its last digit ends.
    pub(crate) fn end(&self) -> usize {
        self.end
    }

    /// The number times a power of ten, in plain notation; `None` for versions, chapters and the
    /// like.
    pub(crate) fn times_ten_to(&self, power: usize, style: Style) -> Option<String> {
        let fraction = self.has_fraction(style)?;
        let whole = if fraction { &self.groups[..self.groups.len() - 1] } else { &self.groups[..] };
        let mut digits: String = whole.iter().map(|(_, digits)| *digits).collect();
        let fraction = if fraction { self.groups.last().map_or("", |(_, it)| it) } else { "" };
        let (shifted, rest) = fraction.split_at(power.min(fraction.len()));
        digits.push_str(shifted);
        digits.extend(std::iter::repeat_n('0', power - shifted.len()));
        let rest = rest.trim_end_matches('0');
        let digits = match digits.trim_start_matches('0') {
            "" => "0",
            digits => digits,
        };
        Some(if rest.is_empty() { digits.to_owned() } else { format!("{digits}.{rest}") })
    }

    /// Whether the last group is a fraction, or `None` if the groups make no number.
    fn has_fraction(&self, style: Style) -> Option<bool> {
        let (last, others) = self.groups.split_last()?;
        let Some((first, inner)) = others.split_first() else { return Some(false) };
        let is_group = |group: &(char, &str)| group.1.len() == 3;
        if let Some(separator) = inner.first().map(|(separator, _)| *separator) {
            let uniform = inner.iter().all(|group| group.0 == separator && is_group(group));
            if !uniform || first.1.len() > 3 {
                return None;
            }
            return if last.0 == separator { is_group(last).then_some(false) } else { Some(true) };
        }
        let ambiguous = is_group(last) && first.1.len() <= 3 && !first.1.starts_with('0');
        Some(match last.0 {
            ' ' => false,
            _ if !ambiguous => true,
            '.' => style == Style::English,
            _ => style == Style::Continental,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, power: usize, style: Style, expected: Option<&str>) {
        let (numeral, _) = Numeral::read(Token::first(text)).unwrap();
        assert_eq!(numeral.times_ten_to(power, style).as_deref(), expected, "{text}");
    }

    #[test]
    fn separators_are_read_by_their_groups_and_else_by_the_style() {
        check("500.000", 9, Style::Continental, Some("500000000000000"));
        check("1.234", 9, Style::English, Some("1234000000"));
        check("1,234", 9, Style::English, Some("1234000000000"));
        check("1,5", 9, Style::Continental, Some("1500000000"));
        check("1,234,567.80", 0, Style::Unknown, Some("1234567.8"));
        check("1 234 567,89", 0, Style::Unknown, Some("1234567.89"));
        check("12\u{202f}500", 0, Style::Unknown, Some("12500"));
        check("0.125", 0, Style::Unknown, Some("0.125"));
        check("0,00", 3, Style::Unknown, Some("0"));
        check("1.2.3", 0, Style::Unknown, None);
        check("1234.567.890", 0, Style::Unknown, None);
    }
}
