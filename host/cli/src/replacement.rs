//! A file that is replaced as a whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::exit::Exit;
use crate::report::CommandError;

/// Is written beside the file that it will replace.
#[derive(Debug)]
pub struct Replacement {
    output: BufWriter<File>,
    /// The temporary file and its final place; absent for what cannot be replaced, such as a pipe.
    paths: Option<(PathBuf, PathBuf)>,
}

impl Replacement {
    /// Begins to replace `path`, which need not exist.
    pub fn begin(path: &Path) -> io::Result<Replacement> {
        // A link stays a link: it is the file behind it that is replaced.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        match fs::metadata(&path) {
            Ok(existing) if existing.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(existing) if !existing.is_file() => {
                let output = BufWriter::new(OpenOptions::new().write(true).open(&path)?);
                return Ok(Replacement { output, paths: None });
            }
            _ => {}
        }
        let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
        let mut temporary = std::ffi::OsString::from(".");
        temporary.push(name);
        temporary.push(format!(".{}.part", std::process::id()));
        let temporary = path.with_file_name(temporary);
        let file = OpenOptions::new().write(true).create_new(true).open(&temporary)?;
        Ok(Replacement { output: BufWriter::new(file), paths: Some((temporary, path)) })
    }

    /// Puts the file in its place, safely on disk.
    pub fn finish(mut self) -> io::Result<()> {
        self.output.flush()?;
        let Some((temporary, path)) = &self.paths else { return Ok(()) };
        self.output.get_ref().sync_all()?;
        if let Ok(existing) = fs::metadata(path) {
            fs::set_permissions(temporary, existing.permissions())?;
        }
        fs::rename(temporary, path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        // Not every file system can flush a folder, and the file itself is whole either way.
        let _ = File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all());
        self.paths = None;
        Ok(())
    }
}

/// Replaces a file as a whole or not at all.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    let written = (|| {
        let mut file = Replacement::begin(path)?;
        file.write_all(bytes)?;
        file.finish()
    })();
    written.map_err(|error: io::Error| {
        let message = format!("`{}` could not be written", path.display());
        CommandError::new(Exit::Rejected, message).because(&error)
    })
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if let Some((temporary, _)) = &self.paths {
            // What cannot be removed is a hidden file with a telling name; there is nobody to tell.
            let _ = fs::remove_file(temporary);
        }
    }
}

impl Write for Replacement {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_only_once_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.jsonl");
        fs::write(&path, "old").unwrap();
        let mut half = Replacement::begin(&path).unwrap();
        half.write_all(b"ne").unwrap();
        half.flush().unwrap();
        drop(half);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        let mut whole = Replacement::begin(&path).unwrap();
        whole.write_all(b"new").unwrap();
        whole.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let error = Replacement::begin(folder.path()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::IsADirectory);
    }
}
