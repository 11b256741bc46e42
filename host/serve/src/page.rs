//! What all pages have in common: their frame, and how words, numbers and moments are written.
//!
//! Whatever comes from a document or a plugin goes through [`t`], which lets nothing of it be
//! markup and makes visible what nobody could see.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use docmill::render::{escaped, escaped_html};
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// How pages look; also what a report carries within it.
pub(crate) const STYLE: &str = include_str!("style.css");

/// The pages that every other one leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Search,
    Groups,
    Failures,
    Plugins,
    Runs,
    /// None of them.
    None,
}

const SECTIONS: [(Section, &str, &str); 5] = [
    (Section::Search, "/", "Search"),
    (Section::Groups, "/groups", "Groups"),
    (Section::Failures, "/failures", "Failures"),
    (Section::Plugins, "/plugins", "Plugins"),
    (Section::Runs, "/runs", "Runs"),
];

/// A whole page.
pub(crate) fn framed(section: Section, title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (line(title, 120)) " · docmill" }
                link rel="stylesheet" href="/style.css";
            }
            body {
                a.skip href="#main" { "Skip to content" }
                header.site {
                    div {
                        a.name href="/" { "docmill" }
                        nav aria-label="Pages" {
                            @for (each, address, name) in SECTIONS {
                                a href=(address) aria-current=[(each == section).then_some("page")] { (name) }
                            }
                        }
                    }
                }
                main #main tabindex="-1" { (body) }
                footer { "What plugins found in documents that nobody vouches for. Every page has a twin for programs below " code { "/api" } "." }
            }
        }
    }
}

/// A page in one file, which refers to nothing.
pub(crate) fn alone(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { (line(title, 120)) }
                style { (PreEscaped(STYLE)) }
            }
            body { main #main { (body) } }
        }
    }
}

/// Text of a stranger, in an element or an attribute.
pub(crate) fn t(text: &str) -> PreEscaped<String> {
    PreEscaped(escaped_html(text))
}

/// Text of a stranger in one line of at most so many characters.
pub(crate) fn line(text: &str, longest: usize) -> PreEscaped<String> {
    let mut shown = String::new();
    for word in text.split_whitespace() {
        if !shown.is_empty() {
            shown.push(' ');
        }
        shown.extend(word.chars().take(longest + 1));
        if let Some((end, _)) = shown.char_indices().nth(longest) {
            shown.truncate(end);
            return t(&format!("{}…", shown.trim_end()));
        }
    }
    t(&shown)
}

/// At most so many characters of a text as it is, and a mark where it goes on.
pub(crate) fn shortened(text: &str, longest: usize) -> Cow<'_, str> {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

/// A number with its thousands apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// A number and what it counts.
pub(crate) fn count(number: u64, thing: &str) -> String {
    format!("{} {thing}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// A size for people.
pub(crate) fn bytes(size: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = size as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{size} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// A duration for people.
pub(crate) fn span(duration: Duration) -> String {
    match duration.as_secs() {
        0 if duration.as_millis() == 0 => format!("{} µs", duration.as_micros()),
        0 => format!("{} ms", duration.as_millis()),
        1..60 => format!("{:.1} s", duration.as_secs_f64()),
        seconds @ 60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

/// A moment, in UTC.
pub(crate) fn moment(time: SystemTime) -> String {
    // What cannot be written as a date was written by a clock gone wrong.
    let latest = SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_799);
    let time = humantime::format_rfc3339_seconds(time.clamp(SystemTime::UNIX_EPOCH, latest));
    time.to_string().replace('T', " ").replace('Z', " UTC")
}

/// A confidence as a share.
pub(crate) fn share(confidence: f32) -> String {
    format!("{:.2}", confidence.clamp(0.0, 1.0))
}

/// The day of a date, as far as it is one.
pub(crate) fn day(date: &str) -> String {
    let day = date.split_once('T').map_or(date, |(day, _)| day);
    escaped(&day.chars().take(20).collect::<String>())
}

/// As much of an id as people need.
pub(crate) fn short(id: &impl ToString) -> String {
    id.to_string().chars().take(8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_stranger_is_markup_or_hidden() {
        let hostile = "<script>\u{202e}\"'&";
        assert_eq!(t(hostile).0, "&lt;script&gt;\\u{202e}&quot;&#39;&amp;");
        assert_eq!(line("<b> a\n b", 99).0, "&lt;b&gt; a b");
        assert_eq!(line("one two three", 7).0, "one two…");
        assert_eq!(shortened("Đà Nẵng", 3), "Đà …");
        assert_eq!(shortened("Đà Nẵng", 7), "Đà Nẵng");
        assert!(line(&"x".repeat(1_000_000), 20).0.len() < 30);
    }

    #[test]
    fn numbers_are_for_people() {
        assert_eq!((grouped(0), grouped(1_234_567)), ("0".to_owned(), "1,234,567".to_owned()));
        assert_eq!((bytes(10), bytes(1_536)), ("10 B".to_owned(), "1.5 KiB".to_owned()));
        assert_eq!(span(Duration::from_millis(1_500)), "1.5 s");
        assert_eq!(moment(SystemTime::UNIX_EPOCH), "1970-01-01 00:00:00 UTC");
    }
}
