//! Which column of a table is what: as settings say, or by the names that tables usually have.

use std::collections::BTreeMap;

use docmill_plugin::{Description, setting};

/// What a column is to a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// The text; of several columns, that with the lowest number.
    Text(usize),
    /// The text as HTML.
    Html(usize),
    /// An attribute that docmill knows.
    Attribute(&'static str, usize),
    /// Any other attribute.
    Other(String),
    /// Its name says nothing that could be an attribute.
    Unnamed,
}

/// Names of columns for what each setting is about, the usual ones first, and the attribute they
/// become. They are compared without case, and without what separates words.
const USUAL: [(&str, &str, &[&str]); 7] = [
    (
        "text",
        "",
        &[
            "text",
            "fulltext",
            "articletext",
            "maintext",
            "plaintext",
            "rawtext",
            "cleantext",
            "body",
            "articlebody",
            "bodytext",
            "contenttext",
            "content",
            "contents",
            "article",
            "story",
            "rawcontent",
            "message",
            "contenu",
            "texte",
            "noidung",
            "inhalt",
            "selftext",
            "description",
            "summary",
            "abstract",
        ],
    ),
    (
        "html",
        "",
        &["html", "contenthtml", "bodyhtml", "htmlbody", "htmlcontent", "rawhtml", "markup"],
    ),
    (
        "title",
        "title",
        &["title", "headline", "heading", "articletitle", "subject", "titre", "tieude", "titel"],
    ),
    (
        "date",
        "date",
        &[
            "date",
            "datepublished",
            "publisheddate",
            "publishdate",
            "publicationdate",
            "publishedat",
            "publishedon",
            "publishedtime",
            "published",
            "pubdate",
            "datetime",
            "createdat",
            "datecreated",
            "created",
            "timestamp",
            "time",
            "ngay",
        ],
    ),
    (
        "creator",
        "creator",
        &["creator", "author", "authors", "byline", "writer", "auteur", "tacgia", "autor"],
    ),
    (
        "url",
        "location",
        &[
            "url",
            "link",
            "uri",
            "href",
            "permalink",
            "location",
            "sourceurl",
            "articleurl",
            "weburl",
        ],
    ),
    ("id", "identifier", &["id", "identifier", "guid", "uuid", "docid", "articleid", "key"]),
];

/// Which column of a table is what.
#[derive(Debug)]
pub struct Columns {
    /// What was asked before, by the names as the table has them: every row has the same.
    known: std::cell::RefCell<BTreeMap<String, Part>>,
    /// For each of [`USUAL`], the column that a setting names.
    chosen: [Option<String>; USUAL.len()],
}

impl Columns {
    /// Declares the settings.
    pub fn settings(description: Description) -> Description {
        USUAL.iter().fold(description, |description, (key, attribute, names)| {
            let what = match (*key, *attribute) {
                ("text", _) => "the text".to_owned(),
                ("html", _) => "the text as HTML, which counts where there is no other".to_owned(),
                (_, attribute) => format!("the attribute `{attribute}`"),
            };
            let usual = names.iter().take(3).copied().collect::<Vec<_>>().join("`, `");
            description.setting(
                key,
                "",
                &format!("The column that is {what}; if empty, one called `{usual}` or the like"),
            )
        })
    }

    /// As the settings say.
    pub fn of_settings() -> Columns {
        let chosen = USUAL.map(|(key, ..)| setting(key).filter(|name| !name.trim().is_empty()));
        Columns { known: std::cell::RefCell::default(), chosen }
    }

    /// What the column of this name is.
    pub fn part(&self, name: &str) -> Part {
        /// Names beyond these are looked at each time: rows of JSON may all have others.
        const MOST: usize = 256;
        if let Some(part) = self.known.borrow().get(name) {
            return part.clone();
        }
        let part = self.judge(name);
        let mut known = self.known.borrow_mut();
        if known.len() < MOST && name.len() <= 256 {
            known.insert(name.to_owned(), part.clone());
        }
        part
    }

    /// Whether one of these columns is the text.
    pub fn has_text(&self, names: &[&str]) -> bool {
        names.iter().any(|name| matches!(self.part(name), Part::Text(_) | Part::Html(_)))
    }

    fn judge(&self, name: &str) -> Part {
        let chosen = self.chosen.iter().position(|it| it.as_deref() == Some(name));
        let folded: String =
            name.chars().filter(|it| it.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let usual = || {
            USUAL.iter().enumerate().find_map(|(at, (_, _, names))| {
                // Where a setting names the column, no other is taken for it.
                let free = self.chosen[at].is_none();
                let rank = names.iter().position(|it| *it == folded)?;
                free.then_some((at, rank))
            })
        };
        match chosen.map(|at| (at, 0)).or_else(usual) {
            Some((at, rank)) => match USUAL[at] {
                ("text", ..) => Part::Text(rank),
                ("html", ..) => Part::Html(rank),
                (_, attribute, _) => Part::Attribute(attribute, rank),
            },
            None => kebab_case(name).map_or(Part::Unnamed, Part::Other),
        }
    }
}

/// A name as attributes have it: `pubDate`, `pub_date` and `Pub date` become `pub-date`.
fn kebab_case(name: &str) -> Option<String> {
    const LONGEST: usize = 64;
    let mut kebab = String::new();
    let mut was_lower = false;
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            if character.is_ascii_uppercase() && was_lower {
                kebab.push('-');
            }
            kebab.push(character.to_ascii_lowercase());
        } else if !kebab.is_empty() && !kebab.ends_with('-') {
            kebab.push('-');
        }
        was_lower = character.is_ascii_lowercase() || character.is_ascii_digit();
    }
    let kebab = kebab.trim_end_matches('-');
    let is_name = kebab.starts_with(|first: char| first.is_ascii_lowercase());
    // These have a meaning between docmill and its extractors.
    let is_free = !matches!(kebab, "charset" | "guessed");
    (is_name && is_free && kebab.len() <= LONGEST).then(|| kebab.to_owned())
}

#[cfg(test)]
mod tests {
    use docmill_plugin::testing;

    use super::*;

    #[test]
    fn usual_names_are_known_and_settings_win() {
        let columns = Columns::of_settings();
        assert_eq!(columns.part("Full_Text"), Part::Text(1));
        assert_eq!(columns.part("publishedAt"), Part::Attribute("date", 5));
        assert_eq!(columns.part("URL"), Part::Attribute("location", 0));
        assert_eq!(columns.part("wordCount"), Part::Other("word-count".to_owned()));
        assert_eq!(columns.part("charset"), Part::Unnamed);
        assert_eq!(columns.part("số trang"), Part::Other("s-trang".to_owned()));
        testing::set_setting("text", "wordCount");
        let columns = Columns::of_settings();
        assert_eq!(columns.part("wordCount"), Part::Text(0));
        assert_eq!(columns.part("text"), Part::Other("text".to_owned()));
        testing::reset();
    }

    #[test]
    fn names_become_those_of_attributes() {
        for (name, expected) in [
            ("pubDate", Some("pub-date")),
            ("pub_date ", Some("pub-date")),
            ("Pub  date", Some("pub-date")),
            ("a1B", Some("a1-b")),
            ("1", None),
            ("", None),
            ("日付", None),
        ] {
            assert_eq!(kebab_case(name).as_deref(), expected, "{name}");
        }
    }
}
