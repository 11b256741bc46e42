//! An unpacker: every line of a JSON Lines file becomes a source of its own.
//!
//! A line is an object whose `text` is the content; its other strings, such as `title` and `date`,
//! become attributes.

use std::io::BufRead;

use docmill_plugin::prelude::*;
use serde_json::{Map, Value};

struct JsonLines;

impl Plugin for JsonLines {
    fn describe() -> Description {
        Description::new("unpack-jsonlines", "0.1.0", "Takes JSON Lines apart, one text per line")
    }
}

impl Unpacker for JsonLines {
    fn accepts() -> Result<Vec<String>, Error> {
        Ok(vec!["application/x-ndjson".to_owned(), "application/jsonl".to_owned()])
    }

    fn unpack(container: Source<'_>) -> Result<(), Error> {
        // Line by line: the file may be larger than the memory this plugin is given.
        let mut reader = container.reader();
        let mut line = Vec::new();
        let mut offset = 0;
        for number in 1_u64.. {
            line.clear();
            let size = reader
                .read_until(b'\n', &mut line)
                .map_err(|cause| Error::Internal(cause.to_string()))?;
            if size == 0 {
                break;
            }
            if !line.trim_ascii().is_empty() {
                emit(member(&line, number, offset)?);
            }
            offset += size as u64;
        }
        Ok(())
    }
}

fn member(line: &[u8], number: u64, offset: u64) -> Result<Member, Error> {
    let damaged = |reason: String| Error::malformed_at(format!("line {number} {reason}"), offset);
    let mut fields: Map<String, Value> =
        serde_json::from_slice(line).map_err(|_| damaged("is not a JSON object".to_owned()))?;
    let Some(Value::String(text)) = fields.remove("text") else {
        return Err(damaged("has no string named `text`".to_owned()));
    };
    let attributes = fields.into_iter().filter_map(|(name, value)| match value {
        Value::String(value) => Some(Attribute::new(name.replace('_', "-"), value)),
        _ => None,
    });
    Ok(Member {
        name: format!("line {number}"),
        media_type: Some("text/plain".to_owned()),
        content: text.into_bytes(),
        attributes: attributes.collect(),
    })
}

docmill_plugin::export!(unpacker: JsonLines);

#[cfg(test)]
mod tests {
    use docmill_plugin::testing;

    use super::*;

    fn unpack(lines: &str) -> Result<(), Error> {
        JsonLines::unpack(Source::of_bytes(lines.as_bytes(), "application/x-ndjson"))
    }

    #[test]
    fn every_line_becomes_a_member_with_its_attributes() {
        unpack("{\"title\":\"A\",\"text\":\"été\",\"n\":1}\n\n{\"text\":\"b\",\"date\":\"2025-06-12\"}").unwrap();
        let members = testing::take_members();
        let names: Vec<_> = members.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["line 1", "line 3"]);
        assert_eq!(members[0].content, "été".as_bytes());
        assert_eq!(members[0].attributes, [Attribute::new("title", "A")]);
        assert_eq!(members[1].attributes, [Attribute::new("date", "2025-06-12")]);
    }

    #[test]
    fn a_damaged_line_is_named_and_the_lines_before_it_are_kept() {
        let error = unpack("{\"text\":\"a\"}\n{\"text\":").unwrap_err();
        assert_eq!(error, Error::malformed_at("line 2 is not a JSON object", 13));
        assert_eq!(testing::take_members().len(), 1);
    }
}
