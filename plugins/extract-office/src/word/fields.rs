//! Fields of a DOCX: of a field what it shows is read, and of a link where it leads.

use docmill_plugin::structure::{Element as Block, Writer};

/// How deep fields may lie in each other.
const DEEPEST: usize = 32;
/// The longest instruction that is looked at, in bytes.
const LONGEST: usize = 4 << 10;

#[derive(Debug, Default)]
struct Field {
    instruction: String,
    /// Whether what is read now is what it shows.
    shows: bool,
    /// Where it leads, if it is a link.
    href: Option<String>,
    is_open: bool,
}

/// The fields that are open, which may go on over several paragraphs.
#[derive(Debug, Default)]
pub struct Fields {
    open: Vec<Field>,
    deeper: usize,
}

impl Fields {
    /// Whether text is shown here, and not what a field is told to do.
    pub fn shows(&self) -> bool {
        self.open.iter().all(|it| it.shows)
    }

    /// Begins a field.
    pub fn begin(&mut self) {
        if self.open.len() >= DEEPEST {
            self.deeper += 1;
        } else {
            self.open.push(Field::default());
        }
    }

    /// Adds to what the field is told to do.
    pub fn instruct(&mut self, text: &str) {
        if let Some(field) = self.open.last_mut().filter(|it| !it.shows)
            && field.instruction.len() + text.len() <= LONGEST
        {
            field.instruction.push_str(text);
        }
    }

    /// Begins what the field shows.
    pub fn separate(&mut self, writer: &mut Writer) {
        if self.deeper > 0 {
            return;
        }
        let is_within_link = self.open.iter().any(|it| it.is_open);
        let Some(field) = self.open.last_mut() else { return };
        field.shows = true;
        field.href = link(&field.instruction);
        if let Some(href) = field.href.as_deref().filter(|_| !is_within_link) {
            writer.begin(Block::Link(href));
            field.is_open = true;
        }
    }

    /// Ends a field.
    pub fn end(&mut self, writer: &mut Writer) {
        if self.deeper > 0 {
            self.deeper -= 1;
            return;
        }
        if self.open.pop().is_some_and(|it| it.is_open) {
            writer.end();
        }
    }

    /// Ends the links at the end of a paragraph.
    pub fn pause(&mut self, writer: &mut Writer) {
        for field in &mut self.open {
            if std::mem::take(&mut field.is_open) {
                writer.end();
            }
        }
    }

    /// Begins the link again that goes on in the next paragraph.
    pub fn resume(&mut self, writer: &mut Writer) {
        if let Some(field) = self.open.iter_mut().find(|it| it.shows && it.href.is_some()) {
            writer.begin(Block::Link(field.href.as_deref().unwrap_or_default()));
            field.is_open = true;
        }
    }
}

/// Where `HYPERLINK "https://…" \o "…"` leads; nowhere, if within the document.
pub fn link(instruction: &str) -> Option<String> {
    let rest = instruction.trim_start();
    let (word, rest) = rest.split_at_checked(9)?;
    if !word.eq_ignore_ascii_case("hyperlink") {
        return None;
    }
    let rest = rest.trim_start();
    let target = match rest.strip_prefix('"') {
        Some(rest) => rest.split('"').next()?,
        None => rest.split_whitespace().next().filter(|it| !it.starts_with('\\'))?,
    };
    let target = target.trim();
    (!target.is_empty() && !target.starts_with('#')).then(|| target.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_leads_out_is_a_link() {
        assert_eq!(
            link(" HYPERLINK \"https://a.example/\" \\o \"x\" ").as_deref(),
            Some("https://a.example/")
        );
        assert_eq!(link("hyperlink https://a.example/").as_deref(), Some("https://a.example/"));
        assert_eq!(link(" HYPERLINK \\l \"_Toc1\" "), None);
        assert_eq!(link(" PAGEREF _Toc1 \\h "), None);
        assert_eq!(link("HYPERLINK"), None);
        assert_eq!(link("é"), None);
    }
}
