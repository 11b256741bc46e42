//! What renders is parsed again: structure and words are what they were, and nothing else is.

use std::cell::RefCell;
use std::ops::Range;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::blocks::{Block, blocks};
use super::inline::{Inline, address};
use super::{Markup, highlighted_html, render};
use crate::model::{Attribute, Document, Mark, Span};

fn mark(kind: &str, range: Range<usize>) -> Mark {
    let span = Span { start: range.start as u32, end: range.end as u32 };
    Mark { kind: kind.to_owned(), span, attributes: Vec::new() }
}

fn with(mut mark: Mark, name: &str, value: &str) -> Mark {
    mark.attributes.push(Attribute { name: name.to_owned(), value: value.to_owned() });
    mark
}

/// A document in which every mark is written around its words: `heading(…)`, and `link(…)` leads to
/// an example.
fn document(text: &str) -> Document {
    const KINDS: [&str; 10] = [
        "heading",
        "paragraph",
        "item",
        "quotation",
        "link",
        "table",
        "row",
        "cell",
        "code",
        "emphasis",
    ];
    let mut document = Document::default();
    let mut open = Vec::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let kind = KINDS
            .iter()
            .find(|kind| rest.strip_prefix(**kind).is_some_and(|after| after.starts_with('⟨')));
        if let Some(kind) = kind {
            open.push(document.marks.len());
            let start = document.text.len();
            let mark = match *kind {
                "link" => with(mark(kind, start..start), "href", "https://a.example/?b=(c)&d=e"),
                "heading" => with(mark(kind, start..start), "level", "3"),
                _ => mark(kind, start..start),
            };
            document.marks.push(mark);
            rest = &rest[kind.len() + '⟨'.len_utf8()..];
        } else {
            rest = &rest[character.len_utf8()..];
            match character {
                '⟩' => {
                    let index = open.pop().expect("a mark is open");
                    document.marks[index].span.end = document.text.len() as u32;
                }
                _ => document.text.push(character),
            }
        }
    }
    document
}

fn check(text: &str, markdown: &str, html: &str) {
    let document = document(text);
    assert_eq!(render(&document, Markup::Markdown), markdown);
    assert_eq!(render(&document, Markup::Html), html);
}

#[test]
fn headings_paragraphs_and_what_lies_in_their_lines() {
    check(
        "heading⟨A #⟩\n\nparagraph⟨one emphasis⟨two⟩ code⟨a`b⟩\nlink⟨three emphasis⟨four⟩⟩!⟩",
        "### A \\#\n\none *two* ``a`b``\\\n[three *four*](https://a.example/?b=%28c%29\\&d=e)!\n",
        "<h3>A #</h3>\n<p>one <em>two</em> <code>a`b</code><br>\n\
         <a href=\"https://a.example/?b=%28c%29&amp;d=e\">three <em>four</em></a>!</p>\n",
    );
}

#[test]
fn lists_lie_in_each_other_and_quotations_around_them() {
    check(
        "item⟨a\nitem⟨b⟩\nitem⟨c⟩⟩\nitem⟨d⟩\n\nquotation⟨item⟨paragraph⟨e⟩\n\nparagraph⟨f⟩⟩\n\ng⟩",
        "- a\n  - b\n  - c\n- d\n\n> - e\n>\n>   f\n>\n> g\n",
        "<ul>\n<li>a\n<ul>\n<li>b</li>\n<li>c</li>\n</ul>\n</li>\n<li>d</li>\n</ul>\n\
         <blockquote>\n<ul>\n<li>\n<p>e</p>\n<p>f</p>\n</li>\n</ul>\n<p>g</p>\n</blockquote>\n",
    );
}

#[test]
fn passages_are_highlighted_within_the_structure() {
    let document = document("heading⟨A #⟩\n\nparagraph⟨one emphasis⟨two⟩ code⟨a`b⟩\nthree <four>⟩");
    let span = |words: &str| {
        let start = document.text.find(words).unwrap() as u32;
        Span { start, end: start + words.len() as u32 }
    };
    let check = |passages: &[Span], html: &str| {
        assert_eq!(highlighted_html(&document, passages), html);
    };
    let end = document.text.len() as u32;
    check(
        &[span("o a`b\nth"), span("<four>"), span("one"), Span { start: 3, end: 3 }],
        "<h3>A #</h3>\n<p><mark>one</mark> <em>tw<mark>o</mark></em><mark> </mark>\
         <code><mark>a`b</mark></code><br>\n<mark>th</mark>ree <mark>&lt;four&gt;</mark></p>\n",
    );
    check(
        &[Span { start: 0, end }, span("two"), Span { start: end, end: end + 9 }],
        "<h3><mark>A #</mark></h3>\n<p><mark>one </mark><em><mark>two</mark></em><mark> </mark>\
         <code><mark>a`b</mark></code><br>\n<mark>three &lt;four&gt;</mark></p>\n",
    );
    check(&[], &render(&document, Markup::Html));
}

