//! RSS and Atom, item by item.

use docmill_plugin::{Error, Source};
use docmill_xml::{Piece, Pieces, Tag, rfc_3339};

use crate::item::{Content, Item};

/// The longest value of an item that is read, in bytes.
const LONGEST_VALUE: usize = 16 << 20;

/// Reads all items.
pub fn unpack(source: &Source<'_>) -> Result<(), Error> {
    let charset = source.attribute("charset");
    let pieces = Pieces::of(source.reader(), charset.as_deref());
    let mut pieces = pieces.map_err(|cause| Error::Unsupported(cause.to_string()))?;
    let mut feed = Feed::default();
    let ended = loop {
        match pieces.next_piece() {
            Ok(Some(Piece::Start(tag))) => feed.start(&tag)?,
            Ok(Some(Piece::End { name, written })) => feed.end(&name, &written),
            Ok(Some(Piece::Text { text, escaped })) => feed.text(&text, &escaped),
            Ok(None) => break Ok(()),
            Err(damage) => break Err(damage),
        }
    };
    if !feed.is_feed {
        return Err(none());
    }
    // What was read of an item that is cut off is kept.
    feed.finish_item();
    let (items, empty) = (feed.items, feed.empty);
    if empty > 0 {
        docmill_plugin::log::info!("{empty} of {items} items have no text at all");
    }
    match ended {
        Err((reason, place)) => {
            Err(Error::malformed_at(format!("after item {items}: {reason}"), place))
        }
        Ok(()) if feed.depth > 0 && !feed.has_ended => {
            Err(Error::malformed(format!("the feed ends within itself, after item {items}")))
        }
        Ok(()) => Ok(()),
    }
}

fn none() -> Error {
    Error::Unsupported("its root element is none of a feed".to_owned())
}

/// A value that is being read.
struct Value {
    /// Of which element, at which depth.
    name: String,
    depth: u32,
    kind: Kind,
    text: String,
    /// How many elements of its own name are open within it.
    nested: u32,
    /// The attributes of its tag.
    tag: Tag,
}

/// How a value is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// As text, HTML or not: nobody says.
    Unknown,
    Plain,
    Html,
    /// As elements of its own.
    Xhtml,
    /// Not at all in a way that is read.
    Other,
}

/// What was read of a feed so far.
#[derive(Default)]
struct Feed {
    is_feed: bool,
    is_atom: bool,
    has_ended: bool,
    depth: u32,
    item: Option<(Item, u32)>,
    value: Option<Value>,
    /// Within this element of an item or a feed, values are those of somebody else: its author, or
    /// another feed.
    within: Option<(String, u32)>,
    publisher: Option<String>,
    items: u64,
    empty: u64,
}

impl Feed {
    fn start(&mut self, tag: &Tag) -> Result<(), Error> {
        self.depth += 1;
        if !self.is_feed {
            self.is_feed =
                matches!(tag.name.as_str(), "rss" | "rdf:rdf" | "feed" | "channel" | "entry");
            self.is_atom = matches!(tag.name.as_str(), "feed" | "entry");
            if !self.is_feed {
                return Err(none());
            }
            if tag.name != "entry" {
                return Ok(());
            }
        }
        if let Some(value) = &mut self.value {
            // Markup in a value that was not escaped, or need not be.
            value.nested += u32::from(value.name == tag.name);
            let wrapper = value.kind == Kind::Xhtml
                && tag.name.ends_with("div")
                && value.text.trim().is_empty();
            if !wrapper && value.text.len() < LONGEST_VALUE {
                value.text.push_str(&tag.written);
            }
            return Ok(());
        }
        match tag.name.as_str() {
            "item" | "entry" if self.item.is_none() => {
                self.item = Some((Item::default(), self.depth));
                if let Some(about) = tag.attribute("rdf:about") {
                    self.set(|item| item.id = Some(about.to_owned()));
                }
            }
            "author" | "source" | "contributor" | "image" | "textinput" | "media:group"
                if self.within.is_none() =>
            {
                // RSS writes authors as text.
                if tag.name == "author" && !self.is_atom {
                    self.begin_value(tag);
                }
                self.within = Some((tag.name.clone(), self.depth));
            }
            "link" if self.within.is_none() && tag.attribute("href").is_some() => self.link(tag),
            "category" if tag.attribute("term").is_some() => {
                let term = tag
                    .attribute("label")
                    .filter(|it| !it.is_empty())
                    .or_else(|| tag.attribute("term"));
                let term = term.unwrap_or_default().to_owned();
                self.set(|item| item.subjects.push(term));
            }
            _ if self.item.is_some() || tag.name == "title" => self.begin_value(tag),
            _ => {}
        }
        Ok(())
    }

    fn begin_value(&mut self, tag: &Tag) {
        let said = tag.attribute("type").unwrap_or_default().to_ascii_lowercase();
        let mode = tag.attribute("mode").unwrap_or_default();
        let kind = match (said.as_str(), mode) {
            ("xhtml", _) | ("application/xhtml+xml", "xml" | "") => Kind::Xhtml,
            ("html" | "text/html", _) => Kind::Html,
            _ if tag.name.starts_with("xhtml:") => Kind::Xhtml,
            _ if tag.name == "content:encoded" => Kind::Html,
            ("text" | "text/plain", _) => Kind::Plain,
            ("", _) => Kind::Unknown,
            (other, _)
                if other.contains('/') && matches!(tag.name.as_str(), "content" | "summary") =>
            {
                Kind::Other
            }
            _ => Kind::Unknown,
        };
        let tag = Tag {
            name: tag.name.clone(),
            attributes: tag.attributes.clone(),
            written: String::new(),
        };
        let (name, depth) = (tag.name.clone(), self.depth);
        self.value = Some(Value { name, depth, kind, text: String::new(), nested: 0, tag });
    }

