//! Carries the `log` facade to the host.

use crate::log::{Level, LevelFilter, Log, Metadata, Record};

/// Hands every record to the host, which adds plugin, document and time, and drops what is too
/// much.
struct HostLog;

impl Log for HostLog {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        write(record.level(), &record.args().to_string());
    }

    fn flush(&self) {}
}

#[cfg(target_family = "wasm")]
fn write(level: Level, message: &str) {
    use crate::bindings::imports::docmill::plugin::log;
    let level = match level {
        Level::Error => log::Level::Error,
        Level::Warn => log::Level::Warn,
        Level::Info => log::Level::Info,
        Level::Debug => log::Level::Debug,
        Level::Trace => log::Level::Trace,
    };
    log::write(level, message, &[]);
}

#[cfg(not(target_family = "wasm"))]
fn write(level: Level, message: &str) {
    crate::testing::write_log(level, message);
}

/// Called by the exported functions before the plugin's own code: from here on `log::info!` and
/// friends reach the host.
#[doc(hidden)]
pub fn begin_call() {
    static HOST_LOG: HostLog = HostLog;
    // A second call in one instance finds the logger in place, and that is what it asked for.
    if log::set_logger(&HOST_LOG).is_ok() {
        log::set_max_level(LevelFilter::Trace);
    }
}
