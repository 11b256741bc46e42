//! What is text and what is not: drawings, numbers, boxes beside the body, what is hidden.

use super::*;

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
