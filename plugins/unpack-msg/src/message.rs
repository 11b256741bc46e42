//! What a mail says of itself, its bodies, and what is attached to it.

use std::io::{Read, Seek};

use docmill_plugin::{Attribute, date_of_unix, media_type};

use crate::Reading;
use crate::properties::{Properties, utf_16};

/// The longest value that is handed on, in bytes.
const LONGEST: usize = 2 << 10;

/// A mail.
pub struct Message {
    properties: Properties,
    attributes: Vec<Attribute>,
    text: Option<(Vec<u8>, bool)>,
    html: Option<(Vec<u8>, bool)>,
    /// The body in RTF, compressed as Outlook does it.
    rtf: Option<Vec<u8>>,
}

/// A body that is handed over.
pub struct Body {
    pub name: &'static str,
    pub media_type: Option<&'static str>,
    pub attributes: Vec<Attribute>,
    pub content: Vec<u8>,
}

/// Something that is attached.
pub struct Attachment {
    name: Option<String>,
    media_type: Option<String>,
    /// Where its bytes lie.
    pub content: String,
    /// Where it lies, if it is a mail itself.
    pub message: Option<String>,
}

impl Message {
    /// Reads the mail in a storage, whose table of properties begins with so many other bytes.
    pub fn read<F: Read + Seek>(reading: &mut Reading<'_, F>, path: &str, head: usize) -> Message {
        let properties = Properties::read(reading, path, head);
        let mut attributes = Vec::new();
        let mut push = |name: &str, value: Option<String>| {
            attributes.extend(
                value.map(|it| Attribute::new(name, &it[..it.floor_char_boundary(LONGEST)])),
            );
        };
        push("title", properties.string(reading, 0x0037));
        let sent = properties.time(0x0039).or_else(|| properties.time(0x0e06));
        push("date", sent.and_then(|it| date_of_unix(i64::try_from(it).ok()?)));
        let sender = properties.string(reading, 0x0c1a);
        let address = properties
            .string(reading, 0x5d01)
            .or_else(|| properties.string(reading, 0x0c1f).filter(|it| it.contains('@')));
        push("creator", sender.clone().or_else(|| address.clone()));
        push(
            "from",
            match (sender, address) {
                (Some(name), Some(address)) if name != address => {
                    Some(format!("{name} <{address}>"))
                }
                (name, address) => name.or(address),
            },
        );
        for (name, id) in [("to", 0x0e04), ("cc", 0x0e03)] {
            let all = properties.string(reading, id).unwrap_or_default();
            for one in all.split(';').map(str::trim).filter(|it| !it.is_empty()).take(64) {
                push(name, Some(one.to_owned()));
            }
        }
        for (name, id) in [("message-id", 0x1035), ("in-reply-to", 0x1042)] {
            let value = properties.string(reading, id);
            push(name, value.map(|it| it.trim_matches(['<', '>', ' ']).to_owned()));
        }
        let text = properties.text(reading, 0x1000);
        let html = properties.binary(reading, 0x1013).map(|bytes| (bytes, false));
        let html = html.or_else(|| properties.text(reading, 0x1013));
        let rtf = properties.binary(reading, 0x1009);
        Message { properties, attributes, text, html, rtf }
    }

    pub fn attributes(&self) -> Vec<Attribute> {
        self.attributes.clone()
    }

    /// The body: Outlook makes the text from the HTML or the RTF, so one is enough, and the HTML
    /// has more.
    pub fn body(&self) -> Option<Body> {
        let is_filled =
            |it: &&(Vec<u8>, bool)| it.0.iter().any(|it| !it.is_ascii_whitespace() && *it != 0);
        let charset = |name: Option<&str>| {
            name.map(|it| Attribute::new("charset", it)).into_iter().collect::<Vec<_>>()
        };
        if let Some((bytes, is_unicode)) = self.html.as_ref().filter(is_filled) {
            let (content, attributes) = match is_unicode {
                true => (utf_16(bytes).into_bytes(), charset(Some("utf-8"))),
                false => (bytes.clone(), charset(self.properties.html_charset().as_deref())),
            };
            return Some(Body {
                name: "body.html",
                media_type: Some("text/html"),
                attributes,
                content,
            });
        }
        if let Some((bytes, is_unicode)) = self.text.as_ref().filter(is_filled) {
            let (content, mut attributes) = match is_unicode {
                true => (utf_16(bytes).into_bytes(), charset(Some("utf-8"))),
                false => (bytes.clone(), charset(self.properties.charset())),
            };
            attributes.push(Attribute::new("format", "fixed"));
            return Some(Body {
                name: "body.txt",
                media_type: Some("text/plain"),
                attributes,
                content,
            });
        }
        // Handed over all the same, so that it is told what nobody reads.
        let content = self.rtf.clone()?;
        let media_type = Some("application/x-compressed-rtf");
        Some(Body { name: "body.rtf", media_type, attributes: Vec::new(), content })
    }

    /// What is attached, in order.
    pub fn attachments<F: Read + Seek>(&self, reading: &mut Reading<'_, F>) -> Vec<Attachment> {
        let names = reading.names(&self.properties.path);
        let storages = names.into_iter().filter(|it| it.starts_with("__attach_version1.0_"));
        let storages: Vec<String> =
            storages.map(|it| format!("{}{it}", self.properties.path)).collect();
        storages
            .iter()
            .map(|path| Attachment::read(reading, path, self.properties.charset()))
            .collect()
    }
}

impl Attachment {
    fn read<F: Read + Seek>(
        reading: &mut Reading<'_, F>,
        path: &str,
        charset: Option<&str>,
    ) -> Attachment {
        let properties = Properties::read(reading, path, 8).or_in(charset);
        let name = properties
            .string(reading, 0x3707)
            .or_else(|| properties.string(reading, 0x3704))
            .or_else(|| properties.string(reading, 0x3001));
        let media_type = properties.string(reading, 0x370e).map(|it| it.to_ascii_lowercase());
        let inner = format!("{}__substg1.0_3701000D", properties.path);
        // Of a document that is embedded, the storage is no mail.
        let is_mail = reading.names(&inner).iter().any(|it| it == "__properties_version1.0");
        Attachment {
            name,
            media_type,
            content: properties.binary_path(0x3701),
            message: is_mail.then_some(inner),
        }
    }

    /// What it is called, or where it stands.
    pub fn name(&self, number: u32) -> String {
        let extension = if self.message.is_some() { ".msg" } else { "" };
        self.name.clone().unwrap_or_else(|| format!("attachment-{number}{extension}"))
    }

    /// What it is said to be.
    pub fn media_type(&self) -> Option<String> {
        self.media_type.as_deref().and_then(media_type)
    }
}
