//! Fills a store with many small documents, and measures how long lists, numbers and searches take:
//! `large FOLDER [DOCUMENTS]`.
#![expect(clippy::print_stdout, reason = "an example shows what it measured")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use docmill::model::{
    Attribute, ContractVersion, Cost, Digest, Document, DocumentId, Extracted, Finding, Findings,
    Label, LanguageTag, MediaType, PluginName, Provenance, Role, RunId, SourceInfo, SourceName,
    SourceState, Span, StoredDocument, StoredSource,
};
use docmill::store::{Address, Commit, Store};
use docmill_search::{Ask, SearchIndex};

const WORDS: [&str; 24] = [
    "drone",
    "marine",
    "Đà",
    "Nẵng",
    "puce",
    "semi-conducteur",
    "été",
    "recherche",
    "programme",
    "ministère",
    "navire",
    "satellite",
    "quantique",
    "réseau",
    "mobile",
    "robot",
    "énergie",
    "batterie",
    "vaccin",
    "océan",
    "terre",
    "rare",
    "projet",
    "usine",
];
const LABELS: [&str; 6] = ["drones", "ships", "chips", "ai", "energy", "space"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("name a folder for the store")?;
    let documents = arguments.next().map_or(Ok(100_000), |it| it.parse::<u64>())?;
    let address = Address::folder(folder);
    let timed = |what: &str, began: Instant| {
        println!("{what:<36} {:>9.1} ms", began.elapsed().as_secs_f64() * 1_000.0);
    };
    if !address.is_there() {
        let began = Instant::now();
        let store = address.open()?;
        let mut batch = Vec::new();
        for number in 0..documents {
            batch.push(commit(number)?);
            if batch.len() == 256 {
                store.commit(&std::mem::take(&mut batch))?;
            }
        }
        store.commit(&batch)?;
        timed("fill the store", began);
    }
    let began = Instant::now();
    let store = address.open()?;
    timed("open the store", began);
    let began = Instant::now();
    store.summaries().next().transpose()?;
    timed("first line of a list", began);
    let began = Instant::now();
    let labelled = store.summaries().filter_map(Result::ok);
    labelled.filter(|it| it.labels().any(|it| it.name == "ships")).take(20).count();
    timed("20 documents with a label", began);
    let began = Instant::now();
    println!("{} documents", store.summaries().count());
    timed("all summaries", began);
    let began = Instant::now();
    let index = address.derived().ok_or("the store is in no folder")?.join("search");
    let index = SearchIndex::open(&store, Some(&index), &mut |_| {})?;
    timed("make or open the index", began);
    for (what, query) in [
        ("one word", "drone"),
        ("two words", "drone marine"),
        ("a phrase", "\"da nang\""),
        ("a beginning", "semi*"),
        ("a rare word", "zeppelin"),
        ("everything", ""),
    ] {
        for counts in [false, true] {
            let ask = Ask { query: query.to_owned(), limit: 20, counts, ..Ask::default() };
            let mut took: Vec<Duration> = Vec::new();
            let mut found = 0;
            for _ in 0..21 {
                let began = Instant::now();
                found = index.search(&store, &ask)?.total;
                took.push(began.elapsed());
            }
            took.sort();
            let (median, facets) = (took[10], if counts { ", with facets" } else { "" });
            let what = format!("{what}{facets} ({found})");
            println!("{what:<36} {:>9.1} ms", median.as_secs_f64() * 1_000.0);
        }
    }
    Ok(())
}

fn commit(number: u64) -> Result<Commit, Box<dyn std::error::Error>> {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let mut text = String::new();
    for _ in 0..60 + random(120) {
        match random(3) {
            0 => text.push_str(WORDS[random(WORDS.len())]),
            _ => text.push_str(&format!("mot{}", random(20_000))),
        }
        text.push(' ');
    }
    if number.is_multiple_of(25_000) {
        text.push_str("zeppelin");
    }
    let source = SourceName::new(format!("news/{:03}/{number:07}.txt", number / 1_000))?;
    let id = DocumentId::of(&source, 0);
    let content: Arc<[u8]> = text.as_bytes().into();
    let attribute = |name: &str, value: String| Attribute { name: name.to_owned(), value };
    let provenance = |plugin: &str, role| -> Result<Provenance, Box<dyn std::error::Error>> {
        Ok(Provenance {
            plugin: PluginName::new(plugin)?,
            version: "1.0.0".to_owned(),
            role,
            component: Digest::of(plugin.as_bytes()),
            contract: ContractVersion { major: 0, minor: 1 },
            settings: Digest::of(b""),
            key: Digest::of(&number.to_le_bytes()),
            run: RunId(1),
            cost: Cost::default(),
        })
    };
    let label = Label {
        name: LABELS[random(LABELS.len())].to_owned(),
        confidence: 0.9,
        evidence: Span::of(&text, 0, 4).into_iter().collect(),
        attributes: Vec::new(),
    };
    let finding = Finding {
        step: PluginName::new("classify")?,
        findings: Findings::Labels(vec![label]),
        provenance: provenance("classify-lexicon", Role::Classifier)?,
    };
    let (year, month, day) = (2023 + random(3), 1 + random(12), 1 + random(28));
    let document = Document {
        attributes: vec![
            attribute("title", format!("Article {number} sur {}", WORDS[random(WORDS.len())])),
            attribute("date", format!("{year}-{month:02}-{day:02}")),
        ],
        language: LanguageTag::new(if random(4) == 0 { "vi" } else { "fr" }).ok(),
        marks: Vec::new(),
        text,
    };
    let stored = StoredDocument {
        id,
        version: 1,
        source: source.clone(),
        original: Digest::of(&content),
        index: 0,
        extracted: Extracted { document, asides: Vec::new() },
        provenance: provenance("extract-text", Role::Extractor)?,
        run: RunId(1),
    };
    let info = SourceInfo {
        name: source,
        media_type: MediaType::new("text/plain")?,
        size: content.len() as u64,
        digest: Digest::of(&content),
        container: None,
        attributes: Vec::new(),
    };
    Ok(Commit {
        source: StoredSource {
            info,
            version: 1,
            state: SourceState::Done,
            pipeline: Digest::of(b""),
            documents: vec![id],
            run: RunId(1),
            retired: false,
            is_copied: true,
        },
        original: Some(content),
        documents: vec![stored],
        findings: vec![(id, 1, finding)],
        retired: Vec::new(),
        failures: Vec::new(),
        walked: false,
    })
}
