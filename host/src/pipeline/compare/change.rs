//! How what two versions of a plugin found differs.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use serde::Serialize;

use crate::model::{
    Annotation, Attribute, Digest, Document, Extracted, Findings, Label, Translation,
};
use crate::pipeline::reading::Product;

/// How what the new version found differs from what the old one did, in one respect.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum Change {
    /// A label was gained (no `old`) or lost (no `new`), or its confidence, its passages or its
    /// attributes are others.
    Label {
        /// The label.
        name: String,
        /// Its confidence.
        old: Option<f32>,
        /// Its confidence.
        new: Option<f32>,
    },
    /// Annotations of a kind were gained or lost. One that has another place, value, confidence or
    /// attributes was lost and gained.
    Annotations {
        /// The kind.
        kind: String,
        /// How many only the new version found.
        gained: u64,
        /// How many only the old version found.
        lost: u64,
    },
    /// A translation was gained (no `old`) or lost (no `new`), or differs.
    Translation {
        /// The language.
        target: String,
        /// How many segments it has.
        old: Option<u64>,
        /// How many segments it has.
        new: Option<u64>,
        /// How many segments have other words.
        changed: u64,
    },
    /// Another number of documents was found in the source.
    Documents {
        /// How many there were.
        old: u64,
        /// How many there are.
        new: u64,
    },
    /// The text of a document is another.
    Text {
        /// The place of the document in its source, from 0.
        index: u64,
        /// Its length in bytes.
        old: u64,
        /// Its length in bytes.
        new: u64,
    },
    /// An attribute of a document, or its language, has other values.
    Attribute {
        /// The place of the document in its source, from 0.
        index: u64,
        /// The name of the attribute, or `language`.
        name: String,
        /// All values, in order.
        old: Vec<String>,
        /// All values, in order.
        new: Vec<String>,
    },
    /// The marks or asides of a document are others.
    Structure {
        /// The place of the document in its source, from 0.
        index: u64,
        /// `marks` or `asides`.
        part: &'static str,
        /// How many there were.
        old: u64,
        /// How many there are.
        new: u64,
    },
    /// A member of a container was gained (no `old`) or lost (no `new`), or has another content.
    Member {
        /// Its name.
        name: String,
        /// Its size in bytes.
        old: Option<u64>,
        /// Its size in bytes.
        new: Option<u64>,
    },
}

/// How often something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counted {
    /// By the old version.
    pub old: u64,
    /// By the new version.
    pub new: u64,
    /// By both, in the same document.
    pub both: u64,
}

impl AddAssign for Counted {
    fn add_assign(&mut self, other: Counted) {
        self.old += other.old;
        self.new += other.new;
        self.both += other.both;
    }
}

/// Counts what only one version found: 0 for the old one, 1 for the new one.
pub(super) fn count(product: &Product, version: usize, counts: &mut BTreeMap<String, Counted>) {
    for name in names(product) {
        let counted = counts.entry(name.to_owned()).or_default();
        *(if version == 0 { &mut counted.old } else { &mut counted.new }) += 1;
    }
}

/// What is counted: labels, kinds, languages, attributes, members as a whole.
fn names(product: &Product) -> Vec<&str> {
    match product {
        Product::Found(Findings::Labels(labels)) => labels.iter().map(|it| &*it.name).collect(),
        Product::Found(Findings::Annotations(found)) => found.iter().map(|it| &*it.kind).collect(),
        Product::Found(Findings::Translations(translations)) => {
            translations.iter().map(|it| it.target.as_str()).collect()
        }
        Product::Documents(documents) => (documents.iter())
            .flat_map(|it| {
                let attributes = it.document.attributes.iter().map(|it| &*it.name);
                ["(document)"].into_iter().chain(attributes)
            })
            .collect(),
        Product::Members(members) => vec!["(member)"; members.len()],
    }
}

