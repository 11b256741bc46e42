//! Where in a document a passage stands: title, heading, lead or body.

use std::borrow::Cow;
use std::ops::Range;

use docmill_folding::words;
use docmill_plugin::{Document, Span};

/// The part of a document that a passage belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Zone {
    /// The title.
    Title,
    /// The first sentences, where news tells what it is about.
    Lead,
    /// A heading further down.
    Heading,
    /// Everything else.
    Body,
}

impl Zone {
    /// What a mention in it is worth, in hundredths.
    pub fn factor(self) -> u64 {
        match self {
            Zone::Title => 250,
            Zone::Lead => 170,
            Zone::Heading => 150,
            Zone::Body => 100,
        }
    }
}

/// A lead ends with the paragraph that completes this many words …
const LEAD_WORDS: usize = 30;
/// … but never holds more than these, however long the paragraph.
const LONGEST_LEAD: usize = 90;
/// A first line of more words than these is no title.
const LONGEST_TITLE: usize = 30;

/// A document as it is read: its title first, and its zones known.
#[derive(Debug)]
pub struct Reading<'a> {
    /// The title, if it is not part of the document's text, and that text.
    pub text: Cow<'a, str>,
    /// How many bytes were put before the document's text.
    added: usize,
    title: Range<usize>,
    lead: Range<usize>,
    headings: Vec<Range<usize>>,
}

impl<'a> Reading<'a> {
    /// Finds the zones of a document.
    ///
    /// The title is the attribute `title`, else a heading at the beginning, else a first line that
    /// looks like one.
    pub fn of(document: &'a Document) -> Reading<'a> {
        let text = document.text.as_str();
        let first = text.len() - text.trim_start().len();
        let headings: Vec<Range<usize>> = document
            .marks_of("heading")
            .map(|mark| mark.span.range())
            .filter(|range| text.get(range.clone()).is_some())
            .collect();
        let heading = headings.first().filter(|it| text[..it.start].trim().is_empty()).cloned();
        let attribute = document.attribute("title").map(str::trim).filter(|it| !it.is_empty());

        let in_text = match attribute {
            Some(title) if text[first..].starts_with(title) => Some(first..first + title.len()),
            // Web pages append the name of the site to the title.
            Some(title) => headings
                .first()
                .filter(|it| !text[(*it).clone()].trim().is_empty())
                .filter(|it| title.starts_with(text[(*it).clone()].trim()))
                .cloned(),
            None => heading.clone().or_else(|| first_line_as_title(text, first)),
        };
        match (in_text, attribute) {
            (Some(title), _) => Reading::new(Cow::Borrowed(text), 0, title, headings),
            (None, Some(title)) => {
                let joined = format!("{title}\n\n{text}");
                let added = joined.len() - text.len();
                let moved = headings.iter().map(|it| it.start + added..it.end + added).collect();
                Reading::new(Cow::Owned(joined), added, 0..title.len(), moved)
            }
            (None, None) => Reading::new(Cow::Borrowed(text), 0, first..first, headings),
        }
    }

    fn new(
        text: Cow<'a, str>,
        added: usize,
        title: Range<usize>,
        headings: Vec<Range<usize>>,
    ) -> Reading<'a> {
        let lead = lead_after(&text, title.end);
        Reading { text, added, title, lead, headings }
    }

    /// The zone in which a passage begins.
    pub fn zone(&self, offset: usize) -> Zone {
        // Marks come ordered by start, and headings do not nest.
        let before = self.headings.partition_point(|it| it.start <= offset);
        if self.title.contains(&offset) {
            Zone::Title
        } else if self.lead.contains(&offset) {
            Zone::Lead
        } else if before.checked_sub(1).is_some_and(|last| self.headings[last].contains(&offset)) {
            Zone::Heading
        } else {
            Zone::Body
        }
    }

    /// The span of a passage in the document's own text, or `None` if it stands in a title that is
    /// not part of it.
    pub fn span(&self, passage: &Range<usize>) -> Option<Span> {
        let start = passage.start.checked_sub(self.added)?;
        Some(Span::new(start, passage.end - self.added))
    }
}

