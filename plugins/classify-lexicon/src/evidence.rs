//! The passages that speak for a label, and their names in other languages for who does not read
//! the document.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use docmill_folding::{Folded, Form};
use docmill_plugin::{Attribute, Document, Label, Problem};

use crate::Options;
use crate::features::Trusted;
use crate::zones::Reading;

/// So many of the passages that decided are named in words.
const NAMED: usize = 5;

/// A label with the passages that speak for it. Where there are too many, the strongest are kept;
/// the attribute `strongest` names the best of them, each once, in the order of what they say.
pub fn label(
    reading: &Reading<'_>,
    name: String,
    confidence: u32,
    rank: &str,
    mentions: &[Trusted<'_>],
    options: &Options,
) -> Label {
    let mut strongest: Vec<&Trusted<'_>> = mentions.iter().collect();
    let strength = |it: &Trusted<'_>| {
        let weight = it.trust.max(1) * i64::from(it.mention.weight);
        weight * reading.zone(it.mention.span.start).factor() as i64
    };
    strongest.sort_by_key(|it| Reverse(strength(it)));
    let mut named: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    for it in &strongest {
        if named.len() < NAMED && seen.insert(it.mention.key) {
            named.push(one_line(&reading.text[it.mention.span.clone()]));
        }
    }
    let mut evidence: Vec<_> =
        strongest.iter().filter_map(|it| reading.span(&it.mention.span)).collect();
    evidence.truncate(options.max_evidence);
    evidence.sort_by_key(|it| it.start);
    Label {
        name,
        confidence: confidence as f32 / 100.0,
        evidence,
        attributes: vec![
            Attribute::new("rank", rank),
            Attribute::new("strongest", named.join("; ")),
        ],
    }
}

/// Adds to each label an attribute `evidence-<language>` for every language that the glossary leads
/// to from that of the document: `terres rares = rare earth; aimants = magnet`, in the order of the
/// evidence, without what the glossary does not know.
///
/// `pairs` is the value of the glossary's row `@pairs`, and `get` returns the values of keys as
/// `Table::get_many` does.
///
/// # Errors
///
/// A [`Problem`] if a row that the evidence needs cannot be understood.
pub fn name_in_other_languages(
    document: &Document,
    labels: &mut [Label],
    pairs: &str,
    get: impl Fn(&[String]) -> Vec<Option<String>>,
) -> Result<(), Problem> {
    let Some(language) = document.language.as_deref() else { return Ok(()) };
    let primary = language.split(['-', '_']).next().unwrap_or_default();
    let mut targets: Vec<String> = docmill_glossary::pairs(pairs)
        .into_iter()
        .filter(|pair| pair.original == primary)
        .map(|pair| pair.target)
        .collect();
    targets.dedup();
    if targets.is_empty() {
        return Ok(());
    }
    let passages = |label: &Label| -> Vec<String> {
        label.evidence.iter().filter_map(|it| document.text.get(it.range())).map(one_line).collect()
    };
    let rows = rows(labels.iter().flat_map(passages), get);
    for label in labels {
        let passages = passages(label);
        for target in &targets {
            let mut seen = BTreeSet::new();
            let mut named: Vec<String> = Vec::new();
            for passage in &passages {
                let row = rows.get(passage).filter(|(key, _)| seen.insert(key));
                let Some((key, value)) = row else { continue };
                let entry = docmill_glossary::parse(key, value, target)?;
                let Some(entry) = entry.filter(|it| !it.singular.is_empty()) else { continue };
                named.push(format!("{passage} = {}", entry.singular));
            }
            if !named.is_empty() {
                let name = format!("evidence-{target}");
                label.attributes.push(Attribute::new(&name, named.join("; ")));
            }
        }
    }
    Ok(())
}

/// The rows of the glossary for some passages, asked for in one call: as they are written, else
/// folded.
fn rows(
    passages: impl Iterator<Item = String>,
    get: impl Fn(&[String]) -> Vec<Option<String>>,
) -> BTreeMap<String, (String, String)> {
    let keys: BTreeMap<String, String> = passages
        .map(|it| {
            let folded = Folded::new(&it, Form::Plain).text().to_owned();
            (it, folded)
        })
        .collect();
    let asked: Vec<String> =
        keys.iter().flat_map(|(it, folded)| [it.clone(), folded.clone()]).collect();
    let values = get(&asked);
    let found = |pair: (&[String], &[Option<String>])| match pair {
        ([written, _], [Some(value), _]) => Some((written.clone(), value.clone())),
        ([_, folded], [None, Some(value)]) => Some((folded.clone(), value.clone())),
        _ => None,
    };
    let answers = asked.chunks(2).zip(values.chunks(2)).map(found);
    keys.keys().cloned().zip(answers).filter_map(|(passage, row)| Some((passage, row?))).collect()
}

/// A passage without its line breaks.
pub fn one_line(passage: &str) -> String {
    passage.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: [(&str, &str); 3] = [
        ("terre rare", "en=rare earth|rare earths;vi=đất hiếm"),
        ("IA", "en=AI"),
        ("l'", "en=;vi="),
    ];

    fn named(language: &str) -> Vec<(String, String)> {
        let mut document = Document::new("Terres\nrares, l'IA, terres rares, puces");
        document.language = Some(language.to_owned());
        let spans = [0..12, 16..18, 20..32, 34..39];
        let text = &document.text;
        assert_eq!(&text[spans[1].clone()], "IA");
        let label = Label {
            name: "a".to_owned(),
            confidence: 1.0,
            evidence: spans.into_iter().map(Into::into).collect(),
            attributes: Vec::new(),
        };
        let mut labels = [label];
        let get = |keys: &[String]| -> Vec<Option<String>> {
            let value = |key: &String| TABLE.iter().find(|row| row.0 == key);
            keys.iter().map(|key| value(key).map(|row| row.1.to_owned())).collect()
        };
        name_in_other_languages(&document, &mut labels, "fr>en fr>vi", get).expect("usable");
        let [label] = labels;
        label.attributes.into_iter().map(|it| (it.name, it.value)).collect()
    }

    #[test]
    fn evidence_is_named_once_in_each_language() {
        let expected = [
            ("evidence-en".to_owned(), "Terres rares = rare earth; IA = AI".to_owned()),
            ("evidence-vi".to_owned(), "Terres rares = đất hiếm".to_owned()),
        ];
        assert_eq!(named("fr-FR"), expected);
    }

    #[test]
    fn a_glossary_of_another_language_says_nothing() {
        assert_eq!(named("en"), []);
    }
}
