//! Archives and crawls through the built-in pipeline: what is in them is taken in as it is
//! anywhere, and what is made to hurt ends as a record.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use docmill::model::{ByteSize, Failure, FailureClass, Limits};
use docmill::pipeline::RunOptions;
use docmill::store::{MemoryStore, Store};
use docmill_shipped::SHIPPED;
use docmill_tests::{Ingested, Lab, shipped, sources};
use flate2::Compression;
use flate2::write::GzEncoder;
use rawzip::{CompressionMethod, ZipArchiveWriter};

const TEXT: &str =
    "Le Premier ministre a présidé une réunion.\n\nLe ministère soutient le programme.\n";

/// A ZIP of members, each deflated.
fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut bytes);
    for (name, content) in members {
        let file = archive.new_file(name).compression_method(CompressionMethod::DEFLATE);
        let (mut entry, config) = file.start().expect("a member is begun");
        let encoder = flate2::write::DeflateEncoder::new(&mut entry, Compression::fast());
        let mut writer = config.wrap(encoder);
        writer.write_all(content).expect("it is written");
        let (encoder, descriptor) = writer.finish().expect("it is ended");
        encoder.finish().expect("it is ended");
        entry.finish(descriptor).expect("it is ended");
    }
    archive.finish().expect("an archive is ended");
    bytes
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).expect("it is written");
    encoder.finish().expect("it is ended")
}

/// A TAR of files.
fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, content) in members {
        let mut header = [0_u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        header[156] = b'0';
        header[257..263].copy_from_slice(b"ustar\0");
        header[263..265].copy_from_slice(b"00");
        let sum: u32 = header.iter().map(|it| u32::from(*it)).sum::<u32>() + 8 * u32::from(b' ');
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        bytes.extend(header);
        bytes.extend(*content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.extend([0; 1024]);
    bytes
}

/// A response of a crawl.
fn response(address: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\n\r\n");
    let length = answer.len() + body.len();
    let head = format!(
        "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {address}\r\nWARC-Date: 2025-06-12T08:30:00Z\r\n\
         Content-Type: application/http; msgtype=response\r\nContent-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), answer.as_bytes(), body, b"\r\n\r\n"].concat()
}

fn ingest<B: AsRef<[u8]>>(offered: &[(&str, B)]) -> Ingested {
    // A debug build of the host on a crowded machine is no reason to end a plugin.
    let text =
        SHIPPED.pipeline.replacen("\n[[step]]", "\n[limits]\ndeadline = \"60s\"\n\n[[step]]", 1);
    let pipeline = Lab::get().pipeline(&text);
    let offered: Vec<_> = offered.iter().map(|(name, bytes)| (*name, bytes.as_ref())).collect();
    Lab::get().ingest(&pipeline, sources(offered), 2)
}

/// The texts that were found, by the names of their sources.
fn texts(ingested: &Ingested) -> BTreeMap<String, String> {
    let documents = ingested.documents().into_iter();
    documents.map(|it| (it.source.to_string(), it.extracted.document.text)).collect()
}

fn failure_of<'a>(failures: &'a [Failure], source: &str) -> &'a Failure {
    let found = failures.iter().find(|it| it.source.as_str() == source);
    found.unwrap_or_else(|| panic!("nothing of `{source}` failed: {failures:#?}"))
}

#[test]
fn the_same_article_is_the_same_in_every_archive() {
    let inner = zip(&[("a.txt", TEXT.as_bytes())]);
    let ingested = ingest(&[
        ("a.txt", TEXT.as_bytes().to_vec()),
        ("named-as-a-text.txt", inner.clone()),
        ("a.txt.gz", gzip(TEXT.as_bytes())),
        ("b.tar.gz", gzip(&tar(&[("in/x.zip", &inner), ("in/a.txt", TEXT.as_bytes())]))),
        ("c.warc.gz", gzip(&response("https://a.example/a", "text/plain", TEXT.as_bytes()))),
    ]);
    let texts = texts(&ingested);
    let names: Vec<&str> = texts.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "a.txt",
            "a.txt.gz!/a.txt",
            "b.tar.gz!/in/a.txt",
            "b.tar.gz!/in/x.zip!/a.txt",
            "c.warc.gz!/https://a.example/a",
            "named-as-a-text.txt!/a.txt",
        ]
    );
    assert!(texts.values().all(|text| *text == texts["a.txt"]), "{texts:#?}");
    assert_eq!(ingested.failures(), []);
}

