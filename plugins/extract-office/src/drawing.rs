//! What drawings of Office Open XML hold: texts, tables, diagrams, charts (ECMA-376 part 1, 21).

use docmill_office::{Element, Package, Relationships};
use docmill_plugin::structure::{Element as Block, Writer};

use crate::lists::Runs;

/// The most texts of one chart.
const MOST_OF_CHART: usize = 5_000;

/// Reads the paragraphs of a shape; those of its points are items, unless they say that they have
/// no bullet.
pub fn blocks(
    writer: &mut Writer,
    runs: &mut Runs,
    body: Element<'_>,
    relationships: &Relationships,
    are_items: bool,
) {
    for paragraph in body.elements().filter(|it| it.name() == "p") {
        if paragraph.elements().all(|it| matches!(it.name(), "pPr" | "endParaRPr")) {
            continue;
        }
        let properties = paragraph.child("pPr");
        let has = |name: &str| properties.is_some_and(|it| it.child(name).is_some());
        let has_bullet = has("buChar") || has("buAutoNum") || has("buBlip");
        if has_bullet || are_items && !has("buNone") {
            let level = properties.and_then(|it| it.attribute("lvl")?.parse().ok());
            runs.item(writer, level.unwrap_or(0));
            line(writer, paragraph, relationships);
        } else {
            runs.end(writer);
            writer.begin(Block::Paragraph);
            line(writer, paragraph, relationships);
            writer.end();
        }
    }
}

/// Reads the words of a shape on one line.
pub fn words(writer: &mut Writer, body: Element<'_>, relationships: &Relationships) {
    for paragraph in body.elements().filter(|it| it.name() == "p") {
        line(writer, paragraph, relationships);
        writer.line_break();
    }
}

fn line(writer: &mut Writer, paragraph: Element<'_>, relationships: &Relationships) {
    for run in paragraph.elements() {
        match run.name() {
            "br" => writer.line_break(),
            "r" | "fld" => {
                let text = run.child("t").map(|it| it.text()).unwrap_or_default();
                let properties = run.child("rPr");
                let is_set = |name: &str| {
                    properties
                        .and_then(|it| it.attribute(name))
                        .is_some_and(|it| it == "1" || it == "true")
                };
                let link =
                    properties.and_then(|it| it.child("hlinkClick")?.prefixed_attribute("id"));
                let target = link.and_then(|id| relationships.get(id)).filter(|it| it.is_external);
                if let Some(target) = target {
                    writer.begin(Block::Link(target.target.trim()));
                }
                match (is_set("b") || is_set("i")) && !text.trim().is_empty() {
                    true => writer.element(Block::Emphasis, &text),
                    false => writer.write(&text),
                }
                if target.is_some() {
                    writer.end();
                }
            }
            // A formula, in the one way or the other.
            "m" | "AlternateContent" => {
                let chosen = run.child("Choice").unwrap_or(run);
                for text in chosen.descendants().filter(|it| it.name() == "t") {
                    writer.write(&text.text());
                }
            }
            _ => {}
        }
    }
}

/// Reads a table, a diagram or a chart in a frame.
pub fn graphic(
    package: &Package<'_>,
    writer: &mut Writer,
    frame: Element<'_>,
    relationships: &Relationships,
) {
    if let Some(content) = frame.descendants().find(|it| it.name() == "graphicData") {
        data(package, writer, content, relationships);
    }
}

/// Reads what an element `graphicData` holds.
pub fn data(
    package: &Package<'_>,
    writer: &mut Writer,
    data: Element<'_>,
    relationships: &Relationships,
) {
    for content in data.elements() {
        match content.name() {
            "tbl" => table(writer, content, relationships),
            "relIds" => {
                let part = content.prefixed_attribute("dm").and_then(|id| relationships.get(id));
                if let Some(part) = part.filter(|it| !it.is_external) {
                    diagram(package, writer, &part.target);
                }
            }
            "chart" => {
                let part = content.prefixed_attribute("id").and_then(|id| relationships.get(id));
                if let Some(part) = part.filter(|it| !it.is_external) {
                    chart(package, writer, &part.target);
                }
            }
            _ => {}
        }
    }
}

fn table(writer: &mut Writer, table: Element<'_>, relationships: &Relationships) {
    writer.begin(Block::Table);
    for row in table.elements().filter(|it| it.name() == "tr") {
        writer.begin(Block::Row);
        for cell in row.elements().filter(|it| it.name() == "tc") {
            writer.begin(Block::Cell);
            if let Some(body) = cell.child("txBody") {
                words(writer, body, relationships);
            }
            writer.end();
        }
        writer.end();
    }
    writer.end();
}

/// The texts of a diagram (SmartArt), in the order of its points.
pub fn diagram(package: &Package<'_>, writer: &mut Writer, part: &str) {
    let Some(tree) = package.optional_tree(part) else { return };
    let bodies =
        tree.root().into_iter().flat_map(|it| it.descendants()).filter(|it| it.name() == "t");
    for body in bodies.filter(|it| it.child("p").is_some()) {
        writer.begin(Block::Paragraph);
        words(writer, body, &Relationships::default());
        writer.end();
    }
}

/// The title of a chart, and what its axes and series are called; figures are in the workbook that
/// is embedded.
pub fn chart(package: &Package<'_>, writer: &mut Writer, part: &str) {
    let Some(tree) = package.optional_tree(part) else { return };
    let mut written: Vec<String> = Vec::new();
    for element in tree.root().into_iter().flat_map(|it| it.descendants()).take(200_000) {
        let text = match element.name() {
            "rich" => {
                let texts = element.descendants().filter(|it| it.name() == "t");
                texts.map(|it| it.text()).collect::<Vec<_>>().concat()
            }
            "strCache" => {
                let values = element.descendants().filter(|it| it.name() == "v");
                values.map(|it| it.text()).collect::<Vec<_>>().join(", ")
            }
            _ => continue,
        };
        // Every series names the same categories.
        if written.len() < MOST_OF_CHART && !written.iter().rev().take(8).any(|it| *it == text) {
            writer.element(Block::Paragraph, &text);
            written.push(text);
        }
    }
}
