//! Reads PDF: the text of its pages in reading order, with its structure, and apart from it what
//! stands around the text.
//!
//! The way through the modules: `content` (instructions to glyphs, `fonts` says what they mean),
//! `words`, `rows`, `columns` (the order of reading), `blocks` (paragraphs, headings, lists,
//! tables), `pages` (what pages have in common: `running`), and `write` (text, marks and asides).
//! Beside it `tables` (those with rules), `notes` (what lies over a page), `outline` and `info`.

mod bidi;
mod blocks;
mod columns;
mod content;
mod fonts;
mod info;
mod notes;
mod outline;
mod pages;
mod rows;
mod running;
mod stream;
mod strings;
mod tables;
mod words;
mod write;

use std::sync::Arc;

use docmill_plugin::prelude::*;
use hayro_syntax::{LoadPdfError, Pdf};

use blocks::Block;
use info::Info;
use outline::Outline;
use pages::{Pages, Parts};
use write::Text;

/// The largest file that is read, in bytes: it is held whole, and beside it what it unpacks to.
const LARGEST_FILE: u64 = 192 << 20;

/// Where a PDF says that it is one; what stands before it, a mail or a web server put there.
const HEADER_WITHIN: usize = 64 << 10;

/// The plugin.
#[derive(Debug)]
pub struct ExtractPdf;

impl Plugin for ExtractPdf {
    fn describe() -> Description {
        Description::new("extract-pdf", env!("CARGO_PKG_VERSION"), "Reads PDF")
    }
}

impl Extractor for ExtractPdf {
    fn accepts() -> Result<Vec<String>, Error> {
        Ok(vec!["application/pdf".to_owned()])
    }

    fn extract(source: Source<'_>) -> Result<Vec<Extracted>, Error> {
        match source.size() {
            0 => Ok(Vec::new()),
            size if size > LARGEST_FILE => Err(Error::malformed(format!(
                "more than {} MiB, which is not held at once",
                LARGEST_FILE >> 20
            ))),
            _ => extract(source.read_all()).map(|it| it.into_iter().collect()),
        }
    }
}

docmill_plugin::export!(extractor: ExtractPdf);

/// The document in the bytes of a file; none where its pages are blank.
///
/// # Errors
///
/// [`Error::Unsupported`] for what is no PDF, and for scans; [`Error::Malformed`] for what is
/// damaged beyond repair, opens only with a password, or unpacks to more than is read.
pub fn extract(bytes: Vec<u8>) -> Result<Option<Extracted>, Error> {
    let start = bytes.windows(5).take(HEADER_WITHIN).position(|it| it == b"%PDF-");
    let bytes = Arc::new(bytes);
    // Some locked files fail where their pages are looked for, and not where they are opened.
    let is_locked = || bytes.windows(8).any(|it| it == b"/Encrypt");
    let pdf = Pdf::new(Arc::clone(&bytes)).map_err(|error| match (error, start) {
        (LoadPdfError::Decryption(cause), _) => Error::malformed(locked(cause)),
        (LoadPdfError::Invalid, Some(_)) if is_locked() => {
            Error::malformed("is encrypted, and opens only with a password")
        }
        (LoadPdfError::Invalid, Some(_)) => Error::malformed("has no pages that can be found"),
        (LoadPdfError::Invalid, None) => Error::Unsupported("has no header of a PDF".to_owned()),
    })?;
    if pdf.pages().is_empty() {
        return Err(Error::malformed("has no pages that can be found"));
    }
    let pages = pages::read(&pdf);
    let has_notes = pages.pages.iter().any(|it| !it.notes.is_empty());
    match pages {
        Pages { letters: 1.., .. } => {}
        Pages { cut: 1.., .. } => return Err(Error::malformed("unpacks to more than is read")),
        Pages { images: 1.., .. } => {
            return Err(Error::Unsupported("no text: pages are images".to_owned()));
        }
        Pages { unknown: 1.., .. } => {
            return Err(Error::Unsupported(
                "no text: fonts do not say what their letters are".to_owned(),
            ));
        }
        _ if has_notes => {}
        // Blank pages.
        _ => return Ok(None),
    }
    let labels = outline::labels(&pdf);
    let info = Info::of(&pdf);
    let mut extracted = document(&pages, &Outline::of(&pdf), &labels, info);
    if let Some(missing) = missing(&pages) {
        extracted.document.attributes.push(Attribute::new("incomplete", missing));
    }
    Ok(Some(extracted))
}

/// What is not in the text though it is on the pages.
fn missing(pages: &Pages) -> Option<String> {
    let cut = (pages.cut > 0).then(|| {
        format!("{} pages are not read, or not to their end: too much is on them", pages.cut)
    });
    let unknown = (pages.unknown > 0).then(|| {
        format!("{} letters are left out: their fonts do not say what they are", pages.unknown)
    });
    let missing: Vec<String> = cut.into_iter().chain(unknown).collect();
    let missing = (!missing.is_empty()).then(|| missing.join("; "))?;
    log::warn!("{missing}");
    Some(missing)
}

fn locked(cause: hayro_syntax::DecryptionError) -> &'static str {
    match cause {
        hayro_syntax::DecryptionError::PasswordProtected => {
            "is encrypted, and opens only with a password"
        }
        hayro_syntax::DecryptionError::UnsupportedAlgorithm => {
            "is encrypted in a way that is not known"
        }
        _ => "is encrypted, and how is damaged",
    }
}