fn first_line_as_title(text: &str, first: usize) -> Option<Range<usize>> {
    let length = text[first..].find('\n')?;
    let line = text[first..first + length].trim_end();
    let rest = &text[first + length..];
    let sentence = line.ends_with(['.', ',', ';', ':', '…']);
    let breaks = rest.len() - rest.trim_start_matches(['\n', '\r', ' ']).len();
    let parted = rest[..breaks].matches('\n').count() >= 2;
    let begins_anew = rest.trim_start().chars().next().is_some_and(|it| !it.is_lowercase());
    (!sentence && (parted || begins_anew) && words(line).nth(LONGEST_TITLE).is_none())
        .then(|| first..first + line.len())
}

fn lead_after(text: &str, from: usize) -> Range<usize> {
    let mut end = from;
    for (count, word) in words(&text[from..]).take(LONGEST_LEAD).enumerate() {
        let word = from + word.start..from + word.end;
        if count >= LEAD_WORDS && text[end..word.start].contains('\n') {
            break;
        }
        end = word.end;
    }
    from..end
}

#[cfg(test)]
mod tests {
    use docmill_plugin::{Attribute, Mark};

    use super::*;

    #[track_caller]
    fn check(document: &Document, passage: &str, expected: Zone) {
        let reading = Reading::of(document);
        let offset = reading.text.find(passage).expect("the passage occurs");
        assert_eq!(reading.zone(offset), expected, "{passage:?} in {:?}", reading.text);
    }

    fn article() -> String {
        let sentence = "une phrase assez longue pour compter parmi les autres. ".repeat(4);
        format!(
            "Un titre court\n\nChapeau {sentence}\n\nCorps {sentence}\n\nIntertitre\n\nFin {sentence}"
        )
    }

    #[test]
    fn a_plain_article_has_a_title_a_lead_and_a_body() {
        let document = Document::new(article());
        check(&document, "titre", Zone::Title);
        check(&document, "Chapeau", Zone::Lead);
        check(&document, "Corps", Zone::Body);
        check(&document, "Intertitre", Zone::Body);
    }

    #[test]
    fn a_marked_heading_counts_as_one() {
        let mut document = Document::new(article());
        let start = document.text.find("Intertitre").expect("it occurs");
        document.marks = vec![Mark::new("heading", 0..14), Mark::new("heading", start..start + 10)];
        check(&document, "titre", Zone::Title);
        check(&document, "Intertitre", Zone::Heading);
        check(&document, "Fin", Zone::Body);
    }

    #[test]
    fn a_title_outside_the_text_is_read_but_has_no_span() {
        let mut document = Document::new("Corps du texte");
        document.attributes.push(Attribute::new("title", "Des drones"));
        let reading = Reading::of(&document);
        assert_eq!(reading.zone(4), Zone::Title);
        assert_eq!(reading.span(&(4..10)), None);
        let corps = reading.text.find("Corps").expect("it occurs");
        assert_eq!(reading.span(&(corps..corps + 5)), Some(Span::new(0, 5)));
    }

    #[test]
    fn the_name_of_a_site_does_not_double_the_title() {
        let mut document = Document::new("Des drones\n\nCorps du texte");
        document.attributes.push(Attribute::new("title", "Des drones - Le Courrier"));
        document.marks.push(Mark::new("heading", 0..10));
        assert_eq!(Reading::of(&document).text, document.text);
        check(&document, "drones", Zone::Title);
    }

    #[test]
    fn a_first_sentence_is_no_title() {
        let document = Document::new("Il pleut sur la ville.\n\nDemain aussi");
        check(&document, "pleut", Zone::Lead);
    }

    #[test]
    fn odd_documents_have_zones_too() {
        for text in ["", "\n", "a", "\n\na\n", "é\n\né"] {
            let mut document = Document::new(text);
            document.marks.push(Mark::new("heading", 1..9));
            let _ = Reading::of(&document).zone(0);
        }
    }
}