/// How two products of plugins of one role differ, and adds what each found to the counts.
pub(super) fn changes(
    old: &Product,
    new: &Product,
    counts: &mut BTreeMap<String, Counted>,
) -> Vec<Change> {
    let mut here: BTreeMap<String, Counted> = BTreeMap::new();
    count(old, 0, &mut here);
    count(new, 1, &mut here);
    for counted in here.values_mut() {
        counted.both = counted.old.min(counted.new);
    }
    let mut changes = Vec::new();
    match (old, new) {
        (Product::Found(Findings::Labels(old)), Product::Found(Findings::Labels(new))) => {
            labels(old, new, &mut changes);
        }
        (
            Product::Found(Findings::Annotations(old)),
            Product::Found(Findings::Annotations(new)),
        ) => {
            annotations(old, new, &mut changes);
            // Of a kind of which there are several, those that are the same are in both.
            for change in &changes {
                if let Change::Annotations { kind, gained, .. } = change
                    && let Some(counted) = here.get_mut(kind)
                {
                    counted.both = counted.new - gained;
                }
            }
        }
        (
            Product::Found(Findings::Translations(old)),
            Product::Found(Findings::Translations(new)),
        ) => translations(old, new, &mut changes),
        (Product::Documents(old), Product::Documents(new)) => documents(old, new, &mut changes),
        (Product::Members(old), Product::Members(new)) => members(old, new, &mut changes),
        // Both are of one role.
        _ => {}
    }
    for (name, counted) in here {
        *counts.entry(name).or_default() += counted;
    }
    changes
}

fn labels(old: &[Label], new: &[Label], changes: &mut Vec<Change>) {
    let find = |labels: &[Label], name: &str| labels.iter().find(|it| it.name == name).cloned();
    for label in new {
        let before = find(old, &label.name);
        if before.as_ref() != Some(label) {
            let (old, new) = (before.map(|it| it.confidence), Some(label.confidence));
            changes.push(Change::Label { name: label.name.clone(), old, new });
        }
    }
    for label in old.iter().filter(|it| find(new, &it.name).is_none()) {
        let (old, new) = (Some(label.confidence), None);
        changes.push(Change::Label { name: label.name.clone(), old, new });
    }
}

fn annotations(old: &[Annotation], new: &[Annotation], changes: &mut Vec<Change>) {
    // Those without a place come first, the others by their start: so what is the same is in the
    // same order, or nearly.
    let mut left: BTreeMap<(&str, Option<u32>), Vec<&Annotation>> = BTreeMap::new();
    let place = |it: &Annotation| it.span.map(|span| span.start);
    for annotation in old {
        left.entry((&annotation.kind, place(annotation))).or_default().push(annotation);
    }
    let mut kinds: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for annotation in new {
        let candidates = left.get_mut(&(annotation.kind.as_str(), place(annotation)));
        let same = candidates.and_then(|candidates| {
            let index = candidates.iter().position(|it| *it == annotation)?;
            Some(candidates.swap_remove(index))
        });
        if same.is_none() {
            kinds.entry(&annotation.kind).or_default().0 += 1;
        }
    }
    for ((kind, _), lost) in left.into_iter().filter(|(_, lost)| !lost.is_empty()) {
        kinds.entry(kind).or_default().1 += lost.len() as u64;
    }
    changes.extend(kinds.into_iter().map(|(kind, (gained, lost))| Change::Annotations {
        kind: kind.to_owned(),
        gained,
        lost,
    }));
}

fn translations(old: &[Translation], new: &[Translation], changes: &mut Vec<Change>) {
    let find = |all: &'_ [Translation], target: &Translation| {
        all.iter().position(|it| it.target == target.target)
    };
    let number = |it: &Translation| it.segments.len() as u64;
    for translation in new {
        let before = find(old, translation).map(|index| &old[index]);
        if before == Some(translation) {
            continue;
        }
        let words = |it: &'_ Translation| -> BTreeMap<u32, String> {
            let segment = |it: &Translation, segment: &crate::model::Segment| {
                (segment.original.start, it.text[segment.translated.range()].to_owned())
            };
            it.segments.iter().map(|part| segment(it, part)).collect()
        };
        let (was, is) = (before.map(words).unwrap_or_default(), words(translation));
        let changed = is.iter().filter(|(place, words)| was.get(place) != Some(words)).count();
        changes.push(Change::Translation {
            target: translation.target.to_string(),
            old: before.map(number),
            new: Some(number(translation)),
            changed: changed as u64,
        });
    }
    for translation in old.iter().filter(|it| find(new, it).is_none()) {
        let (target, changed) = (translation.target.to_string(), number(translation));
        changes.push(Change::Translation { target, old: Some(changed), new: None, changed });
    }
}

