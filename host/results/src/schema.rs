//! The schema of results: every table, every column, what it means, and the version of all of them.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, SchemaRef, TimeUnit};

/// The version of the schema. It grows with every change that a reader has to know of; a column
/// more is none.
pub const VERSION: u32 = 1;
/// The entry of the metadata of a file in which its version stands.
pub(crate) const VERSION_KEY: &str = "docmill.schema";
/// The entry of the metadata of a file in which the name of its table stands.
const TABLE_KEY: &str = "docmill.table";

/// One of the tables. Each is a folder of Parquet files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// What became of every source.
    Sources,
    /// What was read in them.
    Documents,
    /// What each step found in each document.
    Results,
    /// What went wrong.
    Failures,
    /// What calls cost: all that differs from run to run.
    Costs,
    /// Which containers were taken apart, for which share of their members.
    Walks,
    /// Recipes and configurations, by digest.
    Parts,
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8.
    Text,
    /// True or false.
    Flag,
    /// A 32-bit number, never negative.
    Count32,
    /// A 64-bit number, never negative.
    Count64,
    /// A 32-bit floating-point number.
    Fraction,
    /// A time in microseconds, UTC.
    Instant,
    /// Bytes.
    Bytes,
    /// A list of such values, none of them null.
    List(&'static Kind),
    /// Named values.
    Struct(&'static [Column]),
}

/// A column of a table, or a named value within one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// Whether it may be null: where there is nothing to say.
    pub nullable: bool,
    /// What it means.
    pub says: &'static str,
}

const fn column(name: &'static str, kind: Kind, says: &'static str) -> Column {
    Column { name, kind, nullable: false, says }
}

const fn maybe(name: &'static str, kind: Kind, says: &'static str) -> Column {
    Column { name, kind, nullable: true, says }
}

use Kind::{Bytes, Count32, Count64, Flag, Fraction, Instant, List, Struct, Text};

const START: Column = column("start", Count32, "first byte in the UTF-8 of `text`");
const END: Column = column("end", Count32, "the byte after the last one");
const SPAN: &[Column] = &[START, END];
const ATTRIBUTE: &[Column] = &[
    column("name", Text, "kebab-case; a name may occur more than once"),
    column("value", Text, "text of any kind"),
];
const ATTRIBUTES: Column =
    column("attributes", List(&Struct(ATTRIBUTE)), "further facts, in order");
const MARK: &[Column] = &[column("kind", Text, "such as `heading`"), START, END, ATTRIBUTES];
const ASIDE: &[Column] = &[
    column("kind", Text, "such as `caption`"),
    column("text", Text, "the passage itself"),
    column("position", Count32, "where it stood: a byte in the UTF-8 of `text`"),
    ATTRIBUTES,
];
const LABEL: &[Column] = &[
    column("name", Text, "the label"),
    column("confidence", Fraction, "from 0 to 1"),
    column("evidence", List(&Struct(SPAN)), "the passages that speak for it, by position"),
    ATTRIBUTES,
];
const ANNOTATION: &[Column] = &[
    column("kind", Text, "such as `money`"),
    maybe("start", Count32, "first byte in the UTF-8 of `text`; null if it concerns all of it"),
    maybe("end", Count32, "the byte after the last one; null where `start` is"),
    maybe("value", Text, "what it stands for, such as `2024-05-01`"),
    maybe("confidence", Fraction, "from 0 to 1"),
    ATTRIBUTES,
];
const SEGMENT: &[Column] = &[
    column("original_start", Count32, "of the passage in `text` of the document"),
    column("original_end", Count32, "the byte after its last one"),
    column("translated_start", Count32, "of the passage in `text` of the translation"),
    column("translated_end", Count32, "the byte after its last one"),
];
const TRANSLATION: &[Column] = &[
    column("target", Text, "the language, as a BCP 47 tag"),
    column("text", Text, "the whole text in that language"),
    column("segments", List(&Struct(SEGMENT)), "which passage became which, in order"),
    ATTRIBUTES,
];
const LOG: &[Column] = &[
    column("level", Text, "`trace`, `debug`, `info`, `warn` or `error`"),
    column("message", Text, "what the plugin said"),
];
const ATTEMPT: &[Column] = &[
    column("plugin", Text, "what the plugin calls itself"),
    column("version", Text, "its version"),
    column("configuration", Text, "digest of its settings and tables, in `parts`"),
    column("deadline", Count64, "what it was allowed: processor time in nanoseconds"),
    column("memory", Count64, "and memory in bytes"),
    column("output", Count64, "and output in bytes"),
    column("log", Count64, "and log in bytes"),
];

const SOURCE: Column = column("source", Text, "name of the source: `path`, or `path!/member`");
const DOCUMENT: Column =
    column("document", Text, "id of the document: the same place in the same source has the same");
const PLUGIN: [Column; 5] = [
    column("plugin", Text, "what the plugin that made it calls itself"),
    column("version", Text, "its version"),
    column("component", Text, "digest of its bytes"),
    column("contract", Text, "track of the contract that it was built for, such as `0.1`"),
    column("settings", Text, "digest of its settings and of the content of its tables"),
];

