//! Reads documents, sheets and slides of Office Open XML and OpenDocument.

mod drawing;
mod lists;
mod odf;
mod slides;
mod word;
mod workbook;

use docmill_office::{Package, Properties, Relationships, Tree};
use docmill_plugin::prelude::*;

use docmill_office::Changes;

/// The plugin.
#[derive(Debug)]
pub struct ExtractOffice;

impl Plugin for ExtractOffice {
    fn describe() -> Description {
        Description::new(
            "extract-office",
            env!("CARGO_PKG_VERSION"),
            "Reads documents, sheets and slides: DOCX, XLSX, PPTX, ODT, ODS, ODP",
        )
        .setting(
            "changes",
            "accepted",
            "What becomes of changes that are tracked: `accepted`, `shown` (both, with marks), or `dropped` \
             (the text as it was before them)",
        )
    }
}

impl Extractor for ExtractOffice {
    fn accepts() -> Result<Vec<String>, Error> {
        parsed_setting::<Changes>("changes")?;
        let office = "application/vnd.openxmlformats-officedocument";
        let open = "application/vnd.oasis.opendocument";
        let mut types: Vec<String> = [
            "wordprocessingml.document",
            "wordprocessingml.template",
            "spreadsheetml.sheet",
            "spreadsheetml.template",
            "presentationml.presentation",
            "presentationml.slideshow",
            "presentationml.template",
        ]
        .iter()
        .map(|it| format!("{office}.{it}"))
        .collect();
        types.extend(["text", "spreadsheet", "presentation", "graphics"].iter().flat_map(|it| {
            ["", "-template", "-flat-xml"].map(|kind| format!("{open}.{it}{kind}"))
        }));
        let others = [
            "application/vnd.ms-word.document.macroenabled.12",
            "application/vnd.ms-word.template.macroenabled.12",
            "application/vnd.ms-excel.sheet.macroenabled.12",
            "application/vnd.ms-excel.template.macroenabled.12",
            "application/vnd.ms-powerpoint.presentation.macroenabled.12",
            "application/vnd.ms-powerpoint.slideshow.macroenabled.12",
            "application/vnd.ms-powerpoint.template.macroenabled.12",
            "application/vnd.oasis.opendocument.text-master",
            "application/vnd.sun.xml.writer",
            "application/vnd.sun.xml.calc",
            "application/vnd.sun.xml.impress",
        ];
        types.extend(others.map(str::to_owned));
        Ok(types)
    }

    fn extract(source: Source<'_>) -> Result<Vec<Extracted>, Error> {
        let changes = parsed_setting::<Changes>("changes")?;
        if source.size() == 0 {
            return Ok(Vec::new());
        }
        Ok(extract(&source, changes)?.into_iter().collect())
    }
}

docmill_plugin::export!(extractor: ExtractOffice);

/// The largest flat file that is read, in bytes.
const LARGEST_FLAT: u64 = 64 << 20;

fn extract(source: &Source<'_>, changes: Changes) -> Result<Option<Extracted>, Error> {
    let start = docmill_office::bytes_at(source, 0, 8);
    if start.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        // A package lies in a compound file when it has a password; the old formats are another
        // plugin's.
        return match docmill_office::is_encrypted_package(source) {
            true => Err(Error::malformed("it is encrypted")),
            false => Err(Error::Unsupported("it is a compound file of another kind".to_owned())),
        };
    }
    if !start.starts_with(b"PK") {
        if source.size() > LARGEST_FLAT {
            return Err(Error::malformed("it is flat and larger than 64 MiB"));
        }
        let tree = Tree::read(source.reader())?;
        return odf::flat(&tree, changes);
    }
    let package = Package::open(source)?;
    let relationships = Relationships::of(&package, "");
    let main = relationships.part("officeDocument").filter(|part| package.has(part));
    let main = main.or_else(|| {
        ["word/document.xml", "xl/workbook.xml", "ppt/presentation.xml"]
            .into_iter()
            .find(|part| package.has(part))
    });
    if let Some(main) = main {
        let core = relationships.part("core-properties").unwrap_or("docProps/core.xml");
        let properties = Properties::of_core(package.optional_tree(core).as_ref());
        let folder = main.split('/').next().unwrap_or_default();
        return match (folder, root_name(&package, main)?.as_str()) {
            (_, "document") => word::extract(&package, main, properties, changes),
            (_, "presentation") => slides::extract(&package, main, properties),
            (_, "workbook") => workbook::extract(&package, main, properties),
            ("xl", _) if main.ends_with(".bin") => {
                Err(Error::Unsupported("it is a workbook in binary parts".to_owned()))
            }
            (_, name) => Err(Error::Unsupported(format!(
                "its main part is a `{}`, and no document",
                name.chars().take(40).collect::<String>().escape_debug()
            ))),
        };
    }
    if package.has("content.xml") {
        return odf::package(&package, changes);
    }
    match package.names().next() {
        None => Err(Error::malformed("it has no parts")),
        Some(_) => Err(Error::Unsupported("it has no document among its parts".to_owned())),
    }
}

/// The name of the outermost element of a part.
fn root_name(package: &Package<'_>, part: &str) -> Result<String, Error> {
    use std::io::{BufRead as _, Read as _};
    let Some(reader) = package.reader(part)? else {
        return Err(Error::malformed("its main part is missing"));
    };
    // What comes before it is a declaration and comments.
    let mut start = Vec::new();
    let mut reader = reader.take(16 << 10);
    while let Ok(bytes) = reader.fill_buf() {
        if bytes.is_empty() {
            break;
        }
        start.extend_from_slice(bytes);
        let count = bytes.len();
        reader.consume(count);
    }
    let tree = Tree::read(&start[..])?;
    Ok(tree.root().map(|it| it.name().to_owned()).unwrap_or_default())
}
