//! What lies over a page: links, notes of readers, and fields that were filled in.

use std::rc::Rc;

use hayro_font::kurbo::{Affine, Point};
use hayro_syntax::object::{Array, Dict, Name, Object, Rect, String as PdfString};
use hayro_syntax::page::Page;

use crate::strings::{one_line, text_string};
use crate::words::{Direction, Word};

/// The most that is looked at on one page.
const MOST: usize = 2_000;
/// How many times the place of a word is compared with that of a link, on one page.
const MOST_COMPARED: usize = 20_000_000;
/// The longest address, value or note, in bytes.
const LONGEST: usize = 64 << 10;

/// A note or a field of a page.
#[derive(Debug)]
pub struct Note {
    /// `annotation` or `field`.
    pub kind: &'static str,
    /// What it says.
    pub text: String,
    /// Who wrote it, or the name of the field.
    pub name: String,
}

/// Tells the words of a page where they lead, and returns what else lies over it.
pub fn read(page: &Page<'_>, words: &mut [Word]) -> Vec<Note> {
    let mut notes = Vec::new();
    let Some(all) = page.raw().get::<Array<'_>>(b"Annots") else { return notes };
    // Every link is compared with every word.
    let mut links = MOST_COMPARED / words.len().max(1);
    let to_page = Affine::new(page.initial_transform(true).as_coeffs());
    for dict in all.iter::<Dict<'_>>().take(MOST) {
        let Some(kind) = dict.get::<Name<'_>>(b"Subtype") else { continue };
        match kind.as_str() {
            "Link" if links == 0 => {}
            "Link" => {
                links -= 1;
                if let (Some(address), Some(rect)) = (address(&dict), dict.get::<Rect>(b"Rect")) {
                    link(words, to_page, rect, &Rc::from(address));
                }
            }
            "Widget" => notes.extend(field(&dict)),
            "Popup" => {}
            _ => notes.extend(annotation(&dict)),
        }
    }
    notes
}

fn address(dict: &Dict<'_>) -> Option<String> {
    let action = dict.get::<Dict<'_>>(b"A")?;
    let address = one_line(action.get::<PdfString<'_>>(b"URI")?.as_bytes());
    (!address.is_empty() && address.len() <= LONGEST).then_some(address)
}

fn link(words: &mut [Word], to_page: Affine, rect: Rect, address: &Rc<str>) {
    let a = to_page * Point::new(rect.x0, rect.y0);
    let b = to_page * Point::new(rect.x1, rect.y1);
    let (x0, x1, y0, y1) = (a.x.min(b.x), a.x.max(b.x), a.y.min(b.y), a.y.max(b.y));
    for word in words.iter_mut().filter(|it| it.direction == Direction::Right) {
        let (x, y) = ((word.x0 + word.x1) / 2.0, word.baseline - 0.25 * word.size);
        if (x0..=x1).contains(&x) && (y0..=y1).contains(&y) {
            word.link = Some(address.clone());
        }
    }
}

fn field(dict: &Dict<'_>) -> Option<Note> {
    // The value may be said by what the field is part of; so may its name, piece by piece.
    let (mut names, mut value) = (Vec::new(), None);
    let mut here = Some(dict.clone());
    for _ in 0..16 {
        let Some(node) = here else { break };
        names.extend(node.get::<PdfString<'_>>(b"T").map(|it| one_line(it.as_bytes())));
        value = value.or_else(|| node.get::<Object<'_>>(b"V"));
        here = node.get::<Dict<'_>>(b"Parent");
    }
    names.reverse();
    let text = match value? {
        Object::String(text) => text_string(text.as_bytes()),
        Object::Name(name) if name.as_str() != "Off" => name.as_str().to_owned(),
        Object::Array(values) => {
            let values = values.iter::<PdfString<'_>>().take(100).map(|it| one_line(it.as_bytes()));
            values.collect::<Vec<_>>().join(", ")
        }
        _ => return None,
    };
    note("field", text, names.join("."))
}

fn annotation(dict: &Dict<'_>) -> Option<Note> {
    let text = text_string(dict.get::<PdfString<'_>>(b"Contents")?.as_bytes());
    let author = dict.get::<PdfString<'_>>(b"T").map(|it| one_line(it.as_bytes()));
    note("annotation", text, author.unwrap_or_default())
}

fn note(kind: &'static str, text: String, name: String) -> Option<Note> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text: String = text.trim().chars().filter(|it| !it.is_control() || *it == '\n').collect();
    (!text.is_empty() && text.len() <= LONGEST && name.len() <= LONGEST).then_some(Note {
        kind,
        text,
        name,
    })
}
