//! Writes the rows of a taxonomy that follows another one, so that no term is kept in two tables by
//! hand.

use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A comment line that begins like this parts what a table says itself from what is derived.
pub const MARKER: &str = "# === Derived from ";

/// Between these lines stands what was fitted to one table: another one is fitted for itself.
const FITTED: [&str; 2] = ["# === Fitted by ", "# === End of what was fitted"];

/// One pair of an `@from` row: what became of a label, or of one of its products.
struct Move<'a> {
    label: &'a str,
    product: Option<&'a str>,
    target: &'a str,
}

/// The table `new` as it should be: its own rows up to the [`MARKER`], then those of `old` with the
/// labels they have become.
///
/// The row `@from` of `new` says what became of which label: `quantum/services>security`, where a
/// product has gone a way of its own, before `quantum>digital`. A label that was merged or split
/// lives on as a cue where conditions ask for it. Rows that `new` has itself, and those of `old`
/// before its first heading (`# ---`), are each table's own affair.
///
/// `None` if `new` has no marker or no row `@from`.
pub fn derived(old: &str, new: &str) -> Option<String> {
    let own_end = new.find(MARKER)?;
    let heading_end = own_end + new[own_end..].find('\n')? + 1;
    let own = &new[..heading_end];
    let moves = own.lines().find_map(|line| line.strip_prefix("@from ")?.split_once('\t'))?.1;
    let moves: Vec<Move<'_>> = moves.split_whitespace().filter_map(parse_move).collect();
    let mut seen: BTreeSet<&str> = own.lines().filter_map(key_of).collect();

    let mut table = own.to_owned();
    let rows = rows_with_headings(old);
    let asked: BTreeSet<&str> = rows
        .iter()
        .flat_map(|line| line.split_whitespace())
        .filter_map(|word| word.strip_prefix("needs:").or_else(|| word.strip_prefix("unless:")))
        .map(|condition| condition.split(['/', '*']).next().unwrap_or_default())
        .collect();
    for line in rows {
        let Some((key, value)) = line.split_once('\t').filter(|_| !line.starts_with('#')) else {
            table.extend([line, "\n"]);
            continue;
        };
        if !seen.insert(key) {
            continue;
        }
        let roles: Vec<String> =
            value.split(';').flat_map(|role| moved(role.trim(), &moves, &asked)).collect();
        let _ = writeln!(table, "{key}\t{}", roles.join("; "));
    }
    Some(table)
}

fn parse_move(pair: &str) -> Option<Move<'_>> {
    let (from, target) = pair.split_once('>')?;
    let (label, product) = match from.split_once('/') {
        Some((label, product)) => (label, Some(product)),
        None => (from, None),
    };
    Some(Move { label, product, target })
}

fn key_of(line: &str) -> Option<&str> {
    line.split_once('\t').map(|(key, _)| key).filter(|_| !line.starts_with('#'))
}

/// The lines of a table from its first section on, without what was fitted.
fn rows_with_headings(table: &str) -> Vec<&str> {
    let mut fitted = false;
    let own = |line: &&str| {
        fitted |= line.starts_with(FITTED[0]);
        let own = !fitted;
        fitted &= !line.starts_with(FITTED[1]);
        own
    };
    table.lines().skip_while(|line| !line.starts_with("# ---")).filter(own).collect()
}

/// The roles that one role of the old table has become.
fn moved(role: &str, moves: &[Move<'_>], asked: &BTreeSet<&str>) -> Vec<String> {
    let words: Vec<&str> = role.split_whitespace().collect();
    let product = words.iter().find_map(|word| word.strip_prefix("product:"));
    let of_label = |label: &str| moves.iter().filter(|it| it.label == label).collect::<Vec<_>>();
    // A label that is still one of its own is renamed where conditions ask for it.
    let renamed = |label: &str| match of_label(label)[..] {
        [one] if moves.iter().filter(|it| it.target == one.target).count() == 1 => Some(one.target),
        _ => None,
    };
    let first = words.first().copied().unwrap_or_default();
    let target = of_label(first)
        .into_iter()
        .find(|it| it.product.is_none_or(|of| Some(of) == product))
        .map(|it| it.target);
    let words_moved = words.iter().enumerate().filter_map(|(index, word)| match word {
        _ if index == 0 => Some(target.unwrap_or(first).to_owned()),
        it if it.starts_with("product:") => None,
        it => Some(match it.split_once(':') {
            Some((kind, condition)) => {
                let end = condition.find(['/', '*']).unwrap_or(condition.len());
                let (cue, rest) = condition.split_at(end);
                format!("{kind}:{}{rest}", renamed(cue).unwrap_or(cue))
            }
            None => (*it).to_owned(),
        }),
    });
    let mut roles = vec![words_moved.collect::<Vec<_>>().join(" ")];
    let conditioned = words.iter().any(|it| it.starts_with("needs:") || it.starts_with("unless:"));
    if target.is_some() && renamed(first).is_none() && asked.contains(first) && !conditioned {
        let languages = words[2..].iter().filter(|it| !it.contains(':')).copied();
        roles.push(["cue", first].into_iter().chain(languages).collect::<Vec<_>>().join(" "));
    }
    roles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_follow_their_labels() {
        let old = "@labels\ta b q\n11 groups\tfocus 4\n# --- Terms\nax\ta 3\nbx\tb 3 fr\n\
                   by\tb 2 needs:b/4\nqx\tq 3 product:s needs:a\nqy\tq 2\nown\ta 3\n\
                   # === Fitted by x\n@model\tbias=1\n# === End of what was fitted\n";
        let new = "@labels\tx y z\n@from old\ta>x b>y q/s>z q>y\nown\tx 1\n# === Derived from old\nstale\tx 1\n";
        let expected = "@labels\tx y z\n@from old\ta>x b>y q/s>z q>y\nown\tx 1\n# === Derived from old\n\
                        # --- Terms\nax\tx 3\nbx\ty 3 fr; cue b fr\nby\ty 2 needs:b/4\nqx\tz 3 needs:x\nqy\ty 2\n";
        assert_eq!(derived(old, new).as_deref(), Some(expected));
        assert_eq!(derived(old, "@labels\tx\n"), None);
    }
}
