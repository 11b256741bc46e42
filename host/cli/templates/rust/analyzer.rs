//! Finds years, and terms of a table.

use docmill_plugin::prelude::*;

struct @TYPE@;

impl Plugin for @TYPE@ {
    fn describe() -> Description {
        Description::new("@NAME@", "0.1.0", "Finds years, and terms of a table")
            .setting("first", 1900, "Years before this one are numbers like others")
            .optional_table("terms", "Words to find, and what each stands for")
    }
}

impl Analyzer for @TYPE@ {
    fn kinds() -> Result<Vec<String>, Error> {
        // A value that is no number is refused before the first document, and the operator pointed
        // at the setting.
        parsed_setting::<u32>("first")?;
        Ok(vec!["term".to_owned(), "year".to_owned()])
    }

    fn analyze(document: Document) -> Result<Vec<Annotation>, Error> {
        let first: u32 = parsed_setting("first")?;
        let numbers = document.text.split(|c: char| !c.is_ascii_digit());
        let is_year = |number: &&str| number.len() == 4 && number.parse().is_ok_and(|it: u32| it >= first);
        let years = numbers.filter(is_year).map(|it| Annotation::at("year", document.span_of(it)).with_value(it));
        let mut found: Vec<Annotation> = years.collect();
        if let Some(terms) = Table::open("terms") {
            let terms = terms.find(&document.text).into_iter();
            found.extend(terms.map(|it| Annotation::at("term", it.span).with_value(it.value)));
        }
        // The contract wants them in the order of the text.
        found.sort_by_key(|it| it.span.map(|span| (span.start, span.end)));
        Ok(found)
    }
}

docmill_plugin::export!(analyzer: @TYPE@);

#[cfg(test)]
mod tests {
    use std::path::Path;

    use docmill_plugin::testing::cases;

    use super::*;

    #[test]
    fn golden_cases_give_what_is_expected() {
        cases::check_analyzer::<@TYPE@>(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"));
    }
}
