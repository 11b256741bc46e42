//! Writes a text together with its marks, in one layout whatever format the document came from.

mod composer;

use crate::{Document, Mark, Span};

pub use composer::Composer;

/// The most marks of a document; past them structure is lost, not text. An article has a few
/// hundred, a long report some thousands.
const MAX_MARKS: usize = 50_000;
/// How many elements may lie in each other; what is deeper keeps its text and has no marks of its
/// own.
const MAX_DEPTH: usize = 64;
/// The most empty cells that are written before a cell with a text: sheets declare thousands of
/// columns and fill a few.
const MAX_EMPTY_CELLS: usize = 256;

/// What can be begun in a [`Writer`], with the mark that it leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element<'a> {
    /// `heading` with its `level`, from 1 (the title) to 6; others are brought into that range.
    Heading(u8),
    /// `paragraph`. Text that lies in no other block gets one by itself.
    Paragraph,
    /// `item` of a list. Lists lie in items of other lists.
    Item,
    /// `quotation`, around paragraphs and other blocks.
    Quotation,
    /// `code` with its own lines: spaces and line feeds in it stay as they are.
    CodeBlock,
    /// `table`.
    Table,
    /// `row` of a table, a line of the text.
    Row,
    /// `cell` of a row; a tab stands between two cells, empty ones included.
    Cell,
    /// `link` within a line, with where it leads (`href`). The host decides which addresses may be
    /// followed.
    Link(&'a str),
    /// `emphasis` within a line.
    Emphasis,
    /// `code` within a line.
    Code,
}

impl Element<'_> {
    fn kind(self) -> &'static str {
        match self {
            Element::Heading(_) => "heading",
            Element::Paragraph => "paragraph",
            Element::Item => "item",
            Element::Quotation => "quotation",
            Element::CodeBlock | Element::Code => "code",
            Element::Table => "table",
            Element::Row => "row",
            Element::Cell => "cell",
            Element::Link(_) => "link",
            Element::Emphasis => "emphasis",
        }
    }

    fn is_inline(self) -> bool {
        matches!(self, Element::Link(_) | Element::Emphasis | Element::Code)
    }

    /// Whether text in it belongs to it, and not to a paragraph.
    fn holds_text(self) -> bool {
        matches!(
            self,
            Element::Heading(_) | Element::Item | Element::CodeBlock | Element::Row | Element::Cell
        )
    }

    /// The white space around it: 2 an empty line, 1 a new line, 0 none.
    fn gap(self) -> u8 {
        match self {
            Element::Item | Element::Row => 1,
            Element::Cell => 0,
            _ if self.is_inline() => 0,
            _ => 2,
        }
    }

    fn mark(self, start: usize) -> Mark {
        let mark = Mark::new(self.kind(), Span::new(start, start));
        match self {
            Element::Heading(level) => mark.with("level", level.clamp(1, 6)),
            Element::Link(href) => mark.with("href", href),
            _ => mark,
        }
    }
}

/// An element that has been begun.
#[derive(Debug, Clone, Copy)]
struct Open {
    kind: &'static str,
    gap: u8,
    holds_text: bool,
    is_inline: bool,
    /// The index of its mark, if it has one.
    mark: Option<usize>,
    /// How many cells the row has so far.
    cells: usize,
}

/// Writes a document: its words and what they are.
///
/// Every format that has headings, lists and tables gives the same text and the same marks with it:
/// an empty line between blocks, a line for an item and a row, a tab between cells; white space
/// within a line is one space, soft hyphens and zero-width spaces vanish. Elements without a text
/// leave no mark.
///
/// ```
/// use docmill_plugin::structure::{Element, Writer};
///
/// let mut writer = Writer::new();
/// writer.element(Element::Heading(1), "La  crue");
/// writer.begin(Element::Item);
/// writer.write("L’eau ");
/// writer.element(Element::Emphasis, "monte");
/// writer.end();
/// let document = writer.into_document();
/// assert_eq!(document.text, "La crue\n\nL’eau monte");
/// let kinds: Vec<_> = document.marks.iter().map(|mark| mark.kind.as_str()).collect();
/// assert_eq!(kinds, ["heading", "item", "emphasis"]);
/// ```
#[derive(Debug, Default)]
pub struct Writer {
    text: String,
    marks: Vec<Mark>,
    open: Vec<Open>,
    /// Marks of elements that have no letter yet, by their index, outer ones first.
    waiting: Vec<usize>,
    /// The mark of the paragraph that began by itself.
    paragraph: Option<Option<usize>>,
    /// The line feeds, cell boundaries and space that are owed before the next word.
    gap: u8,
    tabs: usize,
    space: bool,
    /// How many elements are open below the deepest that is remembered.
    deeper: usize,
}

