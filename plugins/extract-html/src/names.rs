//! What the names that a newsroom gives to its boxes (`class`, `id`, `role`, `itemprop`) say about
//! them.

use docmill_text::lists::{Row, count, is_same, rows};

use crate::dom::truncated;
use crate::lookup::hash;
use crate::tokens::decoded_value;

/// A set of hints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hints(u32);

impl Hints {
    /// Menus, breadcrumbs, share bars, tags, page footers.
    pub const NAVIGATION: Hints = Hints(1);
    /// Boxes of related news.
    pub const RELATED: Hints = Hints(1 << 1);
    /// What is written under a photo.
    pub const CAPTION: Hints = Hints(1 << 2);
    /// Who took the photo.
    pub const CREDIT: Hints = Hints(1 << 3);
    /// Author, date and place.
    pub const DATELINE: Hints = Hints(1 << 4);
    /// Cookie notices, newsletters, advertisements.
    pub const NOTICE: Hints = Hints(1 << 5);
    /// What readers wrote.
    pub const COMMENTS: Hints = Hints(1 << 6);
    /// Columns beside the text.
    pub const SIDE: Hints = Hints(1 << 7);
    /// The name sounds like the body of an article.
    pub const BODY: Hints = Hints(1 << 8);
    /// The page says outright that this is the body of the article.
    pub const ARTICLE_BODY: Hints = Hints(1 << 9);
    /// The paragraph between headline and body: sapo, chapeau, standfirst.
    pub const LEAD: Hints = Hints(1 << 10);
    /// Names the author.
    pub const AUTHOR: Hints = Hints(1 << 11);
    /// States when the article was published.
    pub const PUBLISHED: Hints = Hints(1 << 12);
    /// Not shown, or only to those who cannot see.
    pub const HIDDEN: Hints = Hints(1 << 13);
    /// Author, date and place, the author first of all.
    const AUTHOR_LINE: Hints = Hints(Hints::DATELINE.0 | Hints::AUTHOR.0);
    /// Of a word: the box is about a photo, or holds one.
    const OF_PHOTO: Hints = Hints(1 << 14);
    /// Of the first word of a name: the box is about another one.
    const OF_ANOTHER: Hints = Hints(1 << 15);
    /// Names the author, or states when the article was published.
    pub const BYLINE: Hints = Hints(Hints::AUTHOR.0 | Hints::PUBLISHED.0);
    /// Part of an accordion, opened by a click.
    pub const PANEL: Hints = Hints(1 << 16);
    /// A control of the page within its text: `[edit]`, a note's number, a button to copy.
    pub const CONTROL: Hints = Hints(1 << 17);
    /// Leads to another article: see [`crate::furniture`].
    pub const CARD: Hints = Hints(1 << 18);
    /// What buyers wrote, in a shop.
    pub const REVIEWS: Hints = Hints(1 << 19);
    /// What narrows a list down, chooses a variant or fills a cart, in a shop.
    pub const CONTROLS: Hints = Hints(1 << 20);
    /// What somebody writes below every post, in a discussion.
    pub const SIGNATURE: Hints = Hints(1 << 21);
    /// Waits above the page until a click opens it.
    pub const DIALOG: Hints = Hints(1 << 22);
    /// Everything that marks a box as not being part of the text.
    pub const BOILERPLATE: Hints = Hints(0xff);

    /// The hints of a column of the lists, a space between each two.
    const fn of(column: &'static str) -> Hints {
        let (mut hints, mut rest) = (0, column);
        while !rest.is_empty() {
            let mut end = 0;
            while end < rest.len() && rest.as_bytes()[end] != b' ' {
                end += 1;
            }
            let name = rest.split_at(end).0;
            let mut at = 0;
            while !is_same(NAMES[at].0, name) {
                at += 1;
                assert!(at < NAMES.len(), "a hint that there is not");
            }
            hints |= NAMES[at].1.0;
            rest = rest.split_at(if end < rest.len() { end + 1 } else { end }).1;
        }
        Hints(hints)
    }

    /// Whether any of these hints is in the set.
    pub fn any(self, hints: Hints) -> bool {
        self.0 & hints.0 != 0
    }

    /// Adds hints.
    pub fn add(&mut self, hints: Hints) {
        self.0 |= hints.0;
    }

    /// Removes hints.
    pub fn remove(&mut self, hints: Hints) {
        self.0 &= !hints.0;
    }
}

