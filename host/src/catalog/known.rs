//! What plugins said of themselves and declared, in the form in which it is kept: in the cache, and
//! beside what is shipped.
//!
//! A plugin is hermetic, so what it says depends on its component, its settings and tables, what it
//! may use, and the host that checks it. All of these are part of the name under which something is
//! kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::inspect::{Import, provider};
use crate::abi::{Declaration, Description, Setting, TableUse};
use crate::capabilities::{Settings, Table};
use crate::model::{
    Attribute, ContractVersion, Digest, Hasher, LanguageTag, Limits, MediaType, PluginName, Role,
};

/// This host: its version, and a digest of its sources, which change more often while it is worked
/// on.
pub(super) const BUILD: &str = env!("DOCMILL_BUILD");

/// What is known of a plugin without its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) size: u64,
    pub(super) role: Role,
    pub(super) contract: ContractVersion,
    pub(super) imports: Vec<Import>,
    pub(super) description: Description,
}

/// Everything that a declaration depends on besides this host.
pub(super) fn declaration_key(
    component: Digest,
    limits: &Limits,
    settings: &Settings,
    tables: &BTreeMap<String, Arc<Table>>,
) -> Digest {
    let mut hasher = Hasher::new("docmill declaration 1");
    hasher.field(component.as_bytes());
    // However long a plugin may take and however much it may log, it declares the same.
    for limit in [limits.memory, limits.output] {
        hasher.field(&limit.as_u64().to_le_bytes());
    }
    for (key, value) in settings.iter() {
        hasher.field(b"setting").field(key.as_bytes()).field(value.as_bytes());
    }
    for (name, table) in tables {
        hasher.field(b"table").field(name.as_bytes()).field(table.digest().as_bytes());
    }
    hasher.finish()
}

/// See [`Known`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KnownForm {
    role: String,
    contract: (u16, u16),
    /// Of the component, in bytes.
    size: u64,
    imports: Vec<String>,
    name: String,
    version: String,
    summary: String,
    settings: Vec<SettingForm>,
    tables: Vec<TableForm>,
    reads: Vec<String>,
    attributes: Vec<(String, String)>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingForm {
    key: String,
    summary: String,
    default: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableForm {
    name: String,
    summary: String,
    required: bool,
}

impl KnownForm {
    pub(super) fn of(known: &Known) -> KnownForm {
        let Description { name, version, summary, settings, tables, reads, attributes } =
            &known.description;
        let setting = |it: &Setting| SettingForm {
            key: it.key.clone(),
            summary: it.summary.clone(),
            default: it.default_value.clone(),
        };
        let table = |it: &TableUse| TableForm {
            name: it.name.clone(),
            summary: it.summary.clone(),
            required: it.required,
        };
        KnownForm {
            role: known.role.to_string(),
            contract: (known.contract.major, known.contract.minor),
            size: known.size,
            imports: known.imports.iter().map(|import| import.name.clone()).collect(),
            name: name.to_string(),
            version: version.clone(),
            summary: summary.clone(),
            settings: settings.iter().map(setting).collect(),
            tables: tables.iter().map(table).collect(),
            reads: reads.iter().map(ToString::to_string).collect(),
            attributes: (attributes.iter()).map(|it| (it.name.clone(), it.value.clone())).collect(),
        }
    }

    /// `None` if it names what this host does not know.
    pub(super) fn known(self) -> Option<Known> {
        let setting = |it: SettingForm| Setting {
            key: it.key,
            summary: it.summary,
            default_value: it.default,
        };
        let table =
            |it: TableForm| TableUse { name: it.name, summary: it.summary, required: it.required };
        let (major, minor) = self.contract;
        Some(Known {
            size: self.size,
            role: Role::ALL.into_iter().find(|role| role.as_str() == self.role)?,
            contract: ContractVersion { major, minor },
            imports: (self.imports.into_iter())
                .map(|name| Import { provider: provider(&name), name })
                .collect(),
            description: Description {
                name: PluginName::new(self.name).ok()?,
                version: self.version,
                summary: self.summary,
                settings: self.settings.into_iter().map(setting).collect(),
                tables: self.tables.into_iter().map(table).collect(),
                reads: (self.reads.into_iter())
                    .map(|name| PluginName::new(name).ok())
                    .collect::<Option<_>>()?,
                attributes: (self.attributes.into_iter())
                    .map(|(name, value)| Attribute { name, value })
                    .collect(),
            },
        })
    }
}

/// See [`Declaration`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum DeclarationForm {
    Accepts(Vec<String>),
    Pairs(Vec<(String, String)>),
    Labels(Vec<String>),
    Kinds(Vec<String>),
}

