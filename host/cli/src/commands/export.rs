//! `export`: documents and everything found in them, for programs and spreadsheets.

mod bounded;
mod csv;
mod page;
mod parquet;

use std::io::Write;

use clap::ValueEnum;
use docmill::model::{ByteSize, DocumentId};
use docmill::render::Markup;
use docmill::store::Store;

use self::bounded::{Bounded, OverBudget};
use crate::args::{Common, Export, ExportFormat};
use crate::context;
use crate::dossier::Dossier;
use crate::exit::Exit;
use crate::replacement::Replacement;
use crate::report::{CommandError, DocumentObject, count, note, one_line, write_json};
use crate::selection::{Chosen, Field, Selection};

/// Runs the command.
pub fn run(common: &Common, options: &Export) -> Result<Exit, CommandError> {
    if options.raw && options.format != ExportFormat::Jsonl {
        let format = options.format.to_possible_value();
        let name = format.as_ref().map_or("", |format| format.get_name());
        let message = format!("`--raw` has no place in a `{name}` export");
        let error = CommandError::new(Exit::Usage, message);
        return Err(error.hint("use `--format jsonl`"));
    }
    if !options.fields.is_empty()
        && !matches!(options.format, ExportFormat::Jsonl | ExportFormat::Csv)
    {
        let error = CommandError::new(Exit::Usage, "`--fields` are for `jsonl` and `csv`");
        return Err(error.hint("leave them out: a page has the text and what is known of it"));
    }
    if options.format == ExportFormat::Parquet {
        return parquet::run(common, options);
    }
    let store = context::store_to_read(common)?;
    let mut selection = Selection::new(common, &options.filter, &store)?;
    let mut replaces = false;
    let written = match &options.to {
        None => {
            let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
            let written = write(&store, options, &mut selection, &mut stdout)?;
            stdout.flush()?;
            written
        }
        Some(path) => {
            let unwritable = |error: &std::io::Error| {
                let message = format!("`{}` could not be written", path.display());
                CommandError::new(Exit::SomeFailed, message).because(error)
            };
            let mut file = Replacement::begin(path).map_err(|error| unwritable(&error))?;
            replaces = file.replaces();
            let written = write(&store, options, &mut selection, &mut file);
            let written = written.map_err(|error| match error {
                WriteError::Output(error) => unwritable(&error),
                WriteError::Store(error) => error.into(),
            })?;
            // A part takes the place of no file.
            if !(written.is_ended && replaces) {
                file.finish().map_err(|error| unwritable(&error))?;
            }
            written
        }
    };
    if written.is_ended {
        return Err(over_budget(options, &written, replaces));
    }
    let remark = match (written.documents, &options.to) {
        (documents @ 1.., Some(path)) => {
            let path = one_line(&path.display().to_string(), 200);
            format!("{} written to `{path}`", selection.told(documents))
        }
        (documents, _) => selection.told(documents),
    };
    note(common, &remark);
    let missing = sources_without_documents(&store)?;
    if missing > 0 {
        let sources = count(missing, "source");
        note(
            common,
            &format!(
                "not among them: {sources} without a document; `docmill failures list --output json` tells why"
            ),
        );
    }
    Ok(Exit::Success)
}

/// Failed sources appear in no export, as there is no document to export. Nobody shall take that
/// for success.
fn sources_without_documents(store: &dyn Store) -> Result<u64, CommandError> {
    let mut missing = 0;
    for source in store.sources() {
        let source = source?;
        let done = source.state == docmill::model::SourceState::Done;
        missing += u64::from(!done && !source.retired && source.documents.is_empty());
    }
    Ok(missing)
}

/// What can go wrong while writing: which side it was decides about message and exit code.
enum WriteError {
    Store(docmill::store::StoreError),
    Output(std::io::Error),
}

impl From<docmill::store::StoreError> for WriteError {
    fn from(error: docmill::store::StoreError) -> WriteError {
        WriteError::Store(error)
    }
}

