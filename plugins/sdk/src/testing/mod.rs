//! What the host provides, played natively, so that a plugin's unit tests need no sandbox.
//!
//! Everything is per thread, as tests run side by side.

pub mod cases;
mod wording;

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::log::Level;
use crate::{Annotation, Attribute, Label, Member, Occurrence, Span};

/// The content of a table.
pub type TableData = BTreeMap<String, String>;

#[derive(Default)]
struct Stage {
    settings: BTreeMap<String, String>,
    tables: BTreeMap<String, TableData>,
    labels: BTreeMap<String, Vec<Label>>,
    annotations: BTreeMap<String, Vec<Annotation>>,
    translations: BTreeMap<(String, String), String>,
    members: Vec<Member>,
    /// Whether a member is being written.
    is_writing: bool,
    /// How many bytes members may still have.
    capacity: Option<u64>,
    log: Vec<(Level, String)>,
}

thread_local! {
    static STAGE: RefCell<Stage> = RefCell::default();
}

fn with<T>(act: impl FnOnce(&mut Stage) -> T) -> T {
    STAGE.with(|stage| act(&mut stage.borrow_mut()))
}

/// Forgets everything that was set on this thread.
pub fn reset() {
    with(|stage| *stage = Stage::default());
}

/// Sets every setting of a description to its default, as the host does.
pub fn use_defaults(description: &crate::Description) {
    for setting in &description.settings {
        if let Some(value) = &setting.default_value {
            set_setting(&setting.key, value);
        }
    }
}

/// Chooses a setting.
pub fn set_setting(key: &str, value: &str) {
    with(|stage| stage.settings.insert(key.to_owned(), value.to_owned()));
}

/// Grants a table.
pub fn set_table(
    name: &str,
    entries: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
) {
    let entries = entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
    with(|stage| stage.tables.insert(name.to_owned(), entries));
}

/// Grants a table from the text of a `.tsv` file as the host reads it: `key <tab> value` per line,
/// `#` begins a comment line, and `\t`, `\n` and `\\` stand for a tab, a line feed and a backslash.
///
/// # Panics
///
/// If a line has no tab or a key occurs twice; the host refuses such a file.
pub fn set_table_from_tsv(name: &str, text: &str) {
    let unescape =
        |part: &str| part.replace("\\t", "\t").replace("\\n", "\n").replace("\\\\", "\\");
    let mut entries = TableData::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let (key, value) =
            line.split_once('\t').unwrap_or_else(|| panic!("no tab in the line `{line}`"));
        let previous = entries.insert(unescape(key), unescape(value));
        assert!(previous.is_none(), "the key `{key}` occurs twice");
    }
    with(|stage| stage.tables.insert(name.to_owned(), entries));
}

/// Plays a classifier that ran before.
pub fn set_labels(classifier: &str, labels: Vec<Label>) {
    with(|stage| stage.labels.insert(classifier.to_owned(), labels));
}

/// Plays an analyzer that ran before.
pub fn set_annotations(analyzer: &str, annotations: Vec<Annotation>) {
    with(|stage| stage.annotations.insert(analyzer.to_owned(), annotations));
}

/// Plays a translator that ran before.
pub fn set_translation(translator: &str, target: &str, text: &str) {
    with(|stage| {
        stage.translations.insert((translator.to_owned(), target.to_owned()), text.to_owned())
    });
}

/// Lets members have so many bytes together. What is handed over past that is no member, and
/// writing it fails, where the host would end the call.
pub fn limit_members(bytes: u64) {
    with(|stage| stage.capacity = Some(bytes));
}

/// Whether so many bytes more fit.
fn count(bytes: usize) -> bool {
    with(|stage| {
        let Some(capacity) = &mut stage.capacity else { return true };
        let left = capacity.checked_sub(bytes as u64);
        *capacity = left.unwrap_or(0);
        left.is_some()
    })
}

/// Takes the members emitted so far on this thread.
pub fn take_members() -> Vec<Member> {
    with(|stage| std::mem::take(&mut stage.members))
}

/// Takes the messages logged so far on this thread.
pub fn take_log() -> Vec<(Level, String)> {
    with(|stage| std::mem::take(&mut stage.log))
}

pub(crate) fn setting(key: &str) -> Option<String> {
    with(|stage| stage.settings.get(key).cloned())
}

pub(crate) fn table(name: &str) -> Option<TableData> {
    with(|stage| stage.tables.get(name).cloned())
}

pub(crate) fn labels(classifier: &str) -> Option<Vec<Label>> {
    with(|stage| stage.labels.get(classifier).cloned())
}

pub(crate) fn annotations(analyzer: &str) -> Option<Vec<Annotation>> {
    with(|stage| stage.annotations.get(analyzer).cloned())
}

pub(crate) fn translation(translator: &str, target: &str) -> Option<String> {
    with(|stage| stage.translations.get(&(translator.to_owned(), target.to_owned())).cloned())
}

pub(crate) fn emit(member: Member) {
    if count(member.content.len()) {
        keep(member);
    }
}

fn keep(member: Member) {
    with(|stage| {
        assert!(!stage.is_writing, "a member was emitted while another member is written");
        stage.members.push(member);
    });
}

/// A member that is being written.
#[derive(Debug)]
pub(crate) struct WrittenMember {
    member: Member,
}

pub(crate) fn begin_member(
    name: &str,
    media_type: Option<&str>,
    attributes: &[Attribute],
) -> WrittenMember {
    with(|stage| {
        assert!(!stage.is_writing, "a member was begun while another member is written");
        stage.is_writing = true;
    });
    let (name, media_type) = (name.to_owned(), media_type.map(str::to_owned));
    let (content, attributes) = (Vec::new(), attributes.to_owned());
    WrittenMember { member: Member { name, media_type, content, attributes } }
}

impl WrittenMember {
    pub(crate) fn write(&mut self, content: &[u8]) -> std::io::Result<()> {
        if !count(content.len()) {
            return Err(std::io::Error::other("members have no more room"));
        }
        self.member.content.extend_from_slice(content);
        Ok(())
    }

    pub(crate) fn end(self) {
        let member = self.member.clone();
        drop(self);
        keep(member);
    }
}

impl Drop for WrittenMember {
    fn drop(&mut self) {
        with(|stage| stage.is_writing = false);
    }
}

pub(crate) fn write_log(level: Level, message: &str) {
    with(|stage| stage.log.push((level, message.to_owned())));
}

/// The slow, obvious version of `table.find`; the host's is an automaton.
pub(crate) fn find(table: &TableData, text: &str) -> Vec<Occurrence> {
    let mut found = Vec::new();
    for (key, value) in table.iter().filter(|(key, _)| !key.is_empty()) {
        let mut from = 0;
        while let Some(at) = text[from..].find(key.as_str()) {
            let start = from + at;
            found.push(Occurrence {
                span: Span::new(start, start + key.len()),
                value: value.clone(),
            });
            from = start + text[start..].chars().next().map_or(1, char::len_utf8);
        }
    }
    found.sort_by_key(|it| (it.span.start, std::cmp::Reverse(it.span.end)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn find_returns_overlapping_keys_longest_first() {
        let table = TableData::from(
            [("ab", "1"), ("abc", "2"), ("bc", "3")].map(|(k, v)| (k.into(), v.into())),
        );
        let found: Vec<_> = find(&table, "xabc")
            .into_iter()
            .map(|it| (it.span.start, it.span.end, it.value))
            .collect();
        assert_eq!(found, [(1, 4, "2".to_owned()), (1, 3, "1".to_owned()), (2, 4, "3".to_owned())]);
    }
}
