//! Keeps the index in step with its store: opens it, makes it anew, and brings in what was
//! committed since.
//!
//! Beside the files of tantivy, which carry checksums of their own, lies `state.json`: the version
//! of the index, how far the store had come, and the CRC-32 of the two files that say which others
//! belong to the index. It is written last. So an index that was interrupted, damaged or exchanged
//! does not fit its state, and is made anew.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use docmill::model::{SourceName, StoredSource};
use docmill::store::{Position, Store, StoreError};
use serde::{Deserialize, Serialize};
use tantivy::schema::Schema;
use tantivy::{Directory, Index, IndexReader, IndexWriter, ReloadPolicy};

use crate::SearchError;
use crate::schema::{Fields, VERSION};

/// Says what the index is in step with.
const STATE: &str = "state.json";
/// The same while it is being written.
const STATE_DRAFT: &str = "state.json.new";
/// What tantivy says of the index, and which files are its own.
const OF_INDEX: [&str; 2] = ["meta.json", ".managed.json"];
/// No more of these is read, in bytes.
const LONGEST_STATE: u64 = 16 << 20;

/// How much is indexed in memory before it is written, in bytes.
const MEMORY: usize = 64 << 20;

/// What is told while the index is brought up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Making {
    /// The index is made anew, and why: a lower-case fragment.
    Anew(&'static str),
    /// So many documents were brought in so far.
    Documents(u64),
}

/// An index, and the store that it is of.
pub struct SearchIndex {
    pub(crate) fields: Fields,
    pub(crate) reader: IndexReader,
    index: Index,
    folder: Option<PathBuf>,
    /// How far the store had come when it was last followed. Held while it is.
    position: Mutex<Option<Position>>,
}

impl std::fmt::Debug for SearchIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SearchIndex").field("folder", &self.folder).finish_non_exhaustive()
    }
}

#[derive(Serialize, Deserialize, PartialEq, Eq)]
struct State {
    version: u32,
    commits: u64,
    checksum: Option<u32>,
    files: [u32; OF_INDEX.len()],
}

impl SearchIndex {
    /// Opens the index of a store in a folder of its own, or makes one in memory, and brings it up
    /// to date. The caller has the store open, so nobody else uses the folder.
    ///
    /// # Errors
    ///
    /// If the store cannot be read or the folder not be written.
    pub fn open(
        store: &dyn Store,
        folder: Option<&Path>,
        told: &mut dyn FnMut(Making),
    ) -> Result<SearchIndex, SearchError> {
        let fields = Fields::new();
        let (index, position) = match folder {
            None => (Index::create_in_ram(fields.schema.clone()), None),
            Some(folder) => {
                make_private(folder)
                    .map_err(|cause| SearchError::Folder { action: "made", cause })?;
                match open_whole(folder, &fields.schema) {
                    Ok((index, position)) => (index, Some(position)),
                    Err(why) => {
                        told(Making::Anew(why));
                        (make_anew(folder, &fields.schema)?, None)
                    }
                }
            }
        };
        let mut index = index;
        index.set_tokenizers(Fields::tokenizers());
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let folder = folder.map(Path::to_owned);
        let position = Mutex::new(position);
        let opened = SearchIndex { fields, reader, index, folder, position };
        opened.follow(store, told)?;
        Ok(opened)
    }

    /// Brings in what was committed since the index was last in step with the store.
    ///
    /// # Errors
    ///
    /// As for [`SearchIndex::open`]. The index then stays as it was.
    pub fn follow(
        &self,
        store: &dyn Store,
        told: &mut dyn FnMut(Making),
    ) -> Result<(), SearchError> {
        let mut position = self.lock();
        // What is committed from here on is brought in next time, or twice.
        let now = store.position()?;
        if *position == Some(now) {
            return Ok(());
        }
        let changed = match *position {
            Some(since) => store.changed_since(&since)?,
            None => None,
        };
        if position.is_some() && changed.is_none() {
            told(Making::Anew("the store does not remember what has changed since"));
        }
        let mut writer: IndexWriter = self.index.writer_with_num_threads(1, MEMORY)?;
        let mut bringing =
            Bringing { store, fields: &self.fields, writer: &writer, told, brought: 0 };
        match changed {
            Some(changed) => changed.iter().try_for_each(|name| bringing.again(name))?,
            None => {
                writer.delete_all_documents()?;
                for source in store.sources() {
                    match source {
                        Ok(source) => bringing.source(&source)?,
                        Err(error) => pass_over(error)?,
                    }
                }
            }
        }
        writer.commit()?;
        // Merging goes on in threads of its own, and the state is of the files that are left in the
        // end.
        writer.wait_merging_threads()?;
        self.index.directory().sync_directory().map_err(writing)?;
        if let Some(folder) = &self.folder {
            write_state(folder, &now).map_err(writing)?;
        }
        self.reader.reload()?;
        *position = Some(now);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Position>> {
        // What a panic leaves behind does not fit its state.
        self.position.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many documents are in the index.
    pub fn documents(&self) -> u64 {
        self.reader.searcher().num_docs()
    }
}

fn writing(cause: io::Error) -> SearchError {
    SearchError::Folder { action: "written", cause }
}

/// What is damaged in the store is not found, and everything else is.
fn pass_over(error: StoreError) -> Result<(), SearchError> {
    match error {
        StoreError::Damaged { .. } | StoreError::Later { .. } => {
            tracing::warn!(%error, "this is left out of the index for searching");
            Ok(())
        }
        error => Err(error.into()),
    }
}

struct Bringing<'a> {
    store: &'a dyn Store,
    fields: &'a Fields,
    writer: &'a IndexWriter,
    told: &'a mut dyn FnMut(Making),
    brought: u64,
}

impl Bringing<'_> {
    /// A source that was committed anew, in the place of what it was before.
    fn again(&mut self, name: &SourceName) -> Result<(), SearchError> {
        self.writer.delete_term(self.fields.source_term(name));
        match self.store.source(name) {
            Ok(Some(source)) => self.source(&source),
            Ok(None) => Ok(()),
            Err(error) => pass_over(error),
        }
    }