#[test]
fn what_a_crawl_says_of_a_page_reaches_its_extractor() {
    // "Thủ tướng" in windows-1258, which nothing in the page says.
    let page = b"<html><body><article><p>Th\xfb\xd2 t\xfd\xec\xf4\xecng ch\xfd\xec tri\xcc cu\xf4\xf2c ho\xf2p.</p></article></body></html>";
    let crawl = [
        response("https://a.example/vi", "text/html; charset=windows-1258", page),
        response("https://a.example/style", "text/css", b"p { color: red }"),
    ]
    .concat();
    let ingested = ingest(&[("c.warc", crawl)]);
    let documents = ingested.documents();
    let [document] = documents.as_slice() else { panic!("{documents:#?}") };
    assert_eq!(document.source.as_str(), "c.warc!/https://a.example/vi");
    let attribute = |name| document.extracted.document.attribute(name);
    assert_eq!(attribute("captured"), Some("2025-06-12T08:30:00Z"));
    // That it was fetched then does not say when it was published.
    assert_eq!(attribute("date"), None);
    assert!(!document.extracted.document.text.contains('\u{fffd}'));
    assert_eq!(ingested.failures(), []);
}

#[test]
fn an_archive_that_bursts_is_ended_and_what_came_before_is_kept() {
    let zeros = vec![0; 64 << 20];
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..8 {
        bomb.write_all(&zeros).expect("it is written");
    }
    let bomb = bomb.finish().expect("it is ended");
    let ingested = ingest(&[
        ("bomb.gz", bomb.clone()),
        ("bomb.zip", zip(&[("a.txt", TEXT.as_bytes()), ("b.gz", &bomb)])),
        ("ok.txt", TEXT.as_bytes().to_vec()),
    ]);
    let names: Vec<String> = texts(&ingested).into_keys().collect();
    assert_eq!(names, ["bomb.zip!/a.txt", "ok.txt"]);
    let failures = ingested.failures();
    assert_eq!(failure_of(&failures, "bomb.gz").class, FailureClass::Output);
    assert_eq!(failure_of(&failures, "bomb.zip!/b.gz").class, FailureClass::Output);
}

#[test]
fn a_table_of_contents_that_names_one_file_ten_thousand_times_is_ended() {
    // Nothing that an extractor would read.
    let content = vec![1; 1 << 20];
    let archive = zip(&[("a.bin", &content)]);
    let start = archive.windows(4).position(|it| it == b"PK\x01\x02").expect("it has one");
    let end = archive.windows(4).rposition(|it| it == b"PK\x05\x06").expect("it has one");
    let record = &archive[start..end];
    let many = record.repeat(10_000);
    let mut last = archive[end..].to_vec();
    last[8..10].copy_from_slice(&10_000_u16.to_le_bytes());
    last[10..12].copy_from_slice(&10_000_u16.to_le_bytes());
    last[12..16].copy_from_slice(&(many.len() as u32).to_le_bytes());
    let bomb = [&archive[..start], &many, &last].concat();
    let ingested = ingest(&[("bomb.zip", bomb)]);
    assert_eq!(failure_of(&ingested.failures(), "bomb.zip").class, FailureClass::Output);
    // 200 times its size, and never less than 256 MiB.
    assert!(ingested.told.len() <= 1_000, "{}", ingested.told.len());
}

#[test]
fn archives_within_each_other_end_where_the_host_says() {
    let mut archive = zip(&[("a.txt", TEXT.as_bytes())]);
    for _ in 0..12 {
        archive = zip(&[("next.zip", &archive)]);
    }
    let ingested = ingest(&[("deep.zip", archive)]);
    let failures = ingested.failures();
    let [failure] = failures.as_slice() else { panic!("{failures:#?}") };
    assert!(failure.causes[0].contains("containers within each other"), "{:?}", failure.causes);
    assert_eq!(ingested.documents(), []);
}

