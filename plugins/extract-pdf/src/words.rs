//! Glyphs put together into words, in the frame of their line: what runs upwards, downwards or
//! upside down is turned first.

use std::rc::Rc;

use crate::bidi;
use crate::content::{Glyph, Role};
use crate::fonts::Style;

/// A gap of this share of the font's size stands for a space.
const SPACE: f64 = 0.15;
/// Letters of one word overlap by at most this share.
const OVERLAP: f64 = 0.5;

/// Which way a line runs, on the page as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// From left to right.
    Right,
    /// From top to bottom, the next line to the left: turned, or columns of letters.
    Down,
    /// Upside down.
    Left,
    /// From bottom to top, the next line to the right.
    Up,
    /// At an angle, as stamps over a page are.
    Slanted,
}

/// The letters between two spaces.
#[derive(Debug, Clone)]
pub struct Word {
    /// Its text.
    pub text: String,
    /// Where it begins, along its line, in points.
    pub x0: f64,
    /// Where it ends.
    pub x1: f64,
    /// Where its baseline is, across the lines: the next line has more.
    pub baseline: f64,
    /// The size of its font, in points.
    pub size: f64,
    /// How most of it looks: as its first letter.
    pub style: Style,
    /// What the page says that it is.
    pub role: Role,
    /// Which way it runs.
    pub direction: Direction,
    /// Whether a space follows, whatever the gap is.
    pub is_closed: bool,
    /// Where it leads, if it is part of a link.
    pub link: Option<Rc<str>>,
    /// It stands for this table of the page.
    pub table: Option<usize>,
}

impl Word {
    /// How many letters it has; one that is a word by itself, as in Chinese, counts as two.
    pub fn letters(&self) -> usize {
        self.text.chars().map(|it| if is_ideograph(it) { 2 } else { 1 }).sum()
    }

    /// Whether this word and the next one on its line are one.
    pub fn continues_in(&self, next: &Word) -> bool {
        !self.is_closed && next.x0 - self.x1 < SPACE * self.size.max(next.size)
    }
}

/// Letters that are written without spaces between words.
pub fn is_ideograph(character: char) -> bool {
    matches!(character, '\u{2E80}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FFEF}' | '\u{20000}'..='\u{3FFFF}')
}

/// All words of a page of this size, in the order in which they are drawn.
pub fn words(glyphs: &[Glyph], width: f64, height: f64) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut open: Option<Word> = None;
    // Where the last glyph began: one that is drawn twice, for bold or for a shadow, is read once.
    let mut last_x = f64::NEG_INFINITY;
    for glyph in glyphs {
        let direction = direction(glyph);
        let (x, y) = framed(glyph, direction, width, height);
        let length = glyph.advance.hypot();
        let text = glyph.text.as_ref();
        if text.chars().all(char::is_whitespace) {
            if let Some(word) = open.as_mut() {
                if text.is_empty() {
                    word.x1 = word.x1.max(x + length);
                } else {
                    word.is_closed = true;
                }
            }
            continue;
        }
        let fits = open.as_ref().is_some_and(|word| {
            let size = word.size.max(glyph.size);
            let apart = (y - word.baseline).abs();
            // Raised and lowered letters are smaller.
            let same_line = apart < 0.25 * size
                || (apart < 0.6 * size && (word.size - glyph.size).abs() > 0.15 * size);
            let gap = x - word.x1;
            !word.is_closed
                && word.direction == direction
                && same_line
                && gap < SPACE * size
                && gap > -OVERLAP * size.min(length.max(0.3 * size) * 2.0)
                && word.role == glyph.role
        });
        if fits {
            let word = open.as_mut().expect("it fits one that is open");
            let is_twice = (x - last_x).abs() < 0.1 * glyph.size && word.text.ends_with(text);
            if !is_twice {
                word.text.push_str(&bidi::seen(text));
                word.x1 = word.x1.max(x + length);
                word.size = word.size.max(glyph.size);
                last_x = x;
            }
        } else {
            words.extend(open.take());
            last_x = x;
            open = Some(Word {
                text: bidi::seen(text).into_owned(),
                x0: x,
                x1: x + length,
                baseline: y,
                size: glyph.size,
                style: glyph.style,
                role: glyph.role,
                direction,
                is_closed: false,
                link: None,
                table: None,
            });
        }
        if let Some(word) = open.as_mut()
            && text.ends_with(char::is_whitespace)
        {
            word.is_closed = true;
            word.text.truncate(word.text.trim_end().len());
        }
    }
    words.extend(open);
    words.retain(|it| !it.text.trim().is_empty());
    for word in &mut words {
        word.text = docmill_text::compose(word.text.trim()).into_owned();
    }
    once(words)
}

/// The words without those that lie on a copy of themselves.
fn once(mut words: Vec<Word>) -> Vec<Word> {
    let mut order: Vec<usize> = (0..words.len()).collect();
    let place =
        |word: &Word| (word.direction, (word.baseline * 2.0) as i64, (word.x0 * 2.0) as i64);
    order.sort_by(|a, b| place(&words[*a]).cmp(&place(&words[*b])).then(a.cmp(b)));
    let mut twice = vec![false; words.len()];
    for pair in order.windows(2) {
        let (a, b) = (&words[pair[0]], &words[pair[1]]);
        let near =
            (a.x0 - b.x0).abs() < 0.1 * a.size && (a.baseline - b.baseline).abs() < 0.1 * a.size;
        twice[pair[1]] = near && a.direction == b.direction && a.text == b.text;
    }
    let mut index = 0;
    words.retain(|_| {
        index += 1;
        !twice[index - 1]
    });
    words
}

fn direction(glyph: &Glyph) -> Direction {
    let (along, across) = (glyph.advance.x, glyph.advance.y);
    let (long, short) = (along.abs().max(across.abs()), along.abs().min(across.abs()));
    if short > 0.15 * long {
        Direction::Slanted
    } else if along.abs() >= across.abs() {
        if along >= 0.0 { Direction::Right } else { Direction::Left }
    } else if across > 0.0 {
        Direction::Down
    } else {
        Direction::Up
    }
}

/// Where a glyph is in the frame of its line.
fn framed(glyph: &Glyph, direction: Direction, width: f64, height: f64) -> (f64, f64) {
    let (x, y) = (glyph.origin.x, glyph.origin.y);
    match direction {
        Direction::Right => (x, y),
        Direction::Down => (y, width - x),
        Direction::Left => (width - x, height - y),
        Direction::Up => (height - y, x),
        // Turned back around the corner of the page by its own angle.
        Direction::Slanted => {
            let unit = glyph.advance.normalize();
            (x * unit.x + y * unit.y, y * unit.x - x * unit.y)
        }
    }
}
