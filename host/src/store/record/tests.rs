//! The format: golden files hold it in place, and no bytes make it panic.

use std::time::{Duration, SystemTime};

use proptest::prelude::*;

use super::*;
use crate::model::*;

fn digest(byte: u8) -> Digest {
    Digest::from_bytes([byte; 32])
}

fn attribute(name: &str, value: &str) -> Attribute {
    Attribute { name: name.to_owned(), value: value.to_owned() }
}

fn provenance() -> Provenance {
    Provenance {
        plugin: PluginName::new("extract-text").unwrap(),
        version: "1.2.3".to_owned(),
        role: Role::Extractor,
        component: digest(1),
        contract: ContractVersion { major: 0, minor: 1 },
        settings: digest(2),
        key: digest(3),
        run: RunId(300),
        cost: Cost {
            duration: Duration::new(1, 999_999_999),
            peak_memory: 1 << 20,
            host_calls: 7,
            bytes_in: 4096,
            bytes_out: 4000,
        },
    }
}

pub(in crate::store) fn source() -> StoredSource {
    StoredSource {
        info: SourceInfo {
            name: SourceName::new("news.zip!/é.txt").unwrap(),
            media_type: MediaType::new("text/plain").unwrap(),
            size: 1234,
            digest: digest(4),
            container: Some(SourceName::new("news.zip").unwrap()),
            attributes: vec![attribute("date", "2024-05-01")],
        },
        version: 2,
        state: SourceState::Failed,
        pipeline: digest(5),
        documents: vec![DocumentId::from_bytes([6; 20])],
        run: RunId(300),
        retired: false,
        is_copied: true,
    }
}

fn retired() -> StoredSource {
    StoredSource { retired: true, ..source() }
}

fn not_copied() -> StoredSource {
    StoredSource { is_copied: false, ..source() }
}

pub(in crate::store) fn document() -> StoredDocument {
    let text = "Tëxt of a document";
    StoredDocument {
        id: DocumentId::from_bytes([6; 20]),
        version: 2,
        source: source().info.name,
        original: digest(4),
        index: 0,
        extracted: Extracted {
            document: Document {
                text: text.to_owned(),
                language: Some(LanguageTag::new("pt-BR").unwrap()),
                attributes: vec![attribute("title", "Tëxt")],
                marks: vec![Mark {
                    kind: "heading".to_owned(),
                    span: Span::of(text, 0, 5).unwrap(),
                    attributes: vec![attribute("level", "1")],
                }],
            },
            asides: vec![Aside {
                kind: "caption".to_owned(),
                text: "a picture".to_owned(),
                position: 5,
                attributes: vec![],
            }],
        },
        provenance: provenance(),
        run: RunId(300),
    }
}

pub(in crate::store) fn finding() -> Finding {
    Finding {
        step: PluginName::new("sort").unwrap(),
        findings: Findings::Labels(vec![Label {
            name: "sport".to_owned(),
            confidence: 0.1,
            evidence: vec![Span { start: 1, end: 300 }],
            attributes: vec![attribute("rank", "1")],
        }]),
        provenance: Provenance { role: Role::Classifier, ..provenance() },
    }
}

fn annotations() -> Finding {
    Finding {
        findings: Findings::Annotations(vec![
            Annotation {
                kind: "date".to_owned(),
                span: None,
                value: None,
                confidence: None,
                attributes: vec![],
            },
            Annotation {
                kind: "date".to_owned(),
                span: Some(Span { start: 0, end: 2 }),
                value: Some("2024".to_owned()),
                confidence: Some(f32::from_bits(1)),
                attributes: vec![attribute("precision", "year")],
            },
        ]),
        ..finding()
    }
}

fn translations() -> Finding {
    let text = "Teßt";
    Finding {
        findings: Findings::Translations(vec![Translation {
            target: LanguageTag::new("de").unwrap(),
            text: text.to_owned(),
            segments: vec![Segment {
                original: Span { start: 0, end: 9 },
                translated: Span::of(text, 0, 4).unwrap(),
            }],
            attributes: vec![attribute("coverage", "1.0")],
        }]),
        ..finding()
    }
}

fn history() -> History {
    let past = |outline| Past { provenance: provenance(), digest: digest(9), outline };
    History {
        step: Some(PluginName::new("sort").unwrap()),
        past: vec![
            past(Outline::Labels(vec![("sport".to_owned(), 0.1)])),
            past(Outline::Annotations(vec![("date".to_owned(), 300)])),
        ],
    }
}

fn history_of_text() -> History {
    let outline = Outline::Text { title: Some("Tëxt".to_owned()), length: 18 };
    let past = Past { provenance: provenance(), digest: digest(9), outline };
    // An extraction has no translations, but the format does not know.
    let outline = Outline::Translations(vec![("de".to_owned(), 5)]);
    History { step: None, past: vec![past.clone(), Past { outline, ..past }] }
}

