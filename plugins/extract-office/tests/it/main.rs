//! What extract-office reads, tried on files that are made here.

mod documents;
mod hostile;
mod making;
mod sheets_and_slides;
