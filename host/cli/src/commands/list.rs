//! `list`: one line per document.

use std::collections::BTreeSet;
use std::io::Write;

use docmill::model::{DocumentSummary, Label};
use serde::Serialize;

use crate::args::{Common, Filter, List, Output};
use crate::context;
use crate::exit::Exit;
use crate::report::{
    Column, CommandError, Grid, Paint, Table, Tone, confidence, cut_end, cut_list, cut_start, note,
    one_line, short, width, write_json,
};
use crate::selection::{Chosen, LabelValue, Selection, counts};

mod duplicates;

/// The most labels of a line; `--output json` has all.
const MOST_LABELS: usize = 64;
/// So many rows say how wide the columns are, so that the first line of a million is soon there.
const ROWS_AT_FIRST: usize = 1_000;
/// The longest title, or name of a source, of a line, in characters.
const LONGEST_TITLE: usize = 4_096;

/// Runs the command.
pub fn run(common: &Common, options: &List) -> Result<Exit, CommandError> {
    let store = context::store_to_read(common)?;
    if let Some(least) = options.duplicates {
        duplicates::list(common, &store, &options.filter, f64::from(least))?;
        return Ok(Exit::Success);
    }
    let mut selection = Selection::new(common, &options.filter, &store)?;
    let fields = &options.fields;
    let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
    let listed = match common.output {
        Output::Json if !fields.is_empty() => selection.visit(&store, |dossier| {
            write_json(&mut stdout, &Chosen { fields, dossier: &dossier })
                .map_err(CommandError::from)
        })?,
        Output::Json => selection.list(&store, |summary| {
            write_json(&mut stdout, &Line::new(&summary)).map_err(CommandError::from)
        })?,
        Output::Human if !fields.is_empty() => {
            let headings = fields.iter().map(|it| one_line(&it.name().to_uppercase(), 64));
            let mut grid = Grid::new(headings.collect());
            let listed = selection.visit(&store, |dossier| {
                let cells = fields.iter().map(|it| one_line(&it.cell(&dossier), LONGEST_TITLE));
                let cells = cells.map(|it| if it.is_empty() { "-".to_owned() } else { it });
                grid.row(cells.collect());
                Ok::<_, CommandError>(())
            })?;
            if listed > 0 {
                let shown = grid.render(width(), Paint::for_stdout(common));
                stdout.write_all(shown.as_bytes())?;
            }
            listed
        }
        Output::Human => {
            let mut lines = table().into_lines(width(), Paint::for_stdout(common), ROWS_AT_FIRST);
            let listed = selection.list(&store, |summary| {
                if let Some(shown) = lines.row(row(&options.filter, &summary)) {
                    stdout.write_all(shown.as_bytes())?;
                }
                Ok::<_, CommandError>(())
            })?;
            if listed > 0 {
                stdout.write_all(lines.end().as_bytes())?;
            }
            listed
        }
    };
    stdout.flush()?;
    note(common, &selection.told(listed));
    Ok(Exit::Success)
}

fn table() -> Table<5> {
    Table::new([
        Column::new("ID").tone(Tone::Key),
        Column::new("DATE"),
        Column::new("LANG"),
        Column::new("LABELS").cut_by(cut_list),
        Column::new("TITLE OR SOURCE").cut_by(cut_title),
    ])
}

/// Titles lose their end, and paths, which have no spaces as a rule, their beginning.
fn cut_title(text: &str, width: usize) -> String {
    if text.contains('/') && !text.contains(' ') {
        cut_start(text, width)
    } else {
        cut_end(text, width)
    }
}

fn row(filter: &Filter, summary: &DocumentSummary) -> [String; 5] {
    let labels = summary.labels().filter(|label| counts(filter, label.confidence));
    // Those of a second level say more of one that stands there as well; `show` and `--output json`
    // have them all.
    let names: BTreeSet<&str> = summary.labels().map(|label| label.name.as_str()).collect();
    let mut labels = labels
        .filter(|label| !Label::above(&label.name).is_some_and(|above| names.contains(above)));
    let shown = labels
        .by_ref()
        .take(MOST_LABELS)
        .map(|label| format!("{} {}", one_line(&label.name, 64), confidence(label.confidence)));
    let mut shown = shown.collect::<Vec<_>>();
    // What one line has too much of would widen all others.
    let surplus = labels.count();
    shown.extend((surplus > 0).then(|| format!("and {surplus} more")));
    let labels = shown.join(", ");
    [
        short(&summary.id),
        day(summary.date.as_deref()),
        summary
            .language
            .as_ref()
            .map_or("-".to_owned(), |language| one_line(language.as_str(), 35)),
        if labels.is_empty() { "-".to_owned() } else { labels },
        one_line(title_or(summary.title.as_deref(), summary.source.as_str()), LONGEST_TITLE),
    ]
}

/// A title, unless it is none worth showing.
fn title(title: Option<&str>) -> Option<&str> {
    title.filter(|title| !title.trim().is_empty())
}

fn title_or<'a>(it: Option<&'a str>, other: &'a str) -> &'a str {
    title(it).unwrap_or(other)
}

/// The day of an RFC 3339 date; a date of another form stays as it is, up to a point.
fn day(date: Option<&str>) -> String {
    match date {
        None => "-".to_owned(),
        Some(date) => match date.split_once('T') {
            Some((day, _)) if day.len() == 10 => one_line(day, 10),
            _ => one_line(date, 20),
        },
    }
}

#[derive(Serialize)]
struct Line<'a> {
    id: String,
    source: &'a str,
    title: Option<&'a str>,
    date: Option<&'a str>,
    language: Option<&'a str>,
    labels: Vec<LabelValue>,
    failures: u64,
    version: u32,
}

impl<'a> Line<'a> {
    fn new(summary: &'a DocumentSummary) -> Line<'a> {
        Line {
            id: summary.id.to_string(),
            source: summary.source.as_str(),
            title: title(summary.title.as_deref()),
            date: summary.date.as_deref(),
            language: summary.language.as_ref().map(|language| language.as_str()),
            labels: summary.labels().map(LabelValue::from).collect(),
            failures: summary.failures,
            version: summary.version,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_shown_as_days() {
        assert_eq!(day(Some("2025-10-01T08:00:00+07:00")), "2025-10-01");
        assert_eq!(day(Some("2025-10")), "2025-10");
        assert_eq!(day(Some("a\u{1b}[2J day in October")), "a\\u{1b}[2J day in…");
        assert_eq!(day(None), "-");
    }

    #[test]
    fn a_path_keeps_its_file_name_and_a_title_its_beginning() {
        assert_eq!(cut_title("seeds/documents/a.txt", 10), "…nts/a.txt");
        assert_eq!(cut_title("5G/6G en marche", 8), "5G/6G e…");
    }

    #[test]
    fn a_list_fits_eighty_columns() {
        let mut table = table();
        table.row([
            "3v9kq7z2".into(),
            "2025-10-01".into(),
            "fr".into(),
            "semiconductor-chips 0.97, rare-earth-ocean-underground 0.75, mobile-5g-6g 0.60".into(),
            "Le Vietnam accélère le développement de l’industrie des semi-conducteurs".into(),
        ]);
        assert_eq!(
            table.render(Some(80), Paint::OFF),
            "ID        DATE        LANG  LABELS                     TITLE OR SOURCE\n\
             3v9kq7z2  2025-10-01  fr    semiconductor-c… 0.97, +2  Le Vietnam accélère le d…\n"
        );
    }
}
