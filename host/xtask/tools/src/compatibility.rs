//! Compares the contract with the releases of its track: a plugin built for any of them must keep
//! working.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use semver::Version;
use wit_parser::{Resolve, UnresolvedPackageGroup};

/// Checks the contract in a folder against `released/` below it, and says what was compared.
pub fn check(wit: &Path) -> Result<Vec<String>> {
    let current = version(&parse(wit)?)?;
    let mut said = Vec::new();
    for (released, folder) in releases(&wit.join("released"))? {
        if (released.major, released.minor) != (current.major, current.minor) {
            said.push(format!("{released}: another track than {current}, not compared"));
            continue;
        }
        if released > current {
            bail!(
                "the contract says it is {current}, but {released} is released\nhint: raise the version in `worlds.wit`"
            );
        }
        if released == current && sources(wit)? != sources(&folder)? {
            bail!(
                "the contract says it is {current}, but differs from that release\nhint: raise the version in `worlds.wit`, and \
                 give what is new `@since` that version"
            );
        }
        compare(&folder, wit).with_context(|| {
            format!(
                "the contract breaks plugins that were built for {released}\nhint: take the change back and describe it in \
                 `PENDING.md`, or see in `README.md` how to add without breaking"
            )
        })?;
        said.push(format!("{released}: plugins built for it get along with {current}"));
    }
    if said.is_empty() {
        said.push(format!("{current}: nothing is released yet, so nothing can break"));
    }
    Ok(said)
}

/// Whether every world of an old contract can be replaced by the one of the same name in the new
/// contract.
fn compare(old: &Path, new: &Path) -> Result<()> {
    let mut new = parse(new)?;
    // Two packages of one name must differ in version to be compared, and `@since` may name none
    // above its package's.
    let mut distinct = version(&new)?;
    distinct.patch = u64::MAX;
    new.main.name.version = Some(distinct);
    let mut resolve = Resolve::default();
    let old = resolve.push_group(parse(old)?)?;
    let new = resolve.push_group(new)?;
    let worlds = resolve.packages[old].worlds.clone();
    for (name, old_world) in worlds {
        let new_world = resolve.packages[new].worlds.get(&name).copied();
        let new_world = new_world.ok_or_else(|| anyhow!("the world `{name}` is gone"))?;
        wit_component::semver_check(resolve.clone(), old_world, new_world)
            .with_context(|| format!("the world `{name}` has changed"))?;
    }
    Ok(())
}

fn parse(folder: &Path) -> Result<UnresolvedPackageGroup> {
    UnresolvedPackageGroup::parse_dir(folder).with_context(|| format!("`{}`", folder.display()))
}

fn version(contract: &UnresolvedPackageGroup) -> Result<Version> {
    let name = &contract.main.name;
    name.version.clone().ok_or_else(|| anyhow!("the package `{name}` has no version"))
}

/// The folders of all releases, oldest first.
fn releases(folder: &Path) -> Result<BTreeMap<Version, PathBuf>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let version = Version::parse(&name)
                .with_context(|| format!("`released/{name}` is not named after a version"))?;
            found.insert(version, entry.path());
        }
    }
    Ok(found)
}

fn sources(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder)?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".wit") {
            found.insert(name, fs::read_to_string(entry.path())?);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../wit");

    #[test]
    fn the_contract_gets_along_with_its_releases() {
        check(Path::new(WIT)).map_err(|error| format!("{error:#}")).unwrap();
    }

    #[test]
    fn an_unchanged_contract_is_compatible() {
        accepts(|_, text| text);
    }

    #[test]
    fn a_function_may_be_added_to_what_plugins_import() {
        accepts(|name, text| match name {
            "log.wit" => after(&text, "interface log {", "moo: func(loudness: u32) -> string;"),
            _ => text,
        });
    }

    #[test]
    fn an_interface_may_be_added_to_what_plugins_import() {
        accepts(|name, text| match name {
            "worlds.wit" => {
                let text = after(&text, "world imports {", "import cattle;");
                format!("{text}\ninterface cattle {{ moo: func(); }}\n")
            }
            _ => text,
        });
    }

    #[test]
    fn a_function_added_to_what_plugins_export_is_refused() {
        refuses("the world `extractor` has changed", |name, text| match name {
            "extraction.wit" => after(&text, "interface extraction {", "moo: func();"),
            _ => text,
        });
    }

    #[test]
    fn a_field_added_to_a_record_is_refused() {
        refuses("has changed", |name, text| match name {
            "types.wit" => after(&text, "record span {", "moo: option<u32>,"),
            _ => text,
        });
    }

    #[test]
    fn a_world_that_is_gone_is_refused() {
        refuses("the world `analyzer` is gone", |name, text| match name {
            "worlds.wit" => text.replace("world analyzer {", "world finder {"),
            _ => text,
        });
    }

    #[test]
    fn a_released_version_is_never_edited() {
        let result = changed(0, |name, text| match name {
            "log.wit" => after(&text, "interface log {", "moo: func();"),
            _ => text,
        });
        assert!(result.unwrap_err().contains("but differs from that release"));
    }

    fn accepts(edit: impl Fn(&str, String) -> String) {
        changed(1, edit).unwrap();
    }

    fn refuses(reason: &str, edit: impl Fn(&str, String) -> String) {
        let error = changed(1, edit).unwrap_err();
        assert!(error.contains("breaks plugins") && error.contains(reason), "{error}");
    }

    /// Releases the contract in a folder of its own, then edits it, raises its version by so many
    /// patches, and checks it.
    fn changed(patches: u64, edit: impl Fn(&str, String) -> String) -> Result<Vec<String>, String> {
        use std::sync::atomic::{AtomicU32, Ordering};
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder =
            std::env::temp_dir().join(format!("docmill-contract-{}-{number}", std::process::id()));
        let current = super::version(&parse(Path::new(WIT)).unwrap()).unwrap();
        let raised = Version { patch: current.patch + patches, ..current.clone() };
        let package = |version: &Version| format!("package docmill:plugin@{version};");
        let released = folder.join("released").join(current.to_string());
        fs::create_dir_all(&released).unwrap();
        for (name, text) in sources(Path::new(WIT)).unwrap() {
            fs::write(released.join(&name), &text).unwrap();
            let text = edit(&name, text).replace(&package(&current), &package(&raised));
            fs::write(folder.join(&name), text).unwrap();
        }
        let result = check(&folder).map_err(|error| format!("{error:#}"));
        fs::remove_dir_all(&folder).unwrap();
        result
    }

    fn after(text: &str, place: &str, addition: &str) -> String {
        assert!(text.contains(place), "`{place}` is not in the contract any more");
        text.replace(place, &format!("{place}\n{addition}"))
    }
}
