//! Golden files hold the format in place: each was written once, by the docmill that had that
//! version.

use super::*;

fn check_golden<R: Record + PartialEq + fmt::Debug>(golden: &[u8], value: R) {
    assert_eq!(R::decode(golden).as_ref(), Ok(&value), "it is read as it was meant");
    assert!(value.encode() == golden, "it is written as ever");
}

macro_rules! golden {
    ($name:literal) => {
        golden!(1, $name)
    };
    ($version:literal, $name:literal) => {
        include_bytes!(concat!(
            "../../../../../tests/golden/store/record-v",
            $version,
            "-",
            $name,
            ".bin"
        ))
    };
}

/// An id of which only the ten bytes are known that ids once had.
fn early_id(byte: u8) -> DocumentId {
    let mut bytes = [0; DocumentId::LENGTH];
    bytes[..10].fill(byte);
    DocumentId::from_bytes(bytes)
}

fn early_source(source: StoredSource) -> StoredSource {
    StoredSource { documents: vec![early_id(6)], ..source }
}

fn early_failure(failure: Failure) -> Failure {
    let id = FailureId::from_bytes(*early_id(7).as_bytes());
    Failure { id, document: Some(early_id(6)), ..failure }
}

#[test]
fn version_1_is_read_and_written_as_ever() {
    check_golden(golden!("history"), history());
    check_golden(golden!("summary"), summary());
    check_golden(golden!("history-of-text"), history_of_text());
    check_golden(golden!("about"), about());
}

#[test]
fn what_is_written_otherwise_today_is_read_as_ever() {
    let before = Failure { attempt: None, cost: None, ..early_failure(failure()) };
    assert_eq!(Failure::decode(golden!("failure")), Ok(before));
    assert_eq!(StoredSource::decode(golden!("source")), Ok(early_source(source())));
    assert_eq!(StoredSource::decode(golden!(2, "source")), Ok(early_source(source())));
    assert_eq!(StoredSource::decode(golden!(2, "source-retired")), Ok(early_source(retired())));
    let before = StoredDocument { id: early_id(6), ..document() };
    assert_eq!(StoredDocument::decode(golden!("document")), Ok(before));
    for (golden, source) in [
        (&golden!(3, "source")[..], source()),
        (golden!(3, "source-retired"), retired()),
        (golden!(3, "source-not-copied"), not_copied()),
    ] {
        assert_eq!(StoredSource::decode(golden), Ok(early_source(source)));
    }
    let before = early_failure(failure());
    assert_eq!(Failure::decode(golden!(3, "failure")), Ok(before));
    let before = early_failure(without_plugin());
    assert_eq!(Failure::decode(golden!(3, "failure-without-plugin")), Ok(before));
    let tally = Tally { kept: 0, retired: 0, ..run().tally };
    assert_eq!(Run::decode(golden!("run")), Ok(Run { tally, ..run() }));
    for (golden, finding) in [
        (&golden!("finding-labels")[..], finding()),
        (golden!("finding-annotations"), annotations()),
        (golden!("finding-translations"), translations()),
    ] {
        assert_eq!(FindingSummary::read(golden), Ok(finding.clone().into()));
        assert_eq!(Finding::decode(golden), Ok(finding));
    }
}

#[test]
fn version_2_is_read_and_written_as_ever() {
    check_golden(golden!(2, "run"), run());
    check_golden(golden!(2, "document"), document());
    for (golden, finding) in [
        (&golden!(2, "finding-labels")[..], finding()),
        (golden!(2, "finding-annotations"), annotations()),
        (golden!(2, "finding-translations"), translations()),
    ] {
        assert_eq!(FindingSummary::read(golden), Ok(finding.clone().into()));
        check_golden(golden, finding);
    }
}

#[test]
fn a_failure_of_version_2_is_read_as_ever() {
    let before = Failure { cost: None, ..early_failure(failure()) };
    assert_eq!(Failure::decode(golden!(2, "failure")), Ok(before));
    let before = Failure { cost: None, ..early_failure(without_plugin()) };
    assert_eq!(Failure::decode(golden!(2, "failure-without-plugin")), Ok(before));
}

#[test]
fn version_4_is_read_and_written_as_ever() {
    check_golden(golden!(4, "source"), source());
    check_golden(golden!(4, "source-retired"), retired());
    check_golden(golden!(4, "source-not-copied"), not_copied());
    check_golden(golden!(4, "failure"), failure());
    check_golden(golden!(4, "failure-without-plugin"), without_plugin());
}

#[test]
fn what_found_something_is_read_without_unpacking_what_was_found() {
    let mut bytes = long_finding().encode();
    assert_eq!((bytes[2], FindingSummary::read(&bytes)), (ZSTD, Ok(long_finding().into())));
    // The last byte of the frame is damaged and the checksum is right again.
    let end = bytes.len() - CHECKSUM;
    bytes[end - 1] ^= 0xff;
    let checksum = crc32fast::hash(&bytes[..end]).to_le_bytes();
    bytes[end..].copy_from_slice(&checksum);
    assert_eq!(FindingSummary::read(&bytes), Ok(long_finding().into()));
    assert!(Finding::decode(&bytes).is_err());
    let head = head(Kind::Finding, 2);
    assert_eq!(FindingSummary::read(&head), Err(ONLY_HEAD));
    assert_eq!(Finding::decode(&head), Err(ONLY_HEAD));
    for size in [[0xff; 4], [200, 0, 0, 0]] {
        let bytes = seal(Kind::Finding, PLAIN, &[&size, b"short"]);
        let cut_short = RecordError::Damaged("its first part is cut short");
        assert_eq!(FindingSummary::read(&bytes), Err(cut_short));
        assert_eq!(Finding::decode(&bytes), Err(cut_short));
    }
}

#[test]
fn a_compressed_record_is_read_as_ever() {
    assert_eq!(Finding::decode(golden!(2, "finding-zstd")), Ok(long_finding()));
    assert_eq!(StoredSource::decode(golden!("source-zstd")), Ok(early_source(long_source())));
    assert_eq!(StoredSource::decode(golden!(2, "source-zstd")), Ok(early_source(long_source())));
    assert_eq!(StoredSource::decode(golden!(4, "source-zstd")), Ok(long_source()));
    let golden = golden!("original-in-pieces");
    assert_eq!(open(Kind::Original, golden), Ok(Opened::Pieces(5)));
    assert_eq!(head(Kind::Original, 5), golden);
}

/// Golden files are written once, and never again: this writes those that are missing.
#[test]
#[ignore = "writes into the source tree"]
fn write_missing_golden_files() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/golden/store");
    std::fs::create_dir_all(folder).unwrap();
    for (name, bytes) in [
        ("source", source().encode()),
        ("source-retired", retired().encode()),
        ("source-not-copied", not_copied().encode()),
        ("source-zstd", long_source().encode()),
        ("document", document().encode()),
        ("finding-labels", finding().encode()),
        ("finding-annotations", annotations().encode()),
        ("finding-translations", translations().encode()),
        ("finding-zstd", long_finding().encode()),
        ("history", history().encode()),
        ("summary", summary().encode()),
        ("history-of-text", history_of_text().encode()),
        ("failure", failure().encode()),
        ("failure-without-plugin", without_plugin().encode()),
        ("run", run().encode()),
        ("about", about().encode()),
        ("original-in-pieces", head(Kind::Original, 5)),
    ] {
        let path = format!("{folder}/record-v{}-{name}.bin", bytes[0]);
        if std::fs::metadata(&path).map_or(0, |metadata| metadata.len()) == 0 {
            std::fs::write(path, bytes).unwrap();
        }
    }
}
