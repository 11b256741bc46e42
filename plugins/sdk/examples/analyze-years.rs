//! Finds years.

use docmill_plugin::prelude::*;

struct Years;

impl Plugin for Years {
    fn describe() -> Description {
        Description::new("analyze-years", "0.1.0", "Finds years")
    }
}

impl Analyzer for Years {
    fn kinds() -> Result<Vec<String>, Error> {
        Ok(vec!["year".to_owned()])
    }

    fn analyze(document: Document) -> Result<Vec<Annotation>, Error> {
        let words = document.text.split(|c: char| !c.is_alphanumeric());
        let is_year = |word: &&str| word.len() == 4 && word.bytes().all(|it| it.is_ascii_digit());
        let year = |word: &str| Annotation::at("year", document.span_of(word)).with_value(word);
        Ok(words.filter(is_year).map(year).collect())
    }
}

docmill_plugin::export!(analyzer: Years);
