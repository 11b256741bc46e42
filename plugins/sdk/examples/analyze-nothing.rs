//! The smallest plugin: an analyzer that finds nothing. What it costs is what any plugin costs.

use docmill_plugin::prelude::*;

struct AnalyzeNothing;

impl Plugin for AnalyzeNothing {
    fn describe() -> Description {
        Description::new("analyze-nothing", "0.1.0", "Finds nothing")
    }
}

impl Analyzer for AnalyzeNothing {
    fn kinds() -> Result<Vec<String>, Error> {
        Ok(Vec::new())
    }

    fn analyze(_: Document) -> Result<Vec<Annotation>, Error> {
        Ok(Vec::new())
    }
}

docmill_plugin::export!(analyzer: AnalyzeNothing);
