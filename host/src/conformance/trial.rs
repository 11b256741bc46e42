//! Calls one plugin, configured in one way, on one source or document at a time, and tells all
//! about each call.

use std::sync::{Arc, Mutex, PoisonError};

use super::Configuration;
use super::samples::{self, Sample};
use crate::abi::{Call, Declaration};
use crate::capabilities::{Allowance, Member, MemberSink, PriorFindings, Refused, SourceBytes};
use crate::catalog::{Catalog, Plugin};
use crate::model::{
    Attribute, Cost, Digest, Document, Extracted, Findings, LanguageTag, LogLine, MediaType, Role,
    Translation,
};
use crate::sandbox::{Called, Inputs, Sandbox, StopKind, Stopped};

/// So many members of a container are told of; the others are counted.
const TOLD_MEMBERS: usize = 1_000;
/// So many bytes of the beginning of a member are kept.
const BEGINNING: usize = 4 << 10;
/// A container never gives more than this, in bytes, as [`Allowance`] counts them.
const LARGEST_CONTAINER: u64 = 4 << 30;

/// A plugin that is ready to be called, and what it declared.
#[derive(Debug)]
pub struct Candidate {
    /// The plugin.
    pub plugin: Arc<Plugin>,
    /// What it is given.
    pub configuration: Configuration,
    /// What it declared, once it knew its settings and tables.
    pub declaration: Declaration,
    sandbox: Sandbox,
}

/// What a plugin is called on.
#[derive(Debug, Clone)]
pub enum Work {
    /// For an unpacker or an extractor.
    Source(SourceBytes),
    /// For the other roles.
    Document {
        /// The document.
        document: Arc<Document>,
        /// What other plugins found in it.
        prior: PriorFindings,
    },
}

/// What came of one call; of several, where a translator has several languages to translate into.
#[derive(Debug)]
pub struct Trial {
    /// What the plugin made of it, or why there is nothing.
    pub outcome: Result<Product, Stopped>,
    /// What it cost; nothing if it did not come to a call.
    pub cost: Cost,
    /// The end of what it logged, oldest first.
    pub log: Vec<LogLine>,
}

/// What a plugin makes.
#[derive(Debug)]
pub enum Product {
    /// Of an unpacker.
    Members(Members),
    /// Of an extractor.
    Documents(Vec<Extracted>),
    /// Of the other roles.
    Findings(Findings),
}

/// What was taken out of a container.
#[derive(Debug, Default)]
pub struct Members {
    /// How many there are.
    pub count: u64,
    /// The first of them, at most a thousand.
    pub first: Vec<TriedMember>,
}

/// A member, in short.
#[derive(Debug)]
pub struct TriedMember {
    /// What the container calls it. Hostile text.
    pub name: String,
    /// What the container claims it to be.
    pub media_type: Option<MediaType>,
    /// What the container knows about it.
    pub attributes: Vec<Attribute>,
    /// Its size in bytes.
    pub size: u64,
    /// The digest of its bytes.
    pub digest: Digest,
    /// Its first bytes, at most 4 KiB.
    pub beginning: Arc<[u8]>,
}

impl Candidate {
    /// Asks a plugin what it does with these settings and tables.
    ///
    /// # Errors
    ///
    /// If it cannot be used with them, or fails.
    pub fn new(
        catalog: &Catalog,
        plugin: Arc<Plugin>,
        configuration: Configuration,
    ) -> Result<Candidate, Stopped> {
        let Configuration { settings, tables, limits } = &configuration;
        let declaration = catalog.declare(&plugin, *limits, settings, tables)?;
        Ok(Candidate { plugin, configuration, declaration, sandbox: catalog.sandbox().clone() })
    }

    /// Whether it takes sources of this kind, as an unpacker or an extractor.
    pub fn accepts(&self, media_type: &MediaType) -> bool {
        matches!(&self.declaration, Declaration::Accepts(types) if types.contains(media_type))
    }

    /// Whether it has any business with a document: a translator has none with one in a language
    /// that it does not translate.
    pub fn applies_to(&self, document: &Document) -> bool {
        match &self.declaration {
            Declaration::Pairs(_) => self.pairs(document).next().is_some(),
            _ => true,
        }
    }

    /// Makes an instance and drops it. The cost is that of an instance that does nothing but what a
    /// component does by itself.
    ///
    /// # Errors
    ///
    /// If there is no code, or it fails while it starts.
    pub fn instantiate(&self) -> Result<Cost, Stopped> {
        let fits = self.plugin.guest()?.fits(self.call(Inputs::default()))?;
        Ok(fits.cost)
    }

    /// Calls it in a fresh instance.
    pub fn run(&self, work: &Work) -> Trial {
        let called = match work {
            Work::Source(source) if self.plugin.role == Role::Unpacker => self.unpack(source),
            Work::Source(source) => self.extract(source),
            Work::Document { document, prior } => self.find(document, prior),
        };
        match called {
            Ok(Called { value, cost, log }) => Trial { outcome: Ok(value), cost, log },
            Err(mut stopped) => {
                let log = std::mem::take(&mut stopped.log);
                let cost = stopped.cost.as_deref().copied().unwrap_or_default();
                Trial { outcome: Err(stopped), cost, log }
            }
        }
    }

