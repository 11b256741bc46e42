//! What an unpacker hands over: whole members, and members in pieces.

use std::io::{self, Write};

use crate::{Attribute, Member};

/// Hands one member of a container to the host, which takes it through the pipeline as a source of
/// its own.
///
/// Returns once the host has room for the next one, so a container of any size passes through in
/// constant memory.
pub fn emit(member: Member) {
    #[cfg(target_family = "wasm")]
    crate::bindings::imports::docmill::plugin::members::emit(&member);
    #[cfg(not(target_family = "wasm"))]
    crate::testing::emit(member);
}

/// What is said of a member, as the contract takes it: a media type of RFC 6838, in lower case and
/// without parameters; `None` where it is none, so that nobody's word about a member costs the
/// container.
///
/// ```
/// # use docmill_plugin::media_type;
/// assert_eq!(media_type("Text/HTML; charset=utf-8").as_deref(), Some("text/html"));
/// assert_eq!(media_type("+text/html"), None);
/// ```
pub fn media_type(said: &str) -> Option<String> {
    const LONGEST: usize = 127;
    let essence = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_name = |name: &str| {
        name.len() <= LONGEST
            && name.starts_with(|it: char| it.is_ascii_alphanumeric())
            && name.bytes().all(|it| it.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&it))
    };
    let (kind, subtype) = essence.split_once('/')?;
    (is_name(kind) && is_name(subtype)).then_some(essence)
}

/// How much a [`MemberWriter`] gathers before it calls the host, in bytes.
const GATHERED: usize = 64 * 1024;

/// A member that is written piece by piece, because it may be larger than the plugin's memory: the
/// TAR in a TAR.GZ.
///
/// It becomes a member with [`MemberWriter::end`]. Dropped before that, as by a `?` on the way, it
/// is none. One at a time: while a member is written, the host refuses another
/// [`MemberWriter::begin`] and every [`emit`].
///
/// ```
/// # use docmill_plugin::prelude::*;
/// # fn unpacked(mut tar: impl std::io::Read) -> std::io::Result<()> {
/// let mut member = MemberWriter::begin("archive.tar", Some("application/x-tar"), &[]);
/// std::io::copy(&mut tar, &mut member)?;
/// member.end();
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct MemberWriter {
    #[cfg(target_family = "wasm")]
    host: crate::bindings::imports::docmill::plugin::members::MemberWriter,
    #[cfg(not(target_family = "wasm"))]
    host: crate::testing::WrittenMember,
    gathered: Vec<u8>,
}

impl MemberWriter {
    #[must_use = "a member that is not ended is none"]
    /// Begins a member: what the container calls it, what it claims it to be, and what it knows
    /// about it.
    pub fn begin(name: &str, media_type: Option<&str>, attributes: &[Attribute]) -> MemberWriter {
        #[cfg(target_family = "wasm")]
        let host =
            crate::bindings::imports::docmill::plugin::members::begin(name, media_type, attributes);
        #[cfg(not(target_family = "wasm"))]
        let host = crate::testing::begin_member(name, media_type, attributes);
        MemberWriter { host, gathered: Vec::new() }
    }

    /// Hands over what was written, as [`emit`] does with a whole member.
    pub fn end(mut self) {
        if self.hand_over().is_err() {
            // Only where the host is played, which would have ended the call.
            return;
        }
        #[cfg(target_family = "wasm")]
        crate::bindings::imports::docmill::plugin::members::end(self.host);
        #[cfg(not(target_family = "wasm"))]
        self.host.end();
    }

    fn hand_over(&mut self) -> io::Result<()> {
        let gathered = std::mem::take(&mut self.gathered);
        if !gathered.is_empty() {
            self.send(&gathered)?;
        }
        self.gathered = gathered;
        self.gathered.clear();
        Ok(())
    }

    fn send(&mut self, content: &[u8]) -> io::Result<()> {
        #[cfg(target_family = "wasm")]
        self.host.write(content);
        #[cfg(not(target_family = "wasm"))]
        self.host.write(content)?;
        Ok(())
    }
}

/// Never fails: the host aborts the call of whoever writes more than the container may hold.
impl Write for MemberWriter {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        if self.gathered.len() + content.len() > GATHERED {
            self.hand_over()?;
        }
        match content.len() {
            // Nothing is gained by copying what fills a call by itself; as much as that always fits
            // into one.
            GATHERED.. => self.send(&content[..GATHERED])?,
            _ => self.gathered.extend_from_slice(content),
        }
        Ok(content.len().min(GATHERED))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hand_over()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn what_is_written_in_pieces_is_one_member_once_it_is_ended() {
        let content: Vec<u8> = (0..300_000_u32).map(|it| (it % 251) as u8).collect();
        for piece in [1, 7, 65_535, 65_536, 65_537, 300_000] {
            let title = Attribute::new("title", "A");
            let mut member =
                MemberWriter::begin("a", Some("text/plain"), std::slice::from_ref(&title));
            content.chunks(piece).for_each(|part| member.write_all(part).unwrap());
            assert!(testing::take_members().is_empty());
            member.end();
            let media_type = Some("text/plain".to_owned());
            let attributes = vec![title];
            let expected =
                Member { name: "a".to_owned(), media_type, content: content.clone(), attributes };
            assert_eq!(testing::take_members(), [expected], "{piece}");
        }
    }

    #[test]
    fn a_member_that_is_dropped_is_none_and_the_next_one_can_be_begun() {
        let mut dropped = MemberWriter::begin("a", None, &[]);
        dropped.write_all(b"half").unwrap();
        drop(dropped);
        MemberWriter::begin("b", None, &[]).end();
        let names: Vec<_> = testing::take_members().into_iter().map(|it| it.name).collect();
        assert_eq!(names, ["b"]);
    }

    #[test]
    fn what_is_too_much_can_be_tried_without_a_host() {
        testing::reset();
        testing::limit_members(100_000);
        let whole = |name: &str| {
            let (name, content) = (name.to_owned(), vec![0; 60_000]);
            emit(Member { name, media_type: None, content, attributes: Vec::new() });
        };
        whole("a");
        whole("b");
        let mut member = MemberWriter::begin("c", None, &[]);
        let written = member.write_all(&[0; 200_000]);
        assert!(written.is_err());
        drop(member);
        let names: Vec<_> = testing::take_members().into_iter().map(|it| it.name).collect();
        assert_eq!(names, ["a"]);
        testing::reset();
    }

    #[test]
    #[should_panic(expected = "while another member is written")]
    fn members_are_written_one_at_a_time() {
        let _first = MemberWriter::begin("a", None, &[]);
        emit(Member {
            name: "b".to_owned(),
            media_type: None,
            content: Vec::new(),
            attributes: Vec::new(),
        });
    }
}
