//! Kinds of pages that readers have been seen to get wrong, each as a page of a few lines: what must be read of it, and what not.

use docmill_plugin::Extracted;
use extract_html::{Syntax, extract};

/// Three paragraphs that are an article anywhere.
const PROSE: &str = "<p>The ferry to the islands leaves twice a day again, the company said on Monday, after its \
    second ship had been in the dock for repairs since the storm of January.</p><p>Islanders had complained that \
    bread and post arrived late, and that the school bus waited for pupils who were still at sea.</p><p>A third \
    ship is to follow next year, although nobody could say who is going to pay for it, or where it will lie.</p>";

fn read(page: &str) -> Extracted {
    extract(page.as_bytes(), Syntax::Html)
        .unwrap()
        .unwrap_or_else(|| panic!("nothing read: {page}"))
}

#[track_caller]
fn check(page: &str, wanted: &[&str], unwanted: &[&str]) {
    let text = read(page).document.text;
    for passage in wanted {
        assert!(text.contains(passage), "lacks {passage:?}:\n{text}");
    }
    for passage in unwanted {
        assert!(!text.contains(passage), "has {passage:?}:\n{text}");
    }
}

/// A page whose body is this.
fn page(body: &str) -> String {
    format!("<html lang=en><title>Ferries</title><body>{body}</body></html>")
}

#[test]
fn drawings_and_formulas_do_not_swallow_the_page() {
    for drawing in [
        "<svg><title/><path d='M0 0'/></svg>",
        "<svg><style/></svg>",
        "<svg><script/></svg>",
        "<svg/>",
        "<svg><title>DRAWN</title><g><text>DRAWN</text></g></svg>",
        // Never ended: what is HTML ends it.
        "<svg><path>",
        "<svg><foreignObject><div>DRAWN</div></foreignObject></svg>",
        "<math/>",
    ] {
        check(
            &page(&format!("<article>{drawing}{PROSE}</article>")),
            &["twice a day", "pay for it"],
            &["DRAWN"],
        );
    }
}

#[test]
fn formulas_are_read_once() {
    let formula = "<math><semantics><mfrac><mi>a</mi><mi>b</mi></mfrac><mo>=</mo><msup><mi>c</mi><mn>2</mn></msup>\
        <annotation encoding='application/x-tex'>\\frac TEX</annotation></semantics></math>";
    check(
        &page(&format!("<article>{PROSE}<p>It holds that {formula}.</p></article>")),
        &["a/b=c²"],
        &["TEX"],
    );
}

#[test]
fn numbers_stay_what_they_were() {
    let sentence = "<p>Paid were 300<sup><a href='#n1'>1</a></sup> millions for 10<sup>6</sup> tons on 40 m<sup>2</sup>, \
        the 1<sup>st</sup> time since 1999<sup class=reference>[2]</sup>, at 2<sup>-3</sup> per x<sub>1</sub> and \
        5<sub>2</sub>; H<sub>2</sub>O cost <del>900</del> <ins>700</ins> crowns at a price of \
        <span>$</span><div style='display:inline'>5.22</div> each.</p>";
    let sentence = sentence.replace("<p>", "<div>").replace("each.</p>", "each.</div>");
    check(
        &page(&format!("<article>{PROSE}{sentence}</article>")),
        &[
            "300 millions",
            "10⁶ tons",
            "40 m²,",
            "1st time",
            "since 1999,",
            "2⁻³",
            "x1 and 5₂",
            "H2O",
            "$5.22 each",
        ],
        &["900", "3001", "106", "[2]"],
    );
}

#[test]
fn readings_of_characters_are_no_part_of_words() {
    check(
        &page(&format!(
            "<article>{PROSE}<p><ruby>港<rp>(</rp><rt>みなと</rt><rp>)</rp></ruby>が</p></article>"
        )),
        &["港が"],
        &["みなと"],
    );
}

#[test]
fn headings_keep_their_questions_and_lose_their_controls() {
    check(
        &page(&format!(
            "<main><h1>Ferries</h1><h3><button aria-expanded=false>May dogs come?</button></h3>{PROSE}\
             <h2>Prices<span class=mw-editsection>[<a href=/e>edit</a>]</span></h2>{PROSE}<button>Share</button></main>"
        )),
        &["May dogs come?", "Prices"],
        &["edit", "Share"],
    );
}

#[test]
fn the_panels_of_an_accordion_are_read_and_decoration_is_not() {
    check(
        &page(&format!(
            "<main><h1>Ferries</h1>{PROSE}<div class=accordion-panel aria-hidden=true><p>Dogs may come if they are \
             small.</p></div><span aria-hidden=true>arrow_glyph</span></main>"
        )),
        &["Dogs may come"],
        &["arrow_glyph"],
    );
}

