//! What the table knows in a text, after boundaries, masks and conditions had their say.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use docmill_folding::{Folded, Form, begins_word, ends_word, pieces, words};
use docmill_plugin::{Occurrence, Problem};

use crate::rows::{self, Condition, Kind, Languages, Role};

/// How many bytes are searched in one call, so that no host limit on occurrences is in reach.
const PIECE: usize = 64 * 1024;

/// The cue that every [`Kind::Focus`] row gives.
const FOCUS: &str = "focus";

/// A sentence that names so many labels enumerates them, and so does one with so many borders
/// between items.
const LIST: usize = 3;
/// A passage that names so many labels lists what a policy is about: talks between states list
/// fewer, among other things …
const ROLL_CALL: usize = 5;
/// … if it is no longer than this, in bytes.
const ROLL_CALL_LENGTH: usize = 800;
/// … and goes over so many line breaks: the title, a blank line, the lead.
const ROLL_CALL_BREAKS: usize = 4;
/// What parts the items of an enumeration in French, Vietnamese and English.
const BORDERS: [&str; 7] = [", ", "; ", " et ", " ou ", " và ", " and ", " or "];
/// What ends a sentence.
const SENTENCE_ENDS: [&str; 4] = ["\n", ". ", "! ", "? "];
/// No sentence is followed further than this, in bytes.
const SENTENCE: usize = 400;

/// What the table knows in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The terms that count, in order and without overlap.
    pub terms: Vec<Mention>,
    /// What shows that the document surveys the subject.
    pub focus: Vec<Mention>,
    /// What shows that the document is of a kind that no label is meant for.
    pub against: Vec<Mention>,
    /// Whether it names [`ROLL_CALL`] labels in the first passage that names any, which shows it
    /// too.
    pub roll_call: bool,
    /// The keys that were found, which mentions count from zero.
    pub keys: Vec<String>,
}

/// A passage that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The label it speaks for, as an index into those declared; 0 for what speaks for none.
    pub label: usize,
    /// How much it says.
    pub weight: u32,
    /// Which of the keys was found.
    pub key: usize,
    /// Where, in the text that was searched.
    pub span: Range<usize>,
    /// The product of the label that it names, if it is that specific.
    pub product: Option<String>,
    /// Whether it is one item of an enumeration, of labels or of anything.
    pub listed: bool,
    /// Whether it only repeats the mention before it, as in "artificial intelligence (AI)".
    pub alias: bool,
}

struct Hit {
    span: Range<usize>,
    row: usize,
    languages: Languages,
    /// Whether a word ends where the key does.
    whole: bool,
}

impl Hit {
    fn plays(&self, role: &Role<'_>) -> bool {
        (self.whole || role.prefix) && !role.languages.and(self.languages).is_empty()
    }
}

/// Everything in `text` that the table knows and that counts.
///
/// # Errors
///
/// A [`Problem`] if a row that occurs in the text cannot be understood.
pub fn collect(
    text: &str,
    language: Option<&str>,
    labels: &[&str],
    find: impl Fn(&str) -> Vec<Occurrence>,
) -> Result<Found, Problem> {
    let mut search = Search { rows: BTreeMap::new(), values: Vec::new(), hits: Vec::new() };
    let languages = Languages::of_document(language);
    for (form, readers) in [(Form::Plain, Languages::PLAIN), (Form::Marked, Languages::MARKED)] {
        let readers = languages.and(readers);
        if !readers.is_empty() {
            search.folded(text, form, readers, &find);
        }
    }
    search.as_written(text, languages, &find);

    let Search { values, mut hits, .. } = search;
    let roles: Vec<Vec<Role<'_>>> = values
        .iter()
        .map(|(key, value)| rows::parse(key, value, labels))
        .collect::<Result<_, _>>()?;
    hits.sort_by_key(|hit| (hit.span.start, std::cmp::Reverse(hit.span.end), hit.row));
    // A document in an unknown language is searched in both forms.
    hits.dedup_by(|next, hit| {
        let same = next.span == hit.span && next.row == hit.row;
        if same {
            hit.languages = hit.languages.or(next.languages);
        }
        same
    });
    drop_masked(&mut hits, &roles);
    let found = select(text, &hits, &roles, labels);
    drop(roles);
    Ok(Found { keys: values.into_iter().map(|(key, _)| key).collect(), ..found })
}

