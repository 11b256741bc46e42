//! Knows HTML by the tags that a browser goes by, and kinds of XML by their root element.

use super::{Hint, known};
use crate::model::MediaType;

/// What a page begins with, in the list of the standard (WHATWG MIME Sniffing, 7.1); the last byte
/// of each has to be followed by a space or `>`.
const OPENINGS: [&[u8]; 16] = [
    b"<!doctype html",
    b"<html",
    b"<head",
    b"<script",
    b"<iframe",
    b"<h1",
    b"<div",
    b"<font",
    b"<table",
    b"<a",
    b"<style",
    b"<title",
    b"<b",
    b"<body",
    b"<br",
    b"<p",
];

/// Beyond those of the standard: what feeds and systems of content hand over as pages.
const MORE_OPENINGS: [&[u8]; 24] = [
    b"<article",
    b"<section",
    b"<main",
    b"<meta",
    b"<link",
    b"<h2",
    b"<h3",
    b"<ul",
    b"<ol",
    b"<dl",
    b"<base",
    b"<span",
    b"<img",
    b"<center",
    b"<header",
    b"<nav",
    b"<noscript",
    b"<blockquote",
    b"<figure",
    b"<strong",
    b"<em",
    b"<i",
    b"<hr",
    b"<pre",
];

/// What kind of markup a text begins with.
pub fn kind(text: &[u8], hint: &Hint<'_>) -> Option<MediaType> {
    let text = text.trim_ascii_start();
    if !text.starts_with(b"<") {
        return None;
    }
    let named = hint.named.clone();
    // A text in Markdown may begin with HTML.
    let may_begin = hint.named() == "text/markdown" || is_said_to_be_xml(hint.named());
    let root = after_prolog(text);
    let opens = |with: &[&[u8]]| {
        with.iter().any(|opening| {
            let (start, rest) = root.split_at_checked(opening.len()).unwrap_or((root, b""));
            start.eq_ignore_ascii_case(opening)
                && rest.first().is_none_or(|it| it.is_ascii_whitespace() || b"/>".contains(it))
        })
    };
    if opens(&OPENINGS[..2]) {
        // An XHTML page may be named as such; every other name that comes with HTML inside is
        // wrong.
        let is_named = |it: &MediaType| it.as_str() == "application/xhtml+xml";
        return Some(named.filter(is_named).unwrap_or_else(|| known("text/html")));
    }
    if let Some(kind) = by_root(root) {
        return Some(known(kind));
    }
    let is_declared = text.starts_with(b"<?");
    // A comment is what many pages begin with, whatever follows.
    let is_comment = text.starts_with(b"<!--") && !root.starts_with(b"<");
    if !is_declared && !may_begin && (opens(&OPENINGS) || opens(&MORE_OPENINGS) || is_comment) {
        return Some(known("text/html"));
    }
    let is_xml = is_declared
        || [&b"<!--"[..], b"<!DOCTYPE "].iter().any(|it| text.starts_with(it))
        || declares_namespace(root);
    // Which XML it is, only its name says; but it is no feed whose root is another.
    let is_other =
        |it: &MediaType| is_said_to_be_xml(it.as_str()) && !KNOWN_BY_ROOT.contains(&it.as_str());
    is_xml.then(|| named.filter(is_other).unwrap_or_else(|| known("text/xml")))
}

/// Whether there is a tag somewhere: a page without any is none.
pub fn has_tag(text: &[u8]) -> bool {
    text.windows(2)
        .any(|it| it[0] == b'<' && (it[1].is_ascii_alphabetic() || b"!/?".contains(&it[1])))
}

fn is_said_to_be_xml(media_type: &str) -> bool {
    media_type.ends_with("+xml") || media_type.ends_with("/xml")
}

fn declares_namespace(root: &[u8]) -> bool {
    let tag = root.split(|it| *it == b'>').next().unwrap_or_default();
    tag.starts_with(b"<") && tag.windows(6).any(|it| it == b" xmlns" || it == b"\nxmlns")
}

