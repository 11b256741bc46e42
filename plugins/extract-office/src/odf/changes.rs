//! Changes that OpenDocument tracks: where they lie, and what was deleted.

use std::collections::BTreeMap;

use docmill_office::Element;

/// The most changes that are known.
const MOST: usize = 100_000;

/// A change.
#[derive(Debug, Clone, Copy)]
pub struct Change<'t> {
    /// `insertion`, `deletion` or `format-change`.
    pub kind: Element<'t>,
}

impl<'t> Change<'t> {
    /// Who made it, and when.
    pub fn made(self) -> [(&'static str, Option<String>); 2] {
        let info = self.kind.child("change-info");
        let said = |name: &str| info.and_then(|it| it.child(name)).map(Element::text);
        [("creator", said("creator")), ("date", said("date"))]
    }
}

/// The changes of a document by their ids.
#[derive(Debug, Default)]
pub struct Tracked<'t> {
    by_id: BTreeMap<&'t str, Change<'t>>,
}

impl<'t> Tracked<'t> {
    /// Reads those of a text.
    pub fn read(content: Element<'t>) -> Tracked<'t> {
        let list = content.child("tracked-changes");
        let regions = list.into_iter().flat_map(|it| it.elements());
        let one = |region: Element<'t>| {
            let id = region.attribute("text:id").or_else(|| region.attribute("id"))?;
            Some((id, Change { kind: region.elements().next()? }))
        };
        Tracked { by_id: regions.filter_map(one).take(MOST).collect() }
    }

    /// The insertion of this id.
    pub fn insertion(&self, id: &str) -> Option<Change<'t>> {
        self.by_id.get(id).copied().filter(|it| it.kind.name() == "insertion")
    }

    /// The deletion of this id.
    pub fn deletion(&self, id: &str) -> Option<Change<'t>> {
        self.by_id.get(id).copied().filter(|it| it.kind.name() == "deletion")
    }
}
