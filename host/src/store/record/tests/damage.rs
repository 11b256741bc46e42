//! No bytes make a record panic, and none are taken for what they are not.

use proptest::prelude::*;

use super::*;

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
        Kind::Original | Kind::Part | Kind::Change | Kind::Count => open(kind, bytes).is_ok(),
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
        Kind::Summary => DocumentSummary::decode(bytes).is_ok(),
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
        Kind::Summary => vec![summary().encode()],
        Kind::History => vec![history().encode(), history_of_text().encode()],
        Kind::Failure => vec![failure().encode(), without_plugin().encode()],
        Kind::About => vec![about().encode()],
        Kind::Change => vec![pack(kind, b"\x01\x02\x03\x04news/a.txt")],
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
