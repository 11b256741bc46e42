//! The parts of a mail: what kind each is, where it stands, and its bytes.

use std::borrow::Cow;

use docmill_plugin::media_type;
use mail_parser::decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode};
use mail_parser::{Encoding, Message, MessagePart, MimeHeaders as _, PartType};

/// The parts of one mail.
pub struct Parts<'m> {
    mail: &'m Message<'m>,
    /// The part that each lies in; `mail-parser` hands them out in order.
    parents: Vec<Option<u32>>,
}

impl<'m> Parts<'m> {
    pub fn of(mail: &'m Message<'m>) -> Parts<'m> {
        let mut parents = vec![None; mail.parts.len()];
        for (parent, part) in (0_u32..).zip(&mail.parts) {
            for child in part.sub_parts().into_iter().flatten() {
                if let Some(slot) = parents.get_mut(*child as usize) {
                    *slot = Some(parent);
                }
            }
        }
        Parts { mail, parents }
    }

    fn part(&self, id: u32) -> &'m MessagePart<'m> {
        &self.mail.parts[id as usize]
    }

    /// The page of an MHTML file: the first HTML in a mail that is nothing but parts which belong
    /// to each other, and have places on the web.
    pub fn page(&self) -> Option<u32> {
        let root = self.mail.parts.first()?;
        let is_related = root.is_content_type("multipart", "related");
        let has_place =
            |part: &MessagePart<'_>| part.content_location().is_some_and(|it| it.contains(':'));
        let is_saved = crate::header::raw_text(self.mail, "Snapshot-Content-Location").is_some()
            || self.mail.from().is_none()
            || self.mail.to().is_none() && self.mail.parts.iter().any(has_place);
        if !is_related || !is_saved || !self.mail.parts.iter().any(has_place) {
            return None;
        }
        let pages = (0_u32..).zip(&self.mail.parts);
        let mut pages = pages.filter(|(_, part)| matches!(part.body, PartType::Html(_)));
        let start = root.content_type().and_then(|it| it.attribute("start"));
        let start = start.map(|it| it.trim_start_matches('<').trim_end_matches('>'));
        let first = pages.clone().next();
        let meant =
            pages.find(|(_, part)| part.content_id().is_some() && part.content_id() == start);
        meant.or(first).map(|(id, _)| id)
    }

    /// `image/png`, as the part says, or by what a part is that says nothing.
    pub fn media_type(&self, id: u32) -> String {
        let part = self.part(id);
        if part.is_message() {
            return "message/rfc822".to_owned();
        }
        let said = part.content_type().and_then(|it| Some((it.ctype(), it.subtype()?)));
        // One that has none of the boundaries that it announces is text.
        let is_possible = |kind: &str| !(part.is_text() && kind.eq_ignore_ascii_case("multipart"));
        let said = said.filter(|(kind, _)| is_possible(kind));
        match said.and_then(|(kind, subtype)| media_type(&format!("{kind}/{subtype}"))) {
            Some(said) => said,
            None if part.is_text() => "text/plain".to_owned(),
            None => "application/octet-stream".to_owned(),
        }
    }

    /// Whether a part belongs to a body as a picture or a style does: it stands beside it, named,
    /// and is nothing that somebody attached.
    pub fn is_inline(&self, id: u32) -> bool {
        let part = self.part(id);
        let media_type = self.media_type(id);
        let is_furniture =
            ["image/", "font/", "audio/"].iter().any(|it| media_type.starts_with(it))
                || matches!(
                    media_type.as_str(),
                    "text/css" | "text/javascript" | "application/javascript"
                );
        let is_named = part.content_id().is_some() || part.content_location().is_some();
        let is_attached = part.content_disposition().is_some_and(|it| it.is_attachment());
        let mut above = self.parents.get(id as usize).copied().flatten();
        let mut is_related = false;
        while let Some(parent) = above {
            is_related |= self.part(parent).is_content_type("multipart", "related");
            above = self.parents.get(parent as usize).copied().flatten().filter(|it| *it < parent);
        }
        is_furniture && is_named && (is_related || !is_attached)
    }

    /// Whether nothing says that a part was attached.
    pub fn is_unnamed(&self, id: u32) -> bool {
        let part = self.part(id);
        let is_attached = part.content_disposition().is_some_and(|it| it.is_attachment());
        part.attachment_name().is_none() && !is_attached
    }

    /// Whether a part only vouches for others.
    pub fn is_signature(&self, id: u32) -> bool {
        matches!(
            self.media_type(id).as_str(),
            "application/pgp-signature"
                | "application/pkcs7-signature"
                | "application/x-pkcs7-signature"
        )
    }

    /// Whether it is the body of a mail that wrapped lines so that they can be joined again.
    pub fn format(&self, id: u32) -> (bool, bool) {
        let said = |name| self.part(id).content_type().and_then(|it| it.attribute(name));
        let is = |name, value: &str| {
            said(name).is_some_and(|it: &str| it.trim().eq_ignore_ascii_case(value))
        };
        (is("format", "flowed"), is("delsp", "yes"))
    }

    /// The bytes of a part as they were before they were encoded for transport. Text stays in its
    /// charset.
    pub fn bytes(&self, id: u32) -> Cow<'m, [u8]> {
        let part = self.part(id);
        let (start, end) = (part.offset_body as usize, part.offset_end as usize);
        let raw = self.mail.raw_message.get(start..end).unwrap_or_default();
        match &part.body {
            PartType::Text(text) | PartType::Html(text) => {
                let decoded = match part.encoding {
                    _ if part.is_encoding_problem => None,
                    Encoding::None => Some(Cow::Borrowed(raw)),
                    Encoding::Base64 => base64_decode(raw).map(Cow::Owned),
                    Encoding::QuotedPrintable => quoted_printable_decode(raw).map(Cow::Owned),
                };
                // What `mail-parser` made of it is UTF-8, which no declared charset speaks against.
                decoded.unwrap_or_else(|| Cow::Borrowed(text.as_bytes()))
            }
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => Cow::Borrowed(bytes),
            PartType::Message(message) if part.encoding == Encoding::None => {
                let end = if end > start { end } else { message.raw_message.len() };
                Cow::Borrowed(self.mail.raw_message.get(start..end).unwrap_or_default())
            }
            PartType::Message(message) => Cow::Borrowed(&message.raw_message),
            PartType::Multipart(_) => Cow::Borrowed(raw),
        }
    }
}

/// What an attachment is called that has no name.
pub fn name_of(number: u32, media_type: &str) -> String {
    let extension = match media_type {
        "message/rfc822" => ".eml",
        "text/plain" => ".txt",
        "text/html" => ".html",
        "text/calendar" => ".ics",
        "application/pdf" => ".pdf",
        _ => "",
    };
    format!("attachment-{number}{extension}")
}
