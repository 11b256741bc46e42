//! `forget`: takes a source out of the store for good.

use std::io::{IsTerminal, Write};

use docmill::model::SourceName;
use docmill::store::Forgetting;

use crate::args::{Common, Forget};
use crate::context;
use crate::exit::Exit;
use crate::report::{CommandError, count, note, one_line};

/// The most names that are told.
const MOST_NAMES: usize = 20;

/// Runs the command.
pub fn run(common: &Common, options: &Forget) -> Result<Exit, CommandError> {
    let address = context::existing(common)?;
    let meant = options.source.strip_prefix("./").unwrap_or(&options.source);
    let is_asked = std::io::stdin().is_terminal();
    let mut agreed = None;
    // As it is shown, or else as the file is called.
    for name in [SourceName::new(meant), SourceName::of_path(meant.as_bytes())] {
        let Ok(name) = name else { continue };
        let forgotten = address.forget(&name, &mut |forgetting| {
            tell(common, forgetting);
            *agreed.insert(options.yes || is_asked && ask())
        })?;
        let Some(forgetting) = forgotten else { continue };
        if agreed != Some(true) {
            let error = CommandError::new(Exit::SomeFailed, "nothing was forgotten");
            return Err(if is_asked { error } else { error.hint("`--yes` agrees to all of this") });
        }
        let sources = count(forgetting.sources.len() as u64, "source");
        note(
            common,
            &format!("forgot {sources}; what still lies in files is taken in again with them"),
        );
        return Ok(Exit::Success);
    }
    let message = format!("there is no source `{}`", one_line(meant, 200));
    Err(CommandError::new(Exit::SomeFailed, message)
        .hint("give its whole name, as `docmill list --output json` shows it"))
}

fn tell(common: &Common, forgetting: &Forgetting) {
    let Forgetting { sources, documents, containers, sharing } = forgetting;
    let documents = count(*documents, "version of a document");
    note(common, &format!("to be forgotten, with {documents}:{}", names(sources)));
    if !containers.is_empty() {
        let names = names(containers);
        note(common, &format!("the originals of these go too, as it lies in them:{names}"));
    }
    if !sharing.is_empty() {
        note(common, &format!("its bytes stay, as these have the same:{}", names(sharing)));
    }
}

fn names(names: &[SourceName]) -> String {
    let shown = names.iter().take(MOST_NAMES);
    let mut text: String = shown.map(|it| format!("\n  {}", one_line(it.as_str(), 400))).collect();
    if names.len() > MOST_NAMES {
        text.push_str(&format!("\n  and {} more", names.len() - MOST_NAMES));
    }
    text
}

/// Asks whoever sits at the terminal.
fn ask() -> bool {
    let mut stderr = std::io::stderr();
    let _ = write!(stderr, "Forget this for good? [y/N] ").and_then(|()| stderr.flush());
    let mut answer = String::new();
    // No answer is no.
    let _ = std::io::stdin().read_line(&mut answer);
    matches!(answer.trim(), "y" | "Y" | "yes")
}
