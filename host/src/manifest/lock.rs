//! `docmill.lock`: the digests of the components that a pipeline may run, beside its file.
//!
//! It is closed-world: where there is a lock, a step that it does not name does not run. It is
//! about code, which a pipeline only names. Settings stand in the pipeline itself, and tables are
//! data of the operator: neither is pinned, and both are part of the key of every result.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::model::Digest;

/// What is pinned, by the name of the step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// The pinned components.
    pub pins: BTreeMap<String, Pin>,
}

/// A component that is pinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// What the plugin calls itself, and its version, for people.
    pub plugin: String,
    /// The digest of the component.
    pub digest: Digest,
}

/// Why a text is no lock.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// It is not TOML, or has keys that there are not; the words of the parser.
    #[error("{0}")]
    Syntax(String),
    /// It was written by a later docmill.
    #[error("it is of version {version}, and this docmill reads version {VERSION}")]
    Later {
        /// Its version.
        version: u32,
    },
    /// What pins a step is not a digest.
    #[error("the digest of step `{}` is none", .step.escape_debug())]
    Digest {
        /// The step.
        step: String,
    },
}

/// The version of the format.
const VERSION: u32 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLock {
    version: u32,
    #[serde(default)]
    step: BTreeMap<String, RawPin>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPin {
    plugin: String,
    digest: String,
}

impl Lock {
    /// Where the lock of a pipeline lies: `docmill.lock` beside `docmill.toml`.
    pub fn path_for(pipeline: &Path) -> PathBuf {
        pipeline.with_extension("lock")
    }

    /// Reads a lock.
    ///
    /// # Errors
    ///
    /// If the text is none, or of a later version.
    pub fn parse(text: &str) -> Result<Lock, LockError> {
        let raw: RawLock =
            toml::from_str(text).map_err(|error| LockError::Syntax(error.message().to_owned()))?;
        if raw.version != VERSION {
            return Err(LockError::Later { version: raw.version });
        }
        let pin = |(step, pin): (String, RawPin)| {
            let digest = pin.digest.strip_prefix("sha256:").and_then(|digest| digest.parse().ok());
            let digest = digest.ok_or_else(|| LockError::Digest { step: step.clone() })?;
            Ok((step, Pin { plugin: pin.plugin, digest }))
        };
        Ok(Lock { pins: raw.step.into_iter().map(pin).collect::<Result<_, _>>()? })
    }

    /// The components that may run.
    pub fn digests(&self) -> BTreeSet<Digest> {
        self.pins.values().map(|pin| pin.digest).collect()
    }

    /// The lock as a text, in the same order every time.
    pub fn text(&self) -> String {
        let mut text = "\
# Which components the pipeline may run. Written by `docmill plugin`; keep it under version control.
version = 1
"
        .to_owned();
        for (step, Pin { plugin, digest }) in &self.pins {
            let plugin = toml::Value::String(plugin.clone());
            // Writing to a string does not fail. The name of a step is a bare key.
            let _ =
                write!(text, "\n[step.{step}]\nplugin = {plugin}\ndigest = \"sha256:{digest}\"\n");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_survives_its_text() {
        let pin = Pin { plugin: "a \"1\" 0.1.0".to_owned(), digest: Digest::of(b"a") };
        let lock = Lock { pins: [("column-1".to_owned(), pin)].into() };
        assert_eq!(Lock::parse(&lock.text()), Ok(lock));
        assert_eq!(Lock::parse("version = 2"), Err(LockError::Later { version: 2 }));
        let no_digest = Lock::parse("version = 1\n[step.a]\nplugin = 'a'\ndigest = 'a'");
        assert_eq!(no_digest, Err(LockError::Digest { step: "a".to_owned() }));
        assert!(matches!(Lock::parse("version"), Err(LockError::Syntax(_))));
    }
}
