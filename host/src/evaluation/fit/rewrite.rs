//! Where fitted rows stand in the text of a table: in a block of their own, so that people and
//! `fit` never edit the same lines.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The line that begins the block of what was fitted.
const BEGIN: &str = "# === Fitted by `docmill taxonomy fit`: written anew by each fit";
/// The line that ends it.
const END: &str = "# === End of what was fitted";
/// What follows is derived from another table, and written anew by what derives it: the block goes
/// before it.
const DERIVED: &str = "# === Derived from ";

/// The text of a table without what was fitted.
pub fn unfitted(text: &str) -> String {
    let mut inside = false;
    let mut kept = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        match line.trim_end() {
            BEGIN => inside = true,
            END if inside => inside = false,
            _ if !inside => kept.push_str(line),
            _ => {}
        }
    }
    kept
}

/// The text of a table with these rows as what was fitted; `about` is told in a comment.
pub fn rewritten(text: &str, rows: &BTreeMap<String, String>, about: &[String]) -> String {
    let text = unfitted(text);
    let mut block = format!("{BEGIN}\n");
    for line in about {
        let _ = writeln!(block, "# {line}");
    }
    for (key, value) in rows {
        let _ = writeln!(block, "{key}\t{value}");
    }
    let _ = writeln!(block, "{END}");
    let lines = text.split_inclusive('\n');
    let place = lines.scan(0, |at, line| Some((std::mem::replace(at, *at + line.len()), line)));
    let derived = place.into_iter().find(|(_, line)| line.starts_with(DERIVED)).map(|it| it.0);
    let (own, rest) = text.split_at(derived.unwrap_or(text.len()));
    let parted = if own.is_empty() || own.ends_with('\n') { "" } else { "\n" };
    format!("{own}{parted}{block}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_fitted_takes_the_place_of_what_was_fitted_before() {
        let rows = |value: &str| BTreeMap::from([("@model".to_owned(), value.to_owned())]);
        for table in ["@labels\ta\nx\ta 3\n", "@labels\ta\n# === Derived from b\nx\ta 3\n"] {
            let once = rewritten(table, &rows("bias=1"), &["two texts".to_owned()]);
            assert!(once.contains("# two texts\n@model\tbias=1\n"), "{once}");
            assert_eq!(unfitted(&once), table);
            assert_eq!(rewritten(&once, &rows("bias=2"), &[]).matches("@model").count(), 1);
        }
        let derived = rewritten("a\tb\n# === Derived from b\nx\ty\n", &rows("bias=1"), &[]);
        assert!(derived.find(END) < derived.find(DERIVED), "{derived}");
        assert!(rewritten("x\ty", &rows("bias=1"), &[]).starts_with("x\ty\n#"));
    }
}
