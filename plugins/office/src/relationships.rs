//! Where the parts of an Office Open XML package lead.

use std::collections::BTreeMap;

use crate::Package;

/// The most relationships of one part.
const MOST: usize = 65_536;

/// Where a part leads.
#[derive(Debug, Clone)]
pub struct Relationship {
    /// The last word of its type, such as `hyperlink`.
    pub kind: String,
    /// A part of the package, or where it leads outside of it.
    pub target: String,
    /// Whether it leads out of the package. Nothing there is ever read.
    pub is_external: bool,
}

/// Where one part leads, by the ids that it uses.
#[derive(Debug, Default)]
pub struct Relationships {
    by_id: BTreeMap<String, Relationship>,
    ids: Vec<String>,
}

impl Relationships {
    /// Those of a part; of the package itself if its name is empty.
    pub fn of(package: &Package<'_>, part: &str) -> Relationships {
        let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
        let slash = if folder.is_empty() { "" } else { "/" };
        let tree = package.optional_tree(&format!("{folder}{slash}_rels/{name}.rels"));
        let mut all = Relationships::default();
        let root = tree.as_ref().and_then(|tree| tree.root());
        let elements = root.into_iter().flat_map(|it| it.elements());
        for element in elements.filter(|it| it.name() == "Relationship").take(MOST) {
            let said = |name: &str| element.attribute(name).unwrap_or_default();
            let is_external = said("TargetMode").eq_ignore_ascii_case("external");
            let target = match is_external {
                true => said("Target").to_owned(),
                false => resolve(folder, said("Target")),
            };
            let kind = said("Type").rsplit('/').next().unwrap_or_default().to_owned();
            let id = said("Id").to_owned();
            all.ids.push(id.clone());
            all.by_id.entry(id).or_insert(Relationship { kind, target, is_external });
        }
        all
    }

    /// The one of this id.
    pub fn get(&self, id: &str) -> Option<&Relationship> {
        self.by_id.get(id)
    }

    /// Whether it leads anywhere by this kind.
    pub fn has(&self, kind: &str) -> bool {
        self.by_id.values().any(|it| it.kind == kind)
    }

    /// The part that is the first of this kind.
    pub fn part(&self, kind: &str) -> Option<&str> {
        self.parts(kind).next()
    }

    /// The parts of this kind, in the order of the file.
    pub fn parts(&self, kind: &str) -> impl Iterator<Item = &str> {
        self.ids
            .iter()
            .filter_map(|id| self.by_id.get(id))
            .filter(move |it| it.kind == kind && !it.is_external)
            .map(|it| it.target.as_str())
    }
}

/// The part that a target names, seen from a folder. A path that climbs ends at the root of the
/// package.
fn resolve(folder: &str, target: &str) -> String {
    let target = target.split(['#', '?']).next().unwrap_or_default().replace('\\', "/");
    let mut path: Vec<&str> = match target.starts_with('/') {
        true => Vec::new(),
        false => folder.split('/').filter(|it| !it.is_empty()).collect(),
    };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                path.pop();
            }
            step => path.push(step),
        }
    }
    path.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_parts_and_never_climb_out() {
        assert_eq!(resolve("word", "media/a.png"), "word/media/a.png");
        assert_eq!(resolve("ppt/slides", "../notesSlides/n.xml"), "ppt/notesSlides/n.xml");
        assert_eq!(resolve("word", "/xl/a.xml"), "xl/a.xml");
        assert_eq!(resolve("word", "../../../../etc/passwd"), "etc/passwd");
        assert_eq!(resolve("", "word\\document.xml#x"), "word/document.xml");
    }
}
