//! Puts a document together: decides for every block of a text whether it belongs to it, and as
//! what.

use docmill_plugin::{Aside, Attribute, Document, Extracted, Mark, Span};

use crate::blocks::{Block, blocks, is_wrapped, lines_of};
use crate::newsroom::{self, BoxHeading};

/// The longest title, in characters, its ellipsis included.
const LONGEST_TITLE: usize = 500;

/// The longest line that may be the headline of a text, and the longest that may be one in the
/// middle of it, in characters.
const LONGEST_HEADLINE: usize = 200;
const LONGEST_SUBHEADLINE: usize = 120;

/// What stands under a sub-headline has at least this many bytes; otherwise it is one short line
/// among others.
const SHORTEST_PROSE: usize = 80;

/// The most lines of a caption that is wrapped.
const CAPTION_LINES: usize = 4;

/// What a block turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Paragraph,
    Heading(u8),
    /// An aside of this kind.
    Aside(&'static str),
    /// What a box of related news consists of.
    Related(&'static str),
}

/// The document in a text without any conventions: nothing but paragraphs. `None` if the text is
/// blank.
pub fn plain(text: &str) -> Option<Extracted> {
    let blocks = blocks(text, false);
    if blocks.is_empty() {
        return None;
    }
    let mut draft = Draft::new(text);
    for block in &blocks {
        draft.begin_paragraph();
        draft.write(text, block, block.range.end, Role::Paragraph);
    }
    Some(draft.finish(Vec::new()))
}

/// The document in a text that may follow the conventions of newsrooms. `None` if the text is
/// blank.
pub fn newsroom(text: &str) -> Option<Extracted> {
    let mut attributes = Vec::new();
    let mut content = text;
    if let Some((date, length)) = newsroom::date_marker(text) {
        attributes.push(Attribute::new("date", date));
        content = &text[length..];
    }
    let blocks: Vec<Block> =
        blocks(content, true).into_iter().flat_map(|block| divide(content, block)).collect();
    if blocks.is_empty() {
        return None;
    }
    let mut roles = captions_and_links(content, &blocks);
    related_news(content, &blocks, &mut roles);
    let signature = signature(content, &blocks, &mut roles);
    headings(content, &blocks, &mut roles);

    let mut draft = Draft::new(content);
    let mut creator = signature.as_ref().map(|it| it.name);
    for (index, (block, role)) in blocks.iter().zip(&roles).enumerate() {
        match *role {
            Role::Paragraph | Role::Heading(_) => {
                let mut block = block.clone();
                let signed = signature.as_ref().filter(|it| it.block == index);
                let end = signed.map_or(block.range.end, |it| it.start);
                draft.begin_paragraph();
                if let Some((length, agency)) = newsroom::dateline(&content[block.range.start..end])
                {
                    let line = block.range.start..block.range.start + length;
                    draft.aside("dateline", &content[line.clone()]);
                    block.range.start =
                        line.end + leading_space(&content[line.end..block.range.end]);
                    block.line_start = block.range.start;
                    creator = creator.or(Some(agency));
                }
                if index == 0 {
                    let first_line = lines_of(&content[block.range.start..end]).next();
                    attributes.insert(0, Attribute::new("title", title(first_line.unwrap_or(""))));
                }
                draft.write(content, &block, end, *role);
                if let Some(signed) = signed {
                    draft.aside("credit", &content[signed.start..block.range.end]);
                }
            }
            Role::Aside(kind) => draft.aside(kind, &content[block.range.clone()]),
            Role::Related(part) => {
                draft.aside("related", &content[block.range.clone()]);
                draft.describe_aside("part", part);
            }
        }
    }
    attributes.extend(creator.map(|name| Attribute::new("creator", name)));
    Some(draft.finish(attributes))
}

/// Takes a block apart in which lines stand together that are separate things by convention.
fn divide(text: &str, block: Block) -> Vec<Block> {
    if block.lines == 1 {
        return vec![block];
    }
    let is_apart =
        |line: &str| newsroom::is_cross_link(line) || newsroom::picture_credit(line).is_some();
    let content = &text[block.range.clone()];
    let line_block = |line: &str| {
        let start = block.range.end - content.len() + offset_in(content, line.trim_start());
        Block { range: start..start + line.trim().len(), line_start: start, lines: 1 }
    };
    if lines_of(content).all(|line| is_apart(line.trim())) {
        return lines_of(content).map(line_block).collect();
    }
    let first = lines_of(content).next().unwrap_or(content);
    if newsroom::box_heading(first.trim()).is_some() {
        let heading = line_block(first);
        let start = heading.range.end + leading_space(&text[heading.range.end..block.range.end]);
        let rest =
            Block { range: start..block.range.end, line_start: start, lines: block.lines - 1 };
        return vec![heading, rest];
    }
    vec![block]
}

/// Where `part` lies in the text of which it is a slice.
fn offset_in(text: &str, part: &str) -> usize {
    part.as_ptr() as usize - text.as_ptr() as usize
}

fn leading_space(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// Finds what can be told from a block alone. The first block is always text: something has to be
/// the article.
fn captions_and_links(text: &str, blocks: &[Block]) -> Vec<Role> {
    // In a mail, `>>` quotes a quotation.
    let is_mail = blocks.iter().any(|block| {
        let content = &text[block.range.clone()];
        content.starts_with('>') && !content.starts_with(">>")
    });
    let role = |(index, block): (usize, &Block)| {
        let content = &text[block.range.clone()];
        if index == 0 {
            return Role::Paragraph;
        }
        if block.lines == 1 && !is_mail && newsroom::is_cross_link(content) {
            return Role::Aside("cross-link");
        }
        match newsroom::picture_credit(content) {
            Some(0) if block.lines == 1 => Role::Aside("credit"),
            Some(_) if block.lines <= CAPTION_LINES => Role::Aside("caption"),
            None if block.lines == 1 && newsroom::is_credit(content) => Role::Aside("credit"),
            _ => Role::Paragraph,
        }
    };
    blocks.iter().enumerate().map(role).collect()
}

/// Finds boxes of related news: the one that ends the text, and small ones that interrupt it.
fn related_news(text: &str, blocks: &[Block], roles: &mut [Role]) {
    let content = |index: usize| &text[blocks[index].range.clone()];
    let part = |index: usize, role: Role| {
        if matches!(role, Role::Aside(_)) {
            "caption"
        } else if blocks[index].lines == 1
            && newsroom::is_headline(content(index), LONGEST_HEADLINE)
        {
            "headline"
        } else {
            "teaser"
        }
    };
    // Computed for the first heading of a box that needs it, since most texts have none.
    let mut last_signed = None;
    let mut previous_text = 0;
    let mut index = 1;
    while index < blocks.len() {
        let heading = Some(index)
            .filter(|_| roles[index] == Role::Paragraph && blocks[index].lines == 1)
            .and_then(|index| newsroom::box_heading(content(index)));
        let Some(heading) = heading else {
            if roles[index] == Role::Paragraph && !newsroom::is_source_link(content(index)) {
                previous_text = index;
            }
            index += 1;
            continue;
        };
        let teasers = (index + 1..blocks.len())
            .take_while(|&next| part(next, roles[next]) != "teaser")
            .count();
        let last_signed = *last_signed.get_or_insert_with(|| {
            (0..blocks.len()).rfind(|&index| newsroom::signature(content(index)).is_some())
        });
        // A signature says where the article ends. Without one, the box ends it.
        let ends_article = newsroom::signature(content(previous_text)).is_some()
            || last_signed.is_none_or(|signed| signed < index);
        let is_box = heading == BoxHeading::Certain || teasers > 0;
        let end = if is_box && ends_article {
            blocks.len()
        } else if teasers > 0 {
            index + 1 + teasers
        } else {
            index
        };
        for (next, role) in roles.iter_mut().enumerate().take(end).skip(index) {
            *role = Role::Related(if next == index { "heading" } else { part(next, *role) });
        }
        // `teasers` were looked at once, and are not looked at again.
        index = end.max(index + 1);
    }
}

/// The signature at the end of an article.
struct Signature<'a> {
    /// The block that it ends, unless it is a block of its own.
    block: usize,
    /// Where it begins in the text.
    start: usize,
    name: &'a str,
}

/// Finds what closes an article: the signature of the agency, and the rest of a link to the source.
fn signature<'a>(text: &'a str, blocks: &[Block], roles: &mut [Role]) -> Option<Signature<'a>> {
    let last_paragraph = |roles: &[Role]| roles.iter().rposition(|&role| role == Role::Paragraph);
    let mut last = last_paragraph(roles)?;
    if last > 0 && newsroom::is_source_link(&text[blocks[last].range.clone()]) {
        roles[last] = Role::Aside("navigation");
        last = last_paragraph(roles)?;
    }
    let block = &blocks[last];
    let (start, name) = newsroom::signature(&text[block.range.clone()])?;
    if start == 0 {
        if last == 0 {
            return None;
        }
        roles[last] = Role::Aside("credit");
    }
    Some(Signature { block: last, start: block.range.start + start, name })
}