#[test]
fn a_table_has_its_empty_cells_and_a_head() {
    check(
        "table⟨row⟨cell⟨a⟩\tcell⟨b|⟩⟩\nrow⟨\tcell⟨c⟩\t\tcell⟨code⟨d|e⟩⟩⟩⟩",
        "| a | b\\| | | |\n| --- | --- | --- | --- |\n| | c | | d\\|e |\n",
        "<table>\n<tr><td>a</td><td>b|</td></tr>\n\
         <tr><td></td><td>c</td><td></td><td><code>d|e</code></td></tr>\n</table>\n",
    );
    check(
        "table⟨a\tb\nc⟩",
        "| a | b |\n| --- | --- |\n| c |\n",
        "<table>\n<tr><td>a</td><td>b</td></tr>\n<tr><td>c</td></tr>\n</table>\n",
    );
}

#[test]
fn lines_of_code_stay_as_they_are() {
    check(
        "a\n\ncode⟨code⟨fn <main>\n\n    ```⟩⟩\n\nb code⟨c⟩",
        "a\n\n````\nfn <main>\n\n    ```\n````\n\nb `c`\n",
        "<p>a</p>\n<pre><code>fn &lt;main&gt;\n\n    ```</code></pre>\n<p>b <code>c</code></p>\n",
    );
}

#[test]
fn what_looks_like_markup_is_text() {
    check(
        "# a\n- b\n1. c\n> d\n---\n===\n+ e\n:-:\n|f|\n*g* _h_ i_j `k` [l](m) <b> &amp; & ~~n~~ \\",
        "\\# a\\\n\\- b\\\n1\\. c\\\n\\> d\\\n\\---\\\n\\===\\\n\\+ e\\\n\\:-:\\\n\\|f|\\\n\
         \\*g\\* \\_h\\_ i_j \\`k\\` \\[l](m) \\<b> \\&amp; & \\~\\~n\\~\\~ \\\\\n",
        "<p># a<br>\n- b<br>\n1. c<br>\n&gt; d<br>\n---<br>\n===<br>\n+ e<br>\n:-:<br>\n|f|<br>\n\
         *g* _h_ i_j `k` [l](m) &lt;b&gt; &amp;amp; &amp; ~~n~~ \\</p>\n",
    );
    check(
        "Look!link⟨here⟩",
        "Look\\![here](https://a.example/?b=%28c%29\\&d=e)\n",
        "<p>Look!<a href=\"https://a.example/?b=%28c%29&amp;d=e\">here</a></p>\n",
    );
}

#[test]
fn a_link_that_runs_something_is_text() {
    for href in ["javascript:alert(1)", "data:text/html,x", "JAVA\tscript:x", "vbscript:x"] {
        let mut document = document("a link⟨b⟩");
        document.marks[0].attributes[0].value = href.to_owned();
        assert_eq!(render(&document, Markup::Markdown), "a b\n");
        assert_eq!(render(&document, Markup::Html), "<p>a b</p>\n");
    }
    // What a parser of Markdown would read as a colon is none.
    let mut document = document("link⟨b⟩");
    document.marks[0].attributes[0].value = "javascript&colon;x".to_owned();
    let markdown = render(&document, Markup::Markdown);
    assert_eq!(structure_of_markdown(&markdown)[0], "link javascript&colon;x");
}

#[test]
fn a_link_around_several_paragraphs_leads_from_the_first() {
    check(
        "link⟨paragraph⟨a⟩\n\nparagraph⟨b⟩⟩",
        "[a](https://a.example/?b=%28c%29\\&d=e)\n\nb\n",
        "<p><a href=\"https://a.example/?b=%28c%29&amp;d=e\">a</a></p>\n<p>b</p>\n",
    );
}

