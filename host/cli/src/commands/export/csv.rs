//! One row per document, for spreadsheets: RFC 4180, and nothing in it is taken for a formula or
//! controls a terminal.

use std::io::{Error, Write};

use crate::dossier::Dossier;
use crate::report::escaped;
use crate::selection::Field;

/// Writes rows.
pub struct Rows<W: Write> {
    to: csv::Writer<W>,
    columns: Vec<Field>,
}

impl<W: Write> Rows<W> {
    /// Writes the row of names, and flushes.
    pub fn begin(output: W, columns: Vec<Field>) -> Result<Rows<W>, Error> {
        let to = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .quote_style(csv::QuoteStyle::Always)
            .from_writer(output);
        let mut rows = Rows { to, columns };
        let names: Vec<_> = rows.columns.iter().map(|it| it.name().into_owned()).collect();
        rows.write(names)?;
        Ok(rows)
    }

    /// Writes the row of a document, and flushes.
    pub fn row(&mut self, dossier: &Dossier) -> Result<(), Error> {
        let cells: Vec<_> = self.columns.iter().map(|it| it.cell(dossier)).collect();
        self.write(cells)
    }

    fn write(&mut self, cells: Vec<String>) -> Result<(), Error> {
        self.to.write_record(cells.iter().map(|cell| harmless(cell))).map_err(output_error)?;
        self.to.flush()
    }
}

/// The error below, as a pipe that nobody reads any more has to be told from a full disk.
fn output_error(error: csv::Error) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => Error::other(format!("{other:?}")),
    }
}

/// Spreadsheets run a cell that begins like a formula. An apostrophe in front makes it text again.
/// Which sign separates cells is a setting of the machine that opens the file, so what follows any
/// of them within a cell may begin one as well. CSV has no way to escape control characters, which
/// no spreadsheet needs, so they are made visible.
fn harmless(cell: &str) -> String {
    let mut shown = String::with_capacity(cell.len() + 2);
    if cell.starts_with(['\t', '\r', '\n']) {
        shown.push('\'');
    }
    for part in escaped(cell).split_inclusive([',', ';', '\t', '|', ':', '\n']) {
        let begins_cell = shown.is_empty() || !shown.ends_with('\'');
        // Within a cell, spaces and quotation marks may fall away with the separator before them.
        let falls_away: &[char] = if shown.is_empty() { &['"'] } else { &[' ', '"'] };
        let begin = part.trim_start_matches(falls_away);
        if begins_cell && begin.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
            let (before, formula) = part.split_at(part.len() - begin.len());
            shown.extend([before, "'", formula]);
        } else {
            shown.push_str(part);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_begins_like_a_formula() {
        for hostile in ["=1+1", "+1", "-1", "@SUM(A1)", "＝1"] {
            assert_eq!(harmless(hostile), format!("'{hostile}"));
        }
        for (hostile, expected) in [("\t=1", "'\t'=1"), ("\n=1", "'\n'=1"), ("\ta", "'\ta")] {
            assert_eq!(harmless(hostile), expected);
        }
        assert_eq!(harmless("\r=1\u{1b}"), "'\\u{d}=1\\u{1b}");
        for good in ["", "a=1", " =1", "1", "'=1", "é", "a=0.9;b=0.8", "a - b, c"] {
            assert_eq!(harmless(good), good);
        }
    }

    #[test]
    fn nothing_begins_like_a_formula_where_another_sign_separates() {
        let check = |cell: &str, expected: &str| assert_eq!(harmless(cell), expected);
        check("a;=1+1", "a;'=1+1");
        check("a,=1;-2", "a,'=1;'-2");
        check("a\t@b|+c:=d\n=e", "a\t'@b|'+c:'=d\n'=e");
        check("a; \"=1", "a; \"'=1");
    }

    #[test]
    fn what_is_written_is_read_back_cell_by_cell() {
        let cells = ["a,b", "c\"d", "e\nf", "", " g ", "\r\n"].map(str::to_owned);
        let mut file = Vec::new();
        let mut rows = Rows::begin(&mut file, vec![Field::Kind("x,y".to_owned())]).unwrap();
        rows.write(cells[..1].to_vec()).unwrap();
        rows.write(vec![cells[1].clone()]).unwrap();
        drop(rows);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&file[..]);
        let read: Vec<_> = reader.records().map(|it| it.unwrap()[0].to_owned()).collect();
        assert_eq!(read, ["kind:x,y", "a,b", "c\"d"]);
        let mut file = Vec::new();
        let columns = vec![Field::Label("x".to_owned()); cells.len()];
        let mut rows = Rows::begin(&mut file, columns).unwrap();
        rows.write(cells.to_vec()).unwrap();
        drop(rows);
        let mut reader = csv::Reader::from_reader(&file[..]);
        let row = reader.records().next().unwrap().unwrap();
        // A carriage return is made visible, as it may begin a row elsewhere.
        assert_eq!(row.iter().collect::<Vec<_>>(), ["a,b", "c\"d", "e\nf", "", " g ", "'\\u{d}\n"]);
        let first = String::from_utf8(file).unwrap();
        assert!(first.lines().next().unwrap().split(',').all(|it| it.starts_with('"')), "{first}");
    }

    proptest::proptest! {
        #[test]
        fn whatever_separates_no_cell_is_a_formula(cells in proptest::collection::vec("[-=+@,;|:\t\n \"'a-c]{0,8}", 1..5)) {
            let mut file = Vec::new();
            let mut writer = csv::WriterBuilder::new()
                .quote_style(csv::QuoteStyle::Always)
                .from_writer(&mut file);
            let safe: Vec<String> = cells.iter().map(|cell| harmless(cell)).collect();
            writer.write_record(&safe).unwrap();
            drop(writer);
            // As it was meant: the same cells, each of them harmless.
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&file[..]);
            let read = reader.records().next().unwrap().unwrap();
            proptest::prop_assert_eq!(read.iter().collect::<Vec<_>>(), safe);
            // As another machine takes it: whatever it cuts at, with or without quotation marks.
            for separator in [b',', b';', b'\t', b'|', b':'] {
                for quoting in [true, false] {
                    let mut reader = csv::ReaderBuilder::new();
                    reader.has_headers(false).flexible(true).delimiter(separator).quoting(quoting);
                    for record in reader.from_reader(&file[..]).records() {
                        for cell in record.unwrap().iter() {
                            let cell = cell.trim_start_matches('"');
                            proptest::prop_assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
                        }
                    }
                }
            }
        }
    }
}
