//! Parquet files in a folder: put in place whole or not at all, never changed, read as a whole or
//! in parts.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowSelection,
    RowSelector,
};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, PageIndexPolicy};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::{ChunkReader, Length};
use parquet::schema::types::ColumnPath;
use serde::Deserialize;

use crate::error::ResultsError;
use crate::rows::Row;
use crate::schema::{Table, VERSION, VERSION_KEY};

/// What a whole file is called at its end.
const WHOLE: &str = ".parquet";
/// What a file is called at its end until it is whole. It begins with a dot besides, so that
/// nothing takes it for a result.
const PARTIAL: &str = ".partial";
/// A page has so many bytes, or one value: who wants one row reads little else.
const PAGE: usize = 128 << 10;
/// So many rows are made at a time when a file is read.
const AT_ONCE: usize = 256;
/// So many footers of files are kept in memory.
const FOOTERS: usize = 128;

/// Where files lie: a folder now, and what can list, get and put whole objects in its place.
pub(crate) trait Place: Send + Sync {
    /// The names of all whole files of a table, in ascending order.
    fn list(&self, table: Table) -> io::Result<Vec<String>>;

    /// Opens a whole file.
    fn open(&self, table: Table, name: &str) -> io::Result<Handle>;

    /// Puts a file in place, under a name that no other has. Durable once this returns; where it
    /// fails, nothing has that name.
    fn put(&self, table: Table, name: &str, bytes: &[u8]) -> io::Result<()>;
}

/// A whole file, to be read in parts.
pub(crate) enum Handle {
    /// On a disk.
    File(File),
    /// As an object store hands it over.
    #[cfg_attr(not(test), expect(dead_code, reason = "object stores are not among the places yet"))]
    Memory(Bytes),
}

impl Length for Handle {
    fn len(&self) -> u64 {
        match self {
            Handle::File(file) => Length::len(file),
            Handle::Memory(bytes) => bytes.len() as u64,
        }
    }
}

impl ChunkReader for Handle {
    type T = Box<dyn Read>;

    fn get_read(&self, start: u64) -> Result<Box<dyn Read>, ParquetError> {
        Ok(match self {
            Handle::File(file) => Box::new(file.get_read(start)?),
            Handle::Memory(bytes) => Box::new(bytes.get_read(start)?),
        })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        match self {
            Handle::File(file) => file.get_bytes(start, length),
            Handle::Memory(bytes) => bytes.get_bytes(start, length),
        }
    }
}

/// A folder of this machine, or one that several share.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    fn of(&self, table: Table) -> PathBuf {
        self.0.join(table.name())
    }
}

