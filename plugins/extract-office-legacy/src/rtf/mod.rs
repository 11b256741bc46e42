//! Rich Text Format.

mod groups;
mod info;
mod reader;
mod tokens;

use docmill_plugin::prelude::*;

use docmill_office::Changes;
use reader::Reader;
use tokens::{Token, Tokens};

/// The document in a file that begins with `{\rtf`.
pub fn extract(bytes: &[u8], changes: Changes) -> Result<Option<Extracted>, Error> {
    let mut reader = Reader::new(changes);
    let mut tokens = Tokens::of(bytes);
    while let Some(token) = tokens.next() {
        if let Token::Word("bin", Some(count)) = token {
            tokens.pass_over(usize::try_from(count).unwrap_or(0));
            continue;
        }
        reader.token(token);
    }
    Ok(reader.finish())
}
