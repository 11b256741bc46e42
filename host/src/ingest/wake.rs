//! Wakes whoever waits for something to happen in folders, as far as the system tells.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

/// Waits for changes in folders.
///
/// Nothing is lost by what it misses: the system may watch only so many folders, tells nothing of
/// those on other machines, and drops what it cannot deliver in time. So whoever waits looks for
/// itself now and then, woken or not. On Linux the system tells by inotify; elsewhere every wait
/// lasts as long as it may.
pub struct Wake {
    sender: SyncSender<()>,
    woken: Receiver<()>,
    #[cfg(target_os = "linux")]
    inotify: Option<std::fs::File>,
}

impl Wake {
    /// Watches no folder yet.
    pub fn new() -> Wake {
        // Woken twice is as good as woken once.
        let (sender, woken) = sync_channel(1);
        #[cfg(target_os = "linux")]
        let inotify = listen(sender.clone());
        Wake {
            sender,
            woken,
            #[cfg(target_os = "linux")]
            inotify,
        }
    }

    /// Watches these folders as well.
    pub fn at(&self, folders: &BTreeSet<PathBuf>) {
        #[cfg(target_os = "linux")]
        if let Some(inotify) = &self.inotify {
            use rustix::fs::inotify::{WatchFlags, add_watch};
            let flags = WatchFlags::CREATE
                | WatchFlags::MODIFY
                | WatchFlags::CLOSE_WRITE
                | WatchFlags::ATTRIB
                | WatchFlags::MOVE
                | WatchFlags::DELETE
                | WatchFlags::ONLYDIR;
            for folder in folders {
                // What cannot be watched is looked at.
                if let Err(error) = add_watch(inotify, folder.as_path(), flags) {
                    tracing::debug!(folder = %folder.display(), %error, "this folder is not watched");
                }
            }
        }
        #[cfg(not(target_os = "linux"))]
        let _ = folders;
    }

    /// What wakes from another thread.
    pub fn waker(&self) -> impl Fn() + Send + 'static {
        let sender = self.sender.clone();
        move || wake(&sender)
    }

    /// Waits until something happens, or for as long as `most`.
    pub fn wait(&self, most: Duration) {
        // Whichever it was: whoever waits looks for itself.
        let _ = self.woken.recv_timeout(most);
    }
}

impl Default for Wake {
    fn default() -> Wake {
        Wake::new()
    }
}

fn wake(sender: &SyncSender<()>) {
    // Full means woken already.
    let _ = sender.try_send(());
}

/// Starts a thread that wakes at every event, and ends with the first one after nobody waits any
/// more.
#[cfg(target_os = "linux")]
fn listen(sender: SyncSender<()>) -> Option<std::fs::File> {
    use std::io::Read;
    use std::sync::mpsc::TrySendError;
    let inotify = rustix::fs::inotify::init(rustix::fs::inotify::CreateFlags::CLOEXEC);
    let inotify = std::fs::File::from(inotify.ok()?);
    let mut events = inotify.try_clone().ok()?;
    std::thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        while events.read(&mut buffer).is_ok_and(|read| read > 0) {
            if let Err(TrySendError::Disconnected(())) = sender.try_send(()) {
                return;
            }
        }
    });
    Some(inotify)
}
