//! The library without the command line and without a store: one text through the built-in
//! pipeline, and what was found in it.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::path::Path;

use docmill::catalog::{Catalog, Compiler};
use docmill::manifest::Manifest;
use docmill::model::{Findings, SourceName};
use docmill::pipeline::{Pipeline, Source};
use docmill::sandbox::{Sandbox, SandboxOptions};
use docmill_shipped::SHIPPED;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let text = "Le Vietnam lance un programme de drones\n\nLe ministère soutient la production de drones (UAV) et de semi-conducteurs.";
    let manifest = Manifest::parse(Path::new("built-in"), SHIPPED.pipeline)?;
    let sandbox = Sandbox::new(&SandboxOptions::default())?;
    let catalog = Catalog::new(sandbox, Compiler::InProcess, None).with_shipped(&SHIPPED);
    let pipeline = Pipeline::assemble(&manifest, &catalog)?;

    let reading = pipeline.read(Source::new(SourceName::new("news.txt")?, text.as_bytes()));
    for document in &reading.documents {
        println!("{}", document.extracted.document.attribute("title").unwrap_or("(no title)"));
    }
    for (_, finding) in &reading.findings {
        let Findings::Labels(labels) = &finding.findings else { continue };
        for label in labels {
            println!("  {}: {} {:.2}", finding.step, label.name, label.confidence);
        }
    }
    for failure in &reading.failures {
        println!("failed: {}", failure.causes.join(": "));
    }
    Ok(())
}
