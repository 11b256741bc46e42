//! What hostile plugins have in common, so that each file holds only what is hostile about it.
//!
//! One plugin per file in `examples/`. Lines in its header say what has to become of it, and the
//! runner in `tests/adversarial.rs` holds the host to that:
//!
//! - `//! verdict:` is `fine`, the class of the failure it causes (`deadline`, `memory`, `trapped`,
//!   `output`, …), or `rejected` if no pipeline with it may be assembled, or `ends-the-run`;
//! - `//! because:` is a part of what the operator is told;
//! - `//! value:` is what a plugin that is `fine` must find, if that matters;
//! - `//! tables:` names a table that the runner grants it, which holds `words.tsv`;
//! - `//! breaks:` is the clause of the contract that it breaks, and the only one that
//!   `docmill plugin check` may report;
//! - `//! probes:` is a clause that binds the host, and that the plugin is a witness to.

pub use docmill_plugin;
use docmill_plugin::Description;

/// Describes an adversary that is called like its file.
pub fn described(crate_name: &str) -> Description {
    Description::new(crate_name.replace('_', "-"), "0.1.0", "Does what no plugin should do")
}

/// Exports an analyzer of one kind of annotation, `finding`, that does this to a document.
#[macro_export]
macro_rules! analyzer {
    ($analyze:expr) => {
        struct Adversary;

        impl docmill_plugin::Plugin for Adversary {
            fn describe() -> docmill_plugin::Description {
                $crate::described(env!("CARGO_CRATE_NAME"))
            }
        }

        impl docmill_plugin::Analyzer for Adversary {
            fn kinds() -> Result<Vec<String>, docmill_plugin::Error> {
                Ok(vec!["finding".to_owned()])
            }

            fn analyze(
                document: docmill_plugin::Document,
            ) -> Result<Vec<docmill_plugin::Annotation>, docmill_plugin::Error> {
                let analyze: fn(
                    docmill_plugin::Document,
                ) -> Result<
                    Vec<docmill_plugin::Annotation>,
                    docmill_plugin::Error,
                > = $analyze;
                analyze(document)
            }
        }

        docmill_plugin::export!(analyzer: Adversary);
    };
}

/// Exports a classifier of the labels `one` and `two` that gives these to a document.
#[macro_export]
macro_rules! classifier {
    ($classify:expr) => {
        struct Adversary;

        impl docmill_plugin::Plugin for Adversary {
            fn describe() -> docmill_plugin::Description {
                $crate::described(env!("CARGO_CRATE_NAME"))
            }
        }

        impl docmill_plugin::Classifier for Adversary {
            fn labels() -> Result<Vec<String>, docmill_plugin::Error> {
                Ok(vec!["one".to_owned(), "two".to_owned()])
            }

            fn classify(
                document: docmill_plugin::Document,
            ) -> Result<Vec<docmill_plugin::Label>, docmill_plugin::Error> {
                let classify: fn(
                    docmill_plugin::Document,
                ) -> Result<
                    Vec<docmill_plugin::Label>,
                    docmill_plugin::Error,
                > = $classify;
                classify(document)
            }
        }

        docmill_plugin::export!(classifier: Adversary);
    };
}

/// Exports a translator from French to English that does this to segments.
#[macro_export]
macro_rules! translator {
    ($translate:expr) => {
        struct Adversary;

        impl docmill_plugin::Plugin for Adversary {
            fn describe() -> docmill_plugin::Description {
                $crate::described(env!("CARGO_CRATE_NAME"))
            }
        }

        impl docmill_plugin::Translator for Adversary {
            fn pairs() -> Result<Vec<docmill_plugin::LanguagePair>, docmill_plugin::Error> {
                Ok(vec![docmill_plugin::LanguagePair::new("fr", "en")])
            }

            fn translate(
                segments: Vec<String>,
                _: docmill_plugin::LanguagePair,
            ) -> Result<docmill_plugin::Rendering, docmill_plugin::Error> {
                let translate: fn(Vec<String>) -> Vec<String> = $translate;
                Ok(docmill_plugin::Rendering {
                    segments: translate(segments),
                    attributes: Vec::new(),
                })
            }
        }

        docmill_plugin::export!(translator: Adversary);
    };
}

/// Exports an extractor of plain text that does this to a source.
#[macro_export]
macro_rules! extractor {
    ($extract:expr) => {
        struct Adversary;

        impl docmill_plugin::Plugin for Adversary {
            fn describe() -> docmill_plugin::Description {
                $crate::described(env!("CARGO_CRATE_NAME"))
            }
        }

        impl docmill_plugin::Extractor for Adversary {
            fn accepts() -> Result<Vec<String>, docmill_plugin::Error> {
                Ok(vec!["text/plain".to_owned()])
            }

            fn extract(
                source: docmill_plugin::Source<'_>,
            ) -> Result<Vec<docmill_plugin::Extracted>, docmill_plugin::Error> {
                let extract: fn(
                    docmill_plugin::Source<'_>,
                ) -> Result<
                    Vec<docmill_plugin::Extracted>,
                    docmill_plugin::Error,
                > = $extract;
                extract(source)
            }
        }

        docmill_plugin::export!(extractor: Adversary);
    };
}

/// Exports an unpacker of plain text that does this to a container.
#[macro_export]
macro_rules! unpacker {
    ($unpack:expr) => {
        struct Adversary;

        impl docmill_plugin::Plugin for Adversary {
            fn describe() -> docmill_plugin::Description {
                $crate::described(env!("CARGO_CRATE_NAME"))
            }
        }

        impl docmill_plugin::Unpacker for Adversary {
            fn accepts() -> Result<Vec<String>, docmill_plugin::Error> {
                Ok(vec!["text/plain".to_owned()])
            }

            fn unpack(
                container: docmill_plugin::Source<'_>,
            ) -> Result<(), docmill_plugin::Error> {
                let unpack: fn(
                    docmill_plugin::Source<'_>,
                ) -> Result<(), docmill_plugin::Error> = $unpack;
                unpack(container)
            }
        }

        docmill_plugin::export!(unpacker: Adversary);
    };
}

/// Exports an analyzer that describes itself like this, and finds nothing.
#[macro_export]
macro_rules! described_as {
    ($describe:expr) => {
        struct Adversary;

        impl docmill_plugin::Plugin for Adversary {
            fn describe() -> docmill_plugin::Description {
                let describe: fn(docmill_plugin::Description) -> docmill_plugin::Description =
                    $describe;
                describe($crate::described(env!("CARGO_CRATE_NAME")))
            }
        }

        impl docmill_plugin::Analyzer for Adversary {
            fn kinds() -> Result<Vec<String>, docmill_plugin::Error> {
                Ok(vec!["finding".to_owned()])
            }

            fn analyze(
                _: docmill_plugin::Document,
            ) -> Result<Vec<docmill_plugin::Annotation>, docmill_plugin::Error> {
                Ok(Vec::new())
            }
        }

        docmill_plugin::export!(analyzer: Adversary);
    };
}
