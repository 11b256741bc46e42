//! A page as tags and runs of text, by the tokenisation rules of the HTML standard (section
//! 13.2.5).
//!
//! Tokens are slices of the page: nothing is copied before somebody wants it, and what nobody wants
//! is skipped by searching for the byte that ends it. That is what makes it fast inside the
//! sandbox, where every call and every turn of a loop pays for being interruptible. `tests` hold it
//! to `html5gum`, which follows the standard state by state.

use std::borrow::Cow;
use std::ops::Range;

use htmlize::Context;
use memchr::{memchr, memchr2, memmem};

use crate::classes::{
    BEGINS_MARKUP, ENDS_ATTRIBUTE, ENDS_ELEMENT, ENDS_VALUE, LETTER, QUOTE, SPACE, find, is,
    is_literal, lower_unless,
};
use crate::lookup::{EMPTY, extended, hash};

/// Takes a page piece by piece. Called back rather than asked for the next piece: handing every
/// piece over through memory would cost the sandbox a tenth of its time.
pub trait Receiver<'a> {
    /// What an attribute is to the receiver.
    type Attribute;

    /// The attribute whose name has this [`hash`], or `None` if its value is not wanted.
    fn attribute(name: u64) -> Option<Self::Attribute>;

    /// Text whose character references have not been replaced; see [`decoded`].
    fn text(&mut self, text: &'a str);

    /// Text without character references: most text, a CDATA section, the content of a script.
    fn literal(&mut self, text: &'a str);

    /// The start of an element. What follows it is no markup where its content is told.
    fn start(&mut self, tag: Tag<'a, '_, Self::Attribute>) -> Option<Content>;

    /// The end of an element, by the [`hash`] of its name.
    fn end(&mut self, name: u64);
}

/// The start of an element as it was read.
#[derive(Debug, Clone, Copy)]
pub struct Tag<'a, 't, A> {
    /// The [`hash`] of its name.
    pub name: u64,
    /// It ends with `/>`.
    pub is_self_closing: bool,
    /// Those of its attributes that are wanted, in the order of the source. Character references in
    /// their values have not been replaced; see [`decoded_value`].
    pub attributes: &'t [(A, &'a str)],
}

/// How the content of an element is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Text with character references: `textarea`.
    Escapable,
    /// The same, but one that is never ended ends with the next tag, so that it does not swallow
    /// the page: `title`.
    Title,
    /// Text without them: `style`, `noscript`.
    Raw,
    /// As `Raw`, and an end tag does not count within a script inside a comment: `script`.
    Script,
}

const SCRIPT: u64 = hash("script");

/// The most attributes of a tag that are kept, of those that are wanted.
const MAX_ATTRIBUTES: usize = 64;

/// Reads a page whose line ends have been normalised. `has_cdata` tells whether there are CDATA
/// sections; where there are none, `<![CDATA[` begins a comment.
pub fn read<'a, R: Receiver<'a>>(source: &'a str, has_cdata: bool, receiver: &mut R) {
    let attributes = Vec::with_capacity(16);
    Tokenizer::<R> { source, has_cdata, attributes, has_endless_title: false }.run(receiver);
}

struct Tokenizer<'a, R: Receiver<'a>> {
    source: &'a str,
    has_cdata: bool,
    /// Of the tag that is being read.
    attributes: Vec<(R::Attribute, &'a str)>,
    /// No `</title>` comes any more, and none is looked for again.
    has_endless_title: bool,
}

impl<'a, R: Receiver<'a>> Tokenizer<'a, R> {
    fn run(mut self, receiver: &mut R) {
        // Where the text begins that has not been handed over, and from where on its end is looked
        // for.
        let (mut start, mut from) = (0, 0);
        // Whether that text may have character references: looking for them again would cost as
        // much as looking for its end.
        let mut has_references = false;
        while let Some(found) = memchr2(b'<', b'&', &self.bytes()[from..]) {
            let at = from + found;
            from = at + 1;
            if self.bytes()[at] == b'&' {
                has_references = true;
                continue;
            }
            if !self.byte(at + 1).is_some_and(|byte| is(byte, BEGINS_MARKUP)) {
                continue;
            }
            if start < at {
                self.text(start..at, has_references, receiver);
                has_references = false;
            }
            start = self.markup(at, receiver);
            from = start.max(at + 1);
        }
        if start < self.source.len() {
            self.text(start..self.source.len(), has_references, receiver);
        }
    }

    #[inline]
    fn text(&self, text: Range<usize>, has_references: bool, receiver: &mut R) {
        let text = &self.source[text];
        if has_references { receiver.text(text) } else { receiver.literal(text) }
    }