    fn source(&mut self, source: &StoredSource) -> Result<(), SearchError> {
        if source.retired {
            return Ok(());
        }
        for id in &source.documents {
            let read = self.store.document(*id, None).and_then(|stored| {
                let Some(stored) = stored else { return Ok(None) };
                let findings = self.store.findings(*id, stored.version)?;
                Ok(Some((stored, findings)))
            });
            match read {
                Ok(Some((stored, findings))) => {
                    self.writer.add_document(self.fields.of(source, &stored, &findings))?;
                    self.brought += 1;
                    (self.told)(Making::Documents(self.brought));
                }
                Ok(None) => {}
                Err(error) => pass_over(error)?,
            }
        }
        Ok(())
    }
}

/// Makes a folder, and the one around it, that only their user can enter.
fn make_private(folder: &Path) -> io::Result<()> {
    for folder in folder.parent().into_iter().chain([folder]) {
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if !fs::symlink_metadata(folder)?.is_dir() {
                    return Err(io::Error::other("something that is no folder is in its place"));
                }
            }
            result => result?,
        }
    }
    close_to_others(folder)
}

/// Lets nobody else read the folder and what is in it.
fn close_to_others(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let metadata = entry.metadata()?;
            if metadata.is_file() && metadata.permissions().mode() & 0o077 != 0 {
                fs::set_permissions(entry.path(), fs::Permissions::from_mode(0o600))?;
            }
        }
    }
    Ok(())
}

/// Opens an index that is whole and of this version, or tells why there is none.
fn open_whole(folder: &Path, schema: &Schema) -> Result<(Index, Position), &'static str> {
    let state = read(&folder.join(STATE)).map_err(|_| "there is none yet")?;
    let state: State = serde_json::from_slice(&state).map_err(|_| "its state is damaged")?;
    if state.version != VERSION {
        return Err("it is of another version");
    }
    // A link would make something else a part of the index.
    let is_foreign = |entry: io::Result<fs::DirEntry>| {
        !entry.and_then(|it| it.metadata()).is_ok_and(|it| it.is_file())
    };
    if fs::read_dir(folder).map_err(|_| "it cannot be read")?.any(is_foreign) {
        return Err("something that is no file lies in it");
    }
    if checksums(folder).ok() != Some(state.files) {
        return Err("its state is of another time");
    }
    let damaged = |_| "it is damaged";
    let index = Index::open_in_dir(folder).map_err(|_| "it is damaged")?;
    if index.schema() != *schema {
        return Err("it is of another version");
    }
    if !index.validate_checksum().map_err(damaged)?.is_empty() {
        return Err("it is damaged");
    }
    Ok((index, Position { commits: state.commits, checksum: state.checksum }))
}

/// Makes an empty index where there was none, or one of no use.
fn make_anew(folder: &Path, schema: &Schema) -> Result<Index, SearchError> {
    let cleared = (|| {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            // Of a link only the link goes.
            match entry.file_type()?.is_dir() {
                true => fs::remove_dir_all(entry.path())?,
                false => fs::remove_file(entry.path())?,
            }
        }
        Ok(())
    })();
    cleared.map_err(writing)?;
    Ok(Index::create_in_dir(folder, schema.clone())?)
}

/// The checksums of the files that say which others belong to the index.
fn checksums(folder: &Path) -> io::Result<[u32; OF_INDEX.len()]> {
    let mut checksums = [0; OF_INDEX.len()];
    for (checksum, name) in checksums.iter_mut().zip(OF_INDEX) {
        *checksum = crc32fast::hash(&read(&folder.join(name))?);
    }
    Ok(checksums)
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = fs::symlink_metadata(path)?;
    if !metadata.is_file() || metadata.len() > LONGEST_STATE {
        return Err(io::Error::other("it is no file of the index"));
    }
    fs::read(path)
}

/// Says what the index is in step with, whole or not at all.
fn write_state(folder: &Path, position: &Position) -> io::Result<()> {
    let Position { commits, checksum } = *position;
    let state = State { version: VERSION, commits, checksum, files: checksums(folder)? };
    let draft = folder.join(STATE_DRAFT);
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::write(&draft, serde_json::to_vec(&state)?)?;
    fs::rename(&draft, folder.join(STATE))?;
    close_to_others(folder)
}
