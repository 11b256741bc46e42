//! The text of a table, piece by piece.

use std::io::{self, BufRead as _};

use docmill_plugin::{Error, Reader, Source};
use docmill_text::Utf8Reader;

/// The text of a table as UTF-8.
pub struct Text<'a> {
    reader: Utf8Reader<Reader<'a>>,
}

impl<'a> Text<'a> {
    pub fn of(source: &'a Source<'a>) -> Result<Text<'a>, Error> {
        let declared = source.attribute("charset");
        let reader = Utf8Reader::new(source.reader(), declared.as_deref());
        reader.map(|reader| Text { reader }).map_err(|cause| match cause.kind() {
            io::ErrorKind::Unsupported => Error::Unsupported(cause.to_string()),
            _ => Error::Internal(cause.to_string()),
        })
    }

    /// Appends more of the text; `false` at its end.
    pub fn append_to(&mut self, text: &mut Vec<u8>) -> Result<bool, Error> {
        let piece = self.reader.fill_buf().map_err(|cause| Error::Internal(cause.to_string()))?;
        text.extend_from_slice(piece);
        let count = piece.len();
        self.reader.consume(count);
        Ok(count > 0)
    }

    /// Whether some bytes so far had no meaning.
    pub fn is_lossy(&self) -> bool {
        self.reader.is_lossy()
    }
}
