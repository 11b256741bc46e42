//! Hands members over, and remembers what could not be.

use std::collections::BTreeSet;

use docmill_plugin::prelude::*;

use crate::{compound, native};

/// The most members of one file.
const MOST: usize = 10_000;
/// The longest name of a member, in bytes.
const LONGEST: usize = 200;

/// What was handed over so far.
#[derive(Debug, Default)]
pub struct Handing {
    names: BTreeSet<String>,
    count: usize,
    lost: usize,
    first_lost: Option<String>,
}

impl Handing {
    /// Hands over an object: what it wraps if that is known, else as it is.
    pub fn object(&mut self, name: &str, bytes: Vec<u8>) {
        if let Some((own, content)) = native::packaged(&bytes) {
            return self.member(&own.unwrap_or_else(|| name.to_owned()), content.to_vec());
        }
        if bytes.starts_with(compound::MAGIC) {
            return match compound::unwrapped(&bytes) {
                Some((own, content)) => {
                    self.member(&own.unwrap_or_else(|| name.to_owned()), content)
                }
                None => self.member(name, bytes),
            };
        }
        self.member(name, bytes);
    }

    /// Hands a member over under a name that no other has.
    pub fn member(&mut self, name: &str, content: Vec<u8>) {
        if content.is_empty() {
            return;
        }
        if self.count == MOST {
            return self.lose(format!("there are more than {MOST}"));
        }
        self.count += 1;
        let last = name.rsplit(['/', '\\', ':']).next().unwrap_or_default();
        let kept: String = last.chars().filter(|it| !it.is_control()).collect();
        let kept = kept.trim_matches(['.', ' ']);
        let kept = &kept[..kept.floor_char_boundary(LONGEST)];
        let mut own =
            if kept.is_empty() { format!("object-{}", self.count) } else { kept.to_owned() };
        if self.names.contains(&own) {
            let (stem, extension) = own.rsplit_once('.').unwrap_or((&own, ""));
            let point = if extension.is_empty() { "" } else { "." };
            own = format!("{stem}-{}{point}{extension}", self.count);
        }
        self.names.insert(own.clone());
        emit(Member { name: own, media_type: None, content, attributes: Vec::new() });
    }

    /// Remembers what could not be read.
    pub fn lose(&mut self, reason: String) {
        self.lost += 1;
        self.first_lost.get_or_insert(reason);
    }

    /// Says what was lost.
    pub fn finish(self) -> Result<(), Error> {
        match self.first_lost {
            None => Ok(()),
            Some(reason) => {
                let count = self.lost;
                Err(Error::malformed(format!(
                    "{count} of its embedded files cannot be read: {reason}"
                )))
            }
        }
    }
}
