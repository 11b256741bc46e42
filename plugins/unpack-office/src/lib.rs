//! Hands over the files that are embedded in office files.

mod compound;
mod handing;
mod native;
mod package;
mod rtf;

use docmill_plugin::prelude::*;

use handing::Handing;

/// The largest file of RTF or of a compound file that is looked at, in bytes.
const LARGEST: u64 = 128 << 20;

/// The plugin.
#[derive(Debug)]
pub struct UnpackOffice;

impl Plugin for UnpackOffice {
    fn describe() -> Description {
        Description::new(
            "unpack-office",
            env!("CARGO_PKG_VERSION"),
            "Hands over the files that are embedded in office files",
        )
    }
}

impl Unpacker for UnpackOffice {
    fn accepts() -> Result<Vec<String>, Error> {
        let office = "application/vnd.openxmlformats-officedocument";
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
        let others = [
            "application/vnd.ms-word.document.macroenabled.12",
            "application/vnd.ms-excel.sheet.macroenabled.12",
            "application/vnd.ms-powerpoint.presentation.macroenabled.12",
            "application/vnd.ms-powerpoint.slideshow.macroenabled.12",
            "application/vnd.oasis.opendocument.text",
            "application/vnd.oasis.opendocument.spreadsheet",
            "application/vnd.oasis.opendocument.presentation",
            "application/vnd.oasis.opendocument.graphics",
            "application/msword",
            "application/vnd.ms-excel",
            "application/rtf",
            "text/rtf",
        ];
        types.extend(others.map(str::to_owned));
        Ok(types)
    }

    fn unpack(container: Source<'_>) -> Result<(), Error> {
        if container.size() == 0 {
            return Ok(());
        }
        let start = docmill_office::bytes_at(&container, 0, 64);
        let mut handing = Handing::default();
        if start.starts_with(b"PK") {
            package::unpack(&container, &mut handing)?;
        } else if container.size() > LARGEST {
            return Err(Error::malformed("it is larger than 128 MiB"));
        } else if start.starts_with(compound::MAGIC) {
            compound::unpack(container.read_all(), &mut handing)?;
        } else if start.trim_ascii_start().starts_with(b"{\\rt") {
            rtf::unpack(&container.read_all(), &mut handing);
        } else {
            return Err(Error::Unsupported("it is no office file that holds others".to_owned()));
        }
        handing.finish()
    }
}

docmill_plugin::export!(unpacker: UnpackOffice);
