//! Lists of words that stand in TSV files, read while compiling: an instance that lives for one
//! document reads nothing at start.
//!
//! A line is a key and a value with a tab between them. Empty lines and lines that begin with `#`
//! are for people.

/// A line of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The first column.
    pub key: &'static str,
    /// The second column; empty where there is none.
    pub value: &'static str,
}

/// How many rows a list has.
pub const fn count(list: &str) -> usize {
    let bytes = list.as_bytes();
    let (mut count, mut at) = (0, 0);
    while at < bytes.len() {
        let (start, end) = line(bytes, at);
        count += is_row(bytes, start, end) as usize;
        at = end + 1;
    }
    count
}

/// The rows of a list in the order of the file; `N` is their [`count`].
pub const fn rows<const N: usize>(list: &'static str) -> [Row; N] {
    let bytes = list.as_bytes();
    let mut rows = [Row { key: "", value: "" }; N];
    let (mut next, mut at) = (0, 0);
    while at < bytes.len() {
        let (start, end) = line(bytes, at);
        if is_row(bytes, start, end) {
            let tab = position(bytes, start, end, b'\t');
            let value = if tab < end { tab + 1 } else { end };
            rows[next] = Row { key: slice(list, start, tab), value: slice(list, value, end) };
            next += 1;
        }
        at = end + 1;
    }
    assert!(next == N, "a list has another number of rows");
    rows
}

/// How many rows of a list have this key.
pub const fn count_of(rows: &[Row], key: &str) -> usize {
    let (mut count, mut at) = (0, 0);
    while at < rows.len() {
        count += is_same(rows[at].key, key) as usize;
        at += 1;
    }
    count
}

/// The values of the rows with this key; `N` is their number, see [`count_of`].
pub const fn values_of<const N: usize>(rows: &[Row], key: &str) -> [&'static str; N] {
    let mut values = [""; N];
    let (mut next, mut at) = (0, 0);
    while at < rows.len() {
        if is_same(rows[at].key, key) {
            values[next] = rows[at].value;
            next += 1;
        }
        at += 1;
    }
    assert!(next == N && N > 0, "a key has another number of rows");
    values
}

/// Whether two texts are the same, as `==` is not for constants.
pub const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

const fn line(bytes: &[u8], start: usize) -> (usize, usize) {
    (start, position(bytes, start, bytes.len(), b'\n'))
}

const fn is_row(bytes: &[u8], start: usize, end: usize) -> bool {
    start < end && bytes[start] != b'#'
}

const fn position(bytes: &[u8], from: usize, end: usize, wanted: u8) -> usize {
    let mut at = from;
    while at < end && bytes[at] != wanted {
        at += 1;
    }
    at
}

/// A part of a text; what it is cut at is ASCII.
const fn slice(text: &'static str, from: usize, to: usize) -> &'static str {
    text.split_at(to).0.split_at(from).1
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "# for people\nphoto\tẢnh\n\nphoto\tPhoto credit\nalone\n";
    const ROWS: [Row; count(LIST)] = rows(LIST);

    #[test]
    fn rows_are_read_while_compiling() {
        assert_eq!(ROWS.len(), 3);
        assert_eq!(ROWS[2], Row { key: "alone", value: "" });
        const PHOTOS: [&str; count_of(&ROWS, "photo")] = values_of(&ROWS, "photo");
        assert_eq!(PHOTOS, ["Ảnh", "Photo credit"]);
    }
}
