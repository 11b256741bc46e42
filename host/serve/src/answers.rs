//! What a request comes to: a page, its twin for programs, or why there is none.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use docmill::render::is_harmful;
use docmill::store::StoreError;
use docmill_search::SearchError;
use maud::{Markup, html};
use serde::Serialize;

use crate::page::{self, Section, framed};
use crate::shelf::NoStore;

/// Why there is no page.
#[derive(Debug)]
pub(crate) enum Wrong {
    /// There is nothing of this name.
    Nothing(&'static str),
    /// The address asks for what makes no sense.
    Asked(String),
    /// Somebody else has the store.
    Busy,
    /// The store or the index cannot be read.
    Broken(String),
}

impl From<StoreError> for Wrong {
    fn from(error: StoreError) -> Wrong {
        Wrong::Broken(told(&error))
    }
}

impl From<SearchError> for Wrong {
    fn from(error: SearchError) -> Wrong {
        match error {
            SearchError::Query(error) => Wrong::Asked(error.to_string()),
            error => Wrong::Broken(told(&error)),
        }
    }
}

impl From<NoStore> for Wrong {
    fn from(error: NoStore) -> Wrong {
        match error {
            NoStore::Busy => Wrong::Busy,
            NoStore::Broken(error) => error.into(),
        }
    }
}

/// An error and its causes in one line.
fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |it| it.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl Wrong {
    fn status(&self) -> StatusCode {
        match self {
            Wrong::Nothing(_) => StatusCode::NOT_FOUND,
            Wrong::Asked(_) => StatusCode::BAD_REQUEST,
            Wrong::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Wrong::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn words(&self) -> (&'static str, String) {
        match self {
            Wrong::Nothing(what) => {
                ("Not found", format!("There is no such {what} in this store."))
            }
            Wrong::Asked(why) => ("This cannot be answered", format!("{why}.")),
            Wrong::Busy => (
                "The store is in use",
                "Another docmill works with it. This page tries again by itself.".to_owned(),
            ),
            Wrong::Broken(why) => ("The store cannot be read", format!("{why}.")),
        }
    }

    /// As a page, or for programs.
    pub(crate) fn answer(&self, is_page: bool) -> Response {
        let (title, why) = self.words();
        let mut response = if is_page {
            let body = html! {
                h1 { (title) }
                p { (page::line(&why, 2_000)) }
                p { a href="/" { "To the search" } }
            };
            html_answer(&framed(Section::None, title, &body))
        } else {
            json_answer(&serde_json::json!({ "error": why }))
        };
        *response.status_mut() = self.status();
        if matches!(self, Wrong::Busy) {
            let headers = response.headers_mut();
            headers.insert(RETRY_AFTER, axum::http::HeaderValue::from_static("2"));
            headers.insert("refresh", axum::http::HeaderValue::from_static("2"));
        }
        response
    }
}

/// A page.
pub(crate) fn html_answer(page: &Markup) -> Response {
    ([(CONTENT_TYPE, "text/html; charset=utf-8")], page.0.clone()).into_response()
}

/// A value for programs, in which nothing can control a terminal that it is printed to.
pub(crate) fn json_answer(value: &impl Serialize) -> Response {
    match serde_json::to_string(value) {
        Ok(json) => ([(CONTENT_TYPE, "application/json")], harmless(&json)).into_response(),
        Err(error) => Wrong::Broken(error.to_string()).answer(true),
    }
}

/// JSON in one line that means the same, without a character that nobody sees: those can only be in
/// its strings.
fn harmless(json: &str) -> String {
    let mut shown = String::with_capacity(json.len() + 1);
    for character in json.chars() {
        if is_harmful(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                shown.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            shown.push(character);
        }
    }
    shown.push('\n');
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_get_is_harmless_and_means_the_same() {
        let hostile = "a\u{1b}[2J\u{202e}\u{e0041}\"\n</script>";
        let json = harmless(&serde_json::to_string(&[hostile]).unwrap());
        assert!(!json.trim_end().contains(is_harmful), "{json}");
        assert_eq!(serde_json::from_str::<[String; 1]>(&json).unwrap(), [hostile]);
    }
}
