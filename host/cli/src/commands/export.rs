//! `export`: documents and everything found in them, for programs and spreadsheets.

mod csv;
mod page;

use std::io::Write;

use clap::ValueEnum;
use docmill::render::Markup;
use docmill::store::Store;

use crate::args::{Common, Export, ExportFormat};
use crate::context;
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
    let store = context::store_to_read(common)?;
    let mut selection = Selection::new(common, &options.filter, &store)?;
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
            let written = write(&store, options, &mut selection, &mut file);
            let written = written.map_err(|error| match error {
                WriteError::Output(error) => unwritable(&error),
                WriteError::Store(error) => error.into(),
            })?;
            file.finish().map_err(|error| unwritable(&error))?;
            written
        }
    };
    let remark = match (written, &options.to) {
        (1.., Some(path)) => {
            let path = one_line(&path.display().to_string(), 200);
            format!("{} written to `{path}`", selection.told(written))
        }
        _ => selection.told(written),
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

/// Failed sources appear in no export, as there is no document to export. Nobody shall take that for success.
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

/// Writes one document after the other, and holds no more than one in memory.
fn write(
    store: &dyn Store,
    options: &Export,
    selection: &mut Selection<'_>,
    output: &mut dyn Write,
) -> Result<u64, WriteError> {
    match options.format {
        ExportFormat::Jsonl if !options.fields.is_empty() => selection.visit(store, |dossier| {
            let chosen = Chosen { fields: &options.fields, dossier: &dossier };
            Ok(write_json(&mut &mut *output, &chosen)?)
        }),
        ExportFormat::Jsonl => selection.visit(store, |dossier| {
            Ok(write_json(&mut &mut *output, &DocumentObject::new(&dossier, options.raw))?)
        }),
        ExportFormat::Csv => {
            let asked = (!options.fields.is_empty()).then(|| options.fields.clone());
            let mut rows = csv::Rows::begin(output, asked.unwrap_or_else(Field::of_csv))?;
            let written =
                selection.visit(store, |dossier| Ok::<_, WriteError>(rows.row(&dossier)?))?;
            rows.finish()?;
            Ok(written)
        }
        ExportFormat::Markdown | ExportFormat::Html => {
            let is_html = options.format == ExportFormat::Html;
            let markup = if is_html { Markup::Html } else { Markup::Markdown };
            let mut pages = page::Pages::begin(output, markup)?;
            let written =
                selection.visit(store, |dossier| Ok::<_, WriteError>(pages.add(&dossier)?))?;
            pages.finish()?;
            Ok(written)
        }
    }
}
