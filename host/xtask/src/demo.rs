//! The first minute with docmill: ingests the seeds and shows what was found.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::host;
use crate::process::{Error, Outcome, at, not_started, run_quietly};
use crate::workspace::Workspace;

pub fn run(workspace: &Workspace) -> Outcome {
    let docmill = host::build(workspace, false)?;
    let folder = workspace.target("demo");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(at(&folder))?;
    }
    fs::create_dir_all(&folder).map_err(at(&folder))?;
    let documents = "../../seeds/documents";
    println!("\n# In a fresh folder, `target/demo`:");
    show(&docmill, &folder, &["ingest", documents])?;
    show(&docmill, &folder, &["list"])?;
    show(&docmill, &folder, &["stats"])?;
    let id = first_document(&docmill, &folder)?;
    show(&docmill, &folder, &["show", &id])?;
    println!("\n# The store stays there: `cd target/demo`, then try `docmill` yourself:");
    println!("# {}", docmill.display());
    Ok(())
}

fn show(docmill: &Path, folder: &Path, arguments: &[&str]) -> Outcome {
    println!("\n$ docmill {}", arguments.join(" "));
    run_quietly(Command::new(docmill).args(arguments).current_dir(folder))
}

fn first_document(docmill: &Path, folder: &Path) -> Outcome<String> {
    let mut command = Command::new(docmill);
    command.args(["list", "--output", "json"]).current_dir(folder);
    let output = command.output().map_err(|error| not_started(&command, &error))?;
    let first = output.stdout.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let first: Option<serde_json::Value> = serde_json::from_slice(first).ok();
    let id = first.as_ref().and_then(|document| document["id"].as_str());
    id.map(str::to_owned)
        .ok_or_else(|| Error::new("`docmill list --output json` names no document"))
}
