//! A document as CommonMark with the tables of GitHub Flavored Markdown, in which nothing but its
//! own structure is markup.

use super::blocks::{Block, Passage, blocks};
use super::inline::{Inline, Piece, Stretch, address};
use super::visible::{Characters, Shown, push_escape};
use crate::model::Document;

/// Renders a document.
pub(super) fn render(document: &Document) -> String {
    let mut page = Page {
        text: &document.text,
        inline: Inline::of(document),
        markdown: String::new(),
        indent: String::new(),
    };
    page.blocks(&blocks(document), false);
    if !page.markdown.is_empty() {
        page.markdown.push('\n');
    }
    page.markdown
}

/// A text as one line of Markdown, as it may stand in a heading or a paragraph.
pub fn escaped_markdown(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    Place { begins_line: true, ..Place::default() }.push(&mut line, &text);
    protect_heading(&mut line);
    line
}

struct Page<'a> {
    text: &'a str,
    inline: Inline<'a>,
    markdown: String,
    /// What every line begins with after the first one of a block: the signs of quotations, the
    /// indentation of items.
    indent: String,
}

impl Page<'_> {
    fn blocks(&mut self, blocks: &[Block], tight: bool) {
        for (index, block) in blocks.iter().enumerate() {
            if index > 0 {
                self.next_line(!tight);
            }
            self.block(block);
        }
    }

    fn next_line(&mut self, after_empty_line: bool) {
        if after_empty_line {
            self.markdown.push('\n');
            self.markdown.push_str(self.indent.trim_end());
        }
        self.markdown.push('\n');
        self.markdown.push_str(&self.indent);
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Paragraph(passage) => {
                let lines = self.words(passage, Place { begins_line: true, ..Place::default() });
                self.lines(&lines);
            }
            Block::Heading(level, passage) => {
                let mut line = self.words(passage, Place { one_line: true, ..Place::default() });
                protect_heading(&mut line);
                self.markdown.extend(std::iter::repeat_n('#', usize::from(*level)));
                self.markdown.push(' ');
                self.markdown.push_str(&line);
            }
            Block::Code(passage) => {
                let code = super::escaped(&self.text[passage.clone()]);
                let fence = "`".repeat(longest_run(&code).max(2) + 1);
                self.lines(&format!("{fence}\n{code}\n{fence}"));
            }
            Block::Quotation(inner) => self.within("> ", |page| page.blocks(inner, false)),
            Block::List(items) => {
                let tight = items.iter().all(|item| is_tight(item));
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.next_line(!tight);
                    }
                    self.markdown.push_str("- ");
                    let length = self.indent.len();
                    self.indent.push_str("  ");
                    self.blocks(item, tight);
                    self.indent.truncate(length);
                }
            }
            Block::Table(rows) => self.table(rows),
        }
    }

    fn within(&mut self, sign: &str, inside: impl FnOnce(&mut Self)) {
        let length = self.indent.len();
        self.markdown.push_str(sign);
        self.indent.push_str(sign);
        inside(self);
        self.indent.truncate(length);
    }

    fn lines(&mut self, lines: &str) {
        for (index, line) in lines.split('\n').enumerate() {
            match (index, line) {
                (0, _) => {}
                (_, "") => {
                    self.markdown.push('\n');
                    self.markdown.push_str(self.indent.trim_end());
                }
                _ => self.next_line(false),
            }
            self.markdown.push_str(line);
        }
    }

    /// The first row is the head, since there is no table without one. It is as wide as the widest
    /// row, as what exceeds it would not be shown.
    fn table(&mut self, rows: &[Vec<Passage>]) {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        for (index, row) in rows.iter().enumerate() {
            if index > 0 {
                self.next_line(false);
            }
            self.markdown.push('|');
            for cell in row {
                let place = Place { one_line: true, in_cell: true, ..Place::default() };
                let words = self.words(cell, place);
                self.markdown.extend([" ", &words, if words.is_empty() { "|" } else { " |" }]);
            }
            if index == 0 {
                self.markdown.extend(std::iter::repeat_n(" |", columns - row.len()));
                self.next_line(false);
                self.markdown.push('|');
                self.markdown.extend(std::iter::repeat_n(" --- |", columns));
            }
        }
    }

    fn words(&mut self, passage: &Passage, place: Place) -> String {
        let mut words = String::new();
        let mut begins_line = place.begins_line;
        for mut stretch in self.inline.stretches(passage.clone()) {
            settle_emphasis(self.text, &mut stretch);
            let place = Place { in_link: stretch.href.is_some(), ..place };
            if place.in_link {
                // An exclamation mark before a link would make it a picture.
                if words.ends_with('!') {
                    words.pop();
                    words.push_str("\\!");
                }
                words.push('[');
                begins_line = false;
            }
            let mut emphasised = false;
            for piece in &stretch.pieces {
                if piece.emphasised != emphasised {
                    words.push('*');
                    (emphasised, begins_line) = (piece.emphasised, false);
                }
                let said = &self.text[piece.range.clone()];
                // What splits the cells of a table does so within code as well.
                if piece.code && !(place.in_cell && said.contains('|')) {
                    push_code(&mut words, said);
                } else {
                    Place { begins_line, ..place }.push(&mut words, said);
                }
                begins_line = words.ends_with('\n');
            }
            if emphasised {
                words.push('*');
            }
            if let Some(href) = stretch.href {
                words.push_str("](");
                // What would begin an entity.
                words.push_str(&address(href).replace('&', "\\&"));
                words.push(')');
            }
        }
        words
    }
}

