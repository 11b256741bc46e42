//! What becomes of changes that are tracked.

use std::str::FromStr;

/// The value of the setting `changes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changes {
    /// The text as it is with all of them.
    Accepted,
    /// What was inserted and what was deleted, with marks.
    Shown,
    /// The text as it was before them.
    Dropped,
}

impl Changes {
    /// Whether what was inserted is read.
    pub fn shows_insertions(self) -> bool {
        self != Changes::Dropped
    }

    /// Whether what was deleted is read.
    pub fn shows_deletions(self) -> bool {
        self != Changes::Accepted
    }
}

impl FromStr for Changes {
    type Err = String;

    fn from_str(text: &str) -> Result<Changes, String> {
        match text {
            "accepted" => Ok(Changes::Accepted),
            "shown" => Ok(Changes::Shown),
            "dropped" => Ok(Changes::Dropped),
            other => Err(format!("`{other}` is none of `accepted`, `shown` and `dropped`")),
        }
    }
}
