//! Kinds of pages that readers have been seen to get wrong, each as a page of a few lines: what
//! must be read of it, and what not.

mod facts;
mod lists;
mod text;
mod variants;

use docmill_plugin::prelude::*;
use extract_html::{ExtractHtml, Origin, Syntax, extract, extract_from};

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
