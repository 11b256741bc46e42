//! Slides of Office Open XML (PPTX, ECMA-376 part 1, 19).

use std::collections::BTreeSet;

use docmill_office::{Draft, Element, Package, Properties, Relationships};
use docmill_plugin::prelude::*;
use docmill_plugin::structure::{Element as Block, Writer};

use crate::drawing;
use crate::lists::Runs;

/// The most slides that are read.
const MOST: usize = 20_000;

/// The most layouts that are read.
const MOST_MASTERS: usize = 1_000;

/// The slides in a package.
pub fn extract(
    package: &Package<'_>,
    main: &str,
    properties: Properties,
) -> Result<Option<Extracted>, Error> {
    let tree = package.tree(main)?.ok_or_else(|| Error::malformed("its main part is missing"))?;
    let relationships = Relationships::of(package, main);
    let list = tree.root().and_then(|root| root.child("sldIdLst"));
    let ids = list.into_iter().flat_map(|it| it.elements());
    let slides = ids.filter_map(|it| relationships.get(it.prefixed_attribute("id")?));
    let mut parts: Vec<&str> =
        slides.filter(|it| !it.is_external).map(|it| it.target.as_str()).take(MOST).collect();
    if parts.is_empty() {
        parts = relationships.parts("slide").take(MOST).collect();
    }
    let authors = Authors::of(package, &relationships);
    let mut presentation = Presentation {
        package,
        authors,
        draft: Draft::new(),
        masters: BTreeSet::new(),
        margins: BTreeSet::new(),
    };
    for (number, part) in (1_usize..).zip(parts) {
        presentation.slide(part, number);
    }
    presentation.masters();
    Ok(presentation.draft.finish(properties, package.damage()))
}

/// Who comments, by their ids.
struct Authors(Vec<(String, String)>);

impl Authors {
    fn of(package: &Package<'_>, relationships: &Relationships) -> Authors {
        let parts = relationships.parts("commentAuthors").chain(relationships.parts("authors"));
        let mut authors = Vec::new();
        for part in parts.take(4) {
            let Some(tree) = package.optional_tree(part) else { continue };
            let list = tree.root().into_iter().flat_map(|it| it.elements()).take(1_000);
            authors.extend(list.filter_map(|it| {
                Some((it.attribute("id")?.to_owned(), it.attribute("name")?.to_owned()))
            }));
        }
        Authors(authors)
    }

    fn name(&self, id: &str) -> Option<&str> {
        self.0.iter().find(|(it, _)| it == id).map(|(_, name)| name.as_str())
    }
}

struct Presentation<'p> {
    package: &'p Package<'p>,
    authors: Authors,
    draft: Draft,
    /// Layouts and masters, which show on slides what is no place for something.
    masters: BTreeSet<String>,
    /// Footers and the like that were told: they are the same on most slides.
    margins: BTreeSet<String>,
}

/// What a shape is on its slide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Title,
    /// Where the points of a slide lie, each an item.
    Points,
    /// Date, footer, number.
    Margin,
    Other,
}

