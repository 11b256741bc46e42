//! How well a classifier does, in tables.

use docmill::evaluation::{Agreement, Instead, Measures, Mistake, Share, Summary};

use super::paint::{Paint, Tone, width};
use super::table::{Column, Table};
use super::{confidence, one_line};
use crate::args::Common;

/// The tables of all measures.
pub fn measures_told(common: &Common, measures: &Measures) -> String {
    let paint = Paint::for_stdout(common);
    let mut parts = vec![
        summaries(measures).render(width(), paint),
        labels(measures).render(width(), paint),
        calibration(measures).render(width(), paint),
    ];
    let confusions = confusions(measures);
    if !confusions.is_empty() {
        parts.push(confusions.render(width(), paint));
    }
    let mistakes = mistakes(measures);
    if !mistakes.is_empty() {
        parts.push(mistakes.render(width(), paint));
    }
    parts.join("\n")
}

fn summaries(measures: &Measures) -> Table<10> {
    let mut table = Table::new([
        Column::new("CASES").tone(Tone::Key),
        Column::number("NUMBER"),
        Column::number("PRECISION"),
        Column::number("RECALL"),
        Column::number("MICRO F1"),
        Column::number("MACRO F1"),
        Column::number("MAIN RIGHT"),
        Column::number("VERDICT RIGHT"),
        Column::number("NONE KEPT"),
        Column::number("LANGUAGE RIGHT"),
    ]);
    let mut row = |name: &str, it: &Summary| {
        table.row([
            one_line(name, 64),
            it.cases.to_string(),
            ratio(it.micro.precision),
            ratio(it.micro.recall),
            ratio(it.micro.f1),
            ratio(it.macro_f1),
            share(it.main_right),
            share(it.verdict_right),
            share(it.none_kept),
            share(it.language_right),
        ]);
    };
    row("all", &measures.overall);
    measures.parts.iter().for_each(|(part, summary)| row(part, summary));
    measures.languages.iter().for_each(|(language, summary)| row(language, summary));
    table
}

fn labels(measures: &Measures) -> Table<7> {
    let mut table = Table::new([
        Column::new("LABEL").tone(Tone::Key),
        Column::number("EXPECTED"),
        Column::number("GIVEN"),
        Column::number("RIGHT"),
        Column::number("PRECISION"),
        Column::number("RECALL"),
        Column::number("F1"),
    ]);
    for (label, agreement) in &measures.labels {
        let Agreement { expected, given, right, precision, recall, f1, .. } = agreement;
        let [expected, given, right] = [expected, given, right].map(ToString::to_string);
        let [precision, recall, f1] = [precision, recall, f1].map(|it| ratio(*it));
        table.row([one_line(label, 64), expected, given, right, precision, recall, f1]);
    }
    table
}

fn calibration(measures: &Measures) -> Table<4> {
    let mut table = Table::new([
        Column::new("CONFIDENCE").tone(Tone::Key),
        Column::number("MEAN"),
        Column::number("LABELS RIGHT"),
        Column::number("ERROR"),
    ]);
    for step in &measures.calibration {
        let range = format!("{:.1} to {:.1}", step.from, step.from + 0.1);
        let error = step.labels.ratio().map(|right| (step.confidence - right).abs());
        table.row([range, format!("{:.2}", step.confidence), share(step.labels), ratio(error)]);
    }
    if measures.calibration_error.is_some() {
        let error = ratio(measures.calibration_error);
        table.row(["expected".to_owned(), String::new(), String::new(), error]);
    }
    table
}

fn confusions(measures: &Measures) -> Table<3> {
    let mut table = Table::new([
        Column::new("EXPECTED MAIN").tone(Tone::Key),
        Column::new("GIVEN MAIN"),
        Column::number("CASES"),
    ]);
    for it in measures.confusion.iter().filter(|it| it.expected != it.given) {
        table.row([one_line(&it.expected, 64), one_line(&it.given, 64), it.cases.to_string()]);
    }
    table
}

fn mistakes(measures: &Measures) -> Table<2> {
    let mut table = Table::new([Column::new("CASE").tone(Tone::Key), Column::new("WHAT IS WRONG")]);
    for Mistake { id, main, language, missing, surplus } in &measures.mistakes {
        let mut wrong = Vec::new();
        for (what, instead) in [("main", main), ("language", language)] {
            let name = |it: &Option<String>| it.clone().unwrap_or_else(|| "none".to_owned());
            if let Some(Instead { expected, given }) = instead {
                wrong.push(format!("{what} {} for {}", name(given), name(expected)));
            }
        }
        wrong.extend(missing.iter().map(|label| format!("without {label}")));
        wrong.extend(surplus.iter().map(|(label, it)| format!("with {label} {}", confidence(*it))));
        table.row([one_line(id, 64), one_line(&wrong.join(", "), usize::MAX)]);
    }
    table
}

/// Three digits, or a dash for nothing.
pub fn ratio(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"))
}

fn share(share: Share) -> String {
    match share.ratio() {
        Some(ratio) => format!("{}/{} {:.1} %", share.right, share.of, ratio * 100.0),
        None => "-".to_owned(),
    }
}
