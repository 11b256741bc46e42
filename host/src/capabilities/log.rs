//! Messages for the operator: counted, cut, and kept for the failure record.

use std::collections::VecDeque;

use crate::model::{LogLevel, LogLine};

/// A single message is cut at this many bytes.
const LONGEST_MESSAGE: usize = 4 * 1024;
/// This many of the last messages are kept for the failure record.
const KEPT: usize = 32;

/// What one plugin logged during one call.
#[derive(Debug)]
pub struct LogBook {
    tail: VecDeque<LogLine>,
    /// How many more bytes of messages are accepted.
    room: usize,
    dropped: u64,
}

impl LogBook {
    /// An empty log that accepts `volume` bytes of messages and drops what comes after.
    pub fn new(volume: usize) -> LogBook {
        LogBook { tail: VecDeque::new(), room: volume, dropped: 0 }
    }

    /// Records one message, cut to 4 KiB, unless the plugin has said too much already.
    ///
    /// Returns the line as it was kept, for whoever passes messages on while they come.
    pub fn write<'a>(
        &mut self,
        level: LogLevel,
        message: &str,
        fields: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Option<&LogLine> {
        if self.room == 0 {
            self.dropped += 1;
            return None;
        }
        let longest = LONGEST_MESSAGE.min(self.room);
        let mut line = cut(message, longest).to_owned();
        for (name, value) in fields {
            if line.len() >= longest {
                break;
            }
            line.push(' ');
            line.push_str(cut(name, longest - line.len().min(longest)));
            line.push('=');
            line.push_str(cut(value, longest.saturating_sub(line.len())));
        }
        // An empty message costs something too, or a plugin could log for ever.
        self.room = self.room.saturating_sub(line.len().max(16));
        if self.tail.len() == KEPT {
            self.tail.pop_front();
        }
        self.tail.push_back(LogLine { level, message: line });
        self.tail.back()
    }

    /// The last messages, oldest first, and a note if some were dropped.
    pub fn into_tail(self) -> Vec<LogLine> {
        let mut tail = Vec::from(self.tail);
        if self.dropped > 0 {
            let message = format!(
                "({} more messages were dropped: the plugin's log volume is used up)",
                self.dropped
            );
            tail.push(LogLine { level: LogLevel::Warn, message });
        }
        tail
    }
}

/// The longest prefix of `text` with at most `longest` bytes that does not cut a character.
pub(crate) fn cut(text: &str, longest: usize) -> &str {
    &text[..text.floor_char_boundary(longest)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_dropped_and_the_end_of_what_was_kept_remains() {
        let mut log = LogBook::new(63 * 16);
        for number in 0..1_000 {
            log.write(LogLevel::Info, &format!("message {number}"), std::iter::empty());
        }
        let tail = log.into_tail();
        assert_eq!(tail.len(), KEPT + 1);
        assert_eq!(tail[KEPT - 1].message, "message 62");
        assert!(tail[KEPT].message.starts_with("(937 more messages"));
    }

    #[test]
    fn a_long_message_is_cut_on_a_character_boundary() {
        let mut log = LogBook::new(usize::MAX);
        let line =
            log.write(LogLevel::Info, &"é".repeat(4_000), [("name", "value")].into_iter()).unwrap();
        assert_eq!(line.message.len(), LONGEST_MESSAGE);
    }

    #[test]
    fn fields_follow_the_message() {
        let mut log = LogBook::new(100);
        let line = log
            .write(LogLevel::Warn, "odd", [("page", "3"), ("kind", "table")].into_iter())
            .unwrap();
        assert_eq!(line.message, "odd page=3 kind=table");
    }
}
