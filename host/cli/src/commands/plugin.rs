//! The commands about plugins, and about the file of the pipeline that names them.

pub mod bench;
pub mod check;
pub mod edit;
pub mod inspect;
pub mod list;
pub mod new;
pub mod run;
pub mod test;
pub mod wit;