/// Writes all pages down.
fn document(pages: &Pages, outline: &Outline, labels: &[String], info: Info) -> Extracted {
    let sizes = heading_sizes(pages);
    let mut text = Text::new(&pages.vocabulary);
    let mut title: Option<(f64, String)> = None;
    // Blocks that are the rest of the one before, be that on another page.
    let flat: Vec<(usize, &Block)> = pages
        .pages
        .iter()
        .enumerate()
        .flat_map(|(page, parts)| parts.blocks.iter().map(move |it| (page, it)))
        .collect();
    let goes_on: Vec<bool> = flat
        .iter()
        .enumerate()
        .map(|(at, (_, block))| at > 0 && continues(flat[at - 1].1, block))
        .collect();
    let mut at = 0;
    let mut starts = Vec::new();
    for (page, parts) in pages.pages.iter().enumerate() {
        let goes_on_here = flat.get(at).is_some_and(|it| it.0 == page) && goes_on[at];
        if !goes_on_here {
            text.close();
        }
        starts.push(text.len());
        running_asides(&mut text, &parts.headers);
        while let Some((_, block)) = flat.get(at).filter(|it| it.0 == page) {
            let words = words_of(block);
            let level = match block {
                Block::Paragraph(rows) | Block::Heading(rows, _) if rows.len() <= 6 => {
                    outline.level(&words, page)
                }
                _ => None,
            };
            let follows =
                goes_on.get(at + 1).filter(|it| **it).and_then(|_| first_word(flat[at + 1].1));
            match (*block, level) {
                (Block::Paragraph(rows), Some(level)) => {
                    let heading = Block::Heading(rows.clone(), 0.0);
                    text.block(&heading, level, false, follows, &parts.tables);
                }
                (block, level) => {
                    if let Block::Heading(_, size) = block
                        && page < 2
                        && title.as_ref().is_none_or(|it| *size > it.0 + 0.1)
                    {
                        title = Some((*size, words));
                    }
                    let level = level.unwrap_or_else(|| level_of(block, &sizes));
                    text.block(block, level, goes_on[at], follows, &parts.tables);
                }
            }
            at += 1;
        }
        leave_page(&mut text, parts);
    }
    text.close();
    for (page, start) in starts.iter().enumerate() {
        let end = starts.get(page + 1).copied().unwrap_or_else(|| text.len());
        let label = labels
            .get(page)
            .filter(|it| !it.is_empty())
            .cloned()
            .unwrap_or_else(|| (page + 1).to_string());
        text.mark(Mark::new("page", *start..end).with("label", label).with("number", page + 1));
    }
    let (mut document, asides) = text.finish();
    let guessed = info.title().is_none().then_some(title).flatten();
    document.attributes = info.attributes;
    if let Some((_, title)) = guessed.filter(|it| it.1.len() <= 400) {
        document.attributes.push(Attribute::new("title", title));
        document.attributes.push(Attribute::new("guessed", "title"));
    }
    document.attributes.push(Attribute::new("page-count", pages.pages.len()));
    // Programs write the language of the machine; what the text is in, its words tell.
    document.language =
        docmill_text::language_of(&document.text, info.languages.iter().map(String::as_str));
    Extracted { document, asides }
}

fn running_asides(text: &mut Text<'_>, rows: &[(running::Running, String)]) {
    for (kind, words) in rows {
        text.aside(kind.kind(), words.clone(), Vec::new());
    }
}

fn leave_page(text: &mut Text<'_>, parts: &Parts) {
    running_asides(text, &parts.footers);
    for stamp in &parts.stamps {
        text.aside("unknown", stamp.clone(), Vec::new());
    }
    for note in &parts.notes {
        let name = if note.kind == "field" { "name" } else { "creator" };
        let attributes = match note.name.is_empty() {
            true => Vec::new(),
            false => vec![Attribute::new(name, &note.name)],
        };
        text.aside(note.kind, note.text.clone(), attributes);
    }
}

/// Whether a block is the rest of the one before: a paragraph over two columns or pages.
fn continues(before: &Block, block: &Block) -> bool {
    let (Block::Paragraph(lines) | Block::Item(lines), Block::Paragraph(rest)) = (before, block)
    else {
        return false;
    };
    let (Some(last), Some(first)) = (lines.last(), rest.first()) else { return false };
    let same_size = (last.size() - first.size()).abs() < 0.1 * first.size();
    let open = last.words.last().and_then(|it| it.text.chars().next_back());
    let open = open.is_some_and(|it| {
        it.is_alphanumeric() || matches!(it, ',' | '-' | '\u{2010}' | '\u{ad}' | '’')
    });
    let lower =
        first.words.first().and_then(|it| it.text.chars().next()).is_some_and(char::is_lowercase);
    same_size && open && lower && lines.len() > 1
}

fn first_word(block: &Block) -> Option<&str> {
    let Block::Paragraph(rows) = block else { return None };
    rows.first()?.words.first().map(|it| it.text.as_str())
}

fn words_of(block: &Block) -> String {
    match block {
        Block::Paragraph(rows) | Block::Heading(rows, _) => {
            rows.iter().map(rows::Row::text).collect::<Vec<_>>().join(" ")
        }
        _ => String::new(),
    }
}

/// The sizes of headings, largest first; those that are nearly the same are one.
fn heading_sizes(pages: &Pages) -> Vec<f64> {
    let blocks = pages.pages.iter().flat_map(|it| &it.blocks);
    let mut sizes: Vec<f64> = blocks
        .filter_map(|it| if let Block::Heading(_, size) = it { Some(*size) } else { None })
        .collect();
    sizes.sort_by(|a, b| b.total_cmp(a));
    sizes.dedup_by(|next, kept| *kept - *next < 0.5);
    sizes
}

fn level_of(block: &Block, sizes: &[f64]) -> u8 {
    let Block::Heading(_, size) = block else { return 1 };
    let larger = sizes.iter().filter(|it| **it > *size + 0.5).count();
    u8::try_from(larger + 1).unwrap_or(6).min(6)
}
