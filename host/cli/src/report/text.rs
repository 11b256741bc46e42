//! Text for a terminal: nothing that a document or a plugin says may control it.

pub use docmill::render::{escaped, is_harmful};

/// Escapes a text, puts it on one line, and cuts it at `longest` characters.
pub fn one_line(text: &str, longest: usize) -> String {
    let mut shown = String::new();
    let mut room = longest;
    for (index, word) in text.split_whitespace().enumerate() {
        let word = escaped(word);
        let length = word.chars().count() + usize::from(index > 0);
        if length > room {
            if index == 0 {
                shown.extend(word.chars().take(room.saturating_sub(1)));
            }
            shown.push('…');
            return shown;
        }
        room -= length;
        if index > 0 {
            shown.push(' ');
        }
        shown.push_str(&word);
    }
    shown
}

/// A number and what it counts: `1 document`, `2,000 documents`.
pub fn count(number: u64, thing: &str) -> String {
    format!("{} {thing}{}", super::grouped(number), if number == 1 { "" } else { "s" })
}

/// So much of an id is shown: 40 bits, which two of a million documents hardly share.
const SHORT_ID: usize = 8;

/// As much of an id as people need.
pub fn short(id: &impl ToString) -> String {
    id.to_string().chars().take(SHORT_ID).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn whatever_is_shown_is_harmless(text: String, longest in 0_usize..50) {
            // Of what is harmless nothing is left to escape.
            let controls = |shown: &str| escaped(shown) != shown;
            assert!(!controls(&escaped(&text)));
            let line = one_line(&text, longest);
            assert!(!controls(&line) && !line.contains(['\n', '\t']));
            // An ellipsis may come on top.
            assert!(line.chars().count() <= longest + 1, "{line}");
        }
    }

    #[test]
    fn long_lines_are_cut_at_a_word() {
        assert_eq!(one_line("un  deux\ntrois quatre", 13), "un deux trois…");
        assert_eq!(one_line("anticonstitutionnellement", 5), "anti…");
        assert_eq!(one_line("", 5), "");
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(count(1, "document"), "1 document");
        assert_eq!(count(1_234_567, "document"), "1,234,567 documents");
    }
}
