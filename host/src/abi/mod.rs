//! Translates between [`crate::model`] and the contract, one track of the contract per folder.
//!
//! A track converts between its types and the model, and does nothing else: what its imports do
//! stands in `calls`, how its exports are called and what is checked of their results in `guest`,
//! once for all tracks. Behind this line a span is valid, a label declared, a name well formed.
//! Generated types never leave the folder of their track, and each track converts directly to the
//! model.

use std::collections::BTreeSet;

use crate::capabilities::SourceBytes;
use crate::model::{
    Annotation, Attribute, ContractVersion, Document, Extracted, Label, LanguageTag, MediaType,
    PluginName, Role,
};
use crate::sandbox::{Called, Inputs, Limits, Reported, Sandbox, State, Stopped};

mod calls;
mod check;
mod content;
mod guest;
#[cfg(test)]
mod other_track;
mod v0_1;

/// What a plugin says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Kebab-case, such as `extract-html`.
    pub name: PluginName,
    /// The plugin's own version; at most 64 bytes.
    pub version: String,
    /// One sentence; at most 1,000 bytes.
    pub summary: String,
    /// What the operator may choose.
    pub settings: Vec<Setting>,
    /// The tables that the operator may grant.
    pub tables: Vec<TableUse>,
    /// The plugins whose findings this one asks for.
    pub reads: Vec<PluginName>,
    /// Such as `creator` or `license`.
    pub attributes: Vec<Attribute>,
}

/// A setting that the operator may choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Kebab-case.
    pub key: String,
    /// One sentence.
    pub summary: String,
    /// Without one, the operator has to supply a value.
    pub default_value: Option<String>,
}

/// A table that the operator may grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableUse {
    /// Kebab-case.
    pub name: String,
    /// One sentence.
    pub summary: String,
    /// Whether the plugin cannot run without it.
    pub required: bool,
}

/// What a plugin declares to take or to return, once it knows its settings and tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Declaration {
    /// The media types that an unpacker or extractor accepts.
    Accepts(Vec<MediaType>),
    /// The pairs that a translator translates: original, target.
    Pairs(Vec<(LanguageTag, LanguageTag)>),
    /// The labels that a classifier may give.
    Labels(BTreeSet<String>),
    /// The kinds of annotation that an analyzer may make.
    Kinds(BTreeSet<String>),
}

/// What a translator returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rendering {
    pub(crate) segments: Vec<String>,
    pub(crate) attributes: Vec<Attribute>,
}

/// Where, with what, and within which limits a call runs.
pub(crate) struct Call<'a> {
    pub(crate) sandbox: &'a Sandbox,
    pub(crate) limits: &'a Limits,
    pub(crate) inputs: Inputs,
    /// How many containers the source at hand is nested in.
    pub(crate) depth: usize,
}

/// One thing that a plugin can be asked for; the pipeline and the checks ask only for what its role
/// does.
#[derive(Debug, Clone)]
pub(crate) enum Task<'a> {
    Describe,
    Declare,
    Unpack(SourceBytes),
    Extract(SourceBytes),
    Translate { segments: &'a [String], original: &'a LanguageTag, target: &'a LanguageTag },
    Classify { document: &'a Document, declared: &'a BTreeSet<String> },
    Analyze { document: &'a Document, declared: &'a BTreeSet<String> },
}

/// What a plugin answered to a [`Task`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    Description(Description),
    Declaration(Declaration),
    Unpacked,
    Extracted(Vec<Extracted>),
    Rendering(Rendering),
    Labels(Vec<Label>),
    Annotations(Vec<Annotation>),
}

/// A loaded component of some track of the contract. A method that does not belong to its role is
/// never called.
pub(crate) trait Guest: Send + Sync {
    /// Whether what the component exports has the types of the contract, and if not, what is wrong.
    /// Runs nothing but what a component runs by itself when it is instantiated.
    fn fits(&self, call: Call<'_>) -> Result<Called<Result<(), String>>, Stopped>;
    fn describe(&self, call: Call<'_>) -> Result<Called<Description>, Stopped>;
    fn declare(&self, call: Call<'_>) -> Result<Called<Declaration>, Stopped>;
    fn unpack(&self, call: Call<'_>, container: SourceBytes) -> Result<Called<()>, Stopped>;
    fn extract(
        &self,
        call: Call<'_>,
        source: SourceBytes,
    ) -> Result<Called<Vec<Extracted>>, Stopped>;
    fn translate(
        &self,
        call: Call<'_>,
        segments: &[String],
        original: &LanguageTag,
        target: &LanguageTag,
    ) -> Result<Called<Rendering>, Stopped>;
    fn classify(
        &self,
        call: Call<'_>,
        document: &Document,
        declared: &BTreeSet<String>,
    ) -> Result<Called<Vec<Label>>, Stopped>;
    fn analyze(
        &self,
        call: Call<'_>,
        document: &Document,
        declared: &BTreeSet<String>,
    ) -> Result<Called<Vec<Annotation>>, Stopped>;
    /// Does one task after the other in a single instance. An error that the plugin returns is an
    /// answer, and does not end it.
    fn answers(
        &self,
        call: Call<'_>,
        tasks: &[Task<'_>],
    ) -> Result<Called<Vec<Result<Answer, Reported>>>, Stopped>;
}

/// A track of the contract that this host supports.
pub(crate) struct Track {
    pub(crate) version: ContractVersion,
    /// Links a component that is to be called as the track has it.
    pub(crate) link:
        fn(&Sandbox, &wasmtime::component::Component, Role) -> wasmtime::Result<Box<dyn Guest>>,
    /// Adds everything the track offers. A component may have been built for several tracks, so
    /// each is offered those of all.
    offer: fn(&mut wasmtime::component::Linker<State>) -> wasmtime::Result<()>,
    /// The imports that the track offers, without package and version.
    pub(crate) imports: &'static [&'static str],
}

/// All tracks that this host supports, newest first.
pub(crate) const TRACKS: &[Track] = &[v0_1::TRACK];

/// The name of the package, and of the interface that each role exports.
pub(crate) const PACKAGE: &str = "docmill:plugin";

pub(crate) const fn role_interface(role: Role) -> &'static str {
    match role {
        Role::Unpacker => "unpacking",
        Role::Extractor => "extraction",
        Role::Translator => "translation",
        Role::Classifier => "classification",
        Role::Analyzer => "analysis",
    }
}
