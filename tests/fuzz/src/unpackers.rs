//! The shipped plugins for mails, feeds and tables as ordinary functions; the first byte picks the
//! media type, and with it the parser.

use docmill::model::{MediaType, SourceName};
use docmill_plugin::{Error, Extractor, Plugin as _, Source, Unpacker, testing};
use extract_sitemap::ExtractSitemap;
use unpack_feed::UnpackFeed;
use unpack_mail::UnpackMail;
use unpack_mbox::UnpackMbox;
use unpack_msg::UnpackMsg;
use unpack_table::UnpackTable;

use crate::guests;
use crate::promises;

/// A mail, or a page saved as one.
pub fn mail(data: &[u8]) {
    unpack::<UnpackMail>(data, &[]);
}

/// A mailbox, with every way of quoting.
pub fn mbox(data: &[u8]) {
    for quoting in ["auto", "mboxo", "mboxrd", "mboxcl", "mboxcl2"] {
        unpack::<UnpackMbox>(data, &[("quoting", quoting)]);
    }
}

/// A mail that Outlook saved.
pub fn msg(data: &[u8]) {
    unpack::<UnpackMsg>(data, &[]);
}

/// A feed, in XML or JSON.
pub fn feed(data: &[u8]) {
    unpack::<UnpackFeed>(data, &[]);
}

/// A table of articles.
pub fn tables(data: &[u8]) {
    unpack::<UnpackTable>(data, &[]);
    unpack::<UnpackTable>(data, &[("header", "no"), ("text", "1")]);
}

/// A table of articles in Parquet.
pub fn parquet(data: &[u8]) {
    testing::use_defaults(&UnpackTable::describe());
    let types = UnpackTable::accepts().expect("the settings are right");
    let at = types.iter().position(|it| it.ends_with("parquet")).expect("it is accepted");
    let at = u8::try_from(at).expect("there are few");
    unpack::<UnpackTable>(&[&[at], data].concat(), &[]);
}

/// A sitemap.
pub fn sitemap(data: &[u8]) {
    testing::reset();
    let source = Source::of_bytes(data, "text/xml");
    for found in ExtractSitemap::extract(source).into_iter().flatten() {
        promises::extracted(&guests::taken(found));
    }
}

/// What comes out are members as the host takes them; and who says that nothing is for it has
/// handed over none.
pub fn unpack<P: Unpacker>(data: &[u8], settings: &[(&str, &str)]) {
    testing::reset();
    testing::use_defaults(&P::describe());
    for (key, value) in settings {
        testing::set_setting(key, value);
    }
    let types = P::accepts().expect("the settings are right");
    let Some((first, data)) = data.split_first() else { return };
    let media_type = &types[usize::from(*first) % types.len()];
    let result = P::unpack(Source::of_bytes(data, media_type));
    let members = testing::take_members();
    match result {
        Err(Error::Unsupported(_)) => assert!(members.is_empty(), "{members:?}"),
        Err(Error::Internal(reason)) => panic!("{reason}"),
        Err(Error::Misconfigured(it)) => panic!("{}: {}", it.key, it.reason),
        Ok(()) | Err(Error::Malformed(_)) => {}
    }
    let container = SourceName::new("a").expect("a name");
    for member in members {
        // The host gives members without a name, or with a very long one, names of its own.
        let name = member.name.as_bytes();
        let is_odd = name.is_empty() || name.len() > 1_000;
        assert!(is_odd || container.member(name).is_ok(), "{:?}", member.name);
        if let Some(media_type) = member.media_type {
            assert!(MediaType::new(media_type.clone()).is_ok(), "{media_type}");
        }
        promises::attributes(&guests::attributes(member.attributes));
    }
}
