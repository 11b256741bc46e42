//! Files made here: real ones belong to somebody.

use std::io::{Cursor, Write as _};

use docmill_plugin::{Error, Extracted, Extractor, Plugin, Source, testing};
use extract_office_legacy::ExtractOfficeLegacy;

/// A compound file of these streams.
pub fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("it is in memory");
    for (name, content) in streams {
        let mut stream = file.create_stream(format!("/{name}")).expect("a stream");
        stream.write_all(content).expect("it is in memory");
    }
    file.flush().expect("it is in memory");
    file.into_inner().into_inner()
}

/// What the plugin reads, with what becomes of changes.
pub fn read_with(bytes: &[u8], changes: &str) -> Result<Vec<Extracted>, Error> {
    testing::reset();
    testing::use_defaults(&ExtractOfficeLegacy::describe());
    testing::set_setting("changes", changes);
    ExtractOfficeLegacy::extract(Source::of_bytes(bytes, "application/octet-stream"))
}

/// What the plugin reads.
pub fn read(bytes: &[u8]) -> Extracted {
    let found = read_with(bytes, "accepted").expect("it can be read");
    found.into_iter().next().expect("it has a document")
}

/// Each mark as its kind and its words.
pub fn marks(found: &Extracted) -> Vec<String> {
    let document = &found.document;
    let words = |range: std::ops::Range<usize>| document.text[range].to_owned();
    document.marks.iter().map(|it| format!("{} {:?}", it.kind, words(it.span.range()))).collect()
}

/// Each aside as its kind and its text.
pub fn asides(found: &Extracted) -> Vec<String> {
    found.asides.iter().map(|it| format!("{} {:?}", it.kind, it.text)).collect()
}

/// A record of a workbook.
pub fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).expect("it is short");
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
}

/// A record of a presentation.
pub fn atom(kind: u16, head: u16, data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).expect("it is short");
    [&head.to_le_bytes()[..], &kind.to_le_bytes(), &length.to_le_bytes(), data].concat()
}

/// Text in UTF-16.
pub fn utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// A workbook of one sheet with these records.
pub fn workbook(globals: &[u8], sheet: &[u8]) -> Vec<u8> {
    let begin = |kind: u16| {
        record(0x0809, &[&0x0600_u16.to_le_bytes()[..], &kind.to_le_bytes(), &[0; 12]].concat())
    };
    let name = |at: usize| {
        record(0x0085, &[&(at as u32).to_le_bytes()[..], &[0, 0, 5, 0], b"Costs"].concat())
    };
    let end = record(0x000a, &[]);
    let at = begin(5).len() + globals.len() + name(0).len() + end.len();
    let stream =
        [begin(5), globals.to_vec(), name(at), end.clone(), begin(0x10), sheet.to_vec(), end]
            .concat();
    compound(&[("Workbook", &stream)])
}

/// A document of Word 97 with this text, the style of each paragraph by its last character, and the
/// places of special properties.
pub fn word(text: &str, flags: u16, paragraphs: &[(usize, Vec<u8>)]) -> Vec<u8> {
    let units: Vec<u8> = utf_16(text);
    let count = units.len() / 2;
    let start = 0x800_usize;
    let mut main = vec![0_u8; start];
    let put = |bytes: &mut Vec<u8>, at: usize, value: u32| {
        bytes[at..at + 4].copy_from_slice(&value.to_le_bytes())
    };
    main[..2].copy_from_slice(&0xa5ec_u16.to_le_bytes());
    main[2..4].copy_from_slice(&0xc1_u16.to_le_bytes());
    main[10..12].copy_from_slice(&(0x0200 | flags).to_le_bytes());
    put(&mut main, 0x4c, count as u32);
    main.extend(&units);
    main.resize(main.len().next_multiple_of(512), 0);
    // A page with the formatting of paragraphs.
    let page = main.len() / 512;
    let mut formatting = vec![0_u8; 512];
    formatting[511] = paragraphs.len() as u8;
    let mut from = start;
    let mut free = 510;
    for (index, (end, properties)) in paragraphs.iter().enumerate() {
        put(&mut formatting, 4 * index, from as u32);
        from = start + 2 * end;
        put(&mut formatting, 4 * index + 4, from as u32);
        let mut stored = properties.clone();
        if stored.len() % 2 == 0 {
            stored.push(0);
        }
        free -= (stored.len() + 1).next_multiple_of(2);
        formatting[free] = stored.len().div_ceil(2) as u8;
        formatting[free + 1..free + 1 + stored.len()].copy_from_slice(&stored);
        formatting[4 * (paragraphs.len() + 1) + 13 * index] = (free / 2) as u8;
    }
    main.extend(formatting);
    // The table: pieces, pages, styles.
    let mut table = Vec::new();
    let mut add = |main: &mut Vec<u8>, at: usize, bytes: &[u8]| {
        put(main, at, table.len() as u32);
        put(main, at + 4, bytes.len() as u32);
        table.extend_from_slice(bytes);
    };
    let pieces = [
        &0_u32.to_le_bytes()[..],
        &(count as u32).to_le_bytes(),
        &[0, 0],
        &(start as u32).to_le_bytes(),
        &[0, 0],
    ]
    .concat();
    let clx = [&[2][..], &(pieces.len() as u32).to_le_bytes(), &pieces].concat();
    add(&mut main, 0x1a2, &clx);
    let pages = [
        &(start as u32).to_le_bytes()[..],
        &((start + units.len()) as u32).to_le_bytes(),
        &(page as u32).to_le_bytes(),
    ]
    .concat();
    add(&mut main, 0x102, &pages);
    let style = |known: u16| {
        let style = [
            &known.to_le_bytes()[..],
            &0xfff0_u16.to_le_bytes(),
            &[0; 6],
            &1_u16.to_le_bytes(),
            &utf_16("x"),
            &[0, 0],
        ]
        .concat();
        [&(style.len() as u16).to_le_bytes()[..], &style].concat()
    };
    let info = [&2_u16.to_le_bytes()[..], &10_u16.to_le_bytes()].concat();
    let styles = [&(info.len() as u16).to_le_bytes()[..], &info, &style(0), &style(1)].concat();
    add(&mut main, 0xa2, &styles);
    compound(&[("WordDocument", &main), ("1Table", &table)])
}
