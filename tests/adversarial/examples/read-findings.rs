//! The control for findings: tells what an earlier plugin found that it declares to read.
//!
//! verdict: fine
//! value: None
//! probes: H-7

use docmill_plugin::prelude::*;

struct Reader;

impl Plugin for Reader {
    fn describe() -> Description {
        docmill_adversaries::described(env!("CARGO_CRATE_NAME")).reads("well-behaved")
    }
}

impl Analyzer for Reader {
    fn kinds() -> Result<Vec<String>, Error> {
        Ok(vec!["finding".to_owned()])
    }

    fn analyze(_: Document) -> Result<Vec<Annotation>, Error> {
        let read = docmill_plugin::findings::annotations("well-behaved");
        let values =
            read.map(|found| found.into_iter().filter_map(|it| it.value).collect::<Vec<_>>());
        Ok(vec![Annotation::of_document("finding").with_value(format!("{values:?}"))])
    }
}

docmill_plugin::export!(analyzer: Reader);
