//! The five roles as traits, and the macro that exports one.

use crate::{Annotation, Attribute, Description, Document, Error, Label, Source};

/// What every plugin has in common.
pub trait Plugin {
    /// Describes the plugin.
    ///
    /// Called before settings and tables are known: it must not use them, and must return the same
    /// value every time.
    fn describe() -> Description;
}

/// Takes containers apart, so that what is inside them can be processed.
pub trait Unpacker: Plugin {
    /// The media types this plugin unpacks, such as `application/zip`.
    ///
    /// # Errors
    ///
    /// If a setting or a table cannot be used; the host then rejects the pipeline before the first
    /// document.
    fn accepts() -> Result<Vec<String>, Error>;

    /// Hands every source inside `container` to [`emit`](crate::emit), or writes it with a
    /// [`MemberWriter`](crate::MemberWriter), in order.
    ///
    /// # Errors
    ///
    /// An error ends the container, not the members emitted before it.
    fn unpack(container: Source<'_>) -> Result<(), Error>;
}

/// Turns the bytes of a source into documents.
pub trait Extractor: Plugin {
    /// The media types this plugin extracts, such as `text/html`.
    ///
    /// # Errors
    ///
    /// If a setting or a table cannot be used; the host then rejects the pipeline before the first
    /// document.
    fn accepts() -> Result<Vec<String>, Error>;

    /// The documents contained in `source`, in reading order.
    ///
    /// # Errors
    ///
    /// See [`Error`]: each case says what the host does next.
    fn extract(source: Source<'_>) -> Result<Vec<Extracted>, Error>;
}

/// Renders text in another language.
pub trait Translator: Plugin {
    /// The pairs this plugin translates.
    ///
    /// # Errors
    ///
    /// If a setting or a table cannot be used; the host then rejects the pipeline before the first
    /// document.
    fn pairs() -> Result<Vec<LanguagePair>, Error>;

    /// Renders segments in the target language: exactly one per original segment; an empty one
    /// stays empty.
    ///
    /// # Errors
    ///
    /// See [`Error`]: each case says what the host does next.
    fn translate(segments: Vec<String>, pair: LanguagePair) -> Result<Rendering, Error>;
}

/// Sorts whole documents into labels declared in advance.
pub trait Classifier: Plugin {
    /// The names of all labels that [`Classifier::classify`] may return.
    ///
    /// # Errors
    ///
    /// If a setting or a table cannot be used; the host then rejects the pipeline before the first
    /// document.
    fn labels() -> Result<Vec<String>, Error>;

    /// The labels that apply, most confident first.
    ///
    /// # Errors
    ///
    /// See [`Error`]: each case says what the host does next.
    fn classify(document: Document) -> Result<Vec<Label>, Error>;
}

/// Finds things in a document.
pub trait Analyzer: Plugin {
    /// All kinds of annotation that [`Analyzer::analyze`] may return, in kebab-case.
    ///
    /// # Errors
    ///
    /// If a setting or a table cannot be used; the host then rejects the pipeline before the first
    /// document.
    fn kinds() -> Result<Vec<String>, Error>;

