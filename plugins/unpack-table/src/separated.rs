//! Rows of values that a character separates, which is found out: CSV, TSV and their kin.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use docmill_plugin::{Error, log};

use crate::LONGEST_ROW;
use crate::rows::{Rows, none_is_text};
use crate::text::Text;

/// What may separate values; where several fit, the first.
const SEPARATORS: [u8; 4] = [b'\t', b';', b',', b'|'];

/// So much of a table tells what separates its values, in bytes and rows.
const SAMPLE: usize = 64 << 10;
const SAMPLE_ROWS: usize = 100;

/// The most columns.
const MOST_COLUMNS: usize = 4096;

/// So often the rows in a quote that is never closed are read again, without it.
const MOST_RETRIES: u32 = 16;

/// Reads all rows.
pub fn unpack(
    text: &mut Text<'_>,
    media_type: &str,
    has_header: bool,
    rows: &mut Rows,
) -> Result<(), Error> {
    let mut table = Table { text, held: Vec::new(), start: 0, line: 1, retries: 0 };
    while table.held.len() < SAMPLE && table.more()? {}
    let separator = match table.declared_separator() {
        Some(separator) => separator,
        None if media_type == "text/tab-separated-values" => b'\t',
        None => separator_of(&table.held[..table.held.len().min(SAMPLE)]),
    };
    let mut names: Vec<String> = Vec::new();
    let mut number = 0_u64;
    while let Some(found) = table.next(separator)? {
        let line = found.line;
        let cells = match found.cells {
            Ok(cells) => cells,
            Err(reason) => {
                rows.broken(&format!("line {line}"), reason);
                continue;
            }
        };
        if names.is_empty() {
            names = match has_header {
                true => cells.iter().map(|it| it.trim().to_owned()).collect(),
                false => (1..=cells.len()).map(|it| it.to_string()).collect(),
            };
            let borrowed: Vec<&str> = names.iter().map(String::as_str).collect();
            if !rows.columns().has_text(&borrowed) {
                return Err(none_is_text(&borrowed));
            }
            if has_header {
                continue;
            }
        }
        number += 1;
        if cells.len() > names.len() && cells[names.len()..].iter().any(|it| !it.is_empty()) {
            let reason = format!("has {} values for {} columns", cells.len(), names.len());
            rows.broken(&format!("row {number} (line {line})"), &reason);
            continue;
        }
        // A row may end before its last columns.
        let values = cells.iter().map(String::as_str).chain(std::iter::repeat(""));
        let named = names.iter().map(String::as_str).zip(values);
        rows.take(&format!("row {number}"), named)?;
    }
    if table.text.is_lossy() {
        log::warn!("some bytes have no meaning in the encoding of the table and became U+FFFD");
    }
    Ok(())
}

struct Table<'r, 'a> {
    text: &'r mut Text<'a>,
    /// What is not read yet: `held[start..]`.
    held: Vec<u8>,
    start: usize,
    /// The line that comes next.
    line: u64,
    retries: u32,
}

/// A row: where it begins, and its values, or why it has none.
struct Found {
    line: u64,
    cells: Result<Vec<String>, &'static str>,
}

impl Table<'_, '_> {
    fn more(&mut self) -> Result<bool, Error> {
        if self.start > 0 {
            self.held.drain(..self.start);
            self.start = 0;
        }
        self.text.append_to(&mut self.held)
    }

    /// Excel writes `sep=;` above the table.
    fn declared_separator(&mut self) -> Option<u8> {
        let line = self.held.split(|it| *it == b'\n').next()?;
        let separator = line.strip_suffix(b"\r").unwrap_or(line).strip_prefix(b"sep=")?;
        let [separator] = separator else { return None };
        let separator = *separator;
        self.start = (line.len() + 1).min(self.held.len());
        self.line += 1;
        Some(separator)
    }

    /// The next row that is not blank.
    fn next(&mut self, separator: u8) -> Result<Option<Found>, Error> {
        let mut record = Record::new(separator);
        let mut read = 0;
        loop {
            let rest = &self.held[self.start..];
            if read == 0 {
                // `csv-core` passes over blank lines, and they count.
                let blank = rest.iter().take_while(|it| matches!(it, b'\n' | b'\r')).count();
                if blank > 0 {
                    self.line += newlines(&rest[..blank]);
                    self.start += blank;
                    continue;
                }
            }
            let (ended, count) = record.push(&rest[read..]);
            read += count;
            let line = self.line;
            if ended {
                return Ok(Some(self.taken(read, record.cells())));
            }
            if record.has_too_many_columns() {
                return Ok(Some(self.passed_over("has more than 4,096 values")?));
            }
            if read > LONGEST_ROW {
                return self.unclosed().map(Some);
            }
            if !self.more()? {
                if read == 0 {
                    return Ok(None);
                }
                let rest = &self.held[self.start..];
                let is_open = record.finish();
                // A quote that is never closed has swallowed rows.
                if is_open && newlines(rest) > 1 {
                    return self.unclosed().map(Some);
                }
                let cells = record.cells();
                self.start = self.held.len();
                self.line += 1;
                return Ok(Some(Found { line, cells }));
            }
        }
    }

    fn taken(&mut self, bytes: usize, cells: Result<Vec<String>, &'static str>) -> Found {
        let line = self.line;
        self.line += newlines(&self.held[self.start..self.start + bytes]);
        self.start += bytes;
        Found { line, cells }
    }

