//! `plugin bench`: what a component costs to compile, to instantiate and to call, and how that
//! compares with an earlier build.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use docmill::catalog::{Catalog, Plugin};
use docmill::conformance::{Candidate, Work};
use serde_json::{Value, json};

use crate::args::{BenchPlugin, Common, Output};
use crate::component;
use crate::context;
use crate::exit::Exit;
use crate::report::{
    Column, CommandError, Paint, Table, Tone, bytes, count, hint_of, note, one_line, span,
    write_json,
};
use crate::trying::{On, Trying};

/// So many instances are made and dropped.
const INSTANCES: usize = 100;
/// A component is compiled so often, unless that takes long.
const COMPILED: usize = 5;
/// Compiling is measured no longer than this after the first time.
const LONGEST_COMPILING: Duration = Duration::from_secs(5);
/// Documents that are held in memory for it have at most so many bytes of text together.
const MOST_HELD: u64 = 256 << 20;

/// What one component costs.
#[derive(Default)]
struct Measured {
    size: u64,
    compile: Vec<Duration>,
    instantiate: Vec<Duration>,
    /// A sum over all documents for each round.
    call: Vec<Duration>,
    memory: u64,
}

/// A component while it is measured.
struct Measuring {
    trying: Trying,
    measured: Measured,
}

impl Measuring {
    fn candidate(&self) -> &Candidate {
        &self.trying.candidate
    }

    fn plugin(&self) -> &Plugin {
        &self.trying.candidate.plugin
    }
}

/// Runs the command.
pub fn run(common: &Common, options: &BenchPlugin) -> Result<Exit, CommandError> {
    let catalog = context::catalog(common, 1)?;
    let begin = |file: &Path| -> Result<Measuring, CommandError> {
        let content = component::read(file)?;
        let plugin = component::load(&catalog, file)?;
        let on = if options.paths.is_empty() { On::Samples } else { On::Files };
        let trying = Trying::new(common, &catalog, &plugin, &options.configuring, on)?;
        let compile = compile_times(common, &content)?;
        let size = content.len() as u64;
        Ok(Measuring { trying, measured: Measured { size, compile, ..Measured::default() } })
    };
    let new = begin(&options.plugin)?;
    let old = options.against.as_deref().map(begin).transpose()?;
    if let Some(old) = &old
        && old.plugin().role != new.plugin().role
    {
        let (old, new) = (old.plugin().role, new.plugin().role);
        let message = format!("one is a {new} and the other a {old}: there is nothing to compare");
        return Err(CommandError::new(Exit::Usage, message));
    }
    let works = works(&new.trying, options)?;
    let mut all: Vec<Measuring> = [Some(new), old].into_iter().flatten().collect();
    for it in &mut all {
        first_round(it, &works)?;
    }
    for round in 0..INSTANCES {
        for it in in_turn(&mut all, round) {
            let cost = it.candidate().instantiate();
            let cost = cost.map_err(|stopped| failed(it.candidate(), "an empty call", &stopped))?;
            it.measured.instantiate.push(cost.duration);
        }
    }
    for round in 0..options.rounds as usize {
        for it in in_turn(&mut all, round) {
            let durations = works.iter().map(|(_, work)| it.candidate().run(work).cost.duration);
            let sum = durations.sum();
            it.measured.call.push(sum);
        }
    }
    let mut stdout = std::io::stdout().lock();
    match common.output {
        Output::Json => write_json(&mut stdout, &object(&all, works.len()))?,
        Output::Human => {
            let shown = render(&all, works.len(), Paint::for_stdout(common));
            stdout.write_all(shown.as_bytes())?;
            stdout.flush()?;
        }
    }
    note(common, "medians; other work on this machine shows in times, and less in ratios");
    Ok(Exit::Success)
}

/// Who comes first is another in every round: what a machine does besides meets both.
fn in_turn(all: &mut [Measuring], round: usize) -> impl Iterator<Item = &mut Measuring> {
    let mut order: Vec<&mut Measuring> = all.iter_mut().collect();
    if round % 2 == 1 {
        order.reverse();
    }
    order.into_iter()
}

/// How long it takes from bytes to a plugin that has described itself, where nothing is cached.
fn compile_times(common: &Common, content: &[u8]) -> Result<Vec<Duration>, CommandError> {
    let catalog = context::catalog_without_cache(common)?;
    let mut times = Vec::new();
    let begun = Instant::now();
    while times.len() < COMPILED && (times.is_empty() || begun.elapsed() < LONGEST_COMPILING) {
        let start = Instant::now();
        let loaded: Result<Arc<Plugin>, _> = Catalog::load(&catalog, content);
        loaded.map_err(|error| CommandError::of(Exit::Rejected, &error))?;
        times.push(start.elapsed());
    }
    Ok(times)
}

/// What there is to call it on: the documents that were named, else the samples of the checker.
fn works(trying: &Trying, options: &BenchPlugin) -> Result<Vec<(String, Work)>, CommandError> {
    if options.paths.is_empty() {
        return Ok(trying.candidate.samples(&[]));
    }
    let (mut works, mut held, mut skipped) = (Vec::new(), 0, 0_u64);
    trying.each(&options.paths, &options.media_types.media_types(), &mut |given| {
        let Ok(work) = given.work else {
            skipped += 1;
            return ControlFlow::Continue(());
        };
        held += match &work {
            Work::Source(source) => source.size(),
            Work::Document { document, .. } => document.text.len() as u64,
        };
        if held > MOST_HELD {
            return ControlFlow::Break(());
        }
        works.push((given.name, work));
        ControlFlow::Continue(())
    })?;
    if held > MOST_HELD {
        let message = format!("the documents have more than {} together", bytes(MOST_HELD));
        return Err(CommandError::new(Exit::Usage, message).hint("name fewer of them"));
    }
    if works.is_empty() {
        let message =
            format!("there is nothing to call it on: {} not fit", count(skipped, "document"));
        let hint = "`docmill plugin run` says why";
        return Err(CommandError::new(Exit::Usage, message).hint(hint));
    }
    Ok(works)
}

