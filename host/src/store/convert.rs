//! Converts what an earlier docmill stored: layout 1 of the keys, in which ids had 80 bits and
//! nothing but its text told the name of a member from that of a file.
//!
//! Which of both a source was is in its record: a member knows its container. Ids are computed from
//! names, so they are computed anew. Everything else is copied, or encoded in its newest version.

use std::ops::Range;

use super::error::{Contradiction, Damage, Flaw, Item, StoreError};
use super::mapped::{Batch, Entries, Entry, KeyValue};
use super::record::{About, Kind, Record};
use super::verify;
use super::{keys, pieces, queries, summaries, upkeep, writing};
use crate::model::{
    DocumentId, Failure, FailureId, Finding, History, SourceName, StoredDocument, StoredSource,
};

/// How much is written at a time, in bytes.
const BATCH: usize = 1 << 20;

/// Layout 1 had ids of so many bytes, which are the first of those of today.
const EARLY: usize = 10;

/// Names of containers of up to so many bytes were whole in those of their members.
const LONGEST_UNCUT: usize = 4_000;

/// Containers are not thought to lie deeper in each other.
const DEEPEST: usize = 64;

/// No source is thought to hold more documents when the place of one is sought.
const MOST_DOCUMENTS: u32 = 1 << 16;

/// Writes everything of `old`, a map of layout 1, into `new`, an empty one, and tells what is
/// damaged and left out.
pub(super) fn convert(
    old: &impl Entries,
    new: &impl KeyValue,
    found: &mut dyn FnMut(Flaw),
) -> Result<(), StoreError> {
    let mut conversion = Conversion { old, new, found: &mut *found, batch: Batch::new(), size: 0 };
    for kind in Kind::ALL {
        match kind {
            Kind::Original | Kind::Part | Kind::Run | Kind::Count => conversion.copy(kind)?,
            Kind::Source => conversion.sources()?,
            Kind::Document => conversion.documents()?,
            // They come with their documents.
            Kind::Finding | Kind::History => {}
            // They are made of the others, or begin anew.
            Kind::Summary | Kind::Change => {}
            Kind::Failure => conversion.failures()?,
            Kind::About => conversion.about()?,
        }
    }
    conversion.flush()?;
    summaries::make_all(new)?;
    // What was not whole before is taken up again by the next run.
    let (_, broken) = verify::verify(new, found);
    let mut batch = Batch::new();
    for name in &broken.sources {
        if let Some(source) = queries::source(new, name)? {
            let (source, failure) = verify::as_failed(new, &broken, source);
            pieces::put(new, &mut batch, Kind::Source, keys::source(name), source.encode())?;
            let key = keys::failure(&failure);
            pieces::put(new, &mut batch, Kind::Failure, key, failure.encode())?;
        }
    }
    writing::apply(new, batch)?;
    summaries::make_all(new)
}

struct Conversion<'a, O, N> {
    old: &'a O,
    new: &'a N,
    found: &'a mut dyn FnMut(Flaw),
    batch: Batch,
    size: usize,
}

