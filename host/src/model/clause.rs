//! What the contract demands, as numbered clauses: the host names them in refusals, and
//! `conformance` checks them.

use std::fmt;

/// One promise of the contract. `tests/conformance/CONTRACT.md` lists all of them, with how each is
/// checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clause {
    /// A letter for what it is about and a number, such as `C-2`. Never given to another clause.
    pub id: &'static str,
    /// The functions of the contract that it binds, such as `extraction.extract`.
    pub functions: &'static [&'static str],
    /// What must hold; a sentence without its final period.
    pub must: &'static str,
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// Names each clause, and lists them all.
macro_rules! clauses {
    ($($name:ident = $id:literal, $functions:expr, $must:literal;)*) => {
        impl Clause {
            $(
                #[doc = $must]
                pub const $name: &'static Clause =
                    &Clause { id: $id, functions: &$functions, must: $must };
            )*

            /// The clause of this id.
            pub fn of(id: &str) -> Option<&'static Clause> {
                Clause::ALL.iter().copied().find(|clause| clause.id == id)
            }

            /// All clauses, in the order of their ids. Those that begin with `H` bind the host, all
            /// others plugins.
            pub const ALL: &'static [&'static Clause] = &[$(Clause::$name),*];
        }
    };
}

const DECLARATIONS: [&str; 5] = [
    "unpacking.accepts",
    "extraction.accepts",
    "translation.pairs",
    "classification.labels",
    "analysis.kinds",
];
const WORK: [&str; 5] = [
    "unpacking.unpack",
    "extraction.extract",
    "translation.translate",
    "classification.classify",
    "analysis.analyze",
];
const EVERYTHING: [&str; 11] = [
    "metadata.describe",
    "unpacking.accepts",
    "extraction.accepts",
    "translation.pairs",
    "classification.labels",
    "analysis.kinds",
    "unpacking.unpack",
    "extraction.extract",
    "translation.translate",
    "classification.classify",
    "analysis.analyze",
];