#[test]
fn shadow_roots_are_read_and_other_templates_are_not() {
    let inside = |attributes| {
        page(&format!(
            "<x-story><template {attributes}><article>{PROSE}</article></template></x-story>"
        ))
    };
    check(&inside("shadowrootmode=open"), &["twice a day", "pay for it"], &[]);
    assert!(extract(inside("id=t").as_bytes(), Syntax::Html).unwrap().is_none());
}

#[test]
fn pages_that_scripts_build_are_read_from_what_they_hold_for_others() {
    check(
        &page(&format!("<div id=app></div><noscript>{PROSE}</noscript>")),
        &["twice a day", "pay for it"],
        &[],
    );
    let text = PROSE.replace("<p>", "").replace("</p>", "\\n");
    let data = format!("{{\"@type\":\"NewsArticle\",\"articleBody\":\"{text}\"}}");
    check(
        &page(&format!("<div id=app></div><script type=application/ld+json>{data}</script>")),
        &["twice a day", "January.\n\nIslanders"],
        &[],
    );
    let data = format!("{{\"props\":{{\"page\":{{\"body\":\"{}\"}}}}}}", PROSE.replace('"', "'"));
    check(
        &page(&format!(
            "<div id=app></div><script id=__NEXT_DATA__ type=application/json>{data}</script>"
        )),
        &["twice a day", "January.\n\nIslanders"],
        &["<p>"],
    );
    // A page that has its text is not looked for elsewhere.
    check(
        &page(&format!("<article>{PROSE}</article><noscript><p>NOSCRIPT {PROSE}</p></noscript>")),
        &["twice a day"],
        &["NOSCRIPT"],
    );
}

#[test]
fn a_title_that_is_never_ended_ends_with_the_next_tag() {
    check(
        &format!("<html><head><title>Ferries<body><article>{PROSE}</article>"),
        &["twice a day", "pay for it"],
        &[],
    );
}

#[test]
fn lists_of_links_are_text_where_a_sentence_announces_them() {
    check(
        &page(&format!(
            "<article><h1>Ferries</h1>{PROSE}<p>The legal basis is:</p><ul><li><a href=/1>Law on ferries</a></li>\
             <li><a href=/2>Law on islands</a></li></ul><p>Nothing else is.</p><ul><li><a href=/3>Storm</a></li>\
             <li><a href=/4>Prices</a></li></ul></article>"
        )),
        &["Law on ferries", "Law on islands"],
        &["Storm"],
    );
}

#[test]
fn pages_that_are_a_table_or_links_are_read() {
    let nav = "<nav><ul><li><a href=/>Home</a></li><li><a href=/w>World</a></li></ul></nav>";
    check(
        &page(&format!(
            "{nav}<div><h1>Results</h1><table><tr><th>Boat</th><th>Time</th></tr><tr><td>Ada</td><td>1:01</td></tr>\
             <tr><td>Ben</td><td>1:02</td></tr></table></div><footer><a href=/i>Imprint</a></footer>"
        )),
        &["Ada\t1:01", "Ben\t1:02"],
        &["Imprint", "World"],
    );
    let links: String = (1..8)
        .map(|number| format!("<p><a href=/{number}>Story number {number} about something that happened at sea</a></p>"))
        .collect();
    check(
        &page(&format!("{nav}<main>{links}</main>")),
        &["Story number 1", "Story number 7"],
        &["World"],
    );
}

#[test]
fn a_short_text_below_its_headline_wins_over_what_a_newspaper_says_about_itself() {
    check(
        "<title>Ferry stops early | The Islander</title><div class=cookie-banner><p>We and our partners store data on \
         your device, like cookies, to show you what you like.</p></div><div><h1>Ferry stops early</h1><p>The last \
         ferry leaves at noon.</p><p>A boat replaces it.</p></div><div class=about><p>The Islander has told the story of \
         the coast since 1871. Forty reporters work around the clock, and readers support them with a subscription.</p></div>",
        &["The last ferry leaves at noon.", "A boat replaces it."],
        &["partners", "since 1871"],
    );
}

#[test]
fn teasers_that_a_heading_announces_are_none_of_the_text() {
    for heading in [
        "More on this",
        "You might also like",
        "Das könnte Sie auch interessieren",
        "À lire aussi",
        "関連記事",
    ] {
        let found = read(&page(&format!(
            "<article><h1>Ferries</h1>{PROSE}<h3>{heading}</h3><ul><li><a href=/1>Storm warning</a></li><li><a href=/2>\
             Fares go up</a></li></ul></article>"
        )));
        assert!(
            !found.document.text.contains("Storm warning"),
            "{heading}: {}",
            found.document.text
        );
        assert!(found.asides.iter().any(|aside| aside.text.contains("Storm warning")));
    }
    for label in ["More on this:", "Lesen Sie auch:", "Leggi anche:", "Читайте также:"]
    {
        let line = format!(
            "<article>{PROSE}<p><b>{label}</b> <a href=/o>Why the pier was closed</a></p>{PROSE}</article>"
        );
        check(&page(&line), &["twice a day"], &["Why the pier"]);
    }
}