/// Leaves of emphasis only what a parser would see as such, and joins pieces of which everything is
/// said alike again.
///
/// An asterisk opens only before something to see, and beside punctuation only where a space or
/// punctuation stands on its other side ("left-flanking"); it closes likewise. What exactly is
/// punctuation differs between versions of CommonMark, so only that of ASCII is relied upon.
fn settle_emphasis(text: &str, stretch: &mut Stretch<'_>) {
    let pieces = &mut stretch.pieces;
    let mut first = 0;
    while let Some(group) = pieces[first..].iter().position(|piece| piece.emphasised) {
        first += group;
        let length = pieces[first..].iter().take_while(|piece| piece.emphasised).count();
        let (begin, end) = (&pieces[first], &pieces[first + length - 1]);
        let beside = |piece: Option<&Piece>, edge: Option<char>| match piece {
            Some(Piece { code: true, .. }) | None => Some('`'),
            Some(_) => edge,
        };
        let flanks = |inner: Option<char>, outer: Option<char>| {
            inner.is_some_and(is_letter_or_digit)
                || outer.is_some_and(|it| it.is_whitespace() || it.is_ascii_punctuation())
        };
        let before = first.checked_sub(1).and_then(|at| pieces.get(at));
        let opens = flanks(
            beside(Some(begin), text[begin.range.start..].chars().next()),
            beside(before, text[..begin.range.start].chars().next_back()),
        );
        let closes = flanks(
            beside(Some(end), text[..end.range.end].chars().next_back()),
            beside(pieces.get(first + length), text[end.range.end..].chars().next()),
        );
        if !opens || !closes {
            pieces[first..first + length].iter_mut().for_each(|piece| piece.emphasised = false);
        }
        first += length;
    }
    pieces.dedup_by(|piece, before| {
        let alike = !piece.code && !before.code && piece.emphasised == before.emphasised;
        if alike {
            before.range.end = piece.range.end;
        }
        alike
    });
}

/// Where words stand, which decides what in them would be markup.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    /// Nothing stands before them on their line.
    begins_line: bool,
    /// A line feed would end what they stand in.
    one_line: bool,
    in_cell: bool,
    in_link: bool,
}

