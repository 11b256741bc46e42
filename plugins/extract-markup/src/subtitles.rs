//! Subtitles: SRT and WebVTT. Each cue is a line of the text with its times as a mark; a pause
//! begins a new paragraph.

use docmill_plugin::{Error, Mark};

use crate::page::Page;

/// A pause that parts what is said, in milliseconds.
const PAUSE: u64 = 2_000;
/// The longest tag, in bytes: where a bracket has no end, it is looked for no farther.
const LONGEST_TAG: usize = 200;

/// Writes the words of all cues.
pub fn write(page: &mut Page, text: &str) -> Result<(), Error> {
    let mut lines = text.lines().peekable();
    if let Some(first) = lines.next_if(|it| it.starts_with("WEBVTT")) {
        let title = first["WEBVTT".len()..].trim_start_matches([' ', '\t', '-']);
        page.add_field("title", title);
        // Fields of a header, as YouTube writes them.
        while let Some(line) = lines.next_if(|it| !it.trim().is_empty() && !it.contains("-->")) {
            if let Some((name, value)) = line.split_once(':') {
                page.add_field(name.trim(), value);
            }
        }
    }
    let (mut any, mut last) = (false, 0);
    while let Some(line) = lines.next() {
        let Some((begin, end)) = times(line) else {
            let is_remark = ["NOTE", "STYLE", "REGION"].iter().any(|it| {
                line.strip_prefix(it)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
            });
            if is_remark {
                while lines.next_if(|it| !it.trim().is_empty()).is_some() {}
            }
            continue;
        };
        any = true;
        if begin >= last + PAUSE {
            page.boundary();
        } else {
            page.line_break();
        }
        last = end;
        let start = page.len();
        let mut is_first = true;
        // A cue ends with an empty line, or where the next one begins: its number, and its times.
        while let Some(line) = lines.next_if(|it| !it.trim().is_empty() && times(it).is_none()) {
            let is_number = line.trim().bytes().all(|it| it.is_ascii_digit());
            if is_number && lines.peek().is_some_and(|it| times(it).is_some()) {
                break;
            }
            if !is_first {
                page.line_break();
            }
            is_first = false;
            write_line(page, line);
        }
        let cue = Mark::new("cue", start..page.len());
        page.mark(cue.with("begin", written(begin)).with("end", written(end)));
    }
    if any { Ok(()) } else { Err(Error::Unsupported("there is no time in it".to_owned())) }
}

/// The words of a line, without tags and codes of styles; a voice is named before what it says.
fn write_line(page: &mut Page, line: &str) {
    let mut words = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(['<', '{']) {
        words.push_str(&rest[..at]);
        rest = &rest[at..];
        let close = if rest.starts_with('<') { '>' } else { '}' };
        let is_code = rest.starts_with('<') || rest.starts_with("{\\");
        let within = &rest[..rest.floor_char_boundary(LONGEST_TAG)];
        match within.find(close).filter(|_| is_code) {
            Some(end) => {
                if let Some(voice) =
                    rest[..end].strip_prefix("<v").filter(|it| it.starts_with([' ', '.']))
                {
                    let voice = voice.split_once(' ').map_or("", |(_, name)| name.trim());
                    if !voice.is_empty() {
                        words.push_str(voice);
                        words.push_str(": ");
                    }
                }
                rest = &rest[end + 1..];
            }
            None => {
                words.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
    }
    words.push_str(rest);
    page.write(&htmlize::unescape(words.as_str()));
}

/// The times of a cue in milliseconds, if the line has them.
fn times(line: &str) -> Option<(u64, u64)> {
    let (begin, rest) = line.split_once("-->")?;
    let end = rest.split_whitespace().next()?;
    Some((time(begin)?, time(end)?))
}

/// `01:02:03.456`, `02:03,456`.
fn time(text: &str) -> Option<u64> {
    let (clock, fraction) = text.trim().split_once([',', '.'])?;
    let digits =
        |text: &str| (1..=6).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit());
    if !digits(fraction) {
        return None;
    }
    let milliseconds: u64 = format!("{fraction:0<3}")[..3].parse().ok()?;
    let mut seconds = 0_u64;
    let parts: Vec<&str> = clock.split(':').map(str::trim).collect();
    if !(2..=3).contains(&parts.len()) {
        return None;
    }
    for part in parts {
        seconds = seconds * 60 + part.parse::<u64>().ok().filter(|_| digits(part))?;
    }
    Some(seconds * 1_000 + milliseconds)
}

fn written(time: u64) -> String {
    let (seconds, milliseconds) = (time / 1_000, time % 1_000);
    format!("{:02}:{:02}:{:02}.{milliseconds:03}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}
