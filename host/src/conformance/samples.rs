//! What plugins are checked with: samples that have broken plugins before, and those of the author.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::trial::Work;
use crate::abi::{Declaration, Task};
use crate::capabilities::{PriorFindings, SourceBytes};
use crate::model::{Attribute, Document, LanguageTag, Mark, MediaType, Role, Span};

/// A file of the author.
#[derive(Debug, Clone)]
pub struct Sample {
    /// What it is called in the report.
    pub name: String,
    /// What it is believed to be. Unpackers and extractors that do not accept that get it as what
    /// they accept first.
    pub media_type: Option<MediaType>,
    /// Its bytes. Other roles get them as text, with what is not UTF-8 replaced.
    pub content: Arc<[u8]>,
}

/// Something to call a plugin with.
#[derive(Debug, Clone)]
pub(super) struct Input {
    pub(super) name: String,
    kind: Kind,
    sliced: bool,
}

#[derive(Debug, Clone)]
enum Kind {
    Container(SourceBytes),
    Source(SourceBytes),
    Segments { segments: Vec<String>, original: LanguageTag, target: LanguageTag },
    Classified { document: Document, declared: BTreeSet<String> },
    Analyzed { document: Document, declared: BTreeSet<String> },
}

impl Input {
    /// How long it is, in bytes.
    pub(super) fn len(&self) -> u64 {
        match &self.kind {
            Kind::Container(source) | Kind::Source(source) => source.size(),
            Kind::Segments { segments, .. } => segments.iter().map(|it| it.len() as u64).sum(),
            Kind::Classified { document, .. } | Kind::Analyzed { document, .. } => {
                document.text.len() as u64
            }
        }
    }

    pub(super) fn task(&self) -> Task<'_> {
        match &self.kind {
            Kind::Container(source) => Task::Unpack(source.clone()),
            Kind::Source(source) => Task::Extract(source.clone()),
            Kind::Segments { segments, original, target } => {
                Task::Translate { segments, original, target }
            }
            Kind::Classified { document, declared } => Task::Classify { document, declared },
            Kind::Analyzed { document, declared } => Task::Analyze { document, declared },
        }
    }

    /// The same, for whoever calls a plugin as a pipeline does.
    pub(super) fn work(&self) -> Work {
        let document = |document: &Document| Work::Document {
            document: Arc::new(document.clone()),
            prior: PriorFindings::default(),
        };
        match &self.kind {
            Kind::Container(source) | Kind::Source(source) => Work::Source(source.clone()),
            Kind::Segments { segments, original, .. } => document(&Document {
                text: segments.join("\n"),
                language: Some(original.clone()),
                ..Document::default()
            }),
            Kind::Classified { document: it, .. } | Kind::Analyzed { document: it, .. } => {
                document(it)
            }
        }
    }

    /// The text of the document, where it is one.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Classified { document, .. } | Kind::Analyzed { document, .. } => {
                Some(&document.text)
            }
            _ => None,
        }
    }

    /// A document with another text, and without marks, where it is one.
    pub(super) fn with_text(&self, text: String) -> Option<Input> {
        let mut input = self.clone();
        match &mut input.kind {
            Kind::Classified { document, .. } | Kind::Analyzed { document, .. } => {
                document.text = text;
                document.marks.clear();
            }
            _ => return None,
        }
        Some(input)
    }

    /// The same source, read in slices.
    pub(super) fn in_slices_of(&self, longest: usize) -> Input {
        let kind = match self.kind.clone() {
            Kind::Container(source) => Kind::Container(source.in_slices_of(longest)),
            Kind::Source(source) => Kind::Source(source.in_slices_of(longest)),
            other => other,
        };
        Input { kind, sliced: true, name: self.name.clone() }
    }

    pub(super) fn is_sliced(&self) -> bool {
        self.sliced
    }

    /// The same for a plugin that declared something else, as other settings may have it do.
    pub(super) fn declaring(&self, declaration: &Declaration) -> Input {
        let mut input = self.clone();
        match (&mut input.kind, declaration) {
            (Kind::Classified { declared, .. }, Declaration::Labels(names))
            | (Kind::Analyzed { declared, .. }, Declaration::Kinds(names)) => {
                declared.clone_from(names);
            }
            _ => {}
        }
        input
    }
}

/// Everything to call a plugin of this role with: first what the author gives, then the empty input
/// and all others.
pub(super) fn inputs(role: Role, declaration: &Declaration, samples: &[Sample]) -> Vec<Input> {
    let input = |name: &str, kind| Input { name: name.to_owned(), kind, sliced: false };
    match declaration {
        Declaration::Accepts(accepted) => {
            let Some(first) = accepted.first() else { return Vec::new() };
            let source = |name: &str, media_type: Option<&MediaType>, bytes: Arc<[u8]>| {
                let fitting = media_type.filter(|it| accepted.contains(it));
                let source = SourceBytes::new(fitting.unwrap_or(first).clone(), bytes);
                let container = role == Role::Unpacker;
                input(name, if container { Kind::Container(source) } else { Kind::Source(source) })
            };
            let own = sources().into_iter().map(|(name, bytes)| source(name, None, bytes.into()));
            let given = samples
                .iter()
                .map(|it| source(&it.name, it.media_type.as_ref(), Arc::clone(&it.content)));
            given.chain(own).collect()
        }
        Declaration::Pairs(pairs) => {
            let texts = texts(samples);
            // Of a translator with hundreds of pairs, the first few tell enough.
            let pairs = pairs.iter().take(4);
            let of_pair = |(original, target): &(LanguageTag, LanguageTag)| {
                let segments = |name: &str, segments| {
                    let (original, target) = (original.clone(), target.clone());
                    let name = format!("{name}, {original} to {target}");
                    input(&name, Kind::Segments { segments, original, target })
                };
                let none = segments("no segments", Vec::new());
                let texts = texts.iter().map(|(name, text)| {
                    segments(name, text.split('\n').map(str::to_owned).collect())
                });
                std::iter::once(none).chain(texts).collect::<Vec<_>>()
            };
            pairs.flat_map(of_pair).collect()
        }
        Declaration::Labels(declared) => documents(samples)
            .into_iter()
            .map(|(name, document)| {
                input(&name, Kind::Classified { document, declared: declared.clone() })
            })
            .collect(),
        Declaration::Kinds(declared) => documents(samples)
            .into_iter()
            .map(|(name, document)| {
                input(&name, Kind::Analyzed { document, declared: declared.clone() })
            })
            .collect(),
    }
}

