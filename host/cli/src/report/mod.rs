//! Everything that people and programs get to see: results on stdout, all else on stderr.

mod error;
mod flaws;
mod grid;
mod hint;
mod json;
mod kinds;
mod measures;
mod object;
mod page;
mod paint;
mod panic;
mod passages;
mod plan;
mod progress;
mod table;
mod text;
mod trial;
mod units;

pub use error::{CommandError, finish, hint_of};
pub use flaws::{WAY_BACK, census_words, tell_flaw};
pub use grid::Grid;
pub use hint::hint_words;
pub use json::write_json;
pub use kinds::{Kinds, More, cause_words, step_words};
pub use measures::{measures_told, ratio};
pub use object::{
    AnnotationObject, BillObject, DocumentObject, FailureObject, LabelObject, LimitsObject,
    ProvenanceObject, RunObject, SourceObject, TallyObject,
};
pub use page::Page;
pub use paint::{Paint, Tone, width};
pub use panic::guarded;
pub use passages::{annotation_line, passages, quote};
pub use plan::{note_unread, show_plan, tell_nothing_due};
pub use progress::{Counter, Progress};
pub use table::{Column, Table, cut_end, cut_list, cut_start};
pub use text::{count, escaped, one_line, short};
pub use trial::{TrialObject, show_trial};
pub use units::{bytes, confidence, grouped, moment, rfc3339, span};

use std::io::Write;

use crate::args::Common;

/// Starts the log on stderr: `DOCMILL_LOG` if it is set, else as `-v` asks.
pub fn start_logging(common: &Common) {
    use tracing_subscriber::EnvFilter;
    let by_flag = match common.verbose {
        0 => "docmill=warn,docmill::plugin=error",
        1 => "docmill=info,docmill::plugin=warn",
        2 => "docmill=debug,docmill::plugin=info",
        _ => "docmill=trace",
    };
    let filter =
        std::env::var("DOCMILL_LOG").ok().and_then(|wanted| EnvFilter::try_new(wanted).ok());
    let filter = filter.unwrap_or_else(|| {
        EnvFilter::new(if common.quiet { "docmill=error,docmill::plugin=off" } else { by_flag })
    });
    let color = color_on_stderr(common);
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(move || Harmless { to: std::io::stderr(), color })
        .with_ansi(color)
        .with_target(true)
        .without_time()
        .init();
}

/// Writes events of the log, of which any part may come from a document, a plugin or the system.
struct Harmless<W> {
    to: W,
    /// Whether the log itself paints, and sees to it that nothing else does.
    color: bool,
}

impl<W: Write> Write for Harmless<W> {
    fn write(&mut self, event: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let shown = match self.color {
            true => text.split('\u{1b}').map(escaped).collect::<Vec<_>>().join("\u{1b}"),
            false => escaped(&text),
        };
        self.to.write_all(shown.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.to.flush()
    }
}

/// Tells people something that is no result: on stderr, and only where people read.
pub fn note(common: &Common, remark: &str) {
    if common.output == crate::args::Output::Human && !common.quiet {
        // With stderr closed there is nobody to tell.
        let remark = escaped(remark);
        let _ = writeln!(std::io::stderr().lock(), "{remark}");
    }
}

/// Whether stderr may be coloured.
pub fn color_on_stderr(common: &Common) -> bool {
    colored(common, &std::io::stderr())
}

/// Whether stdout may be coloured.
pub fn color_on_stdout(common: &Common) -> bool {
    colored(common, &std::io::stdout())
}

fn colored(common: &Common, stream: &impl std::io::IsTerminal) -> bool {
    match common.color {
        crate::args::Color::Always => true,
        crate::args::Color::Never => false,
        crate::args::Color::Auto => stream.is_terminal() && std::env::var_os("NO_COLOR").is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_the_log_controls_the_terminal() {
        let written = |color: bool| {
            let mut log = Harmless { to: Vec::new(), color };
            log.write_all("\u{1b}[31ma\u{202e}b\u{9b}\r\n".as_bytes()).unwrap();
            String::from_utf8(log.to).unwrap()
        };
        assert_eq!(written(false), "\\u{1b}[31ma\\u{202e}b\\u{9b}\\u{d}\n");
        assert_eq!(written(true), "\u{1b}[31ma\\u{202e}b\\u{9b}\\u{d}\n");
    }
}