/// Each of them would stay within the limit, if it had one of its own.
#[test]
fn archives_within_each_other_share_what_may_come_out_of_the_file() {
    let inner = zip(&[("a.bin", &vec![1; 400 << 10])]);
    let names = ["1.zip", "2.zip", "3.zip"];
    let outer = zip(&names.map(|name| (name, inner.as_slice())));
    let options =
        RunOptions { jobs: 1, largest_container: ByteSize::mib(1), ..RunOptions::default() };
    let pipeline = Lab::get().pipeline(SHIPPED.pipeline);
    let store = MemoryStore::new();
    let offered = sources([("outer.zip", outer)]);
    let run = Lab::get().ingest_into(&store, &pipeline, offered, &options);
    run.expect("the store works");
    let failures = store.failures().map(|it| it.expect("it can be read"));
    let failures: Vec<_> = failures.filter(|it| it.class.is_failure()).collect();
    let [failure] = failures.as_slice() else { panic!("not one failure: {failures:#?}") };
    assert_eq!(failure.source.as_str(), "outer.zip!/3.zip");
    assert_eq!(failure.class, FailureClass::Output);
}

#[test]
fn twenty_thousand_members_of_one_name_are_twenty_thousand_sources() {
    let step = format!(
        "[limits]\ndeadline = \"60s\"\n\n[[step]]\nplugin = {:?}\n\n[[step]]\nplugin = {:?}\n",
        shipped("unpack-archive"),
        shipped("extract-text")
    );
    let members: Vec<(&str, &[u8])> = vec![("../same.bin", b"\0\x01"); 20_000];
    let offered = sources([("many.tar", tar(&members))]);
    let ingested = Lab::get().ingest(&Lab::get().pipeline(&step), offered, 2);
    let names: std::collections::BTreeSet<&str> =
        ingested.told.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names.len(), 20_001);
    assert!(names.contains("many.tar!/../same.bin") && names.contains("many.tar!/../same.bin#1"));
}

#[test]
fn what_could_not_be_taken_out_is_named_and_the_rest_is_taken() {
    let mut archive = zip(&[("secret.txt", TEXT.as_bytes()), ("a.txt", TEXT.as_bytes())]);
    let record = archive.windows(4).position(|it| it == b"PK\x01\x02").expect("it has one");
    // The flag that says it is encrypted.
    archive[record + 8] |= 1;
    let mut crawl = response("https://a.example/a", "text/plain", TEXT.as_bytes());
    crawl.extend(b"no record here\r\n\r\n");
    crawl.extend(response("https://a.example/b", "text/plain", TEXT.as_bytes()));
    crawl.extend(&response("https://a.example/c", "text/plain", TEXT.as_bytes())[..200]);
    let ingested = ingest(&[("a.zip", archive), ("c.warc", crawl)]);
    let names: Vec<String> = texts(&ingested).into_keys().collect();
    assert_eq!(
        names,
        ["a.zip!/a.txt", "c.warc!/https://a.example/a", "c.warc!/https://a.example/b"]
    );
    let failures = ingested.failures();
    let secret = failure_of(&failures, "a.zip");
    assert_eq!(secret.class, FailureClass::Malformed);
    assert!(secret.causes[0].contains("`secret.txt` is encrypted"), "{:?}", secret.causes);
    assert!(failure_of(&failures, "c.warc").causes[0].contains("damage at byte"));
}

#[test]
fn the_memory_of_the_step_is_what_decoders_may_ask_for() {
    let pipeline = Lab::get().pipeline(SHIPPED.pipeline);
    let step = pipeline.steps().iter().find(|step| step.name.as_str() == "unpack-archive");
    let limits: Limits = step.expect("it is shipped").limits;
    assert_eq!(limits.memory, ByteSize::mib(256));
    assert!(limits.deadline >= Duration::from_secs(1));
}
