//! What the names that a newsroom gives to its boxes (`class`, `id`, `role`, `itemprop`) say about them.

use crate::classes::{ENDS_WORD, SPACE, find};
use crate::tokens::decoded_value;

/// A set of hints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hints(u16);

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
    /// Everything that marks a box as not being part of the text.
    pub const BOILERPLATE: Hints = Hints(0xff);

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

/// How many values of `class` and `id` are remembered.
const REMEMBERED: usize = 64;

/// The values of `class` and `id` that stood in a page, and the hints in them: most boxes of a page have the names of others.
#[derive(Debug)]
pub struct Known<'a> {
    /// Each in the place that its first and its last bytes give it; a later one takes the place of an earlier one.
    slots: [(&'a str, Hints); REMEMBERED],
}

impl<'a> Known<'a> {
    /// Nothing has been seen but the empty name.
    pub fn new() -> Known<'a> {
        Known { slots: [("", Hints::default()); REMEMBERED] }
    }

    /// The [`hints`] in a value as it stands in the page, with its character references.
    pub fn hints(&mut self, value: &'a str) -> Hints {
        let slot = &mut self.slots[slot(value.as_bytes())];
        if !is_same(slot.0.as_bytes(), value.as_bytes()) {
            *slot = (value, hints(&decoded_value(value)));
        }
        slot.1
    }
}

fn slot(value: &[u8]) -> usize {
    let ends = match (value.first_chunk(), value.last_chunk()) {
        (Some(first), Some(last)) => {
            u64::from_le_bytes(*first) ^ u64::from_le_bytes(*last).rotate_left(32)
        }
        _ => packed(value),
    };
    // The highest bits of a product depend on all bits. The factor is 2^64 divided by the golden ratio, as in Fibonacci hashing.
    let mixed = (ends ^ value.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> (u64::BITS - REMEMBERED.ilog2())) as usize
}

/// Less than eight bytes as a number, without a loop.
fn packed(bytes: &[u8]) -> u64 {
    match (bytes.first_chunk(), bytes.last_chunk()) {
        (Some(first), Some(last)) => {
            // Where they overlap they are the same.
            let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
            u64::from(first) | u64::from(last) << (8 * (bytes.len() - 4))
        }
        _ => match *bytes {
            [a] => u64::from(a),
            [a, b] => u64::from(u16::from_le_bytes([a, b])),
            [a, b, c] => u64::from(u32::from_le_bytes([a, b, c, 0])),
            _ => 0,
        },
    }
}

/// Whether two values are the same, eight bytes a turn: what the compiler makes of `==` takes one.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let (Some(end), Some(other_end)) = (one.last_chunk::<8>(), other.last_chunk::<8>()) else {
        return packed(one) == packed(other);
    };
    end == other_end
        && one
            .as_chunks::<8>()
            .0
            .iter()
            .zip(other.as_chunks::<8>().0)
            .all(|(it, other)| it == other)
}

/// The hints in a `class` or `id`. Names are compared word by word (`article__box-related`, `boxRelated`), and each word by how
/// it begins, so that the inflections of three languages need no list each.
pub fn hints(value: &str) -> Hints {
    let mut found = Hints::default();
    let mut rest = value.as_bytes();
    for _ in 0..MAX_NAMES {
        rest = rest.trim_ascii_start();
        if rest.is_empty() {
            break;
        }
        let (name, behind) = rest.split_at(find(rest, 0, SPACE));
        found.add(hints_of_name(name));
        rest = behind;
    }
    found
}

/// The most names of one element that are looked at, and the most bytes of each.
const MAX_NAMES: usize = 24;
const MAX_NAME: usize = 64;

/// Whether a name says outright that this is the body of the article.
fn is_article_body(name: &[u8]) -> bool {
    matches!(
        name,
        b"articleBody"
            | b"articlebody"
            | b"article-body"
            | b"article_body"
            | b"article__body"
            | b"cms-body"
            | b"fck_detail"
            | b"detail-content"
            | b"entry-content"
            | b"post-content"
            | b"article-content"
            | b"article__content"
            | b"story-body"
    )
}

