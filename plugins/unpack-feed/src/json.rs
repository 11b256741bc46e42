//! JSON Feed, versions 1 and 1.1.

use docmill_plugin::{Error, Source, log};
use docmill_xml::rfc_3339;
use serde_json::{Map, Value};

use crate::item::{Content, Item};

/// The largest feed in JSON that is read, in bytes: it is held whole.
const LARGEST: u64 = 16 << 20;

/// Reads all items.
pub fn unpack(source: &Source<'_>) -> Result<(), Error> {
    let none = |why: &str| Error::Unsupported(why.to_owned());
    // What any JSON is read to the end for begins with its version, or has it in sight.
    let start = source.read(0, 64 << 10);
    let has = |mark: &[u8]| start.windows(mark.len()).any(|it| it == mark);
    if !has(b"jsonfeed.org/version") && !has(b"jsonfeed.org\\/version") {
        return Err(none("it has no version of JSON Feed"));
    }
    if source.size() > LARGEST {
        return Err(Error::malformed("it is a JSON Feed of more than 16 MiB"));
    }
    let bytes = source.read_all();
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let feed: Value = serde_json::from_slice(text)
        .map_err(|cause| Error::malformed(format!("it is not JSON: {cause}")))?;
    let version = feed.get("version").and_then(Value::as_str).unwrap_or_default();
    if !version.contains("jsonfeed.org/version") {
        return Err(none("it has no version of JSON Feed"));
    }
    let publisher = feed.get("title").and_then(Value::as_str);
    let items = feed.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut broken = 0;
    for (number, value) in (1_u64..).zip(items) {
        let done = value.as_object().is_some_and(|it| item(it, &feed).emit(number, publisher));
        broken += u64::from(!done);
    }
    if broken > 0 {
        log::info!("{broken} of {} items have no text at all", items.len());
    }
    Ok(())
}

fn item(value: &Map<String, Value>, feed: &Value) -> Item {
    let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let plain = |name: &str| Some(Content { text: text(name)?, is_html: false });
    let names = |of: &dyn Fn(&str) -> Option<Value>| -> Vec<String> {
        let many = of("authors").and_then(|it| it.as_array().cloned()).unwrap_or_default();
        let one = of("author").into_iter();
        let name = |it: Value| it.get("name").and_then(Value::as_str).map(str::to_owned);
        many.into_iter().chain(one).filter_map(name).collect()
    };
    let mut creators = names(&|name| value.get(name).cloned());
    if creators.is_empty() {
        creators = names(&|name| feed.get(name).cloned());
    }
    let html = text("content_html").filter(|it| !it.trim().is_empty());
    let tags = value.get("tags").and_then(Value::as_array).into_iter().flatten();
    Item {
        title: plain("title"),
        content: html.map(|text| Content { text, is_html: true }).or_else(|| plain("content_text")),
        summary: plain("summary"),
        link: text("url").or_else(|| text("external_url")),
        id: match value.get("id") {
            Some(Value::String(id)) => Some(id.clone()),
            Some(Value::Number(id)) => Some(id.to_string()),
            _ => None,
        },
        date: text("date_published").and_then(|it| rfc_3339(&it)),
        modified: text("date_modified").and_then(|it| rfc_3339(&it)),
        creators,
        subjects: tags.filter_map(Value::as_str).map(str::to_owned).collect(),
        language: text("language"),
    }
}
