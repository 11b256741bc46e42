//! Which parts of a mail are its body: the text, the HTML, or both where they differ.

use std::borrow::Cow;
use std::collections::HashSet;

use docmill_plugin::Attribute;
use mail_parser::decoders::html::html_to_text;
use mail_parser::{Message, PartType};

use crate::charset;
use crate::parts::Parts;

/// A text says the same as the HTML beside it if it has this share of its words, in percent.
const THE_SAME: usize = 80;

/// What stands in a text besides is handed over as well from so many words on; with fewer, it says
/// that a better program would show more.
const WORTH_KEEPING: usize = 30;

/// A body that is handed over.
pub struct Body<'m> {
    pub name: &'static str,
    pub media_type: &'static str,
    pub attributes: Vec<Attribute>,
    pub content: Cow<'m, [u8]>,
    /// The parts that it consists of.
    pub parts: Vec<u32>,
}

/// The bodies of a mail: one, unless text and HTML say different things.
pub fn choose<'m>(mail: &'m Message<'m>, parts: &Parts<'m>) -> Vec<Body<'m>> {
    let of_kind = |ids: &[u32], is_kind: fn(&PartType<'_>) -> bool| -> Vec<u32> {
        let part = |id: &u32| mail.parts.get(*id as usize);
        let is_filled = |id: &u32| {
            part(id).is_some_and(|it| is_kind(&it.body) && !it.contents().trim_ascii().is_empty())
        };
        ids.iter().copied().filter(is_filled).collect()
    };
    let mut texts = of_kind(&mail.text_body, |it| matches!(it, PartType::Text(_)));
    let pages = of_kind(&mail.html_body, |it| matches!(it, PartType::Html(_)));
    if texts.is_empty() && pages.is_empty() {
        // Where a boundary lies, what was to be the body is taken for something attached.
        let unnamed = of_kind(&mail.attachments, |it| matches!(it, PartType::Text(_)));
        texts.extend(unnamed.into_iter().find(|id| parts.is_unnamed(*id)));
    }
    let text = || of_parts("body.txt", "text/plain", mail, parts, &texts);
    let page = || of_parts("body.html", "text/html", mail, parts, &pages);
    match (texts.is_empty(), pages.is_empty()) {
        (true, true) => Vec::new(),
        (false, true) => vec![text()],
        (true, false) => vec![page()],
        (false, false) => {
            let (in_text, in_page) = (words_of_text(mail, &texts), words_of_pages(mail, &pages));
            let shared = in_page.intersection(&in_text).count();
            if shared * 100 >= in_page.len() * THE_SAME {
                vec![text()]
            } else if in_text.len() - shared >= WORTH_KEEPING {
                vec![page(), text()]
            } else {
                let mut page = page();
                page.parts.extend(texts.iter().copied());
                vec![page]
            }
        }
    }
}

fn of_parts<'m>(
    name: &'static str,
    media_type: &'static str,
    mail: &'m Message<'m>,
    parts: &Parts<'m>,
    ids: &[u32],
) -> Body<'m> {
    let mut attributes = Vec::new();
    let content = match ids {
        [id] => {
            attributes.extend(charset(&mail.parts[*id as usize]));
            parts.bytes(*id)
        }
        // Parts in charsets of their own become one text in UTF-8.
        ids => {
            let mut joined = String::new();
            for part in ids.iter().filter_map(|id| mail.parts[*id as usize].text_contents()) {
                if !joined.is_empty() {
                    joined.push_str(if media_type == "text/html" { "<hr>\n" } else { "\n\n" });
                }
                joined.push_str(part.trim_end_matches(['\r', '\n']));
            }
            attributes.push(Attribute::new("charset", "utf-8"));
            Cow::Owned(joined.into_bytes())
        }
    };
    if media_type == "text/plain" {
        // That its lines are those of a mail, and which of them may be joined (RFC 3676).
        let (is_flowed, deletes_space) = ids.first().map_or((false, false), |id| parts.format(*id));
        let format = match (is_flowed, deletes_space) {
            (false, _) => "fixed",
            (true, false) => "flowed",
            (true, true) => "flowed-delsp",
        };
        attributes.push(Attribute::new("format", format));
    }
    Body { name, media_type, attributes, content, parts: ids.to_vec() }
}

fn words_of_text<'m>(mail: &'m Message<'_>, ids: &[u32]) -> HashSet<Cow<'m, str>> {
    let texts = ids.iter().filter_map(|id| mail.parts[*id as usize].text_contents());
    texts.flat_map(words).map(Cow::Borrowed).collect()
}

fn words_of_pages(mail: &Message<'_>, ids: &[u32]) -> HashSet<Cow<'static, str>> {
    let pages = ids.iter().filter_map(|id| mail.parts[*id as usize].text_contents());
    let texts = pages.map(html_to_text);
    let mut all = HashSet::new();
    for text in texts {
        all.extend(words(&text).map(|it| Cow::Owned(it.to_owned())));
    }
    all
}

/// The words of a text; addresses, which HTML hides behind links, are none.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_address = |it: &&str| it.contains("://") || it.contains('@');
    let outer = text.split_whitespace().filter(move |it| !is_address(it));
    outer.flat_map(|it| it.split(|it: char| !it.is_alphanumeric())).filter(|it| !it.is_empty())
}
