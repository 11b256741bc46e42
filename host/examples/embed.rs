//! The library without the command line: one text through the built-in pipeline, and what was found in it.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::path::Path;

use docmill::capabilities::{PriorFindings, SourceBytes};
use docmill::catalog::{Catalog, Compiler, DEFAULT_PIPELINE};
use docmill::manifest::Manifest;
use docmill::model::{Findings, MediaType, Role};
use docmill::pipeline::Pipeline;
use docmill::sandbox::{Sandbox, SandboxOptions};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = "Le Vietnam lance un programme de drones\n\nLe ministère soutient la production de drones (UAV) et de semi-conducteurs.";

    let sandbox = Sandbox::new(&SandboxOptions::default())?;
    let catalog = Catalog::new(sandbox.clone(), Compiler::InProcess, None);
    let pipeline =
        Pipeline::assemble(&Manifest::parse(Path::new("built-in"), DEFAULT_PIPELINE)?, &catalog)?;

    let extractor = pipeline
        .steps()
        .iter()
        .find(|step| step.name.as_str() == "extract-text")
        .ok_or("no extractor")?;
    let source = SourceBytes::new(MediaType::new("text/plain")?, text.as_bytes().into());
    let (extracted, _) =
        extractor.extract(&sandbox, source).map_err(|stopped| stopped.causes.join(": "))?;

    for document in extracted.into_iter().map(|extracted| extracted.document) {
        println!("{}", document.attribute("title").unwrap_or("(no title)"));
        for step in pipeline.steps().iter().filter(|step| step.plugin.role == Role::Classifier) {
            let (found, cost) = step
                .find(&sandbox, &document, &PriorFindings::default())
                .map_err(|stopped| stopped.causes.join(": "))?;
            let Findings::Labels(labels) = found else { continue };
            for label in labels {
                println!("  {} {:.2} (in {:?})", label.name, label.confidence, cost.duration);
            }
        }
    }
    Ok(())
}