struct Search {
    rows: BTreeMap<String, usize>,
    values: Vec<(String, String)>,
    hits: Vec<Hit>,
}

impl Search {
    fn folded(
        &mut self,
        text: &str,
        form: Form,
        languages: Languages,
        find: impl Fn(&str) -> Vec<Occurrence>,
    ) {
        let folded = Folded::new(text, form);
        for (offset, piece) in pieces(folded.text(), PIECE) {
            for occurrence in find(piece) {
                let range = occurrence.span.range();
                let range = range.start + offset..range.end + offset;
                let whole = ends_word(folded.text(), range.end);
                if begins_word(folded.text(), range.start) {
                    let key = &folded.text()[range.clone()];
                    let span = folded.original(range.clone());
                    self.add(key, occurrence.value, span, languages, whole);
                }
            }
        }
    }

    /// Keys with an upper-case letter are found as they are written: `IA` is not `ia`.
    fn as_written(
        &mut self,
        text: &str,
        languages: Languages,
        find: impl Fn(&str) -> Vec<Occurrence>,
    ) {
        for (offset, piece) in pieces(text, PIECE) {
            for occurrence in find(piece) {
                let range = occurrence.span.range();
                let range = range.start + offset..range.end + offset;
                let key = &text[range.clone()];
                // Badly extracted pages glue `la5G`; before a digit the seam is plain to see.
                let glued = key.starts_with(|it: char| it.is_ascii_digit())
                    && text[..range.start].ends_with(char::is_lowercase);
                if !key.contains(char::is_uppercase) || !(glued || begins_word(text, range.start)) {
                    continue;
                }
                // The plural of an acronym, as in `UAVs`.
                let plural = text[range.end..].starts_with('s') && ends_word(text, range.end + 1);
                let whole = plural || ends_word(text, range.end);
                let span = range.start..range.end + usize::from(plural);
                self.add(key, occurrence.value, span, languages, whole);
            }
        }
    }

    fn add(
        &mut self,
        key: &str,
        value: String,
        span: Range<usize>,
        languages: Languages,
        whole: bool,
    ) {
        // Reserved keys are not terms.
        if key.starts_with('@') || span.is_empty() {
            return;
        }
        let row = match self.rows.get(key) {
            Some(row) => *row,
            None => {
                self.rows.insert(key.to_owned(), self.values.len());
                self.values.push((key.to_owned(), value));
                self.values.len() - 1
            }
        };
        self.hits.push(Hit { span, row, languages, whole });
    }
}

