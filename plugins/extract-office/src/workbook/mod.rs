//! Workbooks of Office Open XML (XLSX, ECMA-376 part 1, 18): each sheet a table of what its cells
//! show.

mod beside;
mod formats;
mod rows;
mod strings;

use docmill_office::{DateSystem, Draft, Package, Properties, Relationships};
use docmill_plugin::prelude::*;
use docmill_plugin::structure::Element as Block;

use formats::Formats;
use strings::Strings;

/// The most sheets that are read; a workbook has a few.
const MOST_SHEETS: usize = 4_096;

/// The sheets in a package.
pub fn extract(
    package: &Package<'_>,
    main: &str,
    properties: Properties,
) -> Result<Option<Extracted>, Error> {
    let tree = package.tree(main)?.ok_or_else(|| Error::malformed("its main part is missing"))?;
    let relationships = Relationships::of(package, main);
    let root = tree.root();
    let is_from_1904 = root
        .and_then(|it| it.child("workbookPr")?.attribute("date1904"))
        .is_some_and(|it| matches!(it, "1" | "true"));
    let system = if is_from_1904 { DateSystem::From1904 } else { DateSystem::From1900 };
    let strings = relationships.part("sharedStrings").unwrap_or("xl/sharedStrings.xml");
    let strings = Strings::read(package, strings)?;
    let styles = relationships.part("styles").unwrap_or("xl/styles.xml");
    let formats = Formats::read(package.optional_tree(styles).as_ref(), system);
    let mut draft = Draft::new();
    let sheets = root.and_then(|it| it.child("sheets"));
    let mut budget = rows::Budget::default();
    for sheet in sheets.into_iter().flat_map(|it| it.elements()).take(MOST_SHEETS) {
        let id = sheet.prefixed_attribute("id").unwrap_or_default();
        let Some(part) = relationships.get(id).filter(|it| !it.is_external) else { continue };
        let beside = beside::Beside::read(package, &part.target);
        let start = draft.writer.len();
        if let Some(name) = sheet.attribute("name") {
            draft.writer.element(Block::Heading(2), name);
        }
        if part.kind == "worksheet" {
            rows::read(
                package,
                &part.target,
                &strings,
                &formats,
                &beside,
                &mut draft,
                &mut budget,
            )?;
        }
        beside.shapes(package, &mut draft);
        let end = draft.writer.len();
        draft.writer.add(
            Mark::new("page", start..end)
                .with("label", sheet.attribute("name").unwrap_or_default()),
        );
    }
    budget.tell();
    Ok(draft.finish(properties, package.damage()))
}
