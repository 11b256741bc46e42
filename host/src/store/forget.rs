//! Which records go when a source is forgotten, and what becomes of those that speak of it.
//!
//! To take records out is not enough: a database keeps what was replaced in its files until it
//! needs the room. So everything else is written into a database of its own, which takes the place
//! of this one.
//!
//! What goes is a source and whatever was taken out of it. The containers that it was taken out of
//! hold its bytes, so their originals go as well, and they are from then on sources that were never
//! copied. So does every original that no record speaks of any more, as nobody can tell what was in
//! it.

use std::collections::{BTreeMap, BTreeSet};

use super::mapped::{Batch, KeyValue};
use super::record::{Kind, Record};
use super::{StoreError, keys, pieces, queries, summaries, writing};
use crate::model::{Digest, DocumentId, Failure, SourceName, StoredDocument, StoredSource};

/// How much is written at a time, in bytes.
const BATCH: usize = 1 << 20;

/// What forgetting a source means.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Forgetting {
    /// The source and everything that was taken out of it, by name.
    pub sources: Vec<SourceName>,
    /// How many documents go, each version counted.
    pub documents: u64,
    /// The containers that the source lies in and whose originals go with it, innermost first.
    pub containers: Vec<SourceName>,
    /// Other sources with the same bytes as something of this, by name: those bytes stay.
    pub sharing: Vec<SourceName>,
}

/// A source that is to be forgotten, and how that concerns every other record.
pub(super) struct Oblivion {
    pub(super) forgetting: Forgetting,
    sources: BTreeSet<SourceName>,
    documents: BTreeSet<DocumentId>,
    /// The containers, and whether their originals go.
    containers: BTreeMap<SourceName, bool>,
    /// The originals that stay.
    originals: BTreeSet<Digest>,
}

impl Oblivion {
    /// What it means to forget this source; `None` if there is none of this name.
    pub(super) fn of(
        map: &impl KeyValue,
        name: &SourceName,
    ) -> Result<Option<Oblivion>, StoreError> {
        let Some(source) = queries::source(map, name)? else { return Ok(None) };
        let mut containers = Vec::new();
        let mut outer = source.info.container;
        while let Some(container) = outer.filter(|it| !containers.contains(it)) {
            outer = queries::source(map, &container)?.and_then(|it| it.info.container);
            containers.push(container);
        }
        let mut gone = BTreeSet::from([name.clone()]);
        let mut inside = vec![name.clone()];
        while let Some(container) = inside.pop() {
            for member in queries::members(map, &container) {
                let member = member?.info.name;
                if gone.insert(member.clone()) {
                    inside.push(member);
                }
            }
        }
        let mut review = Review {
            gone: &gone,
            containers: &containers,
            documents: BTreeSet::new(),
            versions: 0,
            of_gone: BTreeSet::new(),
            of_containers: BTreeMap::new(),
            staying: BTreeMap::new(),
        };
        review.look(map)?;
        // The bytes of a container stay where another source has them.
        let goes = |digest: &Digest| !review.staying.contains_key(digest);
        let stripped: BTreeMap<SourceName, bool> = (review.of_containers.iter())
            .map(|(name, originals)| (name.clone(), originals.iter().any(goes)))
            .collect();
        let sharing: BTreeSet<SourceName> = (review.of_gone.iter())
            .chain(review.of_containers.values().flatten())
            .filter_map(|digest| review.staying.get(digest).cloned())
            .collect();
        let originals: BTreeSet<Digest> = review.staying.into_keys().collect();
        let losing = |name: &&SourceName| stripped.get(*name).copied().unwrap_or_default();
        Ok(Some(Oblivion {
            forgetting: Forgetting {
                documents: review.versions,
                containers: containers.iter().filter(losing).cloned().collect(),
                sharing: sharing.into_iter().collect(),
                sources: gone.iter().cloned().collect(),
            },
            documents: review.documents,
            originals,
            containers: stripped,
            sources: gone,
        }))
    }

    /// Writes everything else into `new`, an empty map.
    pub(super) fn write_rest(
        &self,
        old: &impl KeyValue,
        new: &impl KeyValue,
    ) -> Result<(), StoreError> {
        let (mut batch, mut size) = (Batch::new(), 0);
        for kind in Kind::ALL {
            for entry in old.scan(keys::beginning_with(keys::of_kind(kind))) {
                let (key, value) = entry?;
                for entry in self.rest_of(old, kind, key, value)? {
                    let (key, value) = entry?;
                    size += key.len() + value.len();
                    batch.insert(key, Some(value));
                    if size >= BATCH {
                        writing::apply(new, std::mem::take(&mut batch))?;
                        size = 0;
                    }
                }
            }
        }
        writing::apply(new, batch)?;
        summaries::make_all(new)
    }

