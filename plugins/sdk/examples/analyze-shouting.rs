//! An analyzer: finds words written in capitals, with a setting for how long they must be.

use docmill_plugin::prelude::*;

struct Shouting;

impl Plugin for Shouting {
    fn describe() -> Description {
        Description::new("analyze-shouting", "0.1.0", "Finds words written in capitals").setting(
            "min-length",
            4,
            "How many letters a word must have",
        )
    }
}

impl Analyzer for Shouting {
    fn kinds() -> Result<Vec<String>, Error> {
        // A value that is no number is refused before the first document, and the operator pointed
        // at the setting.
        parsed_setting::<usize>("min-length")?;
        Ok(vec!["shouted-word".to_owned()])
    }

    fn analyze(document: Document) -> Result<Vec<Annotation>, Error> {
        let min_length: usize = parsed_setting("min-length")?;
        let words = document.text.split(|c: char| !c.is_alphabetic());
        let shouted = words.filter(|word| {
            word.chars().count() >= min_length.max(1) && word.chars().all(char::is_uppercase)
        });
        // A slice of the text knows where it lies in it, in UTF-8 bytes as the contract counts.
        Ok(shouted
            .map(|word| {
                Annotation::at("shouted-word", document.span_of(word))
                    .with_value(word.to_lowercase())
            })
            .collect())
    }
}

docmill_plugin::export!(analyzer: Shouting);

#[cfg(test)]
mod tests {
    use docmill_plugin::testing;

    use super::*;

    #[test]
    fn spans_count_bytes_and_not_characters() {
        testing::use_defaults(&Shouting::describe());
        let found = Shouting::analyze(Document::new("été ÉNORME, le VNA dit NON")).unwrap();
        let [found] = &found[..] else { panic!("not one finding: {found:?}") };
        assert_eq!(found.span.map(Span::range), Some(6..13));
        assert_eq!(found.value.as_deref(), Some("énorme"));
    }

    #[test]
    fn a_length_that_is_no_number_is_the_operators_to_fix() {
        testing::set_setting("min-length", "four");
        let error = Shouting::analyze(Document::new("")).unwrap_err();
        assert!(matches!(error, Error::Misconfigured(setting) if setting.key == "min-length"));
    }
}
