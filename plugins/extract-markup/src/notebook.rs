//! Jupyter notebooks: cells of Markdown and of code, and what the code printed.

use docmill_plugin::Error;
use docmill_plugin::structure::Element;
use serde::Deserialize;
use serde_json::Value;

use crate::markdown;
use crate::page::Page;

/// The longest that is kept of what one cell printed, and of all together, in bytes.
const LONGEST_OUTPUT: usize = 64 << 10;
const MOST_OUTPUT: usize = 4 << 20;

#[derive(Deserialize)]
struct Notebook {
    #[serde(default)]
    cells: Vec<Cell>,
    /// Version 3.
    #[serde(default)]
    worksheets: Vec<Worksheet>,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Worksheet {
    #[serde(default)]
    cells: Vec<Cell>,
}

#[derive(Deserialize, Default)]
struct Metadata {
    title: Option<String>,
    #[serde(default)]
    authors: Vec<Value>,
    language_info: Option<Language>,
    kernelspec: Option<Language>,
}

#[derive(Deserialize)]
struct Language {
    language: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Cell {
    #[serde(default)]
    cell_type: String,
    #[serde(default)]
    source: Lines,
    /// Version 3.
    #[serde(default)]
    input: Lines,
    #[serde(default)]
    level: Option<u8>,
    #[serde(default)]
    outputs: Vec<Output>,
}

#[derive(Deserialize)]
struct Output {
    #[serde(default)]
    text: Lines,
    data: Option<Data>,
    ename: Option<String>,
    evalue: Option<String>,
}

/// Of all forms of a result, the one that is text: pictures are passed over as they are read.
#[derive(Deserialize)]
struct Data {
    #[serde(rename = "text/plain", default)]
    plain: Lines,
}

/// One text, or a list of its lines.
#[derive(Deserialize, Default)]
#[serde(untagged)]
enum Lines {
    One(String),
    Many(Vec<String>),
    #[default]
    None,
}

impl Lines {
    fn text(self) -> String {
        match self {
            Lines::One(text) => text,
            Lines::Many(lines) => lines.concat(),
            Lines::None => String::new(),
        }
    }
}

/// Writes a notebook.
pub fn write(page: &mut Page, json: &str) -> Result<(), Error> {
    let notebook: Notebook = serde_json::from_str(json).map_err(|error| {
        let reason = error.to_string();
        if error.is_data() {
            return Error::Unsupported(format!("it is no notebook: {reason}"));
        }
        Error::malformed(reason)
    })?;
    let Notebook { cells, worksheets, metadata } = notebook;
    let cells: Vec<Cell> =
        cells.into_iter().chain(worksheets.into_iter().flat_map(|it| it.cells)).collect();
    if cells.is_empty() {
        return Err(Error::Unsupported("it is no notebook: there are no cells".to_owned()));
    }
    page.add_field("title", metadata.title.as_deref().unwrap_or_default());
    for author in &metadata.authors {
        page.add_field("author", author["name"].as_str().or(author.as_str()).unwrap_or_default());
    }
    let kernel = metadata.kernelspec.and_then(|it| it.language);
    if let Some(language) = metadata.language_info.and_then(|it| it.name).or(kernel) {
        page.add("programming-language", &language);
    }
    let mut room = MOST_OUTPUT;
    for cell in cells {
        page.boundary();
        let source = cell.source.text();
        match cell.cell_type.as_str() {
            "markdown" => markdown::write(page, &source),
            "heading" => page.element(Element::Heading(cell.level.unwrap_or(1)), &source),
            "code" => {
                let code = if source.is_empty() { cell.input.text() } else { source };
                page.element(Element::CodeBlock, &code);
                write_outputs(page, cell.outputs, &mut room);
            }
            _ => page.element(Element::Paragraph, &source),
        }
    }
    Ok(())
}

/// What the code printed stands beside the text.
fn write_outputs(page: &mut Page, outputs: Vec<Output>, room: &mut usize) {
    for output in outputs {
        let mut text = output.text.text();
        if let Some(data) = output.data {
            text.push_str(&data.plain.text());
        }
        if let (Some(name), Some(value)) = (output.ename, output.evalue) {
            text.push_str(&format!("{name}: {value}"));
        }
        let kept = text.floor_char_boundary(LONGEST_OUTPUT.min(*room));
        *room -= kept;
        page.begin_aside("output");
        page.element(Element::CodeBlock, &text[..kept]);
        page.end_aside(None);
    }
}
