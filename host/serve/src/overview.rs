//! What a whole store comes to in numbers: read once, from what the store keeps of each document in
//! short.

use std::collections::BTreeMap;

use docmill::model::{Bill, CallSummary, DocumentId, DocumentSummary, Failure, Run, SourceState};
use docmill::store::{Store, StoreError};
use serde::Serialize;

use crate::page::shortened;

/// The most groups that are kept apart; the labels of a pipeline are some dozens.
const MOST_GROUPS: usize = 1_000;
/// The most examples of a group or a cause.
const EXAMPLES: usize = 5;
/// The most kinds of failures that are kept apart.
const MOST_CAUSES: usize = 500;
/// The longest cause, in characters.
const LONGEST_CAUSE: usize = 300;
/// The most months of a timeline: a hundred years.
const MOST_MONTHS: usize = 1_200;

/// A whole store in numbers. Of documents the latest versions count, and those of retired sources
/// do not.
#[derive(Debug, Default)]
pub(crate) struct Overview {
    pub(crate) documents: u64,
    pub(crate) sources: u64,
    /// The size of all texts in bytes.
    pub(crate) text: u64,
    pub(crate) unlabelled: u64,
    pub(crate) dated: Months,
    pub(crate) states: BTreeMap<&'static str, u64>,
    pub(crate) languages: BTreeMap<String, u64>,
    pub(crate) types: BTreeMap<String, u64>,
    pub(crate) groups: BTreeMap<String, Group>,
    pub(crate) causes: Vec<Cause>,
    pub(crate) failures: u64,
    /// By name and version.
    pub(crate) plugins: BTreeMap<(String, String), Bill>,
    /// The latest first.
    pub(crate) runs: Vec<Run>,
}

/// How many documents there are of each month, such as `2025-11`.
pub(crate) type Months = BTreeMap<String, u64>;

/// What documents with the same label come to.
#[derive(Debug, Default)]
pub(crate) struct Group {
    pub(crate) documents: u64,
    /// How many of them have it as their main label.
    pub(crate) main: u64,
    pub(crate) months: Months,
    /// Some of them, the most confident first.
    pub(crate) examples: Vec<Example>,
}

/// A document as an example.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Example {
    #[serde(serialize_with = "as_text")]
    pub(crate) id: DocumentId,
    pub(crate) title: String,
    pub(crate) date: Option<String>,
    pub(crate) confidence: f32,
}

fn as_text<S: serde::Serializer>(
    value: &impl std::fmt::Display,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// Failures of the same step in the same way.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Cause {
    pub(crate) class: &'static str,
    pub(crate) step: Option<String>,
    /// The innermost cause, with `#` in the place of numbers.
    pub(crate) cause: String,
    pub(crate) failures: u64,
    /// Ids of some of them, and their sources.
    pub(crate) examples: Vec<(String, String)>,
}

