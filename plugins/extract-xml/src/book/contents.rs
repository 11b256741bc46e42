//! The table of contents of a book: which file begins with which title.

use std::collections::BTreeMap;
use std::io::Cursor;

use docmill_xml::{Piece, Pieces};

use super::archive::Archive;
use super::package::{Package, resolve};
use crate::header::local;

/// The most entries that are read.
const MOST: usize = 20_000;
/// The largest table of contents, in bytes.
const LARGEST: u64 = 16 << 20;
/// The longest title, in bytes.
const LONGEST: usize = 1_000;

/// Titles of files, with the level that each has in the table.
#[derive(Debug, Default)]
pub struct Contents {
    titles: BTreeMap<String, (u8, String)>,
}

impl Contents {
    /// Reads the table of EPUB 3 or, if there is none, that of EPUB 2.
    pub fn read(archive: &mut Archive<'_>, package: &Package) -> Contents {
        let mut contents = Contents::default();
        for (path, is_nav) in [(&package.nav, true), (&package.ncx, false)] {
            let Some(path) = path.as_ref().filter(|_| contents.titles.is_empty()) else { continue };
            if let Ok(bytes) = archive.read(path, LARGEST) {
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                contents.read_table(&bytes, folder, is_nav);
            }
        }
        contents
    }

    /// The title that a file begins with, and its level.
    pub fn of(&self, path: &str) -> Option<(u8, &str)> {
        self.titles.get(path).map(|(level, title)| (*level, title.as_str()))
    }

    fn read_table(&mut self, bytes: &[u8], folder: &str, is_nav: bool) {
        let Ok(mut pieces) = Pieces::of(Cursor::new(bytes), None) else { return };
        // Neither of both recurses: only the depth of entries is counted.
        let (mut depth, mut in_toc, mut in_title) = (0_u8, !is_nav, false);
        let (mut href, mut title) = (String::new(), String::new());
        let mut count = 0;
        while let Ok(Some(piece)) = pieces.next_piece() {
            match piece {
                Piece::Start(tag) => match local(&tag.name) {
                    "nav" => {
                        let kind = tag.attributes.iter().find(|(name, _)| local(name) == "type");
                        in_toc = kind.is_none_or(|(_, kind)| kind.contains("toc"));
                    }
                    "ol" | "navpoint" => depth = depth.saturating_add(1),
                    "navlabel" => {
                        title.clear();
                        in_title = true;
                    }
                    "a" if is_nav => {
                        title.clear();
                        in_title = true;
                        href = tag.attribute("href").unwrap_or_default().to_owned();
                    }
                    "content" if !is_nav => {
                        let href = tag.attribute("src").unwrap_or_default();
                        self.add(folder, href, depth, &title);
                        count += 1;
                    }
                    _ => {}
                },
                Piece::Text { text, .. } if in_title && title.len() < LONGEST => {
                    title.push_str(&text)
                }
                Piece::Text { .. } => {}
                Piece::End { name, .. } => match local(&name) {
                    "nav" => in_toc = false,
                    "ol" | "navpoint" => depth = depth.saturating_sub(1),
                    "navlabel" => in_title = false,
                    "a" if is_nav => {
                        in_title = false;
                        if in_toc {
                            self.add(folder, &href, depth, &title);
                        }
                        count += 1;
                    }
                    _ => {}
                },
            }
            if count >= MOST {
                break;
            }
        }
    }

    /// The first entry that leads to the beginning of a file names it; failing that, the first that
    /// leads to a place in it.
    fn add(&mut self, folder: &str, href: &str, depth: u8, title: &str) {
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        if !title.is_empty() {
            self.titles.entry(resolve(folder, href)).or_insert((depth.clamp(1, 6), title));
        }
    }
}