    fn text(&mut self, text: &str, escaped: &str) {
        if let Some(value) = &mut self.value
            && value.text.len() < LONGEST_VALUE
        {
            value.text.push_str(if value.kind == Kind::Xhtml { escaped } else { text });
        }
    }

    fn end(&mut self, name: &str, written: &str) {
        // What was never closed within ends here, too: a `<br>` in a text that was not escaped.
        if let Some((_, depth)) = &self.item
            && matches!(name, "item" | "entry")
        {
            self.depth = *depth;
            self.finish_item();
        } else if let Some(value) = &mut self.value {
            let is_end = value.depth == self.depth || (value.name == name && value.nested == 0);
            if !is_end {
                if value.text.len() < LONGEST_VALUE {
                    value.text.push_str(written);
                }
                value.nested -= u32::from(value.name == name);
                self.depth -= 1;
                return;
            }
            self.depth = value.depth;
            if let Some(value) = self.value.take() {
                self.keep(value);
            }
        }
        if self
            .within
            .as_ref()
            .is_some_and(|(within, depth)| *depth >= self.depth || within == name)
        {
            self.within = None;
        }
        self.depth = self.depth.saturating_sub(1);
        self.has_ended |= self.depth == 0 || matches!(name, "rss" | "feed" | "rdf:rdf");
    }

    fn set(&mut self, set: impl FnOnce(&mut Item)) {
        if let Some((item, _)) = &mut self.item {
            set(item);
        }
    }

    fn link(&mut self, tag: &Tag) {
        let rel = tag.attribute("rel").unwrap_or("alternate");
        let href = tag.attribute("href").unwrap_or_default().to_owned();
        if rel == "alternate" || rel.is_empty() {
            self.set(|item| {
                item.link.get_or_insert(href);
            });
        }
    }

    /// Puts a value where it belongs.
    fn keep(&mut self, value: Value) {
        let Value { name, kind, text, tag, .. } = value;
        let trimmed = text.trim();
        if let Some((within, _)) = &self.within {
            let is_person = matches!(within.as_str(), "author");
            if is_person && (name == "name" || name == "author") && !trimmed.is_empty() {
                let creator = person(trimmed);
                self.set(|item| item.creators.push(creator));
            }
            return;
        }
        if self.item.is_none() {
            if name == "title" && self.publisher.is_none() {
                self.publisher = Some(Content::of_unknown_kind(text).plain());
            }
            return;
        }
        let content = |text: String| match kind {
            Kind::Plain => Some(Content { text, is_html: false }),
            Kind::Html | Kind::Xhtml => Some(Content { text, is_html: true }),
            Kind::Unknown => Some(Content::of_unknown_kind(text)),
            Kind::Other => None,
        };
        let owned = trimmed.to_owned();
        let date = || rfc_3339(trimmed);
        let (item, _) = self.item.as_mut().unwrap_or_else(|| unreachable!("asked before"));
        match name.as_str() {
            "title" => item.title = content(text).or(item.title.take()),
            "dc:title" | "media:title" | "itunes:title" => {
                item.title = item.title.take().or_else(|| content(text));
            }
            "content:encoded" | "xhtml:body" | "xhtml:div" | "fullitem" | "body" => {
                item.content = content(text)
            }
            "content" if tag.attribute("src").is_none() => item.content = content(text),
            "description" | "summary" => item.summary = content(text),
            "dc:description" | "itunes:summary" | "media:description" | "dcterms:abstract"
            | "tagline" => {
                item.summary = item.summary.take().or_else(|| content(text));
            }
            "link" if !owned.is_empty() => item.link = Some(owned),
            "guid" => {
                let is_link = tag.attribute("ispermalink") != Some("false")
                    && (trimmed.starts_with("http://") || trimmed.starts_with("https://"));
                if is_link && item.link.is_none() {
                    item.link = Some(owned.clone());
                }
                item.id = Some(owned);
            }
            "id" | "dc:identifier" => item.id = Some(owned),
            "pubdate" | "published" | "issued" => item.date = date().or(item.date.take()),
            "dc:date" | "dcterms:issued" | "dcterms:created" | "created" => {
                item.date = item.date.take().or_else(date);
            }
            "updated" | "modified" | "dcterms:modified" => item.modified = date(),
            "dc:creator" | "itunes:author" | "managingeditor" | "author" if !owned.is_empty() => {
                let creator = person(trimmed);
                if !item.creators.contains(&creator) {
                    item.creators.push(creator);
                }
            }
            "category" | "dc:subject" if !owned.is_empty() => item.subjects.push(owned),
            "dc:language" | "language" if !owned.is_empty() => item.language = Some(owned),
            _ => {}
        }
    }

    /// Hands over the item at hand.
    fn finish_item(&mut self) {
        if let Some(value) = self.value.take() {
            self.keep(value);
        }
        let Some((mut item, _)) = self.item.take() else { return };
        self.items += 1;
        // Atom has the date of the last change at least.
        if item.date.is_none() {
            item.date = item.modified.clone();
        }
        if !item.emit(self.items, self.publisher.as_deref()) {
            self.empty += 1;
        }
    }
}

/// Whom RSS means by `jane@example.com (Jane Doe)`.
fn person(text: &str) -> String {
    let named = text.split_once('(').and_then(|(address, rest)| {
        let name = rest.trim_end().strip_suffix(')')?.trim();
        (address.contains('@') && !name.is_empty()).then_some(name)
    });
    named.unwrap_or(text).split_whitespace().collect::<Vec<_>>().join(" ")
}
