//! `stats`: what the store holds, in numbers, and what the plugins cost.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use docmill::model::{Bill, CallSummary, DocumentSummary, Run, SourceState};
use docmill::store::Store;
use serde::Serialize;

use crate::args::{self, Common, Output};
use crate::context;
use crate::exit::Exit;
use crate::report::{
    Column, CommandError, Paint, RunObject, Table, Tone, bytes, count, escaped, grouped, moment,
    one_line, span, write_json,
};

mod bill;
mod kinds;

/// Runs the command.
pub fn run(common: &Common, options: &args::Stats) -> Result<Exit, CommandError> {
    let store = context::store_to_read(common)?;
    if options.kinds {
        return kinds::run(common, &store);
    }
    if let Some(by) = options.by {
        return bill::run(common, &store, by, options.top as usize);
    }
    let stats = Stats::of(&store)?;
    let mut stdout = std::io::stdout().lock();
    match common.output {
        Output::Json => write_json(&mut stdout, &stats.object())?,
        Output::Human => {
            let folder = context::address(common)?.to_string();
            stdout.write_all(stats.render(&folder, Paint::for_stdout(common)).as_bytes())?;
        }
    }
    Ok(Exit::Success)
}

/// Everything that is counted. Of documents, the latest versions count; of retired sources, only
/// their number.
#[derive(Debug, Default)]
struct Stats {
    documents: u64,
    sources: u64,
    /// The size of all texts.
    text: u64,
    /// The size of the store on disk.
    disk: Option<u64>,
    states: BTreeMap<&'static str, u64>,
    media_types: BTreeMap<String, u64>,
    languages: BTreeMap<Option<String>, u64>,
    /// Documents with each label, and how many of them have it as the main one.
    labels: BTreeMap<String, (u64, u64)>,
    unlabelled: u64,
    failures: BTreeMap<&'static str, u64>,
    /// By name and version.
    plugins: BTreeMap<(String, String), Bill>,
    runs: u64,
    last_run: Option<Run>,
}

impl Stats {
    fn of(store: &dyn Store) -> Result<Stats, CommandError> {
        let mut stats = Stats { disk: store.size_on_disk()?, ..Stats::default() };
        let states =
            [SourceState::Done, SourceState::Failed, SourceState::Unsupported, SourceState::Empty];
        stats.states.extend(states.map(|state| (state.as_str(), 0)));
        for source in store.sources() {
            let source = source?;
            if source.retired {
                *stats.states.entry("retired").or_default() += 1;
                continue;
            }
            stats.sources += 1;
            *stats.states.entry(source.state.as_str()).or_default() += 1;
            *stats.media_types.entry(source.info.media_type.to_string()).or_default() += 1;
        }
        for summary in store.summaries() {
            stats.document(&summary?);
        }
        for failure in store.failures() {
            *stats.failures.entry(failure?.class.as_str()).or_default() += 1;
        }
        for run in store.runs() {
            stats.runs += 1;
            stats.last_run = Some(run?);
        }
        Ok(stats)
    }

    fn document(&mut self, summary: &DocumentSummary) {
        self.documents += 1;
        self.text += summary.length;
        let language = summary.language.as_ref().map(ToString::to_string);
        *self.languages.entry(language).or_default() += 1;
        let mut names = BTreeMap::new();
        for label in summary.labels() {
            *names.entry(label.name.as_str()).or_insert(false) |= label.is_main();
        }
        self.unlabelled += u64::from(names.is_empty());
        for (name, main) in names {
            let (all, as_main) = self.labels.entry(name.to_owned()).or_default();
            *all += 1;
            *as_main += u64::from(main);
        }
        // One call extracts all documents of a source.
        if summary.index == 0 {
            self.call(&summary.extraction);
        }
        for step in &summary.steps {
            self.call(&step.call);
        }
    }

    fn call(&mut self, call: &CallSummary) {
        let plugin = (call.plugin.to_string(), call.version.clone());
        self.plugins.entry(plugin).or_default().add(call.cost, false);
    }