impl Presentation<'_> {
    fn slide(&mut self, part: &str, number: usize) {
        let Some(tree) = self.package.optional_tree(part) else { return };
        let relationships = Relationships::of(self.package, part);
        let shapes = tree.root().and_then(|root| root.path(&["cSld", "spTree"]));
        let start = self.draft.writer.len();
        if let Some(shapes) = shapes {
            // The title comes first, wherever it lies.
            let mut titles = Vec::new();
            let mut others = Vec::new();
            for shape in shapes.elements() {
                match place(shape) {
                    Place::Title => titles.push(shape),
                    _ => others.push(shape),
                }
            }
            for title in titles {
                let level = if number == 1 { 1 } else { 2 };
                self.draft.writer.begin(Block::Heading(level));
                if let Some(body) = title.child("txBody") {
                    drawing::words(&mut self.draft.writer, body, &relationships);
                }
                self.draft.writer.end();
            }
            for shape in others {
                self.shape(shape, &relationships);
            }
        }
        let end = self.draft.writer.len();
        self.draft.writer.add(Mark::new("page", start..end).with("label", number));
        self.masters.extend(relationships.parts("slideLayout").map(str::to_owned));
        for comments in relationships.parts("comments").take(8) {
            self.comments(comments);
        }
        for notes in relationships.parts("notesSlide").take(1) {
            self.notes(notes);
        }
    }

    fn shape(&mut self, shape: Element<'_>, relationships: &Relationships) {
        match shape.name() {
            "grpSp" => shape.elements().for_each(|it| self.shape(it, relationships)),
            "AlternateContent" => {
                let chosen = shape.child("Choice").or_else(|| shape.child("Fallback"));
                for inner in chosen.into_iter().flat_map(|it| it.elements()) {
                    self.shape(inner, relationships);
                }
            }
            "graphicFrame" => {
                drawing::graphic(self.package, &mut self.draft.writer, shape, relationships);
            }
            "sp" | "cxnSp" => {
                let Some(body) = shape.child("txBody") else { return };
                match place(shape) {
                    Place::Margin => {
                        let mut writer = Writer::new();
                        drawing::words(&mut writer, body, relationships);
                        let (text, _) = writer.finish();
                        let is_number = text.bytes().all(|it| it.is_ascii_digit());
                        if !is_number
                            && self.margins.len() < 1_000
                            && self.margins.insert(text.clone())
                        {
                            self.draft.aside("footer", &text, Vec::new());
                        }
                    }
                    place => {
                        let mut runs = Runs::default();
                        let are_items = place == Place::Points;
                        let writer = &mut self.draft.writer;
                        drawing::blocks(writer, &mut runs, body, relationships, are_items);
                        runs.end(writer);
                    }
                }
            }
            _ => {}
        }
    }

    /// What layouts and masters show by themselves, each text once.
    fn masters(&mut self) {
        let mut layouts = std::mem::take(&mut self.masters);
        let masters: Vec<String> = layouts
            .iter()
            .take(MOST_MASTERS)
            .flat_map(|it| {
                Relationships::of(self.package, it).part("slideMaster").map(str::to_owned)
            })
            .collect();
        layouts.extend(masters);
        let end = self.draft.writer.len();
        for part in layouts.iter().take(2 * MOST_MASTERS) {
            let Some(tree) = self.package.optional_tree(part) else { continue };
            let relationships = Relationships::of(self.package, part);
            let shapes = tree.root().and_then(|root| root.path(&["cSld", "spTree"]));
            for shape in shapes.into_iter().flat_map(|it| it.descendants()) {
                if shape.name() == "sp"
                    && place(shape) == Place::Other
                    && !has_place(shape)
                    && let Some(body) = shape.child("txBody")
                {
                    let mut writer = Writer::new();
                    drawing::words(&mut writer, body, &relationships);
                    self.draft.aside_once(end, "footer", &writer.finish().0);
                }
            }
        }
    }

    fn notes(&mut self, part: &str) {
        let Some(tree) = self.package.optional_tree(part) else { return };
        let Some(shapes) = tree.root().and_then(|root| root.path(&["cSld", "spTree"])) else {
            return;
        };
        let relationships = Relationships::of(self.package, part);
        let mut writer = Writer::new();
        let mut runs = Runs::default();
        for shape in shapes.elements().filter(|it| place(*it) != Place::Margin) {
            if let Some(body) = shape.child("txBody") {
                drawing::blocks(&mut writer, &mut runs, body, &relationships, false);
            }
        }
        runs.end(&mut writer);
        let (text, _) = writer.finish();
        self.draft.aside("notes", &text, Vec::new());
    }

    fn comments(&mut self, part: &str) {
        let Some(tree) = self.package.optional_tree(part) else { return };
        for comment in tree.root().into_iter().flat_map(|it| it.descendants()) {
            if !matches!(comment.name(), "cm" | "reply") {
                continue;
            }
            let mut attributes = Vec::new();
            let author = comment.attribute("authorId").and_then(|it| self.authors.name(it));
            attributes.extend(author.map(|it| Attribute::new("creator", it)));
            let date = comment.attribute("dt").or_else(|| comment.attribute("created"));
            attributes.extend(date.map(|it| Attribute::new("date", it)));
            let mut writer = Writer::new();
            match comment.child("txBody") {
                Some(body) => drawing::words(&mut writer, body, &Relationships::default()),
                None => {
                    writer.write(&comment.child("text").map(|it| it.text()).unwrap_or_default())
                }
            }
            let (text, _) = writer.finish();
            self.draft.aside("comment", &text, attributes);
        }
    }
}

/// Whether a shape is a place for something.
fn has_place(shape: Element<'_>) -> bool {
    let properties = shape.elements().find(|it| it.name().starts_with("nv"));
    properties.is_some_and(|it| it.path(&["nvPr", "ph"]).is_some())
}

/// What a shape is on its slide, by the place of the layout that it fills.
fn place(shape: Element<'_>) -> Place {
    let properties = shape.elements().find(|it| it.name().starts_with("nv"));
    let place = properties.and_then(|it| it.path(&["nvPr", "ph"]));
    let Some(place) = place else { return Place::Other };
    match place.attribute("type") {
        Some("title" | "ctrTitle") => Place::Title,
        Some("dt" | "ftr" | "sldNum" | "hdr" | "sldImg") => Place::Margin,
        Some("body" | "obj") | None => Place::Points,
        Some(_) => Place::Other,
    }
}
