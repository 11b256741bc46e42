//! Presentations of PowerPoint 97 to 2003 (MS-PPT).

use std::collections::{BTreeMap, BTreeSet};

use docmill_office::Draft;
use docmill_plugin::prelude::*;
use docmill_plugin::structure::Element as Block;

use crate::bytes::{place_at, u16_at, u32_at, utf_16};
use crate::compound::Streams;

/// How deep records may lie in each other.
const DEEPEST: usize = 24;
/// The most records that are looked at.
const MOST: usize = 4_000_000;
/// The most edits that are followed back, and the most objects they say the places of.
const MOST_EDITS: usize = 1_000;
const MOST_OBJECTS: usize = 200_000;

/// A record: its kind and its content, which for containers are records.
#[derive(Debug, Clone, Copy)]
struct Record<'b> {
    kind: u16,
    instance: u16,
    is_container: bool,
    data: &'b [u8],
}

/// The record that begins at a place; one that is cut is as long as what is left.
fn record(bytes: &[u8], at: usize) -> Option<Record<'_>> {
    let head = u16_at(bytes, at)?;
    let kind = u16_at(bytes, at + 2)?;
    let length = place_at(bytes, at + 4)?;
    let rest = bytes.get(at + 8..)?;
    let data = &rest[..length.min(rest.len())];
    Some(Record { kind, instance: head >> 4, is_container: head & 15 == 15, data })
}

fn records(bytes: &[u8]) -> impl Iterator<Item = Record<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let record = record(bytes, at)?;
        at += 8 + record.data.len();
        Some(record)
    })
}

/// The slides in a compound file.
pub fn extract(streams: &mut Streams) -> Result<Option<Extracted>, Error> {
    let user = streams.read("Current User");
    let document = streams.read("PowerPoint Document");
    if u32_at(&user, 12) == Some(0xf3d1_c4df) {
        return Err(Error::malformed("it is encrypted"));
    }
    let properties = streams.properties();
    let mut presentation = Presentation {
        document: &document,
        draft: Draft::new(),
        left: MOST,
        margins: BTreeSet::new(),
    };
    let objects = presentation.objects(place_at(&user, 16));
    if !presentation.slides(&objects) {
        // Without the list of slides, their texts in the order of the file.
        presentation.all();
    }
    Ok(presentation.draft.finish(properties, streams.damage()))
}

/// The objects of a presentation by their numbers, and which of them is the document.
#[derive(Debug, Default)]
struct Objects {
    places: BTreeMap<u32, usize>,
    document: Option<u32>,
}

struct Presentation<'b> {
    document: &'b [u8],
    draft: Draft,
    /// How many records may still be looked at.
    left: usize,
    margins: BTreeSet<String>,
}

/// A text and what it is: 0 and 6 are titles, 1, 5, 7 and 8 points, 2 notes, 4 others.
#[derive(Debug, Clone, Default)]
struct Text {
    kind: u32,
    words: String,
    /// The level of each paragraph with the count of its characters.
    levels: Vec<(usize, u8)>,
}

impl<'b> Presentation<'b> {
    /// Follows the edits back from the last one; what a later one says of an object counts.
    fn objects(&self, last: Option<usize>) -> Objects {
        let mut objects = Objects::default();
        let mut next = last;
        let mut seen = BTreeSet::new();
        while let Some(at) = next.filter(|at| *at > 0 || seen.is_empty()) {
            if !seen.insert(at) || seen.len() > MOST_EDITS {
                break;
            }
            let Some(edit) = record(self.document, at).filter(|it| it.kind == 0x0ff5) else {
                break;
            };
            objects.document = objects.document.or_else(|| u32_at(edit.data, 16));
            if let Some(directory) =
                place_at(edit.data, 12).and_then(|at| record(self.document, at))
            {
                objects.add(directory);
            }
            next = place_at(edit.data, 8);
        }
        objects
    }

    /// Reads the slides in order; says whether there was a list of them.
    fn slides(&mut self, objects: &Objects) -> bool {
        let document = objects.document.and_then(|it| objects.record(self.document, it));
        let Some(document) = document.filter(|it| it.kind == 0x03e8) else { return false };
        let lists = |instance: u16| {
            let is_it = move |it: &Record<'_>| it.kind == 0x0ff0 && it.instance == instance;
            records(document.data).find(is_it).map(|it| outlines(it.data)).unwrap_or_default()
        };
        let slides = lists(0);
        // Notes say which slide they are of.
        let mut notes: BTreeMap<u32, Vec<Text>> = BTreeMap::new();
        for note in lists(2) {
            let Some(record) = objects.record(self.document, note.object) else { continue };
            let atom = records(record.data).find(|it| it.kind == 0x03f1);
            let slide = atom.and_then(|it| u32_at(it.data, 0)).unwrap_or(0);
            let mut texts = Vec::new();
            self.texts(record, &note.texts, 0, &mut texts);
            notes.entry(slide).or_default().extend(texts);
        }
        let mut has_any = false;
        for (number, slide) in (1_usize..).zip(slides) {
            let mut texts = Vec::new();
            match objects.record(self.document, slide.object) {
                Some(record) => self.texts(record, &slide.texts, 0, &mut texts),
                None => texts.clone_from(&slide.texts),
            }
            has_any = true;
            self.slide(
                number,
                &texts,
                &slide.texts,
                notes.get(&slide.id).map_or(&[], Vec::as_slice),
            );
            if let Some(record) = objects.record(self.document, slide.object) {
                self.comments(record, 0);
            }
        }
        let end = self.draft.writer.len();
        for master in lists(1) {
            let Some(record) = objects.record(self.document, master.object) else { continue };
            let mut texts = Vec::new();
            self.texts(record, &[], 0, &mut texts);
            // Of what is no place for something; `*` stands for a date or a number.
            for text in texts.iter().filter(|it| it.kind == 4 && it.words != "*") {
                self.draft.aside_once(end, "footer", &lines(&text.words));
            }
        }
        has_any
    }