impl From<std::io::Error> for WriteError {
    fn from(error: std::io::Error) -> WriteError {
        WriteError::Output(error)
    }
}

impl From<WriteError> for CommandError {
    fn from(error: WriteError) -> CommandError {
        match error {
            WriteError::Store(error) => error.into(),
            WriteError::Output(error) => error.into(),
        }
    }
}

/// What was written.
struct Written {
    documents: u64,
    last: Option<DocumentId>,
    /// Whether there are more, which the budget left no room for.
    is_ended: bool,
}

/// Writes one document after the other, and holds no more than one in memory.
fn write(
    store: &dyn Store,
    options: &Export,
    selection: &mut Selection<'_>,
    output: &mut dyn Write,
) -> Result<Written, WriteError> {
    let is_page = options.format == ExportFormat::Html;
    let end = if is_page { page::END_OF_HTML } else { "" };
    let mut output = Bounded::new(output, options.budget, end);
    let mut written = Written { documents: 0, last: None, is_ended: false };
    let visited = writer(options, &mut output).map_err(WriteError::from).and_then(|mut add| {
        selection.visit(store, |dossier| {
            add(&dossier)?;
            written.documents += 1;
            written.last = Some(dossier.id());
            Ok::<_, WriteError>(())
        })
    });
    match visited {
        Ok(_) => output.finish()?,
        Err(WriteError::Output(error)) if OverBudget::is(&error) => written.is_ended = true,
        Err(error) => return Err(error),
    }
    Ok(written)
}

/// Writes a document, and flushes.
type Add<'a> = Box<dyn FnMut(&Dossier) -> std::io::Result<()> + 'a>;

/// Writes what stands before the first document; how each is written.
fn writer<'a>(options: &'a Export, output: &'a mut Bounded<'_>) -> std::io::Result<Add<'a>> {
    Ok(match options.format {
        ExportFormat::Jsonl => Box::new(move |dossier| {
            let fields = &options.fields;
            if fields.is_empty() {
                write_json(&mut *output, &DocumentObject::new(dossier, options.raw))?;
            } else {
                write_json(&mut *output, &Chosen { fields, dossier })?;
            }
            output.flush()
        }),
        ExportFormat::Csv => {
            let asked = (!options.fields.is_empty()).then(|| options.fields.clone());
            let mut rows = csv::Rows::begin(output, asked.unwrap_or_else(Field::of_csv))?;
            Box::new(move |dossier| rows.row(dossier))
        }
        ExportFormat::Parquet => unreachable!("written elsewhere"),
        ExportFormat::Markdown | ExportFormat::Html => {
            let is_html = options.format == ExportFormat::Html;
            let markup = if is_html { Markup::Html } else { Markup::Markdown };
            let mut pages = page::Pages::begin(output, markup)?;
            Box::new(move |dossier| pages.add(dossier))
        }
    })
}

/// An export that the budget ended: what there is of it, and how to have the rest. Where it
/// `replaces` a file, nothing was written.
fn over_budget(options: &Export, written: &Written, replaces: bool) -> CommandError {
    let most = ByteSize(options.budget.unwrap_or_default()).display().iec();
    let message = format!("the export was ended, as it comes to more than {most}");
    let error = CommandError::new(Exit::Interrupted, message);
    let Some(last) = written.last else {
        return error.hint("not even one document fits; give it more with `--budget bytes=SIZE`");
    };
    let fitting = written.documents;
    error.hint(match &options.to {
        Some(path) if replaces => {
            let path = one_line(&path.display().to_string(), 200);
            format!("`{path}` is as it was; `--limit {fitting}` writes what fits, and `--after {last}` the rest")
        }
        _ => {
            let fitting = count(fitting, "document");
            format!("{fitting} fit and were written; `--after {last}` writes the rest")
        }
    })
}
