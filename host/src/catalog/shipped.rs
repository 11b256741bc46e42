//! What travels inside docmill: plugins as ordinary component bytes, tables, and the built-in pipeline.
//!
//! The plugins are built by `cargo xtask build` before the host; a host that was built without them says so instead of guessing.

include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// The pipeline that runs where there is no `docmill.toml`.
pub const DEFAULT_PIPELINE: &str = include_str!("../../../seeds/pipelines/default.toml");

/// The bytes of a shipped plugin.
pub fn shipped_plugin(name: &str) -> Option<&'static [u8]> {
    PLUGINS.iter().find(|(shipped, _)| *shipped == name).map(|(_, bytes)| *bytes)
}

/// The names of all shipped plugins.
pub fn shipped_plugins() -> impl Iterator<Item = &'static str> {
    PLUGINS.iter().map(|(name, _)| *name)
}

/// The text of a shipped table.
pub fn shipped_table(name: &str) -> Option<&'static str> {
    TABLES.iter().find(|(shipped, _)| *shipped == name).map(|(_, text)| *text)
}

/// The names of all shipped tables.
pub fn shipped_tables() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|(name, _)| *name)
}
