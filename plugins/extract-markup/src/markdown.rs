//! Markdown: CommonMark with the tables, notes and tasks of GitHub, definitions, formulas, and
//! front matter.

use docmill_plugin::structure::Element;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::front_matter;
use crate::html::Html;
use crate::page::Page;

/// Writes a whole text, with what it says of itself above its first line.
pub fn write_document(page: &mut Page, text: &str) {
    let options = Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS;
    write_with(page, text, options);
}

/// Writes a passage.
pub fn write(page: &mut Page, text: &str) {
    write_with(page, text, Options::empty());
}

fn write_with(page: &mut Page, text: &str, more: Options) {
    let options = more
        | Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_MATH
        | Options::ENABLE_GFM
        | Options::ENABLE_DEFINITION_LIST;
    let mut writing = Writing::default();
    for event in Parser::new_ext(text, options) {
        writing.event(page, event);
    }
    writing.html.finish(page);
}

#[derive(Debug, Default)]
struct Writing {
    html: Html,
    /// HTML over several lines.
    block: Option<String>,
    /// Front matter that is being read.
    front: Option<String>,
    /// Notes that are open, by their names.
    notes: Vec<String>,
    /// Whether each link that is open has a mark.
    links: Vec<bool>,
    /// How many struck passages are open.
    struck: usize,
}

impl Writing {
    fn event(&mut self, page: &mut Page, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(page, tag),
            Event::End(tag) => self.end(page, tag),
            Event::Text(text) => match &mut self.front {
                Some(front) => front.push_str(&text),
                None if self.struck == 0 => page.write(&text),
                None => {}
            },
            Event::Code(text) if self.struck == 0 => page.element(Element::Code, &text),
            // How it is typed is all that can be read of a formula.
            Event::InlineMath(text) => page.element(Element::Code, &text),
            Event::DisplayMath(text) => page.element(Element::Code, &text),
            Event::Html(html) => match &mut self.block {
                Some(block) => block.push_str(&html),
                None => self.html.write(page, &html),
            },
            Event::InlineHtml(html) => self.html.write(page, &html),
            Event::FootnoteReference(name) => page.refer(&name),
            Event::SoftBreak => page.write("\n"),
            Event::HardBreak => page.line_break(),
            Event::Rule => page.boundary(),
            Event::TaskListMarker(is_done) => page.write(if is_done { "[x] " } else { "[ ] " }),
            Event::Code(_) => {}
        }
    }

    fn start(&mut self, page: &mut Page, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph => page.begin(Element::Paragraph),
            Tag::Heading { level, .. } => page.begin(Element::Heading(level as u8)),
            Tag::BlockQuote(_) => page.begin(Element::Quotation),
            Tag::CodeBlock(_) => page.begin(Element::CodeBlock),
            Tag::HtmlBlock => self.block = Some(String::new()),
            Tag::List(_) | Tag::DefinitionList => page.boundary(),
            Tag::Item | Tag::DefinitionListTitle | Tag::DefinitionListDefinition => {
                page.begin(Element::Item);
            }
            Tag::FootnoteDefinition(name) => {
                page.begin_aside("footnote");
                self.notes.push(name.to_string());
            }
            Tag::Table(_) => page.begin(Element::Table),
            Tag::TableHead | Tag::TableRow => page.begin(Element::Row),
            Tag::TableCell => page.begin(Element::Cell),
            Tag::Emphasis | Tag::Strong => page.begin(Element::Emphasis),
            Tag::Strikethrough => self.struck += 1,
            Tag::Link { dest_url, .. } => {
                // A place within the text leads nowhere else.
                let leads = !dest_url.is_empty() && !dest_url.starts_with('#');
                if leads {
                    page.begin(Element::Link(&dest_url));
                }
                self.links.push(leads);
            }
            // What a picture shows stands below it.
            Tag::Image { .. } => page.begin_aside("caption"),
            Tag::MetadataBlock(_) => self.front = Some(String::new()),
            Tag::Superscript | Tag::Subscript => {}
        }
    }

    fn end(&mut self, page: &mut Page, tag: TagEnd) {
        match tag {
            TagEnd::HtmlBlock => {
                let block = self.block.take().unwrap_or_default();
                page.boundary();
                self.html.write(page, &block);
            }
            TagEnd::List(_) | TagEnd::DefinitionList => page.boundary(),
            TagEnd::FootnoteDefinition => {
                self.html.finish(page);
                let name = self.notes.pop();
                page.end_aside(name.as_deref());
            }
            TagEnd::Strikethrough => self.struck = self.struck.saturating_sub(1),
            TagEnd::Link => {
                if self.links.pop() == Some(true) {
                    page.end();
                }
            }
            TagEnd::Image => page.end_aside(None),
            TagEnd::MetadataBlock(_) => {
                let front = self.front.take().unwrap_or_default();
                front_matter::read(page, &front);
            }
            TagEnd::Superscript | TagEnd::Subscript => {}
            _ => page.end(),
        }
    }
}