    fn slide(&mut self, number: usize, texts: &[Text], outline: &[Text], notes: &[Text]) {
        let start = self.draft.writer.len();
        // Texts of the outline that no shape refers to are shown all the same.
        let known: BTreeSet<&str> = texts.iter().map(|it| it.words.as_str()).collect();
        let others = outline.iter().filter(|it| !known.contains(it.words.as_str()));
        let all: Vec<&Text> = texts.iter().chain(others).collect();
        let (titles, rest): (Vec<&Text>, Vec<&Text>) =
            all.into_iter().partition(|it| matches!(it.kind, 0 | 6));
        for title in titles {
            let level = if number == 1 { 1 } else { 2 };
            self.draft.writer.element(Block::Heading(level), &lines(&title.words));
        }
        for text in rest {
            self.text(text);
        }
        let end = self.draft.writer.len();
        self.draft.writer.add(Mark::new("page", start..end).with("label", number));
        let notes: Vec<String> =
            notes.iter().filter(|it| it.words != "*").map(|it| lines(&it.words)).collect();
        self.draft.aside("notes", &notes.join("\n\n"), Vec::new());
    }

    fn text(&mut self, text: &Text) {
        let are_items = matches!(text.kind, 1 | 5 | 7 | 8);
        let mut runs: Vec<u8> = Vec::new();
        let mut position = 0;
        for paragraph in text.words.split('\r') {
            let level = text.level(position);
            position += paragraph.chars().count() + 1;
            let words = lines(paragraph);
            if words.trim().is_empty() || words.trim() == "*" {
                continue;
            }
            if are_items {
                while runs.last().is_some_and(|open| *open >= level) {
                    runs.pop();
                    self.draft.writer.end();
                }
                self.draft.writer.begin(Block::Item);
                self.draft.writer.write(&words);
                runs.push(level);
            } else {
                self.draft.writer.element(Block::Paragraph, &words);
            }
        }
        runs.iter().for_each(|_| self.draft.writer.end());
    }

    /// The texts in a slide, those of the outline where a shape refers to them.
    fn texts(&mut self, record: Record<'b>, outline: &[Text], depth: usize, found: &mut Vec<Text>) {
        let mut kind = 4;
        for inner in records(record.data) {
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            match inner.kind {
                0x0f9f => kind = u32_at(inner.data, 0).unwrap_or(4),
                0x0fa0 => found.push(Text { kind, words: utf_16(inner.data), levels: Vec::new() }),
                0x0fa8 => {
                    let words = inner.data.iter().map(|it| char::from(*it)).collect();
                    found.push(Text { kind, words, levels: Vec::new() });
                }
                0x0fa1 => {
                    if let Some(text) = found.last_mut() {
                        text.levels = levels(inner.data, text.words.chars().count());
                    }
                }
                0x0f9e => {
                    let index = u32_at(inner.data, 0).and_then(|it| outline.get(it as usize));
                    found.extend(index.cloned());
                }
                // Footers and dates, the same on most slides.
                0x0fd9 => self.margins(inner),
                // Comments have texts of their own kind.
                0x2ee0 | 0x1388 => {}
                _ if inner.is_container && depth < DEEPEST => {
                    self.texts(inner, outline, depth + 1, found);
                }
                // What a shape says is a container that does not say that it is one.
                0xf00d if depth < DEEPEST => self.texts(inner, outline, depth + 1, found),
                _ => {}
            }
        }
    }

    fn margins(&mut self, record: Record<'b>) {
        for text in records(record.data).filter(|it| it.kind == 0x0fba) {
            let words = utf_16(text.data);
            if self.margins.len() < 1_000 && self.margins.insert(words.clone()) {
                self.draft.aside("footer", &words, Vec::new());
            }
        }
    }

    fn comments(&mut self, record: Record<'b>, depth: usize) {
        for inner in records(record.data) {
            if self.left == 0 {
                return;
            }
            self.left -= 1;
            if inner.kind == 0x2ee0 {
                let text = |instance: u16| {
                    let is_it = move |it: &Record<'_>| it.kind == 0x0fba && it.instance == instance;
                    records(inner.data).find(is_it).map(|it| utf_16(it.data)).unwrap_or_default()
                };
                let author = text(0);
                let said =
                    (!author.trim().is_empty()).then(|| Attribute::new("creator", author.trim()));
                self.draft.aside("comment", &lines(&text(1)), said.into_iter().collect());
            } else if inner.is_container && depth < DEEPEST {
                self.comments(inner, depth + 1);
            }
        }
    }

