//! Labels documents by the terms of a taxonomy table, and shows the passages that speak for each
//! label.
//!
//! The plugin knows no subject: what to look for is in the table, whose format the README
//! describes. Everything between the host's two ends is a public function of plain values, so that
//! tests and benches call it without a sandbox: [`classify`] reads a document ([`zones`]), collects
//! what the table knows in it ([`mentions`], [`rows`]) and weighs it ([`score`], and where the
//! table is fitted [`features`], [`model`] and [`judgement`]).

pub mod check;
pub mod derive;
pub mod evidence;
pub mod features;
pub mod judgement;
pub mod mentions;
pub mod model;
pub mod rows;
pub mod score;
pub mod zones;

use docmill_plugin::prelude::*;
use docmill_plugin::{Problem, export};

use crate::judgement::Judgement;
use crate::model::{Lexicon, MODEL_KEY, TRUST_KEY};

/// The name under which the operator grants the table.
pub const TABLE: &str = "taxonomy";

/// The name under which the operator may grant a glossary.
pub const GLOSSARY: &str = "glossary";

/// The reserved key whose value names all labels.
pub const LABELS_KEY: &str = "@labels";

/// The reserved key whose value names the products of labels: labels of a second level.
pub const PRODUCTS_KEY: &str = "@products";

/// So many problems of a table are told at once.
const MOST_PROBLEMS: usize = 20;

/// The plugin.
#[derive(Debug)]
pub struct ClassifyLexicon;

impl Plugin for ClassifyLexicon {
    fn describe() -> Description {
        let defaults = Options::default();
        Description::new(
            "classify-lexicon",
            env!("CARGO_PKG_VERSION"),
            "Labels documents by the terms of a taxonomy table, with the passages that speak for each label",
        )
        .setting(
            "min-confidence",
            f64::from(defaults.min_confidence) / 100.0,
            "Labels below this confidence, from 0 to 1, are left out",
        )
        .setting(
            "max-evidence",
            defaults.max_evidence,
            "At most this many passages are shown for one label",
        )
        .setting(
            "products",
            defaults.products,
            "Whether products that a text names are labels too, such as `label/product`: `true` or `false`",
        )
        .setting(
            "features",
            defaults.features,
            "Whether all labels are given, with the numbers they are judged by: `docmill taxonomy fit` reads them",
        )
        .required_table(
            TABLE,
            "Terms and the labels they speak for, in the format of the README; `@labels` names all labels",
        )
        .optional_table(
            GLOSSARY,
            "Names of terms in other languages, in the format of translate-glossary: evidence is shown with them",
        )
        .attribute("license", "MIT OR Apache-2.0")
    }
}

impl Classifier for ClassifyLexicon {
    /// Checks the whole table and all settings, so that a mistake is found before the first
    /// document.
    fn labels() -> Result<Vec<String>, Error> {
        let options = Options::from_settings()?;
        let table = Table::open(TABLE)
            .ok_or_else(|| Error::Internal(format!("no table `{TABLE}` was granted")))?;
        let entries: Vec<_> = table.entries().collect();
        let rows: Vec<_> = entries.iter().map(|it| (it.key.as_str(), it.value.as_str())).collect();
        let problems = check::problems(&rows);
        if !problems.is_empty() {
            return Err(Error::misconfigured(TABLE, told(&problems)));
        }
        let products = Some(PRODUCTS_KEY).filter(|_| options.products);
        let declared = [LABELS_KEY].into_iter().chain(products).filter_map(|key| table.get(key));
        let names = |value: String| value.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        Ok(declared.flat_map(names).collect())
    }

    fn classify(document: Document) -> Result<Vec<Label>, Error> {
        let options = Options::from_settings()?;
        let table = Table::open(TABLE)
            .ok_or_else(|| Error::Internal(format!("no table `{TABLE}` was granted")))?;
        // Every other document with this term would fail the same way, so the run should end here.
        let unusable =
            |table| move |problem: Problem| Error::misconfigured(table, problem.to_string());
        let mut labels = classify(&document, &table, &options).map_err(unusable(TABLE))?;
        if let Some(glossary) = Table::open(GLOSSARY).filter(|_| !labels.is_empty()) {
            let pairs = glossary.get("@pairs").unwrap_or_default();
            let get = |keys: &[String]| glossary.get_many(keys);
            evidence::name_in_other_languages(&document, &mut labels, &pairs, get)
                .map_err(unusable(GLOSSARY))?;
        }
        Ok(labels)
    }
}

export!(classifier: ClassifyLexicon);

/// Problems as people read them, in one line: what a plugin says of a setting is shown as a single
/// one.
fn told(problems: &[Problem]) -> String {
    let mut lines: Vec<String> =
        problems.iter().take(MOST_PROBLEMS).map(Problem::to_string).collect();
    if let Some(more) = problems.len().checked_sub(MOST_PROBLEMS).filter(|more| *more > 0) {
        lines.push(format!("and {more} more like these"));
    }
    lines.join("; ")
}

/// What the operator may choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Labels below this confidence are left out, in hundredths.
    pub min_confidence: u32,
    /// How many passages are shown for one label.
    pub max_evidence: usize,
    /// Whether products are labels, too.
    pub products: bool,
    /// Whether all labels are given, with their features.
    pub features: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { min_confidence: 50, max_evidence: 50, products: true, features: false }
    }
}

impl Options {
    fn from_settings() -> Result<Options, Error> {
        let min_confidence: f64 = parsed_setting("min-confidence")?;
        if !(0.0..=1.0).contains(&min_confidence) {
            let reason = format!("`{min_confidence}` is not between 0 and 1");
            return Err(Error::misconfigured("min-confidence", reason));
        }
        // Confidences are whole hundredths, so a finer threshold means the next one up.
        let hundredths = (min_confidence * 100.0 - 1e-9).ceil().max(0.0);
        Ok(Options {
            min_confidence: hundredths as u32,
            max_evidence: parsed_setting("max-evidence")?,
            products: parsed_setting("products")?,
            features: parsed_setting("features")?,
        })
    }
}

/// The labels that apply to `document` by a table, most confident first.
///
/// # Errors
///
/// A [`Problem`] if a row of the table that the document needs cannot be understood.
pub fn classify(
    document: &Document,
    table: &impl Lexicon,
    options: &Options,
) -> Result<Vec<Label>, Problem> {
    let about = table.get_many(&[LABELS_KEY, MODEL_KEY, TRUST_KEY].map(str::to_owned));
    let row = |index: usize| about.get(index).and_then(Option::as_deref);
    let labels = rows::declared_labels(row(0).unwrap_or_default())?;
    let reading = zones::Reading::of(document);
    let find = |text: &str| table.find(text);
    let found = mentions::collect(&reading.text, document.language.as_deref(), &labels, find)?;
    let judgement = Judgement::read(table, [row(1), row(2)], &found, &labels)?;
    Ok(score::weigh(&reading, &found, &labels, &judgement, options))
}