impl Place for Folder {
    fn list(&self, table: Table) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(self.of(table)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let Ok(name) = entry?.file_name().into_string() else { continue };
            if name.ends_with(WHOLE) && !name.starts_with(['.', '_']) {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    fn open(&self, table: Table, name: &str) -> io::Result<Handle> {
        File::open(self.of(table).join(name)).map(Handle::File)
    }

    fn put(&self, table: Table, name: &str, bytes: &[u8]) -> io::Result<()> {
        let folder = self.of(table);
        fs::create_dir_all(&folder)?;
        let partial = folder.join(format!(".{name}{PARTIAL}"));
        let written = write_durably(&partial, bytes)
            .and_then(|()| fs::rename(&partial, folder.join(name)))
            .and_then(|()| sync_folder(&folder));
        if written.is_err() {
            // What is left of it is taken for nothing, but takes room.
            let _ = fs::remove_file(&partial);
        }
        written
    }
}

fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The files of all tables.
pub(crate) struct Files {
    place: Box<dyn Place>,
    /// Names begin with numbers that grow, by the clock where that is possible.
    last: AtomicU64,
    footers: Mutex<VecDeque<((Table, String), ArrowReaderMetadata)>>,
}

impl Files {
    pub(crate) fn new(place: impl Place + 'static) -> Files {
        let place = Box::new(place);
        Files { place, last: AtomicU64::new(0), footers: Mutex::default() }
    }

    /// The names of the files of a table, oldest first.
    pub(crate) fn list(&self, table: Table) -> Result<Vec<String>, ResultsError> {
        let names = self.place.list(table).map_err(ResultsError::reading)?;
        // Whatever the clock of this machine says, what is written next is newer than what is
        // there.
        let newest = names.last().and_then(|name| name.split('-').next()?.parse::<u64>().ok());
        self.last.fetch_max(newest.unwrap_or(0), Ordering::SeqCst);
        Ok(names)
    }

    /// A name for files that belong together: newer than all before, and nobody else's.
    pub(crate) fn new_name(&self) -> String {
        let now = now_in_micros().unsigned_abs();
        let next = |last: u64| now.max(last.saturating_add(1)).min(LARGEST_NUMBER);
        let last = self
            .last
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |last| Some(next(last)))
            .unwrap_or_else(|last| last);
        // Seeded by the system for every state anew.
        let random = RandomState::new().hash_one((std::process::id(), now));
        format!("{:016}-{random:016x}{WHOLE}", next(last))
    }

    /// Writes rows as one file of this name; none where there are none.
    pub(crate) fn write<T: Row>(&self, name: &str, rows: &[T]) -> Result<(), ResultsError> {
        if rows.is_empty() {
            return Ok(());
        }
        let bytes = encode(rows)?;
        self.place.put(T::TABLE, name, &bytes).map_err(ResultsError::writing)
    }

    /// Hands over the rows of a file, as far as they have these columns and lie in this range; some
    /// at a time, in order.
    pub(crate) fn read<T: for<'a> Deserialize<'a>>(
        &self,
        table: Table,
        name: &str,
        columns: Option<&[&str]>,
        rows: Option<Range<u32>>,
        mut each: impl FnMut(T) -> Result<(), ResultsError>,
    ) -> Result<(), ResultsError> {
        let shown = format!("{}/{name}", table.name());
        let damaged = |error: &dyn std::fmt::Display| ResultsError::damaged(&shown, error);
        let file = self.place.open(table, name).map_err(ResultsError::reading)?;
        let footer = self.footer(table, name, &file, &shown)?;
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, footer);
        if let Some(columns) = columns {
            let roots = builder.parquet_schema().root_schema().get_fields();
            let wanted = (0..).zip(roots).filter(|(_, root)| columns.contains(&root.name()));
            let wanted: Vec<usize> = wanted.map(|(index, _)| index).collect();
            let mask = ProjectionMask::roots(builder.parquet_schema(), wanted);
            builder = builder.with_projection(mask);
        }
        if let Some(rows) = rows {
            let (start, length) = (rows.start as usize, rows.len());
            let wanted = vec![RowSelector::skip(start), RowSelector::select(length)];
            builder = builder.with_row_selection(RowSelection::from(wanted));
        }
        let batches = builder.with_batch_size(AT_ONCE).build().map_err(|error| damaged(&error))?;
        for batch in batches {
            let batch = batch.map_err(|error| damaged(&error))?;
            let rows: Vec<T> = serde_arrow::from_record_batch(&batch)
                .map_err(|error| damaged(&error.message()))?;
            rows.into_iter().try_for_each(&mut each)?;
        }
        Ok(())
    }

    /// What stands at the end of a file: it is read once.
    fn footer(
        &self,
        table: Table,
        name: &str,
        file: &Handle,
        shown: &str,
    ) -> Result<ArrowReaderMetadata, ResultsError> {
        let mut footers = self.footers.lock().unwrap_or_else(PoisonError::into_inner);
        let known = footers.iter().position(|((of, it), _)| *of == table && it == name);
        if let Some(footer) = known.and_then(|at| footers.remove(at)) {
            footers.push_front(footer.clone());
            return Ok(footer.1);
        }
        drop(footers);
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
        let footer = ArrowReaderMetadata::load(file, options)
            .map_err(|error| ResultsError::damaged(shown, error))?;
        let entries = footer.metadata().file_metadata().key_value_metadata();
        let version = entries.into_iter().flatten().find(|it| it.key == VERSION_KEY);
        let version = version.and_then(|it| it.value.as_deref()?.parse::<u32>().ok());
        if version.is_some_and(|version| version > VERSION) {
            return Err(ResultsError::Later { file: shown.to_owned() });
        }
        let mut footers = self.footers.lock().unwrap_or_else(PoisonError::into_inner);
        footers.truncate(FOOTERS - 1);
        footers.push_front(((table, name.to_owned()), footer.clone()));
        Ok(footer)
    }
}

/// The largest number with 16 digits: names have that many, so that they sort as their numbers do.
const LARGEST_NUMBER: u64 = 9_999_999_999_999_999;

