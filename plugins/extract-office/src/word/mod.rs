//! Documents of Office Open XML (DOCX, ECMA-376 part 1, 17).

mod blocks;
mod fields;
mod runs;
mod styles;

use std::collections::{BTreeMap, BTreeSet};

use docmill_office::{Draft, Element, Package, Properties, Relationships, Tree};
use docmill_plugin::prelude::*;

use crate::lists::Runs;
use docmill_office::Changes;
use fields::Fields;
use styles::Styles;

/// The document in a package.
pub fn extract(
    package: &Package<'_>,
    main: &str,
    properties: Properties,
    changes: Changes,
) -> Result<Option<Extracted>, Error> {
    let tree = package.tree(main)?.ok_or_else(|| Error::malformed("its main part is missing"))?;
    let relationships = Relationships::of(package, main);
    let read = |kind: &str| relationships.part(kind).and_then(|it| package.optional_tree(it));
    let styles = Styles::read(read("styles").as_ref());
    let (footnotes, endnotes, comments) = (read("footnotes"), read("endnotes"), read("comments"));
    let links = |kind: &str| {
        relationships.part(kind).map(|part| Relationships::of(package, part)).unwrap_or_default()
    };
    let beside = Beside {
        footnotes: Notes::of(footnotes.as_ref(), links("footnotes")),
        endnotes: Notes::of(endnotes.as_ref(), links("endnotes")),
        comments: Notes::of(comments.as_ref(), links("comments")),
    };
    let mut reader = Reader {
        package,
        relationships: &relationships,
        styles: &styles,
        beside: &beside,
        changes,
        draft: Draft::new(),
        runs: Runs::default(),
        fields: Fields::default(),
        is_emphasized: false,
        in_heading: false,
        is_joined: false,
        is_item: false,
        boxes: Vec::new(),
        told: BTreeSet::new(),
        depth: 0,
    };
    let body = tree.root().and_then(|root| root.child("body"));
    if let Some(body) = body {
        reader.blocks(body);
        reader.end_blocks();
        reader.margins(body);
    }
    Ok(reader.draft.finish(properties, package.damage()))
}

/// What stands beside the text, and is read where the text refers to it.
struct Beside<'t> {
    footnotes: Notes<'t>,
    endnotes: Notes<'t>,
    comments: Notes<'t>,
}

/// Notes by their ids, and where they lead.
struct Notes<'t> {
    by_id: BTreeMap<&'t str, Element<'t>>,
    relationships: Relationships,
}

impl<'t> Notes<'t> {
    fn of(tree: Option<&'t Tree>, relationships: Relationships) -> Notes<'t> {
        let notes = tree.and_then(|tree| tree.root()).into_iter().flat_map(|it| it.elements());
        // Those of a type are lines that separate.
        let notes = notes.filter(|it| it.attribute("type").is_none_or(|it| it == "normal"));
        let by_id = notes.filter_map(|it| Some((it.attribute("id")?, it))).collect();
        Notes { by_id, relationships }
    }
}

/// Reads a document, block by block.
struct Reader<'t> {
    package: &'t Package<'t>,
    relationships: &'t Relationships,
    styles: &'t Styles,
    beside: &'t Beside<'t>,
    changes: Changes,
    draft: Draft,
    runs: Runs,
    fields: Fields,
    is_emphasized: bool,
    /// In a heading all words stand out, so none is said to.
    in_heading: bool,
    /// The end of the last paragraph was deleted: the next one goes on in it.
    is_joined: bool,
    /// The paragraph that is read is an item.
    is_item: bool,
    /// Text boxes that hang on the paragraph which is read.
    boxes: Vec<Element<'t>>,
    /// Notes that were read, by kind and id.
    told: BTreeSet<(&'static str, &'t str)>,
    /// How many parts are read within each other: a note may hold a note.
    depth: usize,
}

/// How many parts are read within each other.
const DEEPEST: usize = 4;

impl<'t> Reader<'t> {
    /// Reads blocks to a text of their own, as that of a note.
    fn apart(&mut self, content: Element<'t>, relationships: &'t Relationships) -> String {
        if self.depth == DEEPEST {
            return String::new();
        }
        self.depth += 1;
        self.draft.begin_apart();
        let runs = std::mem::take(&mut self.runs);
        let fields = std::mem::take(&mut self.fields);
        let boxes = std::mem::take(&mut self.boxes);
        let outer = std::mem::replace(&mut self.relationships, relationships);
        let emphasis = std::mem::replace(&mut self.is_emphasized, false);
        let heading = std::mem::replace(&mut self.in_heading, false);
        let joined = std::mem::replace(&mut self.is_joined, false);
        let item = std::mem::replace(&mut self.is_item, false);
        self.blocks(content);
        self.end_blocks();
        let text = self.draft.end_apart();
        (self.runs, self.fields, self.boxes) = (runs, fields, boxes);
        (self.relationships, self.is_emphasized) = (outer, emphasis);
        (self.in_heading, self.is_joined, self.is_item) = (heading, joined, item);
        self.depth -= 1;
        text
    }

    /// A note that the text refers to; each is told once, where the text refers to it first.
    fn note(&mut self, kind: &'static str, id: Option<&'t str>) {
        let Some(id) = id else { return };
        let notes = match kind {
            "footnote" => &self.beside.footnotes,
            "endnote" => &self.beside.endnotes,
            _ => &self.beside.comments,
        };
        let Some(note) = notes.by_id.get(id).copied() else { return };
        if !self.told.insert((kind, id)) {
            return;
        }
        let mut attributes = Vec::new();
        for (name, said) in [("creator", "author"), ("date", "date")] {
            let value = note.attribute(said).filter(|it| kind == "comment" && !it.is_empty());
            attributes.extend(value.map(|it| Attribute::new(name, it)));
        }
        let at = self.draft.place();
        let text = self.apart(note, &notes.relationships);
        self.draft.aside_at(at, kind, &text, attributes);
    }

    /// Headers and footers, each text once: headers before the text, footers behind it.
    fn margins(&mut self, body: Element<'t>) {
        let mut parts = Vec::new();
        for section in body.descendants().filter(|it| it.name() == "sectPr") {
            for reference in section.elements() {
                let kind = match reference.name() {
                    "headerReference" => "header",
                    "footerReference" => "footer",
                    _ => continue,
                };
                let id = reference.prefixed_attribute("id").unwrap_or_default();
                let target = self.relationships.get(id).filter(|it| !it.is_external);
                let Some(target) = target else { continue };
                if !parts.contains(&(kind, target.target.clone())) && parts.len() < 64 {
                    parts.push((kind, target.target.clone()));
                }
            }
        }
        let end = self.draft.writer.len();
        for (kind, part) in parts {
            let Some(tree) = self.package.optional_tree(&part) else { continue };
            let relationships = Relationships::of(self.package, &part);
            let Some(root) = tree.root() else { continue };
            // It lives no longer than its part.
            let mut reader = Reader {
                package: self.package,
                relationships: &relationships,
                styles: self.styles,
                beside: self.beside,
                changes: self.changes,
                draft: Draft::new(),
                runs: Runs::default(),
                fields: Fields::default(),
                is_emphasized: false,
                in_heading: false,
                is_joined: false,
                is_item: false,
                boxes: Vec::new(),
                told: BTreeSet::new(),
                depth: DEEPEST,
            };
            reader.blocks(root);
            reader.end_blocks();
            let (text, _) = reader.draft.writer.finish();
            let at = if kind == "header" { 0 } else { end };
            self.draft.aside_once(at, kind, &text);
        }
    }
}