impl Writer {
    /// An empty document.
    pub fn new() -> Writer {
        Writer::default()
    }

    /// The length of the text so far, in bytes: the place of an aside that stands here.
    pub fn len(&self) -> usize {
        self.text.trim_end().len()
    }

    /// Whether there are no words yet.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The last letter, if the next words go on right behind it.
    pub fn last(&self) -> Option<char> {
        let goes_on = self.gap == 0 && self.tabs == 0 && !self.space && self.waiting.is_empty();
        self.text.chars().next_back().filter(|_| goes_on)
    }

    /// Begins an element, which lasts until the [`Writer::end`] that belongs to it.
    pub fn begin(&mut self, element: Element<'_>) {
        if self.open.len() >= MAX_DEPTH {
            self.deeper += 1;
            self.boundary(element.gap());
            return;
        }
        let is_inline = element.is_inline();
        if !is_inline && element != Element::Cell {
            self.boundary(element.gap());
        }
        let in_cell = self.is_within("cell");
        match element {
            Element::Row if !in_cell => self.tabs = 0,
            Element::Cell if !in_cell => self.begin_cell(),
            _ => {}
        }
        // In a cell, everything is one line: what would be a block there is its words.
        let has_mark = element != Element::Paragraph && (is_inline || !in_cell);
        let mark = (has_mark && self.marks.len() < MAX_MARKS).then(|| {
            self.marks.push(element.mark(usize::MAX));
            self.waiting.push(self.marks.len() - 1);
            self.marks.len() - 1
        });
        self.open.push(Open {
            kind: element.kind(),
            gap: element.gap(),
            holds_text: element.holds_text(),
            is_inline,
            mark,
            cells: 0,
        });
    }

    /// Ends the element that was begun last; without one, nothing happens.
    pub fn end(&mut self) {
        if self.deeper > 0 {
            self.deeper -= 1;
            self.boundary(1);
            return;
        }
        let Some(open) = self.open.pop() else { return };
        if !open.is_inline {
            self.end_paragraph();
        }
        self.end_mark(open.mark);
        if !open.is_inline && open.kind != "cell" {
            self.boundary(open.gap);
        }
        if open.kind == "row" {
            self.tabs = 0;
        }
    }

    /// A whole element with these words.
    pub fn element(&mut self, element: Element<'_>, words: &str) {
        self.begin(element);
        self.write(words);
        self.end();
    }

    /// Adds words. Spaces at either end count: `write("a "); write("b")` gives `a b`.
    pub fn write(&mut self, words: &str) {
        let is_code = self.open.iter().any(|open| open.kind == "code" && !open.is_inline);
        let keeps_lines = is_code && !self.is_within("cell");
        let mut rest = words;
        while let Some(character) = rest.chars().next() {
            let mut taken = character.len_utf8();
            if character.is_whitespace() || character.is_control() {
                if keeps_lines && self.waiting.is_empty() && self.gap == 0 {
                    self.write_blank(character);
                } else {
                    self.space = true;
                }
            } else if is_invisible(character) {
                // Says only where a line may be broken.
            } else {
                taken = rest
                    .find(|it: char| it.is_whitespace() || it.is_control() || is_invisible(it))
                    .unwrap_or(rest.len());
                self.begin_words();
                self.text.push_str(&rest[..taken]);
            }
            rest = &rest[taken..];
        }
    }

    /// Begins a new line within a block; in a heading or a cell, which have one line, it is a
    /// space.
    pub fn line_break(&mut self) {
        let is_one_line = (self.open.iter()).any(|open| matches!(open.kind, "heading" | "cell"));
        if is_one_line {
            self.space = true;
        } else if !self.text.is_empty() {
            self.gap = self.gap.max(1);
            self.space = false;
        }
    }

    /// Adds a mark of one's own, such as `page` with its `label`, over bytes of the text as
    /// [`Writer::len`] counts them. It is made to begin and end with a word, and left out where it
    /// holds none.
    pub fn add(&mut self, mark: Mark) {
        if self.marks.len() < MAX_MARKS {
            self.marks.push(mark);
        }
    }

