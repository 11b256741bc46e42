//! Turns the selected subtrees into text and marks, and everything else that can be read into asides.

use docmill_plugin::{Aside, Attribute, Mark, Span};

use crate::dom::{Node, Page, flag, truncate};
use crate::links;
use crate::names::Hints;
use crate::select::{Measure, Selection, fold};
use crate::tags::{Classes, Tag};
use crate::whitespace::{append_words, is_invisible, is_space, trimmed_len, unchanged};

/// The most marks of a document. An article has a few hundred.
const MAX_MARKS: usize = 50_000;
/// The most asides of a document, and the most bytes of one and of all of them.
const MAX_ASIDES: usize = 256;
const MAX_ASIDE: usize = 2_000;
const MAX_ASIDES_TOTAL: usize = 64 * 1024;

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
#[inline(never)]
pub fn render(
    page: &Page,
    measures: &[Measure],
    selection: &Selection,
    base: Option<&str>,
) -> Rendered {
    let body = &measures[selection.body as usize];
    let mut renderer = Renderer {
        page,
        measures,
        base,
        body_prose: body.clean.max(1),
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
    /// How many headings, items, cells and preformatted passages are open: text in them belongs to them, not to a paragraph.
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
        if let Some(kind) = self.aside_kind(index, node) {
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
        let is_teasers = measure.links >= 3 && measure.chars < measure.links.saturating_mul(200);
        let has_blocks = measure.chars > 400
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

    /// Whether an element inside the article is none of the author's text, and what it is instead.
    fn aside_kind(&self, index: u32, node: &Node) -> Option<&'static str> {
        let measure = &self.measures[index as usize];
        if measure.chars == 0 {
            return None;
        }
        let parent = self.page.nodes[node.parent as usize].tag;
        let is_block = node.tag.is_block();
        // A name like `date` around a word of a sentence does not take it out of the sentence.
        let is_apart = is_block
            || !matches!(parent, Tag::Paragraph | Tag::Item | Tag::Cell | Tag::Text)
                && parent.is_block()
                && !parent.is(Classes::HEADING);
        let is_dominant = u64::from(measure.prose) * 3 > u64::from(self.body_prose);
        if is_apart
            && !is_dominant
            && node.hints.any(Hints::BOILERPLATE)
            && parent != Tag::Quotation
        {
            let kind = kind_of(node.hints, measure);
            if kind != "dateline" || measure.chars < 300 {
                return Some(kind);
            }
        }
        if !is_block {
            return None;
        }
        match node.tag {
            Tag::Figure if measure.solid == 0 && measure.chars < 1_000 => return Some("caption"),
            Tag::Table if measure.images > 0 && measure.solid == 1 && measure.chars < 600 => {
                return Some("caption");
            }
            Tag::Table | Tag::RowGroup | Tag::Row | Tag::Cell | Tag::Item => return None,
            _ => {}
        }
        if node.tag.is(Classes::HEADING) {
            let is_related =
                measure.chars < 40 && announces_related(&fold(&self.page.line(index, 200)));
            return is_related.then_some("related");
        }
        if measure.is_links() && measure.solid == 0 {
            if measure.links >= 2 && node.tag != Tag::Paragraph {
                return Some("related");
            }
            if measure.chars < 300 && self.items == 0 && self.cells == 0 {
                return Some("cross-link");
            }
        }
        if measure.chars >= 300 || self.has_block_children(index) {
            return None;
        }
        // "Read more: …", but not "Read more about it in the report, which …".
        let is_link = measure.linked > 0 && measure.chars - measure.linked <= 30;
        if is_link && begins_with_cross_reference(&self.page.line(index, 60)) {
            return Some("cross-link");
        }
        if self.after_image || measure.images > 0 {
            let is_emphasized = u64::from(measure.emphasized) * 10 >= u64::from(measure.chars) * 9;
            if is_emphasized
                || (measure.chars < 200 && names_a_photographer(&self.page.line(index, 500)))
            {
                return Some("caption");
            }
        }
        None
    }

    fn has_block_children(&self, index: u32) -> bool {
        self.page.children(index).any(|child| self.page.nodes[child as usize].tag.is_block())
    }

    fn add_aside(&mut self, kind: &str, index: u32) {
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

    fn open_element(&mut self, index: u32, node: &Node) {
        let mut kind = None;
        let mut is_layout = false;
        match node.tag {
            Tag::Link => kind = Some(Kind::Link),
            Tag::Emphasis => kind = Some(Kind::Emphasis),
            Tag::Code => kind = Some(Kind::Code),
            Tag::Text | Tag::Inline | Tag::Time | Tag::Image | Tag::Break => {}
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
        let draft = kind.filter(|_| self.drafts.len() < MAX_MARKS).map(|kind| {
            self.drafts.push(Draft { kind, start: UNRESOLVED, end: UNRESOLVED, node: index });
            self.unresolved += 1;
            self.drafts.len() - 1
        });
        self.open.push(Open {
            end: node.end,
            tag: node.tag,
            draft,
            is_layout,
            is_lead: is_lead(node),
        });
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
            // Nothing was written in it, so whatever was opened in it is gone, too: it is the last one.
            self.drafts.truncate(index);
            self.unresolved -= 1;
        } else {
            self.drafts[index].end = self.length();
        }
    }

    /// Where the text ends, were it to end here.
    fn length(&self) -> usize {
        trimmed_len(&self.text)
    }

    fn close_paragraph(&mut self) {
        if let Some(index) = self.paragraph.take() {
            self.drafts[index].end = self.length();
        }
    }

    /// Ends the line (1) or the paragraph (2), as far as what lies around allows.
    fn block_boundary(&mut self, gap: u8) {
        self.close_paragraph();
        self.breaks = 0;
        if self.cells > 0 {
            self.space = true;
            return;
        }
        let gap = if self.items > 0 { gap.min(1) } else { gap };
        self.gap = self.gap.max(gap);
        self.space = false;
    }

    fn line_break(&mut self) {
        if self.cells > 0 || (self.holders > 0 && self.items == 0 && !self.is_preformatted()) {
            self.space = true;
            return;
        }
        self.breaks += 1;
        if self.breaks >= 2 && self.items == 0 && !self.is_preformatted() {
            self.block_boundary(2);
        } else {
            self.gap = self.gap.max(1);
            self.space = false;
        }
    }

    fn is_preformatted(&self) -> bool {
        self.open.iter().rev().take(8).any(|open| open.tag == Tag::Preformatted)
    }

    fn write(&mut self, text: &str, preformatted: bool) {
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            let mut taken = character.len_utf8();
            if is_space(character) {
                if preformatted && self.cells == 0 && !self.text.is_empty() {
                    self.write_preformatted_space(character);
                } else {
                    self.space = true;
                }
            } else if !is_invisible(character) {
                let words = unchanged(rest);
                self.write_words(words);
                taken = words.len();
            }
            rest = &rest[taken..];
        }
    }

    /// Keeps line feeds and indentation, once a first word was written.
    fn write_preformatted_space(&mut self, character: char) {
        let has_begun = self.unresolved == 0 && self.gap == 0;
        if !has_begun {
            self.space = true;
            return;
        }
        match character {
            '\n' => {
                self.text.truncate(self.text.trim_end_matches([' ', '\t']).len());
                self.text.push('\n');
            }
            '\r' => {}
            '\t' => self.text.push('\t'),
            _ => self.text.push(' '),
        }
    }

    /// Writes words that have been found to need no change.
    fn write_words(&mut self, words: &str) {
        if self.gap == 0
            && self.tabs == 0
            && self.unresolved == 0
            && (self.paragraph.is_some() || self.holders > 0)
        {
            if self.space {
                self.text.push(' ');
            }
        } else {
            self.begin_line();
        }
        self.space = false;
        self.after_image = false;
        self.text.push_str(words);
    }

    /// Writes what is owed before a word, and gives the marks that begin here their start.
    fn begin_line(&mut self) {
        self.breaks = 0;
        if self.holders == 0 && self.paragraph.is_none() {
            self.open_paragraph();
        }
        let begins = self.text.is_empty();
        if !begins {
            if self.gap > 0 {
                // Preformatted text may end in line feeds of its own.
                self.text.truncate(self.length());
                self.text.push('\n');
                if self.gap > 1 {
                    self.text.push('\n');
                }
            } else if self.tabs == 0 && self.space && !self.text.ends_with(['\n', '\t']) {
                self.text.push(' ');
            }
        }
        self.gap = 0;
        // A row begins with its first cell, be that empty; a cell begins with its text.
        let mut first = self.drafts.len() - self.unresolved;
        if self.tabs > 0 {
            while let Some(draft) = self.drafts.get_mut(first)
                && draft.kind != Kind::Cell
                && !draft.kind.is_inline()
            {
                draft.start = self.text.len();
                first += 1;
            }
            if !begins {
                for _ in 0..self.tabs {
                    self.text.push('\t');
                }
            }
            self.tabs = 0;
        }
        for draft in &mut self.drafts[first..] {
            draft.start = self.text.len();
        }
        self.unresolved = 0;
    }

    /// Puts a paragraph around what begins here, but inside of quotations and the like.
    fn open_paragraph(&mut self) {
        if self.drafts.len() >= MAX_MARKS {
            return;
        }
        let mut at = self.drafts.len();
        let first = at - self.unresolved;
        while at > first && self.drafts[at - 1].kind.is_inline() {
            at -= 1;
        }
        let draft = Draft { kind: Kind::Paragraph, start: UNRESOLVED, end: UNRESOLVED, node: 0 };
        self.drafts.insert(at, draft);
        self.unresolved += 1;
        self.paragraph = Some(at);
        for open in self.open.iter_mut().rev() {
            match &mut open.draft {
                Some(index) if *index >= at => *index += 1,
                Some(_) => break,
                None => {}
            }
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
        rows < 2 || columns < 2 || prose > 600
    }

    fn finish(mut self) -> Rendered {
        self.text.truncate(self.text.trim_end().len());
        let length = self.text.len();
        let mut drafts = self.drafts;
        for draft in &mut drafts {
            draft.start = draft.start.min(length);
            draft.end = draft.end.min(length);
        }
        drafts.retain(|draft| draft.start < draft.end);
        // A link around two paragraphs is known to be longer than the first one only after the second.
        drafts.sort_by_key(|draft| (draft.start, std::cmp::Reverse(draft.end)));
        let mut marks = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let mut attributes = Vec::new();
            match draft.kind {
                Kind::Heading(level) => attributes.push(Attribute::new("level", level)),
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

fn kind_of(hints: Hints, measure: &Measure) -> &'static str {
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

/// Whether a heading announces a box of other articles. The words are folded: see [`fold`].
fn announces_related(heading: &str) -> bool {
    const HEADINGS: [&str; 16] = [
        "tinliênquan",
        "bàiliênquan",
        "bàiviếtliênquan",
        "tincùngchuyênmục",
        "tinkhác",
        "xemthêm",
        "đọcthêm",
        "àlireaussi",
        "lireaussi",
        "surlemêmesujet",
        "surlemêmethème",
        "articlesliés",
        "danslamêmerubrique",
        "relatednews",
        "relatedarticles",
        "readmore",
    ];
    HEADINGS.contains(&heading)
}

/// Whether a line invites to read something else.
fn begins_with_cross_reference(line: &str) -> bool {
    const BEGINNINGS: [&str; 12] = [
        "lire aussi",
        "à lire",
        "lire :",
        "voir aussi",
        "xem thêm",
        "đọc thêm",
        "tin liên quan",
        "read more",
        "read also",
        "see also",
        "also read",
        "related:",
    ];
    let line = line.trim_start_matches(|it: char| !it.is_alphanumeric()).to_lowercase();
    BEGINNINGS.iter().any(|beginning| line.starts_with(beginning))
}

/// Whether a short line beside an image says who took it.
fn names_a_photographer(line: &str) -> bool {
    const CREDITS: [&str; 8] =
        ["Ảnh:", "Ảnh :", "Photo:", "Photo :", "Photos :", "Crédit", "Credit:", "©"];
    CREDITS.iter().any(|credit| line.contains(credit))
}
