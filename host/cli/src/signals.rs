//! What Ctrl-C does to a command that takes its time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::exit::Exit;

/// What Ctrl-C does.
pub struct Stop {
    /// Set to end the run after what is under way.
    pub requested: Arc<AtomicBool>,
    /// Whether it was Ctrl-C that set it.
    interrupted: Arc<AtomicBool>,
}

impl Stop {
    /// The first Ctrl-C ends the run once everything under way is stored; the second ends the
    /// process at once, which loses nothing that was reported either. `then` is called at each; a
    /// service manager asks with SIGTERM, which counts as well if `terminates`.
    pub fn on_signal(terminates: bool, then: impl Fn() + Send + 'static) -> Stop {
        let stop = Stop { requested: Arc::default(), interrupted: Arc::default() };
        let (requested, interrupted) = (Arc::clone(&stop.requested), Arc::clone(&stop.interrupted));
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
            let Ok(runtime) = runtime else { return };
            runtime.block_on(async {
                while signal(terminates).await.is_ok() {
                    if interrupted.swap(true, Ordering::SeqCst) {
                        // The user asked twice.
                        std::process::exit(i32::from(Exit::Interrupted as u8));
                    }
                    requested.store(true, Ordering::SeqCst);
                    then();
                }
            });
        });
        stop
    }

    /// Whether there was a signal.
    pub fn was_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::SeqCst)
    }
}

/// Tells why a run that was interrupted goes on for a moment.
pub fn warn_of_interrupt() {
    tracing::warn!("interrupted: finishing what is under way; press Ctrl-C again to end at once");
}

/// Waits for Ctrl-C, or also for SIGTERM.
async fn signal(terminates: bool) -> std::io::Result<()> {
    #[cfg(unix)]
    if terminates {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        return tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        };
    }
    #[cfg(not(unix))]
    let _ = terminates;
    tokio::signal::ctrl_c().await
}
