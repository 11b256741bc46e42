//! Kinds of pages that readers have been seen to get wrong, each as a page of a few lines: what must be read of it, and what not.

use docmill_plugin::prelude::*;
use extract_html::{ExtractHtml, Syntax, extract};

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

/// What a server sent after the rest of the page, hidden until a script puts it where it belongs.
#[test]
fn streamed_parts_of_a_page_are_read() {
    check(
        &page(&format!(
            "<main><p>Loading</p></main><div hidden id='S:1f'><main><h1>Ferries</h1>{PROSE}</main></div>"
        )),
        &["twice a day", "pay for it"],
        &[],
    );
    check(
        &page(&format!(
            "<article>{PROSE}</article><div hidden id='S:menu'>HIDDEN</div><div id='S:0' hidden></div>"
        )),
        &["pay for it"],
        &["HIDDEN"],
    );
}

#[test]
fn a_page_that_is_hidden_until_a_script_has_run_is_read() {
    for style in
        ["style='display:none'", "style='visibility: hidden'", "hidden", "aria-hidden=true"]
    {
        check(
            &page(&format!("<div>Please wait</div><div {style}>{PROSE}</div>")),
            &["pay for it"],
            &[],
        );
    }
    // What is hidden beside a text stays so.
    let beside =
        format!("<article>{PROSE}</article><div style='display:none'>{PROSE}<p>HIDDEN</p></div>");
    check(&page(&beside), &["pay for it"], &["HIDDEN"]);
}

#[test]
fn a_table_or_a_list_of_links_is_the_text_where_there_is_no_other() {
    let table = "<div><h1>Regatta</h1><p>It ended on Sunday.</p><table><tr><th>Place<th>Boat</tr>\
        <tr><td>1<td>Anna</tr><tr><td>2<td>Berta</tr><tr><td>3<td>Clarissa</tr><tr><td>4<td>Dorothea</tr>\
        <tr><td>5<td>Emma and Fiona</tr></table></div>\
        <footer><p>© 2019 The Courier. All rights reserved. <a href=/i>Imprint</a></p></footer>";
    check(&page(table), &["It ended on Sunday.", "2\tBerta"], &["Imprint"]);
    let links: String = (1..9)
        .map(|it| format!("<p><a href=/{it}>The {it}th harbour was opened again after the repair of its crane</a></p>"))
        .collect();
    let round_up = format!(
        "<nav><a href=/>MENU</a></nav><article><h1>Round-up</h1>{links}</article>\
        <footer><p>© 2019 The Courier. All rights reserved.</p></footer>"
    );
    check(&page(&round_up), &["The 1th harbour", "The 8th harbour"], &["MENU", "rights"]);
}

#[test]
fn lists_of_products_and_of_articles_are_read_whole() {
    let cards = |price: &str| -> String {
        (1..12)
            .map(|it| {
                format!(
                    "<li><a href=/p{it}><img src=a.png>Boat number {it}</a><div>{price}</div></li>"
                )
            })
            .collect()
    };
    let list = |main: &str, inner: &str| {
        page(&format!(
            "<header><nav><ul><li><a href=/>MENU</a></ul></nav></header>{main}<h1>Boats</h1>\
            <p>All boats that we have built, and a few that others have.</p><ul>{inner}</ul></div>\
            <footer><a href=/terms>TERMS</a></footer>"
        ))
    };
    for main in ["<main><div>", "<div role=main>", "<div id=page>"] {
        let shop = list(main, &cards("€ 120"));
        check(
            &shop,
            &["Boat number 1\n", "Boat number 11", "€ 120", "All boats"],
            &["MENU", "TERMS"],
        );
        assert_eq!(read(&shop).document.attribute("page-type"), Some("collection"));
        let links = list(main, &cards(""));
        check(&links, &["Boat number 1", "Boat number 11"], &["MENU", "TERMS"]);
        assert_eq!(read(&links).document.attribute("page-type"), Some("listing"));
    }
}

/// A post as programs for discussions write it: what they say of its author stands beside it.
fn post(author: &str, day: u32, body: &str) -> String {
    format!(
        "<article class='message'><div class=message-user><h4 class=message-name><a href=/members/1 class=username>{author}</a></h4>\
         <h5>Member</h5><dl><dt>Joined<dd>Apr 13, 2009</dl><dl><dt>Messages<dd>887</dl></div>\
         <div class=message-main><header class=message-attribution><a href=#p><time datetime=2024-05-{day:02}T10:00:00+0200>May {day}, 2024</time></a></header>\
         <div class=message-body><div>{body}</div></div></div></article>"
    )
}