    fn render(&self, folder: &str, paint: Paint) -> String {
        let states = self.states.iter().filter(|(_, number)| **number > 0);
        let states: Vec<_> =
            states.map(|(state, number)| format!("{} {state}", grouped(*number))).collect();
        let mut facts = Table::new([Column::new("").tone(Tone::Dim), Column::new("")]);
        let mut fact = |name: &str, value: String| facts.row([name.to_owned(), value]);
        let disk = self.disk.map_or(String::new(), |disk| format!(" ({})", bytes(disk)));
        fact("store", format!("{}{disk}", one_line(folder, 400)));
        fact("documents", format!("{}, {} of text", grouped(self.documents), bytes(self.text)));
        let states = states.join(", ");
        let apart = if states.is_empty() { "" } else { ": " };
        fact("sources", format!("{}{apart}{states}", grouped(self.sources)));
        let failures: Vec<_> =
            self.failures.iter().map(|(class, it)| format!("{} {class}", grouped(*it))).collect();
        fact("failures", if failures.is_empty() { "none".to_owned() } else { failures.join(", ") });
        fact("runs", self.runs());
        let mut shown = facts.render(None, paint);
        let mut section = |table: Table<3>| {
            if !table.is_empty() {
                shown.push('\n');
                shown.push_str(&table.render(None, paint));
            }
        };
        section(self.label_table());
        let languages = self.languages.iter().map(|(language, number)| {
            (language.as_deref().map_or("(unknown)".to_owned(), escaped), *number)
        });
        section(counted("LANGUAGE", "DOCUMENTS", languages, self.documents));
        let types = self.media_types.iter().map(|(name, number)| (escaped(name), *number));
        section(counted("MEDIA TYPE", "SOURCES", types, self.sources));
        if !self.plugins.is_empty() {
            shown.push('\n');
            shown.push_str(&self.plugin_table().render(None, paint));
        }
        shown
    }

    fn runs(&self) -> String {
        let Some(last) = &self.last_run else { return "none".to_owned() };
        let tally = &last.tally;
        let mut parts = vec![count(tally.sources, "source")];
        let numbers = [
            (tally.added, "added"),
            (tally.updated, "updated"),
            (tally.unchanged, "unchanged"),
            (tally.kept, "kept"),
            (tally.retired, "retired"),
            (tally.unsupported, "unsupported"),
            (tally.failures, "failed"),
        ];
        let numbers = numbers.into_iter().filter(|(number, _)| *number > 0);
        parts.extend(numbers.map(|(number, fate)| format!("{} {fate}", grouped(number))));
        let duration = match last.finished {
            // A clock that was set back in between tells nothing.
            Some(finished) => finished
                .duration_since(last.started)
                .map_or(String::new(), |it| format!(", took {}", span(it))),
            None => ", did not end".to_owned(),
        };
        let last = format!("{}{duration}: {}", moment(last.started), parts.join(", "));
        format!("{}, the last {last}", grouped(self.runs))
    }

    fn label_table(&self) -> Table<3> {
        let mut table = Table::new([
            Column::new("LABEL"),
            Column::number("DOCUMENTS"),
            Column::number("AS MAIN LABEL"),
        ]);
        for (label, (all, main)) in by_number(self.labels.iter(), |(all, _)| *all) {
            table.row([one_line(label, 64), grouped(*all), grouped(*main)]);
        }
        if self.unlabelled > 0 {
            table.row(["(none)".to_owned(), grouped(self.unlabelled), String::new()]);
        }
        table
    }

    fn plugin_table(&self) -> Table<6> {
        let mut table = Table::new([
            Column::new("PLUGIN"),
            Column::number("CALLS"),
            Column::number("TOTAL"),
            Column::number("MEAN"),
            Column::number("LONGEST"),
            Column::number("PEAK MEMORY"),
        ]);
        for ((name, version), bill) in &self.plugins {
            table.row([
                format!("{name} {}", one_line(version, 64)),
                grouped(bill.calls),
                span(bill.sum.duration),
                span(bill.mean().duration),
                span(bill.largest.duration),
                bytes(bill.largest.peak_memory),
            ]);
        }
        table
    }

