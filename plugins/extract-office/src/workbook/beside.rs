//! What belongs to a sheet and lies in other parts: links, comments, drawings.

use std::collections::BTreeMap;

use docmill_office::{Draft, Element, Package, Relationships};
use docmill_plugin::prelude::*;

use crate::drawing;
use crate::lists::Runs;

/// The most comments of a sheet.
const MOST: usize = 65_536;

/// A comment on a cell.
#[derive(Debug)]
pub struct Comment {
    pub text: String,
    pub attributes: Vec<Attribute>,
}

/// What belongs to a sheet.
pub struct Beside {
    pub relationships: Relationships,
    comments: BTreeMap<String, Comment>,
}

impl Beside {
    /// Reads what a sheet leads to.
    pub fn read(package: &Package<'_>, sheet: &str) -> Beside {
        let relationships = Relationships::of(package, sheet);
        let mut comments = BTreeMap::new();
        for part in relationships.parts("comments").take(1) {
            let tree = package.optional_tree(part);
            let Some(root) = tree.as_ref().and_then(|tree| tree.root()) else { continue };
            let authors: Vec<String> = root
                .child("authors")
                .into_iter()
                .flat_map(|it| it.elements())
                .take(MOST)
                .map(|it| it.text())
                .collect();
            let list = root.child("commentList").into_iter().flat_map(|it| it.elements());
            for comment in list.take(MOST) {
                let Some(place) = comment.attribute("ref") else { continue };
                let texts = comment.descendants().filter(|it| it.name() == "t");
                let text = texts.map(|it| it.text()).collect::<Vec<_>>().concat();
                let mut attributes = vec![Attribute::new("cell", place)];
                let author = comment.attribute("authorId").and_then(|it| it.parse::<usize>().ok());
                let author = author.and_then(|it| authors.get(it)).filter(|it| !it.is_empty());
                attributes.extend(author.map(|it| Attribute::new("creator", it)));
                comments.insert(place.to_owned(), Comment { text, attributes });
            }
        }
        Beside { relationships, comments }
    }

    /// The comment on a cell.
    pub fn comment(&self, cell: &str) -> Option<&Comment> {
        self.comments.get(cell)
    }

    /// Writes what the drawings on the sheet say.
    pub fn shapes(&self, package: &Package<'_>, draft: &mut Draft) {
        for part in self.relationships.parts("drawing").take(16) {
            let Some(tree) = package.optional_tree(part) else { continue };
            let relationships = Relationships::of(package, part);
            let Some(root) = tree.root() else { continue };
            let all: Vec<Element<'_>> = root.descendants().collect();
            for element in all {
                match element.name() {
                    "sp" => {
                        if let Some(body) = element.child("txBody") {
                            let mut runs = Runs::default();
                            drawing::blocks(
                                &mut draft.writer,
                                &mut runs,
                                body,
                                &relationships,
                                false,
                            );
                            runs.end(&mut draft.writer);
                        }
                    }
                    "graphicFrame" => {
                        drawing::graphic(package, &mut draft.writer, element, &relationships);
                    }
                    _ => {}
                }
            }
        }
    }
}
