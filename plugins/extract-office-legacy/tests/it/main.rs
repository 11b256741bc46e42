//! What extract-office-legacy reads, tried on files that are made here.

mod binary;
mod making;
mod rich_text;