    fn object(&self) -> StatsObject<'_> {
        let pairs = |map: &BTreeMap<&'static str, u64>| {
            map.iter().map(|(name, number)| (*name, *number)).collect()
        };
        StatsObject {
            documents: self.documents,
            unlabelled: self.unlabelled,
            text_bytes: self.text,
            sources: self.sources,
            disk_bytes: self.disk,
            states: pairs(&self.states),
            languages: (self.languages.iter())
                .map(|(language, documents)| LanguageObject {
                    language: language.as_deref(),
                    documents: *documents,
                })
                .collect(),
            labels: (self.labels.iter())
                .map(|(name, (documents, main))| LabelObject {
                    name,
                    documents: *documents,
                    main: *main,
                })
                .collect(),
            media_types: (self.media_types.iter())
                .map(|(media_type, sources)| MediaTypeObject { media_type, sources: *sources })
                .collect(),
            failures: pairs(&self.failures),
            plugins: (self.plugins.iter())
                .map(|((plugin, version), bill)| PluginObject {
                    plugin,
                    version,
                    calls: bill.calls,
                    total_us: micros(bill.sum.duration),
                    mean_us: micros(bill.mean().duration),
                    max_us: micros(bill.largest.duration),
                    peak_memory: bill.largest.peak_memory,
                })
                .collect(),
            runs: self.runs,
            last_run: self.last_run.as_ref().map(RunObject::new),
        }
    }
}

/// The largest number first; equal ones by name.
fn by_number<'a, T: 'a>(
    counted: impl Iterator<Item = (&'a String, &'a T)>,
    number: impl Fn(&T) -> u64,
) -> Vec<(&'a String, &'a T)> {
    let mut counted: Vec<_> = counted.collect();
    counted.sort_by_key(|(_, it)| std::cmp::Reverse(number(it)));
    counted
}

fn counted(
    what: &'static str,
    of: &'static str,
    rows: impl Iterator<Item = (String, u64)>,
    total: u64,
) -> Table<3> {
    let mut table = Table::new([Column::new(what), Column::number(of), Column::number("")]);
    let mut rows: Vec<_> = rows.collect();
    rows.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    for (name, number) in rows {
        let share = 100.0 * number as f64 / total.max(1) as f64;
        table.row([name, grouped(number), format!("{share:.0} %")]);
    }
    table
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[derive(Serialize)]
struct StatsObject<'a> {
    documents: u64,
    unlabelled: u64,
    text_bytes: u64,
    sources: u64,
    disk_bytes: Option<u64>,
    states: BTreeMap<&'static str, u64>,
    languages: Vec<LanguageObject<'a>>,
    labels: Vec<LabelObject<'a>>,
    media_types: Vec<MediaTypeObject<'a>>,
    failures: BTreeMap<&'static str, u64>,
    plugins: Vec<PluginObject<'a>>,
    runs: u64,
    last_run: Option<RunObject>,
}

#[derive(Serialize)]
struct LanguageObject<'a> {
    language: Option<&'a str>,
    documents: u64,
}

#[derive(Serialize)]
struct LabelObject<'a> {
    name: &'a str,
    documents: u64,
    main: u64,
}

#[derive(Serialize)]
struct MediaTypeObject<'a> {
    media_type: &'a str,
    sources: u64,
}

#[derive(Serialize)]
struct PluginObject<'a> {
    plugin: &'a str,
    version: &'a str,
    calls: u64,
    total_us: u64,
    mean_us: u64,
    max_us: u64,
    peak_memory: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_store_has_stats_too() {
        let stats = Stats::of(&docmill::store::MemoryStore::default()).unwrap();
        assert_eq!(
            stats.render(".docmill", Paint::OFF),
            "store      .docmill\ndocuments  0, 0 B of text\nsources    0\nfailures   none\nruns       none\n"
        );
    }
}
