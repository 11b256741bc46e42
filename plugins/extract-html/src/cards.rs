//! The list that a page is: cards that lead to products, articles or courses, many of one kind
//! beside each other.
//!
//! A card is a short box with a link and, beside its words, a picture, a price or a teaser. What
//! has a link only is a menu.

use crate::dom::Page;
use crate::measure::Measure;
use crate::names::Hints;
use crate::tags::{Classes, Tag};

/// A card has so many letters.
const LETTERS: std::ops::RangeInclusive<u32> = 8..=900;
/// Beside its links a card without a picture has at least so many: a price, a date, a teaser.
const BESIDE_LINKS: u32 = 10;
/// So many beside each other are a row of cards.
const ROW: u32 = 3;
/// So many on a page are a list.
const FEWEST: u32 = 5;
/// What lies around nearly all cards has so many hundredths of their letters.
const NEARLY_ALL: u64 = 80;

/// The cards of a page.
#[derive(Debug, Clone, Copy)]
pub struct Cards {
    /// What lies around nearly all of them, and around nothing else if possible.
    pub list: u32,
    /// How many letters they have together.
    pub chars: u32,
}

impl Cards {
    /// Finds the cards in a part of a page, outside of what its names say is beside the text.
    pub fn find(page: &Page, measures: &[Measure], part: u32) -> Option<Cards> {
        let mut rows = Vec::new();
        let (mut cards, mut chars) = (0, 0);
        let all = measures[part as usize].chars;
        let mut index = part;
        while index < page.nodes[part as usize].end {
            let node = &page.nodes[index as usize];
            let is_beside =
                node.hints.any(Hints::BOILERPLATE) && measures[index as usize].chars * 2 <= all;
            if is_beside && index > part {
                index = node.end;
                continue;
            }
            let mut row = (0, 0);
            for child in page.children(index).filter(|it| is_card(page, measures, *it)) {
                row = (row.0 + 1, row.1 + measures[child as usize].chars);
            }
            if row.0 < ROW {
                index += 1;
                continue;
            }
            rows.push((index, chars));
            cards += row.0;
            chars += row.1;
            index = node.end;
        }
        (cards >= FEWEST).then(|| Cards { list: around(page, &rows, part, chars), chars })
    }
}

fn is_card(page: &Page, measures: &[Measure], index: u32) -> bool {
    let (node, measure) = (&page.nodes[index as usize], &measures[index as usize]);
    let is_box = node.tag == Tag::Link
        || node.tag == Tag::Inline
        || node.tag.is_block()
            && !node.tag.is(Classes::HEADING)
            && !matches!(node.tag, Tag::Paragraph | Tag::Quotation | Tag::Preformatted);
    is_box
        && LETTERS.contains(&measure.chars)
        && (node.tag == Tag::Link || measure.links > 0)
        && !node.hints.any(Hints::BOILERPLATE)
        && (measure.images > 0 || measure.chars >= measure.linked.saturating_add(BESIDE_LINKS))
}

/// The innermost element around nearly all rows: each comes with the letters of those before it,
/// and there are so many in all.
fn around(page: &Page, rows: &[(u32, u32)], part: u32, chars: u32) -> u32 {
    let before = |index: u32| {
        let at = rows.partition_point(|(row, _)| *row < index);
        rows.get(at).map_or(chars, |(_, before)| *before)
    };
    let holds_nearly_all = |index: &u32| {
        let inner = before(page.nodes[*index as usize].end) - before(*index);
        u64::from(inner) * 100 >= u64::from(chars) * NEARLY_ALL
    };
    let mut here = part;
    while let Some(inner) = page.children(here).find(holds_nearly_all) {
        here = inner;
    }
    here
}
