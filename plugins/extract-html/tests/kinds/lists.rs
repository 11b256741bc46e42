//! Pages that are no article: tables, lists, discussions.

use super::*;

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

/// A card with a picture, a name that is a link, and a price.
fn cards(names: std::ops::Range<u32>) -> String {
    let card = |it: u32| {
        format!(
            "<div class=tile><a href=/p/{it}><img src={it}.jpg>Lantern number {it}</a><div>{it}9.00 €</div></div>"
        )
    };
    names.map(card).collect()
}

#[test]
fn the_cards_of_a_page_are_its_text_where_it_has_little_else() {
    let menu: String =
        (1..9).map(|it| format!("<li><a href=/m/{it}>Department {it}</a></li>")).collect();
    let slogan = "<p>Choose from hundreds of lanterns that are made to stand in every weather.</p>";
    // Without `main`, among menus and a slogan.
    let shop = format!(
        "<div><ul>{menu}</ul></div><div><h1>Lanterns</h1>{slogan}<div>{}</div></div><footer><p>The shop of lanterns, \
         at the harbour since 1910, sends them wherever a ship goes to.</p></footer>",
        cards(10..40)
    );
    check(
        &page(&shop),
        &["Lantern number 10", "Lantern number 39", "199.00 €"],
        &["Department 3", "since 1910"],
    );
    // Below an article they lead away from it.
    let article = format!(
        "<article><h1>Light at sea</h1>{PROSE}{PROSE}</article><div>{}</div>",
        cards(10..40)
    );
    check(&page(&article), &["twice a day"], &["Lantern number 10"]);
    // A short piece of news keeps its place beside them, too.
    let news = format!(
        "<div><div><h1>The old town and its lanterns</h1><p>The old town was built in the year 1250, when the first quay was laid, and it \
         has kept its narrow lanes since then.</p><p>Its lanterns are lit by hand every evening of the year, but for the \
         night of the summer feast of the town.</p></div></div><div><div><h2>More</h2></div><div>{}</div></div>",
        cards(10..60)
    );
    check(&page(&news), &["built in the year 1250"], &[]);
}

#[test]
fn in_a_shop_reviews_filters_and_dialogs_are_none_of_the_text() {
    let kind =
        "<script type=application/ld+json>{\"@type\":\"Product\",\"name\":\"Lantern\"}</script>";
    let review: String = (1..6)
        .map(|it| format!("<p>Buyer {it} says that the lantern came in time and burns for a whole night, as it should.</p>"))
        .collect();
    let sizes: String = (1..6).map(|it| format!("<span>Size {it}</span> ")).collect();
    let product = format!(
        "{kind}<main><h1>Storm lantern</h1><div class=product-swatches>{sizes}</div><p>A lantern of brass and thick \
         glass that no storm blows out, made by hand in the workshop of the harbour, with a wick that lasts for a winter.</p>\
         <div id=customer-reviews>{review}</div></main>"
    );
    let found = read(&page(&product));
    let text = &found.document.text;
    assert!(text.contains("no storm blows out"), "{text}");
    assert!(!text.contains("Buyer 3") && !text.contains("Size 2"), "{text}");
    assert!(
        found.asides.iter().any(|it| it.text.contains("Buyer 3")),
        "nothing is lost: {:?}",
        found.asides
    );

    let list = format!(
        "<main><h1>Lanterns</h1><div class=facets><ul><li>Brass</li><li>Copper</li></ul></div><div>{}</div>\
         <div role=dialog><p>Where do you live? The price of a lantern depends on the harbour it is sent to.</p></div></main>",
        cards(10..30)
    );
    check(&page(&list), &["Lantern number 29"], &["Copper", "Where do you live"]);

    // A review is the text where it is no shop, and so is an article about products.
    let kinds = "<script type=application/ld+json>[{\"@type\":\"NewsArticle\"},{\"@type\":\"Product\"}]</script>";
    let test = format!(
        "{kinds}<article><h1>Five lanterns</h1>{PROSE}<div class=lantern-review>{review}</div></article>"
    );
    let found = read(&page(&test));
    assert!(found.document.text.contains("Buyer 3"), "{}", found.document.text);
    assert_eq!(found.document.attribute("page-type"), Some("article"));
}

#[test]
fn what_somebody_writes_below_every_post_is_no_part_of_it() {
    let posts: String = (1..5)
        .map(|it| {
            format!(
                "<div><a href=/u/{it}>sailor{it}</a><p>Answer {it}: you may take the early boat, which is never \
                 full in winter.</p><div class=post-signature><p>Fair winds and following seas to all of you.</p></div></div>"
            )
        })
        .collect();
    let kind = "<script type=application/ld+json>{\"@type\":\"DiscussionForumPosting\"}</script>";
    check(
        &page(&format!("{kind}<main><h1>Which boat?</h1><div>{posts}</div></main>")),
        &["Answer 1", "Answer 4"],
        &["following seas"],
    );
}
