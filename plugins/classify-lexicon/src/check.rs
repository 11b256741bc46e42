//! Finds the mistakes in a taxonomy table before a document does.

use std::collections::BTreeSet;

use docmill_folding::{Folded, Form};

use crate::LABELS_KEY;
use crate::rows::{self, Kind, Languages, Problem, Role};

/// A key as the plugin expects it: as written if it has a capital, else folded as its roles' languages ask for.
pub fn expected_key(key: &str, roles: &[Role<'_>]) -> String {
    if key.contains(char::is_uppercase) {
        return key.to_owned();
    }
    let marked_only = roles.iter().all(|role| role.languages.and(Languages::PLAIN).is_empty());
    let form = if marked_only { Form::Marked } else { Form::Plain };
    Folded::new(key.trim(), form).text().to_owned()
}

/// Everything that is wrong with a table: keys that can never match, unusable values, conditions that nothing can meet.
pub fn problems<'a>(entries: &[(&'a str, &'a str)]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let declared = entries.iter().find(|(key, _)| *key == LABELS_KEY).map_or("", |(_, it)| it);
    let labels = match rows::declared_labels(declared) {
        Ok(labels) => labels,
        Err(problem) => return vec![problem],
    };
    let mut parsed = Vec::new();
    for (key, value) in entries.iter().filter(|(key, _)| *key != LABELS_KEY) {
        if key.starts_with('@') {
            let reason = "no such reserved key is known".to_owned();
            problems.push(Problem { key: (*key).to_owned(), reason });
            continue;
        }
        match rows::parse(key, value, &labels) {
            Ok(roles) => parsed.push((*key, roles)),
            Err(problem) => problems.push(problem),
        }
    }
    let mut cues: BTreeSet<&str> = labels.iter().copied().chain(["focus"]).collect();
    for role in parsed.iter().flat_map(|(_, roles)| roles) {
        if let Kind::Cue(name) = role.kind {
            cues.insert(name);
        }
    }
    for (key, roles) in &parsed {
        let mut report = |reason| problems.push(Problem { key: (*key).to_owned(), reason });
        let expected = expected_key(key, roles);
        if expected != **key {
            report(format!("it can never match, as texts are folded; write `{expected}`"));
        }
        let conditions = roles.iter().flat_map(|role| &role.conditions);
        for unknown in conditions.filter(|it| !cues.contains(it.cue)) {
            report(format!("no row gives the cue `{}`", unknown.cue));
        }
    }
    problems
}

/// The rows of the text of a `.tsv` file, without comments; a line without a tab has an empty value.
pub fn rows_of_tsv(text: &str) -> Vec<(&str, &str)> {
    text.lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once('\t').unwrap_or((line, "")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(table: &str, expected: &[&str]) {
        let found: Vec<_> = problems(&rows_of_tsv(table)).iter().map(Problem::to_string).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_sound_table_has_no_problems() {
        check("# comment\n@labels\ta b\npuce\ta 3 fr needs:b/4\nhóa\tb 1 vi\nIA\ta 2", &[]);
    }

    #[test]
    fn a_table_without_labels_is_refused() {
        check(
            "puce\ta 3",
            &["the row `@labels` is unusable: it should name all labels, separated by spaces"],
        );
    }

    #[test]
    fn a_key_that_can_never_match_is_reported() {
        check(
            "@labels\ta\nénergies\ta 3 fr\nhoá\ta 3 vi",
            &[
                "the row `énergies` is unusable: it can never match, as texts are folded; write `energie`",
                "the row `hoá` is unusable: it can never match, as texts are folded; write `hóa`",
            ],
        );
    }

    #[test]
    fn a_cue_that_no_row_gives_is_reported() {
        check("@labels\ta\nx\ta 3 needs:y", &["the row `x` is unusable: no row gives the cue `y`"]);
    }
}
