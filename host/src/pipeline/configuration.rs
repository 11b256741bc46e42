//! What a step was configured with, as the store keeps it: enough to run the step again without its
//! pipeline.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::capabilities::{Settings, Table};
use crate::model::{Digest, Hasher, LanguageTag};

/// Settings, tables and languages of a step, written as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Configuration {
    /// The value of every setting that the plugin declares.
    settings: BTreeMap<String, String>,
    /// The entries of every table, by the name under which the plugin opens it.
    tables: BTreeMap<String, BTreeMap<String, String>>,
    /// For a translator: original, target.
    pairs: Vec<(String, String)>,
}

/// The parts of a configuration in the form in which a step uses them.
#[derive(Debug)]
pub(super) struct Configured {
    pub(super) settings: Arc<Settings>,
    pub(super) tables: Arc<BTreeMap<String, Arc<Table>>>,
    pub(super) pairs: Vec<(LanguageTag, LanguageTag)>,
}

impl Configured {
    /// What is kept of it.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let own = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        let configuration = Configuration {
            settings: self.settings.iter().map(own).collect(),
            tables: (self.tables.iter())
                .map(|(name, table)| (name.clone(), table.iter().map(own).collect()))
                .collect(),
            pairs: (self.pairs.iter())
                .map(|(original, target)| (original.to_string(), target.to_string()))
                .collect(),
        };
        serde_json::to_vec(&configuration).expect("strings have a form in JSON")
    }

    /// Reads what was kept; `None` if it is something else.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Configured> {
        let Configuration { settings, tables, pairs } = serde_json::from_slice(bytes).ok()?;
        let tag = |tag: String| LanguageTag::new(tag).ok();
        Some(Configured {
            settings: Arc::new(settings.into_iter().collect()),
            tables: Arc::new(
                (tables.into_iter())
                    .map(|(name, entries)| (name, Arc::new(Table::new(entries))))
                    .collect(),
            ),
            pairs: (pairs.into_iter())
                .map(|(original, target)| Some((tag(original)?, tag(target)?)))
                .collect::<Option<_>>()?,
        })
    }

    /// The digest that results depend on.
    pub(super) fn digest(&self) -> Digest {
        let mut hasher = Hasher::new("docmill configuration 1");
        for (key, value) in self.settings.iter() {
            hasher.field(b"setting").field(key.as_bytes()).field(value.as_bytes());
        }
        for (name, table) in self.tables.iter() {
            hasher.field(b"table").field(name.as_bytes()).field(table.digest().as_bytes());
        }
        for (original, target) in &self.pairs {
            hasher
                .field(b"pair")
                .field(original.as_str().as_bytes())
                .field(target.as_str().as_bytes());
        }
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_comes_back_as_it_was_kept() {
        let setting = ("min\n".to_owned(), "\u{1}é".to_owned());
        let table = Table::from_tsv("b\t2\na\\t\t1").unwrap();
        let tag = |tag| LanguageTag::new(tag).unwrap();
        let configured = Configured {
            settings: Arc::new([setting].into_iter().collect()),
            tables: Arc::new([("t".to_owned(), Arc::new(table))].into_iter().collect()),
            pairs: vec![(tag("fr"), tag("pt-BR"))],
        };
        let back = Configured::from_bytes(&configured.to_bytes()).unwrap();
        assert_eq!(back.digest(), configured.digest());
        assert_eq!(back.to_bytes(), configured.to_bytes());
        assert!(Configured::from_bytes(b"{}").is_none());
    }

    #[test]
    fn everything_that_a_step_is_configured_with_counts() {
        let tag = |tag: &str| LanguageTag::new(tag).unwrap();
        let configured =
            |settings: &[(&str, &str)], tables: &[(&str, &str)], pairs: &[(&str, &str)]| {
                let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
                let table = |(name, text): &(&str, &str)| {
                    ((*name).to_owned(), Arc::new(Table::from_tsv(text).unwrap()))
                };
                Configured {
                    settings: Arc::new(settings.iter().map(own).collect()),
                    tables: Arc::new(tables.iter().map(table).collect()),
                    pairs: pairs.iter().map(|(from, to)| (tag(from), tag(to))).collect(),
                }
            };
        let all = [
            configured(&[("a", "1")], &[("t", "k\t1")], &[("fr", "en")]),
            configured(&[("b", "1")], &[("t", "k\t1")], &[("fr", "en")]),
            configured(&[("a", "2")], &[("t", "k\t1")], &[("fr", "en")]),
            configured(&[("a", "1"), ("b", "1")], &[("t", "k\t1")], &[("fr", "en")]),
            configured(&[], &[("t", "k\t1")], &[("fr", "en")]),
            configured(&[("a", "1")], &[("u", "k\t1")], &[("fr", "en")]),
            configured(&[("a", "1")], &[("t", "l\t1")], &[("fr", "en")]),
            configured(&[("a", "1")], &[("t", "k\t2")], &[("fr", "en")]),
            configured(&[("a", "1")], &[], &[("fr", "en")]),
            configured(&[("a", "1")], &[("t", "k\t1")], &[("vi", "en")]),
            configured(&[("a", "1")], &[("t", "k\t1")], &[("fr", "vi")]),
            configured(&[("a", "1")], &[("t", "k\t1")], &[("fr", "en"), ("fr", "vi")]),
            configured(&[("a", "1")], &[("t", "k\t1")], &[("fr", "vi"), ("fr", "en")]),
            configured(&[("a", "1")], &[("t", "k\t1")], &[]),
            // Where one part ends and the next begins counts as well.
            configured(&[("ab", "c")], &[], &[]),
            configured(&[("a", "bc")], &[], &[]),
        ];
        // Whoever adds a part is pointed here.
        let Configured { settings: _, tables: _, pairs: _ } = &all[0];
        let digests: std::collections::BTreeSet<Digest> =
            all.iter().map(Configured::digest).collect();
        assert_eq!(digests.len(), all.len());
        let kept: std::collections::BTreeSet<Vec<u8>> =
            all.iter().map(Configured::to_bytes).collect();
        assert_eq!(kept.len(), all.len());
    }
}
