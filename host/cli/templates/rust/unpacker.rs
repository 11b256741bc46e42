//! Takes files of notes apart, which stand between lines of their own.

use docmill_plugin::prelude::*;

struct @TYPE@;

impl Plugin for @TYPE@ {
    fn describe() -> Description {
        Description::new("@NAME@", "0.1.0", "Takes files of notes apart")
            .setting("separator", "---", "The line between two notes")
            .optional_table("names", "What a note is called, by its number")
    }
}

impl Unpacker for @TYPE@ {
    fn accepts() -> Result<Vec<String>, Error> {
        Ok(vec!["application/x-notes".to_owned()])
    }

    fn unpack(container: Source<'_>) -> Result<(), Error> {
        let separator: String = parsed_setting("separator")?;
        let bytes = container.read_all();
        let names = Table::open("names");
        let mut number = 0;
        let mut emit_note = |note: &[u8]| {
            if note.iter().all(u8::is_ascii_whitespace) {
                return;
            }
            number += 1;
            let called = names.as_ref().and_then(|names| names.get(&number.to_string()));
            emit(Member {
                name: called.unwrap_or_else(|| format!("note-{number}.txt")),
                media_type: Some("text/plain".to_owned()),
                content: note.to_vec(),
                attributes: Vec::new(),
            });
        };
        let (mut start, mut at) = (0, 0);
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            if line.trim_ascii_end() == separator.as_bytes() {
                emit_note(&bytes[start..at]);
                start = at + line.len();
            }
            at += line.len();
        }
        emit_note(&bytes[start..]);
        Ok(())
    }
}

docmill_plugin::export!(unpacker: @TYPE@);

#[cfg(test)]
mod tests {
    use std::path::Path;

    use docmill_plugin::testing::cases;

    use super::*;

    #[test]
    fn golden_cases_give_what_is_expected() {
        cases::check_unpacker::<@TYPE@>(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"));
    }
}
