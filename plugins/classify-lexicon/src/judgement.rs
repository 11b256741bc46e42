//! How the table judges one document: what its terms are worth, and what speaks against a label.

use std::collections::{BTreeMap, BTreeSet};

use docmill_folding::words;
use docmill_plugin::{Attribute, Problem};

use crate::evidence::one_line;
use crate::features::{Features, NAMES, ONE, Setting, Trusted, mass};
use crate::mentions::{Found, Mention};
use crate::model::{Lexicon, Model, Trust, parse_trusts, trust_key};
use crate::zones::Reading;

/// The trust below which a term is told to be ambiguous, in thousandths.
const AMBIGUOUS: i64 = 250;
/// So many terms are told of each thing that speaks against a label.
const MOST_NAMED: usize = 3;
/// The trust per thousand words below which a label is told to be mentioned rarely, in thousandths.
const RARE: i64 = 2 * ONE;
/// The weights per hundred words from which what shows another kind of text is told, in
/// thousandths: in a long text it is an aside.
const ASIDE: i64 = ONE / 2;

/// A label that some mention speaks for.
#[derive(Debug, Clone)]
pub struct Scored {
    /// The label, as an index into those declared.
    pub label: usize,
    /// Its points, in hundredths.
    pub points: u64,
    /// Its confidence, in hundredths.
    pub confidence: u32,
    /// What it was judged by; all zero for a table without a model.
    pub features: Features,
}

/// The model of a table, and how far the terms found in a document are trusted.
#[derive(Debug, Clone, Default)]
pub struct Judgement {
    model: Option<Model>,
    trust: Trust,
    /// By key and label.
    of_terms: BTreeMap<(usize, usize), i64>,
}

impl Judgement {
    /// Reads what a table says of the terms that were found. `model` and `trust` are the values of
    /// the rows of these names.
    ///
    /// # Errors
    ///
    /// A [`Problem`] if a row cannot be understood.
    pub fn read(
        lexicon: &impl Lexicon,
        [model, trust]: [Option<&str>; 2],
        found: &Found,
        labels: &[&str],
    ) -> Result<Judgement, Problem> {
        let model = model.map(Model::parse).transpose()?;
        let trust = trust.map(Trust::parse).transpose()?;
        let mut of_terms = BTreeMap::new();
        // Without the row `@trust` no term has one of its own.
        if trust.is_some() {
            let found_keys: BTreeSet<usize> = found.terms.iter().map(|it| it.key).collect();
            let keys: Vec<String> =
                found_keys.iter().map(|it| trust_key(&found.keys[*it])).collect();
            let values = lexicon.get_many(&keys);
            for ((key, name), value) in found_keys.iter().zip(&keys).zip(values) {
                let Some(value) = value else { continue };
                let trusts = parse_trusts(name, &value, labels)?;
                of_terms.extend(trusts.into_iter().map(|(label, trust)| ((*key, label), trust)));
            }
        }
        Ok(Judgement { model, trust: trust.unwrap_or_default(), of_terms })
    }

    /// The model, if the table has one.
    pub fn model(&self) -> Option<&Model> {
        self.model.as_ref()
    }

    fn trust(&self, mention: &Mention) -> i64 {
        let of_term = self.of_terms.get(&(mention.key, mention.label)).copied();
        of_term.unwrap_or_else(|| self.trust.of_weight(mention.weight))
    }

    /// All mentions with what their terms are worth; their places are only counted if they are
    /// `measured`.
    pub fn trusted<'a>(
        &self,
        reading: &Reading<'_>,
        found: &'a Found,
        measured: bool,
    ) -> Vec<Trusted<'a>> {
        let mut starts =
            words(&reading.text).map(|it| it.start).take_while(|_| measured).peekable();
        let mut place = 0;
        let of = |mention: &'a Mention| {
            // Mentions come in order, as words do.
            while starts.next_if(|start| *start < mention.span.start).is_some() {
                place += 1;
            }
            Trusted { mention, trust: self.trust(mention), place }
        };
        found.terms.iter().map(of).collect()
    }

    /// What `docmill taxonomy fit` reads: the features of a label, and its terms with their
    /// weights.
    pub fn told(
        &self,
        features: &Features,
        own: &[Trusted<'_>],
        found: &Found,
    ) -> impl Iterator<Item = Attribute> {
        let features: Vec<String> =
            NAMES.iter().zip(features).map(|(name, it)| format!("{name}={it}")).collect();
        let terms: BTreeSet<(&str, u32)> = (own.iter().filter(|it| !it.mention.alias))
            .map(|it| (found.keys[it.mention.key].as_str(), it.mention.weight))
            .collect();
        let term = |(key, weight)| Attribute::new("term", format!("{weight} {key}"));
        let terms: Vec<Attribute> = terms.into_iter().map(term).collect();
        [Attribute::new("features", features.join(" "))].into_iter().chain(terms)
    }
}

/// What speaks against labels that were given nonetheless.
#[derive(Debug, Clone, Copy)]
pub struct Against<'a> {
    /// What all labels share.
    pub setting: Setting,
    /// What the table knows in the document.
    pub found: &'a Found,
    /// All labels that some mention speaks for, the surest first.
    pub scored: &'a [Scored],
    /// All mentions.
    pub trusted: &'a [Trusted<'a>],
    /// The names of the labels.
    pub labels: &'a [&'a str],
    /// How many of the labels are sure enough.
    pub given: usize,
}

impl Against<'_> {
    /// The attribute `against`, if anything does: `ambiguous: storage, backup; rarely mentioned;
    /// more on: blockchain`.
    pub fn told(&self, reading: &Reading<'_>, scored: &Scored) -> Option<Attribute> {
        let own = self.trusted.iter().filter(|it| it.mention.label == scored.label).copied();
        let own: Vec<Trusted<'_>> = own.collect();
        let mut told = Vec::new();
        let named = |what: &str, mentions: &mut dyn Iterator<Item = &Mention>| {
            let mut seen = BTreeSet::new();
            let named: Vec<String> = (mentions.filter(|it| seen.insert(it.key)).take(MOST_NAMED))
                .map(|it| one_line(&reading.text[it.span.clone()]))
                .collect();
            (!named.is_empty()).then(|| format!("{what}: {}", named.join(", ")))
        };
        let doubtful = own.iter().filter(|it| it.trust < AMBIGUOUS).map(|it| it.mention);
        told.extend(named("ambiguous", &mut { doubtful }));
        let words = i64::try_from(self.setting.words).unwrap_or(i64::MAX).max(1);
        if self.setting.against.saturating_mul(100 * ONE) / words >= ASIDE {
            told.extend(named("another kind of text", &mut self.found.against.iter()));
        }
        if mass(&own).saturating_mul(ONE) / words < RARE {
            told.push("rarely mentioned".to_owned());
        }
        let more: Vec<&str> = (self.scored[..self.given].iter())
            .filter(|it| it.confidence > scored.confidence)
            .map(|it| self.labels[it.label])
            .collect();
        if !more.is_empty() {
            told.push(format!("more on: {}", more.join(", ")));
        }
        (!told.is_empty()).then(|| Attribute::new("against", told.join("; ")))
    }
}