fn documents(old: &[Extracted], new: &[Extracted], changes: &mut Vec<Change>) {
    if old.len() != new.len() {
        changes.push(Change::Documents { old: old.len() as u64, new: new.len() as u64 });
    }
    for (index, (old, new)) in (0..).zip(old.iter().zip(new)) {
        document(index, &old.document, &new.document, changes);
        let mut structure = |part, differs: bool, old: usize, new: usize| {
            if differs {
                let (old, new) = (old as u64, new as u64);
                changes.push(Change::Structure { index, part, old, new });
            }
        };
        let (marks, marks_now) = (&old.document.marks, &new.document.marks);
        structure("marks", marks != marks_now, marks.len(), marks_now.len());
        structure("asides", old.asides != new.asides, old.asides.len(), new.asides.len());
    }
}

fn document(index: u64, old: &Document, new: &Document, changes: &mut Vec<Change>) {
    if old.text != new.text {
        let (old, new) = (old.text.len() as u64, new.text.len() as u64);
        changes.push(Change::Text { index, old, new });
    }
    let language = |it: &Document| it.language.iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut attribute = |name: &str, old: Vec<String>, new: Vec<String>| {
        if old != new {
            changes.push(Change::Attribute { index, name: name.to_owned(), old, new });
        }
    };
    attribute("language", language(old), language(new));
    let by_name = |attributes: &[Attribute]| {
        let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for it in attributes {
            by_name.entry(it.name.clone()).or_default().push(it.value.clone());
        }
        by_name
    };
    let (mut old, new) = (by_name(&old.attributes), by_name(&new.attributes));
    for (name, values) in new {
        attribute(&name, old.remove(&name).unwrap_or_default(), values);
    }
    for (name, values) in old {
        attribute(&name, values, Vec::new());
    }
}