#[test]
fn posts_of_a_discussion_have_author_and_date() {
    let long = "I have had the same boat since spring, and its engine stops whenever the water is colder than the air above it.";
    let posts =
        [post("Anna", 3, long), post("Berta", 4, "Thanks!"), post("Cora", 5, long)].concat();
    let ld = r#"<script type="application/ld+json">{"@type":"DiscussionForumPosting","headline":"Engines"}</script>"#;
    let page = page(&format!(
        "{ld}<div class=menu><a href=/>MENU</a></div><h1>Engines</h1><div class=block-body>{posts}</div>"
    ));
    check(&page, &["Anna", "May 3, 2024", "Thanks!", "Cora", long], &["MENU", "Member", "887"]);
    let document = read(&page).document;
    let said = |kind: &str| -> Vec<(String, Vec<(String, String)>)> {
        let marks = document.marks.iter().filter(|mark| mark.kind == kind);
        marks
            .map(|mark| {
                let text = document.text[mark.span.range()].to_owned();
                (
                    text,
                    mark.attributes.iter().map(|it| (it.name.clone(), it.value.clone())).collect(),
                )
            })
            .collect()
    };
    let posts = said("post");
    assert_eq!(posts.len(), 3, "{posts:?}");
    let of = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(posts[1].1, [of("author", "Berta"), of("date", "2024-05-04T10:00:00+02:00")]);
    assert_eq!(posts[1].0, "Berta\n\nMay 4, 2024\n\nThanks!");
    let authors: Vec<String> = said("author").into_iter().map(|it| it.0).collect();
    assert_eq!(authors, ["Anna", "Berta", "Cora"]);
    let dates: Vec<String> = said("date").into_iter().map(|it| it.0).collect();
    assert_eq!(dates, ["May 3, 2024", "May 4, 2024", "May 5, 2024"]);
}

#[test]
fn questions_that_the_owner_answers_make_no_discussion() {
    let faq = r#"<script type="application/ld+json">{"@type":"FAQPage","mainEntity":[{"@type":"Question","name":"Why?"}]}</script>"#;
    let kind = |body: &str| read(&page(body)).document.attribute("page-type").map(str::to_owned);
    assert_ne!(kind(&format!("{faq}<article>{PROSE}</article>")).as_deref(), Some("forum"));
    let qa = faq.replace("FAQPage", "QAPage");
    assert_eq!(kind(&format!("{qa}<article>{PROSE}</article>")).as_deref(), Some("forum"));
    // The same in microdata.
    let microdata = format!("<div itemscope itemtype='https://schema.org/QAPage'>{PROSE}</div>");
    assert_eq!(kind(&microdata).as_deref(), Some("forum"));
}

#[test]
fn when_a_page_was_put_up_is_the_date_of_an_article_only() {
    let ld = r#"<script type="application/ld+json">{"@type":"WebPage","datePublished":"2018-05-18T08:00:00Z"}</script>"#;
    let date = |body: &str| read(&page(body)).document.attribute("date").map(str::to_owned);
    assert_eq!(date(&format!("{ld}<h1>Our services</h1>{PROSE}")), None);
    let shown = format!("{ld}<h1>Ferries</h1><p class=date>May 18, 2018</p>{PROSE}");
    assert_eq!(date(&shown).as_deref(), Some("2018-05-18T08:00:00Z"));
    let article = ld.replace("WebPage", "NewsArticle");
    assert_eq!(
        date(&format!("{article}<h1>Ferries</h1>{PROSE}")).as_deref(),
        Some("2018-05-18T08:00:00Z")
    );
}

