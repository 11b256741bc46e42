//! Turns the selected subtrees into text and marks, and everything else that can be read into
//! asides.

mod asides;
mod discussion;
mod scripts;
mod writing;

use asides::{MAX_ASIDES, kind_of};
use docmill_plugin::{Aside, Attribute, Mark, Span};

use crate::dom::{Node, Page, flag};
use crate::links;
use crate::measure::Measure;
use crate::names::Hints;
use crate::page_type::PageType;
use crate::posts::{Post, Posts};
use crate::select::Selection;
use crate::tags::{Classes, Tag};

/// The most marks of a document. An article has a few hundred.
const MAX_MARKS: usize = 50_000;

/// A teaser has fewer letters for each of its links, a sentence or two.
const TEASER: u32 = 200;
/// What lies outside of the article and is longer is handed over block by block.
const SEVERAL_BLOCKS: u32 = 400;
/// A cell with more prose than this, which is several paragraphs, is a column of the page: old
/// pages are laid out with tables.
const CELL: u32 = 600;

/// What was read from a page.
#[derive(Debug, Default)]
pub struct Rendered {
    /// The article.
    pub text: String,
    /// Ordered by start, outer before inner.
    pub marks: Vec<Mark>,
    /// Ordered by position.
    pub asides: Vec<Aside>,
}

/// Renders a page.
pub fn render(
    page: &Page,
    measures: &[Measure],
    selection: &Selection,
    base: Option<&str>,
    page_type: Option<PageType>,
    posts: Option<&Posts>,
    authors: &[String],
) -> Rendered {
    let body = &measures[selection.body as usize];
    let mut renderer = Renderer {
        page,
        measures,
        base,
        body_prose: body.clean.max(1),
        body_chars: body.chars,
        authors,
        is_discussion: page_type.is_some_and(PageType::is_discussion),
        is_product: page_type == Some(PageType::Product),
        is_list: selection.is_whole && page_type != Some(PageType::Article),
        posts: posts.map(|it| it.posts.as_slice()).unwrap_or_default(),
        all_posts: posts.map(|it| it.posts.as_slice()).unwrap_or_default(),
        signatures: posts.map(|it| it.signatures.as_slice()).unwrap_or_default(),
        post: None,
        signed: Signed::default(),
        has_teasers: !selection.is_whole && has_teasers(page, measures, selection.body),
        is_of_links: body.is_links() || selection.is_whole,
        related_beside: None,
        text: String::with_capacity(body.chars as usize * 2),
        drafts: Vec::new(),
        open: Vec::new(),
        asides: Vec::new(),
        aside_bytes: 0,
        gap: 0,
        breaks: 0,
        tabs: 0,
        space: false,
        paragraph: None,
        unresolved: 0,
        after_image: false,
        items: 0,
        cells: 0,
        holders: 0,
    };
    renderer.walk(selection);
    renderer.finish()
}

/// Whether the cards in a body are beside its text, and not all there is.
fn has_teasers(page: &Page, measures: &[Measure], body: u32) -> bool {
    let cards = page
        .frames
        .iter()
        .filter(|it| page.nodes[**it as usize].hints.any(Hints::CARD) && page.contains(body, **it));
    let letters: u32 = cards.map(|it| measures[*it as usize].prose).sum();
    letters < measures[body as usize].prose - letters.min(measures[body as usize].prose)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Heading(u8),
    Paragraph,
    Item,
    Quotation,
    Link,
    Table,
    Row,
    Cell,
    Code,
    Emphasis,
    Post,
    Author,
    Date,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Heading(_) => "heading",
            Kind::Paragraph => "paragraph",
            Kind::Item => "item",
            Kind::Quotation => "quotation",
            Kind::Link => "link",
            Kind::Table => "table",
            Kind::Row => "row",
            Kind::Cell => "cell",
            Kind::Code => "code",
            Kind::Emphasis => "emphasis",
            Kind::Post => "post",
            Kind::Author => "author",
            Kind::Date => "date",
        }
    }

    fn is_inline(self) -> bool {
        matches!(self, Kind::Link | Kind::Code | Kind::Emphasis)
    }
}

