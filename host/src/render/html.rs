//! A document as a fragment of HTML, in which nothing but its own structure is markup.

use super::blocks::{Block, Passage, blocks};
use super::inline::{Inline, address};
use super::visible::{Characters, Shown, push_escape};
use crate::model::{Document, Span};

/// Renders a document as elements that stand one after the other, with these passages highlighted.
pub(super) fn render(document: &Document, passages: &[Span]) -> String {
    let mut page = Page {
        text: &document.text,
        inline: Inline::of(document),
        highlights: apart(&document.text, passages),
        html: String::new(),
    };
    page.blocks(&blocks(document));
    page.html
}

/// Text as it may stand in an element, or in an attribute within double quotes.
pub fn escaped_html(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    push_text(&mut html, text);
    html
}

struct Page<'a> {
    text: &'a str,
    inline: Inline<'a>,
    /// In order and apart from each other.
    highlights: Vec<Passage>,
    html: String,
}

impl Page<'_> {
    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            self.block(block);
            self.html.push('\n');
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Paragraph(passage) => self.element("p", |page| page.lines(passage)),
            Block::Heading(level, passage) => {
                let name =
                    ["h1", "h2", "h3", "h4", "h5", "h6"][usize::from(*level).clamp(1, 6) - 1];
                self.element(name, |page| page.lines(passage));
            }
            Block::Code(passage) => self.element("pre", |page| {
                page.element("code", |page| page.words(passage.clone()));
            }),
            Block::Quotation(inner) => self.element("blockquote", |page| {
                page.html.push('\n');
                page.blocks(inner);
            }),
            Block::List(items) => self.element("ul", |page| {
                page.html.push('\n');
                for item in items {
                    page.element("li", |page| page.item(item));
                    page.html.push('\n');
                }
            }),
            Block::Table(rows) => self.element("table", |page| {
                page.html.push('\n');
                for row in rows {
                    page.element("tr", |page| {
                        for cell in row {
                            page.element("td", |page| page.lines(cell));
                        }
                    });
                    page.html.push('\n');
                }
            }),
        }
    }

    fn element(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.html.extend(["<", name, ">"]);
        inside(self);
        self.html.extend(["</", name, ">"]);
    }

    /// An item that begins with a paragraph needs no element for it.
    fn item(&mut self, blocks: &[Block]) {
        match blocks {
            [Block::Paragraph(passage), rest @ ..]
                if rest.iter().all(|block| matches!(block, Block::List(_))) =>
            {
                self.lines(passage);
                if !rest.is_empty() {
                    self.html.push('\n');
                    self.blocks(rest);
                }
            }
            _ => {
                self.html.push('\n');
                self.blocks(blocks);
            }
        }
    }

    fn lines(&mut self, passage: &Passage) {
        for stretch in self.inline.stretches(passage.clone()) {
            if let Some(href) = stretch.href {
                self.html.push_str("<a href=\"");
                push_text(&mut self.html, &address(href));
                self.html.push_str("\">");
            }
            let mut emphasised = false;
            for piece in &stretch.pieces {
                if piece.emphasised != emphasised {
                    self.html.push_str(if emphasised { "</em>" } else { "<em>" });
                    emphasised = piece.emphasised;
                }
                if piece.code {
                    self.element("code", |page| page.words(piece.range.clone()));
                } else {
                    let mut start = piece.range.start;
                    for (index, line) in self.text[piece.range.clone()].split('\n').enumerate() {
                        if index > 0 {
                            self.html.push_str("<br>\n");
                        }
                        self.words(start..start + line.len());
                        start += line.len() + 1;
                    }
                }
            }
            if emphasised {
                self.html.push_str("</em>");
            }
            if stretch.href.is_some() {
                self.html.push_str("</a>");
            }
        }
    }
}

impl Page<'_> {
    /// Words of the text, those in a passage that is highlighted as its own element.
    fn words(&mut self, words: Passage) {
        let mut next = self.highlights.partition_point(|it| it.end <= words.start);
        let mut at = words.start;
        while let Some(highlight) = self.highlights.get(next).filter(|it| it.start < words.end) {
            let (start, end) = (highlight.start.max(at), highlight.end.min(words.end));
            push_text(&mut self.html, &self.text[at..start]);
            if start >= end {
                break;
            }
            self.html.push_str("<mark>");
            push_text(&mut self.html, &self.text[start..end]);
            self.html.push_str("</mark>");
            (at, next) = (end, next + 1);
        }
        push_text(&mut self.html, &self.text[at..words.end]);
    }
}

/// Passages of a text that are not empty, in order and none within another.
fn apart(text: &str, passages: &[Span]) -> Vec<Passage> {
    let mut sorted: Vec<Passage> = passages.iter().map(|it| it.range()).collect();
    sorted.retain(|it| text.get(it.clone()).is_some_and(|words| !words.is_empty()));
    sorted.sort_by_key(|it| (it.start, it.end));
    let mut apart: Vec<Passage> = Vec::new();
    for passage in sorted {
        match apart.last_mut() {
            Some(last) if passage.start <= last.end => last.end = last.end.max(passage.end),
            _ => apart.push(passage),
        }
    }
    apart
}

fn push_text(html: &mut String, text: &str) {
    for character in Characters::of(text) {
        match character {
            Shown::Plain('&') => html.push_str("&amp;"),
            Shown::Plain('<') => html.push_str("&lt;"),
            Shown::Plain('>') => html.push_str("&gt;"),
            Shown::Plain('"') => html.push_str("&quot;"),
            Shown::Plain('\'') => html.push_str("&#39;"),
            Shown::Plain(character) => html.push(character),
            Shown::Escape(character) => push_escape(html, character),
        }
    }
}
