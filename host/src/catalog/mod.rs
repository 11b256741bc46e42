//! Finds plugins, checks what they are, compiles, loads, and configures them.
//!
//! Bytes become a plugin in this order, and each step is guarded: size, kind of file, validity,
//! imports against what the sandbox offers, role, compilation (in a child process where the program
//! provides one), resources against the pool, and at last a call of `describe`. What was learned on
//! the way is kept, so that the next start reads a component only once a document needs it.

mod cache;
mod code;
mod error;
mod inspect;
mod known;
mod load;
mod needs;
mod plugin;
mod private;
mod shipped;

pub use cache::CodeCache;
pub use code::{Compiler, run_compiler};
pub use error::{LARGEST_COMPONENT, LoadError};
pub use inspect::{Import, Inspection, Provider, inspect};
pub use load::Catalog;
pub(crate) use load::DESCRIBE_LIMITS;
pub use plugin::Plugin;
pub use shipped::{Declared, Shipped, ShippedPlugin};
