//! The settings that the operator chose.

use crate::Error;

/// The value of a setting that the plugin declares, or `None` if it declares no such setting.
pub fn setting(key: &str) -> Option<String> {
    #[cfg(target_family = "wasm")]
    return crate::bindings::imports::docmill::plugin::config::get(key);
    #[cfg(not(target_family = "wasm"))]
    crate::testing::setting(key)
}

/// The value of a declared setting, parsed.
///
/// # Errors
///
/// [`Error::Misconfigured`] if the value does not parse, so that the host ends the run and points
/// at the setting.
pub fn parsed_setting<T>(key: &str) -> Result<T, Error>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    let value =
        setting(key).ok_or_else(|| Error::Internal(format!("setting `{key}` is not declared")))?;
    value
        .trim()
        .parse()
        .map_err(|cause| Error::misconfigured(key, format!("`{value}` is not usable: {cause}")))
}
