//! What could not be taken out of an archive: told once everything else was.

use docmill_plugin::prelude::*;

/// How many of them are named.
const NAMED: usize = 3;

/// What could not be taken out, in the order of the archive.
#[derive(Default)]
pub struct Problems {
    members: u64,
    count: u64,
    named: Vec<String>,
}

impl Problems {
    /// A member that was handed over.
    pub fn taken(&mut self) {
        self.members += 1;
    }

    /// A member that was not, and why: a lower-case fragment that goes on behind its name.
    pub fn add(&mut self, name: &str, why: impl std::fmt::Display) {
        self.members += 1;
        self.count += 1;
        let shown: String = name.escape_debug().take(80).collect();
        log::warn!("`{shown}` {why}");
        if self.named.len() < NAMED {
            self.named.push(format!("`{shown}` {why}"));
        }
    }

    /// The end of the archive.
    ///
    /// # Errors
    ///
    /// If anything could not be taken out.
    pub fn tell(self) -> Result<(), Error> {
        if self.count == 0 {
            return Ok(());
        }
        let rest = match self.count - self.named.len() as u64 {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        let Problems { members, count, named } = self;
        let named = named.join("; ");
        Err(Error::malformed(format!(
            "{count} of {members} members could not be taken out: {named}{rest}"
        )))
    }
}

/// Words of a library as a part of a sentence of ours.
pub fn lower(words: &str) -> String {
    let mut letters = words.trim_end_matches('.').chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
