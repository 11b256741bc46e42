//! The text of a mail: lines that were wrapped on the way are joined (RFC 3676), and what its
//! author quotes and signs with is told from what they say.

use docmill_plugin::Extracted;

use crate::article::{Draft, plain};
use crate::blocks::{blocks, lines_of};

/// How the lines of a mail are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// As they are.
    Fixed,
    /// One that ends with a space goes on in the next.
    Flowed,
    /// The same, and the space is none of the text.
    FlowedWithoutSpace,
}

impl Format {
    /// What the mail says, as its unpacker hands it on.
    pub fn of(said: &str) -> Option<Format> {
        match said {
            "fixed" => Some(Format::Fixed),
            "flowed" => Some(Format::Flowed),
            "flowed-delsp" => Some(Format::FlowedWithoutSpace),
            _ => None,
        }
    }
}

/// The longest line that says who wrote what is quoted below it, in bytes.
const LONGEST_ATTRIBUTION: usize = 240;

/// The most lines of a signature: `-- ` on a line may also part two texts.
const LONGEST_SIGNATURE: usize = 30;

/// What stands above the whole of a mail that is answered, in the programs that do not mark its
/// lines.
const ORIGINAL_MESSAGE: [&str; 6] = [
    "original message",
    "message d'origine",
    "message d’origine",
    "ursprüngliche nachricht",
    "tin nhắn gốc",
    "mensaje original",
];

/// The document in the text of a mail. `None` if it is blank.
pub fn mail(text: &str, format: Format) -> Option<Extracted> {
    let parts = parts(text, format);
    if !parts.iter().any(|part| part.kind == Kind::Own && !part.text.trim().is_empty()) {
        // What is only quoted, as a mail that was passed on, is all there is to read.
        return plain(text);
    }
    let mut draft = Draft::new(text);
    for part in &parts {
        match part.kind {
            _ if part.text.trim().is_empty() => {}
            Kind::Own => {
                for block in &blocks(&part.text, true) {
                    draft.begin_paragraph();
                    draft.write_paragraph(&part.text, block);
                }
            }
            Kind::Quotation => draft.aside("quotation", part.text.trim()),
            Kind::Signature => draft.aside("signature", part.text.trim()),
        }
    }
    Some(draft.finish(Vec::new()))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// What the author of the mail says.
    Own,
    /// What they answer to.
    Quotation,
    /// How they sign.
    Signature,
}

/// Lines of one kind.
#[derive(Debug, PartialEq, Eq)]
struct Part {
    kind: Kind,
    text: String,
}

/// A line: how often it was quoted, and what it says.
struct Line<'t> {
    depth: usize,
    text: &'t str,
    /// Whether it goes on in the next.
    is_soft: bool,
}

impl<'t> Line<'t> {
    fn of(line: &'t str, format: Format) -> Line<'t> {
        let mut text = line;
        let mut depth = 0;
        // Flowed text has no spaces between its marks; others write `> > `.
        while let Some(rest) = text.strip_prefix('>') {
            depth += 1;
            let rest_of_marks = rest.strip_prefix(' ').filter(|it| it.starts_with('>'));
            text = rest_of_marks.filter(|_| format == Format::Fixed).unwrap_or(rest);
        }
        if format != Format::Fixed || depth > 0 {
            text = text.strip_prefix(' ').unwrap_or(text);
        }
        let is_soft = format != Format::Fixed && text.ends_with(' ') && text != SIGNATURE;
        Line { depth, text, is_soft }
    }
}

const SIGNATURE: &str = "-- ";

fn parts(text: &str, format: Format) -> Vec<Part> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut before: Option<usize> = None;
    for line in lines_of(text) {
        let line = Line::of(line.strip_suffix('\r').unwrap_or(line), format);
        let is_signature = line.text == SIGNATURE;
        // A line goes on in the next of the same depth; `-- ` never ends another.
        match (before == Some(line.depth) && !is_signature, lines.last_mut()) {
            (true, Some((_, open))) => open.push_str(line.text),
            _ => lines.push((line.depth, line.text.to_owned())),
        }
        before = line.is_soft.then_some(line.depth);
        if line.is_soft
            && format == Format::FlowedWithoutSpace
            && let Some((_, open)) = lines.last_mut()
        {
            open.pop();
        }
    }
    let signature = signature(&lines);
    let original = lines.iter().position(|(depth, line)| *depth == 0 && is_original_message(line));
    let mut parts: Vec<Part> = Vec::new();
    for (index, (depth, line)) in lines.iter().enumerate() {
        let kind = match depth {
            _ if original.is_some_and(|original| index >= original) => Kind::Quotation,
            0 if signature.as_ref().is_some_and(|it| it.contains(&index)) => Kind::Signature,
            0 => Kind::Own,
            _ => Kind::Quotation,
        };
        if kind == Kind::Quotation && parts.last().is_some_and(|it| it.kind == Kind::Own) {
            let attribution = parts.last_mut().and_then(take_attribution);
            let text = attribution.unwrap_or_default();
            parts.push(Part { kind, text });
        }
        if parts.last().is_none_or(|it| it.kind != kind) {
            parts.push(Part { kind, text: String::new() });
        }
        let Some(part) = parts.last_mut() else { continue };
        if !(kind == Kind::Signature && line == SIGNATURE) {
            part.text.push_str(line);
            part.text.push('\n');
        }
    }
    parts
}