pub(in crate::store) fn failure() -> Failure {
    Failure {
        id: FailureId::from_bytes([7; 20]),
        source: source().info.name,
        original: Some(digest(4)),
        document: Some(DocumentId::from_bytes([6; 20])),
        step: Some(PluginName::new("sort").unwrap()),
        component: Some(digest(1)),
        attempt: Some(Attempt {
            plugin: PluginName::new("sort").unwrap(),
            version: "1.2.3".to_owned(),
            limits: Limits { deadline: Duration::from_millis(2_500), ..Limits::default() },
            configuration: digest(8),
        }),
        cost: Some(provenance().cost),
        class: FailureClass::Deadline,
        causes: vec!["it ran longer than its deadline of 2 s".to_owned()],
        hint: Some(Hint::Told("raise it".to_owned())),
        backtrace: vec!["sort::main".to_owned()],
        log: vec![LogLine { level: LogLevel::Warn, message: "slow\u{1b}[0m".to_owned() }],
        run: RunId(300),
    }
}

pub(in crate::store) fn run() -> Run {
    Run {
        id: RunId(300),
        started: SystemTime::UNIX_EPOCH + Duration::new(1_700_000_000, 123_456_789),
        finished: Some(SystemTime::UNIX_EPOCH - Duration::from_millis(1)),
        pipeline: digest(5),
        tally: Tally {
            sources: 1,
            unchanged: 2,
            added: 3,
            updated: 4,
            unsupported: 5,
            failures: 6,
            kept: 7,
            retired: 8,
        },
    }
}

fn about() -> About {
    About { layout: 1, created_by: "docmill 0.1.0".to_owned() }
}

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
            "../../../../tests/golden/store/record-v",
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

fn without_plugin() -> Failure {
    Failure { attempt: None, step: None, component: None, cost: None, ..failure() }
}

#[test]
fn version_4_is_read_and_written_as_ever() {
    check_golden(golden!(4, "source"), source());
    check_golden(golden!(4, "source-retired"), retired());
    check_golden(golden!(4, "source-not-copied"), not_copied());
    check_golden(golden!(4, "failure"), failure());
    check_golden(golden!(4, "failure-without-plugin"), without_plugin());
}

/// What is compressed. Another zstd may write other bytes, so it is only read.
fn long_source() -> StoredSource {
    let mut source = source();
    source.info.attributes = vec![attribute("date", "2024-05-01"); 200];
    source
}

fn long_finding() -> Finding {
    let Findings::Labels(labels) = finding().findings else { unreachable!("it has labels") };
    Finding { findings: Findings::Labels(vec![labels[0].clone(); 200]), ..finding() }
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

#[test]
fn a_record_of_a_later_version_is_not_guessed_at() {
    let mut bytes = run().encode();
    bytes[0] = 3;
    let error = Run::decode(&bytes).unwrap_err();
    assert_eq!(error, RecordError::Later { version: 3, known: 2 });
    assert_eq!(
        error.to_string(),
        "written by a later docmill, in format 3; this one reads up to 2"
    );
}

#[test]
fn a_record_of_another_kind_is_refused() {
    let error = Run::decode(&about().encode()).unwrap_err();
    assert_eq!(error, RecordError::Damaged("it is of another kind"));
}

/// Changes the payload of a record and seals it again: what a checksum does not notice.
fn forge<R: Record>(value: &R, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let bytes = value.encode();
    let mut payload = bytes[HEADER..bytes.len() - CHECKSUM].to_vec();
    change(&mut payload);
    seal(R::KIND, PLAIN, &[&payload])
}

#[test]
fn what_the_checksum_does_not_notice_the_fields_do() {
    let position = |haystack: &[u8], needle: &[u8]| {
        haystack.windows(needle.len()).position(|window| window == needle).unwrap()
    };
    let check = |result: Result<(), RecordError>, reason: &'static str| {
        assert_eq!(result, Err(RecordError::Damaged(reason)));
    };
    let document = |change: fn(&mut Vec<u8>, usize)| {
        StoredDocument::decode(&forge(&document(), |payload| {
            let at = position(payload, b"\x07heading") + 8;
            change(payload, at);
        }))
        .map(drop)
    };
    check(document(|payload, at| payload[at + 1] = 2), "a span does not fit its text");
    check(document(|payload, at| payload[at + 1] = 99), "a span does not fit its text");
    check(document(|payload, at| payload[at] = 6), "a span does not fit its text");
    check(document(|payload, _| payload.push(0)), "it has trailing bytes");
    check(
        document(|payload, _| payload.truncate(payload.len() - 9)),
        "its fields cannot be decoded",
    );
    let finding = |value: &Finding, needle: &[u8], replacement: &[u8]| {
        Finding::decode(&forge(value, |payload| {
            let at = position(payload, needle);
            payload.splice(at..at + needle.len(), replacement.iter().copied());
        }))
        .map(drop)
    };
    let confidence = 0.1_f32.to_le_bytes();
    for bad in [f32::NAN, -0.5, 1.1, f32::INFINITY] {
        check(
            finding(&self::finding(), &confidence, &bad.to_le_bytes()),
            "a confidence is not within 0 and 1",
        );
    }
    check(finding(&self::finding(), b"\x01\xac\x02", b"\x03\x02"), "a span runs backwards");
    check(finding(&self::finding(), b"\x04sort", b"\x04so/t"), "it has a name that is not allowed");
    check(
        finding(&self::finding(), b"\0\x01\x05sport", b"\x09\x01\x05sport"),
        "its fields cannot be decoded",
    );
    check(
        finding(&translations(), b"\x00\x04\x01", b"\x00\x03\x01"),
        "a span does not fit its text",
    );
}

