//! Hands one member over: whole if it is small, else in pieces.

use std::io::{self, Read, Write};

use docmill_plugin::{Attribute, Member, MemberWriter, emit};

/// What has no more than this is handed over in one call, in bytes.
const SMALL: usize = 64 << 10;

/// Reads a member to its end and hands it over; what fails on the way is no member.
pub fn hand_over(name: String, modified: Option<String>, mut content: impl Read) -> io::Result<()> {
    let attributes: Vec<Attribute> =
        modified.map(|date| Attribute::new("modified", date)).into_iter().collect();
    let mut start = Vec::new();
    content.by_ref().take(SMALL as u64).read_to_end(&mut start)?;
    if start.len() < SMALL {
        emit(Member { name, media_type: None, content: start, attributes });
        return Ok(());
    }
    let mut member = MemberWriter::begin(&name, None, &attributes);
    member.write_all(&start)?;
    drop(start);
    let mut piece = vec![0; SMALL];
    loop {
        match content.read(&mut piece)? {
            0 => break,
            read => member.write_all(&piece[..read])?,
        }
    }
    member.end();
    Ok(())
}

/// Whether a member is nothing but what a system keeps beside files: nobody put it there.
pub fn is_left_behind(name: &str) -> bool {
    name.starts_with("__MACOSX/") || name.rsplit('/').next() == Some(".DS_Store")
}