#[test]
fn what_stands_beside_the_body_within_the_article_is_kept() {
    check(
        &page(&format!(
            "<article><h1>Ferries</h1><div class=x><p>Update: the ferry of Tuesday was cancelled as well, says the \
             company that runs it.</p></div><div class=y>{PROSE}{PROSE}</div><table><tr><th>Day</th><th>Ships that sail</th></tr>\
             <tr><td>Monday, in the morning and the evening</td><td>two</td></tr></table></article>"
        )),
        &["Update: the ferry of Tuesday", "twice a day", "Monday, in the morning"],
        &[],
    );
}

#[test]
fn discussions_are_read_with_what_readers_wrote() {
    let posts: String = (1..5)
        .map(|number| format!("<div class=comment><p>Answer number {number}: you may take the early boat, which is never full.</p></div>"))
        .collect();
    let kind = "<script type=application/ld+json>{\"@type\":\"QAPage\"}</script>";
    let found = read(&page(&format!(
        "{kind}<main><h1>Which boat?</h1><p>Which boat should I take, and when does it \
        leave the harbour of the islands?</p>{posts}</main>"
    )));
    assert!(found.document.text.contains("Answer number 4"), "{}", found.document.text);
    assert_eq!(found.document.attribute("page-type"), Some("forum"));
    // Below an article they are none of its text.
    check(
        &page(&format!("<article><h1>Ferries</h1>{PROSE}</article>{posts}")),
        &["twice a day"],
        &["Answer number"],
    );
}

#[test]
fn encodings_are_told_by_the_bytes_where_the_page_is_wrong_or_silent() {
    let text = "<p>Порт открылся во вторник после замены двух кранов, которые с весны мешали северному причалу города.</p>";
    let (bytes, ..) = encoding_rs::WINDOWS_1251.encode(text);
    let found = extract(&bytes, Syntax::Html).unwrap().unwrap().document;
    assert!(found.text.starts_with("Порт открылся"), "{}", found.text);
    assert_eq!(found.attribute("encoding"), Some("windows-1251"));
    assert_eq!(found.attribute("encoding-source"), Some("guess"));
    let stale = "<meta charset=iso-8859-1><p>L’été à la mer, où l’on déjeune tôt, était très agréable cette année-là.</p>";
    let found = read(stale).document;
    assert!(found.text.starts_with("L’été à la mer"), "{}", found.text);
    assert_eq!(found.attribute("encoding"), None);
    let decomposed = "<p>Cà phê sữa</p>"
        .replace('à', "a\u{300}")
        .replace('ê', "e\u{302}")
        .replace('ữ', "u\u{31b}\u{303}");
    assert_eq!(read(&decomposed).document.text, "Cà phê sữa");
}

#[test]
fn facts_are_told_with_their_source() {
    let check = |head: &str, body: &str, name: &str, expected: Option<&str>| {
        let found = read(&format!(
            "<html lang=en><head>{head}</head><body>{body}<article>{PROSE}</article></body></html>"
        ));
        assert_eq!(found.document.attribute(name), expected, "{head} {body}: {name}");
    };
    let list = "<script type=application/ld+json>{\"@type\":\"ItemList\",\"itemListElement\":[{\"@type\":\"NewsArticle\",\
        \"datePublished\":\"2023-01-01\",\"author\":\"Ben Pier\"}]}</script>";
    check(list, "", "date", None);
    check(list, "", "creator", None);
    check("<meta name=date content=20240203>", "", "date", Some("2024-02-03"));
    check("<meta name=date content=20240203>", "", "date-source", Some("meta"));
    check(
        "<link rel=canonical href='https://a.example/2024/02/03/x'>",
        "",
        "date-source",
        Some("address"),
    );
    check(
        "<title>The ferry sails again – Island Times</title>",
        "",
        "title",
        Some("The ferry sails again"),
    );
    check(
        "<meta property=og:title content='Island Times'><meta property=og:site_name content='Island Times'>",
        "<h1>The ferry sails again</h1>",
        "title",
        Some("The ferry sails again"),
    );
    check("", "<h1>Ferries</h1><p>By Ada Quay and Tom Byrne</p>", "creator", Some("Ada Quay"));
    check("<meta name=author content='https://a.example/ada'>", "", "creator", None);
    check(
        "<base href=/><meta property=og:url content='https://a.example/de/x'><link rel=canonical href='de/y'>",
        "",
        "identifier",
        Some("https://a.example/de/y"),
    );
}
