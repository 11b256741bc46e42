//! Finds the mistakes in a taxonomy table before a document does.

use std::collections::BTreeSet;

use docmill_folding::{Folded, Form};

use docmill_plugin::Problem;

use crate::model::{MODEL_KEY, Model, TRUST_KEY, Trust, parse_trusts, trust_key};
use crate::rows::{self, Kind, Languages, Role};
use crate::{LABELS_KEY, PRODUCTS_KEY};

/// Reserved rows that say what the table is: for people, and for tools that choose one. The plugin
/// itself does not read them.
const ABOUT: [&str; 4] = ["@taxonomy", "@valid", "@replaces", "@source"];
/// A reserved row that begins like this tells which label of another taxonomy became which of this
/// one.
const MAPPING: &str = "@from ";

/// A key as the plugin expects it: as written if it has a capital, else folded as its roles'
/// languages ask for.
pub fn expected_key(key: &str, roles: &[Role<'_>]) -> String {
    if key.contains(char::is_uppercase) {
        return key.to_owned();
    }
    let marked_only = roles.iter().all(|role| role.languages.and(Languages::PLAIN).is_empty());
    let form = if marked_only { Form::Marked } else { Form::Plain };
    Folded::new(key.trim(), form).text().to_owned()
}

/// Everything that is wrong with a table: keys that can never match, unusable values, conditions
/// that nothing can meet.
pub fn problems<'a>(entries: &[(&'a str, &'a str)]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let declared = entries.iter().find(|(key, _)| *key == LABELS_KEY).map_or("", |(_, it)| it);
    let labels = match rows::declared_labels(declared) {
        Ok(labels) => labels,
        Err(problem) => return vec![problem],
    };
    let declared = entries.iter().find(|(key, _)| *key == PRODUCTS_KEY).map_or("", |(_, it)| it);
    let products = rows::declared_products(declared, &labels).unwrap_or_else(|problem| {
        problems.push(problem);
        Vec::new()
    });
    let mut parsed = Vec::new();
    for (key, value) in entries.iter().filter(|(key, _)| ![LABELS_KEY, PRODUCTS_KEY].contains(key))
    {
        if key.starts_with('@') {
            problems.extend(about_problem(key, value, &labels));
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
        for role in roles {
            let (Kind::Term { label, .. }, Some(product)) = (role.kind, role.product) else {
                continue;
            };
            if !products.contains(&(labels[label], product)) {
                report(format!("`@products` does not name `{}/{product}`", labels[label]));
            }
        }
    }
    if problems.is_empty() {
        // Otherwise an unusable row may well be the one that is missed here.
        problems.extend(never_given(&labels, &products, &parsed));
    }
    problems
}

fn about_problem(key: &str, value: &str, labels: &[&str]) -> Option<Problem> {
    let problem = |reason| Some(Problem { key: key.to_owned(), reason });
    if key == "@valid" {
        let days = value.split_once("..").map(|(from, until)| [from, until]);
        let usable = days.is_some_and(|[from, until]| {
            is_day(from) && (until.is_empty() || is_day(until) && from <= until)
        });
        let expected = "it should read `2025-06-12..2026-06-30`, or `2026-07-01..` without an end";
        return if usable { None } else { problem(expected.to_owned()) };
    }
    if key.starts_with(MAPPING) {
        for pair in value.split_whitespace() {
            let target = pair.split_once('>').map(|(_, target)| target);
            if !target.is_some_and(|target| labels.contains(&target)) {
                return problem(format!("`{pair}` should read `old-label>label`"));
            }
        }
        return None;
    }
    if ABOUT.contains(&key) {
        return None;
    }
    let fitted = match key {
        MODEL_KEY => Some(Model::parse(value).map(drop)),
        TRUST_KEY => Some(Trust::parse(value).map(drop)),
        _ if key.starts_with(&trust_key("")) => Some(parse_trusts(key, value, labels).map(drop)),
        _ => None,
    };
    if let Some(fitted) = fitted {
        return fitted.err();
    }
    problem("no such reserved key is known".to_owned())
}

fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_number = |part: &str| part.bytes().all(|it| it.is_ascii_digit());
    let [year, month, day] = parts[..] else { return false };
    [year, month, day].into_iter().all(is_number)
        && [year.len(), month.len(), day.len()] == [4, 2, 2]
        && ("01"..="12").contains(&month)
        && ("01"..="31").contains(&day)
}

/// Labels and products that no row can give.
fn never_given(
    labels: &[&str],
    products: &[(&str, &str)],
    parsed: &[(&str, Vec<Role<'_>>)],
) -> Vec<Problem> {
    let mut given = BTreeSet::new();
    let mut named = BTreeSet::new();
    for role in parsed.iter().flat_map(|(_, roles)| roles) {
        if let Kind::Term { label, .. } = role.kind {
            given.insert(labels[label]);
            named.extend(role.product.map(|product| (labels[label], product)));
        }
    }
    let problem = |key: &str, reason| Problem { key: key.to_owned(), reason };
    let idle = labels.iter().filter(|label| !given.contains(**label));
    let unnamed = products.iter().filter(|product| !named.contains(*product));
    idle.map(|label| problem(LABELS_KEY, format!("no row speaks for `{label}`")))
        .chain(unnamed.map(|(label, product)| {
            problem(PRODUCTS_KEY, format!("no row names `{label}/{product}`"))
        }))
        .collect()
}

/// The rows of the text of a `.tsv` file, without comments; a line without a tab has an empty
/// value.
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
        check(
            "# comment\n@labels\ta b\n@valid\t2026-07-01..\n@from old\tx>a\npuce\ta 3 fr needs:b/4\nhóa\tb 1 vi\nIA\ta 2",
            &[],
        );
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
    fn what_a_table_says_of_itself_is_checked() {
        check(
            "@labels\ta\nx\ta 3\n@valid\t2026-13-01..\n@from old\tx>b\n@autor\tme",
            &[
                "the row `@valid` is unusable: it should read `2025-06-12..2026-06-30`, or `2026-07-01..` without an end",
                "the row `@from old` is unusable: `x>b` should read `old-label>label`",
                "the row `@autor` is unusable: no such reserved key is known",
            ],
        );
    }

    #[test]
    fn what_was_fitted_is_checked() {
        check("@labels\ta\nx\ta 3\n@model\tbias=-1\n@trust\t0.5\n@trust x\ta 0.25", &[]);
        check(
            "@labels\ta\nx\ta 3\n@model\tcolour=1\n@trust\t2\n@trust x\tb 0.5",
            &[
                "the row `@model` is unusable: `colour` is not one of its numbers",
                "the row `@trust` is unusable: it should have one number from 0 to 1 for each weight, such as `0.1 0.3 0.6`",
                "the row `@trust x` is unusable: it should have labels, each with a number from 0 to 1",
            ],
        );
    }

    #[test]
    fn labels_and_products_that_nothing_can_give_are_reported() {
        check(
            "@labels\ta\n@products\ta/p\nx\ta 3 product:r",
            &["the row `x` is unusable: `@products` does not name `a/r`"],
        );
        check(
            "@labels\ta b\n@products\ta/p a/q\nx\ta 3 product:p",
            &[
                "the row `@labels` is unusable: no row speaks for `b`",
                "the row `@products` is unusable: no row names `a/q`",
            ],
        );
    }

    #[test]
    fn a_cue_that_no_row_gives_is_reported() {
        check("@labels\ta\nx\ta 3 needs:y", &["the row `x` is unusable: no row gives the cue `y`"]);
    }
}
