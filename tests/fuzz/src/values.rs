//! Values of guests through the ABI: every role, returning whatever its memory holds.

use std::path::Path;
use std::sync::LazyLock;

use docmill::capabilities::{PriorFindings, SourceBytes};
use docmill::catalog::{Catalog, Compiler};
use docmill::manifest::Manifest;
use docmill::model::{Document, FailureClass, LanguageTag, MediaType, Role};
use docmill::pipeline::Pipeline;
use docmill::sandbox::{Sandbox, SandboxOptions};

use crate::promises;

/// The largest image, in bytes: as much as the hundredfold of a small result.
const LARGEST: usize = 4 * 1024;

struct Stage {
    sandbox: Sandbox,
    pipeline: Pipeline,
}

static STAGE: LazyLock<Stage> = LazyLock::new(|| {
    let options = SandboxOptions { concurrency: 1, ..SandboxOptions::default() };
    let sandbox = Sandbox::new(&options).expect("this machine runs plugins");
    let catalog = Catalog::new(sandbox.clone(), Compiler::InProcess, None);
    let steps = ["extractor", "translator", "classifier", "analyzer"]
        .map(|role| format!("[[step]]\nplugin = \"{}/{role}.wasm\"\n", env!("OUT_DIR")));
    let manifest = Manifest::parse(Path::new("docmill.toml"), &steps.concat());
    let pipeline = Pipeline::assemble(&manifest.expect("a pipeline"), &catalog)
        .unwrap_or_else(|error| panic!("{error}: {:?}", std::error::Error::source(&error)));
    Stage { sandbox, pipeline }
});

/// What a plugin returns, as an image of its memory from address 65,536 on, which begins with the
/// result. The first byte picks the role.
///
/// The plugin gets the image as text, two characters a byte, and characters of several bytes after
/// it that spans may cut.
pub fn guest_values(data: &[u8]) {
    if let Some((role, image)) = data.split_first() {
        let _ = accepted(*role, &image[..image.len().min(LARGEST)]);
    }
}

/// Whether the host accepts what a plugin of this role returns.
fn accepted(role: u8, image: &[u8]) -> bool {
    let digit = |half: u8| char::from(b"0123456789JKLMNO"[usize::from(half)]);
    let text: String = image.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
    let text = format!("{text}éàü");
    let Stage { sandbox, pipeline } = &*STAGE;
    let role = [Role::Extractor, Role::Translator, Role::Classifier, Role::Analyzer]
        [usize::from(role % 4)];
    let step = pipeline.steps().iter().find(|step| step.plugin.role == role).expect("a step each");
    let stopped = if role == Role::Extractor {
        let media_type = MediaType::new("text/plain").expect("a media type");
        match step.extract(sandbox, SourceBytes::new(media_type, text.into_bytes().into())) {
            Ok((found, _)) => {
                found.iter().for_each(promises::extracted);
                return true;
            }
            Err(stopped) => stopped,
        }
    } else {
        let language = Some(LanguageTag::new("fr").expect("a language"));
        let document = Document { text, language, ..Document::default() };
        match step.find(sandbox, &document, &PriorFindings::default()) {
            Ok((found, _)) => {
                promises::findings(&document.text, &found);
                return true;
            }
            Err(stopped) => stopped,
        }
    };
    // Whatever it said, it is the plugin that said it.
    assert_ne!(stopped.class(), FailureClass::Host, "{:?}", stopped.causes());
    assert!(!stopped.causes().is_empty());
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// If these were refused, the checks behind them would never be reached.
    #[test]
    fn good_values_of_every_role_are_accepted() {
        for seed in [
            &include_bytes!("../corpus/guest_values/extractor-document")[..],
            include_bytes!("../corpus/guest_values/translator-rendering"),
            include_bytes!("../corpus/guest_values/classifier-label"),
            include_bytes!("../corpus/guest_values/classifier-three"),
            include_bytes!("../corpus/guest_values/analyzer-three"),
            include_bytes!("../corpus/guest_values/analyzer-two"),
            include_bytes!("../corpus/guest_values/analyzer-annotation"),
        ] {
            assert!(accepted(seed[0], &seed[1..]), "{}", seed[0]);
        }
    }
}
