//! Renders the terms of a glossary in another language and leaves all other words as they are.
//!
//! An honest stub for a real translation engine: it claims no more than its glossary holds, and the
//! attribute `coverage` says how much that was. The work is done by [`render`], a public function
//! of plain values.

pub mod render;

use std::collections::BTreeMap;

use docmill_plugin::prelude::*;
use docmill_plugin::{Rendering, export};

/// The name under which the operator grants the table.
pub const TABLE: &str = "glossary";

/// The reserved key whose value names the pairs of languages.
pub const PAIRS_KEY: &str = "@pairs";

/// The plugin.
#[derive(Debug)]
pub struct TranslateGlossary;

impl Plugin for TranslateGlossary {
    fn describe() -> Description {
        Description::new(
            "translate-glossary",
            env!("CARGO_PKG_VERSION"),
            "Renders the terms of a glossary in another language and leaves all other words as they are",
        )
        .required_table(
            TABLE,
            "Folded terms and their renderings, such as `en=drone|drones;vi=máy bay không người lái`; `@pairs` names the pairs",
        )
        .attribute("license", "MIT OR Apache-2.0")
    }
}

impl Translator for TranslateGlossary {
    /// Checks the whole table, so that a mistake is found before the first document.
    fn pairs() -> Result<Vec<LanguagePair>, Error> {
        let table = Table::open(TABLE)
            .ok_or_else(|| Error::Internal(format!("no table `{TABLE}` was granted")))?;
        let pairs = docmill_glossary::pairs(&table.get(PAIRS_KEY).unwrap_or_default());
        if pairs.is_empty() {
            let reason =
                format!("the row `{PAIRS_KEY}` should name the pairs, such as `fr>en fr>vi`");
            return Err(Error::misconfigured(TABLE, reason));
        }
        for row in table.entries().filter(|row| row.key != PAIRS_KEY) {
            for pair in &pairs {
                docmill_glossary::parse(&row.key, &row.value, &pair.target)
                    .map_err(|problem| Error::misconfigured(TABLE, problem.to_string()))?;
            }
        }
        Ok(pairs)
    }

    fn translate(segments: Vec<String>, pair: LanguagePair) -> Result<Rendering, Error> {
        let table = Table::open(TABLE)
            .ok_or_else(|| Error::Internal(format!("no table `{TABLE}` was granted")))?;
        let rendered = render::segments(&segments, &pair.target, |text| table.find(text))
            // Every other text with this term would fail the same way, so the run should end here.
            .map_err(|problem| Error::misconfigured(TABLE, problem.to_string()))?;
        let coverage = rendered.coverage();
        Ok(Rendering {
            segments: rendered.segments,
            attributes: vec![Attribute::new("coverage", coverage)],
        })
    }
}

export!(translator: TranslateGlossary);

/// The rows that a rendering met, parsed once each.
type Entries = BTreeMap<String, docmill_glossary::Entry>;