/// Drops what stands inside a mask.
fn drop_masked(hits: &mut Vec<Hit>, roles: &[Vec<Role<'_>>]) {
    let mut masked_until = 0;
    hits.retain(|hit| {
        // Hits come by start, so every mask seen so far begins at or before this one.
        let hidden = hit.span.end <= masked_until;
        let masks = roles[hit.row].iter().any(|role| role.kind == Kind::Mask && hit.plays(role));
        if masks {
            masked_until = masked_until.max(hit.span.end);
        }
        !hidden
    });
}

fn select(text: &str, hits: &[Hit], roles: &[Vec<Role<'_>>], labels: &[&str]) -> Found {
    let cues = Cues::gather(text, hits, roles, labels);
    let mut found = Found::default();
    let mut taken_until = 0;
    let mut last_of_label: Vec<Option<usize>> = vec![None; labels.len()];
    for hit in hits {
        let active = roles[hit.row].iter().filter(|role| hit.plays(role));
        let mut taken = false;
        for role in active {
            let mention = |label, weight| Mention {
                label,
                weight,
                key: hit.row,
                span: hit.span.clone(),
                product: role.product.map(str::to_owned),
                listed: false,
                alias: false,
            };
            match role.kind {
                Kind::Focus { weight } => found.focus.push(mention(0, weight)),
                Kind::Against { weight } => found.against.push(mention(0, weight)),
                // Longer terms come first and keep shorter ones inside them from counting.
                Kind::Term { label, weight }
                    if hit.span.start >= taken_until && cues.allow(hit, role) =>
                {
                    let previous = last_of_label[label].replace(hit.span.end);
                    let alias = previous.is_some_and(|end| &text[end..hit.span.start] == " (");
                    found.terms.push(Mention { alias, ..mention(label, weight) });
                    taken = true;
                }
                _ => {}
            }
        }
        if taken {
            taken_until = hit.span.end;
        }
    }
    mark_lists(text, &mut found.terms);
    found.roll_call = begins_with_roll_call(text, &found.terms);
    found
}

/// An article on one thing names it before it lists others. What names one thing per line is no
/// passage, but a menu.
fn begins_with_roll_call(text: &str, terms: &[Mention]) -> bool {
    // A word that only supports others names nothing.
    let mut naming = terms.iter().filter(|it| it.weight > 1).peekable();
    let start = naming.peek().map_or(0, |first| first.span.start);
    let lines = text[start..].match_indices('\n').nth(ROLL_CALL_BREAKS);
    let end = lines.map_or(text.len(), |(at, _)| start + at).min(start + ROLL_CALL_LENGTH);
    let near = naming.take_while(|it| it.span.end <= end);
    near.map(|it| it.label).collect::<BTreeSet<_>>().len() >= ROLL_CALL
}

fn mark_lists(text: &str, terms: &mut [Mention]) {
    let same_sentence = |one: &Mention, next: &Mention| {
        let between = text.get(one.span.end..next.span.start).unwrap_or_default();
        !SENTENCE_ENDS.iter().any(|end| between.contains(end))
    };
    for sentence in terms.chunk_by_mut(same_sentence) {
        let labels: BTreeSet<usize> = sentence.iter().map(|it| it.label).collect();
        for mention in sentence {
            mention.listed = labels.len() >= LIST || is_item(text, &mention.span);
        }
    }
}

/// Whether a passage is one of [`LIST`] items or more that commas and a conjunction part.
fn is_item(text: &str, span: &Range<usize>) -> bool {
    let near = |offset: usize| text.floor_char_boundary(offset);
    let before = &text[near(span.start.saturating_sub(SENTENCE))..span.start];
    let after = &text[span.end..near(span.end + SENTENCE)];
    let starts = SENTENCE_ENDS.iter().filter_map(|end| Some(before.rfind(end)? + end.len()));
    let before = &before[starts.max().unwrap_or(0)..];
    let ends = SENTENCE_ENDS.iter().filter_map(|end| after.find(end));
    let after = after[..ends.min().unwrap_or(after.len())].trim_end_matches(['.', '!', '?']);
    let borders = |part: &str| BORDERS.iter().map(|it| part.matches(it).count()).sum::<usize>();
    // An item ends where the passage does, or at most one word later: `l'énergie propre, …`.
    let is_closed = |rest: &str| {
        let word = rest.find([' ', ',', ';']).unwrap_or(rest.len());
        rest[word..].is_empty() || BORDERS.iter().any(|it| rest[word..].starts_with(it))
    };
    let closed = after.is_empty()
        || BORDERS.iter().any(|it| after.starts_with(it))
        || after.starts_with(' ') && is_closed(after.trim_start());
    closed && borders(before) + borders(after) >= LIST
}

/// Where the cues stand, counted in words.
struct Cues<'a> {
    words: Vec<usize>,
    places: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Cues<'a> {
    fn gather(text: &str, hits: &[Hit], roles: &'a [Vec<Role<'a>>], labels: &[&'a str]) -> Self {
        let wanted = roles.iter().flatten().any(|role| !role.conditions.is_empty());
        let words = if wanted { words(text).map(|it| it.start).collect() } else { Vec::new() };
        let mut cues = Cues { words, places: BTreeMap::new() };
        for hit in hits.iter().filter(|_| wanted) {
            for role in roles[hit.row].iter().filter(|role| hit.plays(role)) {
                let name = match role.kind {
                    Kind::Cue(name) => name,
                    Kind::Focus { .. } => FOCUS,
                    // A term without conditions vouches for its label; others would vouch for each
                    // other.
                    Kind::Term { label, .. } if role.conditions.is_empty() => labels[label],
                    _ => continue,
                };
                let place = cues.word_at(hit.span.start);
                cues.places.entry(name).or_default().push(place);
            }
        }
        cues
    }

    fn word_at(&self, offset: usize) -> usize {
        self.words.partition_point(|start| *start <= offset)
    }

    fn allow(&self, hit: &Hit, role: &Role<'_>) -> bool {
        role.conditions.iter().all(|condition| self.holds(hit, condition) == condition.wanted)
    }

    fn holds(&self, hit: &Hit, condition: &Condition<'_>) -> bool {
        let Some(places) = self.places.get(condition.cue) else { return false };
        let count = match condition.within {
            None => places.len(),
            Some(distance) => {
                let first = self.word_at(hit.span.start).saturating_sub(distance);
                let last = self.word_at(hit.span.end).saturating_add(distance);
                // Places are in order, as hits are.
                places.partition_point(|it| *it <= last) - places.partition_point(|it| *it < first)
            }
        };
        count >= condition.times
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: [&str; 3] = ["chips", "drones", "ai"];
    const TABLE: &[(&str, &str)] = &[
        ("puce", "chips 3 fr unless:card/3"),
        ("carte a puce", "mask"),
        ("carte", "cue card fr"),
        ("gravure", "chips 2 fr needs:chips"),
        ("semi conducteur", "chips 4 fr"),
        ("drone", "drones 3"),
        ("spectacle de drone", "mask; cue show"),
        ("UAV", "drones 3"),
        ("ukrain", "cue war prefix"),
        ("ia", "ai 9 vi"),
        ("IA", "ai 2 fr"),
        ("intelligence artificielle", "ai 2 fr"),
        ("vũ trụ", "drones 2 vi"),
        ("vũ trụ ảo", "ai 3 vi"),
        ("robot drone", "ai 1; drones 1"),
        ("5G", "ai 1"),
        ("panier", "against 3 fr"),
        ("@labels", "nonsense"),
    ];

    fn find(text: &str) -> Vec<Occurrence> {
        let mut found: Vec<Occurrence> = TABLE
            .iter()
            .flat_map(|(key, value)| {
                text.match_indices(key).map(|(start, _)| Occurrence {
                    span: (start..start + key.len()).into(),
                    value: (*value).to_owned(),
                })
            })
            .collect();
        found.sort_by_key(|it| (it.span.start, std::cmp::Reverse(it.span.end)));
        found
    }

    #[track_caller]
    fn check(language: &str, text: &str, expected: &[(&str, &str)]) {
        let language = Some(language).filter(|it| !it.is_empty());
        let found = collect(text, language, &LABELS, find).expect("every row is usable");
        let terms: Vec<_> =
            found.terms.iter().map(|it| (LABELS[it.label], &text[it.span.clone()])).collect();
        assert_eq!(terms, expected, "{text:?}");
    }

    #[test]
    fn terms_are_whole_words_in_any_number_and_case() {
        check(
            "fr",
            "Des PUCES, la puce; empuce, pucelle",
            &[("chips", "PUCES"), ("chips", "puce")],
        );
        check("en", "two UAVs, no UAVX", &[("drones", "UAVs")]);
    }

    #[test]
    fn keys_with_capitals_are_found_as_written() {
        check("fr", "l’IA, pas ia ni Ia", &[("ai", "IA")]);
    }

    #[test]
    fn a_mask_hides_what_it_contains() {
        check("fr", "une carte à puce, un spectacle de drones, un drone", &[("drones", "drone")]);
    }

    #[test]
    fn a_condition_counts_words() {
        check("fr", "carte un deux puce", &[]);
        check("fr", "carte un deux trois puce", &[("chips", "puce")]);
        check("fr", "puce un deux trois carte", &[("chips", "puce")]);
        check("fr", "la gravure", &[]);
        check(
            "fr",
            "la gravure de semi-conducteurs",
            &[("chips", "gravure"), ("chips", "semi-conducteurs")],
        );
    }

    #[test]
    fn longer_terms_swallow_shorter_ones() {
        check("vi", "vũ trụ ảo và vũ trụ", &[("ai", "vũ trụ ảo"), ("drones", "vũ trụ")]);
    }

    #[test]
    fn one_key_may_speak_for_two_labels() {
        check("en", "a robot drone", &[("ai", "robot drone"), ("drones", "robot drone")]);
    }

    #[test]
    fn an_unknown_language_is_read_in_all_of_them() {
        check("", "drones, vũ trụ ảo", &[("drones", "drones"), ("ai", "vũ trụ ảo")]);
    }

    #[test]
    fn an_abbreviation_in_parentheses_repeats_its_term() {
        let text = "intelligence artificielle (IA) et IA";
        let found = collect(text, Some("fr"), &LABELS, find).expect("every row is usable");
        assert_eq!(found.terms.iter().map(|it| it.alias).collect::<Vec<_>>(), [false, true, false]);
    }

    #[test]
    fn a_number_may_be_glued_to_the_word_before_it() {
        check("fr", "la5G, pas 15G ni A5G", &[("ai", "5G")]);
    }

    #[test]
    fn a_sentence_that_names_three_labels_is_a_list() {
        let text = "Des drones. L'IA, la puce et le drone; la puce\nL'IA et un drone";
        let found = collect(text, Some("fr"), &LABELS, find).expect("every row is usable");
        let listed: Vec<bool> = found.terms.iter().map(|it| it.listed).collect();
        assert_eq!(listed, [false, true, true, true, true, false, false]);
    }

    #[test]
    fn an_item_among_other_things_is_listed() {
        let check = |text: &str, expected: bool| {
            let found = collect(text, Some("fr"), &LABELS, find).expect("every row is usable");
            assert_eq!(found.terms[0].listed, expected, "{text:?}");
        };
        check("Il cita le riz, la mode, les drones et le thé. Fin", true);
        check("Il cita le riz, la mode, le thé et les drones.", true);
        check("Le riz, la mode, le thé. Un drone vola et revint.", false);
        check("Un drone vola sur le riz, le thé, la rive et la mer.", false);
        check("Des drones civils, le thé, le riz et la mode", true);
    }

    #[test]
    fn a_passage_that_names_five_labels_is_a_roll_call_and_a_menu_is_none() {
        let labels = ["a", "b", "c", "d", "e"];
        let find = |text: &str| -> Vec<Occurrence> {
            let found = text.match_indices(|it| matches!(it, 'a'..='e'));
            let term = |(start, name): (usize, &str)| Occurrence {
                span: (start..start + 1).into(),
                value: format!("{name} 3"),
            };
            found.map(term).collect()
        };
        let is_roll_call =
            |text| collect(text, Some("en"), &labels, find).expect("usable").roll_call;
        assert!(is_roll_call("a, b\n\nc, d, e."));
        assert!(!is_roll_call("a\n\nb\n\nc\n\nd\n\ne"));
        assert!(!is_roll_call("a, b, c, d."));
    }

    #[test]
    fn what_speaks_against_all_labels_is_no_term() {
        let found = collect("Une puce au panier", Some("fr"), &LABELS, find).expect("usable");
        assert_eq!((found.terms.len(), found.against.len()), (1, 1));
        assert_eq!(found.keys[found.against[0].key], "panier");
    }

    #[test]
    fn a_reserved_key_in_a_text_means_nothing() {
        check("fr", "voir @labels", &[]);
    }
}