    /// A row in which a quote is opened and not closed: it ends with its line, and what follows is
    /// read anew.
    fn unclosed(&mut self) -> Result<Found, Error> {
        self.retries += 1;
        if self.retries > MOST_RETRIES {
            let line = self.line;
            return Err(Error::malformed(format!(
                "the quotes of so many rows are never closed that those from line {line} on are not read"
            )));
        }
        self.passed_over("has a quote that is never closed, or is longer than 8 MiB")
    }

    fn passed_over(&mut self, reason: &'static str) -> Result<Found, Error> {
        let line = self.line;
        loop {
            if let Some(at) = memchr::memchr(b'\n', &self.held[self.start..]) {
                self.start += at + 1;
                break;
            }
            self.start = self.held.len();
            if !self.more()? {
                break;
            }
        }
        self.line += 1;
        Ok(Found { line, cells: Err(reason) })
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

/// One row while it is read.
struct Record {
    reader: Reader,
    values: Vec<u8>,
    written: usize,
    ends: Vec<usize>,
    count: usize,
    has_ended: bool,
}

impl Record {
    fn new(separator: u8) -> Record {
        let reader = ReaderBuilder::new().delimiter(separator).build();
        Record {
            reader,
            values: vec![0; 1 << 10],
            written: 0,
            ends: vec![0; 64],
            count: 0,
            has_ended: false,
        }
    }

    /// Reads on; whether the row has ended, and how many bytes belong to it.
    fn push(&mut self, mut input: &[u8]) -> (bool, usize) {
        let mut read = 0;
        while !input.is_empty() && !self.has_ended && !self.has_too_many_columns() {
            read += self.step(&mut input);
        }
        (self.has_ended, read)
    }

    fn step(&mut self, input: &mut &[u8]) -> usize {
        let (result, read, written, count) = self.reader.read_record(
            input,
            &mut self.values[self.written..],
            &mut self.ends[self.count..],
        );
        *input = &input[read..];
        self.written += written;
        self.count += count;
        match result {
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::OutputFull => self.values.resize(self.values.len() * 2, 0),
            ReadRecordResult::OutputEndsFull if self.has_too_many_columns() => {}
            ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
            ReadRecordResult::Record | ReadRecordResult::End => self.has_ended = true,
        }
        read
    }

    fn has_too_many_columns(&self) -> bool {
        self.count >= MOST_COLUMNS
    }

    /// Tells that the text ends here. Whether a quote is still open then.
    fn finish(&mut self) -> bool {
        // In a quote a line end is text, and anywhere else the end of the row.
        self.step(&mut &b"\n"[..]);
        let is_open = !self.has_ended;
        while !self.has_ended {
            self.step(&mut &b""[..]);
        }
        is_open
    }

    fn cells(&self) -> Result<Vec<String>, &'static str> {
        let ends = &self.ends[..self.count];
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let cell = |(start, end)| {
            str::from_utf8(&self.values[start..end])
                .map(str::to_owned)
                .map_err(|_| "has a value that a quote cuts within a character")
        };
        starts.zip(ends.iter().copied()).map(cell).collect()
    }
}

/// What separates the values of a table that begins like this: what gives most rows as many values
/// as the first has, of those what gives most.
fn separator_of(sample: &[u8]) -> u8 {
    let judge = |separator: u8| {
        let mut rest = sample;
        let mut counts = Vec::new();
        while counts.len() < SAMPLE_ROWS && !rest.is_empty() {
            let mut record = Record::new(separator);
            let (has_ended, read) = record.push(rest);
            if !has_ended && !counts.is_empty() {
                // The sample may be cut here.
                break;
            }
            rest = &rest[read..];
            counts.push(record.count.max(usize::from(!has_ended)));
            if read == 0 {
                break;
            }
        }
        let columns = counts.first().copied().unwrap_or(0);
        let alike = counts.iter().filter(|it| **it == columns).count();
        let share = (alike * 10).checked_div(counts.len()).unwrap_or(0);
        (columns > 1, share, columns)
    };
    let best = SEPARATORS.into_iter().rev().max_by_key(|separator| judge(*separator));
    match best {
        Some(best) if judge(best).0 => best,
        _ => b',',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_is_open_until_it_is_closed() {
        for (row, is_open) in [("a,\"b", true), ("a,\"b\"", false), ("a,b", false), ("a,\"", true)]
        {
            let mut record = Record::new(b',');
            assert_eq!(record.push(row.as_bytes()), (false, row.len()), "{row}");
            assert_eq!(record.finish(), is_open, "{row}");
            assert_eq!(record.cells().unwrap().len(), 2, "{row}");
        }
    }

    #[test]
    fn what_separates_values_is_found_out() {
        for (table, expected) in [
            ("title,text\na,b\n", b','),
            ("title;text\na, and b;c\n", b';'),
            ("title\ttext\na,b\tc;d\n", b'\t'),
            ("title|text\na,b|c\n", b'|'),
            ("text\none, two\nthree\n", b','),
            ("title,text\n\"a;b;c\",d\n\"e;f;g\",h\n", b','),
            ("", b','),
        ] {
            assert_eq!(char::from(separator_of(table.as_bytes())), char::from(expected), "{table}");
        }
    }
}
