//! Tables in Parquet that are damaged, or made to cost more than they have.

use std::path::Path;

use docmill_plugin::{Error, Source, Unpacker, testing};
use unpack_table::UnpackTable;

const TYPE: &str = "application/vnd.apache.parquet";

/// A golden case's table.
fn table(case: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    std::fs::read(folder.join(case).join("input.parquet")).unwrap()
}

fn unpack(bytes: &[u8]) -> (Result<(), Error>, usize) {
    testing::reset();
    testing::use_defaults(&<UnpackTable as docmill_plugin::Plugin>::describe());
    let result = UnpackTable::unpack(Source::of_bytes(bytes, TYPE));
    (result, testing::take_members().len())
}

/// A table of one column `text` and one group with so many rows, whose pages are these bytes.
fn made(schema: &[u8], elements: u8, rows: &[u8], pages: &[u8]) -> Vec<u8> {
    let length = u8::try_from(pages.len() * 2).unwrap();
    let mut footer = vec![0x29, (elements << 4) | 0x0c];
    footer.extend_from_slice(schema);
    // Rows in all; one group with one column; where it lies: codec 0, its length, its first page at
    // 4.
    footer.extend_from_slice(&[0x16, 2, 0x19, 0x1c, 0x19, 0x1c, 0x3c, 0x45, 0, 0x36]);
    footer.extend_from_slice(&[length, 0x26, 8, 0, 0, 0x26]);
    footer.extend_from_slice(rows);
    footer.extend_from_slice(&[0, 0]);
    let mut table = b"PAR1".to_vec();
    table.extend_from_slice(pages);
    table.extend_from_slice(&footer);
    table.extend_from_slice(&u32::try_from(footer.len()).unwrap().to_le_bytes());
    table.extend_from_slice(b"PAR1");
    table
}

/// A root with one child, and that: bytes called `text`, which may be missing.
const SCHEMA: &[u8] = &[
    0x48, 1, b'r', 0x15, 2, 0, // root
    0x15, 12, 0x25, 2, 0x18, 4, b't', b'e', b'x', b't', 0, // text
];

/// A page of the first version without compression: its size and number of values as written, its
/// encoding, and what is in it.
fn page(size: u8, values: &[u8], encoding: u8, content: &[u8]) -> Vec<u8> {
    let mut page = vec![0x15, 0, 0x15, size * 2, 0x15, size * 2, 0x2c, 0x15];
    page.extend_from_slice(values);
    page.extend_from_slice(&[0x15, encoding * 2, 0x15, 6, 0x15, 6, 0, 0]);
    page.extend_from_slice(content);
    page
}

#[test]
fn a_table_that_is_made_by_hand_is_read() {
    // Levels: one run of one value that is there.
    let content = [2, 0, 0, 0, 2, 1, 3, 0, 0, 0, b'd', 0xc3, 0xaa];
    let made = made(SCHEMA, 2, &[2], &page(13, &[2], 0, &content));
    let (result, members) = unpack(&made);
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(members, 1);
}

#[test]
fn damage_anywhere_is_told_and_breaks_nothing() {
    for case in ["parquet", "parquet-differences"] {
        let whole = table(case);
        for at in 0..whole.len() {
            for value in [0, 0x80, 0xff, whole[at] ^ 1] {
                let mut damaged = whole.clone();
                damaged[at] = value;
                let (result, members) = unpack(&damaged);
                assert!(members <= 3, "{at} {value}: {members}");
                let is_told = !matches!(result, Err(Error::Internal(_) | Error::Misconfigured(_)));
                assert!(is_told, "{at} {value}: {result:?}");
            }
            let (result, _) = unpack(&whole[..at]);
            assert!(result.is_err(), "cut at {at}");
        }
    }
}

#[test]
fn rows_that_take_no_room_end() {
    // 2^62 rows, of which a page says that 2^30 are not there, in five bytes.
    let rows = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1];
    let many = [0x80, 0x80, 0x80, 0x80, 8];
    let content = [6, 0, 0, 0, 0x80, 0x80, 0x80, 0x80, 8, 0];
    let made = made(SCHEMA, 2, &rows, &page(10, &many, 0, &content));
    let (result, members) = unpack(&made);
    assert_eq!(members, 0);
    let Err(Error::Malformed(it)) = result else { panic!("{result:?}") };
    assert!(it.reason.contains("200 times"), "{}", it.reason);
}

#[test]
fn schemas_without_end_and_numbers_that_lie_end() {
    // A group of 2^31 children that are not there.
    let lies = [0x48, 1, b'r', 0x15, 0xfe, 0xff, 0xff, 0xff, 0x0f, 0];
    let (result, _) = unpack(&made(&lies, 1, &[2], &[]));
    assert!(matches!(result, Err(Error::Malformed(_))), "{result:?}");
    // 10,000 groups in each other.
    let mut footer = vec![0x29, 0xfc, 0x90, 0x4e];
    for _ in 0..10_000 {
        footer.extend_from_slice(&[0x35, 0, 0x18, 1, b'g', 0x15, 2, 0]);
    }
    footer.push(0);
    let mut table = b"PAR1".to_vec();
    table.extend_from_slice(&footer);
    table.extend_from_slice(&u32::try_from(footer.len()).unwrap().to_le_bytes());
    table.extend_from_slice(b"PAR1");
    let (result, _) = unpack(&table);
    let Err(Error::Malformed(it)) = result else { panic!("{result:?}") };
    assert!(it.reason.contains("too deep"), "{}", it.reason);
}