#[test]
fn a_small_record_does_not_unpack_to_a_large_one() {
    let bomb = zstd::bulk::compress(&vec![0; 1 << 24], 19).unwrap();
    for stated in [0, 5, (1 << 24) - 1, (1 << 24) + 1, u64::MAX] {
        let bytes = seal(Kind::Original, ZSTD, &[&u64::to_le_bytes(stated), &bomb]);
        assert!(open(Kind::Original, &bytes).is_err(), "{stated}");
    }
    let twice = [&u64::to_le_bytes(1 << 24)[..], &bomb, &bomb];
    assert!(open(Kind::Original, &seal(Kind::Original, ZSTD, &twice)).is_err());
}

/// Whether the bytes are a record of this kind.
fn decodes(kind: Kind, bytes: &[u8]) -> bool {
    match kind {
        Kind::Original | Kind::Part | Kind::Count => open(kind, bytes).is_ok(),
        Kind::Run => Run::decode(bytes).is_ok(),
        Kind::Source => StoredSource::decode(bytes).is_ok(),
        Kind::Document => StoredDocument::decode(bytes).is_ok(),
        Kind::Finding => {
            let finding = Finding::decode(bytes);
            // What was found may be damaged alone.
            if let Ok(finding) = &finding {
                assert_eq!(FindingSummary::read(bytes), Ok(finding.clone().into()));
            }
            finding.is_ok()
        }
        Kind::History => History::decode(bytes).is_ok(),
        Kind::Failure => Failure::decode(bytes).is_ok(),
        Kind::About => About::decode(bytes).is_ok(),
    }
}

fn decode_as_anything(bytes: &[u8]) -> usize {
    Kind::ALL.into_iter().filter(|kind| decodes(*kind, bytes)).count()
}

/// Records of a kind.
fn records(kind: Kind) -> Vec<Vec<u8>> {
    match kind {
        Kind::Original => vec![pack(kind, &[b'a'; 10_000]), head(kind, 5)],
        Kind::Part => vec![pack(kind, b"{}"), pack(kind, &[b'a'; 10_000]), head(kind, 5)],
        Kind::Run => vec![run().encode()],
        Kind::Source => vec![source().encode(), retired().encode(), long_source().encode()],
        Kind::Document => vec![document().encode()],
        Kind::Finding => {
            let all = [finding(), annotations(), translations(), long_finding()];
            all.iter().map(Record::encode).collect()
        }
        Kind::History => vec![history().encode(), history_of_text().encode()],
        Kind::Failure => vec![failure().encode(), without_plugin().encode()],
        Kind::About => vec![about().encode()],
        Kind::Count => vec![pack(kind, &7_u64.to_le_bytes())],
    }
}

fn some_record() -> impl Strategy<Value = Vec<u8>> {
    let all: Vec<Vec<u8>> = Kind::ALL.into_iter().flat_map(records).collect();
    prop::sample::select(all)
}

#[test]
fn every_kind_has_a_letter_of_its_own_and_is_no_other() {
    for kind in Kind::ALL {
        assert_eq!(Kind::of(kind.letter()), Some(kind));
        for record in records(kind) {
            let decoded: Vec<Kind> =
                Kind::ALL.into_iter().filter(|kind| decodes(*kind, &record)).collect();
            assert_eq!(decoded, [kind], "{}", record.escape_ascii());
        }
    }
}

fn attributes() -> impl Strategy<Value = Vec<Attribute>> {
    prop::collection::vec(
        ("[a-z-]{0,9}", any::<String>()).prop_map(|(name, value)| Attribute { name, value }),
        0..4,
    )
}