impl Overview {
    /// Reads it.
    pub(crate) fn of(store: &dyn Store) -> Result<Overview, StoreError> {
        let mut overview = Overview::default();
        for source in store.sources() {
            let source = source?;
            if source.retired {
                *overview.states.entry("retired").or_default() += 1;
                continue;
            }
            overview.sources += 1;
            let state: SourceState = source.state;
            *overview.states.entry(state.as_str()).or_default() += 1;
            *overview.types.entry(source.info.media_type.to_string()).or_default() += 1;
        }
        for summary in store.summaries() {
            overview.document(&summary?);
        }
        let mut causes: BTreeMap<(&'static str, Option<String>, String), Cause> = BTreeMap::new();
        for failure in store.failures() {
            overview.failure(&failure?, &mut causes);
        }
        overview.causes = causes.into_values().collect();
        overview.causes.sort_by_key(|it| std::cmp::Reverse(it.failures));
        overview.runs = store.runs().collect::<Result<_, _>>()?;
        overview.runs.reverse();
        Ok(overview)
    }

    fn document(&mut self, summary: &DocumentSummary) {
        self.documents += 1;
        self.text += summary.length;
        let language = summary.language.as_ref().map_or("unknown", |it| it.as_str());
        *self.languages.entry(language.to_owned()).or_default() += 1;
        let month = summary.date.as_deref().and_then(month_of);
        if let Some(month) = &month {
            add(&mut self.dated, month);
        }
        let mut labels: BTreeMap<&str, (bool, f32)> = BTreeMap::new();
        for label in summary.labels() {
            let (is_main, confidence) = labels.entry(&label.name).or_default();
            *is_main |= label.is_main();
            *confidence = confidence.max(label.confidence);
        }
        self.unlabelled += u64::from(labels.is_empty());
        for (label, (is_main, confidence)) in labels {
            if !self.groups.contains_key(label) && self.groups.len() >= MOST_GROUPS {
                continue;
            }
            let group = self.groups.entry(label.to_owned()).or_default();
            group.documents += 1;
            group.main += u64::from(is_main);
            if let Some(month) = &month {
                add(&mut group.months, month);
            }
            group.example(summary, confidence);
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

    fn failure(
        &mut self,
        failure: &Failure,
        causes: &mut BTreeMap<(&'static str, Option<String>, String), Cause>,
    ) {
        self.failures += u64::from(failure.class.is_failure());
        if let (Some(attempt), Some(cost)) = (&failure.attempt, failure.cost) {
            let plugin = (attempt.plugin.to_string(), attempt.version.clone());
            self.plugins.entry(plugin).or_default().add(cost, true);
        }
        let cause = alike(failure.causes.last().map_or("", String::as_str));
        let step = failure.step.as_ref().map(ToString::to_string);
        let key = (failure.class.as_str(), step.clone(), cause.clone());
        if !causes.contains_key(&key) && causes.len() >= MOST_CAUSES {
            return;
        }
        let class = failure.class.as_str();
        let new = Cause { class, step, cause, failures: 0, examples: Vec::new() };
        let kind = causes.entry(key).or_insert(new);
        kind.failures += 1;
        if kind.examples.len() < EXAMPLES {
            kind.examples.push((failure.id.to_string(), failure.source.to_string()));
        }
    }

    /// The groups, the largest first.
    pub(crate) fn largest_groups(&self) -> Vec<(&str, &Group)> {
        let mut groups: Vec<_> = self.groups.iter().map(|(name, it)| (name.as_str(), it)).collect();
        groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.documents));
        groups
    }
}

impl Group {
    fn example(&mut self, summary: &DocumentSummary, confidence: f32) {
        if self.examples.len() == EXAMPLES
            && self.examples.last().is_some_and(|last| last.confidence >= confidence)
        {
            return;
        }
        let title = summary.title.as_deref().filter(|it| !it.trim().is_empty());
        let title = shortened(title.unwrap_or(summary.source.as_str()), 300).into_owned();
        let at = self.examples.partition_point(|it| it.confidence >= confidence);
        let date = summary.date.as_deref().map(crate::page::day);
        self.examples.insert(at, Example { id: summary.id, title, date, confidence });
        self.examples.truncate(EXAMPLES);
    }
}

fn add(months: &mut Months, month: &str) {
    if months.contains_key(month) || months.len() < MOST_MONTHS {
        *months.entry(month.to_owned()).or_default() += 1;
    }
}

/// The month of a date, such as `2025-11`; `None` of what has none.
fn month_of(date: &str) -> Option<String> {
    let month = date.get(..7)?;
    let (year, number) = month.split_once('-')?;
    let is_number = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
    let is_month = year.len() == 4 && is_number(year) && matches!(number.parse(), Ok(1..=12_u8));
    let ends = date[7..].chars().next().is_none_or(|it| matches!(it, '-' | 'T' | '/'));
    (is_month && is_number(number) && ends).then(|| month.to_owned())
}

/// A cause with the same words for what differs only in numbers.
fn alike(cause: &str) -> String {
    let mut alike = String::new();
    for character in cause.chars().take(LONGEST_CAUSE) {
        match character {
            '0'..='9' if alike.ends_with('#') => {}
            '0'..='9' => alike.push('#'),
            character => alike.push(character),
        }
    }
    alike
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_in_numbers_is_one_cause() {
        assert_eq!(alike("line 12: byte 0x3f"), "line #: byte #x#f");
        assert_eq!(alike(&"é".repeat(1_000)).chars().count(), LONGEST_CAUSE);
    }

    #[test]
    fn a_month_is_told_of_what_has_one() {
        assert_eq!(month_of("2025-11-22T08:00:00Z").as_deref(), Some("2025-11"));
        assert_eq!(month_of("2025-11").as_deref(), Some("2025-11"));
        for none in ["2025", "2025-13", "2025-1-1", "2025-111", "soon...", "éééé-11", "", "2025-+1"]
        {
            assert_eq!(month_of(none), None, "{none}");
        }
    }
}
