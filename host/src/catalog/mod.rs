//! Finds plugins, checks what they are, compiles, loads, and configures them.
//!
//! Bytes become a plugin in this order, and each step is guarded: size, kind of file, validity, imports against what the sandbox
//! offers, role, compilation (in a child process where the program provides one), resources against the pool, and at last a call
//! of `describe`.

mod code;
mod inspect;
mod load;
mod needs;
mod shipped;

pub use code::{CodeCache, Compiler, run_compiler};
pub use inspect::{Import, Inspection, Provider, inspect};
pub(crate) use load::DESCRIBE_LIMITS;
pub use load::{Catalog, LARGEST_COMPONENT, LoadError, Plugin};
pub use shipped::{
    DEFAULT_PIPELINE, shipped_plugin, shipped_plugins, shipped_table, shipped_tables,
};
