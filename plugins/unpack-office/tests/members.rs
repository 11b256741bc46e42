//! Files in files, made here.

use std::io::{Cursor, Write as _};

use docmill_plugin::{Error, Member, Source, Unpacker, testing};
use unpack_office::UnpackOffice;

fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut bytes);
    for (name, content) in parts {
        let file = archive.new_file(name).compression_method(rawzip::CompressionMethod::STORE);
        let (mut entry, config) = file.start().expect("it is in memory");
        let mut writer = config.wrap(&mut entry);
        writer.write_all(content).expect("it is in memory");
        let (_, descriptor) = writer.finish().expect("it is in memory");
        entry.finish(descriptor).expect("it is in memory");
    }
    archive.finish().expect("it is in memory");
    bytes
}

fn compound(streams: &[(&str, &[u8])]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("it is in memory");
    for (path, content) in streams {
        let (storage, _) = path.rsplit_once('/').expect("a path");
        if !storage.is_empty() {
            file.create_storage_all(storage).expect("a storage");
        }
        file.create_stream(path).expect("a stream").write_all(content).expect("it is in memory");
    }
    file.flush().expect("it is in memory");
    file.into_inner().into_inner()
}

/// What a packager wraps: a file of this name.
fn native(name: &str, content: &[u8]) -> Vec<u8> {
    let name = [name.as_bytes(), b"\0"].concat();
    let length = (content.len() as u32).to_le_bytes();
    let inner = [&[2, 0][..], &name, &name, &[0, 0, 3, 0], &[2, 0, 0, 0], b"t\0", &length, content]
        .concat();
    [&(inner.len() as u32).to_le_bytes()[..], &inner].concat()
}

fn unpack(bytes: &[u8]) -> (Result<(), Error>, Vec<Member>) {
    testing::reset();
    let result = UnpackOffice::unpack(Source::of_bytes(bytes, "application/msword"));
    (result, testing::take_members())
}

fn members(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let (result, members) = unpack(bytes);
    result.expect("all of it can be read");
    members.into_iter().map(|it| (it.name, it.content)).collect()
}

#[test]
fn parts_of_packages_are_members_and_what_wraps_them_is_taken_off() {
    let wrapped = compound(&[("/\u{1}Ole10Native", &native("C:\\x\\note.txt", b"note"))]);
    let inner = compound(&[("/Package", b"PK inner")]);
    let rels = b"<Relationships><Relationship Id='r1' Type='x/aFChunk' Target='chunk.htm'/></Relationships>";
    let found = members(&package(&[
        ("word/document.xml", b"<d/>"),
        ("word/embeddings/oleObject1.bin", &wrapped),
        ("word/embeddings/oleObject2.bin", &inner),
        ("word/embeddings/table.xlsx", b"PK table"),
        ("word/media/image.png", b"no"),
        ("word/chunk.htm", b"<p>"),
        ("word/_rels/document.xml.rels", rels),
    ]));
    let expected: [(&str, &[u8]); 4] = [
        ("chunk.htm", b"<p>"),
        ("note.txt", b"note"),
        ("oleObject2.bin", b"PK inner"),
        ("table.xlsx", b"PK table"),
    ];
    assert_eq!(found, expected.map(|(name, content)| (name.to_owned(), content.to_vec())));
}

#[test]
fn objects_of_open_documents_become_packages_again() {
    let manifest = b"<m><f full-path='Object 1/' media-type='application/vnd.oasis.opendocument.spreadsheet'/>\
                     <f full-path='Object 2/' media-type='application/vnd.oasis.opendocument.chart'/></m>";
    let found = members(&package(&[
        ("content.xml", b"<d/>"),
        ("Object 1/content.xml", b"<sheet/>"),
        ("Object 1/styles.xml", b"<s/>"),
        ("Object 2/content.xml", b"<chart/>"),
        ("ObjectReplacements/Object 1", b"no"),
        ("META-INF/manifest.xml", manifest),
    ]));
    let [(name, bytes)] = &found[..] else { panic!("{found:?}") };
    assert_eq!(name, "Object 1");
    assert_eq!(&bytes[30..38], b"mimetype");
    let (result, nothing) = unpack(bytes);
    assert!(result.is_ok() && nothing.is_empty());
}

#[test]
fn storages_of_objects_are_unwrapped_or_become_files() {
    let found = members(&compound(&[
        ("/WordDocument", b"x"),
        ("/ObjectPool/_1/\u{1}Ole10Native", &native("a.txt", b"text")),
        ("/ObjectPool/_2/Workbook", b"book"),
        ("/ObjectPool/_2/sub/more", b"more"),
        ("/ObjectPool/_3/Equation", b"no"),
    ]));
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["a.txt", "2.xls"]);
    let mut copy =
        cfb::CompoundFile::open(Cursor::new(found[1].1.clone())).expect("a compound file");
    assert!(copy.is_stream("/Workbook") && copy.is_stream("/sub/more"));
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut copy.open_stream("/Workbook").expect("a stream"), &mut bytes)
        .expect("its bytes");
    assert_eq!(bytes, b"book");
}

#[test]
fn objects_in_rich_text_are_read_from_their_digits() {
    let wrapped = native("a.txt", b"text")[4..].to_vec();
    let data = [
        &[1, 5, 0, 0, 2, 0, 0, 0, 8, 0, 0, 0][..],
        b"Package\0",
        &[0; 8],
        &(wrapped.len() as u32).to_le_bytes(),
        &wrapped,
    ]
    .concat();
    let digits: String = data.iter().map(|it| format!("{it:02x}")).collect();
    let text = format!("{{\\rtf1 a{{\\object{{\\*\\objdata {digits}}}}}b}}");
    assert_eq!(members(text.as_bytes()), [("a.txt".to_owned(), b"text".to_vec())]);
    let (result, _) = unpack(b"{\\rtf1{\\*\\objdata 0102}}");
    assert!(matches!(result, Err(Error::Malformed(_))), "{result:?}");
}

#[test]
fn names_that_climb_or_repeat_are_names_and_what_is_cut_ends() {
    let wrapped = compound(&[("/\u{1}Ole10Native", &native("..\\..\\passwd", b"1"))]);
    let whole = package(&[("ppt/embeddings/a.bin", &wrapped), ("ppt/embeddings/b.bin", &wrapped)]);
    let found = members(&whole);
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["passwd", "passwd-2"]);
    for end in (0..whole.len()).step_by(29) {
        let _ = unpack(&whole[..end]);
    }
    assert!(unpack(b"").0.is_ok());
    assert!(matches!(unpack(b"text").0, Err(Error::Unsupported(_))));
}
