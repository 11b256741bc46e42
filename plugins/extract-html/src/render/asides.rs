//! What stands in or around the article and is none of its text: captions, related news, datelines,
//! notices.

use docmill_plugin::{Aside, Attribute};
use docmill_text::lists::{Row, count, count_of, rows, values_of};

use super::Renderer;
use crate::dom::{Node, Page, truncate};
use crate::links;
use crate::measure::Measure;
use crate::names::Hints;
use crate::select::fold;
use crate::tags::{Classes, Tag};
use crate::whitespace::{append_words, trimmed_len};

/// The most asides of a document, and the most bytes of one and of all of them.
pub const MAX_ASIDES: usize = 256;
const MAX_ASIDE: usize = 2_000;
const MAX_ASIDES_TOTAL: usize = 64 * 1024;

/// How many letters what is no text has at most. A box named `date` around a paragraph has more
/// than this.
const DATELINE: u32 = 300;
/// A `figure` with more is a text with a picture in it.
const FIGURE: u32 = 1_000;
/// A table around an image and its caption, as old templates of newsrooms have it, has fewer.
const PHOTO_TABLE: u32 = 600;
/// `You might also like`: a longer heading is one of the article.
const ANNOUNCEMENT: u32 = 40;
/// A teaser with two sentences, for each link of a box.
const TEASER: u32 = 300;
/// A line that is a link or a caption, and no paragraph.
const SHORT: u32 = 300;
/// `Read more:` beside its link.
const INVITATION: u32 = 30;
/// A caption that names the photographer.
const CREDIT: u32 = 200;

