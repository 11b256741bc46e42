//! Documents one after the other for people: a file of Markdown or a page of HTML.

use std::io::{Error, Write};

use docmill::render::{Markup, escaped_html, escaped_markdown, render};

use crate::dossier::Dossier;
use crate::report::one_line;

/// The most characters of a title, of a name, and of a date.
const LONGEST_FACT: usize = 1_000;

/// What stands behind the last document of a page of HTML.
pub const END_OF_HTML: &str = "</body>\n</html>\n";

/// Writes documents with their titles and where they come from.
pub struct Pages<W: Write> {
    output: W,
    markup: Markup,
    is_first: bool,
}

impl<W: Write> Pages<W> {
    /// Writes what stands before the first document, and flushes.
    pub fn begin(mut output: W, markup: Markup) -> Result<Pages<W>, Error> {
        if markup == Markup::Html {
            output.write_all(
                b"<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n<title>docmill</title>\n</head>\n<body>\n",
            )?;
        }
        output.flush()?;
        Ok(Pages { output, markup, is_first: true })
    }

    /// Writes a document, and flushes.
    pub fn add(&mut self, dossier: &Dossier) -> Result<(), Error> {
        let document = dossier.document();
        let title = dossier.title().map(|title| one_line(title, LONGEST_FACT));
        // Where the text begins with its title, that is written once.
        let title = title.filter(|title| {
            let heading = document.marks.iter().find(|mark| mark.kind == "heading");
            let heading = heading.and_then(|mark| document.text.get(mark.span.range()));
            heading.is_none_or(|heading| one_line(heading, LONGEST_FACT) != *title)
        });
        let mut facts = vec![one_line(dossier.stored.source.as_str(), 4_096)];
        facts.extend(dossier.date().map(|date| one_line(date, LONGEST_FACT)));
        facts.extend(document.attributes_named("creator").map(|it| one_line(it, LONGEST_FACT)));
        let facts = facts.join(" · ");
        let text = render(document, self.markup);
        let output = &mut self.output;
        if self.markup == Markup::Html {
            let language = dossier.language().unwrap_or_default();
            writeln!(
                output,
                "<article id=\"{}\" lang=\"{}\" dir=\"auto\">",
                dossier.id(),
                escaped_html(language)
            )?;
            if let Some(title) = title {
                writeln!(output, "<h1>{}</h1>", escaped_html(&title))?;
            }
            writeln!(output, "<p><small>{}</small></p>", escaped_html(&facts))?;
            writeln!(output, "{text}</article>")?;
        } else {
            if !self.is_first {
                output.write_all(b"\n---\n\n")?;
            }
            if let Some(title) = title {
                writeln!(output, "# {}\n", escaped_markdown(&title))?;
            }
            writeln!(output, "{}", escaped_markdown(&facts))?;
            if !text.is_empty() {
                write!(output, "\n{text}")?;
            }
        }
        self.is_first = false;
        self.output.flush()
    }
}