/// Calls it once on everything, which warms it up, tells the memory, and finds what fails.
fn first_round(it: &mut Measuring, works: &[(String, Work)]) -> Result<(), CommandError> {
    for (name, work) in works {
        let trial = it.candidate().run(work);
        it.measured.memory = it.measured.memory.max(trial.cost.peak_memory);
        if let Err(stopped) = trial.outcome
            && stopped.class().is_failure()
            && stopped.class() != docmill::model::FailureClass::Malformed
        {
            return Err(failed(it.candidate(), name, &stopped));
        }
    }
    Ok(())
}

fn failed(candidate: &Candidate, name: &str, stopped: &docmill::sandbox::Stopped) -> CommandError {
    let plugin = &candidate.plugin.description.name;
    let message =
        format!("plugin `{plugin}` fails on `{}`: a failure is no measure", one_line(name, 200));
    CommandError {
        causes: stopped.causes(),
        hint: hint_of(stopped),
        ..CommandError::new(Exit::SomeFailed, message)
    }
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// The median of how one compares with the other, pair by pair where both were measured in turn.
fn ratio(new: &[Duration], old: &[Duration]) -> f64 {
    let pairs = new.iter().zip(old);
    let mut ratios: Vec<f64> =
        pairs.map(|(new, old)| new.as_secs_f64() / old.as_secs_f64().max(1e-9)).collect();
    ratios.sort_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN)
}

fn render(all: &[Measuring], documents: usize, paint: Paint) -> String {
    let title = |it: &Measuring| {
        let description = &it.plugin().description;
        format!("{} {}", description.name, one_line(&description.version, 64))
    };
    let new = &all[0];
    let mut shown = paint.tone(Tone::Strong, &title(new));
    if let Some(old) = all.get(1) {
        shown.push_str(&format!(" against {} ({})", title(old), old.plugin().digest.short()));
    }
    let documents = documents as u64;
    let rounds = new.measured.call.len() as u64;
    shown.push_str(&format!(", on {}, {}\n", count(documents, "document"), count(rounds, "round")));
    let mut table = Table::new([
        Column::new("").tone(Tone::Dim),
        Column::number("NEW"),
        Column::number("OLD"),
        Column::number("NEW / OLD"),
    ]);
    let calls = u32::try_from(documents.max(1)).unwrap_or(u32::MAX);
    let time = |times: &[Duration], per: u32| span(median(times) / per);
    let mut row = |name: &str,
                   told: &dyn Fn(&Measured) -> String,
                   ratio: &dyn Fn(&Measured, &Measured) -> f64| {
        let old = all.get(1).map(|it| &it.measured);
        table.row([
            name.to_owned(),
            told(&new.measured),
            old.map_or(String::new(), told),
            old.map_or(String::new(), |old| format!("{:.2}", ratio(&new.measured, old))),
        ]);
    };
    row("compile", &|it| time(&it.compile, 1), &|new, old| {
        median(&new.compile).as_secs_f64() / median(&old.compile).as_secs_f64().max(1e-9)
    });
    row("instantiate", &|it| time(&it.instantiate, 1), &|new, old| {
        ratio(&new.instantiate, &old.instantiate)
    });
    row("call", &|it| time(&it.call, calls), &|new, old| ratio(&new.call, &old.call));
    row("memory", &|it| bytes(it.memory), &|new, old| new.memory as f64 / old.memory.max(1) as f64);
    row("size", &|it| bytes(it.size), &|new, old| new.size as f64 / old.size.max(1) as f64);
    shown + &table.render(None, paint)
}

fn object(all: &[Measuring], documents: usize) -> Value {
    let of = |it: &Measuring| {
        let (measured, description) = (&it.measured, &it.plugin().description);
        let micros = |times: &[Duration]| median(times).as_secs_f64() * 1e6;
        json!({
            "plugin": description.name.as_str(), "version": description.version,
            "component": it.plugin().digest.to_string(), "size": measured.size,
            "compile_us": micros(&measured.compile), "instantiate_us": micros(&measured.instantiate),
            "call_us": micros(&measured.call) / documents.max(1) as f64, "peak_memory": measured.memory,
        })
    };
    let ratios = all.get(1).map(|old| {
        let (new, old) = (&all[0].measured, &old.measured);
        json!({
            "compile": median(&new.compile).as_secs_f64() / median(&old.compile).as_secs_f64().max(1e-9),
            "instantiate": ratio(&new.instantiate, &old.instantiate),
            "call": ratio(&new.call, &old.call),
            "memory": new.memory as f64 / old.memory.max(1) as f64,
            "size": new.size as f64 / old.size.max(1) as f64,
        })
    });
    json!({
        "documents": documents, "rounds": all[0].measured.call.len(), "new": of(&all[0]),
        "old": all.get(1).map(of), "ratios": ratios,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_medians_of_pairs() {
        let times =
            |micros: &[u64]| micros.iter().copied().map(Duration::from_micros).collect::<Vec<_>>();
        // The machine was busy in the second round, which met both.
        let (new, old) = (times(&[10, 1_000, 12]), times(&[20, 2_000, 20]));
        assert!((ratio(&new, &old) - 0.5).abs() < 1e-9);
        assert_eq!(median(&new), Duration::from_micros(12));
        assert!(ratio(&[], &[]).is_nan());
    }
}