impl Renderer<'_> {
    /// Whether an element inside the article is none of the author's text, and what it is instead.
    pub(super) fn aside_kind(&mut self, index: u32, node: &Node) -> Option<&'static str> {
        let measure = self.measures[index as usize];
        let measure = &measure;
        if measure.chars == 0 {
            return None;
        }
        let mut hints = node.hints;
        if self.is_discussion {
            hints.remove(Hints::COMMENTS);
            hints.remove(Hints::CARD);
        }
        if self.is_about_author(index, node) {
            return Some("dateline");
        }
        if self.has_teasers && hints.any(Hints::CARD) {
            return Some("related");
        }
        if let Some(kind) = self.shop_kind(hints, measure) {
            return Some(kind);
        }
        if self.is_discussion && hints.any(Hints::SIGNATURE) {
            return Some("unknown");
        }
        let parent = self.page.nodes[node.parent as usize].tag;
        let is_block = node.tag.is_block();
        // A name like `date` around a word of a sentence does not take it out of the sentence.
        let is_apart = is_block
            || !matches!(parent, Tag::Paragraph | Tag::Item | Tag::Cell | Tag::Text)
                && parent.is_block()
                && !parent.is(Classes::HEADING);
        // Where the text is all of the page there is little prose, and a footer may have most of
        // it.
        let is_certain = self.is_list
            && (matches!(node.tag, Tag::Footer | Tag::Nav) || hints.any(Hints::DIALOG));
        let is_dominant = !is_certain && u64::from(measure.prose) * 3 > u64::from(self.body_prose);
        if is_apart && !is_dominant && hints.any(Hints::BOILERPLATE) && parent != Tag::Quotation {
            let kind = kind_of(hints, measure);
            if kind != "dateline" || measure.chars < DATELINE {
                return Some(kind);
            }
        }
        if !is_block {
            return None;
        }
        match node.tag {
            Tag::Figure if measure.solid == 0 && measure.chars < FIGURE => return Some("caption"),
            Tag::Table
                if measure.images > 0 && measure.solid == 1 && measure.chars < PHOTO_TABLE =>
            {
                return Some("caption");
            }
            Tag::Table | Tag::RowGroup | Tag::Row | Tag::Cell | Tag::Item => return None,
            _ => {}
        }
        if node.tag.is(Classes::HEADING) {
            let is_related = measure.chars < ANNOUNCEMENT
                && announces_related(&fold(&self.page.line(index, 200)));
            if is_related {
                self.related_beside = Some(node.parent);
            } else if self.related_beside == Some(node.parent) {
                self.related_beside = None;
            }
            return is_related.then_some("related");
        }
        // What a heading announced: teasers, each a link with a sentence or two.
        if self.related_beside == Some(node.parent) {
            if measure.links > 0 && measure.chars < measure.links.saturating_mul(TEASER) {
                return Some("related");
            }
            self.related_beside = None;
        }
        // "The legal basis is:", and then a list of laws.
        let is_announced = self.text.trim_end().ends_with([':', '：']);
        if measure.is_links() && measure.solid == 0 && !self.is_of_links && !is_announced {
            if measure.links >= 2 && node.tag != Tag::Paragraph {
                return Some("related");
            }
            if measure.chars < SHORT && self.items == 0 && self.cells == 0 {
                return Some("cross-link");
            }
        }
        if self.has_block_children(index) {
            return None;
        }
        if let Some(kind) = self.closing_kind(index, measure) {
            return Some(kind);
        }
        if measure.chars >= SHORT {
            return None;
        }
        // "Read more: …", but not "Read more about it in the report, which …".
        let is_link = measure.linked > 0 && measure.chars - measure.linked <= INVITATION;
        if is_link && begins_with_cross_reference(&self.page.line(index, 60)) {
            return Some("cross-link");
        }
        if self.after_image || measure.images > 0 {
            let is_emphasized = u64::from(measure.emphasized) * 10 >= u64::from(measure.chars) * 9;
            if is_emphasized
                || (measure.chars < CREDIT && names_a_photographer(&self.page.line(index, 500)))
            {
                return Some("caption");
            }
        }
        None
    }

    /// What is none of the text of a shop or of another page that is a list: what buyers wrote, and
    /// what one clicks on to narrow the list down.
    fn shop_kind(&self, hints: Hints, measure: &Measure) -> Option<&'static str> {
        /// A box with so many hundredths of the text is the text, whatever it is called.
        const MOST: u64 = 50;
        /// On a page that is not about one product, what is called a review may be what it lists.
        const MOST_REVIEWS: u64 = 25;
        let is_at_most = |hundredths: u64| {
            u64::from(measure.chars) * 100 <= u64::from(self.body_chars) * hundredths
        };
        if hints.any(Hints::REVIEWS)
            && (self.is_product || self.is_list && is_at_most(MOST_REVIEWS))
        {
            return Some("unknown");
        }
        let is_shop = self.is_product || self.is_list;
        (is_shop && hints.any(Hints::CONTROLS) && is_at_most(MOST)).then_some("navigation")
    }

    /// What a passage at the end of an article is that is about who wrote it, or who owns it.
    fn closing_kind(&self, index: u32, measure: &Measure) -> Option<&'static str> {
        /// So many tenths of the text stand above it.
        const END: usize = 8;
        /// Longer ones are a passage about somebody.
        const LONGEST: u32 = 700;
        if self.text.len() * 10 < self.body_chars as usize * END || measure.chars > LONGEST {
            return None;
        }
        let line = self.page.line(index, 120);
        if line.starts_with(['©', '℗']) || line.starts_with("Copyright ©") {
            return Some("notice");
        }
        let is_about = |author: &&String| {
            let rest = line.strip_prefix(author.as_str());
            rest.is_some_and(|rest| rest.starts_with([' ', ',']))
        };
        self.authors.iter().any(|author| is_about(&author)).then_some("credit")
    }

    pub(super) fn has_block_children(&self, index: u32) -> bool {
        self.page.children(index).any(|child| self.page.nodes[child as usize].tag.is_block())
    }

    pub(super) fn add_aside(&mut self, kind: &str, index: u32) {
        if self.asides.len() >= MAX_ASIDES || self.aside_bytes >= MAX_ASIDES_TOTAL {
            return;
        }
        let (text, is_cut) = lines(self.page, index);
        if text.is_empty() {
            return;
        }
        self.aside_bytes += text.len();
        let mut attributes = Vec::new();
        if self.measures[index as usize].links == 1
            || self.page.nodes[index as usize].tag == Tag::Link
        {
            let end = self.page.nodes[index as usize].end as usize;
            let href = self.page.nodes[index as usize..end]
                .iter()
                .filter(|node| node.tag == Tag::Link)
                .find_map(|node| links::resolve(self.page.string(node), self.base));
            attributes.extend(href.map(|href| Attribute::new("href", href)));
        }
        if is_cut {
            attributes.push(Attribute::new("truncated", "true"));
        }
        let position = u32::try_from(self.length()).unwrap_or(u32::MAX);
        self.asides.push(Aside { kind: kind.to_owned(), text, position, attributes });
    }
}

