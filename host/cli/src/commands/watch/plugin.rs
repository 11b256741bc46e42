//! `watch --plugin`: builds a plugin that is being written and runs it on a sample of documents
//! whenever it changes, and tells what is different. Nothing is stored.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use docmill::catalog::Catalog;
use docmill::ingest::{Files, Offer, Origin, Wake, Watch};
use docmill::manifest::{PluginRef, StepRequest};
use docmill::model::{Cost, Extracted, Failure, Findings, Limits, Role};
use docmill::pipeline::{Pipeline, ReadOptions, Reading, Step};

use crate::args::{self, Common, Output};
use crate::component;
use crate::context;
use crate::exit::Exit;
use crate::in_force::InForce;
use crate::report::{
    CommandError, FailureObject, Paint, Tone, bytes, count, finish, note, one_line, span,
    write_json,
};
use crate::signals::Stop;

/// The files are looked at this often, whatever the system tells.
const INTERVAL: Duration = Duration::from_secs(2);
/// The most lines that are shown of what is different in one document; `--output json` has all.
const MOST_LINES: usize = 12;
/// So many lines of the log of a plugin that failed are shown.
const LOG_LINES: usize = 8;

/// Runs the command.
pub fn run(common: &Common, options: &args::Watch, file: &Path) -> Result<Exit, CommandError> {
    let jobs = options.taking.jobs.number();
    let catalog = context::catalog(common, jobs)?;
    if common.update_lock {
        InForce::read(common)?.assemble(common, &catalog)?;
    }
    // What is swapped meanwhile nobody has asked for.
    let common = &Common { update_lock: false, ..common.clone() };
    let work = std::env::current_dir()?;
    let paths = || -> Vec<PathBuf> {
        let mut paths = context::pipeline_files(common);
        paths.push(file.to_owned());
        paths.extend(options.folders.iter().cloned());
        paths
    };
    let rest = Duration::from(options.debounce);
    let mut watch = Watch::new(paths(), &work, rest, 0);
    let mut build = Build::new(options, &work, rest)?;
    let wake = Wake::new();
    let stop = Stop::on_signal(true, wake.waker());
    let largest_source = options.taking.sizes.max_size;
    let read_options = ReadOptions { jobs, largest_source, ..ReadOptions::default() };
    let mut before = BTreeMap::new();
    note(common, "watching; Ctrl-C ends it");
    while !stop.was_interrupted() {
        let mut again = None;
        if let Some(build) = &mut build {
            let (folders, look_again) = build.when_changed(common);
            wake.at(&folders);
            again = look_again;
            // Before the first build that succeeds, the component is one of before, or not there.
            if !build.is_built {
                wait(&wake, again, rest);
                continue;
            }
        }
        let looked = watch.look();
        let mut folders = looked.folders;
        folders.extend(file.parent().map(|folder| work.join(folder)));
        wake.at(&folders);
        if looked.arrived.count() > 0 || looked.arrived.has_gone() {
            let mut sample = Sample::new(&options.folders, &work, options.sample.into());
            let tried = with_plugin(common, &catalog, options, file).and_then(|pipeline| {
                let step = step_of(&pipeline, file)?;
                // Of the steps that read documents, only what the plugin needs is run.
                let only = Some(vec![step.name.clone()]);
                let options = ReadOptions { only, ..read_options.clone() };
                let mut tried = Tried::default();
                pipeline.read_all(&mut sample, &options, &mut |reading| {
                    tried.add(step, reading);
                    match stop.was_interrupted() {
                        true => ControlFlow::Break(()),
                        false => ControlFlow::Continue(()),
                    }
                });
                tell(common, step, tried, &mut before)
            });
            match tried {
                Ok(()) => {}
                // Nobody reads on.
                Err(error) if error.exit == Exit::Success => return Ok(Exit::Success),
                // A build that is broken is mended by the next one.
                Err(error) => {
                    finish(common, Err(error));
                }
            }
            watch.follow(paths());
        }
        wait(&wake, [again, looked.again].into_iter().flatten().min(), rest);
    }
    Ok(Exit::Success)
}

