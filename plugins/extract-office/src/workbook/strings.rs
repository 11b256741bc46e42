//! The strings that the sheets of a workbook share.

use std::io::BufRead;

use docmill_office::Package;
use docmill_plugin::Error;
use quick_xml::events::Event;

use super::rows::{open, resolved};

/// The most strings of a workbook.
const MOST: usize = 2_000_000;
/// What strings may hold together, in bytes.
const MOST_BYTES: usize = 96 << 20;

/// Strings by their numbers.
#[derive(Debug, Default)]
pub struct Strings {
    text: String,
    /// Where each ends.
    ends: Vec<u32>,
}

impl Strings {
    /// Reads the part, to its end or to where it is damaged.
    pub fn read(package: &Package<'_>, part: &str) -> Result<Strings, Error> {
        let mut strings = Strings::default();
        let Some(reader) = package.reader(part)? else { return Ok(strings) };
        if let Err(reason) = strings.fill(reader) {
            package.note_damage(format!("its strings are damaged: {reason}"));
        }
        Ok(strings)
    }

    fn fill(&mut self, part: impl BufRead) -> Result<(), String> {
        let mut reader = open(part)?;
        let mut buffer = Vec::new();
        let (mut in_text, mut phonetic) = (false, 0_usize);
        loop {
            buffer.clear();
            match reader.read_event_into(&mut buffer).map_err(|cause| cause.to_string())? {
                Event::Eof => return Ok(()),
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "t" => in_text = phonetic == 0,
                    // How characters are read.
                    "rPh" => phonetic += 1,
                    _ => {}
                },
                Event::Empty(tag) if tag.local_name().as_ref() == "si" => self.end()?,
                Event::End(tag) => match tag.local_name().as_ref() {
                    "t" => in_text = false,
                    "rPh" => phonetic = phonetic.saturating_sub(1),
                    "si" => self.end()?,
                    _ => {}
                },
                Event::Text(text) if in_text => self.push(&text)?,
                Event::CData(text) if in_text => self.push(&text)?,
                Event::GeneralRef(reference) if in_text => self.push(&resolved(&reference))?,
                _ => {}
            }
        }
    }

    fn push(&mut self, text: &str) -> Result<(), String> {
        if self.text.len() + text.len() > MOST_BYTES {
            return Err(format!("they hold more than {} MiB", MOST_BYTES >> 20));
        }
        self.text.push_str(text);
        Ok(())
    }

    fn end(&mut self) -> Result<(), String> {
        if self.ends.len() == MOST {
            return Err(format!("there are more than {MOST}"));
        }
        self.ends.push(self.text.len() as u32);
        Ok(())
    }

    /// The string of this number.
    pub fn get(&self, number: usize) -> Option<&str> {
        let end = *self.ends.get(number)? as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        self.text.get(start..end)
    }
}
