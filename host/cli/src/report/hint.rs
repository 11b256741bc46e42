//! Hints of the library in the words of this command line, which has options and commands for some
//! of them.

use docmill::error::Hint;

/// What the reader can do now.
pub fn hint_words(hint: &Hint) -> String {
    match hint {
        Hint::RaiseSourceSize => "raise the limit with `--max-size`".to_owned(),
        Hint::GiveSetting(key) => format!("give one with `--settings {key}=VALUE`"),
        Hint::GiveTable(name) => format!("give one with `--table {name}=FILE`"),
        Hint::NameStepThatHas => {
            "name a step of the pipeline that has it with `--step`, or add one".to_owned()
        }
        Hint::BuildWithPlugins => {
            "this docmill was built without its plugins; build it with `cargo xtask build`"
                .to_owned()
        }
        Hint::UpdateLock(before) => {
            let accept = "`--update-lock` accepts what the pipeline runs now";
            match before {
                Some(digest) => {
                    format!("{accept}, and `docmill plugin add sha256:{digest}` goes back")
                }
                None => accept.to_owned(),
            }
        }
        Hint::LetItPrint => {
            "build the plugin with WASI's standard error, and its runtime says why it gives up: without `--stub-wasi` in Python, without \
             `stdio` among `disableFeatures` in JavaScript"
                .to_owned()
        }
        Hint::SeeImports => {
            "`docmill plugin inspect FILE` lists everything the plugin imports".to_owned()
        }
        Hint::NameLink => "name the link itself as a path, or see `--follow-links`".to_owned(),
        Hint::IngestAgain => "ingest it again, or try `docmill failures retry`".to_owned(),
        hint => hint.to_string(),
    }
}