/// Waits until something happens, or it is time to look again.
fn wait(wake: &Wake, again: Option<Instant>, rest: Duration) {
    wake.wait(again.map_or(INTERVAL, |at| at.saturating_duration_since(Instant::now())));
    // What arrives bit by bit is not looked at bit by bit.
    std::thread::sleep((rest / 4).min(Duration::from_millis(100)));
}

/// Builds the component whenever what it is built from has changed.
struct Build {
    command: String,
    sources: Watch,
    /// It was built at least once.
    is_built: bool,
}

impl Build {
    fn new(
        options: &args::Watch,
        work: &Path,
        rest: Duration,
    ) -> Result<Option<Build>, CommandError> {
        let Some(command) = options.build.clone() else { return Ok(None) };
        if let Some(missing) = options.source.iter().find(|path| !path.exists()) {
            let shown = one_line(&missing.display().to_string(), 200);
            return Err(CommandError::new(
                Exit::Usage,
                format!("there is no `{shown}` to build from"),
            )
            .hint("name the files and folders whose changes count with `--source PATH`"));
        }
        // Only the times and sizes of these are looked at.
        let sources = Watch::new(options.source.clone(), work, rest, 0);
        Ok(Some(Build { command, sources, is_built: false }))
    }

    /// Builds if there is a reason to. Returns the folders to watch, and when to look again.
    fn when_changed(&mut self, common: &Common) -> (BTreeSet<PathBuf>, Option<Instant>) {
        let looked = self.sources.look();
        if looked.arrived.count() > 0 || looked.arrived.has_gone() {
            note(common, &format!("building: {}", one_line(&self.command, 200)));
            match self.run(common) {
                Ok(()) => self.is_built = true,
                Err(error) => {
                    finish(common, Err(error));
                }
            }
        }
        (looked.folders, looked.again)
    }

    fn run(&self, common: &Common) -> Result<(), CommandError> {
        let failed = |what: String| {
            CommandError::new(Exit::SomeFailed, what)
                .hint("the next change of a source builds again")
        };
        let (shell, option) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
        // The standard output is for what the plugin finds.
        let told = if common.quiet { Stdio::null() } else { std::io::stderr().into() };
        let status = Command::new(shell)
            .args([option, &self.command])
            .stdin(Stdio::null())
            .stdout(told)
            .status()
            .map_err(|error| failed("the build could not be started".to_owned()).because(&error))?;
        if status.success() { Ok(()) } else { Err(failed(format!("the build failed: {status}"))) }
    }
}

/// The pipeline in force, in which the plugin takes the place of the one of its name, or else comes
/// last.
fn with_plugin(
    common: &Common,
    catalog: &Catalog,
    options: &args::Watch,
    file: &Path,
) -> Result<Pipeline, CommandError> {
    let mut in_force = InForce::read(common)?;
    let pipeline = in_force.assemble(common, catalog)?;
    let (plugin, is_in_place) = component::put_in_place(&mut in_force, &pipeline, catalog, file)?;
    if !is_in_place {
        in_force.accept(&plugin.description.name, &plugin);
        in_force.manifest.steps.push(StepRequest {
            name: None,
            plugin: PluginRef::File(file.to_owned()),
            settings: BTreeMap::new(),
            tables: BTreeMap::new(),
            targets: None,
            limits: Limits::default(),
            place: 0..0,
        });
    }
    let media_types = options.taking.media_types.media_types();
    Ok(in_force.assemble_again(catalog)?.with_media_types(media_types))
}

fn step_of<'a>(pipeline: &'a Pipeline, file: &Path) -> Result<&'a Step, CommandError> {
    let is_it = |step: &&Step| step.origin == PluginRef::File(file.to_owned());
    let step = pipeline.steps().iter().find(is_it);
    step.ok_or_else(|| CommandError::new(Exit::Bug, "the plugin is not in its pipeline"))
}

/// Some of the files in folders, evenly spread over all of them; whatever else was in the sample
/// before is gone.
struct Sample {
    files: Files,
    size: u64,
    all: u64,
    passed: u64,
}

impl Sample {
    fn new(folders: &[PathBuf], base: &Path, size: u64) -> Sample {
        let files = Files::new(folders.iter().cloned(), base);
        let all = files.count();
        Sample { size: size.min(all), all, files, passed: 0 }
    }
}