/// A mark whose end, and before its first letter even whose start, is not known.
#[derive(Debug, Clone, Copy)]
struct Draft {
    kind: Kind,
    start: usize,
    end: usize,
    node: u32,
}

const UNRESOLVED: usize = usize::MAX;

/// Whether the author and the date of a post have been written.
#[derive(Debug, Clone, Copy, Default)]
struct Signed {
    author: bool,
    date: bool,
}

/// An element that the walk is in.
#[derive(Debug, Clone, Copy)]
struct Open {
    end: u32,
    tag: Tag,
    /// The index of its draft.
    draft: Option<usize>,
    is_layout: bool,
    is_lead: bool,
}

struct Renderer<'a> {
    page: &'a Page<'a>,
    measures: &'a [Measure],
    base: Option<&'a str>,
    body_prose: u32,
    body_chars: u32,
    /// Who wrote the article, as the page states for machines.
    authors: &'a [String],
    /// What readers wrote is the text.
    is_discussion: bool,
    /// The page is about one product.
    is_product: bool,
    /// The text is all of the page, and no article.
    is_list: bool,
    all_posts: &'a [Post],
    /// All places that name an author or a date.
    signatures: &'a [u32],
    /// Those that have not been reached.
    posts: &'a [Post],
    /// The one that is being read, and what of it has been written.
    post: Option<&'a Post>,
    signed: Signed,
    /// The cards in it are teasers: most of it is something else.
    has_teasers: bool,
    /// The text is links, and none of them leads away from it.
    is_of_links: bool,
    /// A heading announced other articles among the children of this node.
    related_beside: Option<u32>,
    text: String,
    drafts: Vec<Draft>,
    open: Vec<Open>,
    asides: Vec<Aside>,
    aside_bytes: usize,

    /// The line feeds owed before the next word.
    gap: u8,
    /// How many `br` stood here since the last word.
    breaks: u8,
    /// The cell boundaries owed before the next word.
    tabs: u32,
    /// Whether a space is owed.
    space: bool,
    /// The draft of the paragraph that is open.
    paragraph: Option<usize>,
    /// How many drafts at the end of the list have no start.
    unresolved: usize,
    /// Nothing was written since the last image.
    after_image: bool,
    items: u32,
    cells: u32,
    /// How many headings, items, cells and preformatted passages are open: text in them belongs to
    /// them, not to a paragraph.
    holders: u32,
}