pub(super) fn kind_of(hints: Hints, measure: &Measure) -> &'static str {
    if hints.any(Hints::CAPTION) {
        "caption"
    } else if hints.any(Hints::CREDIT) {
        "credit"
    } else if hints.any(Hints::RELATED) {
        "related"
    } else if hints.any(Hints::NOTICE) {
        "notice"
    } else if hints.any(Hints::COMMENTS) {
        "unknown"
    } else if hints.any(Hints::NAVIGATION) {
        "navigation"
    } else if hints.any(Hints::DATELINE) {
        "dateline"
    } else if measure.is_links() {
        "related"
    } else {
        "unknown"
    }
}

/// The text of a subtree, one block a line, and whether it was too long.
fn lines(page: &Page, index: u32) -> (String, bool) {
    let mut text = String::new();
    let mut is_new_line = false;
    let mut block_end = u32::MAX;
    let end = page.nodes[index as usize].end;
    for at in index..end {
        let node = &page.nodes[at as usize];
        if at >= block_end {
            is_new_line = true;
            block_end = u32::MAX;
        }
        if node.tag == Tag::Text {
            let mut string = page.string(node);
            if is_new_line || text.is_empty() {
                string = string.trim_start();
                if string.is_empty() {
                    continue;
                }
            }
            if is_new_line && !text.is_empty() {
                text.truncate(trimmed_len(&text));
                text.push('\n');
            }
            is_new_line = false;
            append_words(&mut text, string);
            if text.len() > MAX_ASIDE {
                truncate(&mut text, MAX_ASIDE);
                text.truncate(text.trim_end().len());
                return (text, true);
            }
        } else if node.tag == Tag::Link {
            // Buttons in a row need no space between them on the page.
            append_words(&mut text, " ");
        } else if node.tag.is_block() || node.tag == Tag::Break {
            is_new_line = true;
            block_end = block_end.min(node.end);
        }
    }
    text.truncate(text.trim_end().len());
    (text, false)
}

/// The phrases below, by what they are.
const LIST: &str = include_str!("phrases.tsv");
const PHRASES: [Row; count(LIST)] = rows(LIST);

/// Whether a heading announces a box of other articles. The words are folded: see [`fold`].
fn announces_related(heading: &str) -> bool {
    const HEADINGS: &[&str] =
        &values_of::<{ count_of(&PHRASES, "related-heading") }>(&PHRASES, "related-heading");
    HEADINGS.contains(&heading)
}

/// Whether a line invites to read something else.
fn begins_with_cross_reference(line: &str) -> bool {
    const BEGINNINGS: &[&str] =
        &values_of::<{ count_of(&PHRASES, "cross-reference") }>(&PHRASES, "cross-reference");
    let line = line.trim_start_matches(|it: char| !it.is_alphanumeric()).to_lowercase();
    BEGINNINGS.iter().any(|beginning| line.starts_with(beginning))
}

/// Whether a short line beside an image says who took it.
fn names_a_photographer(line: &str) -> bool {
    const CREDITS: &[&str] =
        &values_of::<{ count_of(&PHRASES, "photographer") }>(&PHRASES, "photographer");
    CREDITS.iter().any(|credit| line.contains(credit))
}
