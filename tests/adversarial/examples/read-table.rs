//! Looks at a table from all sides, and tells whether it is whole.
//!
//! verdict: fine
//! value: whole: true
//! tables: words
//! probes: H-4

use docmill_plugin::prelude::*;

struct Reader;

impl Plugin for Reader {
    fn describe() -> Description {
        docmill_adversaries::described(env!("CARGO_CRATE_NAME"))
            .optional_table("words", "Words and meanings")
    }
}

impl Analyzer for Reader {
    fn kinds() -> Result<Vec<String>, Error> {
        Ok(vec!["finding".to_owned()])
    }

    fn analyze(_: Document) -> Result<Vec<Annotation>, Error> {
        // Without the table there is nothing to tell.
        let Some(table) = Table::open("words") else { return Ok(Vec::new()) };
        let meaning = Some("a meeting".to_owned());
        let keys: Vec<String> = table.entries().map(|entry| entry.key).collect();
        let found: Vec<_> =
            table.find("une réunion").iter().map(|it| (it.span.start, it.span.end)).collect();
        let whole = table.size() == 3
            && keys == ["a", "accord", "réunion"]
            && table.get("réunion") == meaning
            && table.get("Réunion").is_none()
            && table.get_many(&["a", "b", "réunion"].map(str::to_owned))
                == [Some("one letter".to_owned()), None, meaning]
            && found == [(4, 12)];
        Ok(vec![Annotation::of_document("finding").with_value(format!("whole: {whole}"))])
    }
}

docmill_plugin::export!(analyzer: Reader);