fn hints_of_name(name: &[u8]) -> Hints {
    let name = &name[..name.len().min(MAX_NAME)];
    let mut lower = [0_u8; MAX_NAME];
    let mut found = Hints::default();
    let mut start = 0;
    // Whether the name states that a box is absent or open elsewhere, as in `no-sidebar` and `has-comments`.
    let mut about_another = false;
    let mut is_first = true;
    let mut has_capitals = false;
    let mut at = 0;
    while at <= name.len() {
        at = find(name, at, ENDS_WORD);
        let is_capital = name.get(at).is_some_and(u8::is_ascii_uppercase);
        if is_capital && (at == start || !name[at - 1].is_ascii_lowercase()) {
            has_capitals = true;
            at += 1;
            continue;
        }
        let mut word = &name[start..at];
        if has_capitals {
            let lower = &mut lower[..word.len()];
            lower.copy_from_slice(word);
            lower.make_ascii_lowercase();
            word = lower;
        }
        if !word.is_empty() {
            let hints = hints_of_word(word);
            found.add(hints);
            about_another |= is_first && hints.any(Hints::OF_ANOTHER);
            is_first = false;
        }
        // A capital letter begins the next word; anything else separates it from this one.
        start = if is_capital { at } else { at + 1 };
        has_capitals = is_capital;
        at += 1;
    }
    let is_of_photo = found.any(Hints::OF_PHOTO);
    found.remove(Hints::OF_PHOTO);
    found.remove(Hints::OF_ANOTHER);
    // Each of these has a word that sounds like a body.
    if found.any(Hints::BODY) && is_article_body(name) {
        found.add(Hints::ARTICLE_BODY);
    }
    if matches!(name, b"sr-only" | b"visually-hidden" | b"screen-reader-text") {
        found.add(Hints::HIDDEN);
    }
    if is_of_photo && found.any(Hints::LEAD) {
        // `image_desc` describes the image, not the article.
        found.remove(Hints::LEAD);
        found.add(Hints::CAPTION);
    }
    if about_another {
        found.remove(Hints::BOILERPLATE);
    }
    found
}