/// The lines of the signature: from the last `-- ` that is not quoted, to the end or to what is
/// quoted below it.
fn signature(lines: &[(usize, String)]) -> Option<std::ops::Range<usize>> {
    let start = lines
        .iter()
        .rposition(|(depth, line)| *depth == 0 && (line == SIGNATURE || line == "--"))?;
    let length = lines[start..].iter().take_while(|(depth, _)| *depth == 0).count();
    (start > 0 && length <= LONGEST_SIGNATURE).then(|| start..start + length)
}

/// Takes the line that says who wrote what is quoted below, such as `On Monday, Jane wrote:`,
/// wrapped or not, off the end of what stands above.
fn take_attribution(part: &mut Part) -> Option<String> {
    let own = part.text.trim_end();
    if !own.ends_with(':') {
        return None;
    }
    let start = own.rfind("\n\n").map_or(0, |at| at + 2);
    let last_line = own.rfind('\n').map_or(0, |at| at + 1);
    let is_attribution = |line: &str| {
        line.len() <= LONGEST_ATTRIBUTION
            && (line.contains('@') || line.bytes().filter(u8::is_ascii_digit).count() >= 3 || {
                let words = line.split_whitespace().count();
                (2..=8).contains(&words) && !line.contains(['.', '?', '!'])
            })
    };
    let at = [start, last_line].into_iter().find(|at| is_attribution(&own[*at..]))?;
    let attribution = format!("{}\n", &own[at..]);
    part.text.truncate(at);
    Some(attribution)
}

fn is_original_message(line: &str) -> bool {
    let inner = line.trim().trim_matches(['-', '_', ' ']);
    let is_ruled = line.trim().starts_with("--") || line.trim().starts_with("__");
    is_ruled && inner.len() <= 60 && ORIGINAL_MESSAGE.contains(&inner.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, format: Format) -> (String, Vec<(String, String)>) {
        let Extracted { document, asides } = mail(text, format).unwrap();
        for aside in &asides {
            assert!(document.text.is_char_boundary(aside.position as usize));
        }
        (document.text, asides.into_iter().map(|it| (it.kind, it.text)).collect())
    }

    fn aside(kind: &str, text: &str) -> (String, String) {
        (kind.to_owned(), text.to_owned())
    }

    #[test]
    fn quotations_and_signatures_are_asides() {
        let text = "Hello Jane,\r\n\r\nOn 12 June 2025, Jane <j@a.example> wrote:\r\n> Shall we?\r\n>> Perhaps.\r\n\
                    \r\nYes.\r\n\r\n-- \r\nJohn\r\n+33 1\r\n";
        let (text, asides) = read(text, Format::Fixed);
        assert_eq!(text, "Hello Jane,\n\nYes.");
        let quoted = "On 12 June 2025, Jane <j@a.example> wrote:\nShall we?\nPerhaps.";
        assert_eq!(asides, [aside("quotation", quoted), aside("signature", "John\n+33 1")]);
    }

    #[test]
    fn flowed_lines_are_joined() {
        let text = "This is one line that was \nwrapped twice on the \nway.\n\n> quoted \n> too\n from the margin\n";
        let (text, asides) = read(text, Format::Flowed);
        assert_eq!(text, "This is one line that was wrapped twice on the way.\n\nfrom the margin");
        assert_eq!(asides, [aside("quotation", "quoted too")]);
        let (text, _) = read("日本 \n語\n", Format::FlowedWithoutSpace);
        assert_eq!(text, "日本語");
    }

    #[test]
    fn a_mail_that_only_quotes_is_kept() {
        let (text, asides) = read("> a\n> b\n", Format::Fixed);
        assert!(text.contains('a') && asides.is_empty());
        assert!(mail(" \n\n", Format::Fixed).is_none());
    }

    #[test]
    fn what_stands_below_an_original_message_is_quoted() {
        let text = "Yes.\n\n-----Original Message-----\nFrom: Jane\n\nShall we?\n";
        let (text, asides) = read(text, Format::Fixed);
        assert_eq!(text, "Yes.");
        assert_eq!(asides[0].0, "quotation");
        assert!(asides[0].1.ends_with("Shall we?"));
    }

    #[test]
    fn a_sentence_with_a_colon_is_no_attribution() {
        let (text, _) = read("You said. This is wrong:\n> x\n\nz\n", Format::Fixed);
        assert_eq!(text, "You said. This is wrong:\n\nz");
    }
}
