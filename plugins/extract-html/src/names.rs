//! What the names that a newsroom gives to its boxes (`class`, `id`, `role`, `itemprop`) say about them.

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
    let mut lower = [0_u8; MAX_NAME];
    let name = &name[..name.len().min(MAX_NAME)];
    let mut found = Hints::default();
    let mut start = 0;
    let mut previous = 0;
    // Whether the name states that a box is absent or open elsewhere, as in `no-sidebar` and `has-comments`.
    let mut about_another = false;
    let mut words = 0;
    let mut is_of_photo = false;
    for at in 0..=name.len() {
        let byte = name.get(at).copied().unwrap_or(b'-');
        let boundary = !byte.is_ascii_alphanumeric()
            || (byte.is_ascii_uppercase() && (previous as char).is_ascii_lowercase());
        if boundary && at > start {
            let word = &lower[start..at];
            if words == 0 && matches!(word, b"no" | b"has" | b"with" | b"without" | b"is" | b"hide")
            {
                about_another = true;
            }
            is_of_photo |= matches!(word, b"photo" | b"image" | b"img" | b"pic" | b"anh");
            found.add(hints_of_word(word));
            words += 1;
        }
        if boundary {
            start = if byte.is_ascii_alphanumeric() { at } else { at + 1 };
        }
        if at < name.len() {
            lower[at] = byte.to_ascii_lowercase();
        }
        previous = byte;
    }
    match name {
        b"articleBody" | b"articlebody" | b"article-body" | b"article_body" | b"article__body"
        | b"cms-body" | b"fck_detail" | b"detail-content" | b"entry-content" | b"post-content"
        | b"article-content" | b"article__content" | b"story-body" => {
            found.add(Hints::BODY);
            found.add(Hints::ARTICLE_BODY);
        }
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
    // How words begin, by their first letter. Short ones that begin many innocent words must match as a whole.
    let table: &[(&[u8], Hints)] = match word.first() {
        Some(b'a') => &[
            (b"author", Hints(Hints::DATELINE.0 | Hints::AUTHOR.0)),
            (b"auteur", Hints(Hints::DATELINE.0 | Hints::AUTHOR.0)),
            (b"advert", Hints::NOTICE),
            (b"adsbygoogle", Hints::NOTICE),
            (b"article", Hints::BODY),
            (b"accroche", Hints::LEAD),
            (b"aside", Hints::SIDE),
        ],
        Some(b'b') => &[
            (b"breadcrumb", Hints::NAVIGATION),
            (b"byline", Hints(Hints::DATELINE.0 | Hints::AUTHOR.0)),
            (b"banner", Hints::NOTICE),
            (b"binhluan", Hints::COMMENTS),
            (b"body", Hints::BODY),
        ],
        Some(b'c') => &[
            (b"caption", Hints::CAPTION),
            (b"chuthich", Hints::CAPTION),
            (b"credit", Hints::CREDIT),
            (b"copyright", Hints::CREDIT),
            (b"comment", Hints::COMMENTS),
            (b"cookie", Hints::NOTICE),
            (b"consent", Hints::NOTICE),
            (b"chapo", Hints::LEAD),
            (b"chapeau", Hints::LEAD),
            (b"content", Hints::BODY),
            (b"contenu", Hints::BODY),
            (b"cms", Hints::BODY),
        ],
        Some(b'd') => &[
            (b"date", Hints::DATELINE),
            (b"desc", Hints::LEAD),
            (b"disqus", Hints::COMMENTS),
            (b"detail", Hints::BODY),
            (b"dropdown", Hints::NAVIGATION),
        ],
        Some(b'e') => &[(b"entry", Hints::BODY), (b"excerpt", Hints::LEAD)],
        Some(b'f') => &[
            (b"footer", Hints::NAVIGATION),
            (b"facebook", Hints::NAVIGATION),
            (b"fbcomment", Hints::COMMENTS),
            (b"fck", Hints::BODY),
        ],
        Some(b'g') => &[(b"gdpr", Hints::NOTICE)],
        Some(b'i') => &[(b"intro", Hints::LEAD)],
        Some(b'k') => &[(b"keyword", Hints::NAVIGATION)],
        Some(b'l') => &[(b"lienquan", Hints::RELATED), (b"legende", Hints::CAPTION)],
        Some(b'm') => &[
            (b"menu", Hints::NAVIGATION),
            (b"masthead", Hints::NAVIGATION),
            (b"modal", Hints::NOTICE),
            (b"more", Hints::RELATED),
            (b"mostread", Hints::RELATED),
        ],
        Some(b'n') => &[
            (b"navbar", Hints::NAVIGATION),
            (b"navig", Hints::NAVIGATION),
            (b"newsletter", Hints::NOTICE),
            (b"noidung", Hints::BODY),
        ],
        Some(b'p') => &[
            (b"paginat", Hints::NAVIGATION),
            (b"pager", Hints::NAVIGATION),
            (b"partag", Hints::NAVIGATION),
            (b"paywall", Hints::NOTICE),
            (b"popup", Hints::NOTICE),
            (b"promo", Hints::NOTICE),
            (b"photocredit", Hints::CREDIT),
        ],
        Some(b'q') => &[(b"quangcao", Hints::NOTICE)],
        Some(b'r') => &[
            (b"relate", Hints::RELATED),
            (b"recommend", Hints::RELATED),
            (b"readmore", Hints::RELATED),
        ],
        Some(b's') => &[
            (b"share", Hints::NAVIGATION),
            (b"sharing", Hints::NAVIGATION),
            (b"social", Hints::NAVIGATION),
            (b"sidebar", Hints::SIDE),
            (b"sponsor", Hints::NOTICE),
            (b"subscri", Hints::NOTICE),
            (b"sapo", Hints::LEAD),
            (b"summary", Hints::LEAD),
            (b"standfirst", Hints::LEAD),
            (b"subtitle", Hints::LEAD),
            (b"story", Hints::BODY),
            (b"skip", Hints::NAVIGATION),
            (b"suggest", Hints::RELATED),
        ],
        Some(b't') => &[
            (b"toolbar", Hints::NAVIGATION),
            (b"topbar", Hints::NAVIGATION),
            (b"tinlienquan", Hints::RELATED),
            (b"tincungchuyenmuc", Hints::RELATED),
            (b"tinkhac", Hints::RELATED),
            (b"tacgia", Hints(Hints::DATELINE.0 | Hints::AUTHOR.0)),
            (b"timestamp", Hints::DATELINE),
            (b"taboola", Hints::NOTICE),
            (b"text", Hints::BODY),
        ],
        Some(b'w') => &[(b"widget", Hints::SIDE)],
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
        assert!(hints("PhotoCMS_Caption").any(Hints::CAPTION));
        assert!(hints("detail-content afcbc-body").any(Hints::ARTICLE_BODY));
        assert!(hints("main-nav").any(Hints::NAVIGATION));
        assert!(hints("post-meta").any(Hints::DATELINE));
    }

    #[test]
    fn names_that_speak_of_another_box_say_nothing() {
        assert!(!hints("has-sidebar").any(Hints::BOILERPLATE));
        assert!(!hints("no-comments").any(Hints::BOILERPLATE));
        assert!(!hints("navy").any(Hints::BOILERPLATE));
        assert!(!hints("adjacent").any(Hints::BOILERPLATE));
    }
}