    /// What is left of a record: nothing, all of it with its pieces, or something that says less.
    fn rest_of<'a>(
        &self,
        old: &'a impl KeyValue,
        kind: Kind,
        key: Vec<u8>,
        value: Vec<u8>,
    ) -> Result<Box<dyn Iterator<Item = Result<super::mapped::Entry, StoreError>> + 'a>, StoreError>
    {
        let nothing = || Ok(Box::new(std::iter::empty()) as Box<dyn Iterator<Item = _>>);
        let is_gone = |id: Option<DocumentId>| id.is_some_and(|id| self.documents.contains(&id));
        let changed = match kind {
            Kind::Original => match keys::digest_in(&key) {
                Some(digest) if self.originals.contains(&digest) => None,
                _ => return nothing(),
            },
            Kind::Source => {
                let mut source = queries::decode::<StoredSource>(old, &key, value.clone())?;
                if self.sources.contains(&source.info.name) {
                    return nothing();
                }
                let is_stripped = self.containers.get(&source.info.name) == Some(&true);
                is_stripped.then(|| {
                    source.is_copied = false;
                    source.encode()
                })
            }
            Kind::Document | Kind::Finding | Kind::History => {
                if is_gone(keys::document_id_in(&key)) {
                    return nothing();
                }
                None
            }
            Kind::Failure => {
                let failure = queries::decode::<Failure>(old, &key, value.clone())?;
                if self.sources.contains(&failure.source) {
                    return nothing();
                }
                // A plugin may have quoted what it read.
                (self.containers.contains_key(&failure.source)).then(|| silenced(failure).encode())
            }
            // Those are made anew. These name what goes, and what follows the store begins anew.
            Kind::Summary | Kind::Change => return nothing(),
            Kind::Part | Kind::Run | Kind::About | Kind::Count => None,
        };
        if let Some(bytes) = changed {
            return Ok(Box::new(pieces::entries(kind, key, bytes).into_iter().map(Ok)));
        }
        let pieces = pieces::of(old, &key, &value);
        Ok(Box::new(std::iter::once(Ok((key, value))).chain(pieces)))
    }
}

/// What is left of a failure of a container that something in it was forgotten of.
fn silenced(failure: Failure) -> Failure {
    Failure {
        causes: vec!["what was told of it was forgotten together with a part of it".to_owned()],
        log: Vec::new(),
        ..failure
    }
}

/// What all records say of the bytes of sources.
struct Review<'a> {
    gone: &'a BTreeSet<SourceName>,
    containers: &'a [SourceName],
    /// The documents that go.
    documents: BTreeSet<DocumentId>,
    versions: u64,
    /// The originals of what goes, and of the containers.
    of_gone: BTreeSet<Digest>,
    of_containers: BTreeMap<SourceName, BTreeSet<Digest>>,
    /// The originals of what stays, and one source of each.
    staying: BTreeMap<Digest, SourceName>,
}

impl Review<'_> {
    fn look(&mut self, map: &impl KeyValue) -> Result<(), StoreError> {
        for source in queries::all::<StoredSource>(map, keys::of_kind(Kind::Source)) {
            let source = source?;
            if self.gone.contains(&source.info.name) {
                self.documents.extend(&source.documents);
            }
            self.says(&source.info.name, source.info.digest);
        }
        for document in queries::all::<StoredDocument>(map, keys::of_kind(Kind::Document)) {
            let document = document?;
            if self.gone.contains(&document.source) {
                self.documents.insert(document.id);
                self.versions += 1;
            }
            self.says(&document.source, document.original);
        }
        for failure in queries::all::<Failure>(map, keys::of_kind(Kind::Failure)) {
            let failure = failure?;
            if let Some(original) = failure.original {
                self.says(&failure.source, original);
            }
        }
        Ok(())
    }

    fn says(&mut self, source: &SourceName, original: Digest) {
        if self.gone.contains(source) {
            self.of_gone.insert(original);
        } else if self.containers.contains(source) {
            self.of_containers.entry(source.clone()).or_default().insert(original);
        } else {
            self.staying.entry(original).or_insert_with(|| source.clone());
        }
    }
}
