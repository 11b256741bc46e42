//! Reads RTF token by token.

use docmill_office::{Draft, Properties};
use docmill_plugin::prelude::*;
use docmill_plugin::structure::Element as Block;
use encoding_rs::Encoding;

use super::groups::{Destination, Group, destination};
use super::info::{Date, Fonts, Styles};
use super::tokens::Token;
use crate::code_pages;
use crate::paragraphs::{Kind, Paragraphs, by_name, hyperlink};
use docmill_office::Changes;

/// How deep groups may lie in each other; what is deeper is read as if its groups were not there.
const DEEPEST: usize = 500;
/// How many notes may lie in each other.
const MOST_NOTES: usize = 8;
/// The longest instruction and the longest property, in bytes.
const LONGEST: usize = 4 << 10;

/// A note, a header or a text box while it is read: what was written before it waits.
struct Note {
    kind: &'static str,
    paragraphs: Paragraphs,
    at: usize,
}

/// Reads a file.
pub struct Reader {
    changes: Changes,
    draft: Draft,
    paragraphs: Paragraphs,
    properties: Properties,
    groups: Vec<Group>,
    group: Group,
    deeper: usize,
    encoding: &'static Encoding,
    /// Bytes of text that wait to be decoded: a character may be two.
    bytes: Vec<u8>,
    /// The first half of a character beyond the first plane.
    half: Option<u16>,
    /// How many characters are still to be passed over, which stand for a Unicode one.
    passed_over: usize,
    fonts: Fonts,
    styles: Styles,
    default_font: i32,
    date: Date,
    words: String,
    instruction: String,
    comment_author: String,
    notes: Vec<Note>,
    /// Whether the next paragraph has a bullet or a number before it.
    has_bullet: bool,
    endnotes: bool,
}

impl Reader {
    /// Nothing is read yet.
    pub fn new(changes: Changes) -> Reader {
        Reader {
            changes,
            draft: Draft::new(),
            paragraphs: Paragraphs::default(),
            properties: Properties::new(),
            groups: Vec::new(),
            group: Group::new(),
            deeper: 0,
            encoding: encoding_rs::WINDOWS_1252,
            bytes: Vec::new(),
            half: None,
            passed_over: 0,
            fonts: Fonts::default(),
            styles: Styles::default(),
            default_font: 0,
            date: Date::default(),
            words: String::new(),
            instruction: String::new(),
            comment_author: String::new(),
            notes: Vec::new(),
            has_bullet: false,
            endnotes: false,
        }
    }

    /// Reads one token.
    pub fn token(&mut self, token: Token<'_>) {
        let is_new = std::mem::replace(&mut self.group.is_new, false);
        match token {
            Token::Text(text) => self.text_bytes(text),
            Token::Hex(byte) => self.text_bytes(&[byte]),
            Token::Open => {
                self.decode();
                self.passed_over = 0;
                self.open();
            }
            Token::Close => {
                self.decode();
                self.passed_over = 0;
                self.close();
            }
            Token::Symbol(symbol) => {
                self.decode();
                // Elsewhere than at the beginning of a group the star says nothing.
                if symbol == b'*' {
                    self.group.is_optional |= is_new;
                } else {
                    self.symbol(symbol);
                }
            }
            Token::Word(word, number) => {
                self.decode();
                if self.passed_over > 0 && word != "u" {
                    self.passed_over -= 1;
                    return;
                }
                self.word(word, number);
            }
        }
    }

    /// The document, once all tokens are read.
    pub fn finish(mut self) -> Option<Extracted> {
        self.decode();
        let is_cut = !self.groups.is_empty() || self.deeper > 0;
        while !self.groups.is_empty() {
            self.close();
        }
        while !self.notes.is_empty() {
            self.end_note();
        }
        self.paragraphs.end_all(&mut self.draft.writer);
        let damage = is_cut.then(|| "it ends within a group".to_owned());
        self.draft.finish(self.properties, damage)
    }

    fn open(&mut self) {
        if self.groups.len() >= DEEPEST {
            self.deeper += 1;
            return;
        }
        self.groups.push(self.group);
        self.group = self.group.inner();
    }

