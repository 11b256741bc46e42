//! The control for texts: hands a text over as it is, without the byte that keeps its source from
//! being empty.
//!
//! verdict: fine

use docmill_plugin::prelude::*;

struct Verbatim;

impl Plugin for Verbatim {
    fn describe() -> Description {
        docmill_adversaries::described(env!("CARGO_CRATE_NAME"))
    }
}

impl Extractor for Verbatim {
    fn accepts() -> Result<Vec<String>, Error> {
        Ok(vec!["text/x-verbatim".to_owned()])
    }

    fn extract(source: Source<'_>) -> Result<Vec<Extracted>, Error> {
        let text = source.read_all().split_off(1);
        let text = String::from_utf8(text).map_err(|cause| Error::malformed(cause.to_string()))?;
        Ok(vec![Document::new(text).into()])
    }
}

docmill_plugin::export!(extractor: Verbatim);