/// Finds the headline and the sub-headlines among what is left as text.
fn headings(text: &str, blocks: &[Block], roles: &mut [Role]) {
    let mut following = 0;
    for (index, block) in blocks.iter().enumerate().rev() {
        if roles[index] != Role::Paragraph {
            continue;
        }
        let content = &text[block.range.clone()];
        let length = content.len();
        if index == 0 {
            if block.lines == 1 && newsroom::is_headline(content, LONGEST_HEADLINE) {
                roles[index] = Role::Heading(1);
            }
        } else if block.lines == 1
            && following >= SHORTEST_PROSE.max(length + 1)
            && newsroom::is_headline(content, LONGEST_SUBHEADLINE)
        {
            roles[index] = Role::Heading(2);
        }
        following = length;
    }
}

/// The first line as a title, cut at a word if it is too long for one.
fn title(line: &str) -> String {
    let line = line.trim();
    let Some((limit, _)) = line.char_indices().nth(LONGEST_TITLE) else {
        return line.to_owned();
    };
    // The ellipsis takes the place of one more character.
    let cut = &line[..line[..limit].char_indices().next_back().map_or(0, |(at, _)| at)];
    let is_between_words = line[cut.len()..].starts_with(char::is_whitespace);
    let whole_words = if is_between_words {
        cut
    } else {
        cut.rsplit_once(char::is_whitespace).map_or(cut, |(words, _)| words)
    };
    format!("{}…", whole_words.trim_end())
}

