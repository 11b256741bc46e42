//! One JSON object per line, in which nothing can control the terminal that it may be printed to.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use super::text::is_harmful;

/// Writes a value as a line of JSON.
///
/// JSON itself escapes the control characters of ASCII. The others, and marks of direction, are
/// escaped as well, which changes nothing for whoever parses the line.
///
/// # Errors
///
/// If the line cannot be written.
pub fn write_json(output: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(&mut *output, Harmless))?;
    output.write_all(b"\n")
}

struct Harmless;

impl Formatter for Harmless {
    fn write_string_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + Write,
    {
        let mut rest = fragment;
        while let Some(at) = rest.find(is_harmful) {
            let (before, from) = rest.split_at(at);
            writer.write_all(before.as_bytes())?;
            let mut characters = from.chars();
            for unit in
                characters.next().into_iter().flat_map(|it| it.encode_utf16(&mut [0; 2]).to_vec())
            {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = characters.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_json_is_harmless_and_means_the_same() {
        let hostile = "é\u{1b}[2J\u{9b}31m\u{7f}\u{202e}\u{e0041}\"\n";
        let mut line = Vec::new();
        write_json(&mut line, &[hostile]).unwrap();
        let line = String::from_utf8(line).unwrap();
        assert_eq!(line, "[\"é\\u001b[2J\\u009b31m\\u007f\\u202e\\udb40\\udc41\\\"\\n\"]\n");
        assert_eq!(serde_json::from_str::<[String; 1]>(&line).unwrap(), [hostile]);
    }
}
