//! Knows mails, mailboxes and pages saved as mails by how they begin.

/// Names of fields that hardly anything but a mail has.
const OF_MAIL: [&str; 14] = [
    "received",
    "message-id",
    "mime-version",
    "return-path",
    "delivered-to",
    "dkim-signature",
    "content-transfer-encoding",
    "authentication-results",
    "received-spf",
    "x-mozilla-status",
    "x-mailer",
    "x-received",
    "arc-seal",
    "newsgroups",
];

/// Names of fields that mails have, and other texts as well.
const OF_MANY: [&str; 14] = [
    "from",
    "to",
    "cc",
    "bcc",
    "subject",
    "date",
    "sender",
    "reply-to",
    "in-reply-to",
    "references",
    "content-type",
    "user-agent",
    "organization",
    "sent",
];

/// What kind of mail a text is, if it begins like one. A name that says so is believed more easily.
pub fn kind(text: &[u8], named: &str) -> Option<&'static str> {
    if text.starts_with(b"From ") && is_mailbox(text, named) {
        return Some("application/mbox");
    }
    if let Some(rest) = after_count(text) {
        let head = Head::read(rest);
        return (head.of_mail > 0 && head.of_many > 0).then_some("message/x-emlx");
    }
    // Some servers write an empty line first, some programs the line of a mailbox with a quote.
    let text = text.trim_ascii_start();
    let head = Head::read(text.strip_prefix(b">From ").map_or(text, after_line));
    let is_named = matches!(named, "message/rfc822" | "multipart/related" | "application/mbox");
    let is_mail = match (head.of_mail, head.of_many) {
        (1.., _) if head.of_mail + head.of_many >= 2 => true,
        (0, 2..) => head.is_whole && head.is_addressed,
        _ => false,
    };
    let is_believed = is_named && head.of_mail + head.of_many > 0;
    if !is_mail && !is_believed {
        return None;
    }
    let is_page = head.is_related && (named == "multipart/related" || head.is_saved);
    Some(if is_page { "multipart/related" } else { "message/rfc822" })
}

/// What follows a line that is a number: Apple Mail writes how long the mail below it is.
fn after_count(text: &[u8]) -> Option<&[u8]> {
    let line = text.split(|byte| *byte == b'\n').next()?.trim_ascii_end();
    let is_number = (1..=10).contains(&line.len()) && line.iter().all(u8::is_ascii_digit);
    is_number.then(|| after_line(text))
}

fn after_line(text: &[u8]) -> &[u8] {
    text.iter().position(|byte| *byte == b'\n').map_or(&[], |end| &text[end + 1..])
}

/// Whether the line `From …` is one that parts mails, and not the beginning of a sentence: it has a
/// time and a year (RFC 4155), or the name says what it is; and a field follows.
fn is_mailbox(text: &[u8], named: &str) -> bool {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    let mut words = line.split(|byte| *byte == b' ').filter(|it| !it.is_empty());
    let is_time = |word: &[u8]| {
        word.len() >= 4
            && word.contains(&b':')
            && word.iter().all(|it| it.is_ascii_digit() || *it == b':')
    };
    let is_year = |word: &[u8]| word.len() == 4 && word.iter().all(u8::is_ascii_digit);
    let has_date = words.clone().any(is_time) && words.any(is_year);
    let rest = after_line(text);
    let rest = rest.strip_prefix(b">From ").map_or(rest, after_line);
    let is_followed = rest.is_empty()
        || field(rest.split(|byte| *byte == b'\n').next().unwrap_or_default()).is_some();
    (has_date && is_followed) || named == "application/mbox"
}

/// The name and the value of a field in one line.
fn field(line: &[u8]) -> Option<(String, &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    let is_name = (1..=76).contains(&name.len()) && name.iter().all(u8::is_ascii_graphic);
    is_name.then(|| (String::from_utf8_lossy(name).to_ascii_lowercase(), value))
}

/// What the head of a mail shows.
#[derive(Default)]
struct Head {
    of_mail: usize,
    of_many: usize,
    /// Whether somebody has an address.
    is_addressed: bool,
    /// Whether it ended with an empty line, or at the end of what is looked at.
    is_whole: bool,
    /// Whether its content are parts that belong to each other, as those of a page.
    is_related: bool,
    /// Whether a browser wrote it.
    is_saved: bool,
}

impl Head {
    fn read(text: &[u8]) -> Head {
        let mut head = Head { is_whole: true, ..Head::default() };
        let mut last = String::new();
        for line in text.split(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.is_empty() {
                break;
            }
            if line.starts_with(b" ") || line.starts_with(b"\t") {
                match last.as_str() {
                    "" => return Head::default(),
                    name => head.value(name, line),
                }
                continue;
            }
            let Some((name, value)) = field(line) else {
                head.is_whole = false;
                break;
            };
            head.of_mail += usize::from(OF_MAIL.contains(&name.as_str()));
            head.of_many += usize::from(OF_MANY.contains(&name.as_str()));
            head.value(&name, value);
            last = name;
        }
        head
    }

    fn value(&mut self, name: &str, value: &[u8]) {
        let value = value.to_ascii_lowercase();
        let has = |what: &str| value.windows(what.len()).any(|it| it == what.as_bytes());
        match name {
            "from" => {
                self.is_addressed |= has("@");
                self.is_saved |= has("saved by");
            }
            "content-type" => self.is_related |= has("multipart/related"),
            "snapshot-content-location" => self.is_saved = true,
            _ => {}
        }
    }
}
