//! LaTeX source: the words of a document, its sections, lists and tables. Commands are not
//! expanded, whoever defined them: of one that is not known, the words in its braces are read.

use docmill_plugin::structure::Element;

use crate::page::Page;

/// How many groups, environments and commands may lie in each other; what is deeper is words.
const DEEPEST: usize = 256;
/// The longest option or address that is read, in bytes.
const LONGEST: usize = 2_000;

/// What is done where a group or an environment ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Close {
    Nothing,
    /// What was begun in the page.
    End,
    Aside,
    /// A field of the document.
    Field(&'static str),
}

/// Sections by their commands.
const SECTIONS: [(&str, u8); 7] = [
    ("part", 1),
    ("chapter", 1),
    ("section", 2),
    ("subsection", 3),
    ("subsubsection", 4),
    ("paragraph", 5),
    ("subparagraph", 6),
];
/// Commands whose words in braces are none of the text.
const DROPPED: [&str; 38] = [
    "label",
    "ref",
    "eqref",
    "pageref",
    "autoref",
    "cref",
    "Cref",
    "cite",
    "citep",
    "citet",
    "citealp",
    "parencite",
    "textcite",
    "autocite",
    "nocite",
    "vspace",
    "hspace",
    "vskip",
    "hskip",
    "usepackage",
    "documentclass",
    "setlength",
    "addtolength",
    "setcounter",
    "addtocounter",
    "bibliographystyle",
    "bibliography",
    "addbibresource",
    "input",
    "include",
    "pagestyle",
    "thispagestyle",
    "includegraphics",
    "index",
    "phantom",
    "hypersetup",
    "graphicspath",
    "pagenumbering",
];
/// Commands that define others: what they define is left out whole.
const DEFINITIONS: [&str; 9] = [
    "newcommand",
    "renewcommand",
    "providecommand",
    "def",
    "newenvironment",
    "renewenvironment",
    "DeclareMathOperator",
    "newtheorem",
    "let",
];
/// Environments that are read as they are typed.
const TYPED: [&str; 18] = [
    "verbatim",
    "verbatim*",
    "lstlisting",
    "minted",
    "Verbatim",
    "equation",
    "equation*",
    "align",
    "align*",
    "gather",
    "gather*",
    "multline",
    "multline*",
    "eqnarray",
    "eqnarray*",
    "displaymath",
    "math",
    "comment",
];

/// Writes a text.
pub fn write(page: &mut Page, text: &str) {
    let mut reader = Reader {
        page,
        rest: text,
        open: Vec::new(),
        rows: 0,
        in_header: text.contains("\\begin{document}"),
    };
    reader.read();
}

struct Reader<'p, 't> {
    page: &'p mut Page,
    rest: &'t str,
    /// What is open: `{`, or the name of an environment.
    open: Vec<(&'t str, Close)>,
    /// How many tables are open.
    rows: usize,
    /// Before `\begin{document}`, where only title, authors and date are read.
    in_header: bool,
}

impl<'t> Reader<'_, 't> {
    fn read(&mut self) {
        while let Some(at) =
            self.rest.find(['\\', '{', '}', '%', '$', '&', '~', '\n', '`', '\'', '-'])
        {
            self.words(at);
            let rest = self.rest;
            let character = rest.as_bytes()[0];
            self.rest = &rest[1..];
            match character {
                b'\\' => self.command(),
                b'{' => self.begin("{", Close::Nothing),
                b'}' => self.end("{"),
                b'%' => {
                    self.rest =
                        &self.rest[self.rest.find('\n').map_or(self.rest.len(), |it| it + 1)..]
                }
                b'$' => self.formula(),
                b'&' if self.rows > 0 => self.next_cell(),
                b'~' => self.write(" "),
                b'\n' => {
                    let blank = self.rest.trim_start_matches([' ', '\t']);
                    if blank.starts_with('\n') {
                        self.rest = blank;
                        if self.rows == 0 && !self.in_header {
                            self.page.boundary();
                        }
                    } else {
                        self.write("\n");
                    }
                }
                b'-' if self.rest.starts_with("--") => self.sign("—", 2),
                b'-' if self.rest.starts_with('-') => self.sign("–", 1),
                b'`' if self.rest.starts_with('`') => self.sign("“", 1),
                b'`' => self.sign("‘", 0),
                b'\'' if self.rest.starts_with('\'') => self.sign("”", 1),
                b'\'' => self.sign("’", 0),
                other => self.write(char::from(other).encode_utf8(&mut [0; 4])),
            }
        }
        self.words(self.rest.len());
        while let Some((_, close)) = self.open.pop() {
            self.close(close);
        }
    }