#[test]
fn text_without_marks_has_paragraphs_and_lines() {
    check("a\nb\n \nc", "a\\\nb\n\nc\n", "<p>a<br>\nb</p>\n<p>c</p>\n");
    check("", "", "");
    check(" \n", "", "");
}

#[test]
fn a_span_that_does_not_fit_the_text_is_left_out() {
    let text = "é!".to_owned();
    let mut reversed = mark("emphasis", 0..3);
    reversed.span = Span { start: 3, end: 0 };
    let marks = vec![mark("heading", 1..3), mark("heading", 0..9), reversed];
    let document = Document { text, marks, ..Document::default() };
    assert_eq!(render(&document, Markup::Markdown), "é!\n");
}

/// Every kind of overlap at once, with 20,000 marks of each kind and addresses as long as the text.
#[test]
fn marks_do_not_multiply_the_text() {
    let text = "word\n\n".repeat(20_000);
    let length = text.len();
    let address = format!("https://a.example/{}", "x".repeat(20_000));
    let mut marks = Vec::new();
    for index in 0..20_000 {
        for kind in ["quotation", "item", "link", "emphasis", "code", "table", "cell"] {
            let whole = mark(kind, index..length - index);
            marks.push(if kind == "link" && index < 50 {
                with(whole, "href", &address)
            } else {
                whole
            });
        }
    }
    let document = Document { text, marks, ..Document::default() };
    for markup in [Markup::Text, Markup::Markdown, Markup::Html] {
        let rendered = render(&document, markup).len();
        assert!(rendered < 20 * length + 2 * address.len(), "{markup:?}: {rendered} of {length}");
    }
}

/// The structure of a document in words: what begins where, and all that can be read in between.
fn structure(document: &Document) -> Vec<String> {
    fn words(
        document: &Document,
        inline: &mut Inline<'_>,
        passage: &Range<usize>,
        found: &mut Vec<String>,
    ) {
        for stretch in inline.stretches(passage.clone()) {
            found.extend(stretch.href.map(|href| format!("link {}", address(href))));
            for piece in stretch.pieces {
                push_words(found, &super::escaped(&document.text[piece.range]));
            }
            found.extend(stretch.href.map(|_| "end of link".to_owned()));
        }
    }
    fn walk(
        document: &Document,
        inline: &mut Inline<'_>,
        blocks: &[Block],
        found: &mut Vec<String>,
    ) {
        for block in blocks {
            match block {
                Block::Paragraph(passage) => words(document, inline, passage, found),
                Block::Heading(level, passage) => {
                    found.push(format!("heading {level}"));
                    words(document, inline, passage, found);
                    found.push("end of heading".to_owned());
                }
                Block::Code(passage) => {
                    found.push("code".to_owned());
                    push_words(found, &super::escaped(&document.text[passage.clone()]));
                    found.push("end of code".to_owned());
                }
                Block::Quotation(inner) => {
                    found.push("quotation".to_owned());
                    walk(document, inline, inner, found);
                    found.push("end of quotation".to_owned());
                }
                Block::List(items) => {
                    found.push("list".to_owned());
                    for item in items {
                        found.push("item".to_owned());
                        walk(document, inline, item, found);
                        found.push("end of item".to_owned());
                    }
                    found.push("end of list".to_owned());
                }
                Block::Table(rows) => {
                    found.push("table".to_owned());
                    for row in rows {
                        found.push("row".to_owned());
                        for cell in row {
                            words(document, inline, cell, found);
                            found.push("end of cell".to_owned());
                        }
                        while found.last().is_some_and(|it| it == "end of cell") {
                            found.pop();
                        }
                        found.push("end of row".to_owned());
                    }
                    found.push("end of table".to_owned());
                }
            }
        }
    }
    let mut found = Vec::new();
    walk(document, &mut Inline::of(document), &blocks(document), &mut found);
    found
}

/// Adds words to those before them, without any space.
fn push_words(found: &mut Vec<String>, words: &str) {
    let words: String = words.chars().filter(|it| !it.is_whitespace()).collect();
    if words.is_empty() {
        return;
    }
    match found.last_mut() {
        Some(last) if last.starts_with("words ") => last.push_str(&words),
        _ => found.push(format!("words {words}")),
    }
}

