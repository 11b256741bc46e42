//! Files of OpenDocument, as packages and flat: texts, sheets and slides.

mod blocks;
mod changes;
mod inline;
mod sheets;
mod slides;
mod styles;

use docmill_office::{Draft, Element, Package, Properties, Tree};
use docmill_plugin::prelude::*;

use crate::lists::Runs;
use changes::Tracked;
use docmill_office::Changes;
use styles::Styles;

/// The document in a package.
pub fn package(package: &Package<'_>, changes: Changes) -> Result<Option<Extracted>, Error> {
    if is_encrypted(package) {
        return Err(Error::malformed("it is encrypted"));
    }
    let content = package.tree("content.xml")?;
    let content = content.ok_or_else(|| Error::malformed("it has no `content.xml`"))?;
    let styles = package.optional_tree("styles.xml");
    let meta = package.optional_tree("meta.xml");
    let root = |tree: Option<&'_ Tree>| -> Option<usize> { tree?.root().map(Element::index) };
    if root(Some(&content)).is_none() {
        return Err(Error::malformed("its `content.xml` has no element"));
    }
    let of_meta = meta.as_ref().and_then(|tree| tree.root()?.child("meta"));
    let properties = Properties::of_meta(of_meta);
    let roots = [content.root(), styles.as_ref().and_then(|tree| tree.root())];
    let roots: Vec<Element<'_>> = roots.into_iter().flatten().collect();
    let draft = read(&roots, changes)?;
    Ok(draft.finish(properties, package.damage()))
}

/// The document in one flat file.
pub fn flat(tree: &Tree, changes: Changes) -> Result<Option<Extracted>, Error> {
    let none = || Error::Unsupported("it is no document of OpenDocument".to_owned());
    let root = tree.root().ok_or_else(none)?;
    if root.name() != "document" || root.child("body").is_none() {
        return Err(none());
    }
    let properties = Properties::of_meta(root.child("meta"));
    let draft = read(&[root], changes)?;
    Ok(draft.finish(properties, tree.damage().map(str::to_owned)))
}

/// Whether its manifest says how parts of it were encrypted.
fn is_encrypted(package: &Package<'_>) -> bool {
    let manifest = package.optional_tree("META-INF/manifest.xml");
    let root = manifest.as_ref().and_then(|tree| tree.root());
    root.is_some_and(|root| root.descendants().any(|it| it.name() == "encryption-data"))
}

/// Reads what lies in the body of the first of these, with the styles in all of them.
fn read(roots: &[Element<'_>], changes: Changes) -> Result<Draft, Error> {
    let body = roots.first().and_then(|root| root.child("body"));
    let content = body.and_then(|body| body.elements().next());
    let Some(content) = body.zip(content).map(|(body, first)| match first.name() {
        "text" | "spreadsheet" | "presentation" | "drawing" => first,
        // The first edition had no element for the kind.
        _ => body,
    }) else {
        return Ok(Draft::new());
    };
    let tracked = Tracked::read(content);
    let mut reader = Reader {
        styles: Styles::read(roots),
        tracked,
        changes,
        draft: Draft::new(),
        runs: Runs::default(),
        is_emphasized: false,
        in_heading: false,
        hidden: 0,
        lists: 0,
        boxes: Vec::new(),
        opened: Vec::new(),
        depth: 0,
        copies: sheets::MOST_COPIED,
    };
    match content.name() {
        "spreadsheet" => reader.sheets(content),
        "presentation" | "drawing" => reader.slides(content),
        _ if content.child("page").is_some() => reader.slides(content),
        _ => {
            reader.blocks(content);
            reader.end_blocks();
        }
    }
    reader.margins(roots);
    Ok(reader.draft)
}

/// Reads a document, block by block.
struct Reader<'t> {
    styles: Styles<'t>,
    tracked: Tracked<'t>,
    changes: Changes,
    draft: Draft,
    runs: Runs,
    is_emphasized: bool,
    /// In a heading all words stand out, so none is said to.
    in_heading: bool,
    /// How many insertions are open that are not read.
    hidden: usize,
    /// How many lists are open.
    lists: u8,
    /// Text boxes that hang on the paragraph which is read.
    boxes: Vec<Element<'t>>,
    /// Insertions that are open and shown, with where each began.
    opened: Vec<(&'t str, usize)>,
    /// How many notes are read within each other.
    depth: usize,
    /// How many bytes of cells may still be written once more because they are repeated.
    copies: usize,
}

/// How many notes are read within each other.
const DEEPEST: usize = 4;

impl<'t> Reader<'t> {
    /// Reads blocks to a text of their own, as that of a note.
    fn apart(&mut self, content: Element<'t>) -> String {
        if self.depth == DEEPEST {
            return String::new();
        }
        self.depth += 1;
        self.draft.begin_apart();
        let runs = std::mem::take(&mut self.runs);
        let boxes = std::mem::take(&mut self.boxes);
        let lists = std::mem::take(&mut self.lists);
        let emphasis = std::mem::replace(&mut self.is_emphasized, false);
        let heading = std::mem::replace(&mut self.in_heading, false);
        self.blocks(content);
        self.end_blocks();
        let text = self.draft.end_apart();
        (self.runs, self.boxes, self.lists) = (runs, boxes, lists);
        (self.is_emphasized, self.in_heading) = (emphasis, heading);
        self.depth -= 1;
        text
    }

    /// Headers and footers of the pages, each text once: headers before the text, footers behind
    /// it.
    fn margins(&mut self, roots: &[Element<'t>]) {
        let end = self.draft.writer.len();
        let masters = roots.iter().filter_map(|root| root.child("master-styles"));
        let pages = masters.flat_map(|it| it.elements()).filter(|it| it.name() == "master-page");
        let margins: Vec<Element<'t>> = pages.take(256).flat_map(|it| it.elements()).collect();
        for margin in margins {
            let class = margin.attribute("presentation:class");
            match margin.name() {
                "header" | "header-left" | "header-first" => {
                    let text = self.apart(margin);
                    self.draft.aside_once(0, "header", &text);
                }
                "footer" | "footer-left" | "footer-first" => {
                    let text = self.apart(margin);
                    self.draft.aside_once(end, "footer", &text);
                }
                // What a master shows on all slides, but for places that each slide fills.
                "frame" | "custom-shape"
                    if margin.attribute("placeholder") != Some("true")
                        && matches!(class, None | Some("footer" | "header")) =>
                {
                    self.piece(margin);
                    for content in std::mem::take(&mut self.boxes) {
                        let text = self.apart(content);
                        self.draft.aside_once(end, "footer", &text);
                    }
                }
                _ => {}
            }
        }
    }
}
