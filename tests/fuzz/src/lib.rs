//! No bytes can panic the host: one function per parser that reads what nobody vouches for.
//!
//! Each takes any bytes, reads them as its parser would, and panics if what comes out breaks a
//! promise. `fuzz_targets/` hands them to libFuzzer, `tests/replay.rs` to all files of `corpus/`.

mod containers;
mod extractors;
mod guests;
mod office;
mod promises;
#[cfg(test)]
mod same;
mod unpackers;
mod values;

pub use containers::{archive, warc};
pub use extractors::{markup, xml};
pub use guests::{fingerprint, glossary, html, lexicon, pdf, references, text};
pub use office::{office, office_embedded, office_legacy};
pub use unpackers::{feed, mail, mbox, msg, parquet, sitemap, tables};
pub use values::guest_values;

use std::collections::BTreeMap;
use std::path::Path;

use docmill::capabilities::{LogBook, SourceBytes, Table};
use docmill::catalog::inspect;
use docmill::error::Hinted;
use docmill::ingest::{MediaTypes, judge};
use docmill::manifest::Manifest;
use docmill::model::{
    Digest, DocumentId, DocumentSummary, FailureId, Finding, History, LanguageTag, Limits,
    LogLevel, MediaType, PluginName, Run, SourceName, StoredDocument, StoredSource,
};
use docmill::pipeline::Bundle;
use docmill::store::record::{About, Kind, Record};
use docmill::store::{MemoryStore, Store, Upkeep};

/// A target: its name, which is that of its folder in `corpus/`, and what it does with bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("archive", archive),
    ("bundle", bundle),
    ("component", component),
    ("feed", feed),
    ("fingerprint", fingerprint),
    ("glossary", glossary),
    ("guest_values", guest_values),
    ("html", html),
    ("import", import),
    ("lexicon", lexicon),
    ("log", log),
    ("mail", mail),
    ("mbox", mbox),
    ("msg", msg),
    ("markup", markup),
    ("media_type", media_type),
    ("names", names),
    ("office", office),
    ("office_embedded", office_embedded),
    ("office_legacy", office_legacy),
    ("parquet", parquet),
    ("pdf", pdf),
    ("pipeline", pipeline),
    ("record", record),
    ("references", references),
    ("sitemap", sitemap),
    ("source_reads", source_reads),
    ("table", table),
    ("tables", tables),
    ("text", text),
    ("warc", warc),
    ("xml", xml),
];

/// A bundle that a failure was exported to. What can be read can be written, and reads the same
/// again.
pub fn bundle(data: &[u8]) {
    let Ok(bundle) = Bundle::read(&mut &*data) else { return };
    let mut written = Vec::new();
    bundle.write(&mut written, "").expect("a bundle can be written");
    let again = Bundle::read(&mut written.as_slice()).expect("what was written can be read");
    assert_eq!(bundle.failure(), again.failure());
}

/// The export of a store: as it is, and with all checksums made right.
pub fn import(data: &[u8]) {
    let import = |bytes: &[u8]| {
        let store = MemoryStore::new();
        if store.import(&mut &*bytes, &mut drop).is_ok() {
            // It may be full of flaws, which can all be read over.
            let mut exported = Vec::new();
            store.export(&mut exported, &mut drop).expect("what was imported can be exported");
        }
    };
    import(data);
    import(&sealed_export(b"docmill store export 1\n", data));
    import(&sealed_export(b"docmill store export 2\n", data));
}

/// An export of the entries in these bytes: each begins with the length of its key and of its
/// value, in a byte each.
fn sealed_export(header: &[u8], mut data: &[u8]) -> Vec<u8> {
    let mut export = header.to_vec();
    let mut entries = 0_u64;
    while let Some(([key, value], rest)) = data.split_first_chunk() {
        let (key, value) = (usize::from(*key), usize::from(*value));
        let Some((entry, rest)) = rest.split_at_checked(key + value).filter(|_| key > 0) else {
            break;
        };
        data = rest;
        let lengths = [&(key as u16).to_le_bytes()[..], &(value as u32).to_le_bytes()].concat();
        let frame = [lengths.as_slice(), entry].concat();
        export.extend(&frame);
        export.extend(crc32fast::hash(&frame).to_le_bytes());
        entries += 1;
    }
    export.extend(0_u16.to_le_bytes());
    export.extend(entries.to_le_bytes());
    let digest = Digest::of(&export);
    export.extend(digest.as_bytes());
    export
}