fn structure_of_markdown(markdown: &str) -> Vec<String> {
    let mut found = Vec::new();
    for event in Parser::new_ext(
        markdown,
        Options::all()
            - Options::ENABLE_SMART_PUNCTUATION
            - Options::ENABLE_MATH
            - Options::ENABLE_WIKILINKS
            - Options::ENABLE_SUPERSCRIPT
            - Options::ENABLE_SUBSCRIPT
            - Options::ENABLE_DEFINITION_LIST
            - Options::ENABLE_HEADING_ATTRIBUTES,
    ) {
        match event {
            Event::Text(words) | Event::Code(words) => push_words(&mut found, &words),
            Event::SoftBreak => panic!("a line feed that means nothing in {markdown:?}"),
            Event::HardBreak => {}
            Event::Start(Tag::Paragraph | Tag::Emphasis | Tag::TableCell)
            | Event::End(TagEnd::Paragraph | TagEnd::Emphasis) => {}
            Event::Start(Tag::Heading { level, .. }) => {
                found.push(format!("heading {}", level as u8))
            }
            Event::End(TagEnd::Heading(_)) => found.push("end of heading".to_owned()),
            Event::Start(Tag::CodeBlock(_)) => found.push("code".to_owned()),
            Event::End(TagEnd::CodeBlock) => found.push("end of code".to_owned()),
            Event::Start(Tag::BlockQuote(None)) => found.push("quotation".to_owned()),
            Event::End(TagEnd::BlockQuote(None)) => found.push("end of quotation".to_owned()),
            Event::Start(Tag::List(None)) => found.push("list".to_owned()),
            Event::End(TagEnd::List(false)) => found.push("end of list".to_owned()),
            Event::Start(Tag::Item) => found.push("item".to_owned()),
            Event::End(TagEnd::Item) => found.push("end of item".to_owned()),
            Event::Start(Tag::Table(_)) => found.push("table".to_owned()),
            Event::End(TagEnd::Table) => found.push("end of table".to_owned()),
            Event::Start(Tag::TableHead | Tag::TableRow) => found.push("row".to_owned()),
            Event::End(TagEnd::TableHead | TagEnd::TableRow) => {
                while found.last().is_some_and(|it| it == "end of cell") {
                    found.pop();
                }
                found.push("end of row".to_owned());
            }
            Event::End(TagEnd::TableCell) => found.push("end of cell".to_owned()),
            Event::Start(Tag::Link { dest_url, .. }) => found.push(format!("link {dest_url}")),
            Event::End(TagEnd::Link) => found.push("end of link".to_owned()),
            other => panic!("{other:?} in {markdown:?}"),
        }
    }
    found
}

/// What an HTML tokenizer hears, as long as every element that begins ends in its turn.
#[derive(Default)]
struct Heard {
    open: RefCell<Vec<String>>,
    found: RefCell<Vec<String>>,
}

impl TokenSink for Heard {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let (mut open, mut found) = (self.open.borrow_mut(), self.found.borrow_mut());
        match token {
            Token::CharacterTokens(words) => push_words(&mut found, &words),
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                let href = || tag.attrs.iter().map(|it| (&*it.name.local, it.value.to_string()));
                let name = match &*tag.name {
                    "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                        format!("heading {}", &tag.name[1..])
                    }
                    "pre" => "code".to_owned(),
                    "blockquote" => "quotation".to_owned(),
                    "ul" => "list".to_owned(),
                    "li" => "item".to_owned(),
                    "table" => "table".to_owned(),
                    "tr" => "row".to_owned(),
                    "a" => match &href().collect::<Vec<_>>()[..] {
                        [("href", address)] => format!("link {address}"),
                        other => panic!("a link with {other:?}"),
                    },
                    "td" | "p" | "em" | "code" | "br" => String::new(),
                    other => panic!("an element `{other}`"),
                };
                assert!(&*tag.name == "a" || tag.attrs.is_empty(), "{tag:?}");
                if &*tag.name != "br" {
                    open.push(tag.name.to_string());
                }
                found.extend((!name.is_empty()).then_some(name));
            }
            Token::TagToken(tag) => {
                assert_eq!(open.pop().as_deref(), Some(&*tag.name), "elements end in their turn");
                let name = match &*tag.name {
                    "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => "heading",
                    "pre" => "code",
                    "blockquote" => "quotation",
                    "ul" => "list",
                    "li" => "item",
                    "table" => "table",
                    "tr" => {
                        while found.last().is_some_and(|it| it == "end of cell") {
                            found.pop();
                        }
                        "row"
                    }
                    "td" => "cell",
                    "a" => "link",
                    _ => return TokenSinkResult::Continue,
                };
                found.push(format!("end of {name}"));
            }
            Token::EOFToken => assert!(open.is_empty(), "{open:?} never end"),
            other => panic!("{other:?}"),
        }
        TokenSinkResult::Continue
    }
}