/// How words begin that say something, with any ending. Short ones that begin many innocent words are among [`WORDS`].
const BEGINNINGS: [(&str, Hints); 83] = [
    ("accroche", Hints::LEAD),
    ("advert", Hints::NOTICE),
    ("adsbygoogle", Hints::NOTICE),
    ("article", Hints::BODY),
    ("aside", Hints::SIDE),
    ("author", Hints::AUTHOR_LINE),
    ("auteur", Hints::AUTHOR_LINE),
    ("banner", Hints::NOTICE),
    ("binhluan", Hints::COMMENTS),
    ("body", Hints::BODY),
    ("breadcrumb", Hints::NAVIGATION),
    ("byline", Hints::AUTHOR_LINE),
    ("caption", Hints::CAPTION),
    ("chuthich", Hints::CAPTION),
    ("chapo", Hints::LEAD),
    ("chapeau", Hints::LEAD),
    ("cms", Hints::BODY),
    ("copyright", Hints::CREDIT),
    ("comment", Hints::COMMENTS),
    ("cookie", Hints::NOTICE),
    ("consent", Hints::NOTICE),
    ("content", Hints::BODY),
    ("contenu", Hints::BODY),
    ("credit", Hints::CREDIT),
    ("date", Hints::DATELINE),
    ("desc", Hints::LEAD),
    ("detail", Hints::BODY),
    ("disqus", Hints::COMMENTS),
    ("dropdown", Hints::NAVIGATION),
    ("entry", Hints::BODY),
    ("excerpt", Hints::LEAD),
    ("facebook", Hints::NAVIGATION),
    ("fbcomment", Hints::COMMENTS),
    ("fck", Hints::BODY),
    ("footer", Hints::NAVIGATION),
    ("gdpr", Hints::NOTICE),
    ("intro", Hints::LEAD),
    ("keyword", Hints::NAVIGATION),
    ("legende", Hints::CAPTION),
    ("lienquan", Hints::RELATED),
    ("masthead", Hints::NAVIGATION),
    ("menu", Hints::NAVIGATION),
    ("modal", Hints::NOTICE),
    ("more", Hints::RELATED),
    ("mostread", Hints::RELATED),
    ("navbar", Hints::NAVIGATION),
    ("navig", Hints::NAVIGATION),
    ("newsletter", Hints::NOTICE),
    ("noidung", Hints::BODY),
    ("paginat", Hints::NAVIGATION),
    ("pager", Hints::NAVIGATION),
    ("partag", Hints::NAVIGATION),
    ("paywall", Hints::NOTICE),
    ("photocredit", Hints::CREDIT),
    ("popup", Hints::NOTICE),
    ("promo", Hints::NOTICE),
    ("quangcao", Hints::NOTICE),
    ("relate", Hints::RELATED),
    ("recommend", Hints::RELATED),
    ("readmore", Hints::RELATED),
    ("sapo", Hints::LEAD),
    ("share", Hints::NAVIGATION),
    ("sharing", Hints::NAVIGATION),
    ("sidebar", Hints::SIDE),
    ("skip", Hints::NAVIGATION),
    ("social", Hints::NAVIGATION),
    ("sponsor", Hints::NOTICE),
    ("standfirst", Hints::LEAD),
    ("story", Hints::BODY),
    ("subscri", Hints::NOTICE),
    ("summary", Hints::LEAD),
    ("subtitle", Hints::LEAD),
    ("suggest", Hints::RELATED),
    ("tacgia", Hints::AUTHOR_LINE),
    ("taboola", Hints::NOTICE),
    ("text", Hints::BODY),
    ("tinlienquan", Hints::RELATED),
    ("tincungchuyenmuc", Hints::RELATED),
    ("tinkhac", Hints::RELATED),
    ("timestamp", Hints::DATELINE),
    ("toolbar", Hints::NAVIGATION),
    ("topbar", Hints::NAVIGATION),
    ("widget", Hints::SIDE),
];

/// Words that say something as they are.
const WORDS: [(&str, Hints); 30] = [
    ("nav", Hints::NAVIGATION),
    ("tags", Hints::NAVIGATION),
    ("taglist", Hints::NAVIGATION),
    ("tag", Hints::NAVIGATION),
    ("fb", Hints::NAVIGATION),
    ("zalo", Hints::NAVIGATION),
    ("time", Hints::DATELINE),
    ("meta", Hints::DATELINE),
    ("dateline", Hints::DATELINE),
    ("ad", Hints::NOTICE),
    ("ads", Hints::NOTICE),
    ("dfp", Hints::NOTICE),
    ("lire", Hints::RELATED),
    ("xemthem", Hints::RELATED),
    ("docthem", Hints::RELATED),
    ("post", Hints::BODY),
    ("lead", Hints::LEAD),
    ("dek", Hints::LEAD),
    ("rail", Hints::SIDE),
    ("photo", Hints::OF_PHOTO),
    ("image", Hints::OF_PHOTO),
    ("img", Hints::OF_PHOTO),
    ("pic", Hints::OF_PHOTO),
    ("anh", Hints::OF_PHOTO),
    ("no", Hints::OF_ANOTHER),
    ("has", Hints::OF_ANOTHER),
    ("with", Hints::OF_ANOTHER),
    ("without", Hints::OF_ANOTHER),
    ("is", Hints::OF_ANOTHER),
    ("hide", Hints::OF_ANOTHER),
];

/// A word, or how words begin.
#[derive(Clone, Copy)]
struct Entry {
    /// Its first eight bytes as a number.
    first: u64,
    /// The bits of them that it has.
    mask: u64,
    /// What follows them.
    rest: &'static [u8],
    /// How many bytes a word has at least to be meant by it, and at most.
    lengths: (usize, usize),
    hints: Hints,
}

const LETTERS: usize = 26;