impl Origin for Sample {
    fn next(&mut self) -> Option<Offer> {
        loop {
            let offer = self.files.next()?;
            let before = self.passed * self.size / self.all.max(1);
            self.passed += 1;
            if self.passed * self.size / self.all.max(1) > before {
                return Some(offer);
            }
        }
    }
}

/// What a step came to on one document or source: a line for each thing it found.
type Lines = BTreeMap<String, Vec<String>>;

/// What came of a step on the sample.
#[derive(Default)]
struct Tried {
    found: Lines,
    failures: Vec<Failure>,
    costs: Vec<Cost>,
}

impl Tried {
    /// Adds what the step made of one source.
    fn add(&mut self, step: &Step, reading: Reading) {
        let Reading { source, documents, findings, failures, bills, .. } = reading;
        if step.plugin.role == Role::Unpacker {
            self.costs.extend(bills.get(&step.name).map(|bill| bill.sum));
            if let Some(container) = source.container {
                let line = format!("{} {} {}", source.name, source.media_type, bytes(source.size));
                self.found.entry(container.to_string()).or_default().push(line);
            }
        } else {
            for (index, document) in documents.iter().enumerate() {
                let place = match index {
                    0 => source.name.to_string(),
                    index => format!("{}#{index}", source.name),
                };
                let of_step = || {
                    let found = findings.iter().filter(|(of, _)| *of == index);
                    found.map(|(_, finding)| finding).find(|finding| finding.step == step.name)
                };
                if !step.plugin.role.reads_sources() {
                    self.costs.extend(of_step().map(|finding| finding.provenance.cost));
                    let lines = of_step().map(|it| lines(&it.findings, &document.extracted));
                    self.found.insert(place, lines.unwrap_or_default());
                } else if document.provenance.component == step.plugin.digest {
                    self.costs.extend((index == 0).then_some(document.provenance.cost));
                    self.found.insert(place, extracted(&document.extracted));
                }
            }
        }
        let of_step = |failure: &Failure| failure.step.as_ref() == Some(&step.name);
        self.failures.extend(failures.into_iter().filter(of_step));
    }
}

/// Tells what the step found on the sample, what is different from the time before, what failed,
/// and what it cost.
fn tell(
    common: &Common,
    step: &Step,
    tried: Tried,
    before: &mut Lines,
) -> Result<(), CommandError> {
    let Tried { found, failures, costs } = tried;
    let differences = differences(before, &found);
    let mut stdout = std::io::stdout().lock();
    match common.output {
        Output::Json => {
            write_json(&mut stdout, &object(step, &found, &differences, &failures, &costs))?
        }
        Output::Human => {
            let shown =
                render(step, &found, &differences, &failures, &costs, Paint::for_stdout(common));
            stdout.write_all(shown.as_bytes())?;
        }
    }
    stdout.flush()?;
    *before = found;
    Ok(())
}

/// What is different in one document.
struct Difference {
    place: String,
    removed: Vec<String>,
    added: Vec<String>,
}

fn differences(before: &Lines, now: &Lines) -> Vec<Difference> {
    let places: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let none = Vec::new();
    let of = |place: &String| {
        let (was, is) = (before.get(place).unwrap_or(&none), now.get(place).unwrap_or(&none));
        Difference { place: place.clone(), removed: without(was, is), added: without(is, was) }
    };
    let all = places.into_iter().map(of);
    all.filter(|it| !it.removed.is_empty() || !it.added.is_empty()).collect()
}

/// The lines of `one` that `other` does not have, or not as often.
fn without(one: &[String], other: &[String]) -> Vec<String> {
    let mut left: BTreeMap<&String, usize> = BTreeMap::new();
    for line in other {
        *left.entry(line).or_default() += 1;
    }
    let is_new = |line: &&String| match left.get_mut(*line) {
        Some(times) if *times > 0 => {
            *times -= 1;
            false
        }
        _ => true,
    };
    one.iter().filter(is_new).cloned().collect()
}

fn extracted(extracted: &Extracted) -> Vec<String> {
    let document = &extracted.document;
    let language = document.language.iter().map(|tag| format!("language: {tag}"));
    let attributes = document.attributes.iter().map(|it| format!("{}: {}", it.name, it.value));
    language.chain(attributes).chain(document.text.lines().map(str::to_owned)).collect()
}

