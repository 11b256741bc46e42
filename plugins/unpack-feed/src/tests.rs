//! Feeds of every kind, and what comes out of them.

use docmill_plugin::testing;

use super::*;

fn items(feed: &str) -> (Result<(), Error>, Vec<Member>) {
    let result = UnpackFeed::unpack(Source::of_bytes(feed.as_bytes(), "application/rss+xml"));
    (result, testing::take_members())
}

fn said<'m>(member: &'m Member, name: &str) -> Vec<&'m str> {
    member.attributes.iter().filter(|it| it.name == name).map(|it| it.value.as_str()).collect()
}

#[test]
fn a_feed_that_is_cut_off_keeps_its_items() {
    let feed = "<rss><channel><title>F</title><item><title>A</title><description>a</description></item>\
                <item><title>B</title><description>b &lt;b&gt;c";
    let (result, items) = items(feed);
    assert!(matches!(result, Err(Error::Malformed(_))));
    assert_eq!(items.len(), 2);
    assert_eq!(said(&items[1], "title"), ["B"]);
    assert_eq!(said(&items[1], "extent"), ["summary"]);
    assert_eq!(said(&items[1], "publisher"), ["F"]);
}

#[test]
fn authors_of_atom_are_not_titles_and_links_are_told_apart() {
    let feed = "<feed xmlns='http://www.w3.org/2005/Atom'><title>F</title><author><name>X</name></author>\
                <entry><title type='html'>A &amp;amp; B</title><link rel='self' href='s'/><link href='l'/>\
                <author><name>Jane</name><uri>u</uri></author><id>i</id><updated>2025-06-12T08:30:00Z</updated>\
                <source><title>Other</title><id>o</id></source>\
                <content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>a &lt; b</p></div></content>\
                </entry></feed>";
    let (result, items) = items(feed);
    assert_eq!(result, Ok(()));
    let [item] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(said(item, "title"), ["A & B"]);
    assert_eq!(said(item, "location"), ["l"]);
    assert_eq!(said(item, "creator"), ["Jane"]);
    assert_eq!(said(item, "identifier"), ["i"]);
    assert_eq!(said(item, "date"), ["2025-06-12T08:30:00Z"]);
    let content = String::from_utf8(item.content.clone()).unwrap();
    assert!(content.contains("<p>a &lt; b"), "{content}");
}

#[test]
fn other_xml_is_not_for_this_plugin() {
    for other in ["<html><item/></html>", "<urlset/>", " ", "no xml at all", "<!-- a -->"] {
        assert!(matches!(items(other).0, Err(Error::Unsupported(_))), "{other}");
    }
}
