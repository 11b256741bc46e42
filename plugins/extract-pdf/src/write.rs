//! Blocks written down: their words joined as they are read, with marks, and what is not text as
//! asides where it stood.

use std::collections::BTreeMap;
use std::rc::Rc;

use docmill_plugin::structure::{Element, Writer};
use docmill_plugin::{Aside, Attribute, Mark};

use crate::blocks::{Block, item_sign};
use crate::rows::Row;
use crate::tables::Table;
use crate::words::is_ideograph;

/// The words that decide how a word goes on that a line ends in: `true` where the document has it
/// elsewhere.
pub type Vocabulary = BTreeMap<String, bool>;

/// A document while it is written.
pub struct Text<'v> {
    writer: Writer,
    asides: Vec<Aside>,
    vocabulary: &'v Vocabulary,
    /// The element that is open, whose last line ended so.
    open: Option<Ending>,
}

/// How what was written last ended.
enum Ending {
    /// Within a word that goes on in the next line.
    Within,
    /// After a word.
    Word,
}

impl<'v> Text<'v> {
    /// An empty document.
    pub fn new(vocabulary: &'v Vocabulary) -> Text<'v> {
        Text { writer: Writer::new(), asides: Vec::new(), vocabulary, open: None }
    }

    /// Where the text is, in bytes.
    pub fn len(&self) -> usize {
        self.writer.len()
    }

    /// Adds what stands here and is not text.
    pub fn aside(&mut self, kind: &str, text: String, attributes: Vec<Attribute>) {
        let position = u32::try_from(self.writer.len()).unwrap_or(u32::MAX);
        self.asides.push(Aside { kind: kind.to_owned(), text, position, attributes });
    }

    /// Adds a mark over what was written from `start` on.
    pub fn mark(&mut self, mark: Mark) {
        self.writer.add(mark);
    }

    /// Writes a block. If `goes_on`, it is the rest of the paragraph that was written last;
    /// `follows` is the first word of its own rest.
    pub fn block(
        &mut self,
        block: &Block,
        level: u8,
        goes_on: bool,
        follows: Option<&str>,
        tables: &[Table],
    ) {
        if !goes_on {
            self.close();
        }
        match block {
            Block::Paragraph(rows) => {
                if self.open.is_none() {
                    self.writer.begin(Element::Paragraph);
                }
                self.lines(rows, 0, follows);
            }
            Block::Heading(rows, _) => {
                self.writer.begin(Element::Heading(level));
                self.lines(rows, 0, follows);
                self.close();
            }
            Block::Item(rows) => {
                self.writer.begin(Element::Item);
                let is_sign = rows.first().and_then(item_sign).unwrap_or(false);
                self.lines(rows, usize::from(is_sign), follows);
            }
            Block::Footnote(rows) => {
                let mut note = Text::new(self.vocabulary);
                note.lines(rows, 0, None);
                self.aside("footnote", note.finish().0.text, Vec::new());
            }
            Block::Cells(cells) => self.cells(cells),
            Block::Ruled(number) => {
                if let Some(table) = tables.get(*number) {
                    self.cells(&table.cells);
                }
            }
        }
    }

    /// Ends the element that is open.
    pub fn close(&mut self) {
        if self.open.take().is_some() {
            self.writer.end();
        }
    }

    fn cells(&mut self, cells: &[Vec<Vec<Row>>]) {
        self.writer.begin(Element::Table);
        for row in cells {
            self.writer.begin(Element::Row);
            for cell in row {
                self.writer.begin(Element::Cell);
                self.lines(cell, 0, None);
                self.open = None;
                self.writer.end();
            }
            self.writer.end();
        }
        self.writer.end();
    }

    /// Writes rows as one line, but for the first words of the first.
    fn lines(&mut self, rows: &[Row], skipped: usize, rest: Option<&str>) {
        let mut link: Option<Rc<str>> = None;
        let mut before = self.open.take();
        for (index, row) in rows.iter().enumerate() {
            let skipped = if index == 0 { skipped } else { 0 };
            let mut gap = match before.take() {
                None | Some(Ending::Within) => false,
                Some(Ending::Word) => true,
            };
            let reading = row.reading();
            let words = &reading[skipped.min(reading.len())..];
            for (at, word) in words.iter().enumerate() {
                if word.link != link {
                    if link.is_some() {
                        self.writer.end();
                    }
                    if gap {
                        self.writer.write(" ");
                        gap = false;
                    }
                    if let Some(address) = &word.link {
                        self.writer.begin(Element::Link(address));
                    }
                    link.clone_from(&word.link);
                }
                if gap {
                    self.writer.write(" ");
                }
                let next = words.get(at + 1);
                if next.is_none() {
                    let next_line = rows.get(index + 1).and_then(|it| it.words.first());
                    let is_last = index + 1 == rows.len();
                    let follows =
                        next_line.map(|it| it.text.as_str()).or(if is_last { rest } else { None });
                    let (text, ending) = self.at_line_end(&word.text, follows);
                    self.writer.write(text);
                    before = Some(ending);
                    break;
                }
                self.writer.write(&word.text);
                gap = next.is_some_and(|it| !word.continues_in(it));
            }
        }
        if link.is_some() {
            self.writer.end();
        }
        self.open = Some(before.unwrap_or(Ending::Word));
    }

    /// A word at the end of a line, without its hyphen if the next line goes on with it.
    fn at_line_end<'t>(&self, text: &'t str, follows: Option<&str>) -> (&'t str, Ending) {
        if let (Some(last), Some(first)) =
            (text.chars().next_back(), follows.and_then(|it| it.chars().next()))
            && is_ideograph(last)
            && is_ideograph(first)
        {
            return (text, Ending::Within);
        }
        let Some(head) = text.strip_suffix(['-', '\u{2010}', '\u{ad}']) else {
            return (text, Ending::Word);
        };
        let is_word = head.chars().next_back().is_some_and(char::is_alphabetic);
        let follows = follows.filter(|it| it.chars().next().is_some_and(char::is_lowercase));
        let Some(follows) = follows.filter(|_| is_word) else { return (text, Ending::Word) };
        let (joined, hyphenated) =
            (joined(head, follows), format!("{}-{}", lower(head), lower(follows)));
        let has = |word: &str| self.vocabulary.get(word).copied().unwrap_or(false);
        match has(&hyphenated) && !has(&joined) {
            true => (text, Ending::Within),
            false => (head, Ending::Within),
        }
    }