/// A document in the making.
pub struct Draft {
    text: String,
    marks: Vec<Mark>,
    asides: Vec<Aside>,
}

impl Draft {
    /// A draft with room for everything in `source`.
    pub fn new(source: &str) -> Draft {
        Draft { text: String::with_capacity(source.len()), marks: Vec::new(), asides: Vec::new() }
    }

    /// Separates what comes from what is there.
    pub fn begin_paragraph(&mut self) {
        if !self.text.is_empty() {
            self.text.push_str("\n\n");
        }
    }

    /// Adds a block as a paragraph.
    pub fn write_paragraph(&mut self, text: &str, block: &Block) {
        self.write(text, block, block.range.end, Role::Paragraph);
    }

    /// Adds a block up to `end`, a place in `text`.
    fn write(&mut self, text: &str, block: &Block, end: usize, role: Role) {
        // Code, verses and tables are aligned by their first line too.
        if block.lines > 1 {
            self.text.push_str(&text[block.line_start..block.range.start]);
        }
        let start = self.text.len();
        let content = text[block.range.start..end].trim_end();
        if role == Role::Paragraph && is_wrapped(content) {
            push_joined(&mut self.text, content);
        } else {
            push_lines(&mut self.text, content);
        }
        let span = start..self.text.len();
        self.marks.push(match role {
            Role::Heading(level) => Mark::new("heading", span).with("level", level),
            _ => Mark::new("paragraph", span),
        });
    }

    /// Adds what stands here without being part of the text.
    pub fn aside(&mut self, kind: &str, content: &str) {
        let mut text = String::with_capacity(content.len());
        push_lines(&mut text, content.trim_end());
        let position = Span::new(self.text.len(), self.text.len()).start;
        self.asides.push(Aside { kind: kind.to_owned(), text, position, attributes: Vec::new() });
    }

    /// Adds an attribute to the latest aside.
    fn describe_aside(&mut self, name: &str, value: &str) {
        if let Some(aside) = self.asides.last_mut() {
            aside.attributes.push(Attribute::new(name, value));
        }
    }

    pub fn finish(self, attributes: Vec<Attribute>) -> Extracted {
        let document = Document { text: self.text, language: None, attributes, marks: self.marks };
        Extracted { document, asides: self.asides }
    }
}

/// Adds lines with their ends made alike and without the white space before them.
fn push_lines(target: &mut String, text: &str) {
    for (index, line) in lines_of(text).enumerate() {
        if index > 0 {
            target.push('\n');
        }
        target.push_str(line.trim_end());
    }
}

/// Adds lines as one.
fn push_joined(target: &mut String, text: &str) {
    for (index, line) in lines_of(text).enumerate() {
        if index > 0 {
            target.push(' ');
        }
        target.push_str(line.trim());
    }
}