impl Renderer<'_> {
    fn walk(&mut self, selection: &Selection) {
        let count = self.page.nodes.len() as u32;
        let mut selected = selection.nodes.iter().copied().peekable();
        // The root has no place in the list before it, so it is looked at here.
        let mut inside_until = if selection.nodes.first() == Some(&0) { count } else { 0 };
        let mut index = 1;
        while index < count {
            while let Some(open) = self.open.last().copied().filter(|open| open.end <= index) {
                self.open.pop();
                self.close(open);
            }
            let node = self.page.nodes[index as usize];
            if index >= inside_until {
                while selected.next_if(|next| *next < index).is_some() {}
                if selected.peek() == Some(&index) {
                    inside_until = node.end;
                    self.block_boundary(2);
                } else if selected.peek().is_some_and(|next| *next < node.end) {
                    index += 1;
                    continue;
                } else {
                    index = self.outside(index, &node);
                    continue;
                }
            }
            index = self.inside(index, &node);
        }
        while let Some(open) = self.open.pop() {
            self.close(open);
        }
        self.close_paragraph();
    }

    /// Takes one node of the article in; returns the next one.
    fn inside(&mut self, index: u32, node: &Node) -> u32 {
        match node.tag {
            Tag::Text => {
                self.write(self.page.string(node), node.flags & flag::PREFORMATTED != 0);
                return index + 1;
            }
            Tag::Break => {
                self.line_break();
                return index + 1;
            }
            Tag::Rule => {
                self.block_boundary(2);
                return index + 1;
            }
            _ => {}
        }
        // `[edit]` behind a heading.
        if node.hints.any(Hints::CONTROL) && !node.tag.is_block() {
            return node.end;
        }
        let is_exponent = node.tag == Tag::Superscript
            || self.page.nodes[node.parent as usize].tag == Tag::Power && node.parent + 1 < index;
        if is_exponent && self.write_superscript(index) {
            return node.end;
        }
        if node.tag == Tag::Subscript && self.write_subscript(index) {
            return node.end;
        }
        if self.page.nodes[node.parent as usize].tag == Tag::Fraction && node.parent + 1 < index {
            self.write("/", false);
        }
        self.begin_post(index, node);
        if self.is_signature(index) {
            self.sign(index, node.end);
            return node.end;
        }
        if let Some(kind) = self.aside_kind(index, node) {
            self.sign(index, node.end);
            self.add_aside(kind, index);
            self.after_image = false;
            // A box between two words of a paragraph ends neither.
            if node.tag.is_block() {
                self.block_boundary(2);
            }
            return node.end;
        }
        if node.tag == Tag::Image {
            self.after_image = true;
        }
        self.open_element(index, node);
        index + 1
    }

    /// Hands over a node that lies outside of the article; returns the next one.
    fn outside(&mut self, index: u32, node: &Node) -> u32 {
        let measure = &self.measures[index as usize];
        if measure.chars == 0 || self.asides.len() >= MAX_ASIDES {
            return node.end;
        }
        let is_named = node.hints.any(Hints::BOILERPLATE);
        // Three or more links with a sentence or two each.
        let is_teasers = measure.links >= 3 && measure.chars < measure.links.saturating_mul(TEASER);
        let has_blocks = measure.chars > SEVERAL_BLOCKS
            && self
                .page
                .children(index)
                .any(|child| self.page.nodes[child as usize].tag.is_block());
        if has_blocks && !is_named && !is_teasers && !measure.is_links() {
            return index + 1;
        }
        let kind = if is_named {
            kind_of(node.hints, measure)
        } else if measure.is_links() {
            "navigation"
        } else if is_teasers {
            "related"
        } else {
            "unknown"
        };
        self.add_aside(kind, index);
        node.end
    }

    fn open_element(&mut self, index: u32, node: &Node) {
        let mut kind = None;
        let mut is_layout = false;
        match node.tag {
            Tag::Link => kind = Some(Kind::Link),
            Tag::Emphasis => kind = Some(Kind::Emphasis),
            Tag::Code => kind = Some(Kind::Code),
            Tag::Text
            | Tag::Inline
            | Tag::Time
            | Tag::Superscript
            | Tag::Subscript
            | Tag::Math
            | Tag::Power
            | Tag::Fraction
            | Tag::Image
            | Tag::Break => {}
            Tag::Item => {
                self.block_boundary(1);
                kind = Some(Kind::Item);
                self.items += 1;
                self.holders += 1;
            }
            Tag::Quotation => {
                self.block_boundary(2);
                kind = Some(Kind::Quotation);
            }
            Tag::Preformatted => {
                self.block_boundary(2);
                kind = Some(Kind::Code);
                self.holders += 1;
            }
            Tag::Table => {
                is_layout = self.cells > 0 || self.is_layout(index, node);
                self.block_boundary(2);
                kind = (!is_layout).then_some(Kind::Table);
            }
            Tag::RowGroup | Tag::Row | Tag::Cell => {
                is_layout = self
                    .open
                    .iter()
                    .rev()
                    .find(|open| open.tag == Tag::Table)
                    .is_none_or(|table| table.is_layout);
                if is_layout {
                    self.block_boundary(2);
                } else if node.tag == Tag::Row {
                    self.block_boundary(1);
                    self.tabs = 0;
                    kind = Some(Kind::Row);
                } else if node.tag == Tag::Cell {
                    let is_first = !self.has_cell_before(index, node);
                    self.close_paragraph();
                    self.tabs += u32::from(!is_first);
                    self.cells += 1;
                    self.holders += 1;
                    kind = Some(Kind::Cell);
                }
            }
            tag => {
                self.block_boundary(2);
                // A lead is set like a heading, and is a paragraph.
                if let Some(level) = tag.heading_level()
                    && !is_lead(node)
                {
                    kind = Some(Kind::Heading(level));
                    self.holders += 1;
                }
            }
        }
        let draft = kind.and_then(|kind| self.begin(kind, index));
        self.open.push(Open {
            end: node.end,
            tag: node.tag,
            draft,
            is_layout,
            is_lead: is_lead(node),
        });
    }

    /// Begins a mark with the next letter, unless there are too many.
    fn begin(&mut self, kind: Kind, node: u32) -> Option<usize> {
        if self.drafts.len() >= MAX_MARKS {
            return None;
        }
        self.drafts.push(Draft { kind, start: UNRESOLVED, end: UNRESOLVED, node });
        self.unresolved += 1;
        Some(self.drafts.len() - 1)
    }

    /// Whether the row that is being read has given a cell already.
    fn has_cell_before(&self, index: u32, node: &Node) -> bool {
        self.page.children(node.parent).next().is_some_and(|first| first < index)
    }

    fn close(&mut self, open: Open) {
        match open.tag {
            Tag::Item => {
                self.items -= 1;
                self.holders -= 1;
                self.block_boundary(1);
            }
            Tag::Cell if !open.is_layout => {
                self.cells -= 1;
                self.holders -= 1;
                self.space = false;
            }
            Tag::Row if !open.is_layout => {
                // Empty cells at the end of a row separate nothing.
                self.tabs = 0;
                self.block_boundary(1);
            }
            Tag::RowGroup if !open.is_layout => {}
            Tag::Preformatted => {
                self.holders -= 1;
                self.block_boundary(2);
            }
            tag if tag.is(Classes::HEADING) => {
                self.holders -= u32::from(!open.is_lead);
                self.block_boundary(2);
            }
            tag if tag.is_block() => self.block_boundary(2),
            _ => {}
        }
        if let Some(index) = open.draft {
            self.close_draft(index);
        }
    }

    fn close_draft(&mut self, index: usize) {
        if self.drafts[index].start == UNRESOLVED {
            // Nothing was written in it, so whatever was opened in it is gone, too: it is the last
            // one.
            self.drafts.truncate(index);
            self.unresolved -= 1;
        } else {
            self.drafts[index].end = self.length();
        }
    }

    /// Whether a table only arranges boxes on the page.
    fn is_layout(&self, index: u32, node: &Node) -> bool {
        let measure = &self.measures[index as usize];
        if node.flags & flag::PRESENTATION != 0 || measure.solid > 1 {
            return true;
        }
        let (mut rows, mut columns, mut of_row, mut prose) = (0, 0, 0, 0);
        for (offset, inner) in self.page.nodes[index as usize..node.end as usize].iter().enumerate()
        {
            match inner.tag {
                Tag::Row => {
                    rows += 1;
                    of_row = 0;
                }
                Tag::Cell => {
                    of_row += 1;
                    columns = columns.max(of_row);
                    prose = prose.max(self.measures[index as usize + offset].prose);
                }
                _ => {}
            }
        }
        rows < 2 || columns < 2 || prose > CELL
    }

    fn finish(mut self) -> Rendered {
        self.text.truncate(self.text.trim_end().len());
        let length = self.text.len();
        let mut drafts = std::mem::take(&mut self.drafts);
        for draft in &mut drafts {
            draft.start = draft.start.min(length);
            draft.end = draft.end.min(length);
        }
        drafts.retain(|draft| draft.start < draft.end);
        // A link around two paragraphs is known to be longer than the first one only after the
        // second.
        drafts.sort_by_key(|draft| (draft.start, std::cmp::Reverse(draft.end)));
        let mut marks = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let mut attributes = Vec::new();
            match draft.kind {
                Kind::Heading(level) => attributes.push(Attribute::new("level", level)),
                Kind::Post => attributes = self.attributes_of_post(draft.node),
                Kind::Link => {
                    let href = self.page.string(&self.page.nodes[draft.node as usize]);
                    let Some(href) = links::resolve(href, self.base) else { continue };
                    attributes.push(Attribute { name: "href".to_owned(), value: href });
                }
                _ => {}
            }
            marks.push(Mark {
                kind: draft.kind.name().to_owned(),
                span: Span::new(draft.start, draft.end),
                attributes,
            });
        }
        for aside in &mut self.asides {
            aside.position = aside.position.min(u32::try_from(length).unwrap_or(u32::MAX));
        }
        Rendered { text: self.text, marks, asides: self.asides }
    }
}

fn is_lead(node: &Node) -> bool {
    node.hints.any(Hints::LEAD) && node.tag != Tag::Heading1
}
