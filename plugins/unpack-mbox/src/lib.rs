//! Takes a mailbox apart, one source per mail, in constant memory.
//!
//! A mail begins with a line `From …`, and there are four ways to keep a line of its text from
//! being taken for one (<https://qmail.org/man/man5/mbox.html>, RFC 4155): mboxo writes `>From`,
//! mboxrd adds `>` to such lines too, mboxcl also says how long the mail is, and mboxcl2 says that
//! alone. A length is believed where a mail ends there; `mail-parser` knows no lengths, and holds
//! each mail whole.

mod lines;

use std::io::Write as _;
use std::str::FromStr;

use docmill_plugin::prelude::*;

use lines::{Line, Lines};

/// The plugin.
#[derive(Debug)]
pub struct UnpackMbox;

impl Plugin for UnpackMbox {
    fn describe() -> Description {
        Description::new(
            "unpack-mbox",
            env!("CARGO_PKG_VERSION"),
            "Takes mailboxes apart, one source per mail",
        )
        .setting(
            "quoting",
            "auto",
            "How lines that begin with `From ` are kept: `mboxo`, `mboxrd`, `mboxcl`, `mboxcl2`, or \
             `auto`, which goes by each mail",
        )
    }
}

impl Unpacker for UnpackMbox {
    fn accepts() -> Result<Vec<String>, Error> {
        parsed_setting::<Quoting>("quoting")?;
        Ok(vec!["application/mbox".to_owned(), "text/x-mbox".to_owned()])
    }

    fn unpack(container: Source<'_>) -> Result<(), Error> {
        unpack(&container, parsed_setting("quoting")?)
    }
}

docmill_plugin::export!(unpacker: UnpackMbox);

/// How lines that begin with `From ` are told from those that part mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    /// By the length of a mail where it is right, else as in mboxrd.
    Auto,
    /// `>From ` stands for `From `, and nothing else for anything.
    Mboxo,
    /// One `>` is taken from each line that is `From ` after any number of them.
    Mboxrd,
    /// As mboxrd, and each mail says how long it is.
    Mboxcl,
    /// Each mail says how long it is, and lines are as they were.
    Mboxcl2,
}

impl FromStr for Quoting {
    type Err = &'static str;

    fn from_str(value: &str) -> Result<Quoting, Self::Err> {
        match value {
            "auto" => Ok(Quoting::Auto),
            "mboxo" => Ok(Quoting::Mboxo),
            "mboxrd" => Ok(Quoting::Mboxrd),
            "mboxcl" => Ok(Quoting::Mboxcl),
            "mboxcl2" => Ok(Quoting::Mboxcl2),
            _ => Err("expected `auto`, `mboxo`, `mboxrd`, `mboxcl` or `mboxcl2`"),
        }
    }
}

fn unpack(container: &Source<'_>, quoting: Quoting) -> Result<(), Error> {
    let mut lines = Lines::new(container);
    let mut number = 0_u64;
    // Some programs leave empty lines, or a mark of their encoding.
    let first = loop {
        match lines.next_line() {
            None => return Ok(()),
            Some(line) if line.is_blank() => {}
            Some(line) => break line,
        }
    };
    let start = first.text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first.text);
    if !start.starts_with(b"From ") {
        let reason = "a mailbox begins with a line `From `";
        return Err(Error::Unsupported(reason.to_owned()));
    }
    // Where the first line has no date, those of the others have none either.
    let is_dated = has_date(start);
    if !first.ends {
        lines.skip_line();
    }
    let mut has_mail = true;
    while has_mail {
        number += 1;
        has_mail = take_mail(container, &mut lines, quoting, is_dated, number);
    }
    Ok(())
}

/// Hands over the mail whose first line comes next; whether another one follows.
fn take_mail(
    container: &Source<'_>,
    lines: &mut Lines<'_>,
    quoting: Quoting,
    is_dated: bool,
    number: u64,
) -> bool {
    let name = format!("message {number}");
    let mut mail = MemberWriter::begin(&name, Some("message/rfc822"), &[]);
    let mut is_head = true;
    let mut declared = None;
    // Where the mail ends, once its head has said so rightly, and whether lines in it are quoted.
    let mut end = None;
    let mut is_quoted = quoting != Quoting::Mboxcl2;
    let mut was_blank = false;
    // An empty line belongs to what parts mails, unless another line of this one follows.
    let mut held_back: Vec<u8> = Vec::new();
    let mut has_next = false;
    loop {
        if end.is_some_and(|end| lines.offset() >= end) {
            has_next = lines.skip_to_mail(is_dated);
            break;
        }
        let Some(line) = lines.next_line() else { break };
        let is_within = end.is_some_and(|end| line.offset < end);
        let parts = !is_within && line.begins && was_blank && is_separator(line.text, is_dated);
        if parts {
            if !line.ends {
                lines.skip_line();
            }
            has_next = true;
            break;
        }
        let _ = mail.write_all(&held_back);
        held_back.clear();
        if is_head {
            declared = content_length(&line).or(declared);
            if line.is_blank() {
                is_head = false;
                let body = line.offset + line.text.len() as u64;
                end = declared.and_then(|it| lines::end_of_mail(container, body, it, is_dated));
                if quoting == Quoting::Auto
                    && let Some(end) = end
                {
                    is_quoted = !lines::has_bare_from(container, body, end);
                }
            }
        }
        was_blank = line.begins && line.is_blank();
        if was_blank && !is_head && end.is_none() {
            held_back.extend_from_slice(line.text);
        } else {
            let _ = mail.write_all(unquoted(&line, quoting, is_quoted && !is_head));
        }
    }
    if !has_next {
        let _ = mail.write_all(&held_back);
    }
    mail.end();
    has_next
}

/// A line without the `>` that was put before it.
fn unquoted<'l>(line: &Line<'l>, quoting: Quoting, is_quoted: bool) -> &'l [u8] {
    let marks = line.text.iter().take_while(|it| **it == b'>').count();
    let is_from = line.begins && marks > 0 && line.text[marks..].starts_with(b"From ");
    let is_put_there = match quoting {
        Quoting::Mboxo => marks == 1,
        _ => true,
    };
    if is_from && is_quoted && is_put_there { &line.text[1..] } else { line.text }
}

/// Whether a line after an empty one parts mails: where others have a date, it has one, too.
fn is_separator(line: &[u8], is_dated: bool) -> bool {
    line.starts_with(b"From ") && (!is_dated || has_date(line))
}

/// Whether a line has a time of day and a year: `From a@b Thu Jun 12 08:30:00 2025`.
fn has_date(line: &[u8]) -> bool {
    let line = &line[..line.len().min(500)];
    let words = || line.split(|it| it.is_ascii_whitespace()).filter(|it| !it.is_empty());
    let is_time = |word: &[u8]| {
        (4..=8).contains(&word.len())
            && word.contains(&b':')
            && word.iter().all(|it| it.is_ascii_digit() || *it == b':')
    };
    let is_year = |word: &[u8]| word.len() == 4 && word.iter().all(u8::is_ascii_digit);
    words().any(is_time) && words().any(is_year)
}

/// How long a mail says that its body is.
fn content_length(line: &Line<'_>) -> Option<u64> {
    const NAME: &[u8] = b"content-length:";
    let (name, value) = line.text.split_at_checked(NAME.len()).filter(|_| line.begins)?;
    let value = str::from_utf8(value).ok()?.trim();
    name.eq_ignore_ascii_case(NAME).then(|| value.parse().ok()).flatten()
}

#[cfg(test)]
mod tests;
