//! What the names that a newsroom gives to its boxes (`class`, `id`, `role`, `itemprop`) say about them.

use crate::classes::{ENDS_WORD, find};
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

/// A number made of all bytes of less than eight, of four and more the first four and the last four: two of one length are the same if
/// their numbers are.
fn packed(bytes: &[u8]) -> u64 {
    match (bytes.first_chunk(), bytes.last_chunk()) {
        (Some(first), Some(last)) => {
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32
        }
        _ => bytes.iter().fold(0, |all, byte| all << 8 | u64::from(*byte)),
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
    for name in value.split_ascii_whitespace().take(MAX_NAMES) {
        found.add(hints_of_name(name.as_bytes()));
    }
    found
}

/// The most names of one element that are looked at, and the most bytes of each.
const MAX_NAMES: usize = 24;
const MAX_NAME: usize = 64;

fn hints_of_name(name: &[u8]) -> Hints {
    let name = &name[..name.len().min(MAX_NAME)];
    let mut lower = [0_u8; MAX_NAME];
    let mut found = Hints::default();
    let mut start = 0;
    // Whether the name states that a box is absent or open elsewhere, as in `no-sidebar` and `has-comments`.
    let mut about_another = false;
    let mut words = 0;
    let mut is_of_photo = false;
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
            if words == 0 && matches!(word, b"no" | b"has" | b"with" | b"without" | b"is" | b"hide")
            {
                about_another = true;
            }
            is_of_photo |= matches!(word, b"photo" | b"image" | b"img" | b"pic" | b"anh");
            found.add(hints_of_word(word));
            words += 1;
        }
        // A capital letter begins the next word; anything else separates it from this one.
        start = if is_capital { at } else { at + 1 };
        has_capitals = is_capital;
        at += 1;
    }
    match name {
        b"articleBody" | b"articlebody" | b"article-body" | b"article_body" | b"article__body"
        | b"cms-body" | b"fck_detail" | b"detail-content" | b"entry-content" | b"post-content"
        | b"article-content" | b"article__content" | b"story-body" => {
            found.add(Hints::BODY);
            found.add(Hints::ARTICLE_BODY);
        }
        b"sr-only" | b"visually-hidden" | b"screen-reader-text" => found.add(Hints::HIDDEN),
        _ => {}
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

fn hints_of_word(word: &[u8]) -> Hints {
    // How words begin, by their first two letters. Short ones that begin many innocent words must match as a whole.
    let table: &[(&[u8], Hints)] = match word {
        [b'a', b'c', ..] => &[(b"accroche", Hints::LEAD)],
        [b'a', b'd', ..] => &[(b"advert", Hints::NOTICE), (b"adsbygoogle", Hints::NOTICE)],
        [b'a', b'r', ..] => &[(b"article", Hints::BODY)],
        [b'a', b's', ..] => &[(b"aside", Hints::SIDE)],
        [b'a', b'u', ..] => &[
            (b"author", Hints(Hints::DATELINE.0 | Hints::AUTHOR.0)),
            (b"auteur", Hints(Hints::DATELINE.0 | Hints::AUTHOR.0)),
        ],
        [b'b', b'a', ..] => &[(b"banner", Hints::NOTICE)],
        [b'b', b'i', ..] => &[(b"binhluan", Hints::COMMENTS)],
        [b'b', b'o', ..] => &[(b"body", Hints::BODY)],
        [b'b', b'r', ..] => &[(b"breadcrumb", Hints::NAVIGATION)],
        [b'b', b'y', ..] => &[(b"byline", Hints(Hints::DATELINE.0 | Hints::AUTHOR.0))],
        [b'c', b'a', ..] => &[(b"caption", Hints::CAPTION)],
        [b'c', b'h', ..] => {
            &[(b"chuthich", Hints::CAPTION), (b"chapo", Hints::LEAD), (b"chapeau", Hints::LEAD)]
        }
        [b'c', b'm', ..] => &[(b"cms", Hints::BODY)],
        [b'c', b'o', ..] => &[
            (b"copyright", Hints::CREDIT),
            (b"comment", Hints::COMMENTS),
            (b"cookie", Hints::NOTICE),
            (b"consent", Hints::NOTICE),
            (b"content", Hints::BODY),
            (b"contenu", Hints::BODY),
        ],
        [b'c', b'r', ..] => &[(b"credit", Hints::CREDIT)],
        [b'd', b'a', ..] => &[(b"date", Hints::DATELINE)],
        [b'd', b'e', ..] => &[(b"desc", Hints::LEAD), (b"detail", Hints::BODY)],
        [b'd', b'i', ..] => &[(b"disqus", Hints::COMMENTS)],
        [b'd', b'r', ..] => &[(b"dropdown", Hints::NAVIGATION)],
        [b'e', b'n', ..] => &[(b"entry", Hints::BODY)],
        [b'e', b'x', ..] => &[(b"excerpt", Hints::LEAD)],
        [b'f', b'a', ..] => &[(b"facebook", Hints::NAVIGATION)],
        [b'f', b'b', ..] => &[(b"fbcomment", Hints::COMMENTS)],
        [b'f', b'c', ..] => &[(b"fck", Hints::BODY)],
        [b'f', b'o', ..] => &[(b"footer", Hints::NAVIGATION)],
        [b'g', b'd', ..] => &[(b"gdpr", Hints::NOTICE)],
        [b'i', b'n', ..] => &[(b"intro", Hints::LEAD)],
        [b'k', b'e', ..] => &[(b"keyword", Hints::NAVIGATION)],
        [b'l', b'e', ..] => &[(b"legende", Hints::CAPTION)],
        [b'l', b'i', ..] => &[(b"lienquan", Hints::RELATED)],
        [b'm', b'a', ..] => &[(b"masthead", Hints::NAVIGATION)],
        [b'm', b'e', ..] => &[(b"menu", Hints::NAVIGATION)],
        [b'm', b'o', ..] => {
            &[(b"modal", Hints::NOTICE), (b"more", Hints::RELATED), (b"mostread", Hints::RELATED)]
        }
        [b'n', b'a', ..] => &[(b"navbar", Hints::NAVIGATION), (b"navig", Hints::NAVIGATION)],
        [b'n', b'e', ..] => &[(b"newsletter", Hints::NOTICE)],
        [b'n', b'o', ..] => &[(b"noidung", Hints::BODY)],
        [b'p', b'a', ..] => &[
            (b"paginat", Hints::NAVIGATION),
            (b"pager", Hints::NAVIGATION),
            (b"partag", Hints::NAVIGATION),
            (b"paywall", Hints::NOTICE),
        ],
        [b'p', b'h', ..] => &[(b"photocredit", Hints::CREDIT)],
        [b'p', b'o', ..] => &[(b"popup", Hints::NOTICE)],
        [b'p', b'r', ..] => &[(b"promo", Hints::NOTICE)],
        [b'q', b'u', ..] => &[(b"quangcao", Hints::NOTICE)],
        [b'r', b'e', ..] => &[
            (b"relate", Hints::RELATED),
            (b"recommend", Hints::RELATED),
            (b"readmore", Hints::RELATED),
        ],
        [b's', b'a', ..] => &[(b"sapo", Hints::LEAD)],
        [b's', b'h', ..] => &[(b"share", Hints::NAVIGATION), (b"sharing", Hints::NAVIGATION)],
        [b's', b'i', ..] => &[(b"sidebar", Hints::SIDE)],
        [b's', b'k', ..] => &[(b"skip", Hints::NAVIGATION)],
        [b's', b'o', ..] => &[(b"social", Hints::NAVIGATION)],
        [b's', b'p', ..] => &[(b"sponsor", Hints::NOTICE)],
        [b's', b't', ..] => &[(b"standfirst", Hints::LEAD), (b"story", Hints::BODY)],
        [b's', b'u', ..] => &[
            (b"subscri", Hints::NOTICE),
            (b"summary", Hints::LEAD),
            (b"subtitle", Hints::LEAD),
            (b"suggest", Hints::RELATED),
        ],
        [b't', b'a', ..] => {
            &[(b"tacgia", Hints(Hints::DATELINE.0 | Hints::AUTHOR.0)), (b"taboola", Hints::NOTICE)]
        }
        [b't', b'e', ..] => &[(b"text", Hints::BODY)],
        [b't', b'i', ..] => &[
            (b"tinlienquan", Hints::RELATED),
            (b"tincungchuyenmuc", Hints::RELATED),
            (b"tinkhac", Hints::RELATED),
            (b"timestamp", Hints::DATELINE),
        ],
        [b't', b'o', ..] => &[(b"toolbar", Hints::NAVIGATION), (b"topbar", Hints::NAVIGATION)],
        [b'w', b'i', ..] => &[(b"widget", Hints::SIDE)],
        _ => &[],
    };
    if let Some((_, hints)) = table.iter().find(|(start, _)| word.starts_with(start)) {
        return *hints;
    }
    match word {
        b"nav" | b"tags" | b"taglist" | b"tag" | b"fb" | b"zalo" => Hints::NAVIGATION,
        b"time" | b"meta" | b"dateline" => Hints::DATELINE,
        b"ad" | b"ads" | b"dfp" => Hints::NOTICE,
        b"lire" | b"xemthem" | b"docthem" => Hints::RELATED,
        b"post" => Hints::BODY,
        b"lead" | b"dek" => Hints::LEAD,
        b"rail" => Hints::SIDE,
        _ => Hints::default(),
    }
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
        "author" | "creator" => Hints(Hints::DATELINE.0 | Hints::AUTHOR.0),
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
