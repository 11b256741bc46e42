//! One row per document, for spreadsheets: RFC 4180, and nothing in it is taken for a formula or controls a terminal.

use std::io::{Error, Write};

use crate::dossier::{Dossier, rank};
use crate::report::escaped;

/// The names of the columns, in order.
const COLUMNS: [&str; 10] = [
    "id",
    "source",
    "title",
    "creator",
    "date",
    "language",
    "main_label",
    "labels",
    "failures",
    "words",
];

/// Writes rows.
pub struct Rows<W: Write>(csv::Writer<W>);

impl<W: Write> Rows<W> {
    /// Writes the row of names.
    pub fn begin(output: W) -> Result<Rows<W>, Error> {
        let mut writer =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(output);
        writer.write_record(COLUMNS).map_err(output_error)?;
        Ok(Rows(writer))
    }

    /// Writes the row of a document.
    pub fn row(&mut self, dossier: &Dossier) -> Result<(), Error> {
        let document = dossier.document();
        let main = dossier.labels().find(|(_, label)| rank(label) == Some("main"));
        let main = main.or_else(|| dossier.labels().next());
        let labels = dossier.labels().map(|(_, it)| format!("{}={}", it.name, it.confidence));
        let row = [
            dossier.id().to_string(),
            dossier.stored.source.as_str().to_owned(),
            document.attribute("title").unwrap_or_default().to_owned(),
            document.attributes_named("creator").collect::<Vec<_>>().join(";"),
            dossier.date().unwrap_or_default().to_owned(),
            dossier.language().unwrap_or_default().to_owned(),
            main.map_or(String::new(), |(_, label)| label.name.clone()),
            labels.collect::<Vec<_>>().join(";"),
            dossier.failures.len().to_string(),
            document.text.split_whitespace().count().to_string(),
        ];
        self.0.write_record(row.map(|cell| harmless(&cell))).map_err(output_error)
    }

    /// Writes what is left in the buffer.
    pub fn finish(mut self) -> Result<(), Error> {
        self.0.flush()
    }
}

/// The error below, as a pipe that nobody reads any more has to be told from a full disk.
fn output_error(error: csv::Error) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => Error::other(format!("{other:?}")),
    }
}

/// Spreadsheets run a cell that begins like a formula. An apostrophe in front makes it text again. CSV has no way to escape control
/// characters, which no spreadsheet needs, so they are made visible.
fn harmless(cell: &str) -> String {
    let shown = escaped(cell);
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        format!("'{shown}")
    } else {
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_begins_like_a_formula() {
        for hostile in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\n=1", "＝1"] {
            assert_eq!(harmless(hostile), format!("'{hostile}"));
        }
        assert_eq!(harmless("\r=1\u{1b}"), "'\\u{d}=1\\u{1b}");
        for good in ["", "a=1", " =1", "1", "'=1", "é"] {
            assert_eq!(harmless(good), good);
        }
    }
}