const SOURCES: &[Column] = &[
    column("key", Text, "digest of the rest of the row"),
    SOURCE,
    maybe("container", Text, "name of the source that it was taken out of"),
    column("media_type", Text, "such as `text/html`"),
    column("size", Count64, "bytes"),
    column("sha256", Text, "digest of its bytes"),
    column("attributes", List(&Struct(ATTRIBUTE)), "what its container says of it"),
    column(
        "state",
        Text,
        "`done`; `empty`: there is no text in it; `unsupported`: no step reads it; `failed`: it would fail again; `unfinished`: it \
         might not",
    ),
    column("recipe", Text, "digest of the pipeline that was run on it, in `parts`"),
    column("documents", Count32, "how many documents were read in it"),
];
const DOCUMENTS: &[Column] = &[
    DOCUMENT,
    column("key", Text, "digest of everything that reading the source depends on"),
    SOURCE,
    column("sha256", Text, "digest of the bytes of the source"),
    column("place", Count32, "its place among the documents of the source, from 0"),
    column("text_digest", Text, "digest of everything that a step can see of the document"),
    column("text", Text, "the text proper"),
    maybe("language", Text, "a BCP 47 tag, such as `fr`, where the source tells"),
    maybe("title", Text, "the first attribute `title`"),
    maybe("date", Text, "the first attribute `date`: RFC 3339, as precise as the source is"),
    column("attributes", List(&Struct(ATTRIBUTE)), "what is known of the document, in order"),
    column("marks", List(&Struct(MARK)), "where headings, paragraphs, links lie in `text`"),
    column("asides", List(&Struct(ASIDE)), "what stands beside the text, in reading order"),
    PLUGIN[0],
    PLUGIN[1],
    PLUGIN[2],
    PLUGIN[3],
    PLUGIN[4],
];
const RESULTS: &[Column] = &[
    DOCUMENT,
    column("step", Text, "name of the step"),
    column("key", Text, "digest of everything that the result depends on"),
    SOURCE,
    column("text_digest", Text, "`text_digest` of the document that it was found in"),
    column("role", Text, "`classifier`, `analyzer` or `translator`"),
    PLUGIN[0],
    PLUGIN[1],
    PLUGIN[2],
    PLUGIN[3],
    PLUGIN[4],
    maybe(
        "labels",
        List(&Struct(LABEL)),
        "of a classifier, most confident first. An empty list is a result: nothing was found. Where `labels`, `annotations` and \
         `translations` are null, the step takes back what it had found",
    ),
    maybe("annotations", List(&Struct(ANNOTATION)), "of an analyzer, by position; likewise"),
    maybe("translations", List(&Struct(TRANSLATION)), "of a translator; likewise"),
];
const FAILURES: &[Column] = &[
    column("key", Text, "digest of the rest of the row"),
    column("failure", Text, "id of the failure: the same step on the same document has the same"),
    SOURCE,
    maybe(
        "source_key",
        Text,
        "`key` of the row in `sources` that it belongs to; null if the source could not be read",
    ),
    maybe("sha256", Text, "digest of the bytes of the source; null if they could not be read"),
    maybe("document", Text, "id of the document; null if it concerns the source as a whole"),
    maybe("step", Text, "the step that failed; null if none did"),
    maybe("component", Text, "digest of the plugin that failed"),
    column("class", Text, "such as `malformed`: see host/docs/export.md"),
    column("is_settled", Flag, "whether it would fail again wherever it is tried"),
    column("causes", List(&Text), "what went wrong, outermost first"),
    maybe("hint", Text, "what a reader can do about it, as JSON"),
    column("backtrace", List(&Text), "the call stack of the plugin, innermost first"),
    column("log", List(&Struct(LOG)), "the end of what the plugin logged"),
    maybe("attempt", Struct(ATTEMPT), "how the plugin was run"),
];
const COSTS: &[Column] = &[
    SOURCE,
    maybe("document", Text, "id of the document; null of a call that reads the source"),
    maybe("step", Text, "the step; null of an extraction that succeeded"),
    maybe("key", Text, "`key` of the result; null if the call failed"),
    column("plugin", Text, "what the plugin calls itself"),
    column("failed", Flag, "whether the call failed"),
    column("duration", Count64, "nanoseconds by the clock"),
    column("peak_memory", Count64, "bytes of all linear memories and tables at most"),
    column("host_calls", Count64, "how often the plugin called the host"),
    column("bytes_in", Count64, "what it was given or read"),
    column("bytes_out", Count64, "what it returned"),
    column("written", Instant, "when the row was written"),
];
const WALKS: &[Column] = &[
    SOURCE,
    maybe("container", Text, "name of the source that it was taken out of"),
    column("media_type", Text, "such as `application/zip`"),
    column("size", Count64, "bytes"),
    column("sha256", Text, "digest of its bytes"),
    column("recipe", Text, "digest of the pipeline that took it apart"),
    column("state", Text, "`done`, `failed` or `unfinished`, as in `sources`"),
    column("first", Count64, "the lowest hash of a name that was taken in"),
    column("last", Count64, "the highest"),
];
const PARTS: &[Column] = &[
    column("sha256", Text, "digest of `bytes`"),
    column("bytes", Bytes, "a recipe or a configuration, as JSON"),
];

