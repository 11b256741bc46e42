//! The styles of a DOC (MS-DOC, 2.9.271).

use crate::bytes::{slice, u16_at, utf_16};
use crate::paragraphs::{Kind, by_name};

/// The most styles of a document, as the format has it.
const MOST: usize = 0x0ffe;
/// How many styles one may be based on, one after the other.
const DEEPEST: usize = 16;

#[derive(Debug, Default, Clone)]
struct Style {
    kind: Option<Kind>,
    based_on: usize,
}

/// Styles by their numbers.
#[derive(Debug, Default)]
pub struct Styles {
    styles: Vec<Style>,
}

impl Styles {
    /// Reads the sheet of styles, as far as it is right.
    pub fn read(sheet: &[u8]) -> Styles {
        let mut styles = Styles::default();
        styles.fill(sheet);
        styles
    }

    fn fill(&mut self, sheet: &[u8]) -> Option<()> {
        let head = usize::from(u16_at(sheet, 0)?);
        let info = slice(sheet, 2, head)?;
        let (count, base) = (usize::from(u16_at(info, 0)?), usize::from(u16_at(info, 2)?));
        let mut at = 2 + head;
        for _ in 0..count.min(MOST) {
            let length = usize::from(u16_at(sheet, at)?);
            let style = slice(sheet, at + 2, length)?;
            self.styles.push(read(style, base).unwrap_or_default());
            at += 2 + length;
        }
        Some(())
    }

    /// What a paragraph of this style is, if the style says so.
    pub fn kind(&self, number: usize) -> Option<Kind> {
        let mut number = number;
        for _ in 0..DEEPEST {
            let style = self.styles.get(number)?;
            if style.kind.is_some() {
                return style.kind;
            }
            number = style.based_on;
        }
        None
    }
}

fn read(style: &[u8], base: usize) -> Option<Style> {
    let known = u16_at(style, 0)? & 0x0fff;
    let based_on = usize::from(u16_at(style, 2)? >> 4);
    let length = usize::from(u16_at(style, base)?);
    let name = slice(style, base + 2, length * 2).map(utf_16).unwrap_or_default().to_lowercase();
    let kind = match known {
        1..=9 => Some(Kind::Heading(known as u8)),
        62 => Some(Kind::Heading(1)),
        _ => by_name(name.split(',').next().unwrap_or_default()),
    };
    Some(Style { kind, based_on })
}