fn span(text: &str, start: usize, end: usize) -> Span {
    let start = text.floor_char_boundary(start);
    let end = text.floor_char_boundary(end.max(start));
    Span::of(text, u32::try_from(start).unwrap(), u32::try_from(end).unwrap()).unwrap()
}

fn documents() -> impl Strategy<Value = StoredDocument> {
    let place = (0_usize..300, 0_usize..300, "[a-z]{0,5}", attributes());
    (
        prop::collection::vec(any::<String>(), 0..30),
        prop::collection::vec(place, 0..9),
        attributes(),
        prop::option::of("[a-z]{2,8}(-[A-Z0-9]{1,8}){0,2}"),
        any::<u32>(),
    )
        .prop_map(|(parts, places, attributes, language, version)| {
            let text = parts.concat();
            let marks = places.iter().map(|(start, end, kind, attributes)| Mark {
                kind: kind.clone(),
                span: span(&text, *start, *end),
                attributes: attributes.clone(),
            });
            let asides = places.iter().map(|(position, _, kind, attributes)| Aside {
                kind: kind.clone(),
                text: text.clone(),
                position: span(&text, *position, *position).start,
                attributes: attributes.clone(),
            });
            let extracted = Extracted {
                asides: asides.collect(),
                document: Document {
                    marks: marks.collect(),
                    language: language.map(|tag| LanguageTag::new(tag).unwrap()),
                    attributes,
                    text: text.clone(),
                },
            };
            StoredDocument { version, extracted, ..document() }
        })
}

fn findings() -> impl Strategy<Value = Finding> {
    let label = (any::<String>(), 0.0_f32..=1.0, any::<u32>(), attributes());
    prop::collection::vec(label, 0..9).prop_map(|labels| {
        let labels = labels.into_iter().map(|(name, confidence, at, attributes)| Label {
            name,
            confidence,
            evidence: vec![Span { start: at / 2, end: at }],
            attributes,
        });
        Finding { findings: Findings::Labels(labels.collect()), ..finding() }
    })
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_no_record(bytes: Vec<u8>) {
        prop_assert_eq!(decode_as_anything(&bytes), 0);
    }

    #[test]
    fn arbitrary_bytes_under_a_valid_checksum_do_not_panic(
        version in 1_u8..5,
        letter in prop::sample::select(Kind::ALL.map(Kind::letter).to_vec()),
        packing in 0_u8..4,
        payload: Vec<u8>,
    ) {
        let mut bytes = vec![version, letter, packing];
        bytes.extend(payload);
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        decode_as_anything(&bytes);
    }

    #[test]
    fn a_changed_payload_under_a_valid_checksum_does_not_panic(
        mut bytes in some_record(), at: prop::sample::Index, value: u8,
    ) {
        bytes.truncate(bytes.len() - CHECKSUM);
        let at = at.index(bytes.len());
        bytes[at] = value;
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        decode_as_anything(&bytes);
    }

    #[test]
    fn a_flipped_bit_is_noticed(mut bytes in some_record(), at: prop::sample::Index, bit in 0..8) {
        let at = at.index(bytes.len());
        bytes[at] ^= 1_u8 << bit;
        prop_assert_eq!(decode_as_anything(&bytes), 0);
    }

    #[test]
    fn a_truncation_is_noticed(bytes in some_record(), at: prop::sample::Index) {
        prop_assert_eq!(decode_as_anything(&bytes[..at.index(bytes.len())]), 0);
    }

    #[test]
    fn a_document_survives_its_record(document in documents()) {
        prop_assert_eq!(StoredDocument::decode(&document.encode()), Ok(document));
    }

    #[test]
    fn a_finding_survives_its_record(finding in findings()) {
        prop_assert_eq!(Finding::decode(&finding.encode()), Ok(finding));
    }

    #[test]
    fn a_time_survives_its_record(seconds in -(1_i64 << 40)..1 << 40, nanoseconds in 0_u32..1_000_000_000) {
        let part = Duration::from_nanos(nanoseconds.into());
        let whole = Duration::from_secs(seconds.unsigned_abs());
        let epoch = SystemTime::UNIX_EPOCH;
        let started = if seconds < 0 { epoch - whole } else { epoch + whole } + part;
        let run = Run { started, ..run() };
        prop_assert_eq!(Run::decode(&run.encode()), Ok(run));
    }

    #[test]
    fn a_confidence_comes_back_bit_by_bit(bits in 0..=1.0_f32.to_bits()) {
        let mut finding = finding();
        if let Findings::Labels(labels) = &mut finding.findings {
            labels[0].confidence = f32::from_bits(bits);
        }
        let Findings::Labels(labels) = Finding::decode(&finding.encode()).unwrap().findings else {
            unreachable!("it was labels");
        };
        prop_assert_eq!(labels[0].confidence.to_bits(), bits);
    }
}
