//! What a page states, what its source says of it, and how it is encoded.

use super::*;

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
        let origin = Origin { charset, address: None };
        let read = extract_from(bytes, Syntax::Html, origin).unwrap().unwrap().document;
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
fn where_a_page_was_found_counts_where_it_does_not_say_its_address() {
    let read = |head: &str, address: Option<&str>| {
        let page = format!(
            "{head}<article><h1>Ferries</h1>{PROSE}<p>See <a href=../map>the map</a>.</p></article>"
        );
        let origin = Origin { charset: None, address };
        extract_from(page.as_bytes(), Syntax::Html, origin).unwrap().unwrap().document
    };
    let link = |document: &Document| {
        document.marks_of("link").next().map(|mark| mark.attributes[0].value.clone())
    };
    let found = read("", Some("https://a.example/docs/2024/05/03/x"));
    assert_eq!(link(&found).as_deref(), Some("https://a.example/docs/2024/05/map"));
    assert_eq!(found.attribute("page-type"), Some("documentation"));
    assert_eq!(
        (found.attribute("date"), found.attribute("date-source")),
        (Some("2024-05-03"), Some("address"))
    );
    // The container says that itself.
    assert_eq!(found.attribute("identifier"), None);
    let own = "<link rel=canonical href=https://b.example/y/z>";
    assert_eq!(
        link(&read(own, Some("https://a.example/x"))).as_deref(),
        Some("https://b.example/map")
    );
    let relative = "<link rel=canonical href=/y/z>";
    let found = read(relative, Some("https://a.example/x"));
    assert_eq!(found.attribute("identifier"), Some("https://a.example/y/z"));
    for no_page in ["file:///home/x", "x", ""] {
        assert_eq!(link(&read("", Some(no_page))).as_deref(), Some("../map"), "{no_page}");
    }
}

#[test]
fn authors_are_people_before_they_are_sites() {
    let creators = |head: &str, body: &str| -> Vec<String> {
        let page = format!(
            "<head><meta property=og:site_name content='Island Times'>{head}</head>\
            <h1>The ferry sails again</h1>{body}<article>{PROSE}</article>"
        );
        let document = read(&page).document;
        let creators = document.attributes.iter().filter(|it| it.name == "creator");
        creators.map(|it| it.value.clone()).collect()
    };
    let site = "<meta name=author content='Island Times'>";
    assert_eq!(creators(site, "<p>By Ada Quay</p>"), ["Ada Quay"]);
    assert_eq!(creators(site, ""), ["Island Times"]);
    assert_eq!(
        creators(
            "",
            "<p><a href='/authors/ada-quay'><img src=a.png></a><a href='/authors/ada-quay'>Ada de Quay</a></p>"
        ),
        ["Ada de Quay"]
    );
    assert_eq!(creators("", "<p><a href='/authors/'>All our authors</a></p>"), [""; 0]);
    let with_job =
        "<div class=author><a href=/x>Ada Quay</a> <span>Former Harbour Consultant</span></div>";
    assert_eq!(creators("", with_job), ["Ada Quay"]);
    assert_eq!(creators("", "<p class=author>Article by: Ada Quay</p>"), ["Ada Quay"]);
}

#[test]
fn what_stands_above_a_headline_is_none_of_the_title() {
    let page = format!(
        "<title>The ferry sails again</title><h1><span>Climate</span><span>The ferry sails again</span></h1><article>{PROSE}</article>"
    );
    assert_eq!(read(&page).document.attribute("title"), Some("The ferry sails again"));
}

#[test]
fn a_line_that_is_a_date_is_one_near_the_headline_only() {
    let date = |page: &str| read(page).document.attribute("date").map(str::to_owned);
    let near = "<div><div>May 3, 2024</div></div>";
    for body in [
        format!("<article><h1>Ferries</h1>{near}{PROSE}</article>"),
        format!("<main>{near}<h1>Ferries</h1>{PROSE}</main>"),
        format!("<div><header><h1>Ferries</h1></header>{near}<article>{PROSE}</article></div>"),
    ] {
        assert_eq!(date(&page(&body)).as_deref(), Some("2024-05-03"), "{body}");
    }
    for body in [
        format!("<header>{near}</header><article><h1>Ferries</h1>{PROSE}</article>"),
        format!(
            "<article><h1>Ferries</h1>{PROSE}</article><div class=copyright>Copyright 2024-05-03</div>"
        ),
        format!("<article><h1>Ferries</h1><div class=related>{near}</div>{PROSE}</article>"),
        format!(
            "<article><h1>Ferries</h1>{PROSE}<p>It sank on May 3, 2024, with all that was on board.</p></article>"
        ),
    ] {
        assert_eq!(date(&page(&body)), None, "{body}");
    }
}