fn members(
    old: &[(String, Digest, u64)],
    new: &[(String, Digest, u64)],
    changes: &mut Vec<Change>,
) {
    // Several may have one name: they are told apart by their place among them.
    let numbered = |members: &[(String, Digest, u64)]| {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let mut numbered = BTreeMap::new();
        for (name, digest, size) in members {
            let number = seen.entry(name.clone()).or_default();
            numbered.insert((name.clone(), *number), (*digest, *size));
            *number += 1;
        }
        numbered
    };
    let (mut old, new) = (numbered(old), numbered(new));
    for ((name, number), now) in new {
        let before = old.remove(&(name.clone(), number));
        if before != Some(now) {
            changes.push(Change::Member { name, old: before.map(|it| it.1), new: Some(now.1) });
        }
    }
    for ((name, _), before) in old {
        changes.push(Change::Member { name, old: Some(before.1), new: None });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{LanguageTag, Segment, Span};

    fn counted(counts: &BTreeMap<String, Counted>, name: &str) -> (u64, u64, u64) {
        let Counted { old, new, both } = counts[name];
        (old, new, both)
    }

    #[test]
    fn labels_are_gained_and_lost_and_change() {
        let label = |name: &str, confidence, end| Label {
            name: name.to_owned(),
            confidence,
            evidence: vec![Span { start: 0, end }],
            attributes: Vec::new(),
        };
        let product = |labels: &[Label]| Product::Found(Findings::Labels(labels.to_vec()));
        let old = product(&[
            label("same", 1.0, 1),
            label("lost", 0.9, 1),
            label("surer", 0.5, 1),
            label("moved", 0.4, 1),
        ]);
        let new = product(&[
            label("same", 1.0, 1),
            label("gained", 0.8, 1),
            label("surer", 0.75, 1),
            label("moved", 0.4, 2),
        ]);
        let change = |name: &str, old, new| Change::Label { name: name.to_owned(), old, new };
        let mut counts = BTreeMap::new();
        assert_eq!(
            changes(&old, &new, &mut counts),
            [
                change("gained", None, Some(0.8)),
                change("surer", Some(0.5), Some(0.75)),
                change("moved", Some(0.4), Some(0.4)),
                change("lost", Some(0.9), None),
            ]
        );
        assert_eq!(counted(&counts, "same"), (1, 1, 1));
        assert_eq!(counted(&counts, "gained"), (0, 1, 0));
        assert_eq!(counted(&counts, "lost"), (1, 0, 0));
        assert_eq!(changes(&old, &old, &mut counts), []);
    }

    #[test]
    fn annotations_are_compared_one_by_one() {
        let annotation = |kind: &str, start: Option<u32>, value: &str| Annotation {
            kind: kind.to_owned(),
            span: start.map(|start| Span { start, end: start + 1 }),
            value: Some(value.to_owned()),
            confidence: None,
            attributes: Vec::new(),
        };
        let product = |found: &[Annotation]| Product::Found(Findings::Annotations(found.to_vec()));
        let old = [
            ("date", Some(1), "a"),
            ("date", Some(1), "b"),
            ("date", Some(9), "c"),
            ("n", None, "x"),
        ];
        let new = [
            ("date", Some(1), "b"),
            ("date", Some(1), "a"),
            ("date", Some(9), "d"),
            ("date", Some(9), "e"),
            ("n", None, "x"),
        ];
        let old = old.map(|(kind, start, value)| annotation(kind, start, value));
        let new = new.map(|(kind, start, value)| annotation(kind, start, value));
        let mut counts = BTreeMap::new();
        let expected = Change::Annotations { kind: "date".to_owned(), gained: 2, lost: 1 };
        assert_eq!(changes(&product(&old), &product(&new), &mut counts), [expected]);
        assert_eq!((counted(&counts, "date"), counted(&counts, "n")), ((3, 4, 2), (1, 1, 1)));
    }

    #[test]
    fn segments_are_compared_by_their_place_in_the_original() {
        let translation = |lines: &[&str]| {
            let mut text = String::new();
            let mut segments = Vec::new();
            for (index, line) in (0_u32..).zip(lines) {
                let start = text.len() as u32;
                text.push_str(line);
                let (original, end) = (Span { start: index, end: index + 1 }, text.len() as u32);
                segments.push(Segment { original, translated: Span { start, end } });
            }
            let target = LanguageTag::new("en").unwrap();
            let translation = Translation { target, text, segments, attributes: Vec::new() };
            Product::Found(Findings::Translations(vec![translation]))
        };
        let (old, new) =
            (translation(&["one", "two", "three"]), translation(&["one", "2", "three"]));
        let expected =
            Change::Translation { target: "en".to_owned(), old: Some(3), new: Some(3), changed: 1 };
        assert_eq!(changes(&old, &new, &mut BTreeMap::new()), [expected]);
        let none = Product::Found(Findings::Translations(Vec::new()));
        let lost =
            Change::Translation { target: "en".to_owned(), old: Some(3), new: None, changed: 3 };
        assert_eq!(changes(&old, &none, &mut BTreeMap::new()), [lost]);
    }

    #[test]
    fn documents_are_compared_part_by_part() {
        let document = |text: &str, title: &str| Extracted {
            document: Document {
                text: text.to_owned(),
                attributes: vec![Attribute { name: "title".to_owned(), value: title.to_owned() }],
                ..Document::default()
            },
            asides: Vec::new(),
        };
        let old = Product::Documents(vec![document("one", "A"), document("two", "B")]);
        let new = Product::Documents(vec![document("one!", "C")]);
        let mut counts = BTreeMap::new();
        let (old_title, new_title) = (vec!["A".to_owned()], vec!["C".to_owned()]);
        assert_eq!(
            changes(&old, &new, &mut counts),
            [
                Change::Documents { old: 2, new: 1 },
                Change::Text { index: 0, old: 3, new: 4 },
                Change::Attribute {
                    index: 0,
                    name: "title".to_owned(),
                    old: old_title,
                    new: new_title
                },
            ]
        );
        assert_eq!(counted(&counts, "(document)"), (2, 1, 1));
    }

    #[test]
    fn members_of_one_name_are_told_apart() {
        let member = |name: &str, content: &[u8]| {
            (name.to_owned(), Digest::of(content), content.len() as u64)
        };
        let old = Product::Members(vec![member("a", b"1"), member("a", b"22"), member("b", b"")]);
        let new = Product::Members(vec![member("a", b"1"), member("a", b"333")]);
        let change = |name: &str, old, new| Change::Member { name: name.to_owned(), old, new };
        assert_eq!(
            changes(&old, &new, &mut BTreeMap::new()),
            [change("a", Some(2), Some(3)), change("b", Some(0), None)]
        );
    }
}