/// What comes after byte order marks, declarations, comments and white space.
fn after_prolog(mut text: &[u8]) -> &[u8] {
    loop {
        text = text.trim_ascii_start();
        let end: &[u8] = if text.starts_with(b"<?") {
            b"?>"
        } else if text.starts_with(b"<!--") {
            b"-->"
        } else if text.get(..9).is_some_and(|it| it.eq_ignore_ascii_case(b"<!doctype")) {
            if text.get(..14).is_some_and(|it| it.eq_ignore_ascii_case(b"<!doctype html")) {
                return text;
            }
            // Declarations within brackets have `>` of their own.
            let bracket = text.iter().position(|it| *it == b'[');
            let close = text.iter().position(|it| *it == b'>');
            if bracket < close && bracket.is_some() { b"]>" } else { b">" }
        } else {
            return text;
        };
        match text.windows(end.len()).position(|it| it == end) {
            Some(at) => text = &text[at + end.len()..],
            None => return b"",
        }
    }
}

/// The kinds that the root element tells.
const KNOWN_BY_ROOT: [&str; 6] = [
    "application/rss+xml",
    "application/atom+xml",
    "application/x-sitemap+xml",
    "application/x-fictionbook+xml",
    "application/tei+xml",
    "image/svg+xml",
];

/// What the root element stands for: its local name, and for those that others use as well its
/// namespace.
fn by_root(root: &[u8]) -> Option<&'static str> {
    let tag = root.strip_prefix(b"<")?;
    let end = tag.iter().position(|it| it.is_ascii_whitespace() || b"/>".contains(it))?;
    let name = &tag[..end];
    let local = name.rsplit(|it| *it == b':').next().unwrap_or(name);
    let attributes = &tag[end..tag.iter().position(|it| *it == b'>').unwrap_or(tag.len())];
    let has = |text: &str| attributes.windows(text.len()).any(|it| it == text.as_bytes());
    let within = |text: &str| root.windows(text.len()).any(|it| it == text.as_bytes());
    match local {
        b"rss" => Some("application/rss+xml"),
        // RSS 1.0 and 0.90 are RDF with a vocabulary of their own.
        b"RDF"
            if has("http://purl.org/rss/1.0/") || has("http://my.netscape.com/rdf/simple/0.9/") =>
        {
            Some("application/rss+xml")
        }
        b"feed" if has("http://www.w3.org/2005/Atom") || has("http://purl.org/atom/") => {
            Some("application/atom+xml")
        }
        b"urlset" | b"sitemapindex"
            if has("sitemaps.org/schemas")
                || has("google.com/schemas/sitemap")
                || within("<loc>") =>
        {
            Some("application/x-sitemap+xml")
        }
        b"FictionBook" => Some("application/x-fictionbook+xml"),
        b"TEI" | b"TEI.2" | b"teiCorpus" => Some("application/tei+xml"),
        b"svg" => Some("image/svg+xml"),
        b"document" if has("urn:oasis:names:tc:opendocument:xmlns:office:1.0") => {
            FLAT_DOCUMENTS.iter().find(|(kind, _)| has(kind)).map(|(_, flat)| *flat)
        }
        _ => None,
    }
}

/// Documents of OpenDocument that are one file of XML, by the attribute that says what they are.
const FLAT_DOCUMENTS: [(&str, &str); 4] = [
    ("opendocument.text", "application/vnd.oasis.opendocument.text-flat-xml"),
    ("opendocument.spreadsheet", "application/vnd.oasis.opendocument.spreadsheet-flat-xml"),
    ("opendocument.presentation", "application/vnd.oasis.opendocument.presentation-flat-xml"),
    ("opendocument.graphics", "application/vnd.oasis.opendocument.graphics-flat-xml"),
];
