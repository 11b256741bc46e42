//! Colour on stdout, where it is wanted; everything reads as well without it.

use crate::args::Common;

/// How a piece of text is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    Plain,
    /// What a reader looks for first.
    Strong,
    /// Headings and other things in the second row.
    Dim,
    /// What can be copied into the next command.
    Key,
    /// What went wrong.
    Bad,
    /// A passage within its context.
    Passage,
}

/// Colours text, or leaves it alone.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    on: bool,
}

impl Paint {
    /// Without colour.
    pub const OFF: Paint = Paint { on: false };

    /// As the options and stdout ask for it.
    pub fn for_stdout(common: &Common) -> Paint {
        Paint { on: super::color_on_stdout(common) }
    }

    /// Whether there is colour.
    pub const fn is_on(self) -> bool {
        self.on
    }

    /// The text in this tone.
    pub fn tone(self, tone: Tone, text: &str) -> String {
        let code = match tone {
            _ if !self.on || text.is_empty() => return text.to_owned(),
            Tone::Plain => return text.to_owned(),
            Tone::Strong => "1",
            Tone::Dim => "2",
            Tone::Key => "36",
            Tone::Bad => "31",
            Tone::Passage => "1;33",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

/// How many columns results may take: those of the terminal, or any number where stdout is none.
/// `COLUMNS` has the last word, as a terminal cannot be asked everywhere.
pub fn width() -> Option<usize> {
    use std::io::IsTerminal;
    if !std::io::stdout().is_terminal() {
        return None;
    }
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let asked = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    told.or_else(asked).filter(|width| *width > 0).or(Some(80))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colour_text_stays_as_it_is() {
        assert_eq!(Paint::OFF.tone(Tone::Bad, "x"), "x");
        assert_eq!(Paint { on: true }.tone(Tone::Bad, "x"), "\x1b[31mx\x1b[0m");
        assert_eq!(Paint { on: true }.tone(Tone::Bad, ""), "");
    }
}