    fn close(&mut self) {
        if self.deeper > 0 {
            self.deeper -= 1;
            return;
        }
        let Some(outer) = self.groups.pop() else { return };
        let group = std::mem::replace(&mut self.group, outer);
        if group.ends_link {
            self.paragraphs.end_link(&mut self.draft.writer);
        }
        if group.ends_note {
            self.end_note();
        }
        match (group.destination, outer.destination) {
            (Destination::Styles, Destination::Styles) => self.styles.end(),
            (Destination::Property(name), Destination::Info) => {
                let words = std::mem::take(&mut self.words);
                match name {
                    "title" => self.properties.title(&words),
                    "creator" => self.properties.creators(&words),
                    "keywords" => self.properties.keywords(&words),
                    name => self.properties.add(name, &words),
                }
            }
            (Destination::Date(name), Destination::Info) => {
                if let Some(date) = std::mem::take(&mut self.date).written() {
                    self.properties.date(name, &date);
                }
            }
            _ => {}
        }
    }

    fn text_bytes(&mut self, mut bytes: &[u8]) {
        let passed = self.passed_over.min(bytes.len());
        self.passed_over -= passed;
        bytes = &bytes[passed..];
        self.bytes.extend_from_slice(bytes);
    }

    /// Turns the bytes that wait into text.
    fn decode(&mut self) {
        if self.bytes.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.bytes);
        let (text, _) = self.group.encoding.decode_without_bom_handling(&bytes);
        self.text(&text);
        self.bytes = bytes;
        self.bytes.clear();
    }

    fn text(&mut self, text: &str) {
        self.half = None;
        let keep = |target: &mut String| {
            if target.len() + text.len() <= LONGEST {
                target.push_str(text);
            }
        };
        match self.group.destination {
            Destination::Text => self.shown(text),
            Destination::Styles => self.styles.name(text),
            Destination::Property(_) => keep(&mut self.words),
            Destination::Instruction => keep(&mut self.instruction),
            Destination::CommentAuthor => keep(&mut self.comment_author),
            Destination::Nothing
            | Destination::Fonts
            | Destination::Info
            | Destination::Date(_) => {}
        }
    }

    fn shown(&mut self, text: &str) {
        let group = self.group;
        let is_dropped = group.is_hidden
            || group.is_of_html
            || group.is_deleted && !self.changes.shows_deletions()
            || group.is_inserted && !self.changes.shows_insertions();
        if is_dropped {
            return;
        }
        if !self.paragraphs.is_open() {
            if text.trim().is_empty() {
                return;
            }
            let kind = self.kind();
            self.paragraphs.begin(&mut self.draft.writer, kind, group.in_table);
        }
        let is_change = self.changes == Changes::Shown && (group.is_deleted || group.is_inserted);
        if !text.trim().is_empty() {
            self.paragraphs.emphasize(&mut self.draft.writer, group.is_bold || group.is_italic);
        }
        let start = self.draft.writer.len();
        self.draft.writer.write(text);
        if is_change {
            let kind = if group.is_deleted { "deletion" } else { "insertion" };
            self.draft.writer.add(Mark::new(kind, start..self.draft.writer.len()));
        }
    }

    /// What the paragraph is that begins here.
    fn kind(&mut self) -> Kind {
        let has_bullet = std::mem::take(&mut self.has_bullet);
        let style = self.styles.get(self.group.style);
        if let Some(kind) = style.and_then(|it| by_name(&it.name)) {
            return kind;
        }
        let outline = self.group.outline.or_else(|| style?.outline);
        if let Some(level) = outline.filter(|it| *it < 9) {
            return Kind::Heading(level + 1);
        }
        let of_style = style.is_some_and(|it| it.list > 0);
        match has_bullet || self.group.list > 0 || of_style {
            true => {
                let level = self.group.list_level;
                Kind::Item(level.max(style.map_or(0, |it| it.list_level)))
            }
            false => Kind::Paragraph,
        }
    }

    fn symbol(&mut self, symbol: u8) {
        if self.passed_over > 0 {
            self.passed_over -= 1;
            return;
        }
        match symbol {
            b'~' => self.text(" "),
            b'_' => self.text("-"),
            b'{' | b'}' | b'\\' => self.text(char::from(symbol).encode_utf8(&mut [0; 4])),
            b'\r' | b'\n' => self.end_paragraph(),
            b'\t' => self.text(" "),
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        if self.group.destination == Destination::Text {
            self.paragraphs.end(&mut self.draft.writer);
            self.has_bullet = false;
        }
    }

    fn word(&mut self, word: &str, number: Option<i32>) {
        match self.group.destination {
            Destination::Nothing => {
                // Of a text in two versions the one in Unicode.
                if word == "ud" {
                    self.group.destination = Destination::Text;
                }
                return;
            }
            Destination::Fonts => return self.fonts.word(word, number),
            Destination::Styles if word != "u" => {
                if self.group.is_optional && !matches!(word, "cs" | "ds" | "ts" | "s") {
                    self.group.destination = Destination::Nothing;
                }
                return self.styles.word(word, number);
            }
            Destination::Date(_) => {
                let number = number.unwrap_or(0);
                match word {
                    "yr" => self.date.year = number,
                    "mo" => self.date.month = number,
                    "dy" => self.date.day = number,
                    _ => {}
                }
                return;
            }
            _ => {}
        }
        if self.destination(word) {
            return;
        }
        self.format(word, number);
    }

    /// Whether the word says what its group is for.
    fn destination(&mut self, word: &str) -> bool {
        match word {
            "footnote" => self.begin_note(if self.endnotes { "endnote" } else { "footnote" }),
            "annotation" => self.begin_note("comment"),
            "header" | "headerl" | "headerr" | "headerf" => self.begin_note("header"),
            "footer" | "footerl" | "footerr" | "footerf" => self.begin_note("footer"),
            "shptxt" | "dptxbxtext" => self.begin_note("box"),
            "listtext" | "pntext" => {
                self.has_bullet = true;
                self.group.destination = Destination::Nothing;
            }
            "field" => self.instruction.clear(),
            "fldrslt" => {
                let href = hyperlink(&std::mem::take(&mut self.instruction));
                if let Some(href) = href.filter(|_| self.group.destination == Destination::Text) {
                    let kind = self.kind();
                    if !self.paragraphs.is_open() {
                        let in_table = self.group.in_table;
                        self.paragraphs.begin(&mut self.draft.writer, kind, in_table);
                    }
                    self.group.ends_link =
                        self.paragraphs.begin_link(&mut self.draft.writer, &href);
                }
            }
            // Groups of which what lies in them is read.
            "shpinst" | "do" | "shppict" | "ud" | "result" | "shp" | "object" => {}
            "fldinst" => {
                self.instruction.clear();
                self.group.destination = Destination::Instruction;
            }
            word => match destination(word) {
                Some(destination) => {
                    if matches!(destination, Destination::Property(_)) {
                        self.words.clear();
                        // `\title` is one only among what the document says of itself.
                        if self.group.destination != Destination::Info {
                            return true;
                        }
                    }
                    if destination == Destination::CommentAuthor {
                        self.comment_author.clear();
                    }
                    self.group.destination = destination;
                }
                // A style of characters.
                None if matches!(word, "cs" | "ds" | "ts") => return false,
                None if self.group.is_optional => self.group.destination = Destination::Nothing,
                None => return false,
            },
        }
        self.group.is_optional = false;
        true
    }

    fn begin_note(&mut self, kind: &'static str) {
        if self.notes.len() == MOST_NOTES || self.group.destination != Destination::Text {
            self.group.destination = Destination::Nothing;
            return;
        }
        let at = self.draft.place();
        self.draft.begin_apart();
        let paragraphs = std::mem::take(&mut self.paragraphs);
        self.notes.push(Note { kind, paragraphs, at });
        self.group.plain_paragraph();
        self.group.ends_note = true;
    }

    fn end_note(&mut self) {
        let Some(note) = self.notes.pop() else { return };
        self.paragraphs.end_all(&mut self.draft.writer);
        let text = self.draft.end_apart();
        self.paragraphs = note.paragraphs;
        let mut attributes = Vec::new();
        let author = std::mem::take(&mut self.comment_author);
        if note.kind == "comment" && !author.trim().is_empty() {
            attributes.push(Attribute::new("creator", author.trim()));
        }
        match note.kind {
            // A box is text; it comes where it hangs.
            "box" => {
                self.paragraphs.end(&mut self.draft.writer);
                for line in text.split('\n').filter(|it| !it.trim().is_empty()) {
                    self.draft.writer.element(Block::Paragraph, line);
                }
            }
            "header" => self.draft.aside_once(0, "header", &text),
            kind @ "footer" => self.draft.aside_once(note.at, kind, &text),
            kind => self.draft.aside_at(note.at, kind, &text, attributes),
        }
    }

    fn format(&mut self, word: &str, number: Option<i32>) {
        let is_on = number != Some(0);
        let level = || number.and_then(|it| u8::try_from(it).ok());
        match word {
            "par" | "sect" | "page" => self.end_paragraph(),
            "pard" => self.group.plain_paragraph(),
            "plain" => {
                let encoding = self.fonts.encoding(self.default_font).unwrap_or(self.encoding);
                self.group.plain_words(encoding);
            }
            "line" if self.paragraphs.is_open() => self.draft.writer.line_break(),
            "tab" | "emspace" | "enspace" | "qmspace" | "nestcell" | "nestrow" => self.text(" "),
            "cell" if self.group.destination == Destination::Text => {
                self.paragraphs.end_cell(&mut self.draft.writer);
            }
            "row" if self.group.destination == Destination::Text => {
                self.paragraphs.end_row(&mut self.draft.writer);
            }
            "emdash" => self.text("—"),
            "endash" => self.text("–"),
            "lquote" => self.text("‘"),
            "rquote" => self.text("’"),
            "ldblquote" => self.text("“"),
            "rdblquote" => self.text("”"),
            "bullet" => self.text("•"),
            "b" => self.group.is_bold = is_on,
            "i" => self.group.is_italic = is_on,
            "v" => self.group.is_hidden = is_on,
            "deleted" => self.group.is_deleted = is_on,
            "revised" => self.group.is_inserted = is_on,
            "htmlrtf" => self.group.is_of_html = is_on,
            "s" => self.group.style = number.unwrap_or(0),
            "outlinelevel" => self.group.outline = level(),
            "ls" => self.group.list = number.unwrap_or(0),
            "ilvl" => self.group.list_level = level().unwrap_or(0),
            "intbl" => self.group.in_table = true,
            "itap" => self.group.in_table = number.unwrap_or(0) > 0,
            "ftnalt" => self.alter_note(),
            "f" | "af" => {
                let encoding = number.and_then(|it| self.fonts.encoding(it));
                if word == "f" {
                    self.group.encoding = encoding.unwrap_or(self.encoding);
                }
            }
            "deff" => self.default_font = number.unwrap_or(0),
            "uc" => self.group.fallbacks = number.map_or(1, |it| it.clamp(0, 64) as usize),
            "u" => self.unicode(number.unwrap_or(0)),
            "ansicpg" => {
                self.set_encoding(number.and_then(|it| u32::try_from(it).ok()).unwrap_or(1252))
            }
            "mac" => self.set_encoding(10000),
            _ => {}
        }
    }

    fn alter_note(&mut self) {
        if let Some(note) = self.notes.last_mut().filter(|it| it.kind == "footnote") {
            note.kind = "endnote";
        }
    }

    fn set_encoding(&mut self, page: u32) {
        self.encoding = code_pages::of_page(page);
        self.group.encoding = self.encoding;
    }

    fn unicode(&mut self, number: i32) {
        // Numbers are written with a sign; what is beyond 16 bits is not, by programs that know
        // better.
        let code = if number < 0 { (number & 0xffff) as u32 } else { number as u32 };
        self.passed_over = self.group.fallbacks;
        if (0xd800..0xdc00).contains(&code) {
            self.half = Some(code as u16);
            return;
        }
        let character = match (self.half.take(), u16::try_from(code)) {
            (Some(first), Ok(second)) => {
                char::decode_utf16([first, second]).next().and_then(Result::ok)
            }
            _ => None,
        };
        // Letters of fonts of symbols lie in the private area.
        let character = character.or_else(|| match code {
            0xf020..=0xf0ff => None,
            code => char::from_u32(code),
        });
        if let Some(character) = character {
            self.text(character.encode_utf8(&mut [0; 4]));
        }
    }
}