    fn words(&mut self, length: usize) {
        let (words, rest) = self.rest.split_at(length);
        self.write(words);
        self.rest = rest;
    }

    fn sign(&mut self, sign: &str, length: usize) {
        self.write(sign);
        self.rest = &self.rest[length..];
    }

    fn write(&mut self, words: &str) {
        let is_field = self.open.iter().any(|(_, close)| matches!(close, Close::Field(_)));
        if !self.in_header || is_field {
            self.page.write(words);
        }
    }

    fn begin(&mut self, name: &'t str, close: Close) {
        if self.open.len() < DEEPEST {
            self.open.push((name, close));
        } else {
            self.close(close);
        }
    }

    /// Ends the innermost of this name: a part of a list or a table only within that, and nothing
    /// that is far out.
    fn end(&mut self, name: &str) {
        let is_part = |it: &str| matches!(it, "item" | "cell" | "row" | "{");
        let mut near = self.open.iter().rev().take(32).map(|(it, _)| *it);
        let place = match is_part(name) {
            true => near.by_ref().take_while(|it| is_part(it)).position(|it| it == name),
            false => near.position(|it| it == name),
        };
        let Some(place) = place else { return };
        for _ in 0..=place {
            if let Some((_, close)) = self.open.pop() {
                self.close(close);
            }
        }
    }

    fn close(&mut self, close: Close) {
        match close {
            Close::Nothing => {}
            Close::End => self.page.end(),
            Close::Aside => self.page.end_aside(None),
            Close::Field(name) => {
                let text = self.page.take_aside();
                // Of an author, the first line: an address follows.
                for value in text.split("\n\n") {
                    self.page.add_field(name, value.lines().next().unwrap_or_default());
                }
            }
        }
    }

    fn next_cell(&mut self) {
        // The cell ends, whatever is open in it.
        self.end("cell");
        self.page.begin(Element::Cell);
        self.begin("cell", Close::End);
    }

    fn next_row(&mut self) {
        self.end("row");
        self.page.begin(Element::Row);
        self.begin("row", Close::End);
        self.page.begin(Element::Cell);
        self.begin("cell", Close::End);
    }