impl<O: Entries, N: KeyValue> Conversion<'_, O, N> {
    fn put(&mut self, (key, value): Entry) -> Result<(), StoreError> {
        self.size += key.len() + value.len();
        self.batch.insert(key, Some(value));
        if self.size >= BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        self.size = 0;
        writing::apply(self.new, std::mem::take(&mut self.batch))
    }

    fn record<R: Record>(&mut self, key: Vec<u8>, record: &R) -> Result<(), StoreError> {
        let entries = pieces::entries(R::KIND, key, record.encode());
        entries.into_iter().try_for_each(|entry| self.put(entry))
    }

    /// Tells what is wrong with a record. What its key means was another thing then.
    fn leave_out(&mut self, key: &[u8], error: StoreError) {
        let flaw = Flaw::of(Item::Unknown(key.to_vec()), error, None);
        (self.found)(Flaw { item: Item::Unknown(key.to_vec()), ..flaw });
    }

    /// Copies the records of a kind that is today what it was.
    fn copy(&mut self, kind: Kind) -> Result<(), StoreError> {
        for entry in self.old.scan(keys::beginning_with(keys::of_kind(kind))) {
            let (key, value) = entry?;
            for piece in pieces::of(self.old, &key, &value) {
                match piece {
                    Ok(piece) => self.put(piece)?,
                    Err(error) => {
                        self.leave_out(&key, error);
                        break;
                    }
                }
            }
            self.put((key, value))?;
        }
        Ok(())
    }

    /// Reads the records below a key, and leaves out those that are damaged.
    fn read<R: Record>(&mut self, prefix: Vec<u8>) -> Result<Vec<(Vec<u8>, R)>, StoreError> {
        let mut records = Vec::new();
        let entries: Vec<Entry> =
            self.old.scan(keys::beginning_with(prefix)).collect::<Result<_, _>>()?;
        for (key, bytes) in entries {
            match decode(self.old, &key, bytes) {
                Ok(record) => records.push((key, record)),
                Err(error) => self.leave_out(&key, error),
            }
        }
        Ok(records)
    }

    /// Visits the records of a kind one after the other.
    fn each<R: Record>(
        &mut self,
        mut visit: impl FnMut(&mut Self, &[u8], R) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let old = self.old;
        for entry in old.scan(keys::beginning_with(keys::of_kind(R::KIND))) {
            let (key, bytes) = entry?;
            match decode(old, &key, bytes) {
                Ok(record) => visit(self, &key, record)?,
                Err(error) => self.leave_out(&key, error),
            }
        }
        Ok(())
    }

    /// What a source is called that was called like this.
    fn name(&self, early: &SourceName) -> Result<SourceName, StoreError> {
        self.name_within(early, DEEPEST)
    }

    /// The same of the source that the record with this key is of; without one, the record is left
    /// out.
    fn name_or_leave_out(&mut self, key: &[u8], early: &SourceName) -> Option<SourceName> {
        self.name(early).map_err(|error| self.leave_out(key, error)).ok()
    }

    /// The same, looking at so many containers around it: records that are damaged may go in
    /// circles.
    fn name_within(&self, early: &SourceName, levels: usize) -> Result<SourceName, StoreError> {
        let text = early.as_str();
        let key = [&[Kind::Source.letter()], text.as_bytes()].concat();
        let record = self.old.get(&key)?;
        let record = record.and_then(|bytes| decode::<StoredSource>(self.old, &key, bytes).ok());
        let name = match record.and_then(|source| source.info.container) {
            Some(container) if levels > 0 => {
                let outer = self.name_within(&container, levels - 1)?;
                match text.strip_prefix(container.as_str()).and_then(|it| it.strip_prefix("!/")) {
                    Some(member) => outer.member(member.as_bytes()),
                    // Only of a container as long as that the name was cut, and the member
                    // numbered.
                    None if container.as_str().len() <= LONGEST_UNCUT => {
                        SourceName::of_path(text.as_bytes())
                    }
                    None => {
                        let (member, number) = text.rsplit_once('#').unwrap_or((text, "0"));
                        let member = member.rsplit_once("!/").map_or("", |(_, member)| member);
                        Ok(outer.numbered_member(member.as_bytes(), number))
                    }
                }
            }
            _ => SourceName::of_path(text.as_bytes()),
        };
        // It may be longer by its escapes than a name may be.
        name.map_err(|error| StoreError::Damaged {
            item: Item::Source(text.to_owned()),
            damage: Damage::Name(error),
        })
    }

    /// The id today of what had this one in a source that was called like this, and is called so
    /// now.
    fn id(&self, early: &SourceName, now: &SourceName, id: DocumentId) -> Option<DocumentId> {
        let is_it = |index: &u32| {
            DocumentId::of(early, *index).as_bytes()[..EARLY] == id.as_bytes()[..EARLY]
        };
        (0..MOST_DOCUMENTS).find(is_it).map(|index| DocumentId::of(now, index))
    }

    fn sources(&mut self) -> Result<(), StoreError> {
        self.each(|it, key, mut source: StoredSource| {
            let Some(name) = it.name_or_leave_out(key, &source.info.name) else { return Ok(()) };
            let container = source.info.container.as_ref().map(|name| it.name(name));
            source.info.container = container.transpose()?;
            let early = std::mem::replace(&mut source.info.name, name);
            let ids = source.documents.iter().map(|id| it.id(&early, &source.info.name, *id));
            let ids: Vec<Option<DocumentId>> = ids.collect();
            if ids.iter().any(Option::is_none) {
                it.leave_out(key, keys::damaged(key, Contradiction::OtherSource.into()));
            }
            source.documents = ids.into_iter().flatten().collect();
            it.record(keys::source(&source.info.name), &source)
        })
    }

    fn documents(&mut self) -> Result<(), StoreError> {
        self.each(|it, key, mut document: StoredDocument| {
            let Some(name) = it.name_or_leave_out(key, &document.source) else { return Ok(()) };
            let (id, version) = (DocumentId::of(&name, document.index), document.version);
            (document.id, document.source) = (id, name);
            it.record(keys::document(id, version), &document)?;
            let of = |kind: Kind| [&[kind.letter()], &key[1..]].concat();
            for (_, finding) in it.read::<Finding>(of(Kind::Finding))? {
                it.record(keys::finding(id, version, &finding.step), &finding)?;
            }
            for (_, history) in it.read::<History>(of(Kind::History))? {
                it.record(keys::history(id, version, history.step.as_ref()), &history)?;
            }
            Ok(())
        })
    }

    fn failures(&mut self) -> Result<(), StoreError> {
        self.each(|it, key, mut failure: Failure| {
            let Some(name) = it.name_or_leave_out(key, &failure.source) else { return Ok(()) };
            let early = std::mem::replace(&mut failure.source, name);
            failure.document = failure.document.and_then(|id| it.id(&early, &failure.source, id));
            failure.id = FailureId::of(&failure.source, failure.document, failure.step.as_ref());
            it.record(keys::failure(&failure), &failure)
        })
    }

    fn about(&mut self) -> Result<(), StoreError> {
        self.each(|it, _, about: About| {
            it.record(keys::about(), &About { layout: keys::VERSION, ..about })
        })
    }
}

