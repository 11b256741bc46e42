//! Takes archives and compressed files apart: every file in one becomes a source of its own.
//!
//! What a container is, its own magic bytes say. A TAR within a compressed file is read as it is
//! decompressed, so that nothing of it waits anywhere. Members are handed over as they come out, in
//! constant memory but for what the format asks for, such as the dictionary of an XZ.

mod dates;
mod handing;
mod names;
mod problems;
mod seven;
mod streams;
mod tape;
mod zip;

use docmill_plugin::prelude::*;

use names::Names;

/// The plugin.
pub struct UnpackArchive;

/// The memory that a decoder may ask for, in bytes; a step has more than that by default.
const DECODER_MEMORY: u64 = 200 << 20;

impl Plugin for UnpackArchive {
    fn describe() -> Description {
        Description::new(
            "unpack-archive",
            env!("CARGO_PKG_VERSION"),
            "Takes ZIP, TAR, 7-Zip and compressed files apart",
        )
        .setting(
            "name-encoding",
            "auto",
            "What names that are not in UTF-8 are written in: auto (of East Asia, or CP437), cp437, or a label such as ibm866",
        )
    }
}

impl Unpacker for UnpackArchive {
    fn accepts() -> Result<Vec<String>, Error> {
        parsed_setting::<Names>("name-encoding")?;
        let types = [
            "application/zip",
            "application/x-tar",
            "application/gzip",
            "application/zstd",
            "application/x-bzip2",
            "application/x-xz",
            "application/x-lzma",
            "application/x-lzip",
            "application/x-7z-compressed",
        ];
        Ok(types.map(str::to_owned).to_vec())
    }

    fn unpack(container: Source<'_>) -> Result<(), Error> {
        let names = parsed_setting::<Names>("name-encoding")?;
        if container.size() == 0 {
            return Ok(());
        }
        let start = container.read(0, tape::BLOCK as u32);
        let reader = container.reader();
        match &start[..] {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] | [b'P', b'K', 7, 8, ..] => {
                zip::unpack(&container, names)
            }
            [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => seven::unpack(reader),
            start if tape::is_header(start) => tape::unpack_seekable(reader, names),
            // A program that unpacks itself ends with an archive.
            _ if container.media_type() == "application/zip" => zip::unpack(&container, names),
            start => streams::unpack(start, reader, names),
        }
    }
}

docmill_plugin::export!(unpacker: UnpackArchive);