    /// Something to call it on where nobody has anything: what it is checked with, and the author's
    /// samples, each with a name.
    pub fn samples(&self, samples: &[Sample]) -> Vec<(String, Work)> {
        let inputs = samples::inputs(self.plugin.role, &self.declaration, samples);
        inputs.iter().map(|input| (input.name.clone(), input.work())).collect()
    }

    fn unpack(&self, container: &SourceBytes) -> Result<Called<Product>, Stopped> {
        let sink = Kept::of(container.size());
        let members = Arc::clone(&sink.members);
        let inputs = Inputs { members: Some(Box::new(sink)), ..Inputs::default() };
        let called = self.plugin.guest()?.unpack(self.call(inputs), container.clone())?;
        let taken = std::mem::take(&mut *members.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(called.map(|()| Product::Members(taken)))
    }

    fn extract(&self, source: &SourceBytes) -> Result<Called<Product>, Stopped> {
        let called = self.plugin.guest()?.extract(self.call(Inputs::default()), source.clone())?;
        Ok(called.map(Product::Documents))
    }

    fn find(&self, document: &Document, prior: &PriorFindings) -> Result<Called<Product>, Stopped> {
        let guest = self.plugin.guest()?;
        let call = || self.call(Inputs { findings: prior.clone(), ..Inputs::default() });
        let found = match &self.declaration {
            Declaration::Labels(declared) => {
                guest.classify(call(), document, declared)?.map(Findings::Labels)
            }
            Declaration::Kinds(declared) => {
                guest.analyze(call(), document, declared)?.map(Findings::Annotations)
            }
            Declaration::Pairs(_) => {
                let segments: Vec<String> = document.text.split('\n').map(str::to_owned).collect();
                let mut all = Called { value: Vec::new(), cost: Cost::default(), log: Vec::new() };
                for (original, target) in self.pairs(document) {
                    let called = (guest.translate(call(), &segments, original, target))
                        .map_err(|stopped| stopped.after(all.cost))?;
                    all.cost += called.cost;
                    all.log.extend(called.log);
                    all.value.push(Translation {
                        target: target.clone(),
                        text: called.value.segments.join("\n"),
                        segments: Vec::new(),
                        attributes: called.value.attributes,
                    });
                }
                all.map(Findings::Translations)
            }
            Declaration::Accepts(_) => {
                return Err(Stopped::new(StopKind::OtherRole {
                    step: self.plugin.description.name.clone(),
                    role: self.plugin.role,
                    does_not: "reads no documents",
                }));
            }
        };
        Ok(found.map(Product::Findings))
    }

    /// The pairs that begin with the document's language. A pair of `pt` serves `pt-BR` as well.
    fn pairs<'a>(
        &'a self,
        document: &'a Document,
    ) -> impl Iterator<Item = &'a (LanguageTag, LanguageTag)> {
        let pairs = match &self.declaration {
            Declaration::Pairs(pairs) => &pairs[..],
            _ => &[],
        };
        let language = document.language.as_ref().map_or("", LanguageTag::as_str);
        pairs.iter().filter(move |(original, _)| {
            let rest = language.strip_prefix(original.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        })
    }

    fn call(&self, inputs: Inputs) -> Call<'_> {
        let inputs = Inputs {
            settings: Arc::clone(&self.configuration.settings),
            tables: Arc::clone(&self.configuration.tables),
            ..inputs
        };
        Call { sandbox: &self.sandbox, limits: &self.configuration.limits, inputs, depth: 0 }
    }
}

/// Keeps what an unpacker emits, in short.
struct Kept {
    members: Arc<Mutex<Members>>,
    allowance: Allowance,
}

impl Kept {
    /// Of a container of this size.
    fn of(size: u64) -> Kept {
        let allowance = Allowance::for_container(size, LARGEST_CONTAINER);
        Kept { members: Arc::default(), allowance }
    }
}

impl MemberSink for Kept {
    fn count(&mut self, bytes: u64) -> Result<(), Refused> {
        self.allowance.count(bytes)
    }

    fn accept(&mut self, member: Member) -> Result<(), Refused> {
        let mut members = self.members.lock().unwrap_or_else(PoisonError::into_inner);
        members.count += 1;
        if members.first.len() < TOLD_MEMBERS {
            let Member { name, media_type, content, attributes } = member;
            // A part of its own, or the whole member stayed in memory.
            let beginning = content.read(0, BEGINNING)?;
            members.first.push(TriedMember {
                name,
                media_type,
                attributes,
                size: content.size(),
                digest: content.digest()?,
                beginning,
            });
        }
        Ok(())
    }
}
