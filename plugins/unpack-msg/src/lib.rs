//! Takes a mail apart that Outlook saved (`.msg`): its body, as text or as HTML, and what is
//! attached.
//!
//! `cfb` reads the compound file, stream by stream; which stream is what, MS-OXMSG and MS-OXPROPS
//! say (<https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxmsg>). `msg_parser`
//! holds all streams as text in hexadecimal digits, and knows no charsets.

mod message;
mod properties;

use std::io::Write as _;

use docmill_plugin::prelude::*;

use message::Message;

/// The most mails within each other that are opened.
const DEEPEST: usize = 5;

/// The plugin.
#[derive(Debug)]
pub struct UnpackMsg;

impl Plugin for UnpackMsg {
    fn describe() -> Description {
        Description::new(
            "unpack-msg",
            env!("CARGO_PKG_VERSION"),
            "Takes mails apart that Outlook saved, into body and attachments",
        )
    }
}

impl Unpacker for UnpackMsg {
    fn accepts() -> Result<Vec<String>, Error> {
        Ok(vec!["application/vnd.ms-outlook".to_owned(), "application/x-ole-storage".to_owned()])
    }

    fn unpack(container: Source<'_>) -> Result<(), Error> {
        if container.size() == 0 {
            return Ok(());
        }
        let unsupported = |cause: std::io::Error| {
            Error::Unsupported(format!("it is not a compound file: {}", fragment(&cause)))
        };
        let mut file = cfb::CompoundFile::open(container.reader()).map_err(unsupported)?;
        if !file.is_stream("/__properties_version1.0") {
            return Err(Error::Unsupported("it is a compound file, and no mail".to_owned()));
        }
        let mut reading = Reading { file: &mut file, damaged: Vec::new() };
        let root = Message::read(&mut reading, "/", 32);
        reading.hand_over(&root, "", 0);
        match reading.damaged.first() {
            None => Ok(()),
            Some(first) => {
                let count = reading.damaged.len();
                Err(Error::malformed(format!("{count} of its streams cannot be read: {first}")))
            }
        }
    }
}

docmill_plugin::export!(unpacker: UnpackMsg);

/// What went wrong, as a fragment without a period.
fn fragment(cause: &std::io::Error) -> String {
    let mut text = cause.to_string().trim_end_matches('.').to_owned();
    text.truncate(text.floor_char_boundary(200));
    text
}

/// A compound file while it is read, and what of it cannot be.
pub struct Reading<'r, F> {
    file: &'r mut cfb::CompoundFile<F>,
    damaged: Vec<String>,
}

impl<F: std::io::Read + std::io::Seek> Reading<'_, F> {
    /// Hands over body and attachments of a mail; `within` is what stands before the names of its
    /// parts.
    fn hand_over(&mut self, message: &Message, within: &str, depth: usize) {
        let attributes = message.attributes();
        if let Some(body) = message.body() {
            let mut said = attributes.clone();
            said.extend(body.attributes);
            write(&format!("{within}{}", body.name), body.media_type, &said, &body.content);
        }
        let id: Vec<Attribute> =
            attributes.iter().filter(|it| it.name == "message-id").cloned().collect();
        for (number, attachment) in (1_u32..).zip(message.attachments(self)) {
            let name = attachment.name(number);
            if let Some(storage) = &attachment.message {
                if depth + 1 >= DEEPEST {
                    self.damaged.push(format!("mails lie deeper in each other than {DEEPEST}"));
                    continue;
                }
                let inner = Message::read(self, storage, 24);
                self.hand_over(&inner, &format!("{within}{name}/"), depth + 1);
                continue;
            }
            let Some(content) = self.stream(&attachment.content) else { continue };
            write(&format!("{within}{name}"), attachment.media_type().as_deref(), &id, &content);
        }
    }

    /// The bytes of a stream, if it is there and can be read.
    pub fn stream(&mut self, path: &str) -> Option<Vec<u8>> {
        if !self.file.is_stream(path) {
            return None;
        }
        let mut bytes = Vec::new();
        let read = self
            .file
            .open_stream(path)
            .and_then(|mut stream| std::io::Read::read_to_end(&mut stream, &mut bytes));
        match read {
            Ok(_) => Some(bytes),
            Err(cause) => {
                self.damaged.push(fragment(&cause));
                None
            }
        }
    }

    /// The names of what lies in a storage, streams and storages alike, in order.
    pub fn names(&self, storage: &str) -> Vec<String> {
        let entries = self.file.read_storage(storage).into_iter().flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.name().to_owned()).collect();
        names.sort();
        names
    }
}

fn write(name: &str, media_type: Option<&str>, attributes: &[Attribute], content: &[u8]) {
    let mut member = MemberWriter::begin(name, media_type, attributes);
    // Never fails: see `MemberWriter`.
    let _ = member.write_all(content);
    member.end();
}