#[test]
fn what_http_declares_counts_more_than_the_page_and_less_than_its_bytes() {
    let declared = |bytes: &[u8], charset: Option<&str>| {
        let read =
            extract_html::extract_as(bytes, Syntax::Html, charset).unwrap().unwrap().document;
        (read.text.clone(), read.attribute("encoding").map(str::to_owned))
    };
    let russian = "Порт открылся во вторник после замены двух кранов, которые мешали причалу с весны, сообщила компания.";
    let page = format!("<meta charset=iso-8859-1><p>{russian}</p>");
    let (bytes, ..) = encoding_rs::WINDOWS_1251.encode(&page);
    assert_eq!(
        declared(&bytes, Some("windows-1251")),
        (russian.to_owned(), Some("windows-1251".to_owned()))
    );
    // Unknown, or contradicted by the bytes: the page's own label is asked.
    let own = page.replace("iso-8859-1", "windows-1251");
    let (bytes, ..) = encoding_rs::WINDOWS_1251.encode(&own);
    for wrong in ["utf-8", "no-such-label", ""] {
        assert_eq!(declared(&bytes, Some(wrong)).0, russian, "{wrong}");
    }
    for stale in ["windows-1251", "iso-8859-1", "utf-16"] {
        assert_eq!(declared(page.as_bytes(), Some(stale)), (russian.to_owned(), None), "{stale}");
    }
}

#[test]
fn the_plugin_asks_its_source_for_charset_and_date() {
    let read = |page: &[u8], said: &[(&str, &str)]| {
        let said = said.iter().map(|(name, value)| Attribute::new(*name, *value)).collect();
        let source = Source::of_bytes(page, "text/html").with_attributes(said);
        <ExtractHtml as Extractor>::extract(source).unwrap().remove(0).document
    };
    // Two letters are too few to tell by what they look like.
    let page = b"<p>\xcf\xee\xf0\xf2</p>";
    assert_eq!(read(page, &[("charset", "windows-1251")]).text, "Порт");
    let dated = |date: &str| format!("<h1>Ferries</h1><p>{date}</p><article>{PROSE}</article>");
    let guessed = |page: &str, said: &[(&str, &str)]| {
        read(page.as_bytes(), said).attribute("guessed").map(str::to_owned)
    };
    let said = [("date", "2024-05-04")];
    // A line among others is the weakest source there is.
    assert_eq!(guessed(&dated("May 3, 2024"), &said).as_deref(), Some("date"));
    assert_eq!(guessed(&dated("May 3, 2024"), &[]), None);
    assert_eq!(guessed(&dated("<time datetime=2024-05-03>May 3</time>"), &said), None);
    assert_eq!(guessed(&dated(""), &said), None);
}

#[test]
fn paragraphs_in_another_language_carry_it() {
    let french = "<p>Le bac vers les îles part de nouveau deux fois par jour, a dit lundi la compagnie, après que son second navire fut réparé.</p>";
    let document = read(&page(&format!("<article>{PROSE}{french}</article>"))).document;
    assert_eq!(document.language.as_deref(), Some("en"));
    let told: Vec<_> = document
        .marks
        .iter()
        .flat_map(|mark| &mark.attributes)
        .filter(|it| it.name == "language")
        .collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].value, "fr");
}

#[test]
fn what_is_about_the_author_or_the_owner_is_none_of_the_text() {
    let head = "<meta name=author content='Ada Quay'>";
    check(
        &page(&format!(
            "{head}<article><h1>Ferries</h1>{PROSE}<p>Ada Quay has written about harbours for twenty years.</p>\
             <p>© 2024 The Islander. All rights reserved, and no part may be copied.</p></article>"
        )),
        &["pay for it"],
        &["for twenty years", "rights reserved"],
    );
    // Within the text it is a passage like others.
    check(
        &page(&format!(
            "{head}<article><h1>Ferries</h1><p>Ada Quay was on board when it happened.</p>{PROSE}</article>"
        )),
        &["Ada Quay was on board"],
        &[],
    );
}

#[test]
fn closed_panels_are_read_and_closed_menus_are_not() {
    let text =
        "<p>Bread and post are brought by the early boat, which is never late in summer.</p>";
    for panel in [
        "class='accordion-panel' style='display:none'",
        "class=collapse hidden",
        "role=tabpanel hidden",
        "id=panel-2 aria-hidden=true",
    ] {
        check(
            &page(&format!("<article>{PROSE}<h3>Freight</h3><div {panel}>{text}</div></article>")),
            &["Bread and post"],
            &[],
        );
    }
    for hidden in [
        "class='navbar-collapse' style='display:none'",
        "class='modal panel' hidden",
        "class=x hidden",
    ] {
        check(
            &page(&format!("<article>{PROSE}<div {hidden}>{text}</div></article>")),
            &["pay for it"],
            &["Bread and post"],
        );
    }
}
