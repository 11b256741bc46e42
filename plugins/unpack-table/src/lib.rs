//! Takes tables of articles apart, one source per row: JSON Lines, JSON, values separated by
//! commas, semicolons, tabs or bars, and Parquet.
//!
//! Rows are read one after the other, so a table may be larger than any memory. A row that cannot
//! be read is told at the end and costs only itself.

mod columns;
mod json;
mod parquet;
mod rows;
mod separated;
mod text;

use docmill_plugin::prelude::*;

use columns::Columns;
use rows::Rows;
use text::Text;

/// The longest row that is read, in bytes: it is held several times over, as text and as values.
const LONGEST_ROW: usize = 8 << 20;

const PARQUET: &str = "application/vnd.apache.parquet";

/// The plugin.
#[derive(Debug)]
pub struct UnpackTable;

impl Plugin for UnpackTable {
    fn describe() -> Description {
        let description = Description::new(
            "unpack-table",
            env!("CARGO_PKG_VERSION"),
            "Takes tables of articles apart: JSON Lines, JSON, CSV, TSV, Parquet",
        );
        let description = Columns::settings(description);
        description.setting(
            "header",
            "yes",
            "Whether the first row of separated values names the columns: `yes`, or `no` where they \
             are called `1`, `2`, …",
        )
    }
}

impl Unpacker for UnpackTable {
    fn accepts() -> Result<Vec<String>, Error> {
        has_header()?;
        let types = [
            "application/x-ndjson",
            "application/jsonl",
            "application/json",
            "text/csv",
            "text/tab-separated-values",
            PARQUET,
        ];
        Ok(types.map(str::to_owned).to_vec())
    }

    fn unpack(container: Source<'_>) -> Result<(), Error> {
        let columns = Columns::of_settings();
        let mut rows = Rows::new(columns);
        if container.media_type() == PARQUET {
            parquet::unpack(&container, &mut rows)?;
            return rows.finish();
        }
        let mut text = Text::of(&container)?;
        match container.media_type() {
            "text/csv" | "text/tab-separated-values" => {
                separated::unpack(&mut text, container.media_type(), has_header()?, &mut rows)?;
            }
            media_type => json::unpack(&mut text, media_type != "application/json", &mut rows)?,
        }
        rows.finish()
    }
}

fn has_header() -> Result<bool, Error> {
    match setting("header").as_deref() {
        Some("yes") => Ok(true),
        Some("no") => Ok(false),
        other => {
            let value = other.unwrap_or_default();
            Err(Error::misconfigured("header", format!("`{value}` is neither `yes` nor `no`")))
        }
    }
}

docmill_plugin::export!(unpacker: UnpackTable);