    /// An option in brackets, if there is one.
    fn option(&mut self) -> Option<&'t str> {
        let rest = self.rest.trim_start_matches([' ', '\t']);
        let inner = rest.strip_prefix('[')?;
        let window = &inner[..inner.floor_char_boundary(LONGEST)];
        let end = window.find(']')?;
        self.rest = &inner[end + 1..];
        Some(&inner[..end])
    }

    /// A group in braces, as it is typed.
    fn argument(&mut self) -> Option<&'t str> {
        let rest = self.rest.trim_start();
        let inner = rest.strip_prefix('{')?;
        let mut depth = 0_usize;
        for (at, byte) in inner.bytes().enumerate().take(LONGEST) {
            match byte {
                b'{' => depth += 1,
                b'}' if depth == 0 => {
                    self.rest = &inner[at + 1..];
                    return Some(&inner[..at]);
                }
                b'}' => depth -= 1,
                _ => {}
            }
        }
        None
    }

    /// The next group in braces is read with what is begun in the page, and ends it.
    fn group(&mut self, close: Close) {
        let rest = self.rest.trim_start_matches([' ', '\t']);
        match rest.strip_prefix('{') {
            Some(rest) => {
                self.rest = rest;
                self.begin("{", close);
            }
            None => self.close(close),
        }
    }

    fn formula(&mut self) {
        let (end, skipped) = if self.rest.starts_with('$') { ("$$", 1) } else { ("$", 0) };
        self.rest = &self.rest[skipped..];
        let window = &self.rest[..self.rest.floor_char_boundary(LONGEST)];
        match window.find(end) {
            Some(at) => self.typed(at, end.len(), false),
            None => self.write("$"),
        }
    }

    /// A formula or code that is `length` long, and its end.
    fn typed(&mut self, length: usize, end: usize, is_block: bool) {
        let (inner, rest) = self.rest.split_at(length);
        self.rest = &rest[end..];
        if !self.in_header {
            self.page.element(if is_block { Element::CodeBlock } else { Element::Code }, inner);
        }
    }

    fn command(&mut self) {
        let length = self.rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        if length == 0 {
            return self.symbol();
        }
        let (name, rest) = self.rest.split_at(length);
        self.rest = rest.strip_prefix('*').unwrap_or(rest);
        if let Some((_, level)) = SECTIONS.iter().find(|(it, _)| *it == name) {
            self.option();
            self.page.begin(Element::Heading(*level));
            return self.group(Close::End);
        }
        match name {
            "begin" => self.environment(),
            "end" => {
                if let Some(name) = self.argument() {
                    if matches!(name, "tabular" | "tabular*" | "tabularx" | "longtable" | "array") {
                        self.rows = self.rows.saturating_sub(1);
                    }
                    self.end(name);
                }
            }
            "title" | "author" | "date" => {
                self.option();
                self.page.begin_aside("unknown");
                let field = match name {
                    "title" => "title",
                    "author" => "author",
                    _ => "date",
                };
                self.group(Close::Field(field));
            }
            "and" => self.page.boundary(),
            "item" => {
                self.end("item");
                self.page.begin(Element::Item);
                self.begin("item", Close::End);
                if let Some(term) = self.option() {
                    self.write(term);
                    self.write(" ");
                }
            }
            "emph" | "textit" | "textbf" | "textsl" | "underline" | "textsc" => {
                self.page.begin(Element::Emphasis);
                self.group(Close::End);
            }
            "texttt" | "lstinline" => {
                self.page.begin(Element::Code);
                self.group(Close::End);
            }
            "verb" => self.verb(),
            "footnote" | "footnotetext" | "thanks" => {
                self.option();
                self.page.begin_aside("footnote");
                self.group(Close::Aside);
            }
            "caption" => {
                self.option();
                self.page.begin_aside("caption");
                self.group(Close::Aside);
            }
            "href" => {
                let href = self.argument().unwrap_or_default();
                self.page.begin(Element::Link(href));
                self.group(Close::End);
            }
            "url" => {
                if let Some(href) = self.argument() {
                    self.page.element(Element::Link(href), href);
                }
            }
            "bibitem" => {
                self.option();
                self.argument();
                self.end("item");
                self.page.begin(Element::Item);
                self.begin("item", Close::End);
            }
            "par" => self.page.boundary(),
            "newline" | "linebreak" => self.page.line_break(),
            name if DEFINITIONS.contains(&name) => {
                // `\def\x{…}` and `\newcommand{\x}[1][d]{…}`.
                self.argument();
                let brace = self.rest.find(['{', '\n']).unwrap_or(self.rest.len());
                self.rest = &self.rest[brace..];
                self.argument();
            }
            name if DROPPED.contains(&name) => {
                while self.option().is_some() {}
                self.argument();
            }
            name => match letter(name) {
                Some(letter) => {
                    self.write(letter);
                    self.rest = self
                        .rest
                        .strip_prefix("{}")
                        .unwrap_or(self.rest.trim_start_matches([' ', '\t']));
                }
                None => {
                    self.option();
                }
            },
        }
    }

    /// `\verb|x|`
    fn verb(&mut self) {
        let Some(sign) = self.rest.chars().next() else {
            return;
        };
        self.rest = &self.rest[sign.len_utf8()..];
        let window = &self.rest[..self.rest.floor_char_boundary(LONGEST)];
        if let Some(end) = window.find(sign) {
            self.typed(end, sign.len_utf8(), false);
        }
    }

    /// A command of one sign: an accent, an escaped sign, the end of a line.
    fn symbol(&mut self) {
        let Some(sign) = self.rest.chars().next() else {
            return;
        };
        self.rest = &self.rest[sign.len_utf8()..];
        let mark = match sign {
            '\'' => '\u{301}',
            '`' => '\u{300}',
            '^' => '\u{302}',
            '"' => '\u{308}',
            '~' => '\u{303}',
            '=' => '\u{304}',
            '.' => '\u{307}',
            '\\' => {
                self.option();
                return if self.rows > 0 { self.next_row() } else { self.page.line_break() };
            }
            '(' | '[' => {
                let end = if sign == '(' { "\\)" } else { "\\]" };
                let window = &self.rest[..self.rest.floor_char_boundary(LONGEST)];
                if let Some(at) = window.find(end) {
                    self.typed(at, 2, false);
                }
                return;
            }
            ' ' | ',' | ';' | ':' | '\n' => return self.write(" "),
            '%' | '&' | '#' | '_' | '$' | '{' | '}' => {
                return self.write(sign.encode_utf8(&mut [0; 4]));
            }
            _ => return,
        };
        self.accent(mark);
    }

    fn accent(&mut self, mark: char) {
        let rest = self.rest.trim_start_matches([' ', '{']);
        let rest = rest.strip_prefix('\\').unwrap_or(rest);
        let Some(letter) = rest.chars().next().filter(|it| it.is_alphabetic()) else {
            return;
        };
        let after = &rest[letter.len_utf8()..];
        let is_group = self.rest.trim_start_matches(' ').starts_with('{');
        self.rest = if is_group { after.strip_prefix('}').unwrap_or(after) } else { after };
        let composed = docmill_text::compose(&format!("{letter}{mark}")).into_owned();
        self.write(&composed);
    }

    fn environment(&mut self) {
        let Some(name) = self.argument() else { return };
        if TYPED.contains(&name) {
            self.option();
            if name == "minted" {
                self.argument();
            }
            let end = format!("\\end{{{name}}}");
            let at = self.rest.find(&end).unwrap_or(self.rest.len());
            let skipped = end.len().min(self.rest.len() - at);
            if name == "comment" {
                self.rest = &self.rest[at + skipped..];
            } else {
                self.typed(at, skipped, true);
            }
            return;
        }
        let close = match name {
            "document" => {
                self.in_header = false;
                Close::Nothing
            }
            "quote" | "quotation" | "displayquote" => {
                self.page.begin(Element::Quotation);
                Close::End
            }
            "tabular" | "tabular*" | "tabularx" | "longtable" | "array" => {
                self.option();
                if name.ends_with(['*', 'x']) {
                    self.argument();
                }
                self.argument();
                self.page.begin(Element::Table);
                self.rows += 1;
                self.begin(name, Close::End);
                return self.next_row();
            }
            "thebibliography" => {
                self.argument();
                Close::Nothing
            }
            _ => {
                self.option();
                self.page.boundary();
                Close::Nothing
            }
        };
        self.begin(name, close);
    }
}

/// Commands that stand for letters.
fn letter(name: &str) -> Option<&'static str> {
    Some(match name {
        "ss" => "ß",
        "ae" => "æ",
        "AE" => "Æ",
        "oe" => "œ",
        "OE" => "Œ",
        "o" => "ø",
        "O" => "Ø",
        "aa" => "å",
        "AA" => "Å",
        "l" => "ł",
        "L" => "Ł",
        "i" => "ı",
        "dots" | "ldots" | "textellipsis" => "…",
        "textendash" => "–",
        "textemdash" => "—",
        "quad" | "qquad" | "space" => " ",
        "LaTeX" => "LaTeX",
        "TeX" => "TeX",
        "textbackslash" => "\\",
        "textasciitilde" => "~",
        "copyright" => "©",
        "S" => "§",
        "pounds" => "£",
        "euro" | "texteuro" => "€",
        "textdegree" => "°",
        _ => return None,
    })
}
