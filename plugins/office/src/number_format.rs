//! Numbers and dates as a sheet shows them: the format codes of Office Open XML (ECMA-376,
//! 18.8.31), which are those of the old binary files.

mod dates;
mod digits;
mod section;

pub use dates::DateSystem;
pub use digits::general;

use section::Section;

/// The longest code that is looked at, in bytes.
const LONGEST: usize = 1 << 10;

/// A format of numbers.
#[derive(Debug, Clone)]
pub struct NumberFormat {
    /// Of positive numbers, negative ones, zero, and text.
    sections: Vec<Section>,
}

impl NumberFormat {
    /// Reads a format code, such as `#,##0.00;[Red]-#,##0.00`.
    pub fn parse(code: &str) -> NumberFormat {
        let code = &code[..code.floor_char_boundary(LONGEST)];
        NumberFormat { sections: split(code).into_iter().take(4).map(Section::parse).collect() }
    }

    /// The code that a number stands for without being written in the file. Dates that each country
    /// shows in its own way are `yyyy-mm-dd`.
    pub fn built_in(id: u16) -> &'static str {
        match id {
            1 => "0",
            2 => "0.00",
            3 => "#,##0",
            4 => "#,##0.00",
            5 | 6 => "\"$\"#,##0;\\(\"$\"#,##0\\)",
            7 | 8 => "\"$\"#,##0.00;\\(\"$\"#,##0.00\\)",
            9 => "0%",
            10 => "0.00%",
            11 => "0.00E+00",
            12 => "# ?/?",
            13 => "# ??/??",
            14 | 27..=31 | 34..=36 | 50..=54 | 57..=58 => "yyyy-mm-dd",
            15 => "d-mmm-yy",
            16 => "d-mmm",
            17 => "mmm-yy",
            18 => "h:mm AM/PM",
            19 => "h:mm:ss AM/PM",
            20 | 32 | 55 => "h:mm",
            21 | 33 | 56 => "h:mm:ss",
            22 => "yyyy-mm-dd hh:mm",
            37 | 38 => "#,##0;\\(#,##0\\)",
            39 | 40 => "#,##0.00;\\(#,##0.00\\)",
            41 => "#,##0;-#,##0;\"-\";@",
            42 => "\"$\"#,##0;-\"$\"#,##0;\"$-\";@",
            43 => "#,##0.00;-#,##0.00;\"-\"??;@",
            44 => "\"$\"#,##0.00;-\"$\"#,##0.00;\"$-\"??;@",
            45 => "mm:ss",
            46 => "[h]:mm:ss",
            47 => "mm:ss.0",
            48 => "##0.0E+0",
            49 => "@",
            _ => "General",
        }
    }

    /// A number as it is shown.
    pub fn show(&self, value: f64, system: DateSystem) -> String {
        if !value.is_finite() {
            return general(value);
        }
        let (section, takes_sign) = self.section_of(value);
        let Some(section) = section else { return general(value) };
        let shown = section.show(if takes_sign { value.abs() } else { value }, system);
        shown.trim().to_owned()
    }

    /// A text as it is shown.
    pub fn show_text(&self, text: &str) -> String {
        let of_text = match &self.sections[..] {
            [.., last] if self.sections.len() == 4 || last.is_of_text() => Some(last),
            _ => None,
        };
        of_text.map_or_else(|| text.to_owned(), |section| section.show_text(text))
    }

    /// The section for a number, and whether the sign is the section's own matter.
    fn section_of(&self, value: f64) -> (Option<&Section>, bool) {
        let sections = &self.sections[..self.sections.len().min(3)];
        if sections.iter().any(Section::has_condition) {
            let found = sections.iter().position(|it| it.takes(value));
            let found = found.or(sections.len().checked_sub(1));
            return (found.map(|it| &sections[it]), false);
        }
        match (sections, value) {
            ([_, negative, ..], value) if value < 0.0 && !negative.is_of_text() => {
                (Some(negative), true)
            }
            ([_, _, zero], 0.0) if !zero.is_of_text() => (Some(zero), true),
            (sections, _) => (sections.first(), false),
        }
    }
}

