//! A classifier: sorts documents by how many words they have.

use docmill_plugin::prelude::*;

struct Length;

impl Plugin for Length {
    fn describe() -> Description {
        Description::new("classify-length", "0.1.0", "Sorts documents by their number of words")
            .setting("brief-below", 200, "Documents with fewer words are brief")
            .setting("long-from", 1000, "Documents with at least as many words are long")
    }
}

impl Classifier for Length {
    fn labels() -> Result<Vec<String>, Error> {
        Ok(["brief", "medium", "long"].map(str::to_owned).to_vec())
    }

    fn classify(document: Document) -> Result<Vec<Label>, Error> {
        let brief_below: usize = parsed_setting("brief-below")?;
        let long_from: usize = parsed_setting("long-from")?;
        if long_from < brief_below {
            return Err(Error::misconfigured("long-from", "a long document cannot be brief"));
        }
        let words = document.text.split_whitespace().count();
        let name = match words {
            // No label says more than a wrong one about a document without words.
            0 => return Ok(Vec::new()),
            _ if words < brief_below => "brief",
            _ if words < long_from => "medium",
            _ => "long",
        };
        let mut label = Label::new(name, 1.0);
        label.attributes.push(Attribute::new("word-count", words));
        Ok(vec![label])
    }
}

docmill_plugin::export!(classifier: Length);

#[cfg(test)]
mod tests {
    use docmill_plugin::testing;

    use super::*;

    fn label_of(text: &str) -> Option<String> {
        Length::classify(Document::new(text)).unwrap().pop().map(|label| label.name)
    }

    #[test]
    fn labels_follow_the_number_of_words() {
        testing::use_defaults(&Length::describe());
        testing::set_setting("long-from", "300");
        assert_eq!(label_of(" "), None);
        assert_eq!(label_of("trois petits mots").as_deref(), Some("brief"));
        assert_eq!(label_of(&"mot ".repeat(200)).as_deref(), Some("medium"));
        assert_eq!(label_of(&"mot ".repeat(300)).as_deref(), Some("long"));
    }

    #[test]
    fn limits_that_contradict_each_other_are_the_operators_to_fix() {
        testing::use_defaults(&Length::describe());
        testing::set_setting("long-from", "10");
        assert!(matches!(Length::classify(Document::new("a")), Err(Error::Misconfigured(_))));
    }
}
