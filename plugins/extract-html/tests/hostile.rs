//! Pages made to hurt: whatever the bytes, the answer comes soon, in bounded memory, and keeps the
//! promises of the contract.

use std::time::{Duration, Instant};

use docmill_plugin::Extracted;
use extract_html::{Syntax, extract};

/// Reads a page and checks what the host would check.
fn read(page: &[u8]) -> Option<Extracted> {
    let started = Instant::now();
    let mut found = None;
    for syntax in [Syntax::Xhtml, Syntax::Html] {
        found = extract(page, syntax).unwrap();
        if let Some(extracted) = &found {
            check(extracted);
        }
    }
    let took = started.elapsed();
    assert!(took < Duration::from_secs(20), "{} bytes took {took:?}", page.len());
    found
}

fn check(extracted: &Extracted) {
    let text = &extracted.document.text;
    assert!(!text.is_empty());
    let mut previous = (0, u32::MAX);
    for mark in &extracted.document.marks {
        assert!(text.get(mark.span.range()).is_some_and(|it| !it.is_empty()), "{mark:?}");
        assert!((previous.0, u32::MAX - previous.1) <= (mark.span.start, u32::MAX - mark.span.end));
        previous = (mark.span.start, mark.span.end);
    }
    let mut previous = 0;
    for aside in &extracted.asides {
        assert!(aside.position >= previous);
        assert!(text.is_char_boundary(aside.position as usize));
        previous = aside.position;
    }
}

#[test]
fn blank_pages_yield_no_document() {
    for page in
        ["", " ", "<html><head><title>x</title></head><body> </body>", "<p>&nbsp;<br>\u{200b}"]
    {
        assert!(read(page.as_bytes()).is_none(), "{page}");
    }
}

#[test]
fn two_hundred_thousand_nested_elements_are_read() {
    for tag in [
        "div",
        "b",
        "ul><li",
        "table><tr><td",
        "blockquote",
        "p",
        "a href=x",
        "x-y",
        "svg",
        "article",
    ] {
        let page = format!(
            "<p>before{}deep{}",
            format!("<{tag}>").repeat(200_000),
            "</div>".repeat(1_000)
        );
        let _ = read(page.as_bytes());
        let name = tag.split(['>', ' ']).next().unwrap();
        let page = format!(
            "{}deep{}",
            format!("<{tag}>").repeat(200_000),
            format!("</{name}>").repeat(200_000)
        );
        let _ = read(page.as_bytes());
    }
}

#[test]
fn a_million_tags_are_read() {
    for tags in [
        "<br>",
        "</p>",
        "</div>",
        "<p>a",
        "<p><a href=u>b</a>",
        "<td>c",
        "<li>d<b>e",
        "<h1>f</h1>",
        "<meta name=author content=g>",
        "<img><em>h</em>",
    ] {
        let _ = read(tags.repeat(400_000).as_bytes());
    }
}

#[test]
fn what_lies_too_deep_is_still_text() {
    let page = format!("{}<p>the deepest words</p><p>and more</p>", "<div>".repeat(5_000));
    assert_eq!(read(page.as_bytes()).unwrap().document.text, "the deepest words and more");
}

#[test]
fn huge_attributes_names_and_comments_are_read() {
    let huge = "x".repeat(3_000_000);
    for page in [
        format!("<p class='{huge}' id=\"{huge}\">text"),
        format!("<{huge}>text</{huge}>"),
        format!("<p {huge}=y>text"),
        format!("<p {}>text", "a=b ".repeat(700_000)),
        format!("<a href='{huge}'>text</a>"),
        format!("<!--{huge}--><p>text"),
        format!("<title>{huge}</title><meta name=keywords content='{}'>text", "a,".repeat(500_000)),
        format!("<script type=application/ld+json>[\"{huge}\"]</script>text"),
        format!("<script type=application/ld+json>{}</script>text", "{\"a\":".repeat(500_000)),
    ] {
        assert_eq!(read(page.as_bytes()).unwrap().document.text, "text");
    }
}

#[test]
fn broken_entities_and_unclosed_constructs_are_read() {
    for page in [
        "<p>a &#xFFFFFFFFFFFF; &#0; &#55296; &unknown; &amp &lt;b>",
        "<p>text<script>var x = '</p>",
        "<p>text<!-- never closed",
        "<p>text<a href='unclosed",
        "<p>text</",
        "<p>text<",
        "<p>text&",
        "<p>é<é>é</é>&é",
        "<table><td>a<tr></table></td>b<td>c<p>d</table>e",
        "<p>text<![CDATA[ more ]]>",
    ] {
        assert!(read(page.as_bytes()).is_some(), "{page}");
    }
    let _ = read("&#x41;&amp".repeat(300_000).as_bytes());
    let _ = read("<".repeat(1_000_000).as_bytes());
    let _ = read("<!".repeat(500_000).as_bytes());
}

#[test]
fn every_cut_and_every_mangled_byte_of_a_page_is_read() {
    let page = include_bytes!("fixtures/fr-graph.html");
    for end in (0..page.len()).step_by(7) {
        let _ = extract(&page[..end], Syntax::Html).unwrap().inspect(check);
    }
    // A small generator keeps the test the same on every run.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..500 {
        let mut mangled = page.to_vec();
        for _ in 0..20 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let at = (state >> 8) as usize % mangled.len();
            mangled[at] = b"<>&/\"'= \0\xc3\xff-!]"[state as usize % 14];
        }
        let _ = extract(&mangled, Syntax::Html).unwrap().inspect(check);
    }
}

#[test]
fn discussions_made_to_hurt_are_read_in_linear_time() {
    let forum = "<script type='application/ld+json'>{\"@type\":\"QAPage\"}</script>";
    let signed = "<a class=author href=/u/x>Ada</a><time datetime=2024-05-03>May 3</time>";
    for post in [
        format!(
            "<article>{signed}<p>A post of some words, which are as many as in any other post.</p></article>"
        ),
        // Each within the one before it.
        format!("<div class=author>{signed}"),
        format!("<div><div class=body></div>{signed}"),
        "<div class=author><time>3 May 2024".to_owned(),
        "<dl><dt class=date>3 May 2024<dd>".to_owned(),
        "<a href=/user/1>Ada".to_owned(),
    ] {
        let page = format!("{forum}<main>{}", post.repeat(20_000));
        let _ = read(page.as_bytes());
    }
}

#[test]
fn pages_that_are_shown_late_are_read_in_linear_time() {
    for element in ["<div hidden id=S:1>x", "<p hidden>x", "<noscript><p hidden>x</noscript>"] {
        let _ = read(element.repeat(100_000).as_bytes());
    }
}
