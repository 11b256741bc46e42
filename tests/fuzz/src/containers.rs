//! The shipped plugins for archives and crawls as ordinary functions.

use docmill::model::MediaType;
use docmill_plugin::{Error, Source, Unpacker, testing};
use unpack_archive::UnpackArchive;
use unpack_warc::UnpackWarc;

/// What may come out of one input, in bytes: the host ends a call that makes more of it.
const ROOM: u64 = 32 << 20;

/// An archive or a compressed file, known by what it begins with.
pub fn archive(data: &[u8]) {
    unpack::<UnpackArchive>(data, "application/zip", &[]);
}

/// A crawl: everything in it, as a WARC and as a WACZ.
pub fn warc(data: &[u8]) {
    let everything = [("status", "*"), ("types", "*")];
    unpack::<UnpackWarc>(data, "application/warc", &everything);
    unpack::<UnpackWarc>(data, "application/x-wacz", &everything);
}

/// What comes out are members as the host takes them, and never more than there is room for.
fn unpack<P: Unpacker>(data: &[u8], media_type: &str, settings: &[(&str, &str)]) {
    testing::reset();
    testing::use_defaults(&P::describe());
    for (key, value) in settings {
        testing::set_setting(key, value);
    }
    testing::limit_members(ROOM);
    let result = P::unpack(Source::of_bytes(data, media_type));
    let members = testing::take_members();
    testing::reset();
    match result {
        Err(Error::Unsupported(_)) => assert!(members.is_empty(), "{} members", members.len()),
        Err(Error::Internal(reason)) => panic!("{reason}"),
        Err(Error::Misconfigured(it)) => panic!("{}: {}", it.key, it.reason),
        Ok(()) | Err(Error::Malformed(_)) => {}
    }
    assert!(members.iter().map(|it| it.content.len() as u64).sum::<u64>() <= ROOM);
    for member in members {
        // One that is none is no reason to lose a member, but a plugin knows better.
        if let Some(media_type) = member.media_type {
            assert!(
                MediaType::new(media_type.to_ascii_lowercase()).is_ok() || media_type.contains('/')
            );
        }
        for attribute in member.attributes {
            assert!(
                ["modified", "location", "captured", "charset", "digest", "status"]
                    .contains(&&*attribute.name)
            );
        }
    }
}