    fn bytes(&self) -> &'a [u8] {
        self.source.as_bytes()
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes().get(at).copied()
    }

    /// The place behind the first `wanted` from `from` on, or the end of the page.
    fn behind(&self, from: usize, wanted: u8) -> usize {
        let rest = self.bytes().get(from..).unwrap_or_default();
        memchr(wanted, rest).map_or(self.source.len(), |found| from + found + 1)
    }

    /// Reads what begins with the `<` at this place; returns the place behind it, or this place if
    /// the `<` is only text.
    fn markup(&mut self, at: usize, receiver: &mut R) -> usize {
        let next = self.byte(at + 1);
        // Asked one after the other, the most frequent ones first: a `match` would become a jump
        // that no processor foresees.
        let is_end = next == Some(b'/');
        let name = at + 1 + usize::from(is_end);
        let first = self.byte(name);
        if first.is_some_and(|byte| is(byte, LETTER)) {
            let (behind, tag) = self.tag(name);
            let Some((name, is_self_closing)) = tag else { return behind };
            if is_end {
                receiver.end(name);
                return behind;
            }
            let tag = Tag { name, is_self_closing, attributes: &self.attributes };
            return match receiver.start(tag) {
                Some(content) => self.content(behind, name, content, receiver),
                None => behind,
            };
        }
        if is_end {
            return if first.is_none() { at } else { self.behind(at + 2, b'>') };
        }
        if next == Some(b'!') {
            return self.declaration(at + 2, receiver);
        }
        self.behind(at + 2, b'>')
    }

    /// Reads what follows `<!`.
    fn declaration(&self, at: usize, receiver: &mut R) -> usize {
        let rest = &self.bytes()[at..];
        if rest.starts_with(b"--") {
            return self.comment_end(at + 2);
        }
        if self.has_cdata && rest.starts_with(b"[CDATA[") {
            let from = at + b"[CDATA[".len();
            let length = memmem::find(&self.bytes()[from..], b"]]>");
            let to = length.map_or(self.source.len(), |length| from + length);
            if from < to {
                receiver.literal(&self.source[from..to]);
            }
            return self.source.len().min(to + b"]]>".len());
        }
        self.behind(at, b'>')
    }

    /// The place behind the comment whose content begins here.
    fn comment_end(&self, from: usize) -> usize {
        let bytes = self.bytes();
        if bytes[from..].starts_with(b">") {
            return from + 1;
        }
        if bytes[from..].starts_with(b"->") {
            return from + 2;
        }
        let mut at = from;
        while let Some(found) = memmem::find(&bytes[at..], b"--") {
            at += found + 2;
            while self.byte(at) == Some(b'-') {
                at += 1;
            }
            match &bytes[at..] {
                [b'>', ..] => return at + 1,
                [b'!', b'>', ..] => return at + 2,
                _ => {}
            }
        }
        bytes.len()
    }

    /// Reads a tag from its name on: the place behind it, its name, and whether it closes itself. A
    /// tag that the page ends in is none.
    #[inline]
    fn tag(&mut self, from: usize) -> (usize, Option<(u64, bool)>) {
        self.attributes.clear();
        let bytes = self.bytes();
        let nothing = (bytes.len(), None);
        let (name, mut at) = hashed(bytes, from, EMPTY, ENDS_ELEMENT);
        loop {
            at = behind_spaces(bytes, at);
            let Some(&first) = bytes.get(at) else { return nothing };
            if first == b'>' {
                return (at + 1, Some((name, false)));
            }
            if first == b'/' {
                if bytes.get(at + 1) == Some(&b'>') {
                    return (at + 2, Some((name, true)));
                }
                at += 1;
                continue;
            }
            // An equals sign with nothing before it begins a name.
            let begun = extended(EMPTY, first.to_ascii_lowercase());
            let (name, end) = hashed(bytes, at + 1, begun, ENDS_ATTRIBUTE);
            at = end;
            let mut value = end..end;
            let equals = behind_spaces(bytes, end);
            if bytes.get(equals) == Some(&b'=') {
                let from = behind_spaces(bytes, equals + 1);
                let Some(&first) = bytes.get(from) else { return nothing };
                if is(first, QUOTE) {
                    let from = from + 1;
                    let Some(length) = memchr(first, &bytes[from..]) else { return nothing };
                    value = from..from + length;
                    at = value.end + 1;
                } else {
                    at = unquoted_end(bytes, from);
                    value = from..at;
                }
            }
            if self.attributes.len() < MAX_ATTRIBUTES
                && let Some(attribute) = R::attribute(name)
            {
                self.attributes.push((attribute, &self.source[value]));
            }
        }
    }

    /// Reads the content of the element `name`, which begins here; returns the place behind it.
    fn content(&mut self, from: usize, name: u64, content: Content, receiver: &mut R) -> usize {
        let mut end = from;
        if content != Content::Title || !self.has_endless_title {
            end = self.content_end(from, name, content);
        }
        if content == Content::Title && (self.has_endless_title || end == self.source.len()) {
            self.has_endless_title = true;
            end = memchr(b'<', &self.bytes()[from..])
                .map_or(self.source.len(), |length| from + length);
        }
        let text = &self.source[from..end];
        match content {
            _ if text.is_empty() => {}
            Content::Escapable | Content::Title => receiver.text(text),
            Content::Raw | Content::Script => receiver.literal(text),
        }
        end
    }

    /// Where the content that begins here ends: at the end tag of its element, or with the page.
    fn content_end(&self, from: usize, name: u64, content: Content) -> usize {
        let bytes = self.bytes();
        /// How a script that hides itself from old browsers in a comment is read: section 13.2.5.20
        /// and on.
        #[derive(PartialEq)]
        enum Comment {
            Outside,
            Inside,
            /// A script within the comment: the next end tag is its own.
            Script,
        }
        let mut comment = Comment::Outside;
        let mut at = from;
        loop {
            let found = match comment {
                Comment::Outside => memchr(b'<', &bytes[at..]),
                _ => memchr2(b'<', b'-', &bytes[at..]),
            };
            let Some(found) = found else { return bytes.len() };
            at += found;
            let rest = &bytes[at..];
            if rest[0] == b'-' {
                let dashes = rest.iter().take_while(|&&byte| byte == b'-').count();
                at += dashes;
                if dashes >= 2 && self.byte(at) == Some(b'>') {
                    comment = Comment::Outside;
                }
            } else if comment != Comment::Script && begins_with_tag(rest, b"</", name) {
                return at;
            } else if comment == Comment::Script && begins_with_tag(rest, b"</", SCRIPT) {
                comment = Comment::Inside;
                at += 2;
            } else if comment == Comment::Inside && begins_with_tag(rest, b"<", SCRIPT) {
                comment = Comment::Script;
                at += 1;
            } else if content == Content::Script
                && comment == Comment::Outside
                && rest.starts_with(b"<!--")
            {
                comment = Comment::Inside;
                // Its dashes may be those of its end.
                at += 2;
            } else {
                at += 1;
            }
        }
    }
}