/// The sections of a code: what semicolons part that are not quoted.
fn split(code: &str) -> Vec<&str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut is_quoted, mut in_brackets, mut is_escaped) = (false, false, false);
    for (at, character) in code.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if !is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '[' => in_brackets = true,
            ']' => in_brackets = false,
            ';' if !in_brackets => {
                parts.push(&code[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&code[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(code: &str, value: f64) -> String {
        NumberFormat::parse(code).show(value, DateSystem::From1900)
    }

    #[test]
    fn numbers_are_shown_as_a_sheet_shows_them() {
        for (code, value, expected) in [
            ("General", 0.1 + 0.2, "0.3"),
            ("General", 1234567890.0, "1234567890"),
            ("General", -1.5, "-1.5"),
            ("General", 1e20, "1E+20"),
            ("General", 0.00001234, "0.00001234"),
            ("0", 1.5, "2"),
            ("0", 2.5, "3"),
            ("0.00", 1.005, "1.01"),
            ("0.00", -0.001, "0.00"),
            ("#,##0", 1234567.0, "1,234,567"),
            ("#,##0.00", -1234.5, "-1,234.50"),
            ("#,##0;(#,##0)", -1234.0, "(1,234)"),
            ("0%", 0.125, "13%"),
            ("0.0%", 0.1256, "12.6%"),
            ("0.00E+00", 12345.0, "1.23E+04"),
            ("##0.0E+0", 12345.0, "12.3E+3"),
            ("# ?/?", 1.5, "1 1/2"),
            ("# ?/8", 0.375, "3/8"),
            ("#,##0.00 \"€\"", 12.3, "12.30 €"),
            ("[$€-407] #,##0", 1200.0, "€ 1,200"),
            ("_-* #,##0.00\\ _€_-;-* #,##0.00\\ _€_-", 5.0, "5.00"),
            ("0,", 12345.0, "12"),
            ("0.0,,\"M\"", 12345678.0, "12.3M"),
            ("000-0000", 5551234.0, "555-1234"),
            ("00000", 42.0, "00042"),
            ("#", 0.0, ""),
            ("#.##", 0.5, ".5"),
            ("[<1]0.00;0", 0.25, "0.25"),
            ("[<1]0.00;0", 25.0, "25"),
            ("[Red]0;[Blue]-0;\"none\"", 0.0, "none"),
            (";;;", 5.0, ""),
            ("0 \"h\"", 3.0, "3 h"),
        ] {
            assert_eq!(show(code, value), expected, "{code} of {value}");
        }
    }

    #[test]
    fn dates_are_shown_as_a_sheet_shows_them() {
        for (code, value, expected) in [
            ("yyyy-mm-dd", 45_000.0, "2023-03-15"),
            ("d/m/yy", 45_000.0, "15/3/23"),
            ("dddd, mmmm d, yyyy", 45_000.0, "Wednesday, March 15, 2023"),
            ("[$-40C]d mmmm yyyy", 45_000.0, "15 mars 2023"),
            ("mmm-yy", 45_000.0, "Mar-23"),
            ("hh:mm:ss", 0.75, "18:00:00"),
            ("h:mm AM/PM", 0.75, "6:00 PM"),
            ("[h]:mm", 1.5, "36:00"),
            ("mm:ss.0", 0.000_01, "00:00.9"),
            ("yyyy\\-mm\\-dd hh:mm", 45_000.999_999_9, "2023-03-16 00:00"),
            ("d.m.yyyy", 59.0, "28.2.1900"),
            ("d.m.yyyy", 61.0, "1.3.1900"),
            ("d.m.yyyy", -1.0, "-1"),
            ("d.m.yyyy", 1e300, "1E+300"),
        ] {
            assert_eq!(show(code, value), expected, "{code} of {value}");
        }
        let format = NumberFormat::parse("yyyy");
        assert_eq!(format.show(0.0, DateSystem::From1904), "1904");
    }

    #[test]
    fn texts_are_shown_and_no_code_panics() {
        assert_eq!(NumberFormat::parse("0;0;0;\"<\"@\">\"").show_text("a"), "<a>");
        assert_eq!(NumberFormat::parse("0").show_text("a"), "a");
        for code in [
            "", "\\", "\"", "[", "[>", "E+", "/", "?/", "?/0", "@", "0.0.0", "_", "*", "yyyy.",
            "[$", "é", "0/0",
        ] {
            for value in [0.0, -1.0, 1e308, f64::MIN_POSITIVE, f64::NAN, f64::INFINITY, 1.5] {
                show(code, value);
            }
            NumberFormat::parse(code).show_text("x");
        }
        assert!(show(&"0".repeat(5_000), 1.0).len() <= LONGEST);
    }
}
