//! Which document or failure is meant by what somebody typed.

use docmill::model::{DocumentId, Failure, SourceName, SourceState, StoredDocument, StoredSource};
use docmill::store::Store;

use crate::exit::Exit;
use crate::report::{CommandError, count, one_line, short};

/// The most candidates that are named where it is unclear what is meant.
const MOST_CANDIDATES: usize = 10;

/// Finds the document that is meant: by the name of its source, by its id, or by the end of the
/// name of its source.
pub fn document(store: &dyn Store, meant: &str) -> Result<DocumentId, CommandError> {
    let named = meant.strip_prefix("./").unwrap_or(meant);
    // As it is shown, or else as the file is called.
    for name in [SourceName::new(named), SourceName::of_path(named.as_bytes())] {
        if let Some(source) = name.ok().map(|name| store.source(&name)).transpose()?.flatten() {
            return only_document(store, &source);
        }
    }
    match store.document_ids(meant, MOST_CANDIDATES + 1)?.as_slice() {
        [] => {}
        [id] => return Ok(*id),
        several => {
            let message = format!("`{meant}` is the beginning of several ids");
            return Err(ambiguous(store, message, several)?.hint("give more of the id"));
        }
    }
    let mut candidates = Vec::new();
    let end = format!("/{meant}");
    for source in store.sources() {
        let source = source?;
        if !meant.is_empty() && !source.retired && source.info.name.as_str().ends_with(&end) {
            candidates.push(source);
        }
    }
    match candidates.as_slice() {
        [] => Err(CommandError::new(Exit::SomeFailed, format!("there is no document `{meant}`"))
            .hint("`docmill list` shows ids; the name of a source works too")),
        [source] => only_document(store, source),
        several => {
            let mut message = format!("several sources are called `{meant}`");
            for source in several.iter().take(MOST_CANDIDATES) {
                message.push_str(&format!("\n  {}", one_line(source.info.name.as_str(), 200)));
            }
            if several.len() > MOST_CANDIDATES {
                message.push_str("\n  …");
            }
            Err(CommandError::new(Exit::Usage, message).hint("give more of the path"))
        }
    }
}

/// A version of a document, or its latest.
pub fn version(
    store: &dyn Store,
    id: DocumentId,
    wanted: Option<u32>,
) -> Result<StoredDocument, CommandError> {
    if let Some(stored) = store.document(id, wanted)? {
        return Ok(stored);
    }
    let error = |message| CommandError::new(Exit::SomeFailed, message);
    Err(match (wanted, store.document(id, None)?) {
        (Some(wanted), Some(latest)) => error(format!("document `{id}` has no version {wanted}"))
            .hint(format!("its latest version is {}", latest.version)),
        _ => error(format!("there is no document `{id}`")),
    })
}

/// The failure whose id begins like this.
pub fn failure(store: &dyn Store, meant: &str) -> Result<Failure, CommandError> {
    let mut found = store.failures_with_prefix(meant, MOST_CANDIDATES + 1)?;
    match found.as_slice() {
        [] => Err(CommandError::new(Exit::SomeFailed, format!("there is no failure `{meant}`"))
            .hint("`docmill failures list` shows ids")),
        [_] => Ok(found.remove(0)),
        several => {
            let mut message = format!("`{meant}` is the beginning of several ids");
            for Failure { id, class, source, .. } in several.iter().take(MOST_CANDIDATES) {
                let source = one_line(source.as_str(), 60);
                message.push_str(&format!("\n  {id}  {class}  {source}"));
            }
            if several.len() > MOST_CANDIDATES {
                message.push_str("\n  …");
            }
            Err(CommandError::new(Exit::Usage, message).hint("give more of the id"))
        }
    }
}

fn only_document(store: &dyn Store, source: &StoredSource) -> Result<DocumentId, CommandError> {
    let name = source.info.name.as_str();
    match source.documents.as_slice() {
        [id] => Ok(*id),
        [] => {
            let error =
                CommandError::new(Exit::SomeFailed, format!("no document was found in `{name}`"));
            Err(match source.state {
                SourceState::Done => error,
                SourceState::Failed | SourceState::Unsupported | SourceState::Empty => {
                    let failures = store.failures_of(&source.info.name)?;
                    let causes = failures.iter().flat_map(|failure| failure.causes.clone());
                    let error = CommandError { causes: causes.take(5).collect(), ..error };
                    match failures.first() {
                        Some(failure) => error.hint(format!(
                            "`docmill failures show {}` tells more",
                            short(&failure.id)
                        )),
                        None => error,
                    }
                }
            })
        }
        several => {
            let message = format!("`{name}` has {}", count(several.len() as u64, "document"));
            Err(ambiguous(store, message, several)?.hint("give the id of one of them"))
        }
    }
}

fn ambiguous(
    store: &dyn Store,
    mut message: String,
    candidates: &[DocumentId],
) -> Result<CommandError, CommandError> {
    for id in candidates.iter().take(MOST_CANDIDATES) {
        let title = match store.document(*id, None)? {
            Some(stored) => {
                let title = stored.extracted.document.attribute("title");
                one_line(title.unwrap_or(stored.source.as_str()), 60)
            }
            None => String::new(),
        };
        message.push_str(&format!("\n  {id}  {title}"));
    }
    if candidates.len() > MOST_CANDIDATES {
        message.push_str("\n  …");
    }
    Ok(CommandError::new(Exit::Usage, message))
}