/// Reads a record of whatever version, from wherever it lay.
fn decode<R: Record>(old: &impl Entries, key: &[u8], bytes: Vec<u8>) -> Result<R, StoreError> {
    let whole = pieces::assemble(old, R::KIND, key, bytes)?;
    R::decode(&whole).map_err(|error| keys::refused(key, error))
}

/// What lies in a map beside what it is for, under keys of its own: where an import keeps what is
/// to be converted.
pub(super) struct Aside<'a, M>(pub(super) &'a M);

impl<M> Aside<'_, M> {
    /// The key under which an entry lies meanwhile.
    pub(super) fn key(key: &[u8]) -> Vec<u8> {
        [&[keys::ASIDE], key].concat()
    }
}

impl<M: Entries> Entries for Aside<'_, M> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.get(&Self::key(key))
    }

    fn scan(
        &self,
        range: Range<Vec<u8>>,
    ) -> Box<dyn Iterator<Item = Result<Entry, StoreError>> + '_> {
        let entries = self.0.scan(Self::key(&range.start)..Self::key(&range.end));
        Box::new(entries.map(|entry| entry.map(|(key, value)| (key[1..].to_vec(), value))))
    }

    fn last(&self, range: Range<Vec<u8>>) -> Result<Option<Entry>, StoreError> {
        let last = self.0.last(Self::key(&range.start)..Self::key(&range.end))?;
        Ok(last.map(|(key, value)| (key[1..].to_vec(), value)))
    }
}

impl<M: KeyValue> Aside<'_, M> {
    /// Converts what lies there, and takes it out.
    pub(super) fn take_in(&self, found: &mut dyn FnMut(Flaw)) -> Result<(), StoreError> {
        convert(self, self.0, found)?;
        let mut batch = Batch::new();
        for entry in self.0.scan(keys::beginning_with(vec![keys::ASIDE])) {
            batch.insert(entry?.0, None);
            if batch.len() >= 1_000 {
                writing::apply(self.0, std::mem::take(&mut batch))?;
            }
        }
        writing::apply(self.0, batch)?;
        upkeep::seal_import(self.0)
    }
}