impl Table {
    /// All tables, in the order in which files are put in place: what says that something is whole
    /// comes after it.
    pub const ALL: [Table; 7] = [
        Table::Parts,
        Table::Documents,
        Table::Results,
        Table::Failures,
        Table::Costs,
        Table::Sources,
        Table::Walks,
    ];

    /// The name of the table, and of its folder.
    pub const fn name(self) -> &'static str {
        match self {
            Table::Sources => "sources",
            Table::Documents => "documents",
            Table::Results => "results",
            Table::Failures => "failures",
            Table::Costs => "costs",
            Table::Walks => "walks",
            Table::Parts => "parts",
        }
    }

    /// Its columns, in order.
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Table::Sources => SOURCES,
            Table::Documents => DOCUMENTS,
            Table::Results => RESULTS,
            Table::Failures => FAILURES,
            Table::Costs => COSTS,
            Table::Walks => WALKS,
            Table::Parts => PARTS,
        }
    }

    /// The columns of which equal values mean equal rows; none of `costs`, in which every row is
    /// one call.
    pub const fn key(self) -> &'static [&'static str] {
        match self {
            Table::Sources | Table::Failures => &["key"],
            Table::Documents => &["document", "key"],
            Table::Results => &["document", "step", "key"],
            Table::Costs => &[],
            Table::Walks => &["source", "sha256", "recipe", "state", "first", "last"],
            Table::Parts => &["sha256"],
        }
    }

    /// The schema of its files.
    pub fn schema(self) -> SchemaRef {
        let fields: Vec<FieldRef> = self.columns().iter().map(field).collect();
        let metadata = HashMap::from([
            (VERSION_KEY.to_owned(), VERSION.to_string()),
            (TABLE_KEY.to_owned(), self.name().to_owned()),
        ]);
        Arc::new(Schema::new(fields).with_metadata(metadata))
    }

    /// What stands in the reference about it: a table of Markdown.
    pub fn reference(self) -> String {
        let mut text = String::from("| Column | Type | Meaning |\n|---|---|---|\n");
        lines("", self.columns(), &mut text);
        text
    }
}

fn field(column: &Column) -> FieldRef {
    Arc::new(Field::new(column.name, data_type(column.kind), column.nullable))
}

fn data_type(kind: Kind) -> DataType {
    match kind {
        Text => DataType::Utf8,
        Flag => DataType::Boolean,
        Count32 => DataType::UInt32,
        Count64 => DataType::UInt64,
        Fraction => DataType::Float32,
        Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Bytes => DataType::Binary,
        List(item) => DataType::List(Arc::new(Field::new("item", data_type(*item), false))),
        Struct(columns) => DataType::Struct(columns.iter().map(field).collect::<Fields>()),
    }
}

fn type_name(kind: Kind) -> String {
    match kind {
        Text => "string".to_owned(),
        Flag => "boolean".to_owned(),
        Count32 => "uint32".to_owned(),
        Count64 => "uint64".to_owned(),
        Fraction => "float".to_owned(),
        Instant => "timestamp".to_owned(),
        Bytes => "binary".to_owned(),
        List(item) => format!("list of {}", type_name(*item)),
        Struct(_) => "struct".to_owned(),
    }
}

fn lines(within: &str, columns: &[Column], text: &mut String) {
    for Column { name, kind, nullable, says } in columns {
        let or_null = if *nullable { " or null" } else { "" };
        let path = format!("{within}{name}");
        let _ = writeln!(text, "| `{path}` | {}{or_null} | {says} |", type_name(*kind));
        match kind {
            List(Struct(columns)) => lines(&format!("{path}[]."), columns, text),
            Struct(columns) => lines(&format!("{path}."), columns, text),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `DOCMILL_BLESS=1` writes the tables of columns.
    #[test]
    fn the_reference_says_what_the_schema_is() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/results.md");
        let mut reference = std::fs::read_to_string(path).unwrap();
        if std::env::var_os("DOCMILL_BLESS").is_some() {
            for table in Table::ALL {
                let section = reference.find(&format!("### `{}`\n", table.name())).unwrap();
                let begin = section + reference[section..].find("| Column ").unwrap();
                let end =
                    reference[begin..].find("\n\n").map_or(reference.len(), |at| begin + at + 1);
                reference.replace_range(begin..end, &table.reference());
            }
            std::fs::write(path, &reference).unwrap();
        }
        for table in Table::ALL {
            let expected = format!("### `{}`\n", table.name());
            assert!(reference.contains(&expected), "no section: {expected}");
            let own = table.reference();
            assert!(reference.contains(&own), "the section of `{}` is not\n{own}", table.name());
            if !table.key().is_empty() {
                let key: Vec<String> = table.key().iter().map(|it| format!("`{it}`")).collect();
                let key = format!("Key: {}.\n", key.join(", "));
                assert!(reference.contains(&key), "`{}` does not say: {key}", table.name());
            }
        }
        assert!(reference.contains(&format!("version {VERSION} of the schema")));
    }
}
