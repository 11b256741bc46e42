//! Tells short documents from long ones, and those that are on the topic of a table.

use docmill_plugin::prelude::*;

struct @TYPE@;

impl Plugin for @TYPE@ {
    fn describe() -> Description {
        Description::new("@NAME@", "0.1.0", "Tells short documents from long ones, and those on a topic")
            .setting("long-from", 100, "Documents with at least as many words are long")
            .optional_table("terms", "Words that speak for the topic, and why")
    }
}

impl Classifier for @TYPE@ {
    fn labels() -> Result<Vec<String>, Error> {
        // A value that is no number is refused before the first document, and the operator pointed
        // at the setting.
        parsed_setting::<usize>("long-from")?;
        Ok(["short", "long", "on-topic"].map(str::to_owned).to_vec())
    }

    fn classify(document: Document) -> Result<Vec<Label>, Error> {
        let long_from: usize = parsed_setting("long-from")?;
        let words = document.text.split_whitespace().count();
        let mut labels = Vec::new();
        if words > 0 {
            let mut length = Label::new(if words < long_from { "short" } else { "long" }, 1.0);
            length.attributes.push(Attribute::new("word-count", words));
            labels.push(length);
        }
        let occurrences = Table::open("terms").map_or(Vec::new(), |terms| terms.find(&document.text));
        if !occurrences.is_empty() {
            // The most confident label comes first, and evidence in the order of the text.
            let mut topic = Label::new("on-topic", 0.75);
            topic.evidence = occurrences.into_iter().map(|it| it.span).collect();
            labels.push(topic);
        }
        Ok(labels)
    }
}

docmill_plugin::export!(classifier: @TYPE@);

#[cfg(test)]
mod tests {
    use std::path::Path;

    use docmill_plugin::testing::cases;

    use super::*;

    #[test]
    fn golden_cases_give_what_is_expected() {
        cases::check_classifier::<@TYPE@>(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"));
    }
}
