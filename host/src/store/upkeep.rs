//! Introduces a store to the docmill that opens it, and takes in what comes from elsewhere.

use std::io::{Read, Write};

use super::error::{Damage, Flaw, Item, Later, StoreError};
use super::keys::VERSION;
use super::mapped::{Batch, KeyValue};
use super::record::{About, Record};
use super::transfer::{self, TransferError};
use super::verify::{Census, verify};
use super::{Upkeep, keys, queries, writing};

/// What the store says about itself.
pub(super) fn about(map: &impl KeyValue) -> Result<Option<About>, StoreError> {
    queries::one(map, &keys::about())
}

/// Whether the map has more than the records about the store.
pub(super) fn holds_anything(map: &impl KeyValue) -> Result<bool, StoreError> {
    let mut others = map.scan(vec![0]..vec![u8::MAX]).filter(|entry| {
        entry.as_ref().map_or(true, |(key, _)| *key != keys::about() && *key != keys::count())
    });
    others.next().transpose().map(|other| other.is_some())
}

/// Makes what was applied durable, and counts from what the entries say.
pub(super) fn seal_import(map: &impl KeyValue) -> Result<(), StoreError> {
    let number = writing::count(map)?;
    map.turns().begin()?.continue_from(number);
    map.turns().watch(map.flush(number))
}

/// Whether so many commits are all that there were, as far as that was remembered.
pub(super) fn check_count(
    found: u64,
    remembered: Result<Option<u64>, StoreError>,
) -> Result<(), StoreError> {
    let (item, damage) = match remembered {
        // A store that was never committed to, or whose making was interrupted.
        Ok(None) | Err(StoreError::Damaged { .. }) if found == 0 => return Ok(()),
        Ok(None) => (Item::CountFile, Damage::Gone),
        Ok(Some(remembered)) if found >= remembered => return Ok(()),
        Ok(Some(remembered)) => (Item::Log, Damage::CommitsLost { found, remembered }),
        Err(error) => return Err(error),
    };
    Err(StoreError::Damaged { item, damage })
}

/// Writes the record about the store into a new one, and checks it in an old one. `remembered` is
/// how many commits there were.
pub(super) fn introduce(
    map: &impl KeyValue,
    remembered: Result<Option<u64>, StoreError>,
) -> Result<(), StoreError> {
    check_count(writing::count(map)?, remembered)?;
    let key = keys::about();
    match queries::one::<About>(map, &key)? {
        Some(about) if about.layout > VERSION => Err(StoreError::Later {
            item: Item::About,
            later: Later::Layout { version: about.layout, known: VERSION },
        }),
        Some(_) => Ok(()),
        None => {
            let created_by = concat!("docmill ", env!("CARGO_PKG_VERSION")).to_owned();
            let about = About { layout: VERSION, created_by };
            map.apply(Batch::from([(key, Some(about.encode()))]))?;
            map.flush(0)
        }
    }
}
impl<T: KeyValue> Upkeep for T {
    fn verify(&self, found: &mut dyn FnMut(Flaw)) -> Census {
        verify(self, found).0
    }

    fn export(
        &self,
        to: &mut dyn Write,
        found: &mut dyn FnMut(Flaw),
    ) -> Result<Census, TransferError> {
        transfer::export(self, to, found)
    }

    fn import(
        &self,
        from: &mut dyn Read,
        found: &mut dyn FnMut(Flaw),
    ) -> Result<Census, TransferError> {
        transfer::import(self, from, found)
    }
}
