//! The words of HTML that stands in a text of another format: tags become what they mean, and
//! nothing else of them is read.

use docmill_plugin::structure::Element;

use crate::page::Page;

/// Writes a passage of HTML, or a single tag of one.
#[derive(Debug, Default)]
pub struct Html {
    /// The element whose content is not read.
    skipped: Option<&'static str>,
    /// Elements that are open in the page, innermost last.
    open: Vec<&'static str>,
}

/// Elements that leave a mark. Those that are not here either begin a new block or are words.
const MARKED: [(&str, Element<'static>); 21] = [
    ("b", Element::Emphasis),
    ("strong", Element::Emphasis),
    ("i", Element::Emphasis),
    ("em", Element::Emphasis),
    ("code", Element::Code),
    ("kbd", Element::Code),
    ("tt", Element::Code),
    ("pre", Element::CodeBlock),
    ("li", Element::Item),
    ("dt", Element::Item),
    ("dd", Element::Item),
    ("h1", Element::Heading(1)),
    ("h2", Element::Heading(2)),
    ("h3", Element::Heading(3)),
    ("h4", Element::Heading(4)),
    ("h5", Element::Heading(5)),
    ("h6", Element::Heading(6)),
    ("table", Element::Table),
    ("tr", Element::Row),
    ("td", Element::Cell),
    ("th", Element::Cell),
];
const BLOCKS: [&str; 14] = [
    "p",
    "div",
    "section",
    "article",
    "details",
    "summary",
    "center",
    "ul",
    "ol",
    "dl",
    "hr",
    "figure",
    "blockquote",
    "header",
];
const SKIPPED: [&str; 8] = ["script", "style", "svg", "del", "s", "template", "select", "iframe"];

impl Html {
    /// Writes HTML with text in it.
    pub fn write(&mut self, page: &mut Page, html: &str) {
        let mut rest = html;
        while let Some(at) = rest.find('<') {
            self.text(page, &rest[..at]);
            rest = &rest[at..];
            let end = match rest {
                comment if comment.starts_with("<!--") => comment.find("-->").map(|it| it + 3),
                tag => tag.find('>').map(|it| it + 1),
            };
            let Some(end) = end else {
                // No tag: a sign of its own.
                if !rest.starts_with("<!--") {
                    self.text(page, rest);
                }
                return;
            };
            self.tag(page, &rest[1..end - 1]);
            rest = &rest[end..];
        }
        self.text(page, rest);
    }

    fn text(&mut self, page: &mut Page, text: &str) {
        if self.skipped.is_none() && !text.is_empty() {
            page.write(&htmlize::unescape(text));
        }
    }

    /// A tag without its brackets.
    fn tag(&mut self, page: &mut Page, tag: &str) {
        let (tag, is_end) = tag.strip_prefix('/').map_or((tag, false), |it| (it, true));
        let end = tag.find(|it: char| !it.is_ascii_alphanumeric()).unwrap_or(tag.len());
        let name = tag[..end].to_ascii_lowercase();
        if let Some(skipped) = self.skipped {
            if is_end && name == skipped {
                self.skipped = None;
            }
            return;
        }
        if let Some(skipped) = SKIPPED.iter().find(|it| **it == name) {
            if !is_end && !tag.ends_with('/') {
                self.skipped = Some(skipped);
            }
            return;
        }
        if name == "br" {
            page.line_break();
        } else if BLOCKS.contains(&name.as_str()) {
            page.boundary();
        } else if let Some((name, element)) = MARKED.iter().find(|(it, _)| *it == name) {
            match (is_end, self.open.iter().rposition(|it| it == name)) {
                (false, _) if self.open.len() < 64 => {
                    page.begin(*element);
                    self.open.push(name);
                }
                (true, Some(at)) => self.end_from(page, at),
                _ => {}
            }
        }
    }

    fn end_from(&mut self, page: &mut Page, at: usize) {
        for _ in at..self.open.len() {
            page.end();
        }
        self.open.truncate(at);
    }

    /// Ends what is open.
    pub fn finish(&mut self, page: &mut Page) {
        self.end_from(page, 0);
        self.skipped = None;
    }
}