/// Values of a setting that nobody would choose.
pub(super) fn odd_values() -> Vec<String> {
    let values =
        ["", " ", "0", "-1", "NaN", "1e999", "\0", "true", "ảéß🙂", "../../etc/passwd", "a\nb\tc"];
    values.into_iter().map(str::to_owned).chain(["x".repeat(10_000)]).collect()
}

const SENTENCE: &str = "Le Premier ministre a présidé une réunion le 12 juin 2025 à Hà Nội.";
const MARKUP: &str = "<!doctype html><html lang=\"fr\"><head><title>Été</title></head><body>\
    <h1>Été</h1><p>Une réunion, <b>le <i>12 juin</b></i>.</p><ul><li>un<li>deux</ul></body></html>";

/// Texts, by name. None is large: what a plugin does with much input shows in its limits, not in
/// its promises.
fn texts(samples: &[Sample]) -> Vec<(String, String)> {
    let own = [
        ("empty", String::new()),
        ("one letter", "a".to_owned()),
        ("one sentence", SENTENCE.to_owned()),
        ("blank lines", "\n\n \n\t\n".to_owned()),
        ("lines that end in CR LF", format!("{SENTENCE}\r\n\r\n{SENTENCE}\r\n")),
        (
            "several scripts",
            "Việt Nam, Ελλάδα, Россия, 日本語, العربية, עברית, ไทย, हिन्दी".to_owned(),
        ),
        ("emoji", "👩‍👩‍👧 fête 🇻🇳! e\u{301}\u{302} \u{fffd}".to_owned()),
        ("control characters", "a\0b\u{7}c\u{1b}[2Jd\u{202e}e\u{feff}f\u{85}g\u{2028}h".to_owned()),
        ("one long line", "naïveté ".repeat(8_000)),
        ("many lines", format!("{SENTENCE}\n").repeat(200)),
        ("numbers and marks", "1.000.000 € – 15 % (§ 3, al. 2) ; n° 57-NQ/TW #tag @x".to_owned()),
    ];
    let own = own.map(|(name, text)| (name.to_owned(), text));
    let given = samples
        .iter()
        .map(|it| (it.name.clone(), String::from_utf8_lossy(&it.content).into_owned()));
    given.chain(own).collect()
}

/// Bytes, by name: the texts, formats that plugins read, and what is none of them.
fn sources() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("empty", Vec::new()),
        ("one letter", b"a".to_vec()),
        ("one sentence", SENTENCE.as_bytes().to_vec()),
        ("blank lines", b"\n\r\n \n".to_vec()),
        ("several paragraphs", format!("{SENTENCE}\r\n\r\n{SENTENCE}\n").into_bytes()),
        ("several scripts", "Việt Nam, Россия, 日本語, العربية\n👩‍👩‍👧 e\u{301}".into()),
        ("markup", MARKUP.as_bytes().to_vec()),
        ("markup that is cut off", MARKUP.as_bytes()[..90].to_vec()),
        ("headers", "title: Été\ndate: 2025-06-12\n\nUne réunion.\n".into()),
        (
            "lines of JSON",
            b"{\"text\":\"\xc3\xa9t\xc3\xa9\",\"n\":1}\n{\"text\":\"deux\"}\n".to_vec(),
        ),
        ("comma-separated values", "name,text\nÉté,\"une, deux\"\nb,c\n".into()),
        ("a byte order mark", b"\xef\xbb\xbfabc".to_vec()),
        ("UTF-16", "\u{feff}été".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("Windows-1252", b"\xe9t\xe9 \x80 \x93oui\x94".to_vec()),
        ("no text at all", (0..=255).collect()),
        ("control characters", b"a\0b\x07c\x1b[2Jd\xff\xfe".to_vec()),
        ("one long line", "naïveté ".repeat(8_000).into_bytes()),
    ]
}

fn documents(samples: &[Sample]) -> Vec<(String, Document)> {
    let language = |tag: &str| LanguageTag::new(tag.to_owned()).ok();
    let plain = texts(samples).into_iter().map(|(name, text)| {
        (name, Document { text, language: language("fr"), ..Document::default() })
    });
    let title = Attribute { name: "title".to_owned(), value: "Été".to_owned() };
    let heading = Mark {
        kind: "heading".to_owned(),
        span: Span { start: 0, end: 5 },
        attributes: vec![Attribute { name: "level".to_owned(), value: "1".to_owned() }],
    };
    let marked = Document {
        text: format!("Été\n{SENTENCE}"),
        language: None,
        attributes: vec![title.clone(), title],
        marks: vec![heading.clone(), Mark { kind: "emphasis".to_owned(), ..heading }],
    };
    plain.chain([("marks, attributes and no language".to_owned(), marked)]).collect()
}
