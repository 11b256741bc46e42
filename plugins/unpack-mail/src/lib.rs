//! Takes a mail apart: its body, as text or as HTML, what is attached to it, and the page of one
//! that a browser saved.
//!
//! `mail-parser` finds the parts. What is handed over are the bytes of each, with the charset that
//! the mail declares: decoding them is the work of the extractors.

mod body;
mod header;
mod parts;

use std::io::Write as _;

use docmill_plugin::prelude::*;
use mail_parser::{Message, MessageParser, MimeHeaders as _};

use parts::Parts;

/// The plugin.
#[derive(Debug)]
pub struct UnpackMail;

impl Plugin for UnpackMail {
    fn describe() -> Description {
        Description::new(
            "unpack-mail",
            env!("CARGO_PKG_VERSION"),
            "Takes mails apart into body and attachments, and finds the page of an MHTML file",
        )
        .setting(
            "inline",
            "skip",
            "What becomes of pictures, fonts and styles within a body: `skip`, or `take` as of \
             attachments",
        )
    }
}

impl Unpacker for UnpackMail {
    fn accepts() -> Result<Vec<String>, Error> {
        takes_inline()?;
        let types = ["message/rfc822", "message/global", "message/x-emlx", "multipart/related"];
        Ok(types.map(str::to_owned).to_vec())
    }

    fn unpack(container: Source<'_>) -> Result<(), Error> {
        let bytes = container.read_all();
        if bytes.is_empty() {
            return Ok(());
        }
        let message = header::message_in(&bytes, container.media_type());
        let parsed = MessageParser::default().parse(message);
        let mail = parsed.filter(|it| header::is_mail(it)).ok_or_else(|| {
            Error::Unsupported("it does not begin with the fields of a mail".to_owned())
        })?;
        let parts = Parts::of(&mail);
        match parts.page() {
            Some(page) => hand_over_page(&mail, &parts, page),
            None => hand_over(&mail, &parts, takes_inline()?),
        }
        Ok(())
    }
}

fn takes_inline() -> Result<bool, Error> {
    match setting("inline").as_deref() {
        Some("skip") => Ok(false),
        Some("take") => Ok(true),
        other => {
            let value = other.unwrap_or_default();
            Err(Error::misconfigured("inline", format!("`{value}` is neither `skip` nor `take`")))
        }
    }
}

/// The page of an MHTML file; what it shows and is styled with is left out.
fn hand_over_page(mail: &Message<'_>, parts: &Parts<'_>, page: u32) {
    let part = &mail.parts[page as usize];
    let mut attributes = header::of_page(mail);
    let location =
        part.content_location().or_else(|| header::raw_text(mail, "Snapshot-Content-Location"));
    attributes.extend(location.map(|it| Attribute::new("location", it.trim())));
    attributes.extend(charset(part));
    let name = location.filter(|it| !it.trim().is_empty()).unwrap_or("page.html");
    write(name.trim(), Some("text/html"), &attributes, &parts.bytes(page));
    let others = mail.parts.iter().filter(|it| !it.is_multipart()).count().saturating_sub(1);
    log::info!("{others} parts that the page shows or is styled with are left out");
}

/// Body first, then attachments in their order.
fn hand_over(mail: &Message<'_>, parts: &Parts<'_>, takes_inline: bool) {
    let said = header::of_mail(mail);
    let bodies = body::choose(mail, parts);
    for body in &bodies {
        let mut attributes = said.clone();
        attributes.extend(body.attributes.iter().cloned());
        write(body.name, Some(body.media_type), &attributes, &body.content);
    }
    let mut inline = 0;
    for (number, &id) in (1_u32..).zip(&mail.attachments) {
        let Some(part) = mail.parts.get(id as usize) else { continue };
        if bodies.iter().any(|it| it.parts.contains(&id)) || parts.is_signature(id) {
            continue;
        }
        if !takes_inline && parts.is_inline(id) {
            inline += 1;
            continue;
        }
        let media_type = parts.media_type(id);
        let mut attributes: Vec<Attribute> =
            said.iter().filter(|it| it.name == "message-id").cloned().collect();
        let description = part.content_description().map(str::trim).filter(|it| !it.is_empty());
        attributes.extend(description.map(|it| Attribute::new("description", header::cut(it))));
        if media_type.starts_with("text/") {
            attributes.extend(charset(part));
        }
        let name = part.attachment_name().map(str::trim).filter(|it| !it.is_empty());
        let name = name.map_or_else(|| parts::name_of(number, &media_type), str::to_owned);
        write(&name, Some(&media_type), &attributes, &parts.bytes(id));
    }
    if inline > 0 {
        log::info!("{inline} parts within the body are left out; the setting `inline` takes them");
    }
}

/// The charset that a part declares, if it says one.
fn charset(part: &mail_parser::MessagePart<'_>) -> Option<Attribute> {
    let charset = part.content_type()?.attribute("charset")?.trim();
    (!charset.is_empty()).then(|| Attribute::new("charset", header::cut(charset)))
}

fn write(name: &str, media_type: Option<&str>, attributes: &[Attribute], content: &[u8]) {
    let mut member = MemberWriter::begin(name, media_type, attributes);
    // Never fails: see `MemberWriter`.
    let _ = member.write_all(content);
    member.end();
}

docmill_plugin::export!(unpacker: UnpackMail);
