//! Marks as a tree of blocks, in which every piece of the text stands exactly once and in its
//! order.

use std::cmp::Reverse;
use std::ops::Range;

use crate::model::{Document, Mark};

/// How deep blocks may lie in each other. Deeper marks are left out: what is indented by each of
/// thousands of marks would be far longer than its text.
const DEEPEST: usize = 16;

/// A passage of the text: a range of bytes that begins and ends with something to see.
pub(super) type Passage = Range<usize>;

/// A piece of the structure of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    /// Lines of text without an empty one between them.
    Paragraph(Passage),
    /// A heading of a level from 1 to 6.
    Heading(u8, Passage),
    /// Lines that are shown as they are.
    Code(Passage),
    /// What somebody else says.
    Quotation(Vec<Block>),
    /// The items of a list, none of them empty.
    List(Vec<Vec<Block>>),
    /// The rows of a table, each with its cells; a cell may be empty, a table has one that is not.
    Table(Vec<Vec<Passage>>),
}

/// The blocks of a document.
pub(super) fn blocks(document: &Document) -> Vec<Block> {
    let mut found = Vec::new();
    contents(&document.text, &tree(document), &mut found);
    found
}

/// The marks whose spans fit the text, outer ones before inner ones. A contract asks plugins for
/// this; here nothing depends on it.
pub(super) fn sorted(document: &Document) -> Vec<(&Mark, Range<usize>)> {
    let mut marks: Vec<_> = (document.marks.iter())
        .map(|mark| (mark, mark.span.range()))
        .filter(|(_, range)| document.text.get(range.clone()).is_some_and(|text| !text.is_empty()))
        .collect();
    marks.sort_by_key(|(_, range)| (range.start, Reverse(range.end)));
    marks
}

/// Whether a mark of code that lies in the text like this is a block of its own, and no words in a
/// line.
pub(super) fn is_code_block(text: &str, range: &Range<usize>) -> bool {
    let begins_line = text[..range.start].trim_end_matches([' ', '\t']);
    let ends_line = text[range.end..].trim_start_matches([' ', '\t']);
    (begins_line.is_empty() || begins_line.ends_with('\n'))
        && (ends_line.is_empty() || ends_line.starts_with('\n'))
}

/// The part of a range that begins and ends with something to see, or `None` if there is nothing.
pub(super) fn trimmed(text: &str, range: Range<usize>) -> Option<Passage> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    let end = range.start + part.trim_end().len();
    (start < end).then_some(start..end)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Heading(u8),
    /// A paragraph, and whatever else stands apart from what surrounds it.
    Group,
    Item,
    Quotation,
    Table,
    Row,
    Cell,
    Code,
}

impl Kind {
    fn of(mark: &Mark) -> Option<Kind> {
        Some(match mark.kind.as_str() {
            "heading" => {
                let level = mark.attributes.iter().find(|attribute| attribute.name == "level");
                let level = level.and_then(|it| it.value.parse::<u8>().ok()).unwrap_or(2);
                Kind::Heading(level.clamp(1, 6))
            }
            "paragraph" | "caption" => Kind::Group,
            "item" => Kind::Item,
            "quotation" => Kind::Quotation,
            "table" => Kind::Table,
            "row" => Kind::Row,
            "cell" => Kind::Cell,
            "code" => Kind::Code,
            // Text flows from one page to the next, and of other kinds nothing is known.
            _ => return None,
        })
    }

    fn may_hold(self, inner: Kind) -> bool {
        match self {
            Kind::Group | Kind::Item | Kind::Quotation => true,
            Kind::Table => inner == Kind::Row,
            Kind::Row => inner == Kind::Cell,
            Kind::Heading(_) | Kind::Cell | Kind::Code => false,
        }
    }
}

struct Node {
    kind: Kind,
    range: Range<usize>,
    children: Vec<Node>,
}

fn tree(document: &Document) -> Node {
    let text = &document.text;
    let mut open = vec![Node { kind: Kind::Group, range: 0..text.len(), children: Vec::new() }];
    let close = |open: &mut Vec<Node>| {
        if let (Some(node), Some(outer)) = (open.pop(), open.last_mut()) {
            outer.children.push(node);
        }
    };
    for (mark, mut range) in sorted(document) {
        let Some(kind) = Kind::of(mark) else { continue };
        while open.len() > 1 && open[open.len() - 1].range.end <= range.start {
            close(&mut open);
        }
        let outer = &open[open.len() - 1];
        if open.len() > DEEPEST || !outer.kind.may_hold(kind) {
            continue;
        }
        if kind == Kind::Code {
            let is_in_line = open.len() > 1 && outer.kind != Kind::Quotation;
            let has_lines = text[range.clone()].contains('\n');
            if !is_code_block(text, &range) || (is_in_line && !has_lines) {
                continue;
            }
        }
        // Of marks that cross, the later one ends with the earlier one.
        range.end = range.end.min(outer.range.end);
        open.push(Node { kind, range, children: Vec::new() });
    }
    while open.len() > 1 {
        close(&mut open);
    }
    open.swap_remove(0)
}

