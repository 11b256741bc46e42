//! Paragraphs, items, cells and links of formats that say where one ends, and not where it begins.

use docmill_plugin::structure::{Element as Block, Writer};

/// What a paragraph is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Paragraph,
    Heading(u8),
    /// With its level, from 0.
    Item(u8),
    Quotation,
    Code,
}

/// What the name of a style says, in lower case and in English, as programs write those that they
/// bring.
pub fn by_name(name: &str) -> Option<Kind> {
    if let Some(level) = name.strip_prefix("heading ")
        && let Ok(level) = level.trim().parse::<u8>()
    {
        return Some(Kind::Heading(level));
    }
    match name {
        "title" => Some(Kind::Heading(1)),
        "quote" | "intense quote" | "quotations" | "block text" => Some(Kind::Quotation),
        "html preformatted" | "source code" | "preformatted text" => Some(Kind::Code),
        _ => None,
    }
}

/// Where `HYPERLINK "https://…"` leads; nowhere, if within the document.
pub fn hyperlink(instruction: &str) -> Option<String> {
    let rest = instruction.trim_start();
    let (word, rest) = rest.split_at_checked(9)?;
    if !word.eq_ignore_ascii_case("hyperlink") {
        return None;
    }
    let rest = rest.trim_start();
    let target = match rest.strip_prefix('"') {
        Some(rest) => rest.split('"').next()?,
        None => rest.split_whitespace().next().filter(|it| !it.starts_with('\\'))?,
    };
    let target = target.trim();
    (!target.is_empty() && !target.starts_with('#')).then(|| target.to_owned())
}

/// What is open.
#[derive(Debug, Default)]
pub struct Paragraphs {
    is_open: bool,
    is_heading: bool,
    is_emphasized: bool,
    has_link: bool,
    items: Vec<u8>,
    is_item: bool,
    is_quoted: bool,
    in_table: bool,
    in_row: bool,
    in_cell: bool,
}

impl Paragraphs {
    /// Whether a paragraph has begun.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Begins a paragraph of this kind, in a cell of a table or not.
    pub fn begin(&mut self, writer: &mut Writer, kind: Kind, in_table: bool) {
        if in_table {
            self.end_lists(writer);
            if !self.in_table {
                writer.begin(Block::Table);
                self.in_table = true;
            }
            if !self.in_row {
                writer.begin(Block::Row);
                self.in_row = true;
            }
            if !self.in_cell {
                writer.begin(Block::Cell);
                self.in_cell = true;
            }
        } else {
            self.end_table(writer);
        }
        self.is_item = matches!(kind, Kind::Item(_)) && !in_table;
        self.is_heading = matches!(kind, Kind::Heading(_));
        match kind {
            Kind::Item(level) if !in_table => {
                self.end_quotation(writer);
                while self.items.last().is_some_and(|open| *open >= level) {
                    self.items.pop();
                    writer.end();
                }
                writer.begin(Block::Item);
                self.items.push(level);
            }
            Kind::Quotation if !in_table => {
                if !self.is_quoted {
                    self.end_lists(writer);
                    writer.begin(Block::Quotation);
                    self.is_quoted = true;
                }
                writer.begin(Block::Paragraph);
            }
            kind => {
                self.end_lists(writer);
                writer.begin(match kind {
                    Kind::Heading(level) => Block::Heading(level),
                    Kind::Code => Block::CodeBlock,
                    _ => Block::Paragraph,
                });
            }
        }
        self.is_open = true;
    }

    /// Begins or ends words that stand out.
    pub fn emphasize(&mut self, writer: &mut Writer, is_emphasized: bool) {
        let is_emphasized = is_emphasized && !self.is_heading && self.is_open;
        if self.is_emphasized != is_emphasized {
            match is_emphasized {
                true => writer.begin(Block::Emphasis),
                false => writer.end(),
            }
            self.is_emphasized = is_emphasized;
        }
    }

    /// Begins a link; not within another.
    pub fn begin_link(&mut self, writer: &mut Writer, href: &str) -> bool {
        if self.has_link || !self.is_open {
            return false;
        }
        self.emphasize(writer, false);
        writer.begin(Block::Link(href));
        self.has_link = true;
        true
    }

    /// Ends a link, if its paragraph has not.
    pub fn end_link(&mut self, writer: &mut Writer) {
        if std::mem::take(&mut self.has_link) {
            self.emphasize(writer, false);
            writer.end();
        }
    }

    /// Ends the paragraph.
    pub fn end(&mut self, writer: &mut Writer) {
        if !self.is_open {
            return;
        }
        // What begun last ends first.
        self.emphasize(writer, false);
        self.end_link(writer);
        if !self.is_item {
            writer.end();
        }
        (self.is_open, self.is_heading) = (false, false);
    }

    /// Ends a cell; one without a paragraph is empty.
    pub fn end_cell(&mut self, writer: &mut Writer) {
        self.end(writer);
        if !self.in_cell {
            self.begin(writer, Kind::Paragraph, true);
            self.end(writer);
        }
        writer.end();
        self.in_cell = false;
    }

    /// Ends a row.
    pub fn end_row(&mut self, writer: &mut Writer) {
        self.end(writer);
        if std::mem::take(&mut self.in_cell) {
            writer.end();
        }
        if std::mem::take(&mut self.in_row) {
            writer.end();
        }
    }

    fn end_table(&mut self, writer: &mut Writer) {
        self.end_row(writer);
        if std::mem::take(&mut self.in_table) {
            writer.end();
        }
    }

    fn end_quotation(&mut self, writer: &mut Writer) {
        if std::mem::take(&mut self.is_quoted) {
            writer.end();
        }
    }

    fn end_lists(&mut self, writer: &mut Writer) {
        self.end_quotation(writer);
        while self.items.pop().is_some() {
            writer.end();
        }
    }

    /// Ends everything.
    pub fn end_all(&mut self, writer: &mut Writer) {
        self.end(writer);
        self.end_lists(writer);
        self.end_table(writer);
    }
}