clauses! {
    ANNOTATION_KINDS = "A-1", ["analysis.analyze"],
        "every annotation is of a kind that `kinds` declares";
    ANNOTATION_ORDER = "A-2", ["analysis.analyze"],
        "annotations without a span come first, then those with one, by their start";

    LABELS_DECLARED = "C-1", ["classification.classify"],
        "every label is one that `labels` declares";
    LABELS_UNIQUE = "C-2", ["classification.classify"],
        "each label occurs at most once";
    LABELS_DESCENDING = "C-3", ["classification.classify"],
        "labels come most confident first";
    EVIDENCE_ORDER = "C-4", ["classification.classify"],
        "the evidence for a label is ordered by the start of its spans";

    DESCRIBE_SEALED = "D-1", ["metadata.describe"],
        "`describe` calls no imports";
    DESCRIBE_STABLE = "D-2", ["metadata.describe"],
        "`describe` returns the same value every time";
    DESCRIBE_RETURNS = "D-3", ["metadata.describe"],
        "`describe` returns, within its limits";
    PLUGIN_NAMES = "D-4", ["metadata.describe"],
        "the name of a plugin is kebab-case and has at most 64 characters";
    VERSION = "D-5", ["metadata.describe"],
        "the version is a semantic one, such as `1.2.3`, of at most 64 characters";
    SUMMARIES = "D-6", ["metadata.describe"],
        "a summary is one sentence of at most 1,000 bytes";
    DESCRIBE_UNIQUE = "D-7", ["metadata.describe"],
        "no setting, table, or read plugin is declared twice";

    EXTRACT_EMPTY = "E-1", ["extraction.extract"],
        "an empty source is no error";
    EXTRACT_SLICES = "E-2", ["extraction.extract"],
        "the documents do not depend on how many bytes a read returns";
    MARK_ORDER = "E-3", ["extraction.extract"],
        "marks are ordered by the start of their spans, outer ones before inner ones";
    ASIDE_POSITIONS = "E-4", ["extraction.extract"],
        "an aside stands at a UTF-8 byte offset into the text, on a character boundary";
    ASIDE_ORDER = "E-5", ["extraction.extract"],
        "asides come in reading order";

    LOG_HARMLESS = "H-1", ["log.write"],
        "what a plugin logs is cut or dropped, and never changes a result";
    CONFIG = "H-2", ["config.get"],
        "a declared setting has its value or its default, any other has none";
    LOOKUP_OPEN = "H-3", ["lookup.open"],
        "a table that is not declared or not granted cannot be told from one that does not exist";
    LOOKUP_TABLE = "H-4", ["lookup.table.size", "lookup.table.get", "lookup.table.get-many", "lookup.table.entries", "lookup.table.find"],
        "a table is found whole: its size, its entries in byte order, its values, and every occurrence of its keys";
    SOURCE_READS = "H-5", ["sources.source.media-type", "sources.source.size", "sources.source.read"],
        "a read returns what was asked for up to the end of the source, and nothing past it";
    MEMBERS_TAKEN = "H-6", ["members.emit"],
        "members are taken in order, whatever they are called, and stay when the container ends in an error";
    FINDINGS_GRANTED = "H-7", ["findings.labels", "findings.annotations", "findings.translation"],
        "a plugin sees the findings of those plugins that it declares to read, and no others";
    HERMETIC = "H-8", WORK,
        "there is no real clock, no randomness, no network, no file, and no variable";
    DISPOSABLE = "H-9", WORK,
        "nothing of one document is left in memory when the next one comes";

    MEMBERS_WRITTEN = "H-10", ["members.begin", "members.member-writer.write", "members.end"],
        "what is written in pieces becomes one member when it is ended, and none when it is dropped";
    SOURCE_ATTRIBUTES = "H-11", ["sources.source.attributes"],
        "a plugin is told what the container says of a source, in its order, and not where the source lies";

    OUTPUT_LIMIT = "L-1", EVERYTHING,
        "what is handed over in one call, or returned, stays within the limit on output";
    CONTAINER_LIMIT = "L-2", ["members.emit", "members.begin", "members.member-writer.write"],
        "what comes out of a container stays within what its size allows";
    LOOKUP_LIMIT = "L-3", ["lookup.table.get-many", "lookup.table.find"],
        "one call asks a table for at most 16 MiB, and searches it only where its keys have at most 4 MiB";
    HANDLE_LIMIT = "L-4", ["lookup.open"],
        "a plugin holds at most 1,000 handles at a time";

    DECLARATION_STABLE = "P-1", DECLARATIONS,
        "a declaration is the same every time, as long as settings and tables are";
    MEDIA_TYPES = "P-2", ["unpacking.accepts", "extraction.accepts"],
        "a media type is lower case, without parameters and wildcards";
    PAIRS = "P-3", ["translation.pairs"],
        "a pair consists of two BCP 47 tags, such as `fr` and `pt-BR`";
    LABEL_NAMES = "P-4", ["classification.labels"],
        "a declared label has 1 to 64 bytes without control characters, and is declared once";
    KIND_NAMES = "P-5", ["analysis.kinds"],
        "a declared kind is kebab-case, has at most 64 characters, and is declared once";
    DECLARATION_RETURNS = "P-6", DECLARATIONS,
        "a declaration returns or refuses, within its limits, whatever the values of settings are";
    DEFAULTS_WORK = "P-7", DECLARATIONS,
        "a plugin does not refuse the defaults of its own settings";

    RETURNS = "R-1", WORK,
        "a call comes back with a result or an error that is not `internal`, within its limits";
    SAME_AGAIN = "R-2", WORK,
        "equal input gives equal output, in one instance and in a fresh one";
    ANY_ORDER = "R-3", WORK,
        "a result does not depend on what an instance did before";
    REASONS = "R-4", EVERYTHING,
        "a reason is not empty, has no final period, and does not name the plugin";
    MISCONFIGURED = "R-5", EVERYTHING,
        "`misconfigured` names a setting or a table that the plugin declares";
    DEFECT_OFFSET = "R-6", ["unpacking.unpack", "extraction.extract", "classification.classify", "analysis.analyze"],
        "the offset of a defect lies within the input, or at its end";

    ONE_EACH = "T-1", ["translation.translate"],
        "a translator returns exactly one segment per original segment";
    EMPTY_STAYS = "T-2", ["translation.translate"],
        "an empty segment stays empty";

    UNPACK_EMPTY = "U-1", ["unpacking.unpack"],
        "an empty container is no error";
    UNPACK_SLICES = "U-2", ["unpacking.unpack"],
        "the members do not depend on how many bytes a read returns";
    UNPACKERS_EMIT = "U-3", ["members.emit", "members.begin"],
        "only unpackers emit members";
    UNSUPPORTED_FIRST = "U-4", ["unpacking.unpack"],
        "`unsupported` comes before the first member, or not at all";
    ONE_MEMBER_AT_A_TIME = "U-5", ["members.emit", "members.begin"],
        "while a member is written, no other one is begun or emitted";
    MEMBERS_ENDED = "U-6", ["unpacking.unpack"],
        "an `unpack` that succeeds leaves no member open";

    SPANS = "V-1", ["extraction.extract", "classification.classify", "analysis.analyze"],
        "spans count UTF-8 bytes, not characters, lie within the text, and on character boundaries";
    CONFIDENCE = "V-2", ["classification.classify", "analysis.analyze"],
        "a confidence lies between 0.0 and 1.0 inclusive";
    NAMES = "V-3", EVERYTHING,
        "the names of attributes, marks, asides, settings and tables are kebab-case and have at most 64 characters";
    LANGUAGE = "V-4", ["extraction.extract"],
        "a language is a BCP 47 tag, such as `fr` or `pt-BR`";
    VALUES = "V-5", EVERYTHING,
        "values are passed as the canonical ABI asks: text is UTF-8, tags exist, lists lie in memory";
    HANDLES = "V-6", ["sources.source.read", "sources.source.size", "sources.source.media-type", "lookup.table.get", "members.member-writer.write", "members.end"],
        "a handle is used only while it is held; a borrowed source is given back once, when the call ends";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_in_order() {
        let key = |clause: &Clause| {
            let (letter, number) = clause.id.split_once('-').unwrap();
            (letter, number.parse::<u32>().unwrap())
        };
        assert!(Clause::ALL.is_sorted_by(|one, other| key(one) < key(other)));
    }
}
