//! Reads notes: lines of text, of which some are headings.

use docmill_plugin::prelude::*;

struct @TYPE@;

impl Plugin for @TYPE@ {
    fn describe() -> Description {
        Description::new("@NAME@", "0.1.0", "Reads notes: lines of text, of which some are headings")
            .setting("mark", "#", "What a heading begins with")
            .optional_table("titles", "Titles as they are written, and as they should be")
    }
}

impl Extractor for @TYPE@ {
    fn accepts() -> Result<Vec<String>, Error> {
        Ok(vec!["text/x-note".to_owned()])
    }

    fn extract(source: Source<'_>) -> Result<Vec<Extracted>, Error> {
        let mark: String = parsed_setting("mark")?;
        let bytes = source.read_all();
        let content = match str::from_utf8(&bytes) {
            Ok(content) => content,
            Err(error) => {
                return Err(Error::malformed_at("the text is not UTF-8", error.valid_up_to() as u64));
            }
        };
        let mut document = Document::new("");
        for line in content.lines() {
            let heading = line.strip_prefix(&mark).filter(|_| !mark.is_empty()).map(str::trim);
            let start = document.text.len();
            document.text.push_str(heading.unwrap_or(line));
            if let Some(heading) = heading.filter(|it| !it.is_empty()) {
                document.marks.push(Mark::new("heading", start..document.text.len()).with("level", 1));
                if document.attribute("title").is_none() {
                    let titles = Table::open("titles");
                    let title = titles.and_then(|titles| titles.get(heading));
                    let title = title.unwrap_or_else(|| heading.to_owned());
                    document.attributes.push(Attribute::new("title", title));
                }
            }
            document.text.push('\n');
        }
        Ok(if bytes.is_empty() { Vec::new() } else { vec![document.into()] })
    }
}

docmill_plugin::export!(extractor: @TYPE@);

#[cfg(test)]
mod tests {
    use std::path::Path;

    use docmill_plugin::testing::cases;

    use super::*;

    #[test]
    fn golden_cases_give_what_is_expected() {
        cases::check_extractor::<@TYPE@>(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"));
    }
}