    /// All texts of the stream.
    fn all(&mut self) {
        let whole = Record { kind: 0, instance: 0, is_container: true, data: self.document };
        let mut texts = Vec::new();
        self.texts(whole, &[], 0, &mut texts);
        for text in texts {
            self.text(&Text { kind: 4, ..text });
        }
    }
}

impl Objects {
    /// Adds the places that a directory says: runs of objects with numbers one after the other.
    fn add(&mut self, directory: Record<'_>) {
        let mut at = 0;
        while let Some(run) = u32_at(directory.data, at) {
            let (first, count) = (run & 0xf_ffff, (run >> 20) as usize);
            at += 4;
            for index in 0..count {
                let Some(place) = place_at(directory.data, at + 4 * index) else { return };
                if self.places.len() < MOST_OBJECTS {
                    self.places.entry(first + index as u32).or_insert(place);
                }
            }
            at += 4 * count;
        }
    }

    fn record<'b>(&self, document: &'b [u8], number: u32) -> Option<Record<'b>> {
        record(document, *self.places.get(&number)?)
    }
}

/// A slide as the list of them has it.
#[derive(Debug, Default)]
struct Outline {
    object: u32,
    id: u32,
    texts: Vec<Text>,
}

fn outlines(list: &[u8]) -> Vec<Outline> {
    let mut outlines: Vec<Outline> = Vec::new();
    let mut kind = 4;
    for inner in records(list).take(MOST) {
        match inner.kind {
            0x03f3 => {
                let (object, id) = (u32_at(inner.data, 0), u32_at(inner.data, 12));
                let (object, id) = (object.unwrap_or(0), id.unwrap_or(0));
                outlines.push(Outline { object, id, texts: Vec::new() });
            }
            0x0f9f => kind = u32_at(inner.data, 0).unwrap_or(4),
            0x0fa0 | 0x0fa8 => {
                let words = match inner.kind {
                    0x0fa0 => utf_16(inner.data),
                    _ => inner.data.iter().map(|it| char::from(*it)).collect(),
                };
                if let Some(outline) = outlines.last_mut() {
                    outline.texts.push(Text { kind, words, levels: Vec::new() });
                }
            }
            0x0fa1 => {
                if let Some(text) = outlines.last_mut().and_then(|it| it.texts.last_mut()) {
                    text.levels = levels(inner.data, text.words.chars().count());
                }
            }
            _ => {}
        }
    }
    outlines
}

impl Text {
    /// The level of the paragraph that begins with this character.
    fn level(&self, position: usize) -> u8 {
        let mut end = 0;
        for (count, level) in &self.levels {
            end += count;
            if position < end {
                return *level;
            }
        }
        0
    }
}

/// The levels of paragraphs: a count of characters, a level, and properties by a mask (MS-PPT,
/// 2.9.45).
fn levels(data: &[u8], characters: usize) -> Vec<(usize, u8)> {
    let mut levels = Vec::new();
    let (mut at, mut covered) = (0, 0);
    while covered <= characters && levels.len() < 100_000 {
        let (Some(count), Some(level), Some(mask)) =
            (place_at(data, at), u16_at(data, at + 4), u32_at(data, at + 6))
        else {
            break;
        };
        levels.push((count, (level & 15) as u8));
        covered = covered.saturating_add(count.max(1));
        at += 10;
        // Flags of bullets share a field; the others have one each.
        let has = |bits: u32| mask & bits != 0;
        at += if has(0xf) { 2 } else { 0 };
        at += [0x80, 0x10, 0x40].iter().filter(|it| has(**it)).count() * 2;
        at += if has(0x20) { 4 } else { 0 };
        let shorts = [0x800, 0x1000, 0x2000, 0x4000, 0x100, 0x400, 0x8000];
        at += shorts.iter().filter(|it| has(**it)).count() * 2;
        if has(0x0010_0000) {
            at += 2 + 4 * usize::from(u16_at(data, at).unwrap_or(0));
        }
        at += if has(0x0001_0000) { 2 } else { 0 };
        at += if has(0x000e_0000) { 2 } else { 0 };
        at += if has(0x0020_0000) { 2 } else { 0 };
    }
    levels
}

/// Words with the ends of lines within a paragraph as spaces.
fn lines(text: &str) -> String {
    text.replace(['\r', '\u{b}'], "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_and_damage_ends_them() {
        let mut data = Vec::new();
        for (count, level) in [(4_u32, 0_u16), (3, 1)] {
            data.extend(count.to_le_bytes());
            data.extend(level.to_le_bytes());
            data.extend(0_u32.to_le_bytes());
        }
        assert_eq!(levels(&data, 7), [(4, 0), (3, 1)]);
        assert_eq!(levels(&data[..15], 7), [(4, 0)]);
    }
}
