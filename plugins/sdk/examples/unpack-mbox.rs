//! An unpacker whose members may be larger than its memory: every message of an mbox becomes a
//! source of its own, written line by line.
//!
//! The format is that of RFC 4155: a message begins with a line `From …` after an empty line, and
//! `>From` in a message stands for `From`.

use std::io::{BufRead, Read, Write};

use docmill_plugin::prelude::*;

struct Mbox;

/// So much of a line is held at a time: a message may be one line, and that one as large as all of
/// its attachments.
const PIECE: u64 = 8 << 10;

impl Plugin for Mbox {
    fn describe() -> Description {
        Description::new("unpack-mbox", "0.1.0", "Takes a mailbox apart, one source per message")
    }
}

impl Unpacker for Mbox {
    fn accepts() -> Result<Vec<String>, Error> {
        // The host takes what looks like text for some kind of text, whatever it is claimed to be.
        Ok(vec!["application/mbox".to_owned(), "text/x-mbox".to_owned()])
    }

    fn unpack(container: Source<'_>) -> Result<(), Error> {
        let internal = |cause: std::io::Error| Error::Internal(cause.to_string());
        let mut reader = container.reader();
        let (mut message, mut number) = (None::<MemberWriter>, 0);
        let (mut is_start, mut is_after_blank) = (true, true);
        let mut piece = Vec::new();
        loop {
            piece.clear();
            let size =
                reader.by_ref().take(PIECE).read_until(b'\n', &mut piece).map_err(internal)?;
            if size == 0 {
                break;
            }
            let ends = piece.ends_with(b"\n");
            if is_start && is_after_blank && piece.starts_with(b"From ") {
                message.take().into_iter().for_each(MemberWriter::end);
                number += 1;
                let name = format!("message {number}");
                message = Some(MemberWriter::begin(&name, Some("message/rfc822"), &[]));
                if !ends {
                    return Err(Error::malformed("a line that begins a message has no end"));
                }
            } else {
                let Some(message) = &mut message else {
                    return Err(Error::malformed_at("a mailbox begins with a line `From `", 0));
                };
                let quotes = piece.iter().take_while(|byte| **byte == b'>').count();
                let is_quoted = is_start && quotes > 0 && piece[quotes..].starts_with(b"From ");
                message.write_all(&piece[usize::from(is_quoted)..]).map_err(internal)?;
            }
            is_after_blank = is_start && matches!(&piece[..], b"\n" | b"\r\n");
            is_start = ends;
        }
        message.into_iter().for_each(MemberWriter::end);
        Ok(())
    }
}

docmill_plugin::export!(unpacker: Mbox);

#[cfg(test)]
mod tests {
    use docmill_plugin::testing;

    use super::*;

    fn unpack(mailbox: &str) -> Result<Vec<(String, String)>, Error> {
        let result = Mbox::unpack(Source::of_bytes(mailbox.as_bytes(), "application/mbox"));
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let members = testing::take_members().into_iter().map(|it| (it.name, text(it.content)));
        result.map(|()| members.collect())
    }

    #[test]
    fn every_message_becomes_a_member() {
        let long = "x".repeat(20_000);
        let mailbox = format!(
            "From a@b.example Thu Jun 12 08:30:00 2025\nSubject: A\n\n>From here on\nFrom the text\n\n\
             From c@d.example Thu Jun 12 08:31:00 2025\r\nSubject: B\r\n\r\n{long}\r\n>>From"
        );
        let first = "Subject: A\n\nFrom here on\nFrom the text\n\n".to_owned();
        let second = format!("Subject: B\r\n\r\n{long}\r\n>>From");
        let expected = [("message 1".to_owned(), first), ("message 2".to_owned(), second)];
        assert_eq!(unpack(&mailbox).unwrap(), expected);
        assert_eq!(unpack("").unwrap(), []);
    }

    #[test]
    fn what_is_no_mailbox_is_damage() {
        let error = Error::malformed_at("a mailbox begins with a line `From `", 0);
        assert_eq!(unpack("Subject: A\n\ntext"), Err(error));
    }
}