    /// The text, its marks and its asides.
    pub fn finish(mut self) -> (docmill_plugin::Document, Vec<Aside>) {
        self.close();
        let document = self.writer.into_document();
        for aside in &mut self.asides {
            aside.position = aside.position.min(document.text.len() as u32);
        }
        (document, self.asides)
    }
}

/// Adds both ways in which words may be meant that lines of these rows end in.
pub fn doubts(rows: &[Row], vocabulary: &mut Vocabulary) {
    for pair in rows.windows(2) {
        let (Some(last), Some(first)) = (pair[0].words.last(), pair[1].words.first()) else {
            continue;
        };
        let Some(head) = last.text.strip_suffix(['-', '\u{2010}']) else { continue };
        if vocabulary.len() < 100_000 {
            vocabulary.insert(joined(head, &first.text), false);
            vocabulary.insert(format!("{}-{}", lower(head), lower(&first.text)), false);
        }
    }
}

/// Says of the words of a row that the document has them.
pub fn known(rows: &[Row], vocabulary: &mut Vocabulary) {
    if vocabulary.is_empty() {
        return;
    }
    for word in rows.iter().flat_map(|it| &it.words) {
        if let Some(found) = vocabulary.get_mut(&lower(&word.text)) {
            *found = true;
        }
    }
}

fn joined(head: &str, rest: &str) -> String {
    lower(head) + &lower(rest)
}

fn lower(word: &str) -> String {
    word.trim_matches(|it: char| !it.is_alphanumeric()).replace('\u{2010}', "-").to_lowercase()
}
