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
        Replacement::beside(path)
    }

    /// Begins to replace what is called so, where nobody but docmill chose that name: a link is
    /// replaced itself, as whoever made the folder may have put it there, and what it leads to is
    /// left alone.
    pub fn begin_at_name(path: &Path) -> io::Result<Replacement> {
        match fs::symlink_metadata(path) {
            Ok(existing) if existing.is_file() || existing.is_symlink() => {}
            Ok(_) => return Err(io::ErrorKind::AlreadyExists.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        Replacement::beside(path.to_owned())
    }

    /// Begins with a file beside the one that it will replace.
    fn beside(path: PathBuf) -> io::Result<Replacement> {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
        let mut temporary = std::ffi::OsString::from(".");
        temporary.push(name);
        temporary.push(format!(".{}.part", std::process::id()));
        let temporary = path.with_file_name(temporary);
        let file = OpenOptions::new().write(true).create_new(true).open(&temporary)?;
        Ok(Replacement { output: BufWriter::new(file), paths: Some((temporary, path)) })
    }

    /// Whether nothing is seen of it before it is finished: not so with what cannot be replaced.
    pub fn replaces(&self) -> bool {
        self.paths.is_some()
    }

    /// Puts the file in its place, safely on disk.
    pub fn finish(mut self) -> io::Result<()> {
        self.output.flush()?;
        let Some((temporary, path)) = &self.paths else { return Ok(()) };
        self.output.get_ref().sync_all()?;
        if let Ok(existing) = fs::symlink_metadata(path)
            && existing.is_file()
        {
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
    write(path, Replacement::begin(path), bytes)
}

/// The same where nobody but docmill chose the name, as for [`Replacement::begin_at_name`].
pub fn write_whole_at_name(path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    write(path, Replacement::begin_at_name(path), bytes)
}

fn write(path: &Path, begun: io::Result<Replacement>, bytes: &[u8]) -> Result<(), CommandError> {
    let written = begun.and_then(|mut file| {
        file.write_all(bytes)?;
        file.finish()
    });
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

    /// A link that somebody else put where docmill writes does not lead it to another file.
    #[cfg(unix)]
    #[test]
    fn a_name_that_nobody_chose_is_no_way_to_another_file() {
        let folder = tempfile::tempdir().unwrap();
        let (link, secret) = (folder.path().join("out.tar"), folder.path().join("secret"));
        fs::write(&secret, "mine").unwrap();
        for target in [secret.as_path(), Path::new("nothing"), Path::new("/dev/null")] {
            let _ = fs::remove_file(&link);
            std::os::unix::fs::symlink(target, &link).unwrap();
            write_whole_at_name(&link, b"new").unwrap();
            assert!(fs::symlink_metadata(&link).unwrap().is_file());
            assert_eq!(fs::read_to_string(&link).unwrap(), "new");
            assert_eq!(fs::read_to_string(&secret).unwrap(), "mine");
        }
        assert!(!folder.path().join("nothing").exists());
        let error = Replacement::begin_at_name(folder.path()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
    }

    #[test]
    fn a_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let error = Replacement::begin(folder.path()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::IsADirectory);
    }
}
