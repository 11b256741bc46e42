//! What the head of a mail says, as attributes.

use std::borrow::Cow;

use docmill_plugin::Attribute;
use mail_parser::{Addr, Address, HeaderName, HeaderValue, Message};

/// The longest value that is handed on, in bytes, and the most of one name: heads are as long as
/// anybody likes.
const LONGEST: usize = 2 << 10;
const MOST: usize = 64;

/// The bytes of the mail among those of the source: without what mailbox programs put around it.
pub fn message_in<'b>(bytes: &'b [u8], media_type: &str) -> &'b [u8] {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if media_type == "message/x-emlx" {
        // Apple Mail: the length of the mail on a line of its own, the mail, and a property list.
        let (first, rest) = line(bytes);
        let length = str::from_utf8(first).ok().and_then(|it| it.trim().parse::<usize>().ok());
        return match length {
            Some(length) => &rest[..length.min(rest.len())],
            None => bytes,
        };
    }
    // Some servers write empty lines first, and some programs the line that parts mails in a
    // mailbox.
    let start = bytes.iter().take_while(|it| it.is_ascii_whitespace()).count();
    let trimmed = &bytes[start..];
    match trimmed.starts_with(b"From ") || trimmed.starts_with(b">From ") {
        true => line(trimmed).1,
        false => trimmed,
    }
}

fn line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|it| *it == b'\n').map_or(bytes.len(), |at| at + 1);
    bytes.split_at(end)
}

/// Whether what was read has a field that mails have.
pub fn is_mail(mail: &Message<'_>) -> bool {
    mail.parts.first().is_some_and(|root| {
        root.headers.iter().any(|header| {
            !matches!(header.name, HeaderName::Other(_))
                && !matches!(header.value, HeaderValue::Empty)
        })
    })
}

/// What a mail says of itself: title, creator and date as docmill calls them, and the rest as mails
/// do.
pub fn of_mail(mail: &Message<'_>) -> Vec<Attribute> {
    let mut attributes = Vec::new();
    let subject = mail.subject().map(one_line).filter(|it| !it.is_empty());
    attributes.extend(subject.map(|it| Attribute::new("title", cut(&it))));
    attributes.extend(date(mail));
    let from = mail.from().or_else(|| mail.sender());
    let creators = addresses(from).filter_map(|it| it.name.as_deref().or(it.address.as_deref()));
    let creators = creators.map(one_line).filter(|it| !it.is_empty()).take(MOST);
    attributes.extend(creators.map(|it| Attribute::new("creator", cut(&it))));
    let lists =
        [("from", from), ("reply-to", mail.reply_to()), ("to", mail.to()), ("cc", mail.cc())];
    for (name, list) in lists {
        let mailboxes = addresses(list).filter_map(mailbox).take(MOST);
        attributes.extend(mailboxes.map(|it| Attribute::new(name, cut(&it))));
    }
    let ids = [
        ("message-id", mail.header(HeaderName::MessageId)),
        ("in-reply-to", mail.header(HeaderName::InReplyTo)),
        ("references", mail.header(HeaderName::References)),
    ];
    for (name, value) in ids {
        let values: Vec<&str> = match value {
            Some(HeaderValue::Text(id)) => vec![id],
            Some(HeaderValue::TextList(ids)) => ids.iter().map(AsRef::as_ref).collect(),
            _ => Vec::new(),
        };
        let values = values.into_iter().map(one_line).filter(|it| !it.is_empty()).take(MOST);
        attributes.extend(values.map(|it| Attribute::new(name, cut(&it))));
    }
    let list = mail.list_id().as_address().into_iter().flat_map(Address::iter).next();
    let list = list.and_then(|it| it.address.as_deref()).map(one_line);
    attributes.extend(list.map(|it| Attribute::new("list-id", cut(&it))));
    attributes
}

/// What an MHTML file says of its page: who saved it is not who wrote it, and when is not when it
/// was written.
pub fn of_page(mail: &Message<'_>) -> Vec<Attribute> {
    let mut attributes = Vec::new();
    let subject = mail.subject().map(one_line).filter(|it| !it.is_empty());
    attributes.extend(subject.map(|it| Attribute::new("title", cut(&it))));
    attributes.extend(date(mail).map(|it| Attribute::new("saved", it.value)));
    attributes
}

/// The value of a field that `mail-parser` knows nothing of.
pub fn raw_text<'m>(mail: &'m Message<'_>, name: &'static str) -> Option<&'m str> {
    mail.header(HeaderName::Other(Cow::Borrowed(name)))?.as_text()
}

fn date(mail: &Message<'_>) -> Option<Attribute> {
    let date = mail.date().filter(|it| it.is_valid() && it.year > 0)?;
    Some(Attribute::new("date", date.to_rfc3339()))
}

fn addresses<'m>(list: Option<&'m Address<'m>>) -> impl Iterator<Item = &'m Addr<'m>> {
    list.into_iter().flat_map(Address::iter)
}

/// `Name <address>`, as far as both are there.
fn mailbox(it: &Addr<'_>) -> Option<String> {
    let name = it.name.as_deref().map(one_line).filter(|it| !it.is_empty());
    let address = it.address.as_deref().map(one_line).filter(|it| !it.is_empty());
    match (name, address) {
        (Some(name), Some(address)) => Some(format!("{name} <{address}>")),
        (name, address) => name.or(address),
    }
}

/// A value on one line, without control characters, and with single spaces.
fn one_line(text: &str) -> String {
    let spaced = text.split(|it: char| it.is_whitespace() || it.is_control());
    let mut line = String::new();
    for word in spaced.filter(|it| !it.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > LONGEST {
            break;
        }
    }
    line
}

/// At most as much as a value may have.
pub fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(LONGEST)]
}
