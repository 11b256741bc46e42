//! An extractor: reads a table of comma-separated values as text, with a mark for every row and
//! cell.

use docmill_plugin::prelude::*;

struct Csv;

impl Plugin for Csv {
    fn describe() -> Description {
        Description::new("extract-csv", "0.1.0", "Reads comma-separated values")
    }
}

impl Extractor for Csv {
    fn accepts() -> Result<Vec<String>, Error> {
        Ok(vec!["text/csv".to_owned()])
    }

    fn extract(source: Source<'_>) -> Result<Vec<Extracted>, Error> {
        let bytes = source.read_all();
        let table = str::from_utf8(&bytes).map_err(|cause| {
            Error::malformed_at("the text is not UTF-8", cause.valid_up_to() as u64)
        })?;
        let mut document = Document::new("");
        let mut rest = Rest { table, offset: 0 };
        while !rest.table.is_empty() {
            read_row(&mut rest, &mut document)?;
        }
        // A table without cells holds no document, as a blank page does.
        Ok(if document.marks.is_empty() { Vec::new() } else { vec![document.into()] })
    }
}

/// What is still to be read, and where it begins.
struct Rest<'a> {
    table: &'a str,
    offset: usize,
}

impl<'a> Rest<'a> {
    fn take(&mut self, length: usize) -> &'a str {
        let (taken, table) = self.table.split_at(length);
        self.table = table;
        self.offset += length;
        taken
    }

    /// Takes what is next if it is this.
    fn take_if(&mut self, expected: &str) -> bool {
        let is_next = self.table.starts_with(expected);
        if is_next {
            self.take(expected.len());
        }
        is_next
    }
}

/// Appends one row to the text, cells separated by tabs, with its marks: the row first, as outer
/// marks come before inner ones.
fn read_row(rest: &mut Rest<'_>, document: &mut Document) -> Result<(), Error> {
    let row = document.marks.len();
    let start = document.text.len();
    document.marks.push(Mark::new("row", start..start));
    loop {
        let cell = document.text.len();
        read_cell(rest, &mut document.text)?;
        document.marks.push(Mark::new("cell", cell..document.text.len()));
        if !rest.take_if(",") {
            break;
        }
        document.text.push('\t');
    }
    document.marks[row].span = Span::new(start, document.text.len());
    document.text.push('\n');
    if rest.take_if("\r\n") || rest.take_if("\n") || rest.table.is_empty() {
        Ok(())
    } else {
        Err(Error::malformed_at("a closing quote is followed by more text", rest.offset as u64))
    }
}

fn read_cell(rest: &mut Rest<'_>, text: &mut String) -> Result<(), Error> {
    let opening = rest.offset as u64;
    if !rest.take_if("\"") {
        let end = rest.table.find([',', '\n']).unwrap_or(rest.table.len());
        let end = if rest.table[..end].ends_with('\r') { end - 1 } else { end };
        text.push_str(rest.take(end));
        return Ok(());
    }
    loop {
        let Some(quote) = rest.table.find('"') else {
            return Err(Error::malformed_at("a quote is never closed", opening));
        };
        text.push_str(rest.take(quote));
        rest.take(1);
        // Two quotes stand for one.
        if !rest.take_if("\"") {
            return Ok(());
        }
        text.push('"');
    }
}

docmill_plugin::export!(extractor: Csv);

#[cfg(test)]
mod tests {
    use super::*;

    fn extract(table: &str) -> Result<Vec<Extracted>, Error> {
        Csv::extract(Source::of_bytes(table.as_bytes(), "text/csv"))
    }

    #[test]
    fn cells_and_rows_are_marked_in_bytes() {
        let extracted = extract("été,\"a, \"\"b\"\"\"\r\nc,\n").unwrap();
        let document = &extracted[0].document;
        assert_eq!(document.text, "été\ta, \"b\"\nc\t\n");
        let marked: Vec<_> = document
            .marks
            .iter()
            .map(|it| (it.kind.as_str(), &document.text[it.span.range()]))
            .collect();
        let expected = [
            ("row", "été\ta, \"b\""),
            ("cell", "été"),
            ("cell", "a, \"b\""),
            ("row", "c\t"),
            ("cell", "c"),
            ("cell", ""),
        ];
        assert_eq!(marked, expected);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_damage_where_it_opens() {
        assert_eq!(
            extract("a,\"b").unwrap_err(),
            Error::malformed_at("a quote is never closed", 2)
        );
        assert!(extract("\"a\"b").is_err());
    }

    #[test]
    fn an_empty_table_holds_no_document() {
        assert!(extract("").unwrap().is_empty());
    }
}