/// What hints are called in the lists.
const NAMES: [(&str, Hints); 20] = [
    ("dialog", Hints::DIALOG),
    ("reviews", Hints::REVIEWS),
    ("controls", Hints::CONTROLS),
    ("signature", Hints::SIGNATURE),
    ("panel", Hints::PANEL),
    ("control", Hints::CONTROL),
    ("navigation", Hints::NAVIGATION),
    ("related", Hints::RELATED),
    ("caption", Hints::CAPTION),
    ("credit", Hints::CREDIT),
    ("dateline", Hints::DATELINE),
    ("notice", Hints::NOTICE),
    ("comments", Hints::COMMENTS),
    ("side", Hints::SIDE),
    ("body", Hints::BODY),
    ("lead", Hints::LEAD),
    ("author", Hints::AUTHOR),
    ("published", Hints::PUBLISHED),
    ("of-photo", Hints::OF_PHOTO),
    ("of-another", Hints::OF_ANOTHER),
];

/// How many values of `class` and `id` are remembered.
const REMEMBERED: usize = 256;

/// The values of `class` and `id` that stood in a page, and the hints in them: most boxes of a page
/// have the names of others.
#[derive(Debug)]
pub struct Known<'a> {
    /// Each in the place that its hash gives it; a later one takes the place of an earlier one.
    slots: Vec<(&'a str, Hints)>,
}

impl<'a> Known<'a> {
    /// Nothing has been seen but the empty name.
    pub fn new() -> Known<'a> {
        Known { slots: vec![("", Hints::default()); REMEMBERED] }
    }

    /// The [`hints`] in a value as it stands in the page, with its character references.
    pub fn hints(&mut self, value: &'a str) -> Hints {
        let slot = &mut self.slots[hash(value) as usize % REMEMBERED];
        if slot.0 != value {
            *slot = (value, hints(&decoded_value(value)));
        }
        slot.1
    }
}

/// The most names of one element that are looked at, and the most bytes of each.
const MAX_NAMES: usize = 24;
const MAX_NAME: usize = 64;

/// The hints in a `class` or `id`. Names are compared word by word (`article__box-related`,
/// `boxRelated`), and each word by how it begins, so that the inflections of three languages need
/// no list each.
pub fn hints(value: &str) -> Hints {
    let mut found = Hints::default();
    for name in value.split_ascii_whitespace().take(MAX_NAMES) {
        found.add(hints_of_name(name));
    }
    found
}

fn hints_of_name(name: &str) -> Hints {
    let name = truncated(name, MAX_NAME);
    let mut found = Hints::default();
    // Whether the name states that a box is absent or open elsewhere, as in `no-sidebar` and
    // `has-comments`.
    let mut is_about_another = false;
    for (number, word) in words(name.as_bytes()).enumerate() {
        let mut lower = [0; MAX_NAME];
        let lower = &mut lower[..word.len()];
        lower.copy_from_slice(word);
        lower.make_ascii_lowercase();
        let hints = hints_of_word(lower);
        found.add(hints);
        is_about_another |= number == 0 && hints.any(Hints::OF_ANOTHER);
    }
    let is_of_photo = found.any(Hints::OF_PHOTO);
    found.remove(Hints::OF_PHOTO);
    found.remove(Hints::OF_ANOTHER);
    if BODIES.iter().any(|body| body.key == name) {
        found.add(Hints::ARTICLE_BODY);
    }
    if matches!(name, "sr-only" | "visually-hidden" | "screen-reader-text") {
        found.add(Hints::HIDDEN);
    }
    if is_of_photo && found.any(Hints::LEAD) {
        // `image_desc` describes the image, not the article.
        found.remove(Hints::LEAD);
        found.add(Hints::CAPTION);
    }
    if is_about_another {
        found.remove(Hints::BOILERPLATE);
    }
    found
}

/// The words of a name: what stands between other characters than letters and digits, and from a
/// capital letter on.
fn words(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = name;
    std::iter::from_fn(move || {
        let start = rest.iter().position(u8::is_ascii_alphanumeric)?;
        rest = &rest[start..];
        let end = (1..rest.len()).find(|&at| {
            let begins_word = rest[at].is_ascii_uppercase() && rest[at - 1].is_ascii_lowercase();
            begins_word || !rest[at].is_ascii_alphanumeric()
        });
        let word;
        (word, rest) = rest.split_at(end.unwrap_or(rest.len()));
        Some(word)
    })
}

/// What words in names say.
const WORD_LIST: &str = include_str!("names/words.tsv");
/// Names that say outright that a box is the body of the article.
const BODY_LIST: &str = include_str!("names/bodies.tsv");

static BODIES: [Row; count(BODY_LIST)] = rows(BODY_LIST);

/// A word, or how words begin.
#[derive(Debug, Clone, Copy)]
struct Entry {
    word: &'static str,
    /// Whether a word may go on behind it.
    is_beginning: bool,
    hints: Hints,
}

const LETTERS: usize = 26;

