//! The commands about plugins, and about the file of the pipeline that names them.

pub mod check;
pub mod edit;
pub mod inspect;
pub mod list;