fn structure_of_html(html: &str) -> Vec<String> {
    let tokenizer = Tokenizer::new(Heard::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.found.take()
}

/// Text full of what means something to somebody.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zé]{1,4}",
        4 => "[-+*_#=>|:~`!&<\\[\\](){}.\\\\/\"'0-9$^@]{1,3}",
        3 => "[ \n\t]{1,2}",
        1 => Just("\n\n".to_owned()),
        1 => prop::sample::select(vec![
            "<script>alert(1)</script>", "&lt;", "&#35;", "](javascript:x)", "1. ", "- [ ] ", "***", "<!--", "]]>",
            "```", "~~~", "[^1]: x", "[a]: b", "| a |\n|---|", "---\n", "===\n", "https://a.example/?a=b&c=d_e_f",
            "<a@b.example>", "\u{1b}[31m", "\u{202e}", "日本", "Ⓜ", "\u{a0}", "    code", "\0",
        ]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

fn any_document() -> impl Strategy<Value = Document> {
    let kinds = prop::sample::select(vec![
        "heading",
        "paragraph",
        "item",
        "item",
        "quotation",
        "link",
        "table",
        "row",
        "cell",
        "code",
        "emphasis",
        "page",
        "caption",
        "other",
    ]);
    let href = prop::sample::select(vec![
        "https://a.example/a(b)|c",
        "javascript:alert(1)",
        "/a b",
        "a&colon;b",
        "x\"><script>",
        "#\u{1b}",
    ]);
    let marks = prop::collection::vec(
        (kinds, any::<prop::sample::Index>(), any::<prop::sample::Index>(), href, 0_u8..9),
        0..16,
    );
    (text(), marks).prop_map(|(text, marks)| {
        let places: Vec<usize> =
            (0..=text.len()).filter(|place| text.is_char_boundary(*place)).collect();
        let marks = marks.into_iter().map(|(kind, one, other, href, level)| {
            let (one, other) = (places[one.index(places.len())], places[other.index(places.len())]);
            let mark = with(mark(kind, one.min(other)..one.max(other)), "href", href);
            with(mark, "level", &level.to_string())
        });
        Document { marks: marks.collect(), text, ..Document::default() }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000.max(ProptestConfig::default().cases), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn markdown_says_what_the_document_says(document in any_document()) {
        let markdown = render(&document, Markup::Markdown);
        let found: Vec<String> = structure_of_markdown(&markdown);
        prop_assert_eq!(found, structure(&document), "{}", markdown);
    }

    #[test]
    fn html_says_what_the_document_says(document in any_document()) {
        let html = render(&document, Markup::Html);
        prop_assert_eq!(structure_of_html(&html), structure(&document), "{}", html);
    }

    #[test]
    fn whatever_is_rendered_is_harmless_and_bounded(document in any_document(), any: String) {
        let longest = 60 * (document.text.len() + 1)
            + document.marks.iter().map(|it| it.attributes[0].value.len() * 6 + 40).sum::<usize>();
        for markup in [Markup::Text, Markup::Markdown, Markup::Html] {
            let rendered = render(&document, markup);
            prop_assert!(rendered.len() <= longest);
            let shown = rendered.replace("❤\u{fe0f}", "");
            let harmful = shown.chars().find(|it| super::is_harmful(*it) && !"\n\t".contains(*it));
            prop_assert_eq!(harmful, None);
        }
        let html = super::escaped_html(&any);
        prop_assert!(!html.contains(['<', '>', '"', '\'']));
        let line = super::escaped_markdown(&any);
        prop_assert!(!line.contains('\n'));
        let mut said = Vec::new();
        let line_of_it = any.split_whitespace().collect::<Vec<_>>().join(" ");
        push_words(&mut said, &super::escaped(&line_of_it));
        prop_assert_eq!(structure_of_markdown(&line), said, "{}", line);
    }
}
