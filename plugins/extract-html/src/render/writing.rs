//! Writes words, and the white space and marks that are owed before them.

use super::{Draft, Kind, MAX_MARKS, Renderer, UNRESOLVED};
use crate::tags::Tag;
use crate::whitespace::{is_invisible, is_space, trimmed_len, unchanged};

impl Renderer<'_> {
    /// Where the text ends, were it to end here.
    pub(super) fn length(&self) -> usize {
        trimmed_len(&self.text)
    }

    pub(super) fn close_paragraph(&mut self) {
        if let Some(index) = self.paragraph.take() {
            self.drafts[index].end = self.length();
        }
    }

    /// Ends the line (1) or the paragraph (2), as far as what lies around allows.
    pub(super) fn block_boundary(&mut self, gap: u8) {
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

    pub(super) fn line_break(&mut self) {
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

    pub(super) fn is_preformatted(&self) -> bool {
        self.open.iter().rev().take(8).any(|open| open.tag == Tag::Preformatted)
    }

    pub(super) fn write(&mut self, text: &str, preformatted: bool) {
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
    pub(super) fn write_preformatted_space(&mut self, character: char) {
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
    pub(super) fn write_words(&mut self, words: &str) {
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
    pub(super) fn begin_line(&mut self) {
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
    pub(super) fn open_paragraph(&mut self) {
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
}