/// Where a value without quotes ends.
fn unquoted_end(bytes: &[u8], from: usize) -> usize {
    find(bytes, from, ENDS_VALUE)
}

/// The first place from here on that is no white space.
fn behind_spaces(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|&byte| is(byte, SPACE)) {
        at += 1;
    }
    at
}

/// The hash of the name that goes on here, up to a byte of the class `ends`, and where that is.
/// `hash` is the hash of what stands before.
fn hashed(bytes: &[u8], from: usize, mut hash: u64, ends: u32) -> (u64, usize) {
    let mut at = from;
    while let Some(lower) = bytes.get(at).and_then(|&byte| lower_unless(byte, ends)) {
        hash = extended(hash, lower);
        at += 1;
    }
    (hash, at)
}

/// Whether these bytes begin with a tag of this name.
fn begins_with_tag<const N: usize>(bytes: &[u8], opening: &[u8; N], wanted: u64) -> bool {
    // Of known length, so that comparing it is no call.
    bytes.first_chunk() == Some(opening) && {
        let (found, end) = hashed(bytes, N, EMPTY, ENDS_ELEMENT);
        found == wanted && end < bytes.len()
    }
}

/// A page with its line ends normalised to line feeds (section 13.2.3.5).
pub fn with_line_feeds(page: &str) -> Cow<'_, str> {
    if memchr(b'\r', page.as_bytes()).is_none() {
        return Cow::Borrowed(page);
    }
    let mut normalised = String::with_capacity(page.len());
    for (number, part) in page.split('\r').enumerate() {
        if number > 0 {
            normalised.push('\n');
        }
        // The line feed of a pair has just been written.
        normalised.push_str(if number > 0 {
            part.strip_prefix('\n').unwrap_or(part)
        } else {
            part
        });
    }
    Cow::Owned(normalised)
}

/// A text with its character references replaced.
pub fn decoded(text: &str) -> Cow<'_, str> {
    htmlize::unescape(text)
}

/// The value of an attribute with its character references replaced, and its NUL characters.
pub fn decoded_value(value: &str) -> Cow<'_, str> {
    // Few values have any, and the library is not asked about those that have none.
    if is_literal(value.as_bytes()) { Cow::Borrowed(value) } else { decode_value(value) }
}

fn decode_value(value: &str) -> Cow<'_, str> {
    if value.contains('\0') {
        let value = value.replace('\0', "\u{fffd}");
        return Cow::Owned(htmlize::unescape_in(value, Context::Attribute).into_owned());
    }
    htmlize::unescape_in(value, Context::Attribute)
}

#[cfg(test)]
mod tests;
