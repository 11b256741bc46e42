//! The text of an article that a page holds for machines only.

use docmill_plugin::{Document, Extracted, Mark};
use memchr::memchr2;

use super::Facts;
use crate::Reading;
use crate::dom::Page;
use crate::json_ld::JsonLd;
use crate::render::Rendered;

impl Facts<'_> {
    /// The text of an article that the page holds for machines only: JSON-LD `articleBody`, or the
    /// data of a script that builds it.
    pub fn article_body(&self) -> Option<String> {
        let body = self.json.longest(&["articleBody"]);
        let data = JsonLd::read(self.page.head.data.as_bytes());
        let body =
            body.or_else(|| data.longest(&["articleBody", "body", "content", "html", "text"]))?;
        let text = if memchr2(b'<', b'&', body.as_bytes()).is_some() {
            Page::parse(body, Reading::default()).paragraphs()
        } else {
            let lines = body.split('\n').map(str::trim).filter(|line| !line.is_empty());
            lines.collect::<Vec<_>>().join("\n\n")
        };
        (!text.is_empty()).then_some(text)
    }

    /// A document of a text that only machines see.
    pub fn document_of(&self, text: String) -> Extracted {
        let mut marks = Vec::new();
        let mut start = 0;
        for paragraph in text.split("\n\n") {
            if !paragraph.is_empty() {
                marks.push(Mark::new("paragraph", start..start + paragraph.len()));
            }
            start += paragraph.len() + 2;
        }
        let rendered = Rendered { text, marks, asides: Vec::new() };
        let language = self.language(&rendered.text);
        let attributes = self.attributes_of(None, &rendered, language.as_deref());
        let Rendered { text, marks, asides } = rendered;
        Extracted { document: Document { text, language, attributes, marks }, asides }
    }
}