    /// The annotations, ordered by the start of their spans; those without a span come first.
    ///
    /// # Errors
    ///
    /// See [`Error`]: each case says what the host does next.
    fn analyze(document: Document) -> Result<Vec<Annotation>, Error>;
}

/// A document, and what stood around it in its source.
#[derive(Debug, Clone)]
pub struct Extracted {
    /// What later plugins read.
    pub document: Document,
    /// What they don't, in reading order.
    pub asides: Vec<Aside>,
}

/// A passage of the source that is not part of the text proper, kept so that nothing is lost.
#[derive(Debug, Clone)]
pub struct Aside {
    /// Kebab-case: `caption`, `credit`, `cross-link`, `related`, `dateline`, `navigation`, `notice`
    /// or `unknown`.
    pub kind: String,
    /// The passage itself.
    pub text: String,
    /// Where it stood: a byte offset into the text of the document.
    pub position: u32,
    /// Such as `href` for a link.
    pub attributes: Vec<Attribute>,
}

impl From<Document> for Extracted {
    fn from(document: Document) -> Extracted {
        Extracted { document, asides: Vec::new() }
    }
}

/// An original language and the one to translate it into, as BCP 47 tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanguagePair {
    /// The language of the text.
    pub original: String,
    /// The language to render it in.
    pub target: String,
}

impl LanguagePair {
    /// A pair of language tags.
    pub fn new(original: &str, target: &str) -> LanguagePair {
        LanguagePair { original: original.to_owned(), target: target.to_owned() }
    }
}

/// Segments in the target language.
#[derive(Debug, Clone)]
pub struct Rendering {
    /// Exactly one per original segment, in the same order.
    pub segments: Vec<String>,
    /// Such as `coverage`, the share of words that a glossary knew.
    pub attributes: Vec<Attribute>,
}

/// Exports a plugin: `export!(analyzer: Dates);` with `unpacker`, `extractor`, `translator`,
/// `classifier` or `analyzer`.
///
/// Goes once into the crate that becomes the component. Natively it expands to nothing but a check
/// that the type implements the trait of its role.
#[macro_export]
macro_rules! export {
    (unpacker: $plugin:ty) => {
        const _: () = {
    $crate::__check_role!($plugin: Unpacker);
            #[cfg(target_family = "wasm")]
            $crate::__export_role!(unpacking, __export_unpacking, $plugin, {
                fn accepts() -> Result<Vec<String>, $crate::Error> {
                    $crate::begin_call();
                    <$plugin as $crate::Unpacker>::accepts()
                }
                fn unpack(
                    container: &$crate::bindings::imports::docmill::plugin::sources::Source,
                ) -> Result<(), $crate::Error> {
                    $crate::begin_call();
                    <$plugin as $crate::Unpacker>::unpack($crate::Source::from_host(container))
                }
            });
        };
    };
    (extractor: $plugin:ty) => {
        const _: () = {
    $crate::__check_role!($plugin: Extractor);
            #[cfg(target_family = "wasm")]
            $crate::__export_role!(extraction, __export_extraction, $plugin, {
                fn accepts() -> Result<Vec<String>, $crate::Error> {
                    $crate::begin_call();
                    <$plugin as $crate::Extractor>::accepts()
                }
                fn extract(
                    source: &$crate::bindings::imports::docmill::plugin::sources::Source,
                ) -> Result<Vec<role::Extracted>, $crate::Error> {
                    $crate::begin_call();
                    let extracted =
                        <$plugin as $crate::Extractor>::extract($crate::Source::from_host(source))?;
                    let convert = |aside: $crate::Aside| role::Aside {
                        kind: aside.kind,
                        text: aside.text,
                        position: aside.position,
                        attributes: aside.attributes,
                    };
                    Ok(extracted
                        .into_iter()
                        .map(|it| role::Extracted {
                            document: it.document,
                            asides: it.asides.into_iter().map(convert).collect(),
                        })
                        .collect())
                }
            });
        };
    };
    (translator: $plugin:ty) => {
        const _: () = {
    $crate::__check_role!($plugin: Translator);
            #[cfg(target_family = "wasm")]
            $crate::__export_role!(translation, __export_translation, $plugin, {
                fn pairs() -> Result<Vec<role::LanguagePair>, $crate::Error> {
                    $crate::begin_call();
                    let convert = |pair: $crate::LanguagePair| role::LanguagePair {
                        original: pair.original,
                        target: pair.target,
                    };
                    Ok(<$plugin as $crate::Translator>::pairs()?.into_iter().map(convert).collect())
                }
                fn translate(
                    segments: Vec<String>,
                    pair: role::LanguagePair,
                ) -> Result<role::Rendering, $crate::Error> {
                    $crate::begin_call();
                    let pair =
                        $crate::LanguagePair { original: pair.original, target: pair.target };
                    let rendering = <$plugin as $crate::Translator>::translate(segments, pair)?;
                    Ok(role::Rendering {
                        segments: rendering.segments,
                        attributes: rendering.attributes,
                    })
                }
            });
        };
    };
    (classifier: $plugin:ty) => {
        const _: () = {
    $crate::__check_role!($plugin: Classifier);
            #[cfg(target_family = "wasm")]
            $crate::__export_role!(classification, __export_classification, $plugin, {
                fn labels() -> Result<Vec<String>, $crate::Error> {
                    $crate::begin_call();
                    <$plugin as $crate::Classifier>::labels()
                }
                fn classify(
                    document: $crate::Document,
                ) -> Result<Vec<$crate::Label>, $crate::Error> {
                    $crate::begin_call();
                    <$plugin as $crate::Classifier>::classify(document)
                }
            });
        };
    };
    (analyzer: $plugin:ty) => {
        const _: () = {
    $crate::__check_role!($plugin: Analyzer);
            #[cfg(target_family = "wasm")]
            $crate::__export_role!(analysis, __export_analysis, $plugin, {
                fn kinds() -> Result<Vec<String>, $crate::Error> {
                    $crate::begin_call();
                    <$plugin as $crate::Analyzer>::kinds()
                }
                fn analyze(
                    document: $crate::Document,
                ) -> Result<Vec<$crate::Annotation>, $crate::Error> {
                    $crate::begin_call();
                    <$plugin as $crate::Analyzer>::analyze(document)
                }
            });
        };
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __check_role {
    ($plugin:ty: $role:ident) => {
        const fn implements<T: $crate::$role>() {}
        const _: () = implements::<$plugin>();
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __export_role {
    ($interface:ident, $macro:ident, $plugin:ty, { $($functions:item)* }) => {
        const _: () = {
            use $crate::bindings::$interface::exports::docmill::plugin::$interface as role;
            use $crate::bindings::metadata::exports::docmill::plugin::metadata;

            struct Exported;

            impl metadata::Guest for Exported {
                fn describe() -> metadata::Description {
                    let description = <$plugin as $crate::Plugin>::describe();
                    let setting = |it: $crate::Setting| metadata::Setting {
                        key: it.key,
                        summary: it.summary,
                        default_value: it.default_value,
                    };
                    let table = |it: $crate::TableUse| metadata::TableUse {
                        name: it.name,
                        summary: it.summary,
                        required: it.required,
                    };
                    metadata::Description {
                        name: description.name,
                        version: description.version,
                        summary: description.summary,
                        settings: description.settings.into_iter().map(setting).collect(),
                        tables: description.tables.into_iter().map(table).collect(),
                        reads: description.reads,
                        attributes: description.attributes,
                    }
                }
            }

            impl role::Guest for Exported {
                $($functions)*
            }

            $crate::bindings::metadata::__export_metadata!(Exported with_types_in $crate::bindings::metadata);
            $crate::bindings::$interface::$macro!(Exported with_types_in $crate::bindings::$interface);
        };
    };
}