/// A plugin's file is inspected: validated, and asked for role, track and imports. Nothing is
/// compiled.
pub fn component(data: &[u8]) {
    match inspect(data) {
        Ok(inspection) => {
            assert_eq!(inspection.size, data.len() as u64);
            assert_eq!(inspection.digest, Digest::of(data));
        }
        Err(error) => {
            let _ = (error.to_string(), error.hint());
        }
    }
}

/// A pipeline file, with its names, limits, sizes and durations.
pub fn pipeline(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Manifest::parse(Path::new("in/docmill.toml"), text) {
        Ok(manifest) => {
            assert!((1..=100).contains(&manifest.steps.len()));
            for step in &manifest.steps {
                let (limits, most) = (step.limits, Limits::CEILING);
                assert!(!limits.deadline.is_zero() && limits.deadline <= most.deadline);
                assert!(limits.memory <= most.memory);
                assert!(limits.output <= most.output);
                assert!(limits.log <= most.log);
                assert!(text.get(step.place.clone()).is_some(), "{:?}", step.place);
                for setting in step.settings.values() {
                    assert!(text.get(setting.place.clone()).is_some(), "{:?}", setting.place);
                }
            }
        }
        Err(error) => {
            assert!(error.place.line <= text.matches('\n').count() + 1, "{error:?}");
            let _ = (error.to_string(), error.hint());
        }
    }
}

/// Records of the store: damaged ones, and ones whose checksum is right though their payload is
/// anything.
///
/// The first byte picks the kind, the second the packing, all others are the payload. What can be
/// read can be written, and reads the same again.
pub fn record(data: &[u8]) {
    fn read<R: Record + PartialEq + std::fmt::Debug>(bytes: &[u8]) {
        // Earlier ones have names that only a conversion knows how to write.
        if let Ok(value) = R::decode(bytes)
            && bytes[0] >= R::KIND.earliest()
        {
            let again = R::decode(&value.encode()).expect("what was written can be read");
            assert_eq!(value, again);
        }
    }
    fn all(bytes: &[u8]) {
        read::<StoredSource>(bytes);
        read::<StoredDocument>(bytes);
        read::<Finding>(bytes);
        read::<History>(bytes);
        read::<DocumentSummary>(bytes);
        read::<docmill::model::Failure>(bytes);
        read::<Run>(bytes);
        read::<About>(bytes);
    }
    all(data);
    let Some(([kind, packing], payload)) = data.split_first_chunk() else { return };
    let letter = Kind::ALL[usize::from(*kind) % Kind::ALL.len()].letter();
    for version in 1..=Kind::Failure.version() {
        let mut sealed = [&[version, letter, *packing % 3], payload].concat();
        sealed.extend(crc32fast::hash(&sealed).to_le_bytes());
        all(&sealed);
    }
}

/// Reads of a source anywhere, of any length: the first 12 bytes are offset and length, all others
/// the source.
pub fn source_reads(data: &[u8]) {
    let Some((offset, rest)) = data.split_first_chunk::<8>() else { return };
    let Some((length, content)) = rest.split_first_chunk::<4>() else { return };
    let (offset, length) = (u64::from_le_bytes(*offset), u32::from_le_bytes(*length));
    let media_type = MediaType::new("text/plain").expect("a media type");
    let source = SourceBytes::new(media_type, content.into());
    // What the contract promises, in the slowest of ways.
    let expected = (0..u64::from(length)).take(content.len() + 1).map_while(|index| {
        let at = usize::try_from(offset.checked_add(index)?).ok()?;
        content.get(at).copied()
    });
    let read = source.read(offset, length).expect("it is in memory");
    assert_eq!(*read, expected.collect::<Vec<u8>>());
    assert_eq!(source.size(), content.len() as u64);
}

