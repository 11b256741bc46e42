//! How the cells of a workbook show numbers.

use std::collections::BTreeMap;

use docmill_office::{DateSystem, NumberFormat, Tree, general};

/// The most styles of cells.
const MOST: usize = 65_536;

/// The formats of the styles of cells.
#[derive(Debug, Default)]
pub struct Formats {
    by_id: BTreeMap<u16, NumberFormat>,
    /// The format of each style.
    styles: Vec<u16>,
    system: DateSystem,
}

impl Formats {
    /// Reads the part of the styles.
    pub fn read(tree: Option<&Tree>, system: DateSystem) -> Formats {
        let mut formats = Formats { system, ..Formats::default() };
        let Some(root) = tree.and_then(|tree| tree.root()) else { return formats };
        let codes = root.child("numFmts").into_iter().flat_map(|it| it.elements());
        for format in codes.take(MOST) {
            let id = format.attribute("numFmtId").and_then(|it| it.parse().ok());
            if let (Some(id), Some(code)) = (id, format.attribute("formatCode")) {
                formats.by_id.insert(id, NumberFormat::parse(code));
            }
        }
        let styles = root.child("cellXfs").into_iter().flat_map(|it| it.elements());
        let id = |it: docmill_office::Element<'_>| it.attribute("numFmtId")?.parse().ok();
        formats.styles = styles.take(MOST).map(|it| id(it).unwrap_or(0)).collect();
        for id in &formats.styles {
            let format = || NumberFormat::parse(NumberFormat::built_in(*id));
            formats.by_id.entry(*id).or_insert_with(format);
        }
        formats
    }

    fn of(&self, style: usize) -> Option<&NumberFormat> {
        self.by_id.get(self.styles.get(style)?)
    }

    /// A number in a cell of this style.
    pub fn number(&self, value: f64, style: usize) -> String {
        self.of(style).map_or_else(|| general(value), |it| it.show(value, self.system))
    }

    /// A text in a cell of this style.
    pub fn text(&self, text: &str, style: usize) -> String {
        self.of(style).map_or_else(|| text.to_owned(), |it| it.show_text(text))
    }
}
