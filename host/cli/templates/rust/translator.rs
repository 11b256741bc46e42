//! Puts the words of a glossary in the place of others.

use docmill_plugin::Occurrence;
use docmill_plugin::prelude::*;

struct @TYPE@;

impl Plugin for @TYPE@ {
    fn describe() -> Description {
        Description::new("@NAME@", "0.1.0", "Puts the words of a glossary in the place of others")
            .setting("target", "en", "The language of the glossary's words, such as `en`")
            .optional_table("glossary", "Words in French, and what stands for them")
    }
}

impl Translator for @TYPE@ {
    fn pairs() -> Result<Vec<LanguagePair>, Error> {
        let target: String = parsed_setting("target")?;
        if target.is_empty() || !target.chars().all(|c| c.is_ascii_lowercase()) || target.len() > 3 {
            return Err(Error::misconfigured("target", "a language is two or three small letters, such as `en`"));
        }
        Ok(vec![LanguagePair::new("fr", &target)])
    }

    fn translate(segments: Vec<String>, _: LanguagePair) -> Result<Rendering, Error> {
        let glossary = Table::open("glossary");
        // Exactly one segment for each, and an empty one stays empty.
        let render = |segment: &String| match &glossary {
            Some(glossary) => rendered(segment, glossary.find(segment)),
            None => segment.clone(),
        };
        Ok(Rendering { segments: segments.iter().map(render).collect(), attributes: Vec::new() })
    }
}

/// Of words that overlap, the first and longest counts.
fn rendered(segment: &str, occurrences: Vec<Occurrence>) -> String {
    let (mut rendered, mut done) = (String::new(), 0);
    for Occurrence { span, value } in occurrences {
        if span.range().start >= done {
            rendered.push_str(&segment[done..span.range().start]);
            rendered.push_str(&value);
            done = span.range().end;
        }
    }
    rendered + &segment[done..]
}

docmill_plugin::export!(translator: @TYPE@);

#[cfg(test)]
mod tests {
    use std::path::Path;

    use docmill_plugin::testing::cases;

    use super::*;

    #[test]
    fn golden_cases_give_what_is_expected() {
        cases::check_translator::<@TYPE@>(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"));
    }
}