/// All of them in the order of the list, and where those begin that have the same first letter.
static ENTRIES: ([Entry; count(WORD_LIST)], [u16; LETTERS + 1]) = {
    const ROWS: [Row; count(WORD_LIST)] = rows(WORD_LIST);
    let mut entries = [Entry { word: "", is_beginning: false, hints: Hints(0) }; ROWS.len()];
    let mut starts = [0; LETTERS + 1];
    let (mut next, mut letter) = (0, 0);
    while letter < LETTERS {
        starts[letter] = next as u16;
        while next < ROWS.len() && ROWS[next].key.as_bytes()[0] == b'a' + letter as u8 {
            let Row { key, value } = ROWS[next];
            let is_beginning = key.as_bytes()[key.len() - 1] == b'*';
            let word = key.split_at(key.len() - is_beginning as usize).0;
            entries[next] = Entry { word, is_beginning, hints: Hints::of(value) };
            next += 1;
        }
        letter += 1;
    }
    assert!(next == ROWS.len(), "the list is not in alphabetical order");
    starts[LETTERS] = next as u16;
    (entries, starts)
};

/// The hints of a word in small letters: those of the longest entry that fits.
fn hints_of_word(word: &[u8]) -> Hints {
    let Some(letter @ b'a'..=b'z') = word.first() else { return Hints::default() };
    let (entries, starts) = &ENTRIES;
    let letter = usize::from(letter - b'a');
    let entries = &entries[usize::from(starts[letter])..usize::from(starts[letter + 1])];
    let fits = |entry: &&Entry| {
        word.starts_with(entry.word.as_bytes())
            && (entry.is_beginning || word.len() == entry.word.len())
    };
    entries.iter().rev().find(fits).map_or(Hints::default(), |entry| entry.hints)
}

/// The hint in an ARIA role.
pub fn hints_of_role(role: &str) -> Hints {
    match role {
        "navigation" | "menu" | "menubar" | "banner" | "contentinfo" | "search" | "toolbar" => {
            Hints::NAVIGATION
        }
        "complementary" => Hints::SIDE,
        "dialog" | "alertdialog" => Hints(Hints::NOTICE.0 | Hints::DIALOG.0),
        "tabpanel" => Hints::PANEL,
        _ => Hints::default(),
    }
}

/// The hint in a schema.org property.
pub fn hints_of_property(property: &str) -> Hints {
    match property.trim() {
        "articleBody" => Hints(Hints::BODY.0 | Hints::ARTICLE_BODY.0),
        "description" | "abstract" | "alternativeHeadline" => Hints::LEAD,
        "author" | "creator" => Hints::AUTHOR_LINE,
        "datePublished" => Hints(Hints::DATELINE.0 | Hints::PUBLISHED.0),
        "dateModified" => Hints::DATELINE,
        "caption" => Hints::CAPTION,
        "comment" => Hints::COMMENTS,
        "review" | "reviews" | "aggregateRating" => Hints::REVIEWS,
        _ => Hints::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_newsroom_templates_are_understood() {
        assert!(hints("article__sapo cms-desc").any(Hints::LEAD));
        assert!(hints("box-tinlienquan").any(Hints::RELATED));
        assert!(hints("VCSortable relatedNews").any(Hints::RELATED));
        assert!(hints("boxRelated").any(Hints::RELATED));
        assert!(hints("BoxRELATED").any(Hints::RELATED));
        assert!(hints("PhotoCMS_Caption").any(Hints::CAPTION));
        assert!(hints("detail-content afcbc-body").any(Hints::ARTICLE_BODY));
        assert!(hints("main-nav").any(Hints::NAVIGATION));
        assert!(hints("post-meta").any(Hints::DATELINE));
        // What a reference has made of a value.
        assert!(hints("box\rsr-only").any(Hints::HIDDEN));
    }

    #[test]
    fn what_is_known_is_what_would_be_found() {
        let mut known = Known::new();
        // More names than places, each of them twice, some alike at both ends, some with
        // references.
        let of = |number: usize| match number % 4 {
            0 => format!("box-{number}-sidebar"),
            1 => format!("sapo{number}"),
            2 => format!("article-{}-content", "x".repeat(number % 50)),
            _ => format!("date&#{};", number % 100 + 40),
        };
        let names: Vec<String> = (0..500).map(|number| of(number % 250)).collect();
        for name in ["", "a"].into_iter().chain(names.iter().map(String::as_str)) {
            assert_eq!(known.hints(name), hints(&decoded_value(name)), "{name}");
        }
    }

    #[test]
    fn names_that_speak_of_another_box_say_nothing() {
        assert!(!hints("has-sidebar").any(Hints::BOILERPLATE));
        assert!(!hints("no-comments").any(Hints::BOILERPLATE));
        assert!(!hints("navy").any(Hints::BOILERPLATE));
        assert!(!hints("adjacent").any(Hints::BOILERPLATE));
    }
}