/// Now, in microseconds since 1970, UTC.
pub(crate) fn now_in_micros() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// The bytes of a file with these rows. They depend on nothing else.
pub(crate) fn encode<T: Row>(rows: &[T]) -> Result<Vec<u8>, ResultsError> {
    let schema = T::TABLE.schema();
    let batch = serde_arrow::to_record_batch(schema.fields(), &rows)
        .map_err(|error| ResultsError::writing(error.message().to_owned()))?;
    let batch = batch.with_schema(Arc::clone(&schema)).map_err(ResultsError::writing)?;
    let metadata = schema.metadata().iter();
    let mut metadata: Vec<KeyValue> =
        metadata.map(|(key, value)| KeyValue::new(key.clone(), value.clone())).collect();
    metadata.sort_by(|one, other| one.key.cmp(&other.key));
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_data_page_size_limit(PAGE)
        // After so many values it is looked at how large a page is.
        .set_write_batch_size(16)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_key_value_metadata(Some(metadata));
    // Of values that do not come twice, a dictionary is a second copy.
    for column in ["key", "document", "text", "text_digest", "sha256", "failure", "bytes"] {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(column), false);
    }
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, schema, Some(properties.build()))
        .map_err(ResultsError::writing)?;
    writer.write(&batch).map_err(ResultsError::writing)?;
    writer.close().map_err(ResultsError::writing)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::PartRow;
    use crate::tests::Objects;

    fn part(number: u32) -> PartRow {
        let bytes = vec![u8::try_from(number % 251).unwrap(); 1_000];
        PartRow { sha256: format!("{number:064}"), bytes }
    }

    #[test]
    fn names_grow_whatever_the_clock_says() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new(Folder(folder.path().to_owned()));
        let first = files.new_name();
        let ahead = format!("{:016}-{:016x}{WHOLE}", now_in_micros() + 1_000_000_000_000, 7);
        files.write(&ahead, &[part(1)]).unwrap();
        assert_eq!(files.list(Table::Parts).unwrap(), [ahead.as_str()]);
        let mut before = ahead.clone();
        for _ in 0..1_000 {
            let next = files.new_name();
            assert!(before < next && first < next, "{before} {next}");
            before = next;
        }
    }

    #[test]
    fn any_range_of_rows_is_read_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        ranges(&Files::new(Folder(folder.path().to_owned())));
        ranges(&Files::new(Arc::new(Objects::default())));
    }

    fn ranges(files: &Files) {
        let rows: Vec<PartRow> = (0..3_000).map(part).collect();
        let name = files.new_name();
        files.write(&name, &rows).unwrap();
        for range in [0..1, 0..3_000, 17..19, 255..258, 2_999..3_000, 1_000..1_700] {
            let mut read: Vec<PartRow> = Vec::new();
            files
                .read(Table::Parts, &name, None, Some(range.clone()), |row| {
                    read.push(row);
                    Ok(())
                })
                .unwrap();
            assert_eq!(read, rows[range.start as usize..range.end as usize]);
        }
    }

    #[test]
    fn what_is_not_whole_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new(Folder(folder.path().to_owned()));
        let name = files.new_name();
        files.write(&name, &[part(1)]).unwrap();
        let parts = folder.path().join("parts");
        fs::write(parts.join(format!(".{name}{PARTIAL}")), "PAR1").unwrap();
        fs::write(parts.join("_SUCCESS"), "").unwrap();
        fs::write(parts.join(".hidden.parquet"), "").unwrap();
        assert_eq!(files.list(Table::Parts).unwrap(), [name]);
    }

    #[test]
    fn what_is_no_parquet_is_named_and_what_is_later_as_well() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new(Folder(folder.path().to_owned()));
        fs::create_dir(folder.path().join("parts")).unwrap();
        let read = |name: &str| files.read(Table::Parts, name, None, None, |_: PartRow| Ok(()));
        for (name, bytes) in
            [("a.parquet", &b""[..]), ("b.parquet", b"PAR1PAR1"), ("c.parquet", &[7; 999])]
        {
            fs::write(folder.path().join("parts").join(name), bytes).unwrap();
            let error = read(name).unwrap_err().to_string();
            assert!(error.starts_with(&format!("`parts/{name}` is damaged")), "{error}");
        }
    }
}