/// What bytes of some name are judged to be; name and content are parted by the first NUL, and what
/// is claimed is the name as well.
pub fn media_type(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    let (name, content) =
        (String::from_utf8_lossy(&data[..end]), &data[(end + 1).min(data.len())..]);
    let claimed = MediaType::new(&*name).ok();
    let judged = judge(&name, claimed.as_ref(), content);
    assert_eq!(judge(&name, claimed.as_ref(), content), judged);
    // What is no text is never handed to a reader of text: it begins like an archive, or has
    // nothing but control characters.
    let controls = |byte: &u8| *byte < 9 && *byte != 0 || (14..27).contains(byte);
    if content.starts_with(b"PK\x03\x04") || (content.len() > 1 && content.iter().all(controls)) {
        assert!(!judged.as_str().starts_with("text/"), "{judged}");
    }
    let types: MediaTypes = "*=a/b".parse().expect("a pattern");
    assert_eq!(types.of(&name).map(MediaType::as_str), Some("a/b"));
    let _ = name.parse::<MediaTypes>();
}

/// Names and ids that come from outside: what is taken stays as it is.
pub fn names(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    macro_rules! unchanged {
        ($($name:ty, $longest:expr;)*) => {$(
            if let Ok(name) = <$name>::new(&*text) {
                assert_eq!(name.as_str(), text);
                assert!((1..=$longest).contains(&name.as_str().len()));
            }
        )*};
    }
    unchanged! { SourceName, 4_096; PluginName, 64; MediaType, 255; LanguageTag, 35; }
    // Ids are written in lower case, and read in either.
    macro_rules! survives {
        ($($id:ty),*) => {$(
            if let Ok(id) = text.parse::<$id>() {
                assert_eq!(id.to_string(), text.to_ascii_lowercase());
                assert_eq!(id.to_string().parse(), Ok(id));
            }
        )*};
    }
    survives!(DocumentId, FailureId, Digest);
    // The beginning of an id is looked up as well.
    let store = MemoryStore::new();
    assert_eq!(store.document_ids(&text, 1).expect("memory can be read"), []);
    assert_eq!(store.failures_with_prefix(&text, 1).expect("memory can be read"), []);
}

/// A table, parted by the first NUL from a text in which its keys are looked for.
pub fn table(data: &[u8]) {
    let whole = String::from_utf8_lossy(data);
    let (entries, text) = whole.split_once('\0').unwrap_or((&*whole, ""));
    let table = match Table::from_tsv(entries) {
        Ok(table) => table,
        Err(error) => {
            assert!((1..=entries.lines().count()).contains(&error.line), "{error}");
            return;
        }
    };
    let all: BTreeMap<&str, &str> = table.page(0, u32::MAX).collect();
    assert_eq!(all.len() as u64, table.size().min(4_096));
    for (key, value) in &all {
        assert_eq!(table.get(key), Some(*value));
    }
    if let Ok(found) = table.find(text) {
        // The slow, obvious way.
        let occurs = |key: &str| {
            (0..text.len()).filter(|&at| text.as_bytes()[at..].starts_with(key.as_bytes())).count()
        };
        if text.len() * all.len() <= 1 << 16 {
            assert_eq!(found.len(), all.keys().map(|key| occurs(key)).sum::<usize>());
        }
        let places = found.iter().map(|it| (it.span.start, std::cmp::Reverse(it.span.end)));
        assert!(places.is_sorted());
        for it in found {
            assert_eq!(all.get(&text[it.span.range()]), Some(&it.value));
        }
    }
}

/// A plugin's log: the first two bytes are its volume, every NUL ends a message, and every tab
/// begins a field.
pub fn log(data: &[u8]) {
    let Some((volume, rest)) = data.split_first_chunk::<2>() else { return };
    let volume = usize::from(u16::from_le_bytes(*volume));
    let mut log = LogBook::new(volume);
    let mut kept = 0;
    for message in String::from_utf8_lossy(rest).split('\0') {
        let mut parts = message.split('\t');
        let words = parts.next().unwrap_or_default();
        if let Some(line) = log.write(LogLevel::Info, words, parts.map(|field| (field, field))) {
            kept += line.message.len();
        }
    }
    // A field that is cut may leave its ` =` behind.
    assert!(kept <= volume + 2, "{kept} bytes were kept of {volume}");
    assert!(log.into_tail().len() <= 33);
}