/// Adds what stands in a node to `found`: its children, and the paragraphs before, between and
/// after them.
fn contents(text: &str, node: &Node, found: &mut Vec<Block>) {
    let mut shown = node.range.start;
    for child in &node.children {
        paragraphs(text, shown..child.range.start, found);
        shown = child.range.end;
        let passage = trimmed(text, child.range.clone());
        match child.kind {
            Kind::Heading(level) => found.extend(passage.map(|it| Block::Heading(level, it))),
            Kind::Code => found.extend(passage.map(|it| Block::Code(from_line_start(text, it)))),
            Kind::Group | Kind::Cell => contents(text, child, found),
            Kind::Quotation => {
                let mut inner = Vec::new();
                contents(text, child, &mut inner);
                found.extend((!inner.is_empty()).then_some(Block::Quotation(inner)));
            }
            Kind::Item => {
                let mut item = Vec::new();
                contents(text, child, &mut item);
                match found.last_mut() {
                    _ if item.is_empty() => {}
                    Some(Block::List(items)) => items.push(item),
                    _ => found.push(Block::List(vec![item])),
                }
            }
            Kind::Table => {
                let rows = rows(text, child);
                found.extend((!rows.is_empty()).then_some(Block::Table(rows)));
            }
            // A row without its table.
            Kind::Row => match (cells(text, child), found.last_mut()) {
                (None, _) => {}
                (Some(row), Some(Block::Table(rows))) => rows.push(row),
                (Some(row), _) => found.push(Block::Table(vec![row])),
            },
        }
    }
    paragraphs(text, shown..node.range.end, found);
}

/// Adds the paragraphs of a passage that no mark divides: empty lines do.
fn paragraphs(text: &str, range: Range<usize>, found: &mut Vec<Block>) {
    let mut start = range.start;
    let mut end = start;
    for line in text[range].split_inclusive('\n') {
        if line.trim().is_empty() {
            found.extend(trimmed(text, start..end).map(Block::Paragraph));
            start = end + line.len();
        }
        end += line.len();
    }
    found.extend(trimmed(text, start..end).map(Block::Paragraph));
}

/// The indentation of the first line belongs to it, if nothing else stands there.
fn from_line_start(text: &str, passage: Passage) -> Passage {
    let indented = text[..passage.start].trim_end_matches([' ', '\t']);
    let is_first = indented.is_empty() || indented.ends_with('\n');
    if is_first { indented.len()..passage.end } else { passage }
}

/// The rows of a table; what stands between marked ones gives one row a line.
fn rows(text: &str, table: &Node) -> Vec<Vec<Passage>> {
    let mut found = Vec::new();
    let lines = |range: Range<usize>, found: &mut Vec<_>| {
        let mut start = range.start;
        for line in text[range].split_inclusive('\n') {
            let node =
                Node { kind: Kind::Row, range: start..start + line.len(), children: Vec::new() };
            found.extend(cells(text, &node));
            start += line.len();
        }
    };
    let mut shown = table.range.start;
    for row in &table.children {
        lines(shown..row.range.start, &mut found);
        found.extend(cells(text, row));
        shown = row.range.end;
    }
    lines(shown..table.range.end, &mut found);
    found
}

/// The cells of a row, if one of them has a text. Tabs stand between them, so that those without a
/// text, which have no mark, count.
fn cells(text: &str, row: &Node) -> Option<Vec<Passage>> {
    let mut found: Vec<Passage> = Vec::new();
    let mut shown = row.range.start;
    for cell in &row.children {
        let between = shown..cell.range.start;
        shown = cell.range.end;
        gap(text, between, &mut found);
        // The tab before this cell has made room for it.
        match (found.last(), trimmed(text, cell.range.clone())) {
            (Some(room), Some(passage)) if room.is_empty() => {
                found.pop();
                found.push(passage);
            }
            (_, Some(passage)) => found.push(passage),
            (_, None) => {}
        }
    }
    gap(text, shown..row.range.end, &mut found);
    while found.last().is_some_and(|cell| cell.is_empty()) {
        found.pop();
    }
    (!found.is_empty()).then_some(found)
}

/// Adds what stands outside of marked cells: a cell for every tab, and one for words before the
/// first of them.
fn gap(text: &str, range: Range<usize>, found: &mut Vec<Passage>) {
    let mut start = range.start;
    for (index, part) in text[range].split('\t').enumerate() {
        let cell = trimmed(text, start..start + part.len());
        match (index, cell) {
            (0, cell) => found.extend(cell),
            (_, cell) => {
                if found.is_empty() {
                    // The row begins with a cell that has no text.
                    found.push(start..start);
                }
                found.push(cell.unwrap_or(start..start));
            }
        }
        start += part.len() + 1;
    }
}
