//! Puts the built-in pipeline together from what the shipped plugins say of themselves in
//! `[package.metadata.docmill]`.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use toml_edit::{DocumentMut, TableLike};

/// How the built-in pipeline begins.
const HEAD: &str = "\
# The pipeline that is built into docmill and runs where there is no `docmill.toml`.
# To change it, copy it: `docmill pipeline > docmill.toml`.
";

/// The built-in pipeline.
#[derive(Debug)]
pub struct BuiltIn {
    /// The names of the shipped plugins, in the order of their steps.
    pub plugins: Vec<String>,
    /// What a `docmill.toml` with the same steps would say.
    pub text: String,
}

/// Puts the steps of the shipped plugins in their places.
pub fn of(plugins: &Path) -> Result<BuiltIn, Box<dyn Error>> {
    let mut steps = BTreeMap::new();
    for entry in fs::read_dir(plugins)? {
        let folder = entry?.path();
        let Ok(text) = fs::read_to_string(folder.join("Cargo.toml")) else { continue };
        let manifest: DocumentMut = text.parse()?;
        let package = manifest.get("package");
        let Some(shipped) =
            package.and_then(|it| it.get("metadata")).and_then(|it| it.get("docmill"))
        else {
            continue;
        };
        let name = package.and_then(|it| it.get("name")).and_then(|it| it.as_str());
        let (Some(name), Some(place)) = (name, shipped.get("place").and_then(|it| it.as_integer()))
        else {
            return Err(format!("`{}` has no `place` in the pipeline", folder.display()).into());
        };
        let step = shipped.get("step").and_then(|it| it.as_table_like());
        if let Some((other, _)) = steps.insert(place, (name.to_owned(), step_of(name, step))) {
            return Err(format!("`{other}` and `{name}` have the same place, {place}").into());
        }
    }
    let (plugins, texts): (_, Vec<String>) = steps.into_values().unzip();
    Ok(BuiltIn { plugins, text: [HEAD.to_owned(), texts.concat()].concat() })
}

/// A step of the pipeline as its file has it: the plugin, and what its own manifest grants it.
fn step_of(name: &str, granted: Option<&dyn TableLike>) -> String {
    let mut text = format!("\n[[step]]\nplugin = \"{name}\"\n");
    for (key, item) in granted.into_iter().flat_map(TableLike::iter) {
        if let Some(mut value) = item.as_value().cloned() {
            // The spaces and the comment around it.
            value.decor_mut().clear();
            text.push_str(&format!("{key} = {value}\n"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_stand_in_their_places_with_what_they_are_granted() {
        let folder = std::env::temp_dir().join(format!("docmill-pack-{}", std::process::id()));
        for (name, text) in [
            ("a", "[package]\nname = \"a\"\n[package.metadata.docmill]\nplace = 20\n"),
            (
                "b",
                "[package]\nname = \"b\"\n[package.metadata.docmill]\nplace = 10\n[package.metadata.docmill.step]\ntables = { z = \"y\", a = \"b\" } # why\n",
            ),
            ("c", "[package]\nname = \"c\"\n"),
        ] {
            fs::create_dir_all(folder.join(name)).unwrap();
            fs::write(folder.join(name).join("Cargo.toml"), text).unwrap();
        }
        let pipeline = of(&folder).unwrap();
        assert_eq!(pipeline.plugins, ["b", "a"]);
        assert_eq!(
            pipeline.text.strip_prefix(HEAD).unwrap(),
            "\n[[step]]\nplugin = \"b\"\ntables = { z = \"y\", a = \"b\" }\n\n[[step]]\nplugin = \"a\"\n"
        );
        fs::write(
            folder.join("c/Cargo.toml"),
            "[package]\nname = \"c\"\n[package.metadata.docmill]\nplace = 10\n",
        )
        .unwrap();
        let error = of(&folder).unwrap_err().to_string();
        assert!(error.contains("have the same place, 10"), "{error}");
        fs::remove_dir_all(&folder).unwrap();
    }
}
