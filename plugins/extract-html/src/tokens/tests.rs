//! The tokenizer against `html5gum`, which follows the standard state by state.

use std::collections::BTreeMap;

use html5gum::emitters::default::DefaultEmitter;
use proptest::prelude::*;

use super::*;

/// A piece of a page as both tokenizers can tell it.
#[derive(Debug, PartialEq)]
enum Piece {
    Text(String),
    Start { name: u64, attributes: BTreeMap<u64, String>, is_self_closing: bool },
    End { name: u64 },
}

#[derive(Default)]
struct Pieces(Vec<Piece>);

impl Pieces {
    /// Where one text ends and the next one begins is not part of the promise.
    fn add_text(&mut self, text: &str) {
        match self.0.last_mut() {
            Some(Piece::Text(last)) => last.push_str(text),
            _ => self.0.push(Piece::Text(text.to_owned())),
        }
    }
}

/// The elements whose content is no markup.
fn content_of(name: u64) -> Option<Content> {
    const TITLE: u64 = hash("title");
    const STYLE: u64 = hash("style");
    match name {
        TITLE => Some(Content::Escapable),
        STYLE => Some(Content::Raw),
        SCRIPT => Some(Content::Script),
        _ => None,
    }
}

impl<'a> Receiver<'a> for Pieces {
    type Attribute = u64;

    fn attribute(name: u64) -> Option<u64> {
        Some(name)
    }

    fn text(&mut self, text: &'a str) {
        self.add_text(&decoded(text));
    }

    fn literal(&mut self, text: &'a str) {
        self.add_text(text);
    }

    fn start(&mut self, tag: Tag<'a, '_, u64>) -> Option<Content> {
        let mut attributes = BTreeMap::new();
        for &(name, value) in tag.attributes {
            attributes.entry(name).or_insert_with(|| decoded_value(value).into_owned());
        }
        let (name, is_self_closing) = (tag.name, tag.is_self_closing);
        self.0.push(Piece::Start { name, attributes, is_self_closing });
        content_of(name)
    }

    fn end(&mut self, name: u64) {
        self.0.push(Piece::End { name });
    }
}

fn ours(page: &str) -> Vec<Piece> {
    let mut pieces = Pieces::default();
    read(&with_line_feeds(page), false, &mut pieces);
    pieces.0
}

fn theirs(page: &str) -> Vec<Piece> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let mut pieces = Pieces::default();
    for Ok(token) in html5gum::Tokenizer::new_with_emitter(page, emitter) {
        match token {
            html5gum::Token::String(string) => pieces.add_text(&text(&string.value)),
            html5gum::Token::StartTag(tag) => pieces.0.push(Piece::Start {
                name: hash(&text(&tag.name)),
                attributes: tag
                    .attributes
                    .iter()
                    .map(|(name, value)| (hash(&text(name)), text(&value.value)))
                    .collect(),
                is_self_closing: tag.self_closing,
            }),
            html5gum::Token::EndTag(tag) => {
                pieces.0.push(Piece::End { name: hash(&text(&tag.name)) });
            }
            _ => {}
        }
    }
    pieces.0
}

#[track_caller]
fn check(page: &str) {
    assert_eq!(ours(page), theirs(page), "{page:?}");
}

#[test]
fn constructs_that_end_in_strange_places_are_read_as_the_standard_says() {
    for page in [
        "a<b",
        "a < b & c",
        "</",
        "</>x",
        "</ x>y",
        "<!>x",
        "<!-->x-->",
        "<!--->x-->",
        "<!---->x",
        "<!--a--!>x",
        "<!--a--!-->x",
        "<!--a--->x",
        "<!--a",
        "<!doctype html \"a>b\">x",
        "<?xml a=\">\"?>x",
        "<![CDATA[a]]>x",
        "<p =a==b / c/d=e/ f = 'g' h=\"i\"j k=l/>x",
        "<p a=>x",
        "<p a= >x",
        "<p a='b",
        "<P CLASS=X Class=Y>x</P a=b>y",
        "<br/ >x<br / />",
        "<title>a</b>&amp;</titlex></title\n>b",
        "<title>a</title",
        "<style>&amp;<a></Style/>b",
        "<script>'</b>'</script>x",
        "<script><!--<script></script></script>x",
        "<script><!--></script>x",
        "<script><!---></script>x",
        "<script><!-- <script > --></script>x",
        "<script><!-- <scriptx> </script>x",
        "<script/>a</script>",
        "&notit; &notin; &amp &ampx &#65; &#x41 &#0; &#x80; &#xd800; &;",
        "<a href='?a=1&copy=2&amp;b&lt'>",
        "a\r\nb\rc\n<p a='\r\n\r'>",
        "é<é>è<p é='è'>",
    ] {
        check(page);
    }
}

#[test]
fn sections_of_character_data_exist_in_xhtml_only() {
    let mut pieces = Pieces::default();
    read("a<![CDATA[&amp;<b>]]>c<![CDATA[d", true, &mut pieces);
    assert_eq!(pieces.0, [Piece::Text("a&amp;<b>cd".to_owned())]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn pages_are_read_as_the_standard_says(pieces in prop::collection::vec(prop::sample::select(vec![
        "<", "</", ">", "/", "/>", "=", "\"", "'", " ", "\n", "\t", "\u{c}", "\r", "a", "B", "é", "1", "-", "--", "!", "?",
        "<!--", "-->", "--!>", "<!", "<![CDATA[", "]]>", "<p", "<p ", "</p>", "<b c='d'", "<script", "<script>", "</script",
        "</script>", "<title>", "</title", "</TITLE ", "<style>", "</style>", "&", "&amp;", "&amp", "&notit;", "&#x41;", "&#65",
        "&#0;", "&copy=", " x=1", " y=\"2&lt;", ";",
    ]), 0..24)) {
        let page = pieces.concat();
        prop_assert_eq!(ours(&page), theirs(&page), "{:?}", page);
    }
}
