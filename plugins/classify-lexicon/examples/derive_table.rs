//! Writes the rows that a taxonomy has from the one before it, by the row `@from` of the new one.
//!
//! `cargo run -p classify-lexicon --example derive_table old.tsv new.tsv > written.tsv`

use std::io::{self, Write};
use std::process::ExitCode;
use std::{env, fs};

use classify_lexicon::derive::derived;

fn main() -> io::Result<ExitCode> {
    let paths: Vec<_> = env::args_os().skip(1).collect();
    let [old, new] = &paths[..] else {
        writeln!(io::stderr(), "error: two tables are needed, the old one and the new one")?;
        return Ok(ExitCode::FAILURE);
    };
    let Some(table) = derived(&fs::read_to_string(old)?, &fs::read_to_string(new)?) else {
        writeln!(io::stderr(), "error: the new table has no row `@from` or no derived part")?;
        return Ok(ExitCode::FAILURE);
    };
    io::stdout().write_all(table.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