impl DeclarationForm {
    pub(super) fn of(declaration: &Declaration) -> DeclarationForm {
        match declaration {
            Declaration::Accepts(types) => {
                DeclarationForm::Accepts(types.iter().map(ToString::to_string).collect())
            }
            Declaration::Pairs(pairs) => DeclarationForm::Pairs(
                pairs.iter().map(|(from, to)| (from.to_string(), to.to_string())).collect(),
            ),
            Declaration::Labels(labels) => {
                DeclarationForm::Labels(labels.iter().cloned().collect())
            }
            Declaration::Kinds(kinds) => DeclarationForm::Kinds(kinds.iter().cloned().collect()),
        }
    }

    /// `None` if it holds a name that is none.
    pub(super) fn declaration(self) -> Option<Declaration> {
        let tag = |tag: String| LanguageTag::new(tag).ok();
        Some(match self {
            DeclarationForm::Accepts(types) => Declaration::Accepts(
                types.into_iter().map(|it| MediaType::new(it).ok()).collect::<Option<_>>()?,
            ),
            DeclarationForm::Pairs(pairs) => Declaration::Pairs(
                (pairs.into_iter())
                    .map(|(from, to)| Some((tag(from)?, tag(to)?)))
                    .collect::<Option<_>>()?,
            ),
            DeclarationForm::Labels(labels) => Declaration::Labels(labels.into_iter().collect()),
            DeclarationForm::Kinds(kinds) => Declaration::Kinds(kinds.into_iter().collect()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ByteSize;

    #[test]
    fn what_is_known_comes_back_as_it_was_kept() {
        let name = |name: &str| PluginName::new(name).unwrap();
        let known = Known {
            size: 7,
            role: Role::Classifier,
            contract: ContractVersion { major: 0, minor: 1 },
            imports: ["docmill:plugin/log@0.1.0", "wasi:sockets/tcp@0.2.0"]
                .map(|name| Import { provider: provider(name), name: name.to_owned() })
                .to_vec(),
            description: Description {
                name: name("a-b"),
                version: "1\n".to_owned(),
                summary: "é".to_owned(),
                settings: vec![
                    Setting { key: "a".into(), summary: "b".into(), default_value: None },
                    Setting {
                        key: "c".into(),
                        summary: "d".into(),
                        default_value: Some("e".into()),
                    },
                ],
                tables: vec![TableUse { name: "a".into(), summary: "b".into(), required: true }],
                reads: vec![name("c")],
                attributes: vec![Attribute { name: "license".into(), value: "MIT".into() }],
            },
        };
        let bytes = serde_json::to_vec(&KnownForm::of(&known)).unwrap();
        let back: KnownForm = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(back.known(), Some(known));
    }

    #[test]
    fn declarations_come_back_as_they_were_kept_and_only_if_they_are_some() {
        let tag = |tag| LanguageTag::new(tag).unwrap();
        let names = || ["b".to_owned(), "a".to_owned()].into_iter().collect();
        for declaration in [
            Declaration::Accepts(vec![MediaType::new("text/plain").unwrap()]),
            Declaration::Pairs(vec![(tag("fr"), tag("pt-BR"))]),
            Declaration::Labels(names()),
            Declaration::Kinds(names()),
        ] {
            let bytes = serde_json::to_vec(&DeclarationForm::of(&declaration)).unwrap();
            let back: DeclarationForm = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(back.declaration(), Some(declaration));
        }
        assert_eq!(DeclarationForm::Accepts(vec!["text".into()]).declaration(), None);
        assert_eq!(DeclarationForm::Pairs(vec![("fr".into(), "?".into())]).declaration(), None);
    }

    #[test]
    fn a_declaration_depends_on_everything_that_a_plugin_is_given() {
        let table = |text| [("t".to_owned(), Arc::new(Table::from_tsv(text).unwrap()))].into();
        let settings = |value: &str| [("s".to_owned(), value.to_owned())].into_iter().collect();
        let limits = Limits::default();
        let key = declaration_key(Digest::of(b"a"), &limits, &settings("1"), &table("a\tb"));
        for other in [
            declaration_key(Digest::of(b"b"), &limits, &settings("1"), &table("a\tb")),
            declaration_key(Digest::of(b"a"), &limits, &settings("2"), &table("a\tb")),
            declaration_key(Digest::of(b"a"), &limits, &settings("1"), &table("a\tc")),
            declaration_key(Digest::of(b"a"), &limits, &settings("1"), &BTreeMap::new()),
            declaration_key(
                Digest::of(b"a"),
                &Limits { memory: ByteSize::b(1), ..limits },
                &settings("1"),
                &table("a\tb"),
            ),
        ] {
            assert_ne!(other, key);
        }
    }
}