impl Place {
    /// Adds words.
    fn push(self, markdown: &mut String, words: &str) {
        let mut begins_line = self.begins_line;
        let mut before = None;
        let mut characters = Characters::of(words);
        while let Some(shown) = characters.next() {
            let character = match shown {
                Shown::Escape(character) => {
                    markdown.push('\\');
                    push_escape(markdown, character);
                    (before, begins_line) = (None, false);
                    continue;
                }
                Shown::Plain(character) => character,
            };
            let rest = characters.rest();
            if character.is_whitespace() {
                let space = &words[words.len() - rest.len() - character.len_utf8()..];
                let space = &space[..space.len() - space.trim_start().len()];
                if space.contains('\n') {
                    markdown.push_str(if self.one_line { " " } else { "\\\n" });
                    characters = Characters::of(&rest[space.len() - character.len_utf8()..]);
                    begins_line = !self.one_line;
                } else {
                    markdown.push(if character == '\t' { ' ' } else { character });
                }
                before = None;
                continue;
            }
            let is_word = |it: Option<char>| it.is_some_and(char::is_alphanumeric);
            let is_markup = match character {
                '\\' | '`' | '*' | '[' | '<' | '~' => true,
                ']' => self.in_link,
                '|' => self.in_cell || begins_line,
                // Within a word it means itself.
                '_' => !is_word(before) || !is_word(rest.chars().next()),
                '&' => rest.starts_with(|it: char| it == '#' || it.is_ascii_alphanumeric()),
                _ => begins_line && begins_block(character, rest),
            };
            if is_markup {
                markdown.push('\\');
            }
            markdown.push(character);
            if begins_line && character.is_ascii_digit() {
                let digits =
                    rest.len() - rest.trim_start_matches(|it: char| it.is_ascii_digit()).len();
                let (digits, after) = rest.split_at(digits);
                if let Some(end) = after.strip_prefix(['.', ')'])
                    && (end.is_empty() || end.starts_with(char::is_whitespace))
                {
                    markdown.extend([digits, "\\", &after[..1]]);
                    characters = Characters::of(end);
                }
            }
            (before, begins_line) = (Some(character), false);
        }
    }
}

/// Whether a character at the beginning of a line would make it a heading, an item, a quotation, a
/// rule, or a row of a table.
fn begins_block(character: char, rest: &str) -> bool {
    let ends_or =
        |signs: &str| rest.chars().next().is_none_or(|it| it.is_whitespace() || signs.contains(it));
    match character {
        '#' => ends_or("#"),
        '+' => ends_or(""),
        '-' => ends_or("-:|"),
        ':' => ends_or("-"),
        '>' | '=' => true,
        _ => false,
    }
}

/// A heading may end in number signs, which mean nothing; those of its text do.
fn protect_heading(line: &mut String) {
    if line.ends_with('#') && line != "\\#" {
        line.pop();
        line.push_str("\\#");
    }
}

/// Not what Unicode counts among the symbols although it looks like a letter.
fn is_letter_or_digit(character: char) -> bool {
    character.is_alphanumeric()
        && !matches!(character, '\u{24b6}'..='\u{24e9}' | '\u{1f130}'..='\u{1f189}')
}

fn push_code(markdown: &mut String, words: &str) {
    let words = super::escaped(words).replace(['\n', '\t'], " ");
    let fence = "`".repeat(longest_run(&words) + 1);
    let space = if words.starts_with('`') || words.ends_with('`') { " " } else { "" };
    markdown.extend([&fence, space, &words, space, &fence]);
}

/// The length of the longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|it| it != '`').map(str::len).max().unwrap_or(0)
}

/// Whether the blocks of an item need no empty line between them.
fn is_tight(item: &[Block]) -> bool {
    match item {
        [Block::List(_)] => true,
        [Block::Paragraph(_), rest @ ..] => rest.iter().all(|it| matches!(it, Block::List(_))),
        _ => false,
    }
}
