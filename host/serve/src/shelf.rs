//! The store that pages are made of: held while nobody else wants it, and opened again when they
//! are done.
//!
//! A store is open in one process at a time. Whoever waits for one leaves word
//! ([`Address::is_wanted`]), and then the pages that are being made are finished, the store is
//! closed, and for a while others have it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use docmill::store::{Address, AnyStore, StoreError};
use docmill_search::{SearchError, SearchIndex};

use crate::overview::Overview;

/// For so long a store that somebody wants is left alone, so that they get it.
const LEFT_ALONE: Duration = Duration::from_millis(700);
/// For so long pages that are being made may take until the store is closed.
const LONGEST_PAGE: Duration = Duration::from_secs(10);

/// An open store, and what was made of it.
pub(crate) struct Opened {
    // The order matters: what is made of a store goes before it is closed.
    pub(crate) index: SearchIndex,
    pub(crate) overview: Overview,
    pub(crate) store: AnyStore,
}

/// Why there is no store to make pages of.
#[derive(Debug)]
pub(crate) enum NoStore {
    /// Somebody else has it for now.
    Busy,
    /// It cannot be opened.
    Broken(SearchError),
}

/// Where the store is.
#[derive(Debug)]
pub struct Shelf {
    address: Address,
    place: Mutex<Place>,
}

#[derive(Default)]
struct Place {
    opened: Option<Arc<Opened>>,
    /// When it was closed for somebody else.
    given_up: Option<Instant>,
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Place").field("is_open", &self.opened.is_some()).finish_non_exhaustive()
    }
}

impl Shelf {
    /// Of the store at this address, which is opened and read, so that the first page is soon
    /// there.
    ///
    /// # Errors
    ///
    /// If the store cannot be opened or read.
    pub fn new(address: Address) -> Result<Shelf, SearchError> {
        let opened = open(&address)?;
        let place = Place { opened: Some(Arc::new(opened)), given_up: None };
        Ok(Shelf { address, place: Mutex::new(place) })
    }

    fn lock(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The store, opened again if it was closed.
    pub(crate) fn take(&self) -> Result<Arc<Opened>, NoStore> {
        let mut place = self.lock();
        if let Some(opened) = &place.opened {
            return Ok(Arc::clone(opened));
        }
        if place.given_up.is_some_and(|it| it.elapsed() < LEFT_ALONE) || self.address.is_wanted() {
            return Err(NoStore::Busy);
        }
        match open(&self.address) {
            Ok(opened) => Ok(Arc::clone(place.opened.insert(Arc::new(opened)))),
            Err(SearchError::Store(StoreError::Locked(_))) => {
                // Nobody else waits for what is not there.
                place.given_up = Some(Instant::now());
                Err(NoStore::Busy)
            }
            Err(error) => Err(NoStore::Broken(error)),
        }
    }

    /// Closes the store if somebody else wants it. Called over and over.
    pub fn give_way(&self) {
        if !self.address.is_wanted() {
            return;
        }
        let mut place = self.lock();
        let Some(mut opened) = place.opened.take() else { return };
        place.given_up = Some(Instant::now());
        drop(place);
        let began = Instant::now();
        // Those who are making a page of it still have it.
        while let Err(still) = Arc::try_unwrap(opened) {
            if began.elapsed() > LONGEST_PAGE {
                // The last of them closes it.
                return;
            }
            opened = still;
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn open(address: &Address) -> Result<Opened, SearchError> {
    let store = address.open()?;
    let folder = address.derived().map(|derived| derived.join("search"));
    let index = SearchIndex::open(&store, folder.as_deref(), &mut |_| {})?;
    let overview = Overview::of(&store)?;
    Ok(Opened { index, overview, store })
}