fn lines(findings: &Findings, extracted: &Extracted) -> Vec<String> {
    let text = &extracted.document.text;
    match findings {
        Findings::Labels(labels) => {
            labels.iter().map(|it| format!("{} {}", it.name, it.confidence)).collect()
        }
        Findings::Annotations(annotations) => (annotations.iter())
            .map(|it| {
                let passage = it.span.map(|span| &text[span.range()]);
                let place =
                    it.span.map_or(String::new(), |at| format!(" at {}..{}", at.start, at.end));
                let value = it.value.as_deref().or(passage).unwrap_or_default();
                format!("{} `{value}`{place}", it.kind)
            })
            .collect(),
        Findings::Translations(translations) => (translations.iter())
            .flat_map(|it| it.text.lines().map(move |line| format!("{}: {line}", it.target)))
            .collect(),
    }
}

fn plugin_name(step: &Step) -> String {
    let description = &step.plugin.description;
    format!("{} {}", description.name, one_line(&description.version, 64))
}

fn total(costs: &[Cost]) -> (Duration, Duration, u64) {
    let all: Duration = costs.iter().map(|cost| cost.duration).sum();
    let mean = all / u32::try_from(costs.len().max(1)).unwrap_or(u32::MAX);
    let longest = costs.iter().map(|cost| cost.duration).max().unwrap_or_default();
    (mean, longest, costs.iter().map(|cost| cost.peak_memory).max().unwrap_or_default())
}

fn object(
    step: &Step,
    found: &Lines,
    differences: &[Difference],
    failures: &[Failure],
    costs: &[Cost],
) -> serde_json::Value {
    let (mean, longest, memory) = total(costs);
    let different: Vec<_> = (differences.iter())
        .map(|it| serde_json::json!({ "document": it.place, "removed": it.removed, "added": it.added }))
        .collect();
    serde_json::json!({
        "event": "plugin", "step": step.name.as_str(), "version": step.plugin.description.version,
        "component": step.plugin.digest.to_string(), "documents": found.len(), "differences": different,
        "failures": failures.iter().map(FailureObject::new).collect::<Vec<_>>(),
        "mean_seconds": mean.as_secs_f64(), "longest_seconds": longest.as_secs_f64(), "peak_memory": memory,
    })
}

fn render(
    step: &Step,
    found: &Lines,
    differences: &[Difference],
    failures: &[Failure],
    costs: &[Cost],
    paint: Paint,
) -> String {
    use std::fmt::Write as _;
    let mut shown = String::new();
    // Writing to a string does not fail.
    for Difference { place, removed, added } in differences {
        let _ = writeln!(shown, "{}", one_line(place, 200));
        let lines =
            removed.iter().map(|line| ('-', line)).chain(added.iter().map(|line| ('+', line)));
        for (sign, line) in lines.take(MOST_LINES) {
            let _ = writeln!(shown, "  {sign} {}", one_line(line, 160));
        }
        let more = (removed.len() + added.len()).saturating_sub(MOST_LINES);
        if more > 0 {
            let _ = writeln!(shown, "  … and {}", count(more as u64, "more line"));
        }
    }
    for failure in failures {
        let _ = writeln!(
            shown,
            "{}: {}",
            paint.tone(Tone::Bad, "failed"),
            one_line(failure.source.as_str(), 200)
        );
        for cause in &failure.causes {
            let _ = writeln!(shown, "  Caused by: {}", one_line(cause, 400));
        }
        for line in &failure.log[failure.log.len().saturating_sub(LOG_LINES)..] {
            let _ = writeln!(shown, "  log: {}", one_line(&line.message, 400));
        }
    }
    let (mean, longest, memory) = total(costs);
    let _ = writeln!(
        shown,
        "{} on {}: {} different, {}; {} per call, {} at most, {} of memory",
        plugin_name(step),
        count(found.len() as u64, "document"),
        differences.len(),
        count(failures.len() as u64, "failure"),
        span(mean),
        span(longest),
        bytes(memory)
    );
    shown
}
