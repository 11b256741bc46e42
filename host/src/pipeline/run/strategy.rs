//! What a run does about sources that are stored already: those that changed, and those that are
//! gone.

use std::collections::HashSet;

use crate::ingest::Origin;
use crate::model::{DocumentId, Failure, RunId, SourceName, StoredSource};
use crate::store::{Commit, Store, StoreError};

/// What a run does about sources that are stored already. None of them destroys anything: contents,
/// documents and findings of earlier versions stay in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strategy {
    /// What is stored is not even looked at, unless it failed or is retired; only what is new is
    /// taken in.
    Keep,
    /// A changed source becomes a new version; one that is gone stays as it was.
    #[default]
    Replace,
    /// As [`Strategy::Replace`], and a source that is gone is retired, with everything that was
    /// taken out of it: it is off all lists until it is offered again. So is a member that a
    /// container no longer holds.
    ///
    /// Retires only what the origin knows to be gone ([`Origin::is_gone`]), after everything was
    /// offered: an interrupted run retires nothing.
    Mirror,
}

/// Retires a source, with everything that was taken out of it, by commits in this order: members
/// come before their container, as nobody looks at the members of one that is retired.
pub(super) fn retire(
    store: &dyn Store,
    run: RunId,
    source: StoredSource,
    commit: &mut dyn FnMut(Commit) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    for member in store.members(&source.info.name) {
        let member = member?;
        if !member.retired {
            retire(store, run, member, commit)?;
        }
    }
    // Its failures stay with it: they are told again when it comes back.
    let failures: Vec<Failure> = store.failures_of(&source.info.name)?;
    commit(Commit {
        source: StoredSource { retired: true, run, ..source },
        original: None,
        documents: Vec::new(),
        findings: Vec::new(),
        retired: Vec::new(),
        failures,
        walked: false,
    })
}

/// Takes a source that failed as a whole off all lists, with its failures, until it is offered
/// again and can be read. Returns whether it was: one with documents is not, as a failure tells
/// that something is missing there.
///
/// # Errors
///
/// If the store cannot be read or written.
pub fn dismiss(store: &dyn Store, name: &SourceName) -> Result<bool, StoreError> {
    let Some(source) = store.source(name)? else { return Ok(false) };
    if source.retired || !source.documents.is_empty() {
        return Ok(false);
    }
    let run = source.run;
    retire(store, run, source, &mut |commit| store.commit(&[commit]))?;
    Ok(true)
}

/// The members of a container that are on the lists, and not among those that came out of it just
/// now.
pub(super) fn left_over<'a>(
    store: &'a dyn Store,
    container: &'a SourceName,
    emitted: &'a HashSet<DocumentId>,
) -> impl Iterator<Item = Result<StoredSource, StoreError>> + 'a {
    store.members(container).filter(|member| {
        member.as_ref().map_or(true, |member| {
            !member.retired && !emitted.contains(&DocumentId::of(&member.info.name, 0))
        })
    })
}

/// The sources that are on the lists, lie in no container, were not offered, and are gone.
pub(super) fn gone<'a>(
    store: &'a dyn Store,
    origin: &'a dyn Origin,
    offered: &'a HashSet<DocumentId>,
) -> impl Iterator<Item = Result<StoredSource, StoreError>> + 'a {
    store.sources().filter(|source| {
        source.as_ref().map_or(true, |source| {
            !source.retired
                && source.info.container.is_none()
                && !offered.contains(&DocumentId::of(&source.info.name, 0))
                && origin.is_gone(&source.info.name)
        })
    })
}
