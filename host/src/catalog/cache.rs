//! What was made of components, kept on disk: native code, and what plugins said of themselves.
//!
//! Native code is as powerful as docmill itself. So it is taken only from a [`PrivateFolder`], only
//! from files that this docmill wrote (each carries a digest of its content), and never from
//! anywhere else.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::private::{PrivateFolder, TEMPORARY};
use crate::model::Digest;

/// How much the files may have together, in bytes. The code of a plugin with a runtime of its own
/// has 80 MB.
const LARGEST_CACHE: u64 = 1 << 30;
/// How many they may be: what plugins said is small, and each file is looked at when another is
/// written.
const MOST_FILES: usize = 2_000;
/// How exactly it is known when a file was used last: noting it each time would write to the disk
/// at each start.
const SHORTEST_REST: Duration = Duration::from_secs(24 * 60 * 60);
/// After this time nobody is writing a file any more that is not whole.
const LONGEST_WRITING: Duration = Duration::from_secs(60 * 60);

/// A folder that this user's docmill fills for itself, up to 1 GiB and 2,000 files; what was not
/// used for longest goes first.
#[derive(Debug, Clone)]
pub struct CodeCache {
    folder: Arc<PrivateFolder>,
    /// What the files may have together, in bytes.
    most: u64,
}

impl CodeCache {
    /// Opens or makes the folder.
    ///
    /// # Errors
    ///
    /// If it cannot be made, or another user could have written to it, or put another folder in its
    /// place.
    pub fn open(folder: &Path) -> io::Result<CodeCache> {
        let folder = Arc::new(PrivateFolder::open(folder)?);
        Ok(CodeCache { folder, most: LARGEST_CACHE })
    }

    /// The content of a file, if it is there, whole and unchanged.
    pub(super) fn read(&self, name: &str) -> Option<Vec<u8>> {
        let mut file = self.folder.read(name).ok()?;
        let mut digest = [0; 32];
        file.read_exact(&mut digest).ok()?;
        let mut content = Vec::new();
        (&mut file).take(self.most).read_to_end(&mut content).ok()?;
        if *Digest::of(&content).as_bytes() != digest {
            return None;
        }
        was_used(&file);
        Some(content)
    }

    /// Keeps a file, in the place of one of this name, and takes out what there is no room for any
    /// more.
    pub(super) fn write(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let digest = Digest::of(content);
        if content.len() as u64 + digest.as_bytes().len() as u64 > self.most {
            return Ok(());
        }
        self.folder.write(name, &[digest.as_bytes(), content])?;
        self.make_room(name)
    }

    /// Takes out what was not used for longest, but never `kept`.
    fn make_room(&self, kept: &str) -> io::Result<()> {
        let mut files = Vec::new();
        for name in self.folder.names()? {
            // What is no file of ours is left alone, and so is what another process has just taken
            // out.
            let Ok(metadata) = self.folder.read(&name).and_then(|file| file.metadata()) else {
                continue;
            };
            files.push((metadata.modified()?, metadata.len(), name));
        }
        files.sort();
        let mut sum = files.iter().fold(0, |sum: u64, (_, size, _)| sum.saturating_add(*size));
        let mut count = files.len();
        let now = SystemTime::now();
        for (used, size, name) in files {
            let rest = now.duration_since(used).unwrap_or_default();
            let is_left_over = name.ends_with(TEMPORARY) && rest > LONGEST_WRITING;
            let is_too_much = sum > self.most || count > MOST_FILES;
            if name != kept && (is_too_much || is_left_over) {
                match self.folder.remove(&name) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                    _ => (sum, count) = (sum - size, count - 1),
                }
            }
        }
        Ok(())
    }
}

/// Notes that a file was used today. Without that note it goes a little early.
fn was_used(file: &File) {
    let now = SystemTime::now();
    let noted = file.metadata().and_then(|metadata| metadata.modified());
    if noted.is_ok_and(|noted| now.duration_since(noted).is_ok_and(|rest| rest > SHORTEST_REST)) {
        let _ = file.set_modified(now);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_whose_content_is_not_what_was_written_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let cache = CodeCache::open(folder.path()).unwrap();
        cache.write("a.code", b"native code").unwrap();
        assert_eq!(cache.read("a.code").unwrap(), b"native code");
        let path = folder.path().join("a.code");
        let whole = fs::read(&path).unwrap();
        // One bit anywhere, in the content or in its digest; cut anywhere; longer; and another
        // file's content as a whole.
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            fs::write(&path, &damaged).unwrap();
            assert_eq!(cache.read("a.code"), None, "byte {at}");
            fs::write(&path, &whole[..at]).unwrap();
            assert_eq!(cache.read("a.code"), None, "cut at {at}");
        }
        fs::write(&path, [&whole[..], b"!"].concat()).unwrap();
        assert_eq!(cache.read("a.code"), None);
        fs::write(&path, [&whole[..32], b"forged code"].concat()).unwrap();
        assert_eq!(cache.read("a.code"), None);
        fs::write(&path, &whole).unwrap();
        assert_eq!(cache.read("a.code").unwrap(), b"native code");
    }

    #[test]
    fn what_was_not_used_for_longest_makes_room() {
        let folder = tempfile::tempdir().unwrap();
        let cache = CodeCache { most: 400, ..CodeCache::open(folder.path()).unwrap() };
        let day = |number: u64| SystemTime::now() - Duration::from_secs(number * 24 * 60 * 60 + 60);
        let last_used = |name: &str, used: SystemTime| {
            let file = File::options().write(true).open(folder.path().join(name)).unwrap();
            file.set_modified(used).unwrap();
        };
        for (name, used) in [("a", day(4)), ("b", day(3)), ("c", day(2))] {
            cache.write(name, &[7; 68]).unwrap();
            last_used(name, used);
        }
        fs::write(folder.path().join("d.1.1.tmp"), "").unwrap();
        last_used("d.1.1.tmp", day(1));
        // Reading is using.
        cache.read("a").unwrap();
        cache.write("e", &[7; 168]).unwrap();
        let mut names = cache.folder.names().unwrap();
        names.retain(|name| !name.starts_with('.'));
        names.sort();
        assert_eq!(names, ["a", "c", "e"]);
        // What is larger than all of the room takes none.
        cache.write("f", &[7; 400]).unwrap();
        assert_eq!(cache.read("f"), None);
        assert!(cache.read("a").is_some());
    }
}