    /// The text and its marks, ordered by start, outer before inner. Open elements end here.
    pub fn finish(mut self) -> (String, Vec<Mark>) {
        while !self.open.is_empty() || self.deeper > 0 {
            self.end();
        }
        self.end_paragraph();
        self.text.truncate(self.text.trim_end().len());
        let text = self.text;
        let trimmed = |span: Span| {
            let range = (span.start as usize).min(text.len())..(span.end as usize).min(text.len());
            let words = text.get(range.clone())?;
            let start = range.start + (words.len() - words.trim_start().len());
            let end = range.start + words.trim_end().len();
            (start < end).then(|| Span::new(start, end))
        };
        let mut marks: Vec<Mark> = (self.marks.into_iter())
            .filter_map(|mark| trimmed(mark.span).map(|span| Mark { span, ..mark }))
            .collect();
        // Stable: of two elements around the same words the one begun first is the outer one.
        marks.sort_by_key(|mark| (mark.span.start, std::cmp::Reverse(mark.span.end)));
        (text, marks)
    }

    /// A document of the text and its marks.
    pub fn into_document(self) -> Document {
        let (text, marks) = self.finish();
        Document { text, language: None, attributes: Vec::new(), marks }
    }

    fn is_within(&self, kind: &str) -> bool {
        self.open.iter().any(|open| open.kind == kind)
    }

    /// Ends the line (1) or the paragraph (2), as far as what lies around allows.
    fn boundary(&mut self, gap: u8) {
        if gap == 0 {
            return;
        }
        if self.is_within("cell") {
            self.space = true;
            return;
        }
        self.end_paragraph();
        let gap = if self.is_within("item") { gap.min(1) } else { gap };
        self.gap = self.gap.max(gap);
        self.space = false;
    }

    fn begin_cell(&mut self) {
        self.end_paragraph();
        self.space = false;
        if let Some(row) = self.open.iter_mut().rfind(|open| open.kind == "row") {
            self.tabs += usize::from(row.cells > 0);
            row.cells += 1;
        }
    }

    fn begin_words(&mut self) {
        let is_held = self.open.iter().any(|open| open.holds_text);
        if !is_held && self.paragraph.is_none() {
            self.begin_paragraph();
        }
        let is_first = self.text.is_empty();
        if !is_first && self.gap > 0 {
            self.text.truncate(self.text.trim_end().len());
            self.text.push_str(if self.gap > 1 { "\n\n" } else { "\n" });
        } else if !is_first && self.tabs == 0 && self.space && !self.text.ends_with(['\n', '\t']) {
            self.text.push(' ');
        }
        (self.gap, self.space) = (0, false);
        let mut waiting = std::mem::take(&mut self.waiting);
        if self.tabs > 0 {
            // A row begins with its first cell, be that empty; what lies in a cell begins with the
            // words of it.
            let of_cell = waiting
                .iter()
                .position(|index| !matches!(self.marks[*index].kind.as_str(), "table" | "row"))
                .unwrap_or(waiting.len());
            self.start(waiting.drain(..of_cell));
            // A text does not begin with white space.
            let tabs = if is_first { 0 } else { self.tabs.min(MAX_EMPTY_CELLS) };
            self.text.extend(std::iter::repeat_n('\t', tabs));
            self.tabs = 0;
        }
        self.start(waiting.into_iter());
    }

    fn start(&mut self, waiting: impl Iterator<Item = usize>) {
        let at = Span::new(self.text.len(), self.text.len());
        for index in waiting {
            self.marks[index].span = at;
        }
    }

    fn begin_paragraph(&mut self) {
        let mark = (self.marks.len() < MAX_MARKS).then(|| {
            self.marks.push(Element::Paragraph.mark(usize::MAX));
            // Links and emphasis that wait lie within it.
            let outer = self.waiting.iter().position(|index| {
                matches!(self.marks[*index].kind.as_str(), "link" | "emphasis" | "code")
            });
            self.waiting.insert(outer.unwrap_or(self.waiting.len()), self.marks.len() - 1);
            self.marks.len() - 1
        });
        self.paragraph = Some(mark);
    }

    fn end_paragraph(&mut self) {
        if let Some(mark) = self.paragraph.take() {
            self.end_mark(mark);
        }
    }

    fn end_mark(&mut self, mark: Option<usize>) {
        let Some(index) = mark else { return };
        // One that never got a letter covers nothing and goes in the end.
        self.waiting.retain(|waiting| *waiting != index);
        let start = self.marks[index].span.start;
        self.marks[index].span = Span { start, end: Span::new(0, self.text.len()).end };
    }

    /// White space within code: lines and their indentation stay.
    fn write_blank(&mut self, character: char) {
        match character {
            '\n' => {
                self.text.truncate(self.text.trim_end_matches([' ', '\t']).len());
                self.text.push('\n');
            }
            '\t' => self.text.push('\t'),
            it if it.is_whitespace() && it != '\r' => self.text.push(' '),
            _ => {}
        }
    }
}

/// Whether a character only says where a line may be broken: soft hyphens, zero-width spaces, byte
/// order marks.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests;
