//! Mails as Outlook writes them, made here: real ones belong to somebody.

use std::io::{Cursor, Write as _};

use docmill_plugin::{Error, Member, Source, Unpacker, testing};
use unpack_msg::UnpackMsg;

type File = cfb::CompoundFile<Cursor<Vec<u8>>>;

fn write(file: &mut File, path: &str, bytes: &[u8]) {
    file.create_stream(path).expect("a stream").write_all(bytes).expect("it is in memory");
}

fn utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// The table of properties of a storage: so many bytes of zeros, then number, kind and value of
/// each.
fn table(file: &mut File, storage: &str, head: usize, properties: &[(u16, u16, u64)]) {
    let mut bytes = vec![0; head];
    for (id, kind, value) in properties {
        bytes.extend_from_slice(&kind.to_le_bytes());
        bytes.extend_from_slice(&id.to_le_bytes());
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&value.to_le_bytes());
    }
    write(file, &format!("{storage}__properties_version1.0"), &bytes);
}

/// A mail with Unicode strings, a file and a mail attached.
fn mail() -> Vec<u8> {
    let mut file = File::create(Cursor::new(Vec::new())).expect("a file in memory");
    let sent = (1_749_717_000 + 11_644_473_600) * 10_000_000;
    table(&mut file, "/", 32, &[(0x0039, 0x40, sent), (0x3fde, 3, 1252)]);
    for (id, text) in [
        ("0037", "L'été"),
        ("1000", "Voilà."),
        ("0C1A", "Jane Doe"),
        ("5D01", "jane@a.example"),
        ("0E04", "x@a.example; y@a.example"),
        ("1035", "<1@a.example>"),
    ] {
        write(&mut file, &format!("/__substg1.0_{id}001F"), &utf_16(text));
    }
    let one = "/__attach_version1.0_#00000000";
    file.create_storage(one).expect("a storage");
    table(&mut file, &format!("{one}/"), 8, &[]);
    write(&mut file, &format!("{one}/__substg1.0_3707001F"), &utf_16("à lire.txt"));
    write(&mut file, &format!("{one}/__substg1.0_370E001E"), b"text/plain");
    write(&mut file, &format!("{one}/__substg1.0_37010102"), b"attached");
    let two = "/__attach_version1.0_#00000001";
    file.create_storage(two).expect("a storage");
    table(&mut file, &format!("{two}/"), 8, &[]);
    let inner = format!("{two}/__substg1.0_3701000D");
    file.create_storage(&inner).expect("a storage");
    table(&mut file, &format!("{inner}/"), 24, &[(0x3ffd, 3, 1252), (0x3fde, 3, 65001)]);
    write(&mut file, &format!("{inner}/__substg1.0_0037001E"), b"R\xe9ponse");
    write(&mut file, &format!("{inner}/__substg1.0_10130102"), "<p>été</p>".as_bytes());
    file.flush().expect("it is in memory");
    file.into_inner().into_inner()
}

fn unpack(bytes: &[u8]) -> (Result<(), Error>, Vec<Member>) {
    let result = UnpackMsg::unpack(Source::of_bytes(bytes, "application/vnd.ms-outlook"));
    (result, testing::take_members())
}

#[test]
fn a_mail_is_taken_apart_with_the_mail_in_it() {
    let (result, members) = unpack(&mail());
    assert_eq!(result, Ok(()));
    let names: Vec<_> = members.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["body.txt", "à lire.txt", "attachment-2.msg/body.html"]);
    let said = |member: usize, name: &str| -> Vec<String> {
        let values = members[member].attributes.iter().filter(|it| it.name == name);
        values.map(|it| it.value.clone()).collect()
    };
    assert_eq!(said(0, "title"), ["L'été"]);
    assert_eq!(said(0, "date"), ["2025-06-12T08:30:00Z"]);
    assert_eq!(said(0, "creator"), ["Jane Doe"]);
    assert_eq!(said(0, "from"), ["Jane Doe <jane@a.example>"]);
    assert_eq!(said(0, "to"), ["x@a.example", "y@a.example"]);
    assert_eq!(said(0, "message-id"), ["1@a.example"]);
    assert_eq!(members[0].content, "Voilà.".as_bytes());
    assert_eq!(
        (&*members[1].content, members[1].media_type.as_deref()),
        (&b"attached"[..], Some("text/plain"))
    );
    assert_eq!(said(1, "message-id"), ["1@a.example"]);
    assert_eq!(said(2, "title"), ["Réponse"]);
    assert_eq!(said(2, "charset"), ["utf-8"]);
}

#[test]
fn what_is_no_mail_is_not_for_this_plugin_and_what_is_cut_ends() {
    for other in [&b"no compound file"[..], b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"] {
        assert!(matches!(unpack(other).0, Err(Error::Unsupported(_))));
    }
    let file = File::create(Cursor::new(Vec::new())).expect("a file in memory");
    assert!(matches!(unpack(&file.into_inner().into_inner()).0, Err(Error::Unsupported(_))));
    assert_eq!(unpack(b""), (Ok(()), Vec::new()));
    let mail = mail();
    for end in (0..mail.len()).step_by(97) {
        let _ = unpack(&mail[..end]);
    }
    for at in (0..mail.len()).step_by(13) {
        let mut damaged = mail.clone();
        damaged[at] ^= 0xff;
        let _ = unpack(&damaged);
    }
}

#[test]
fn the_seed_of_the_fuzzer_is_such_a_mail() {
    let seed =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/corpus/msg/mail");
    if std::env::var_os("DOCMILL_BLESS").is_some() {
        std::fs::write(&seed, [&b"\0"[..], &mail()].concat()).expect("it can be written");
    }
    let seed = std::fs::read(seed).expect("it can be read");
    assert_eq!(unpack(&seed[1..]).1, unpack(&mail()).1);
}