/// All of them, those with the same first two letters together, and where each two letters begin.
static ENTRIES: ([Entry; BEGINNINGS.len() + WORDS.len()], [u8; LETTERS * LETTERS + 1]) = {
    let none = Entry { first: 0, mask: 0, rest: &[], lengths: (0, 0), hints: Hints(0) };
    let mut entries = [none; BEGINNINGS.len() + WORDS.len()];
    let mut starts = [0; LETTERS * LETTERS + 1];
    let (mut count, mut letters) = (0, 0);
    while letters < LETTERS * LETTERS {
        starts[letters] = count as u8;
        let mut next = 0;
        while next < entries.len() {
            let is_beginning = next < BEGINNINGS.len();
            let (word, hints) =
                if is_beginning { BEGINNINGS[next] } else { WORDS[next - BEGINNINGS.len()] };
            let word = word.as_bytes();
            if let Some(here) = first_two(word[0], word[1])
                && here == letters
            {
                let (start, rest) = word.split_at(if word.len() < 8 { word.len() } else { 8 });
                let mut bytes = [0; 8];
                bytes.split_at_mut(start.len()).0.copy_from_slice(start);
                entries[count] = Entry {
                    first: u64::from_le_bytes(bytes),
                    mask: u64::MAX >> (8 * (8 - start.len())),
                    rest,
                    lengths: (word.len(), if is_beginning { MAX_NAME } else { word.len() }),
                    hints,
                };
                count += 1;
            }
            next += 1;
        }
        letters += 1;
    }
    assert!(count == entries.len(), "a word has something else than small letters");
    assert!(count <= u8::MAX as usize, "too many words");
    starts[letters] = count as u8;
    (entries, starts)
};

/// The number of the first two letters of a word, if they are small letters.
const fn first_two(first: u8, second: u8) -> Option<usize> {
    let (first, second) = (first.wrapping_sub(b'a') as usize, second.wrapping_sub(b'a') as usize);
    if first < LETTERS && second < LETTERS { Some(first * LETTERS + second) } else { None }
}

fn hints_of_word(word: &[u8]) -> Hints {
    let [first, second, ..] = *word else { return Hints::default() };
    let Some(letters) = first_two(first, second) else { return Hints::default() };
    let (entries, starts) = &ENTRIES;
    let entries = &entries[usize::from(starts[letters])..usize::from(starts[letters + 1])];
    if entries.is_empty() {
        return Hints::default();
    }
    let eight = word.first_chunk().map_or_else(|| packed(word), |first| u64::from_le_bytes(*first));
    let is_meant = |entry: &&Entry| {
        eight & entry.mask == entry.first
            && (entry.lengths.0..=entry.lengths.1).contains(&word.len())
            && (entry.rest.is_empty() || word[8..].starts_with(entry.rest))
    };
    entries.iter().find(is_meant).map_or(Hints::default(), |entry| entry.hints)
}

/// The hint in an ARIA role.
pub fn hints_of_role(role: &str) -> Hints {
    match role {
        "navigation" | "menu" | "menubar" | "banner" | "contentinfo" | "search" | "toolbar" => {
            Hints::NAVIGATION
        }
        "complementary" => Hints::SIDE,
        "dialog" | "alertdialog" => Hints::NOTICE,
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
        // More names than places, each of them twice, some alike at both ends, some with references.
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
    fn values_are_the_same_if_all_of_their_bytes_are() {
        let long = "0123456789abcdefghij";
        for length in 0..=long.len() {
            let value = &long.as_bytes()[..length];
            let same = value.to_vec();
            assert!(is_same(value, &same));
            for at in 0..length {
                let mut other = value.to_vec();
                other[at] ^= 1;
                assert!(!is_same(value, &other), "{length} {at}");
            }
        }
        assert!(!is_same(b"ab", b"abc"));
    }

    #[test]
    fn names_that_speak_of_another_box_say_nothing() {
        assert!(!hints("has-sidebar").any(Hints::BOILERPLATE));
        assert!(!hints("no-comments").any(Hints::BOILERPLATE));
        assert!(!hints("navy").any(Hints::BOILERPLATE));
        assert!(!hints("adjacent").any(Hints::BOILERPLATE));
    }
}
